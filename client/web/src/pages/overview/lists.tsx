// SPDX-License-Identifier: LGPL-2.1-or-later

/* The most frequent of each kind; a click filters by it, a second one ends that. */

import type { ComponentChildren } from 'preact';
import { countryName } from '../../format';
import { buildPath, Link } from '../../router';
import { useFilters, withFilters } from '../../state/filters';
import { seriesOf } from '../../state/series';
import { Card, Flag, JailDot, Network, originText, Skeleton, TopList, type TopRow } from '../../ui';
import type { Overview } from '../../api/types';
import { w } from './words';

const SHOWN = 10;
/* A smaller share would read as none. */
const SHARE_SEEN = 0.0005;
/* As many as stand beside the map. */
const SHOWN_COUNTRIES = 12;

interface ListCardProps {
        title: string;
        rows: readonly TopRow[] | undefined;
        all?: { to: string; count?: number };
        actions?: ComponentChildren;
        skeleton?: number;
        class?: string;
        hint?: ComponentChildren;
}

function ListCard({ title, rows, all, actions, skeleton = SHOWN, class: own, hint }: ListCardProps) {
        const link = all && <Link to={all.to}>{all.count === undefined ? w.all : w.allCount(all.count)}</Link>;

        return (
                <Card span={4} title={title} to={all?.to} actions={actions ?? link} class={own ?? ''}>
                        {!rows && <Skeleton lines={skeleton} />}
                        {rows?.length === 0 && <p class="card-empty">{w.noneHere}</p>}
                        {rows && rows.length > 0 && <TopList rows={rows} label={title} />}
                        {hint && <p class="card-empty">{hint}</p>}
                </Card>
        );
}

interface ListProps {
        data: Overview | undefined;
}

export function Countries({ data }: ListProps) {
        const { filters, set } = useFilters();
        const rows = data?.by_country.slice(0, SHOWN_COUNTRIES).map(
                ({ country, bans, share }): TopRow => ({
                        key: country,
                        lead: <Flag code={country} />,
                        label: country ? countryName(country) : <span class="soft">{w.noCountry}</span>,
                        value: bans,
                        share,
                        selected: filters.country === country,
                        onSelect: () => set({ country: filters.country === country ? undefined : country }),
                }),
        );
        const all = { to: withFilters('/map'), ...(data && { count: data.by_country.length }) };
        return <ListCard title={w.countries} rows={rows} all={all} skeleton={SHOWN_COUNTRIES} />;
}

export function Networks({ data }: ListProps) {
        const { filters, set } = useFilters();
        const rows = data?.by_network.slice(0, SHOWN).map(
                ({ network, organisation, bans, share }): TopRow => ({
                        key: String(network),
                        label: <Network network={network} organisation={organisation} />,
                        value: bans,
                        share,
                        selected: filters.network === network,
                        onSelect: () => set({ network: filters.network === network ? undefined : network }),
                }),
        );
        const unknown = data?.total !== 0 && data?.by_network.every(({ network }) => network === 0);
        const hint = unknown && (
                <>
                        {w.noNetworks} <Link to="/geo">{w.openGeo}</Link>
                </>
        );
        return <ListCard title={w.networks} rows={rows} all={{ to: withFilters('/map') }} hint={hint} />;
}

export function Jails({ data }: ListProps) {
        const { filters, set } = useFilters();
        const rows = data?.by_jail.slice(0, SHOWN).map(
                ({ jail, bans, share }): TopRow => ({
                        key: jail,
                        lead: <JailDot jail={jail} />,
                        label: jail,
                        value: bans,
                        share,
                        series: seriesOf(jail),
                        selected: filters.jail === jail,
                        onSelect: () => set({ jail: filters.jail === jail ? undefined : jail }),
                }),
        );
        const all = { to: withFilters('/jails'), ...(data && { count: data.by_jail.length }) };
        return <ListCard title={w.jailsTitle} rows={rows} all={all} />;
}

export function Addresses({ data }: ListProps) {
        const { filters, set } = useFilters();
        const { address: chosen } = filters;
        const rows = data?.top.slice(0, SHOWN).map(
                ({ address, country, bans, share }): TopRow => ({
                        key: address,
                        lead: <Flag code={country} />,
                        label: <span class="mono">{address}</span>,
                        value: bans,
                        ...(share >= SHARE_SEEN && { share }),
                        selected: chosen === address,
                        onSelect: () => set({ address: chosen === address ? undefined : address }),
                }),
        );
        const open = chosen && <Link to={buildPath('/address/:address', { address: chosen })}>{w.openAddress}</Link>;
        const all = { to: withFilters('/history'), ...(data && { count: data.addresses }) };
        return <ListCard title={w.addresses} rows={rows} all={all} actions={open} />;
}

export function Origins({ data }: ListProps) {
        const { filters, set } = useFilters();
        const rows = data?.by_origin.map(
                ({ origin, bans, share }): TopRow => ({
                        key: origin,
                        label: originText(origin),
                        value: bans,
                        share,
                        selected: filters.origin === origin,
                        onSelect: () => set({ origin: filters.origin === origin ? undefined : origin }),
                }),
        );
        return <ListCard title={w.origins} rows={rows} skeleton={3} class="origin-card" />;
}
