// SPDX-License-Identifier: LGPL-2.1-or-later

/* Every ban that was, and who came again. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useQuery } from '../../api/query';
import type { Archive, HistoryRow } from '../../api/types';
import { buildPath, navigate, useQueryState } from '../../router';
import { useFilters, origins, type Origin } from '../../state/filters';
import { Button, Empty, ErrorState, Icon, Input, Notice, Page, Segmented, Select, errorText } from '../../ui';
import { originText } from '../../ui/values';
import { VirtualTable, waitingRows } from '../../ui/virtual-table';
import { Selection } from '../../ui/virtual-table-selection';
import { ColumnChooser } from '../../ui/virtual-table-tools';
import { allow, distinct, unban, type Pair } from '../bans/actions';
import { BanDialog } from '../bans/ban-dialog';
import { JailSelect } from '../bans/filter-bar';
import { pairsOf, SelectionBar, type Asked } from '../bans/selection-bar';
import '../bans/bans.css';
import { historyColumns, mixed } from './columns';
import { HistoryDetails } from './details';
import { PageMenu } from './page-menu';
import { Repeaters } from './repeaters';
import { useKind } from './use-kind';
import { useSource, type UseSource } from './use-source';
import type { Kind } from './source';
import { w } from './words';

const WAITING = waitingRows<HistoryRow>(20);
const TYPING = 400;

function AddressField({ field }: { field: { current: HTMLDivElement | null } }) {
        const { filters, set, clear } = useFilters();
        const [typed, setTyped] = useState(filters.address ?? '');
        const timer = useRef(0);
        const own = useRef(filters.address ?? ''); /* set here: what is typed since then stays */
        useEffect(() => {
                if ((filters.address ?? '') !== own.current) setTyped(filters.address ?? '');
                own.current = filters.address ?? '';
        }, [filters.address]);
        const type = (text: string) => {
                setTyped(text);
                clearTimeout(timer.current);
                timer.current = window.setTimeout(() => {
                        own.current = text.trim();
                        if (text.trim()) set({ address: text.trim() }, false);
                        else clear('address');
                }, TYPING);
        };
        return (
                <div class="search-field" ref={field}>
                        <Icon name="search" size={16} />
                        <Input
                                type="search"
                                aria-label={w.search}
                                placeholder={w.search}
                                value={typed}
                                onValue={type}
                        />
                </div>
        );
}

function OriginSelect() {
        const { filters, set, clear } = useFilters();
        const options = [
                { value: '' as Origin | '', text: w.allOrigins },
                ...origins.map((origin) => ({ value: origin, text: originText(origin) })),
        ];
        return (
                <Select
                        label={w.origin}
                        value={filters.origin ?? ''}
                        options={options}
                        onValue={(origin) => (origin ? set({ origin }) : clear('origin'))}
                />
        );
}

function KindSelect() {
        const [kind, setKind] = useKind();
        const options: { value: Kind; text: string }[] = [
                { value: 'ban', text: w.kindBan },
                { value: 'unban', text: w.kindUnban },
                { value: '', text: w.kindBoth },
        ];
        return <Select label={w.kind} value={kind} options={options} onValue={setKind} />;
}

function Nothing() {
        const { set, clear } = useFilters();
        const archive = useQuery<Archive>('history/archive');
        if (archive.data?.bans === 0)
                return (
                        <Empty icon="history" title={w.emptyArchive}>
                                {w.emptyArchiveText}
                        </Empty>
                );
        return (
                <Empty
                        icon="search"
                        title={w.none}
                        actions={
                                <>
                                        <Button onClick={() => set({ range: 'all' })}>{w.wider}</Button>
                                        <Button onClick={() => clear('all')}>{w.noFilters}</Button>
                                </>
                        }
                >
                        {w.noneText}
                </Empty>
        );
}

