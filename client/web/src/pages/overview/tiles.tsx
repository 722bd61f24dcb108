// SPDX-License-Identifier: LGPL-2.1-or-later

/* Five figures, each with how it went and its change against the period before. */

import type { QueryState } from '../../api/query';
import { Spark } from '../../charts/spark';
import { change, number, percent, signed } from '../../format';
import { useFilters, withFilters, type Filters } from '../../state/filters';
import { Tile } from '../../ui';
import type { Activity, OverviewData } from './data';
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

function ActiveTile({ overview, activity }: { overview?: OverviewData; activity?: Activity }) {
        const rows = activity?.rows ?? [];
        const first = rows[0];
        const difference = overview && first ? overview.active - first.active : 0;

        return (
                <Tile
                        name={w.active}
                        value={overview ? number(overview.active) : '–'}
                        change={first && signed(difference)}
                        direction={directionOf(difference)}
                        title={w.activeHelp}
                        to="/bans"
                >
                        <Spark values={rows.map(({ active }) => active)} />
                </Tile>
        );
}

function RepeatTile({ overview }: { overview?: OverviewData }) {
        const share = ({ again, all }: { again: number | undefined; all: number | undefined }) =>
                again === undefined || !all ? undefined : again / all;
        const now = share({ again: overview?.repeat_addresses, all: overview?.addresses });
        const before = share({ again: overview?.before_repeat_addresses, all: overview?.before_addresses });
        const points = now !== undefined && before !== undefined ? Math.round((now - before) * POINT) : undefined;
        const title = overview ? w.repeatHelp(overview.repeat_addresses ?? 0, overview.addresses) : '';

        return (
                <Tile
                        name={w.repeat}
                        value={now === undefined ? '–' : percent(now, 0)}
                        change={points === undefined ? undefined : `${signed(points)} ${w.points}`}
                        direction={directionOf(points ?? 0)}
                        title={before === undefined ? title : `${title} ${w.before(percent(before, 0))}`}
                        to={withFilters('/history')}
                >
                        <Spark values={[]} />
                </Tile>
        );
}

interface TilesProps {
        overview: QueryState<OverviewData>;
        activity: QueryState<Activity>;
}

export function Tiles({ overview: { data, stale }, activity: { data: activity } }: TilesProps) {
        const { filters } = useFilters();
        const range = rangeText(filters);
        const bans = against(data?.total ?? 0, data?.before);
        const unique = against(data?.addresses ?? 0, data?.before_addresses);
        const failures = against(activity?.failures ?? 0, activity?.before_failures);

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
                        <Tile
                                name={w.failures(range)}
                                value={activity ? number(activity.failures) : '–'}
                                {...failures}
                                to="/jails"
                        >
                                <Spark values={activity?.rows.map((row) => row.failures) ?? []} />
                        </Tile>
                        <Tile
                                name={w.unique}
                                value={data ? number(data.addresses) : '–'}
                                {...unique}
                                to={withFilters('/history')}
                        >
                                <Spark values={[]} />
                        </Tile>
                        <RepeatTile overview={data} />
                </section>
        );
}
