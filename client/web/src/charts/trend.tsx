// SPDX-License-Identifier: LGPL-2.1-or-later

/* Bans over time, stacked by jail, with a brush that zooms, a tooltip, a legend and a table of the same figures. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { seriesOf } from '../state/series';
import { locale, shownTheme, timeZone } from '../state/preferences';
import { bucketEnd, layersOf, spanText, type Layer, type TrendData } from './buckets';
import { useBrush, type Brush } from './trend-brush';
import { drawTrend, type Canvas, type Plot } from './trend-canvas';
import { barText, TrendLegend, TrendTip, TrendTwin } from './trend-parts';
import { w } from './words';
import './tip.css';
import './trend.css';

export interface TrendProps {
        data: TrendData;
        /** Called with the first second of the span and the first behind it. */
        onZoom: (since: number, until: number) => void;
        /** Left out: there is nothing to go back to. */
        onZoomOut?: (() => void) | undefined;
        /** The jail that is filtered by, and what a click on the legend does. */
        jail?: string | undefined;
        onJail?: ((jail: string | undefined) => void) | undefined;
}

/** Draws anew when figures, colours, language or time zone are others; a new width only stretches. */
function useCanvas(data: TrendData, layers: readonly Layer[]) {
        const box = useRef<HTMLDivElement>(null);
        const canvas = useRef<Canvas>();
        const [plot, setPlot] = useState<Plot>();
        const look = `${shownTheme.value} ${locale.value} ${timeZone.value}`;

        useLayoutEffect(() => {
                const element = box.current;
                if (!element || data.rows.length === 0) return undefined;

                const size = { width: element.clientWidth, height: element.clientHeight };
                const drawn = drawTrend(element, data, layers, size, setPlot);
                canvas.current = drawn;
                return () => {
                        canvas.current = undefined;
                        drawn.destroy();
                };
        }, [data, layers, look]);

        useEffect(() => {
                const element = box.current;
                if (!element) return undefined;
                const observer = new ResizeObserver(() =>
                        canvas.current?.resize(element.clientWidth, element.clientHeight),
                );
                observer.observe(element);
                return () => observer.disconnect();
        }, []);

        return { box, plot };
}

interface OverlayProps {
        data: TrendData;
        layers: readonly Layer[];
        plot: Plot;
        brush: Brush;
}

function Overlay({ data, layers, plot, brush }: OverlayProps) {
        const { bar, span, handlers } = brush;
        const x = (at: number) => ((at - plot.from) / (plot.until - plot.from)) * plot.width;
        const between = (first: number, last: number) => {
                const left = x(data.rows[first]?.at ?? 0);
                return { left: `${left}px`, width: `${x(bucketEnd(data, last)) - left}px` };
        };
        const place = {
                left: `${plot.left}px`,
                top: `${plot.top}px`,
                width: `${plot.width}px`,
                height: `${plot.height}px`,
        };
        const last = data.rows.length - 1;
        const shown = bar ?? last;

        return (
                <div
                        class="trend-overlay"
                        style={place}
                        role="slider"
                        tabIndex={0}
                        aria-label={`${w.trendTable}. ${w.trendHelp}`}
                        aria-valuemin={0}
                        aria-valuemax={last}
                        aria-valuenow={shown}
                        aria-valuetext={barText(data, layers, shown, span)}
                        {...handlers}
                >
                        {bar !== undefined && <div class="trend-bar" style={between(bar, bar)} />}
                        {span && <div class="trend-span" style={between(span.first, span.last)} />}
                        {bar !== undefined && (
                                <TrendTip
                                        data={data}
                                        layers={layers}
                                        bar={bar}
                                        span={span}
                                        x={x(data.rows[bar]?.at ?? 0)}
                                        plot={plot}
                                />
                        )}
                </div>
        );
}

export function Trend({ data, onZoom, onZoomOut, jail, onJail }: TrendProps) {
        const slots = (data.series ?? []).map(({ jail: one }) => seriesOf(one)).join(' ');
        const layers = useMemo(() => layersOf(data), [data, slots, locale.value]);
        const { box, plot } = useCanvas(data, layers);
        const brush = useBrush(data, plot, { onZoom, onZoomOut });
        const empty = data.rows.every(({ bans }) => bans === 0);

        return (
                <div class="trend">
                        <div class="trend-box">
                                <div class="trend-canvas" ref={box} aria-hidden="true" />
                                {plot && data.rows.length > 0 && (
                                        <Overlay data={data} layers={layers} plot={plot} brush={brush} />
                                )}
                                {empty && <p class="trend-empty">{w.noBans}</p>}
                        </div>
                        <TrendLegend layers={layers} jail={jail} onJail={onJail} />
                        <TrendTwin data={data} layers={layers} />
                </div>
        );
}

export { spanText };