function List({
        use,
        hold,
        field,
}: {
        use: UseSource;
        hold: (held: boolean) => void;
        field: { current: HTMLDivElement | null };
}) {
        const { source, fresh, refresh } = use;
        const version = source.version.value;
        const rows = useMemo(() => source.view(), [source, version]);
        const selection = useMemo(() => new Selection(), [source]);
        const [asked, setAsked] = useState<Asked | null>(null);
        const waiting = source.state.value === 'loading' && rows.count === 0;
        const failed = source.state.value === 'failed' ? source.error.value : undefined;
        const chosen = (row: HistoryRow | undefined): Pair[] => {
                const pairs = pairsOf(rows, selection);
                return pairs.length > 0 || !row ? pairs : [{ address: row.address, jail: row.jail }];
        };
        const letters = {
                '/': () => field.current?.querySelector('input')?.focus(),
                u: (row?: HistoryRow) => void unban(chosen(row)),
                a: (row?: HistoryRow) => void allow(distinct(chosen(row)), chosen(row)),
        };
        if (failed) return <ErrorState error={failed} retry={refresh} />;
        return (
                <>
                        {selection.count.value > 0 ? (
                                <SelectionBar rows={rows} selection={selection} onBan={setAsked} />
                        ) : (
                                <div class="table-tools">
                                        <AddressField field={field} />
                                        <JailSelect />
                                        <OriginSelect />
                                        <KindSelect />
                                        <span class="table-space" />
                                        {fresh && (
                                                <Button icon="up" onClick={refresh}>
                                                        {w.refresh}
                                                </Button>
                                        )}
                                        <ColumnChooser columns={historyColumns} />
                                </div>
                        )}
                        {source.error.value && <Notice tone="warn">{errorText(source.error.value)}</Notice>}
                        <VirtualTable
                                label={w.title}
                                rows={waiting ? WAITING : rows}
                                columns={historyColumns}
                                selection={selection}
                                details={(row) => <HistoryDetails row={row} />}
                                onOpen={(row) => navigate(buildPath('/address/:address', { address: row.address }))}
                                onRange={(first, behind) => source.need(first, behind)}
                                onTop={(top) => hold(!top || selection.count.peek() > 0)}
                                letters={letters}
                                list={String(source.madeAt)}
                                empty={<Nothing />}
                        />
                        {asked && <BanDialog {...asked} onClose={() => setAsked(null)} />}
                </>
        );
}

function Bans({ onLead }: { onLead: (text: string) => void }) {
        const { query } = useFilters();
        const [kind] = useKind();
        const [hold, setHold] = useState(false);
        const field = useRef<HTMLDivElement>(null);
        const use = useSource({ query, kind }, hold);
        const { source } = use;
        useEffect(() => {
                mixed.value = kind === '';
        }, [kind]);
        source.version.value;
        const lead =
                source.state.value === 'loading'
                        ? w.searching
                        : kind === 'ban'
                          ? w.found(source.total)
                          : w.rowsFound(source.total);
        useEffect(() => onLead(source.state.value === 'failed' ? '' : lead), [lead, source.state.value]);
        return <List use={use} hold={setHold} field={field} />;
}

export default function HistoryPage() {
        const [view, setView] = useQueryState('view', 'bans');
        const [lead, setLead] = useState('');
        const repeaters = view === 'repeaters';
        const views = [
                { value: 'bans', text: w.bansView },
                { value: 'repeaters', text: w.repeatersShort, title: w.repeatersView },
        ];
        return (
                <Page
                        title={w.title}
                        fill={!repeaters}
                        lead={lead}
                        actions={
                                <>
                                        <Segmented
                                                label={w.view}
                                                value={repeaters ? 'repeaters' : 'bans'}
                                                options={views}
                                                onChange={(next) => setView(next, true)}
                                        />
                                        <PageMenu />
                                </>
                        }
                >
                        {repeaters ? (
                                <Repeaters onLead={setLead} />
                        ) : (
                                <div class="fill">
                                        <Bans onLead={setLead} />
                                </div>
                        )}
                </Page>
        );
}
