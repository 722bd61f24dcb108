// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * Choosing a span of a trend: the bar under the pointer or under the keys, and the span from where a drag, or Shift
 * with the arrow keys, began.
 */

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { bucketEnd, type TrendData } from './buckets';
import type { Plot } from './trend-canvas';

/** Bars, counted from 0, the first and the last of them included. */
export interface Span {
        first: number;
        last: number;
}

export interface Brush {
        /** The bar whose figures are shown. */
        bar: number | undefined;
        /** What would be zoomed to. */
        span: Span | undefined;
        byKeys: boolean;
        handlers: JSX.HTMLAttributes<HTMLDivElement>;
}

interface Zoom {
        onZoom: (since: number, until: number) => void;
        onZoomOut: (() => void) | undefined;
}

interface State {
        bar?: number | undefined;
        anchor?: number | undefined;
        byKeys: boolean;
}

const NOTHING: State = { byKeys: false };

function barAt(event: JSX.TargetedPointerEvent<HTMLDivElement>, data: TrendData, plot: Plot): number {
        const box = event.currentTarget.getBoundingClientRect();
        const at = plot.from + ((event.clientX - box.left) / box.width) * (plot.until - plot.from);
        const after = data.rows.findIndex((row) => row.at > at);
        return Math.max(0, after < 0 ? data.rows.length - 1 : after - 1);
}

function spanOf({ bar, anchor }: State): Span | undefined {
        if (bar === undefined || anchor === undefined) return undefined;
        return { first: Math.min(bar, anchor), last: Math.max(bar, anchor) };
}

export function useBrush(data: TrendData, plot: Plot | undefined, { onZoom, onZoomOut }: Zoom): Brush {
        const [state, setState] = useState(NOTHING);
        const last = data.rows.length - 1;
        const span = spanOf(state);

        const zoomTo = ({ first, last: end }: Span) => {
                const since = data.rows[first]?.at;
                setState(NOTHING);
                if (since !== undefined && (first > 0 || end < last)) onZoom(since, bucketEnd(data, end));
        };

        const walk = (to: number, select: boolean) => {
                const bar = Math.min(Math.max(to, 0), last);
                const anchor = select ? (state.anchor ?? state.bar ?? bar) : undefined;
                setState({ bar, anchor, byKeys: true });
        };

        const keys = (event: JSX.TargetedKeyboardEvent<HTMLDivElement>) => {
                const now = Math.min(state.bar ?? last, last);
                if (event.key === 'ArrowLeft') walk(now - 1, event.shiftKey);
                else if (event.key === 'ArrowRight') walk(now + 1, event.shiftKey);
                else if (event.key === 'Home') walk(0, event.shiftKey);
                else if (event.key === 'End') walk(last, event.shiftKey);
                else if (event.key === 'Enter') zoomTo(span ?? { first: now, last: now });
                else if (event.key === 'Escape' && span) setState({ bar: now, byKeys: true });
                else if (event.key === 'Escape' && onZoomOut) onZoomOut();
                else return;
                event.preventDefault();
                event.stopPropagation();
        };

        const down = (event: JSX.TargetedPointerEvent<HTMLDivElement>) => {
                if (!plot || event.button !== 0) return;
                event.currentTarget.setPointerCapture(event.pointerId);
                const bar = barAt(event, data, plot);
                setState({ bar, anchor: bar, byKeys: false });
        };

        const move = (event: JSX.TargetedPointerEvent<HTMLDivElement>) => {
                if (!plot) return;
                const bar = barAt(event, data, plot);
                const anchor = event.buttons & 1 ? state.anchor : undefined;
                if (bar !== state.bar || anchor !== state.anchor) setState({ bar, anchor, byKeys: false });
        };

        const up = () => {
                if (span && span.first !== span.last) zoomTo(span);
                else setState({ ...state, anchor: undefined });
        };

        return {
                bar: state.bar === undefined ? undefined : Math.min(state.bar, last),
                span:
                        span && span.first !== span.last
                                ? { first: span.first, last: Math.min(span.last, last) }
                                : undefined,
                byKeys: state.byKeys,
                handlers: {
                        onKeyDown: keys,
                        onPointerDown: down,
                        onPointerMove: move,
                        onPointerUp: up,
                        onPointerCancel: () => setState(NOTHING),
                        onPointerLeave: () => !state.byKeys && state.anchor === undefined && setState(NOTHING),
                        onDblClick: () => onZoomOut?.(),
                        onFocus: (event) => {
                                const keyboard = event.currentTarget.matches(':focus-visible');
                                if (keyboard && state.bar === undefined) setState({ bar: last, byKeys: true });
                        },
                        onBlur: () => setState(NOTHING),
                },
        };
}
