// SPDX-License-Identifier: LGPL-2.1-or-later

/* Networks and addresses of the country that is chosen, or of all. */

import type { ComponentChildren } from 'preact';
import { useQuery, type QueryState } from '../../api/query';
import type { AddressCount, NetworkCount } from '../../api/types';
import { countryName } from '../../format';
import { buildPath, Link } from '../../router';
import { useFilters, withFilters } from '../../state/filters';
import { Card, ErrorState, Flag, Network, Skeleton, TopList, type TopRow } from '../../ui';
import { w } from './words';

const SHOWN = 15;
const EVENTS = ['Bans.*', 'History.Properties'] as const;

interface DetailsProps<T> {
        title: string;
        query: QueryState<{ rows: T[] }>;
        row: (row: T) => TopRow;
        actions: ComponentChildren;
}

function Details<T>({ title, query, row, actions }: DetailsProps<T>) {
        const { filters } = useFilters();
        const { country } = filters;
        const note = country === undefined ? w.allCountries : w.of(country ? countryName(country) : w.noCountry);
        const { data, error, stale, refresh } = query;

        return (
                <Card span={6} title={title} note={note} actions={actions} busy={stale}>
                        {!data && !error && <Skeleton lines={8} />}
                        {!data && error && <ErrorState error={error} retry={() => void refresh()} />}
                        {data?.rows.length === 0 && <p class="card-empty soft">{w.noneHere}</p>}
                        {data && data.rows.length > 0 && <TopList rows={data.rows.map(row)} label={title} />}
                </Card>
        );
}

export function NetworksCard() {
        const { filters, query, set } = useFilters();
        const { network: chosen } = filters;
        const asked = { ...query, limit: SHOWN };
        const networks = useQuery<{ rows: NetworkCount[] }>('dashboard/bans/by-network', asked, {
                events: EVENTS,
                every: 5,
        });
        const row = ({ network, organisation, bans, share }: NetworkCount): TopRow => ({
                key: String(network),
                label: <Network network={network} organisation={organisation} />,
                value: bans,
                share,
                selected: chosen === network,
                onSelect: () => set({ network: chosen === network ? undefined : network }),
        });

        return (
                <Details
                        title={w.networks}
                        query={networks}
                        row={row}
                        actions={<Link to={withFilters('/history')}>{w.inHistory}</Link>}
                />
        );
}

export function AddressesCard() {
        const { filters, query, set } = useFilters();
        const { address: chosen } = filters;
        const asked = { ...query, limit: SHOWN };
        const top = useQuery<{ rows: AddressCount[] }>('dashboard/bans/top', asked, { events: EVENTS, every: 5 });
        const row = ({ address, country, bans, share }: AddressCount): TopRow => ({
                key: address,
                lead: <Flag code={country} />,
                label: <span class="mono">{address}</span>,
                value: bans,
                share,
                selected: chosen === address,
                onSelect: () => set({ address: chosen === address ? undefined : address }),
        });
        const actions = chosen ? (
                <Link to={buildPath('/address/:address', { address: chosen })}>{w.openAddress}</Link>
        ) : (
                <Link to={withFilters('/history')}>{w.inHistory}</Link>
        );

        return <Details title={w.addresses} query={top} row={row} actions={actions} />;
}
