// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * The bans that match, in order
 *
 * A view is an array of slots. While bans come and go it is not sorted anew: those that ended are left out, and new
 * ones are sorted among themselves and merged in, which is linear. No DOM here.
 */

import { addressKey, masks, NO_ADDRESS } from '../../address-key';
import type { OriginName } from '../../api/types';
import { ORIGINS, type ActiveTable } from './active-table';

export interface ActiveFilter {
        /* Part of an address, or a network in CIDR form. */
        search: string;
        jail?: string | undefined;
        /* Two letters; empty: without. */
        country?: string | undefined;
        network?: number | undefined;
        origin?: OriginName | undefined;
}

export type ActiveColumn = 'address' | 'country' | 'network' | 'jail' | 'failures' | 'count' | 'since' | 'until';

export interface ActiveOrder {
        column: ActiveColumn;
        descending: boolean;
}

type Test = (slot: number) => boolean;
type Compare = (a: number, b: number) => number;

function searchTest(table: ActiveTable, search: string): Test {
        const text = search.trim().toLowerCase();
        const key = text.includes('/') ? addressKey(text) : undefined;
        if (key && key.family !== NO_ADDRESS) return table.within(key.family, key.words, masks(key), key.bits);
        return (slot) => (table.addresses[slot] ?? '').toLowerCase().includes(text);
}

export function activeTest(table: ActiveTable, filter: ActiveFilter): Test {
        const tests: Test[] = [(slot) => table.alive[slot] === 1];
        if (filter.jail !== undefined) {
                const jail = table.jails.find(filter.jail);
                tests.push((slot) => table.jail[slot] === jail);
        }
        if (filter.country !== undefined) {
                const country = table.countries.find(filter.country);
                tests.push((slot) => table.country[slot] === country);
        }
        if (filter.network !== undefined) tests.push((slot) => table.network[slot] === filter.network);
        if (filter.origin !== undefined) {
                const origin = ORIGINS.indexOf(filter.origin);
                tests.push((slot) => table.origin[slot] === origin);
        }
        if (filter.search.trim() !== '') tests.push(searchTest(table, filter.search));
        return (slot) => tests.every((test) => test(slot));
}

/* Ranks of numbered texts in the order that people sort them. */
function ranks(texts: readonly string[]): Uint16Array {
        const collator = new Intl.Collator();
        const order = texts.map((_, i) => i).sort((a, b) => collator.compare(texts[a] ?? '', texts[b] ?? ''));
        const rank = new Uint16Array(texts.length);
        order.forEach((number, place) => (rank[number] = place));
        return rank;
}

function by(values: ArrayLike<number>): Compare {
        return (a, b) => {
                const x = values[a] ?? 0;
                const y = values[b] ?? 0;
                return x < y ? -1 : x > y ? 1 : 0;
        };
}

function byRank(numbers: ArrayLike<number>, rank: ArrayLike<number>): Compare {
        return (a, b) => (rank[numbers[a] ?? 0] ?? 0) - (rank[numbers[b] ?? 0] ?? 0);
}

function compareBy(table: ActiveTable, column: ActiveColumn, countryName: (code: string) => string): Compare {
        switch (column) {
                case 'address':
                        return table.byAddress();
                case 'country':
                        return byRank(table.country, ranks(table.countries.texts.map(countryName)));
                case 'jail':
                        return byRank(table.jail, ranks(table.jails.texts));
                case 'network':
                        return by(table.network);
                case 'failures':
                        return by(table.failures);
                case 'count':
                        return by(table.count);
                case 'since':
                        return by(table.bannedAt);
                case 'until':
                        return by(table.endsAt);
        }
}

/** Bans that compare equal: the youngest first. */
export function activeCompare(table: ActiveTable, order: ActiveOrder, countryName: (code: string) => string): Compare {
        const compare = compareBy(table, order.column, countryName);
        const since = by(table.bannedAt);
        const sign = order.descending ? -1 : 1;
        return (a, b) => sign * compare(a, b) || -since(a, b) || a - b;
}

/** Slots from `first` to before `behind` that pass, in order. */
export function pick(first: number, behind: number, test: Test, compare: Compare): Uint32Array {
        const slots = new Uint32Array(Math.max(behind - first, 0));
        let count = 0;
        for (let slot = first; slot < behind; slot++) if (test(slot)) slots[count++] = slot;
        return slots.subarray(0, count).sort(compare);
}

/** What of a view still passes. */
export function without(view: Uint32Array, test: Test): Uint32Array {
        return view.filter(test);
}

export function merge(a: Uint32Array, b: Uint32Array, compare: Compare): Uint32Array {
        if (b.length === 0) return a;
        const merged = new Uint32Array(a.length + b.length);
        let i = 0;
        let j = 0;
        for (let k = 0; k < merged.length; k++) {
                const x = a[i];
                const y = b[j];
                const first = y === undefined || (x !== undefined && compare(x, y) <= 0);
                merged[k] = (first ? x : y) ?? 0;
                if (first) i++;
                else j++;
        }
        return merged;
}
