// SPDX-License-Identifier: LGPL-2.1-or-later

/* The bans in force. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { networkAround } from '../../address-key';
import { buildPath, navigate, useQueryState } from '../../router';
import { useFilters } from '../../state/filters';
import { Button, ErrorState, Menu, Notice, Page, type MenuItem } from '../../ui';
import { VirtualTable, waitingRows } from '../../ui/virtual-table';
import { Selection } from '../../ui/virtual-table-selection';
import { TableTools } from '../../ui/virtual-table-tools';
import { allow, distinct, unban, unbanAll, type Pair } from './actions';
import { activeColumns } from './active-columns';
import { holdStore, useStore, type ActiveStore } from './active-store';
import type { ActiveBan } from './active-table';
import type { ActiveFilter } from './active-view';
import { BanDetails } from './ban-details';
import { BanDialog } from './ban-dialog';
import { exportBans } from './export';
import { FilterBar, Nothing, useOrder } from './filter-bar';
import { pairsOf, SelectionBar, type Asked } from './selection-bar';
import { useActiveView, type ActiveRows } from './use-active-view';
import './bans.css';
import { w } from './words';

const WAITING = waitingRows<ActiveBan>(20);

function menuOf(ban: ActiveBan, onBan: (asked: Asked) => void): MenuItem[] {
        const pair = { address: ban.address, jail: ban.jail };
        const network = networkAround(ban.address);
        const wider: MenuItem[] =
                network === null
                        ? []
                        : [
                                  {
                                          text: w.banNetwork(network),
                                          icon: 'bans',
                                          run: () => onBan({ addresses: [network], jails: [ban.jail] }),
                                  },
                          ];
        return [
                { text: w.unban, icon: 'close', run: () => void unban([pair]) },
                { text: w.allow, icon: 'allow', run: () => void allow([ban.address], [pair]) },
                { text: w.banElsewhere, icon: 'bans', run: () => onBan({ addresses: [ban.address] }) },
                ...wider,
                { text: w.open, icon: 'right', to: buildPath('/address/:address', { address: ban.address }) },
        ];
}

function useLetters(rows: ActiveRows, selection: Selection, field: { current: HTMLDivElement | null }) {
        const finish = (done: boolean) => done && selection.clear();
        const chosen = (ban: ActiveBan | undefined): Pair[] => {
                const pairs = pairsOf(rows, selection);
                return pairs.length > 0 || !ban ? pairs : [{ address: ban.address, jail: ban.jail }];
        };
        return {
                '/': () => {
                        selection.clear();
                        requestAnimationFrame(() => field.current?.querySelector('input')?.focus());
                },
                u: (ban?: ActiveBan) => void unban(chosen(ban)).then(finish),
                a: (ban?: ActiveBan) => {
                        const pairs = chosen(ban);
                        if (pairs.length > 0) void allow(distinct(pairs), pairs).then(finish);
                },
        };
}

function leadText(store: ActiveStore, rows: ActiveRows, filtered: boolean): string {
        const { live } = store.table;
        if (store.state.value === 'loading') return w.reading(live);
        if (store.state.value === 'failed') return '';
        return filtered ? w.matching(rows.count, live) : w.inForce(live, store.table.jails.texts.length);
}

function PageActions({ rows, store, onBan }: { rows: ActiveRows; store: ActiveStore; onBan: (asked: Asked) => void }) {
        const { live } = store.table;
        const items: MenuItem[] = [
                { text: w.exportCsv, icon: 'download', run: () => exportBans('csv', rows) },
                { text: w.exportJson, icon: 'download', run: () => exportBans('json', rows) },
                { text: w.earlier, icon: 'history', to: '/history' },
                { text: w.unbanAll, icon: 'trash', danger: true, disabled: live === 0, run: () => void unbanAll(live) },
        ];
        return (
                <>
                        <Button kind="primary" icon="plus" onClick={() => onBan({ addresses: [] })}>
                                {w.ban}
                        </Button>
                        <Menu label={w.more} icon="more" items={items} />
                </>
        );
}

export default function BansPage() {
        const store = useStore();
        useEffect(() => holdStore(), []);
        const [asked, setAsked] = useState<Asked | null>(null);
        const [away, setAway] = useState(false);
        const [inMenu, setInMenu] = useState(false);
        const [inDetails, setInDetails] = useState(false);
        const [search] = useQueryState('q');
        const [order, onSort] = useOrder();
        const { filters } = useFilters();
        const field = useRef<HTMLDivElement>(null);
        const table = useRef<HTMLDivElement>(null);
        const selection = useMemo(() => new Selection(), []);
        const columns = useMemo(() => activeColumns(store, (ban) => menuOf(ban, setAsked), setInMenu), [store]);

        const { jail, country, network, origin } = filters;
        const filter: ActiveFilter = { search: search || (filters.address ?? ''), jail, country, network, origin };
        const filtered = Object.values(filter).some((value) => value !== undefined && value !== '');
        const { rows, fresh, take } = useActiveView(store, filter, order, away || inMenu || inDetails);
        useEffect(() => selection.clear(), [JSON.stringify(filter)]);
        useEffect(() => selection.keep((id) => store.table.alive[id as number] === 1), [rows]);
        const letters = useLetters(rows, selection, field);
        const { error, state } = store;
        const toFresh = () => {
                take();
                table.current?.querySelector('.vt')?.scrollTo(0, 0);
        };

        const tools = (
                <div class="table-tools">
                        <FilterBar field={field} />
                        <span class="table-space" />
                        {fresh > 0 && (
                                <Button icon="up" onClick={toFresh}>
                                        {w.fresh(fresh)}
                                </Button>
                        )}
                        <TableTools columns={columns} sort={order} onSort={onSort} />
                </div>
        );
        const list = (
                <VirtualTable
                        label={w.title}
                        rows={state.value === 'loading' && rows.count === 0 ? WAITING : rows}
                        columns={columns}
                        sort={order}
                        onSort={onSort}
                        selection={selection}
                        details={(ban) => <BanDetails address={ban.address} jail={ban.jail} />}
                        onOpen={(ban) => navigate(buildPath('/address/:address', { address: ban.address }))}
                        onDetails={setInDetails}
                        onTop={(top) => setAway(!top)}
                        letters={letters}
                        list={JSON.stringify([filter, order])}
                        empty={<Nothing filtered={filtered} search={search} />}
                />
        );
        return (
                <Page
                        title={w.title}
                        fill
                        lead={leadText(store, rows, filtered)}
                        actions={<PageActions rows={rows} store={store} onBan={setAsked} />}
                >
                        {error.value && state.value !== 'failed' && <Notice tone="warn">{w.stale}</Notice>}
                        <div class="fill" ref={table}>
                                {selection.count.value > 0 ? (
                                        <SelectionBar rows={rows} selection={selection} onBan={setAsked} />
                                ) : (
                                        tools
                                )}
                                {state.value === 'failed' && error.value ? (
                                        <ErrorState error={error.value} retry={() => void store.load()} />
                                ) : (
                                        list
                                )}
                        </div>
                        {asked && <BanDialog {...asked} onClose={() => setAsked(null)} />}
                </Page>
        );
}
