// SPDX-License-Identifier: LGPL-2.1-or-later

/* What stands on and below the bars of a trend: tooltip, legend, and the same figures as a table. */

import { number } from '../format';
import { bucketEnd, spanText, type Layer, type TrendData } from './buckets';
import type { Span } from './trend-brush';
import type { Plot } from './trend-canvas';
import { w } from './words';

const TABLE_MOST = 400;

function valueIn({ bans }: Layer, first: number, last: number): number {
        let total = 0;
        for (let index = first; index <= last; index++) total += bans[index] ?? 0;
        return total;
}

function textOf(data: TrendData, first: number, last: number): string {
        return spanText(data.rows[first]?.at ?? 0, bucketEnd(data, last));
}

/** A bar, or the span that is being chosen, in words. */
export function barText(data: TrendData, layers: readonly Layer[], bar: number, span: Span | undefined): string {
        const { first, last } = span ?? { first: bar, last: bar };
        const values = layers.map((layer) => ({ name: layer.name, bans: valueIn(layer, first, last) }));
        const total = values.reduce((sum, { bans }) => sum + bans, 0);
        const parts = values.filter(({ bans }) => bans > 0).map(({ name, bans }) => `${name} ${number(bans)}`);
        const each = parts.length > 1 ? ` (${parts.join(', ')})` : '';
        const text = `${textOf(data, first, last)}: ${w.bans(total)}${each}`;
        return span ? w.zoomTo(text) : text;
}

interface TipProps {
        data: TrendData;
        layers: readonly Layer[];
        bar: number;
        span: Span | undefined;
        x: number;
        plot: Plot;
}

export function TrendTip({ data, layers, bar, span, x, plot }: TipProps) {
        const { first, last } = span ?? { first: bar, last: bar };
        const values = layers.map((layer) => ({ layer, bans: valueIn(layer, first, last) }));
        const total = values.reduce((sum, { bans }) => sum + bans, 0);
        const right = x > plot.width / 2;
        const style = right ? { right: `${plot.width - x + 10}px` } : { left: `${x + 26}px` };

        return (
                <div class="chart-tip trend-tip" style={style} aria-hidden="true">
                        <strong>{textOf(data, first, last)}</strong>
                        <dl>
                                {layers.length > 1 &&
                                        [...values].reverse().map(({ layer, bans }) => (
                                                <div key={layer.name} class={bans === 0 ? 'none' : ''}>
                                                        <dt class={`swatch series-${layer.slot}`}>{layer.name}</dt>
                                                        <dd>{number(bans)}</dd>
                                                </div>
                                        ))}
                                <div class="total">
                                        <dt>{w.total}</dt>
                                        <dd>{number(total)}</dd>
                                </div>
                        </dl>
                </div>
        );
}

interface LegendProps {
        layers: readonly Layer[];
        jail: string | undefined;
        onJail: ((jail: string | undefined) => void) | undefined;
}

export function TrendLegend({ layers, jail, onJail }: LegendProps) {
        return (
                <ul class="trend-legend">
                        {layers.map((layer) => {
                                const name = <span class={`swatch series-${layer.slot}`}>{layer.name}</span>;
                                if (!layer.jail || !onJail) return <li key={layer.name}>{name}</li>;

                                const chosen = layer.jail === jail;
                                return (
                                        <li key={layer.name}>
                                                <button
                                                        type="button"
                                                        aria-pressed={chosen}
                                                        title={chosen ? w.allJails(layer.jail) : w.onlyJail(layer.jail)}
                                                        onClick={() => onJail(chosen ? undefined : layer.jail)}
                                                >
                                                        {name}
                                                </button>
                                        </li>
                                );
                        })}
                </ul>
        );
}

/** Where there are very many buckets, those without a ban are left out. */
export function TrendTwin({ data, layers }: { data: TrendData; layers: readonly Layer[] }) {
        const all = data.rows.map((row, index) => ({ ...row, index }));
        const rows = all.length > TABLE_MOST ? all.filter(({ bans }) => bans > 0).slice(0, TABLE_MOST) : all;

        return (
                <div class="only-read">
                        <table>
                                <caption>{w.trendTable}</caption>
                                <thead>
                                        <tr>
                                                <th scope="col">{w.time}</th>
                                                {layers.map(({ name }) => (
                                                        <th key={name} scope="col">
                                                                {name}
                                                        </th>
                                                ))}
                                                {layers.length > 1 && <th scope="col">{w.total}</th>}
                                        </tr>
                                </thead>
                                <tbody>
                                        {rows.map(({ at, bans, index }) => (
                                                <tr key={at}>
                                                        <th scope="row">{textOf(data, index, index)}</th>
                                                        {layers.map((layer) => (
                                                                <td key={layer.name}>
                                                                        {number(layer.bans[index] ?? 0)}
                                                                </td>
                                                        ))}
                                                        {layers.length > 1 && <td>{number(bans)}</td>}
                                                </tr>
                                        ))}
                                </tbody>
                        </table>
                </div>
        );
}
