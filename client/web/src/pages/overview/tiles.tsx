// SPDX-License-Identifier: LGPL-2.1-or-later

/* Five figures, each with how it went and its change against the period before. */

import type { QueryState } from '../../api/query';
import type { Activity, Overview } from '../../api/types';
import { Spark } from '../../charts/spark';
import { change, number, percent, signed } from '../../format';
import { useFilters, withFilters, type Filters } from '../../state/filters';
import { useStatus } from '../../state/status';
import { Tile } from '../../ui';
import { w } from './words';

const POINT = 100;

type Direction = 'up' | 'down' | 'same';

interface Difference {
        change?: string;
        direction: Direction;
        title: string;
}

function directionOf(difference: number): Direction {
        return difference > 0 ? 'up' : difference < 0 ? 'down' : 'same';
}

/** Against the period before, as a share of it; nothing when there was none. */
function against(now: number, before: number | undefined): Difference {
        if (before === undefined || before === 0) return { direction: 'same', title: w.nothingBefore };
        return {
                change: change((now - before) / before),
                direction: directionOf(now - before),
                title: w.before(number(before)),
        };
}

export function rangeText({ range }: Filters): string {
        return range ? w.range[range] : w.chosenRange;
}

function ActiveTile({ overview, activity }: { overview?: Overview; activity?: Activity }) {
        const samples = (activity?.rows ?? []).flatMap(({ active }) => (active === undefined ? [] : [active]));
        const first = samples[0];
        const difference = overview && first !== undefined ? overview.active - first : 0;

        return (
                <Tile
                        name={w.active}
                        value={overview ? number(overview.active) : '–'}
                        change={first === undefined ? undefined : signed(difference)}
                        direction={directionOf(difference)}
                        title={w.activeHelp}
                        to="/bans"
                >
                        <Spark values={samples} />
                </Tile>
        );
}

/* Until the first sample there is what fail2ban watches now. */
function FailuresNowTile() {
        const { data } = useStatus();
        return (
                <Tile
                        name={w.failuresNow}
                        value={data?.online ? number(data.currently_failed) : '–'}
                        title={`${w.failuresNowHelp} ${w.noSamples}`}
                        to="/jails"
                >
                        <Spark values={[]} />
                </Tile>
        );
}

function FailuresTile({ activity, range }: { activity?: Activity; range: string }) {
        const rows = activity?.rows ?? [];
        const sampled = rows.some(({ active }) => active !== undefined);
        if (activity && !sampled) return <FailuresNowTile />;

        const difference = against(activity?.failures ?? 0, activity?.before_failures);

        return (
                <Tile
                        name={w.failures(range)}
                        value={activity ? number(activity.failures) : '–'}
                        {...difference}
                        title={`${difference.title} ${w.failuresHelp}`}
                        to="/jails"
                >
                        <Spark values={rows.map(({ failures }) => failures)} />
                </Tile>
        );
}

function UniqueTile({ overview }: { overview?: Overview }) {
        const { addresses = 0, before_addresses } = overview ?? {};
        const difference = against(addresses, before_addresses);

        return (
                <Tile
                        name={w.unique}
                        value={overview ? number(addresses) : '–'}
                        {...difference}
                        to={withFilters('/history')}
                >
                        <Spark values={overview?.new_addresses ?? []} />
                </Tile>
        );
}

function shareOf(again: number | undefined, all: number | undefined): number | undefined {
        return again === undefined || !all ? undefined : again / all;
}

/** Of each bar of the trend, the share of bans whose address came again; not known where retention removed bans. */
function repeatsOf({ trend, new_addresses }: Overview): number[] {
        if (trend.removed > 0) return [];
        return trend.rows.map(({ bans }, index) => (bans > 0 ? 1 - (new_addresses[index] ?? 0) / bans : 0));
}

function RepeatTile({ overview }: { overview?: Overview }) {
        const { repeat_addresses: again, addresses: all } = overview ?? {};
        const now = shareOf(again, all);
        const before = shareOf(overview?.before_repeat_addresses, overview?.before_addresses);
        const points = now !== undefined && before !== undefined ? Math.round((now - before) * POINT) : undefined;
        const help = w.repeatHelp(again ?? 0, all ?? 0);

        return (
                <Tile
                        name={w.repeat}
                        value={now === undefined ? '–' : percent(now, 0)}
                        change={points === undefined ? undefined : `${signed(points)} ${w.points}`}
                        direction={directionOf(points ?? 0)}
                        title={before === undefined ? help : `${help} ${w.before(percent(before, 0))}`}
                        to={withFilters('/history')}
                >
                        <Spark values={overview ? repeatsOf(overview) : []} />
                </Tile>
        );
}

interface TilesProps {
        overview: QueryState<Overview>;
        activity: QueryState<Activity>;
}

export function Tiles({ overview: { data, stale }, activity: { data: activity } }: TilesProps) {
        const { filters } = useFilters();
        const range = rangeText(filters);
        const bans = against(data?.total ?? 0, data?.before);

        return (
                <section class="tiles" aria-busy={stale || !data ? 'true' : undefined}>
                        <h2 class="only-read">{w.figures}</h2>
                        <ActiveTile overview={data} activity={activity} />
                        <Tile
                                name={w.bans(range)}
                                value={data ? number(data.total) : '–'}
                                {...bans}
                                to={withFilters('/history')}
                        >
                                <Spark values={data?.trend.rows.map((row) => row.bans) ?? []} />
                        </Tile>
                        <FailuresTile activity={activity} range={range} />
                        <UniqueTile overview={data} />
                        <RepeatTile overview={data} />
                </section>
        );
}
