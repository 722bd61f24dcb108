// SPDX-License-Identifier: LGPL-2.1-or-later

import './spark.css';

const WIDTH = 96;
const HEIGHT = 28;
const EDGE = 2;

/** A figure that never comes near zero shows its ups and downs, not a flat line far above it. */
function bottom(least: number, most: number): number {
        return least > most / 2 ? Math.max(0, least - (most - least || most)) : 0;
}

/** A line as small as a word: how a figure went. It says nothing that the figure beside it does not say in words. */
export function Spark({ values }: { values: readonly number[] }) {
        const most = Math.max(0, ...values) || 1;
        const least = bottom(Math.min(...values), most);
        const step = values.length > 1 ? WIDTH / (values.length - 1) : 0;
        const y = (value: number) =>
                (HEIGHT - EDGE - ((value - least) / (most - least)) * (HEIGHT - 2 * EDGE)).toFixed(1);
        const line = values.map((value, index) => `${(index * step).toFixed(1)},${y(value)}`).join(' ');

        return (
                <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
                        {values.length > 1 && (
                                <>
                                        <polygon points={`0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} />
                                        <polyline points={line} />
                                </>
                        )}
                </svg>
        );
}
