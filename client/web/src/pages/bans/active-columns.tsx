// SPDX-License-Identifier: LGPL-2.1-or-later

import { number } from '../../format';
import { organisationOf } from '../../state/organisations';
import { Address, Country, Countdown, JailName, Menu, Network, OriginBadge, Time, type MenuItem } from '../../ui';
import { makeColumns, type Column } from '../../ui/virtual-table-columns';
import type { ActiveStore } from './active-store';
import type { ActiveBan } from './active-table';
import { Reason } from './reason';
import { w } from './words';

/** `menu`: what can be done with one ban; `onMenu` is told when that is asked, and when no more. */
export function activeColumns(
        store: ActiveStore,
        menu: (ban: ActiveBan) => MenuItem[],
        onMenu: (open: boolean) => void,
) {
        const columns: Column<ActiveBan>[] = [
                {
                        id: 'address',
                        title: () => w.address,
                        min: 128,
                        grow: 1.4,
                        rank: 0,
                        sortable: true,
                        card: 'title',
                        cell: (ban) => <Address address={ban.address} />,
                },
                {
                        id: 'country',
                        title: () => w.country,
                        min: 120,
                        grow: 1.5,
                        rank: 3,
                        sortable: true,
                        card: 'line',
                        cell: (ban) => <Country code={ban.country} />,
                },
                {
                        id: 'network',
                        title: () => w.network,
                        min: 130,
                        grow: 1.6,
                        rank: 6,
                        sortable: true,
                        card: 'none',
                        filled: () => store.version.value >= 0 && store.table.hasNetworks,
                        cell: (ban) =>
                                ban.network ? (
                                        <Network
                                                network={ban.network}
                                                organisation={organisationOf(ban.network, ban.address)}
                                        />
                                ) : (
                                        <span class="soft">–</span>
                                ),
                },
                {
                        id: 'jail',
                        title: () => w.jail,
                        min: 172,
                        grow: 1,
                        rank: 1,
                        sortable: true,
                        card: 'line',
                        cell: (ban) => <JailName jail={ban.jail} />,
                },
                {
                        id: 'origin',
                        title: () => w.origin,
                        min: 84,
                        rank: 7,
                        card: 'line',
                        cell: ({ origin }, card) =>
                                origin && !(card && origin === 'self') ? <OriginBadge origin={origin} /> : null,
                },
                {
                        id: 'reason',
                        title: () => w.reason,
                        min: 96,
                        grow: 1,
                        rank: 5,
                        card: 'none',
                        cell: (ban) => <Reason ban={ban} />,
                },
                {
                        id: 'failures',
                        title: () => w.failures,
                        min: 76,
                        rank: 8,
                        numeric: true,
                        sortable: true,
                        card: 'line',
                        cell: ({ failures }, card) => (card ? w.failuresN(failures) : number(failures)),
                },
                {
                        id: 'count',
                        title: () => w.count,
                        min: 72,
                        rank: 4,
                        numeric: true,
                        sortable: true,
                        card: 'line',
                        cell: ({ count }, card) =>
                                count === 0 ? (
                                        <span class="soft">{card ? '' : '–'}</span>
                                ) : (
                                        <span title={w.countHint(count)}>{card ? w.countN(count) : number(count)}</span>
                                ),
                },
                {
                        id: 'since',
                        title: () => w.since,
                        min: 92,
                        rank: 3,
                        sortable: true,
                        card: 'line',
                        cell: (ban) => <Time at={ban.banned_at} />,
                },
                {
                        id: 'until',
                        title: () => w.until,
                        min: 104,
                        rank: 2,
                        numeric: true,
                        sortable: true,
                        card: 'line',
                        cell: (ban) => <Countdown until={ban.ends_at} />,
                },
                {
                        id: 'actions',
                        title: () => w.actions,
                        hideTitle: true,
                        min: 40,
                        rank: 1,
                        card: 'side',
                        // a key, since another ban may move to this row while the menu is open: then it closes
                        cell: (ban) => (
                                <Menu
                                        key={`${ban.jail} ${ban.address}`}
                                        label={w.actions}
                                        icon="more"
                                        items={menu(ban)}
                                        onOpen={onMenu}
                                />
                        ),
                },
        ];
        return makeColumns('active', columns);
}
