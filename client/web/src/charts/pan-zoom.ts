// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * Zooming and panning an SVG: by buttons and keys, by the wheel with Ctrl held (the wheel alone scrolls the page), by
 * dragging, and with two fingers. One finger moves the picture only while it is enlarged; else it scrolls the page.
 */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';

/** What is seen: a point p of the picture is drawn at p * scale + (x, y). */
export interface View {
        scale: number;
        x: number;
        y: number;
}

export const WHOLE: View = { scale: 1, x: 0, y: 0 };

const MOST = 16;
const STEP = 1.6;
const WHEEL_SPEED = 0.0022;
const DRAG_STARTS = 4;

export interface Point {
        x: number;
        y: number;
}

export interface PanZoom {
        view: View;
        /** Around a point of the picture, or else around the middle of what is seen. */
        zoomIn: (around?: Point) => void;
        zoomOut: (around?: Point) => void;
        reset: () => void;
        /** Moves the picture as little as needed for a point of it to be seen. */
        reveal: (x: number, y: number) => void;
        /** True from the start of a drag until the click that ends it: that click chooses nothing. */
        dragged: () => boolean;
}

function clamp(value: number, least: number, most: number): number {
        return Math.min(Math.max(value, least), most);
}

function zoomed(view: View, factor: number, at: Point, width: number, height: number): View {
        const scale = clamp(view.scale * factor, 1, MOST);
        const ratio = scale / view.scale;
        return kept({ scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio }, width, height);
}

/** The picture never leaves a gap at its edges. */
function kept(view: View, width: number, height: number): View {
        return {
                scale: view.scale,
                x: clamp(view.x, width * (1 - view.scale), 0),
                y: clamp(view.y, height * (1 - view.scale), 0),
        };
}

function revealed(view: View, x: number, y: number, width: number, height: number): View {
        const margin = 0.12;
        const at = { x: x * view.scale + view.x, y: y * view.scale + view.y };
        const dx = clamp(at.x, width * margin, width * (1 - margin)) - at.x;
        const dy = clamp(at.y, height * margin, height * (1 - margin)) - at.y;
        return kept({ scale: view.scale, x: view.x + dx, y: view.y + dy }, width, height);
}

/** From the window's pixels to the units of the SVG's view box. */
function inside(svg: SVGSVGElement, event: { clientX: number; clientY: number }): Point {
        const matrix = svg.getScreenCTM()?.inverse();
        return matrix ? new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix) : { x: 0, y: 0 };
}

function distance(a: Point, b: Point): number {
        return Math.hypot(a.x - b.x, a.y - b.y);
}

type Change = (change: (view: View) => View) => void;

/** The fingers, or the mouse, that are down, and what their moving does. */
function gestures(svg: SVGSVGElement, width: number, height: number, change: Change, moved: { current: boolean }) {
        const down = new Map<number, Point>();
        let travelled = 0;

        function start(event: PointerEvent): void {
                if (event.pointerType === 'mouse' && event.button !== 0) return;
                if (down.size === 0) {
                        travelled = 0;
                        moved.current = false;
                }
                down.set(event.pointerId, { x: event.clientX, y: event.clientY });
        }

        function drag(from: Point, to: Point): void {
                const a = inside(svg, { clientX: from.x, clientY: from.y });
                const b = inside(svg, { clientX: to.x, clientY: to.y });
                change((view) => kept({ ...view, x: view.x + b.x - a.x, y: view.y + b.y - a.y }, width, height));
        }

        function pinch(from: Point, to: Point, other: Point): void {
                const before = distance(from, other);
                if (before === 0) return;
                const middle = inside(svg, { clientX: (to.x + other.x) / 2, clientY: (to.y + other.y) / 2 });
                change((view) => zoomed(view, distance(to, other) / before, middle, width, height));
        }

        function move(event: PointerEvent): void {
                const from = down.get(event.pointerId);
                if (from === undefined) return;

                const to = { x: event.clientX, y: event.clientY };
                const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
                down.set(event.pointerId, to);
                travelled += distance(from, to);
                if (!moved.current && travelled > DRAG_STARTS) {
                        moved.current = true;
                        svg.setPointerCapture(event.pointerId);
                }
                if (other !== undefined) pinch(from, to, other);
                else if (moved.current) drag(from, to);
        }

        function end(event: PointerEvent): void {
                down.delete(event.pointerId);
        }

        function wheel(event: WheelEvent): void {
                if (!event.ctrlKey && !event.metaKey) return;
                event.preventDefault();
                const at = inside(svg, event);
                const factor = Math.exp(-event.deltaY * WHEEL_SPEED * (event.deltaMode === 1 ? 16 : 1));
                change((view) => zoomed(view, factor, at, width, height));
        }

        return { start, move, end, wheel };
}

export function usePanZoom(svg: RefObject<SVGSVGElement>, width: number, height: number): PanZoom {
        const [view, setView] = useState(WHOLE);
        const moved = useRef(false);

        useEffect(() => {
                const element = svg.current;
                if (!element) return undefined;

                const { start, move, end, wheel } = gestures(element, width, height, setView, moved);
                const stop = new AbortController();
                const options = { signal: stop.signal };
                element.addEventListener('pointerdown', start, options);
                element.addEventListener('pointermove', move, options);
                element.addEventListener('pointerup', end, options);
                element.addEventListener('pointercancel', end, options);
                element.addEventListener('wheel', wheel, { ...options, passive: false });
                return () => stop.abort();
        }, [svg, width, height]);

        const acts = useMemo(() => {
                const zoomBy = (factor: number) => (around?: Point) =>
                        setView((now) => {
                                const middle = { x: width / 2, y: height / 2 };
                                const at = around
                                        ? { x: around.x * now.scale + now.x, y: around.y * now.scale + now.y }
                                        : middle;
                                return zoomed(now, factor, at, width, height);
                        });
                return {
                        zoomIn: zoomBy(STEP),
                        zoomOut: zoomBy(1 / STEP),
                        reset: () => setView(WHOLE),
                        reveal: (x: number, y: number) => setView((now) => revealed(now, x, y, width, height)),
                        dragged: () => moved.current,
                };
        }, [width, height]);

        return { view, ...acts };
}
