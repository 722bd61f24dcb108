// SPDX-License-Identifier: LGPL-2.1-or-later

/* What the overview asks: one call for all figures of the archive, one for what comes of the counters. */

import { useQuery, type QueryState } from '../../api/query';
import type { Activity, Archive, GeoProperties, HourCount, Overview } from '../../api/types';
import { timeZone } from '../../state/preferences';
import { useFilters } from '../../state/filters';

export interface Hours {
        rows: HourCount[];
}

const ROWS = 10;

/* Seconds: the latest ban is in the live feed at once, sums may come a little later. */
const FIGURES_EVERY = 4;
const SLOW_EVERY = 30;

const FIGURES = ['Bans.*', 'History.Properties', 'Geo.Properties', 'Settings.Changed'] as const;
const COUNTERS = ['Bans.*', 'Jail.*', 'Server.*'] as const;

export function useOverview(): QueryState<Overview> {
        const { query } = useFilters();
        const asked = { ...query, limit: ROWS, by: 'jail', timezone: timeZone.value };
        return useQuery<Overview>('dashboard/overview', asked, { events: FIGURES, every: FIGURES_EVERY });
}

export function useActivity(): QueryState<Activity> {
        const { filters } = useFilters();
        const { range, since, until } = filters;
        const asked = { range, since, until, timezone: timeZone.value };
        return useQuery<Activity>('dashboard/activity', asked, { events: COUNTERS, every: SLOW_EVERY });
}

export function useHours(): QueryState<Hours> {
        const { query } = useFilters();
        return useQuery<Hours>(
                'dashboard/bans/hours',
                { ...query, timezone: timeZone.value },
                { events: FIGURES, every: SLOW_EVERY },
        );
}

export function useArchive(): QueryState<Archive> {
        return useQuery<Archive>('history/archive', undefined, {
                events: ['History.Properties'],
                every: FIGURES_EVERY,
        });
}

export function useGeo(): QueryState<GeoProperties> {
        return useQuery<GeoProperties>('geo', undefined, { events: ['Geo.Properties'] });
}
