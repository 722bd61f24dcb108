// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * Which columns are shown
 *
 * As many as there is room for, the important ones first, until somebody chooses: then what was chosen, kept for the
 * next visit, and the table scrolls sideways where it has to.
 */

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

export interface Column<Row> {
        id: string;
        title: () => string;
        /* For screen readers alone. */
        hideTitle?: boolean;
        /* Pixels that it needs, and its part of what is left over. */
        min: number;
        grow?: number;
        /* 1 = as long as there is room at all; more is left out sooner. */
        rank: number;
        numeric?: boolean;
        sortable?: boolean;
        /* Only when it is chosen. */
        rare?: boolean;
        /* Whether rows have anything to say in it now; a column without is left out until it is chosen. */
        filled?: () => boolean;
        /* Where it stands on the card that a row is on a phone. */
        card: 'title' | 'side' | 'line' | 'none';
        /* `card`: it stands there without its title. */
        cell: (row: Row, card: boolean) => ComponentChildren;
}

export interface Columns<Row> {
        all: readonly Column<Row>[];
        shown: ReadonlySignal<readonly Column<Row>[]>;
        chosen: ReadonlySignal<boolean>;
        toggle(id: string): void;
        reset(): void;
        measured(width: number): void;
}

const PREFIX = 'bangui.columns.';
/* Beside the columns: the boxes for choosing rows, and the button that opens one. */
export const EDGE = 72;

function stored(name: string): string[] | null {
        try {
                const value: unknown = JSON.parse(localStorage.getItem(PREFIX + name) ?? 'null');
                return Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string') : null;
        } catch {
                return null;
        }
}

function store(name: string, ids: string[] | null): void {
        try {
                if (ids) localStorage.setItem(PREFIX + name, JSON.stringify(ids));
                else localStorage.removeItem(PREFIX + name);
        } catch {
                // a browser that keeps nothing: the choice holds until the page is left
        }
}

function fitting<Row>(all: readonly Column<Row>[], width: number): Set<string> {
        const ids = new Set<string>();
        let left = width - EDGE;
        for (const column of [...all].sort((a, b) => a.rank - b.rank)) {
                if (column.rare || column.filled?.() === false) continue;
                left -= column.min;
                if (left < 0 && column.rank > 1) break;
                ids.add(column.id);
        }
        return ids;
}

/* Made once for a table; `name` is what the choice is kept under. */
export function makeColumns<Row>(name: string, all: readonly Column<Row>[]): Columns<Row> {
        const choice = signal(stored(name));
        const width = signal(1200);
        const ids = computed(() => (choice.value ? new Set(choice.value) : fitting(all, width.value)));

        function choose(next: string[] | null): void {
                choice.value = next;
                store(name, next);
        }

        return {
                all,
                shown: computed(() => all.filter((column) => column.rank === 0 || ids.value.has(column.id))),
                chosen: computed(() => choice.value !== null),
                toggle(id) {
                        const next = new Set(ids.peek());
                        if (!next.delete(id)) next.add(id);
                        choose([...next]);
                },
                reset: () => choose(null),
                measured(pixels) {
                        width.value = Math.round(pixels);
                },
        };
}

export function tracks<Row>(columns: readonly Column<Row>[], boxes: boolean, opener: boolean): string {
        const own = columns.map(({ min, grow }) => (grow ? `minmax(${min}px, ${grow}fr)` : `${min}px`));
        return [...(boxes ? ['40px'] : []), ...own, ...(opener ? ['32px'] : [])].join(' ');
}

export function leastWidth<Row>(columns: readonly Column<Row>[]): number {
        return columns.reduce((sum, { min }) => sum + min, EDGE);
}
