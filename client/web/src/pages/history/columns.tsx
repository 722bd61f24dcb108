// SPDX-License-Identifier: LGPL-2.1-or-later

import { signal } from '@preact/signals';
import type { HistoryRow } from '../../api/types';
import { dateParts, hourMinute, number } from '../../format';
import { organisationOf } from '../../state/organisations';
import { Address, Badge, Country, Duration, JailName, Network, OriginBadge, Time } from '../../ui';
import { makeColumns, type Column } from '../../ui/virtual-table-columns';
import { w } from './words';

/* The year only where it is another one. */
function moment(at: number): string {
        const year = new Date(at * 1000).getFullYear() === new Date().getFullYear() ? {} : { year: 'numeric' as const };
        const two = '2-digit';
        return dateParts({ ...year, day: two, month: 'short', hour: two, minute: two, second: two }, at);
}

function Ended({ row }: { row: HistoryRow }) {
        const at = row.kind === 'unban' ? row.at : (row.ended_at ?? 0);
        if (at === 0) return <span class="soft">{row.cause === '' ? '' : w.cause(row.cause)}</span>;
        return (
                <Time at={at}>
                        {hourMinute(at)} <span class="soft">{w.cause(row.cause)}</span>
                </Time>
        );
}

/** Whether bans and their ends are listed together: only then a row has to say which it is. */
export const mixed = signal(false);

const columns: Column<HistoryRow>[] = [
        {
                id: 'at',
                title: () => w.at,
                min: 136,
                rank: 0,
                card: 'line',
                cell: (row) => <Time at={row.at}>{moment(row.at)}</Time>,
        },
        {
                id: 'kind',
                title: () => w.what,
                min: 70,
                rank: 1,
                card: 'side',
                filled: () => mixed.value,
                cell: ({ kind }) =>
                        !mixed.value ? null : (
                                <Badge tone={kind === 'ban' ? 'bad' : 'good'}>{kind === 'ban' ? w.ban : w.unban}</Badge>
                        ),
        },
        {
                id: 'address',
                title: () => w.address,
                min: 136,
                grow: 1.5,
                rank: 0,
                card: 'title',
                cell: ({ address }) => <Address address={address} />,
        },
        {
                id: 'country',
                title: () => w.country,
                min: 120,
                grow: 1.1,
                rank: 3,
                card: 'line',
                cell: ({ country }) => <Country code={country} />,
        },
        {
                id: 'network',
                title: () => w.network,
                min: 130,
                grow: 1.5,
                rank: 6,
                card: 'none',
                cell: (row) =>
                        row.network ? (
                                <Network
                                        network={row.network}
                                        organisation={organisationOf(row.network, row.address)}
                                />
                        ) : (
                                <span class="soft">–</span>
                        ),
        },
        {
                id: 'jail',
                title: () => w.jail,
                min: 124,
                grow: 1,
                rank: 1,
                card: 'line',
                cell: ({ jail }) => <JailName jail={jail} />,
        },
        {
                id: 'origin',
                title: () => w.origin,
                min: 84,
                rank: 4,
                card: 'line',
                cell: ({ origin }, card) => (card && origin === 'self' ? null : <OriginBadge origin={origin} />),
        },
        {
                id: 'duration',
                title: () => w.duration,
                min: 100,
                rank: 2,
                numeric: true,
                card: 'side',
                cell: ({ bantime }) =>
                        bantime === undefined ? null : bantime === -2 ? (
                                <span class="soft">–</span>
                        ) : (
                                <Duration seconds={bantime} />
                        ),
        },
        {
                id: 'ended',
                title: () => w.ended,
                min: 136,
                rank: 5,
                card: 'none',
                cell: (row) => <Ended row={row} />,
        },
        {
                id: 'failures',
                title: () => w.failures,
                min: 76,
                rank: 8,
                numeric: true,
                rare: true,
                card: 'none',
                cell: ({ failures }) => (failures === undefined ? null : number(failures)),
        },
        {
                id: 'count',
                title: () => w.count,
                min: 76,
                rank: 7,
                numeric: true,
                card: 'none',
                cell: ({ count, repeat }) =>
                        count ? number(count) : repeat ? <span title={w.again}>↻</span> : <span class="soft">–</span>,
        },
];

export const historyColumns = makeColumns('history', columns);
