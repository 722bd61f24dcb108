// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * Which rows are chosen
 *
 * Rows are known by ids that stay theirs while they move. A range reaches from the row that was touched last without
 * the shift key.
 */

import { computed, signal, type ReadonlySignal } from '@preact/signals';

export type RowId = string | number;

/* What a range is made of: the rows as they lie now. */
export interface RowOrder {
        readonly count: number;
        id(index: number): RowId | undefined;
        indexOf(id: RowId): number;
}

const RANGE_MAX = 200_000;

export class Selection {
        private readonly chosen = signal<ReadonlySet<RowId>>(new Set());
        private anchor: RowId | undefined;
        readonly count: ReadonlySignal<number> = computed(() => this.chosen.value.size);

        get ids(): ReadonlySet<RowId> {
                return this.chosen.value;
        }

        has(id: RowId | undefined): boolean {
                return id !== undefined && this.chosen.value.has(id);
        }

        toggle(id: RowId): void {
                const next = new Set(this.chosen.peek());
                if (!next.delete(id)) next.add(id);
                this.anchor = id;
                this.chosen.value = next;
        }

        /* All from the anchor to this row, beside what was chosen. */
        extend(order: RowOrder, to: number): void {
                const from = this.anchor === undefined ? -1 : order.indexOf(this.anchor);
                if (from < 0) {
                        const id = order.id(to);
                        if (id !== undefined && !this.has(id)) this.toggle(id);
                        return;
                }
                const next = new Set(this.chosen.peek());
                const last = Math.min(Math.max(from, to), Math.min(from, to) + RANGE_MAX);
                for (let i = Math.min(from, to); i <= last; i++) {
                        const id = order.id(i);
                        if (id !== undefined) next.add(id);
                }
                this.chosen.value = next;
        }

        /* Every row that is loaded; none when all of them were chosen. */
        all(order: RowOrder): void {
                const next = new Set<RowId>();
                for (let i = 0; i < order.count; i++) {
                        const id = order.id(i);
                        if (id !== undefined) next.add(id);
                }
                const had = this.chosen.peek();
                this.chosen.value = had.size === next.size ? new Set() : next;
        }

        only(id: RowId): void {
                this.anchor = id;
                this.chosen.value = new Set([id]);
        }

        /* Forgets those that are gone. */
        keep(still: (id: RowId) => boolean): void {
                const had = this.chosen.peek();
                const next = new Set([...had].filter(still));
                if (next.size !== had.size) this.chosen.value = next;
        }

        clear(): void {
                this.anchor = undefined;
                if (this.chosen.peek().size > 0) this.chosen.value = new Set();
        }
}
