// SPDX-License-Identifier: LGPL-2.1-or-later

/* The filters of every page with figures: they live in the URL's query. */

import { computed } from '@preact/signals';
import { place, navigate } from '../router';
import { changeFilters, filterNames, readFilters, writeFilters } from './filter-values';
import type { FilterName, Filters } from './filter-values';

export * from './filter-values';

export interface UseFilters {
        filters: Filters;
        /** Changes some; `push` (default) makes an entry in the history, so that Back takes it back. */
        set: (changes: Partial<Filters>, push?: boolean) => void;
        clear: (name: FilterName | 'all') => void;
        /** For get(); the range included. */
        query: Record<string, string>;
}

const current = computed(() => readFilters(place.value.query));

function apply(filters: Filters, push: boolean): void {
        const query = new URLSearchParams(place.value.query);
        for (const name of filterNames) query.delete(name);
        for (const [name, value] of Object.entries(writeFilters(filters, true))) query.set(name, value);
        query.delete('cursor');
        const text = query.toString();
        navigate(place.value.path + (text ? `?${text}` : ''), { replace: !push, keepScroll: true });
}

export function setFilters(changes: Partial<Filters>, push = true): void {
        apply(changeFilters(current.value, changes), push);
}

export function clearFilter(name: FilterName | 'all'): void {
        if (name === 'all') {
                const { range, since, until } = current.value;
                apply({ range, since, until }, true);
        } else if (name === 'range' || name === 'since' || name === 'until') {
                apply({ ...current.value, since: undefined, until: undefined, range: '24h' }, true);
        } else {
                apply({ ...current.value, [name]: undefined }, true);
        }
}

export function useFilters(): UseFilters {
        const filters = current.value;
        return { filters, set: setFilters, clear: clearFilter, query: writeFilters(filters) };
}

/** A path with the present filters and some changed: withFilters('/bans', {jail: 'sshd'}). */
export function withFilters(to: string, changes: Partial<Filters> = {}): string {
        const [path = '/', own = ''] = to.split('?');
        const query = new URLSearchParams(own);
        const filters = writeFilters(changeFilters(current.value, changes), true);
        for (const [name, value] of Object.entries(filters)) if (!query.has(name)) query.set(name, value);
        const text = query.toString();
        return text ? `${path}?${text}` : path;
}
