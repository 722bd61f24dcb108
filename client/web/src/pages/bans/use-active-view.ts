// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * The rows of the table, kept while bans come and go
 *
 * What ended is left out at once. New bans are put in their places while the list is at its top; elsewhere, and while
 * somebody is about something in a row, they are counted, so that nothing moves under him.
 */

import { useRef, useState } from 'preact/hooks';
import { countryName } from '../../format';
import { language } from '../../state/preferences';
import type { Rows } from '../../ui/virtual-table';
import type { ActiveStore } from './active-store';
import type { ActiveBan, ActiveTable } from './active-table';
import { activeCompare, activeTest, merge, pick, without, type ActiveFilter, type ActiveOrder } from './active-view';

export interface ActiveRows extends Rows<ActiveBan> {
        /* Slots, in order. */
        view: Uint32Array;
}

interface Kept {
        table: ActiveTable;
        key: string;
        version: number;
        rows: ActiveRows;
        /* Slots from here on are not in the view. */
        upTo: number;
        /* How many of them would be. */
        fresh: number;
}

function rowsOf(table: ActiveTable, view: Uint32Array): ActiveRows {
        return {
                view,
                count: view.length,
                at(index) {
                        const slot = view[index];
                        return slot === undefined ? undefined : table.row(slot);
                },
                id: (index) => view[index],
                indexOf: (id) => view.indexOf(id as number),
        };
}

function counted(first: number, behind: number, test: (slot: number) => boolean): number {
        let count = 0;
        for (let slot = first; slot < behind; slot++) if (test(slot)) count++;
        return count;
}

function updated(
        store: ActiveStore,
        had: Kept | null,
        key: string,
        filter: ActiveFilter,
        order: ActiveOrder,
        take: boolean,
): Kept {
        const { table } = store;
        const version = store.version.value;
        const test = activeTest(table, filter);
        const compare = activeCompare(table, order, countryName);
        if (!had || had.key !== key || had.table !== table)
                return {
                        table,
                        key,
                        version,
                        rows: rowsOf(table, pick(0, table.size, test, compare)),
                        upTo: table.size,
                        fresh: 0,
                };
        const still = without(had.rows.view, test);
        if (!take)
                return {
                        table,
                        key,
                        version,
                        rows: rowsOf(table, still),
                        upTo: had.upTo,
                        fresh: counted(had.upTo, table.size, test),
                };
        const view = merge(still, pick(had.upTo, table.size, test, compare), compare);
        return { table, key, version, rows: rowsOf(table, view), upTo: table.size, fresh: 0 };
}

/** `hold`: new bans are counted only, until `take` is called. */
export function useActiveView(
        store: ActiveStore,
        filter: ActiveFilter,
        order: ActiveOrder,
        hold: boolean,
): {
        rows: ActiveRows;
        fresh: number;
        take: () => void;
} {
        const kept = useRef<Kept | null>(null);
        const [, render] = useState(0);
        const key = JSON.stringify([filter, order, language.value]);
        const had = kept.current;
        const takes = !hold || store.state.value === 'loading';
        const current =
                had?.key === key &&
                had.table === store.table &&
                had.version === store.version.value &&
                (!takes || had.upTo === store.table.size);
        if (!had || !current) kept.current = updated(store, had, key, filter, order, takes);
        const { rows, fresh } = kept.current as Kept;
        const take = () => {
                kept.current = null;
                render((count) => count + 1);
        };
        return { rows, fresh, take };
}
