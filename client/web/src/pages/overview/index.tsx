// SPDX-License-Identifier: LGPL-2.1-or-later

/* The overview: how it is, what happened, and from where, in one screen; every figure filters all others. */

import { useEffect } from 'preact/hooks';
import { bridgeReached, daemonReached } from '../../api/client';
import type { QueryState } from '../../api/query';
import type { Overview } from '../../api/types';
import { HourOfWeek } from '../../charts/hour-of-week';
import { WorldMap } from '../../charts/world-map';
import { relative } from '../../format';
import { seconds } from '../../state/clock';
import { useFilters, withFilters } from '../../state/filters';
import { timeZone } from '../../state/preferences';
import { learnJails } from '../../state/series';
import { useStatus } from '../../state/status';
import { Button, Card, errorText, ErrorState, Notice, Page, Skeleton } from '../../ui';
import { useActivity, useArchive, useHours, useOverview } from './data';
import { FeedCard } from './feed';
import { FirstRun } from './first-run';
import { Addresses, Countries, Jails, Networks, Origins } from './lists';
import { Strip } from './strip';
import { Tiles } from './tiles';
import { TrendCard } from './trend-card';
import { w } from './words';
import './overview.css';

/** Jails that are no more have bans, too: they get what colours the running ones left. */
function useJailColours(data: Overview | undefined): boolean {
        const status = useStatus();
        const known = status.data !== undefined;

        useEffect(() => {
                if (known && data)
                        learnJails(data.by_jail.map(({ jail, bans }) => ({ name: jail, total_banned: bans })));
        }, [known, data]);
        return known || status.error !== undefined;
}

/** The last figures stay when newer ones do not come, and say how old they are; without a connection the shell does. */
function Outdated({ query }: { query: QueryState<Overview> }) {
        if (!query.data || !query.error || !bridgeReached.value || !daemonReached.value) return null;
        const retry = (
                <Button icon="refresh" onClick={() => void query.refresh()}>
                        {w.retry}
                </Button>
        );
        return (
                <Notice tone="warn" title={errorText(query.error)} actions={retry}>
                        {w.notCurrent(relative(query.at, seconds.value))}
                </Notice>
        );
}

/** Nothing was banned in this period, or nothing that fits: how to see more. */
function Nothing() {
        const { filters, set, clear } = useFilters();
        const { jail, country, network, origin, address, range } = filters;
        const filtered = [jail, country, network, origin, address].some((filter) => filter !== undefined);
        const actions = (
                <>
                        {filtered && <Button onClick={() => clear('all')}>{w.clearFilters}</Button>}
                        {(range === '24h' || range === '7d') && (
                                <Button onClick={() => set({ range: '30d' })}>{w.widerRange}</Button>
                        )}
                </>
        );
        return <Notice title={filtered ? w.noneFiltered : w.noneInPeriod} actions={actions} />;
}

function MapCard({ data }: { data: Overview | undefined }) {
        const { filters, set } = useFilters();
        return (
                <Card span={8} title={w.where} note={w.whereNote} to={withFilters('/map')}>
                        {data ? (
                                <WorldMap
                                        rows={data.by_country}
                                        thresholds={data.thresholds}
                                        selected={filters.country || undefined}
                                        onSelect={(country) => set({ country })}
                                />
                        ) : (
                                <div class="map-place">
                                        <Skeleton lines={1} height={340} />
                                </div>
                        )}
                </Card>
        );
}

function HoursCard() {
        const { data, error, refresh } = useHours();
        return (
                <Card span={8} title={w.hours} note={w.hoursNote(timeZone.value)}>
                        {data && <HourOfWeek rows={data.rows} />}
                        {!data &&
                                (error ? (
                                        <ErrorState error={error} retry={() => void refresh()} />
                                ) : (
                                        <Skeleton lines={7} />
                                ))}
                </Card>
        );
}

function Figures({ query }: { query: QueryState<Overview> }) {
        const activity = useActivity();
        const { data, stale } = query;
        const coloured = useJailColours(data);

        return (
                <>
                        <Outdated query={query} />
                        <Tiles overview={query} activity={activity} />
                        <TrendCard data={coloured ? data : undefined} stale={stale} />
                        <FeedCard />
                        <MapCard data={data} />
                        <Countries data={data} />
                        <Networks data={data} />
                        <Jails data={data} />
                        <Addresses data={data} />
                        <HoursCard />
                        <Origins data={data} />
                </>
        );
}

export default function OverviewPage() {
        const query = useOverview();
        const { data: archive } = useArchive();
        const { data, error, refresh } = query;
        const never = archive?.bans === 0 && data?.total === 0 && data.active === 0;

        return (
                <Page title={w.title} hidden>
                        <Strip />
                        {never && <FirstRun />}
                        {!never && data?.total === 0 && <Nothing />}
                        {!data && error ? (
                                <Card>
                                        <ErrorState error={error} retry={() => void refresh()} />
                                </Card>
                        ) : (
                                <Figures query={query} />
                        )}
                </Page>
        );
}
