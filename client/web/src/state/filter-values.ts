// SPDX-License-Identifier: LGPL-2.1-or-later

/* Filters of the figures, to and from a URL's query. No DOM here. */

export type Range = '24h' | '7d' | '30d' | '365d' | 'all';
export type Origin = 'self' | 'manual' | 'blocklist';

export interface Filters {
        /** Default "24h"; undefined when since or until is there. */
        range?: Range;
        since?: number;
        until?: number;
        jail?: string;
        /** Two letters; empty: without a country. */
        country?: string;
        /** Autonomous system; 0: without. */
        network?: number;
        origin?: Origin;
        address?: string;
}

export const ranges: readonly Range[] = ['24h', '7d', '30d', '365d', 'all'];
export const origins: readonly Origin[] = ['self', 'manual', 'blocklist'];
export const filterNames = ['range', 'since', 'until', 'jail', 'country', 'network', 'origin', 'address'] as const;
export type FilterName = (typeof filterNames)[number];

function seconds(text: string | null): number | undefined {
        return text !== null && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

/** Reads what is valid; everything else is as if it were not there. */
export function readFilters(query: URLSearchParams): Filters {
        const filters: Filters = {};
        filters.since = seconds(query.get('since'));
        filters.until = seconds(query.get('until'));
        if (filters.since === undefined && filters.until === undefined)
                filters.range = ranges.find((range) => range === query.get('range')) ?? '24h';

        const country = query.get('country');
        if (country !== null && /^([A-Za-z]{2})?$/.test(country)) filters.country = country.toUpperCase();
        const network = query.get('network');
        if (network !== null && /^\d{1,10}$/.test(network)) filters.network = Number(network);
        filters.origin = origins.find((origin) => origin === query.get('origin'));
        filters.jail = query.get('jail') || undefined;
        filters.address = query.get('address') || undefined;
        return filters;
}

/** The filters as a query for the API and for links, the default range left out when `short`. */
export function writeFilters(filters: Filters, short = false): Record<string, string> {
        const query: Record<string, string> = {};
        for (const name of filterNames) {
                const value = filters[name];
                if (value === undefined || (short && name === 'range' && value === '24h')) continue;
                query[name] = String(value);
        }
        return query;
}

/** The filters with changes: a range ends since and until, and the other way round. */
export function changeFilters(filters: Filters, changes: Partial<Filters>): Filters {
        const next = { ...filters, ...changes };
        if (changes.range !== undefined) {
                next.since = undefined;
                next.until = undefined;
        } else if (changes.since !== undefined || changes.until !== undefined) {
                next.range = undefined;
        }
        if (next.range === undefined && next.since === undefined && next.until === undefined) next.range = '24h';
        return next;
}
