// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * Where rows lie
 *
 * Rows are of one height, and one of them may be open and have more below it. Browsers place nothing behind some
 * 17 million pixels (Firefox; Chromium 33 million): longer lists are squeezed, so that the scroll bar still reaches
 * all of them, and rows are placed relative to where it stands.
 */

export const HIGHEST = 15_000_000;

export interface Geometry {
        count: number;
        rowHeight: number;
        /* Of the part that shows rows. */
        viewport: number;
        /* The open row; -1: none. */
        open: number;
        openHeight: number;
}

/* The height of all rows, as if nothing limited it. */
export function fullHeight(self: Geometry): number {
        return self.count * self.rowHeight + (self.open >= 0 ? self.openHeight : 0);
}

/* The height that the browser is told. */
export function placedHeight(self: Geometry): number {
        return Math.min(fullHeight(self), HIGHEST);
}

function squeeze(self: Geometry): number {
        const room = placedHeight(self) - self.viewport;
        return room > 0 ? Math.max(1, (fullHeight(self) - self.viewport) / room) : 1;
}

/* What of the full height is at the top of the viewport. */
function offsetAt(self: Geometry, scrollTop: number): number {
        return scrollTop * squeeze(self);
}

function topOf(self: Geometry, index: number): number {
        return index * self.rowHeight + (self.open >= 0 && index > self.open ? self.openHeight : 0);
}

function indexAt(self: Geometry, offset: number): number {
        const behind = self.open >= 0 ? topOf(self, self.open) + self.rowHeight : Infinity;
        const moved = offset < behind ? offset : Math.max(behind - 1, offset - self.openHeight);
        return Math.min(Math.max(Math.floor(moved / self.rowHeight), 0), Math.max(self.count - 1, 0));
}

/* Where a row is placed while the list is scrolled so. */
export function placeOf(self: Geometry, index: number, scrollTop: number): number {
        return topOf(self, index) - offsetAt(self, scrollTop) + scrollTop;
}

/* The rows that are seen, and some more on both sides: [first, behind the last). */
export function rangeAt(self: Geometry, scrollTop: number, more: number): [number, number] {
        if (self.count === 0) return [0, 0];
        const offset = offsetAt(self, scrollTop);
        return [
                Math.max(indexAt(self, offset) - more, 0),
                Math.min(indexAt(self, offset + self.viewport) + 1 + more, self.count),
        ];
}

/* Where to scroll so that a row is wholly seen; the same when it is. */
export function scrollToSee(self: Geometry, index: number, scrollTop: number): number {
        const offset = offsetAt(self, scrollTop);
        const top = topOf(self, index);
        const bottom = top + self.rowHeight - self.viewport;
        const wanted = top < offset ? top : bottom > offset ? bottom : offset;
        return wanted / squeeze(self);
}

/* The first row that is seen, and how far it is scrolled past: what stays where it is when rows come and go. */
export function anchorAt(self: Geometry, scrollTop: number): { index: number; past: number } {
        const offset = offsetAt(self, scrollTop);
        const index = indexAt(self, offset);
        return { index, past: offset - topOf(self, index) };
}

export function scrollToAnchor(self: Geometry, index: number, past: number): number {
        return (topOf(self, index) + past) / squeeze(self);
}
