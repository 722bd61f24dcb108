// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * The bars of a trend on a canvas, by uPlot, which draws and nothing else: pointer, keys and tooltip are ours, so that
 * a finger, a mouse and the keyboard do the same.
 */

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { compact, number } from '../format';
import { timeZone } from '../state/preferences';
import { bucketEnd, tickText, type Layer, type TrendData } from './buckets';

/** The plot's area in CSS pixels of its box, and the seconds at its edges. */
export interface Plot {
        left: number;
        top: number;
        width: number;
        height: number;
        from: number;
        until: number;
}

const BAR_SHARE = 0.88;
const BAR_MOST = 64;
const LEAST_TOP = 4;
const COMPACT_FROM = 100_000;
const INCREMENTS = [1, 2, 5].flatMap((digit) => Array.from({ length: 9 }, (_, power) => digit * 10 ** power));
INCREMENTS.sort((a, b) => a - b);

/* As uPlot counts them: a month has 30 days, a year 365. */
const DAY = 86_400;
const TIME_INCREMENTS = [
        ...[1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 480, 720].map((minutes) => minutes * 60),
        ...[1, 2, 3, 4, 5, 7, 10, 14].map((days) => days * DAY),
        ...[1, 2, 3, 4, 6].map((months) => months * 30 * DAY),
        ...[1, 2, 5, 10].map((years) => years * 365 * DAY),
];

function colour(name: string): string {
        return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Bars stand on each other: the layer on top is drawn first, as high as all of them, and the others over it. */
function stacked(data: TrendData, layers: readonly Layer[]): uPlot.AlignedData {
        const middles = data.rows.map(({ at }, index) => (at + bucketEnd(data, index)) / 2);
        const heights: (number | null)[][] = [];
        let below = middles.map(() => 0);

        for (const { bans } of layers) {
                below = below.map((height, index) => height + (bans[index] ?? 0));
                heights.unshift(below.map((height) => (height > 0 ? height : null)));
        }
        return [middles, ...heights];
}

function axes(data: TrendData, small: boolean): uPlot.Axis[] {
        const font = `11px ${colour('--font') || 'sans-serif'}`;
        const line = colour('--line');
        const text = colour('--soft');
        return [
                {
                        font,
                        stroke: text,
                        size: 26,
                        gap: 6,
                        space: small ? 62 : 74,
                        grid: { show: false },
                        ticks: { show: false },
                        border: { show: true, stroke: line, width: 1 },
                        incrs: TIME_INCREMENTS,
                        values: (_, splits, __, ___, step) =>
                                splits.map((at, index) =>
                                        tickText(at, splits[index - 1], Math.max(step, data.bucket_seconds)),
                                ),
                },
                {
                        font,
                        stroke: text,
                        size: (_, values) => 12 + 7 * Math.max(1, ...(values ?? []).map((value) => value.length)),
                        gap: 6,
                        space: 38,
                        incrs: INCREMENTS,
                        grid: { stroke: line, width: 1 },
                        ticks: { show: false },
                        values: (_, splits) =>
                                splits.map((value) => (value >= COMPACT_FROM ? compact(value) : number(value))),
                },
        ];
}

/** A height a little above the highest bar that ends on a round number. */
function roundTop(most: number): number {
        const wanted = Math.max(LEAST_TOP, most);
        const step = INCREMENTS.find((increment) => wanted / increment <= 5) ?? 1;
        return Math.ceil(wanted / step) * step;
}

function options(data: TrendData, layers: readonly Layer[], width: number, height: number): uPlot.Options {
        const from = data.rows[0]?.at ?? 0;
        const until = bucketEnd(data, data.rows.length - 1);
        const card = colour('--card');
        const bars = uPlot.paths.bars?.({ size: [BAR_SHARE, BAR_MOST], gap: 0 });

        return {
                width,
                height,
                legend: { show: false },
                cursor: { show: false },
                padding: [8, 18, 0, 0],
                tzDate: (at) => uPlot.tzDate(new Date(at * 1000), timeZone.value),
                scales: {
                        x: { time: true, range: [from, until] },
                        y: { range: (_, __, most) => [0, roundTop(most ?? 0)] },
                },
                axes: axes(data, width < 480),
                series: [
                        {},
                        ...[...layers].reverse().map(
                                ({ slot }): uPlot.Series => ({
                                        fill: colour(`--s${slot}`),
                                        stroke: card,
                                        width: data.rows.length > width / 6 ? 0 : 0.7,
                                        points: { show: false },
                                        ...(bars && { paths: bars }),
                                }),
                        ),
                ],
        };
}

export interface Canvas {
        resize: (width: number, height: number) => void;
        destroy: () => void;
}

function plotOf(chart: uPlot, data: TrendData): Plot {
        const { left, top, width, height } = chart.bbox;
        const ratio = uPlot.pxRatio;
        return {
                left: left / ratio,
                top: top / ratio,
                width: width / ratio,
                height: height / ratio,
                from: data.rows[0]?.at ?? 0,
                until: bucketEnd(data, data.rows.length - 1),
        };
}

/** Draws into the box; `onPlot` is told where the bars stand, each time they are drawn. */
export function drawTrend(
        box: HTMLElement,
        data: TrendData,
        layers: readonly Layer[],
        size: { width: number; height: number },
        onPlot: (plot: Plot) => void,
): Canvas {
        const chart = new uPlot(
                {
                        ...options(data, layers, size.width, size.height),
                        hooks: { draw: [(drawn) => onPlot(plotOf(drawn, data))] },
                },
                stacked(data, layers),
                box,
        );
        return {
                resize: (width, height) => chart.setSize({ width, height }),
                destroy: () => chart.destroy(),
        };
}
