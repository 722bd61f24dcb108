// SPDX-License-Identifier: LGPL-2.1-or-later

/* The audit: pages of changes, narrowed by a search and an operation that stand in the URL. */

import { useEffect, useState } from 'preact/hooks';
import { get, type Query } from '../../api/client';
import { useAction } from '../../api/action';
import { useQuery } from '../../api/query';
import type { AuditRow, Paged } from '../../api/types';
import { number } from '../../format';
import { useQueryState } from '../../router';
import { Button, Card, Empty, Field, Input, Loaded, Page, Select, Time } from '../../ui';
import { Table, type Column } from '../../ui/table';
import { w } from './words';
import './audit.css';

const PAGE = 100;
const METHODS = [
        'Bans.Ban',
        'Bans.Unban',
        'Bans.UnbanAll',
        'AllowList.Add',
        'AllowList.Change',
        'AllowList.Remove',
        'Jail.Change',
        'Jail.SetIdle',
        'Server.Set',
        'Server.Reload',
        'Server.Restart',
        'Server.Start',
        'Server.StartJail',
        'Server.StopJail',
        'Settings.Set',
        'Settings.Reset',
        'Settings.Reload',
        'History.ImportLog',
        'History.Purge',
        'History.Compact',
        'History.Backup',
        'Jobs.Run',
        'Geo.Reload',
        'Geo.Resolve',
        'Geo.LookupOutside',
];

function who(row: AuditRow): string {
        if (row.unit === 'bangui-rest.service') return w.bridge;
        return row.uid === 0 ? w.root : w.uid(row.uid);
}

function Result({ row }: { row: AuditRow }) {
        if (row.result === 'ok') return <span class="good">{w.ok}</span>;
        return (
                <span class="bad" title={row.message}>
                        {row.result.split('.').pop()}
                        {row.message && <span class="soft audit-message">{row.message}</span>}
                </span>
        );
}

function columns(): Column<AuditRow>[] {
        return [
                { key: 'at', title: w.at, cell: (row) => <Time at={row.at} /> },
                { key: 'who', title: w.who, cell: (row) => who(row) },
                { key: 'what', title: w.what, cell: (row) => <code>{row.method}</code> },
                { key: 'object', title: w.object, class: 'audit-object', cell: (row) => row.object || '–' },
                { key: 'reason', title: w.reason, class: 'audit-object', cell: (row) => row.reason || '–' },
                { key: 'result', title: w.result, cell: (row) => <Result row={row} /> },
        ];
}

/* The first page follows events; older ones are added behind it and stay as they were read. */
function useAudit(query: Query) {
        const first = useQuery<Paged<AuditRow>>(
                'audit',
                { ...query, total: true },
                {
                        events: ['Bans.*', 'AllowList.*', 'Settings.*', 'Server.*', 'Jail.*', 'Operation.*'],
                },
        );
        const [older, setOlder] = useState<Paged<AuditRow>[]>([]);
        const { busy, run } = useAction();
        const key = JSON.stringify(query);
        useEffect(() => setOlder([]), [key]);

        const cursor = (older.at(-1) ?? first.data)?.page.next_cursor ?? '';
        const more = () =>
                run('more', async () => {
                        const page = await get<Paged<AuditRow>>('audit', { ...query, cursor });
                        setOlder((pages) => [...pages, page]);
                });
        const seen = new Set<number>();
        const rows = [...(first.data?.rows ?? []), ...older.flatMap((page) => page.rows)].filter(
                (row) => !seen.has(row.id) && seen.add(row.id),
        );
        return { first, rows, more: cursor ? more : null, busy: busy === 'more' };
}

export default function Audit() {
        const [search, setSearch] = useQueryState('search');
        const [method, setMethod] = useQueryState('method');
        const query: Query = { limit: PAGE, search: search || null, method: method || null };
        const { first, rows, more, busy } = useAudit(query);
        const narrowed = Boolean(search || method);

        return (
                <Page title={w.title} lead={w.lead} wide>
                        <Card busy={first.loading}>
                                <div class="audit-bar">
                                        <Field label={w.search} hideLabel>
                                                <Input
                                                        type="search"
                                                        value={search}
                                                        placeholder={w.search}
                                                        onValue={setSearch}
                                                />
                                        </Field>
                                        <Select
                                                label={w.method}
                                                value={method}
                                                options={[
                                                        { value: '', text: w.anyMethod },
                                                        ...METHODS.map((name) => ({ value: name, text: name })),
                                                ]}
                                                onValue={(value) => setMethod(value, true)}
                                        />
                                        <span class="soft" role="status">
                                                {first.data &&
                                                        w.total(
                                                                number(rows.length),
                                                                number(first.data.page.total ?? 0),
                                                        )}
                                        </span>
                                </div>
                                <Loaded query={first}>
                                        {() =>
                                                rows.length ? (
                                                        <Table
                                                                label={w.table}
                                                                columns={columns()}
                                                                rows={rows}
                                                                rowKey={(row) => row.id}
                                                        />
                                                ) : (
                                                        <Empty icon="audit" title={narrowed ? w.noMatch : w.none}>
                                                                {narrowed ? w.noMatchText : w.noneText}
                                                        </Empty>
                                                )
                                        }
                                </Loaded>
                                {more && (
                                        <Button kind="quiet" busy={busy} onClick={() => void more()}>
                                                {w.more}
                                        </Button>
                                )}
                        </Card>
                </Page>
        );
}
