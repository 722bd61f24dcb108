// SPDX-License-Identifier: LGPL-2.1-or-later

/* The map page: the world beside a table of its countries; the country that is chosen stands in the URL. */

import { bridgeReached, daemonReached } from '../../api/client';
import { useQuery, type QueryState } from '../../api/query';
import type { ByCountry } from '../../api/types';
import { WorldMap } from '../../charts/world-map';
import { relative } from '../../format';
import { Link, navigate } from '../../router';
import { seconds } from '../../state/clock';
import { useFilters, writeFilters } from '../../state/filters';
import { Button, Card, Empty, errorText, ErrorState, Notice, Page, Skeleton } from '../../ui';
import { CountriesCard } from './countries';
import { AddressesCard, NetworksCard } from './details';
import { w } from './words';
import './map.css';

const EVENTS = ['Bans.*', 'History.Properties', 'Geo.Properties', 'Settings.Changed'] as const;

/** All countries, whichever is chosen, so that another can be. */
function useCountries(): QueryState<ByCountry> {
        const { filters } = useFilters();
        const asked = writeFilters({ ...filters, country: undefined });
        return useQuery<ByCountry>('dashboard/bans/by-country', asked, { events: EVENTS, every: 5 });
}

function NoBans() {
        const { set, clear } = useFilters();
        const actions = (
                <>
                        <Button onClick={() => set({ range: '365d' })}>{w.longer}</Button>
                        <Button onClick={() => clear('all')}>{w.clear}</Button>
                </>
        );
        return (
                <Empty icon="map" title={w.none} actions={actions}>
                        {w.noneText}
                </Empty>
        );
}

function NoCountries() {
        return (
                <Notice title={w.onlyUnknown} actions={<Button onClick={() => navigate('/geo')}>{w.openGeo}</Button>}>
                        {w.onlyUnknownText}
                </Notice>
        );
}

function Loading() {
        return (
                <>
                        <Card span={8} title={w.world}>
                                <div class="map-page-place">
                                        <Skeleton lines={1} height={480} />
                                </div>
                        </Card>
                        <Card span={4} title={w.countries}>
                                <Skeleton lines={14} />
                        </Card>
                </>
        );
}

function Countries({ data, stale }: { data: ByCountry; stale: boolean }) {
        const { filters, set } = useFilters();
        const { country } = filters;
        const choose = (next: string | undefined) => set({ country: next });
        const located = data.rows.some((row) => row.country !== '');

        return (
                <>
                        {data.total > 0 && !located && <NoCountries />}
                        <Card
                                span={8}
                                title={w.world}
                                note={w.worldNote}
                                actions={<Link to="/settings">{w.thresholds}</Link>}
                                busy={stale}
                        >
                                <WorldMap
                                        rows={data.rows}
                                        thresholds={data.thresholds}
                                        selected={country || undefined}
                                        onSelect={choose}
                                />
                                {data.total === 0 && <NoBans />}
                        </Card>
                        <CountriesCard
                                rows={data.rows}
                                thresholds={data.thresholds}
                                chosen={country}
                                onChoose={choose}
                        />
                        <NetworksCard />
                        <AddressesCard />
                </>
        );
}

export default function MapPage() {
        const { data, error, at, stale, refresh } = useCountries();
        const retry = () => void refresh();
        const countries = data?.rows.filter((row) => row.country !== '').length ?? 0;

        return (
                <Page title={w.title} lead={data && w.lead(data.total, countries)}>
                        {data && error && bridgeReached.value && daemonReached.value && (
                                <Notice
                                        tone="warn"
                                        title={errorText(error)}
                                        actions={
                                                <Button icon="refresh" onClick={retry}>
                                                        {w.retry}
                                                </Button>
                                        }
                                >
                                        {w.notCurrent(relative(at, seconds.value))}
                                </Notice>
                        )}
                        {data && <Countries data={data} stale={stale} />}
                        {!data && !error && <Loading />}
                        {!data && error && (
                                <Card>
                                        <ErrorState error={error} retry={retry} />
                                </Card>
                        )}
                </Page>
        );
}
