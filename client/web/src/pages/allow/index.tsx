// SPDX-License-Identifier: LGPL-2.1-or-later

/* Who is never banned: our list, which can be changed, and what fail2ban ignores by itself, which is shown. */

import { useState } from 'preact/hooks';
import { useQuery } from '../../api/query';
import type { AllowRow, Paged } from '../../api/types';
import { dateTime, list } from '../../format';
import { buildPath, Link, useQueryState } from '../../router';
import { Button, Card, Countdown, Empty, Loaded, Menu, Page, Skeleton, Time } from '../../ui';
import { SearchField } from '../bans/filter-bar';
import '../bans/bans.css';
import './allow.css';
import { remove } from './changes';
import { CheckCard } from './check';
import { EntryDialog } from './entry-dialog';
import { w } from './words';

const LIMIT = 500;
const EVENTS = ['AllowList.*', 'Server.JailAdded', 'Server.JailRemoved'] as const;

type Asked = { row?: AllowRow };

function Entry({ row }: { row: AllowRow }) {
        const name = row.kind === 'name';
        return (
                <>
                        {name ? (
                                <span class="mono">{row.entry}</span>
                        ) : (
                                <Link class="mono link" to={buildPath('/address/:address', { address: row.entry })}>
                                        {row.entry}
                                </Link>
                        )}
                        {name && (
                                <small class="soft allow-more">
                                        {row.addresses?.length ? w.resolved(list(row.addresses)) : w.noAddresses}
                                </small>
                        )}
                        {row.problem && <small class="warn allow-more">{row.problem}</small>}
                </>
        );
}

function Jails({ row }: { row: AllowRow }) {
        return (
                <>
                        {row.jails.length > 0 ? list(row.jails) : w.allJails}
                        {row.waiting.length > 0 && (
                                <small class="warn allow-more">{w.waiting(list(row.waiting))}</small>
                        )}
                </>
        );
}

function OurRow({ row, onAsk }: { row: AllowRow; onAsk: (asked: Asked) => void }) {
        const items = [
                { text: w.change, icon: 'edit' as const, run: () => onAsk({ row }) },
                { text: w.remove, icon: 'trash' as const, run: () => void remove(row) },
        ];
        return (
                <tr>
                        <td data-label={w.entry}>
                                <div>
                                        <Entry row={row} />
                                </div>
                        </td>
                        <td data-label={w.jails}>
                                <div>
                                        <Jails row={row} />
                                </div>
                        </td>
                        <td data-label={w.note}>{row.note}</td>
                        <td data-label={w.added}>
                                <div>
                                        <Time at={row.created_at ?? 0} />
                                        {row.author && <small class="soft allow-more">{w.by(row.author)}</small>}
                                </div>
                        </td>
                        <td data-label={w.until}>
                                {row.expires_at ? (
                                        <span title={dateTime(row.expires_at)}>
                                                <Countdown until={row.expires_at} />
                                        </span>
                                ) : (
                                        <span class="soft">{w.never}</span>
                                )}
                        </td>
                        <td class="allow-menu">
                                <Menu label={w.actions} icon="more" items={items} />
                        </td>
                </tr>
        );
}

function OurTable({ rows, onAsk }: { rows: readonly AllowRow[]; onAsk: (asked: Asked) => void }) {
        return (
                <div class="table-scroll">
                        <table class="table cards allow-table">
                                <thead>
                                        <tr>
                                                <th scope="col">{w.entry}</th>
                                                <th scope="col">{w.jails}</th>
                                                <th scope="col">{w.note}</th>
                                                <th scope="col">{w.added}</th>
                                                <th scope="col">{w.until}</th>
                                                <th scope="col">
                                                        <span class="only-read">{w.actions}</span>
                                                </th>
                                        </tr>
                                </thead>
                                <tbody>
                                        {rows.map((row) => (
                                                <OurRow key={row.entry} row={row} onAsk={onAsk} />
                                        ))}
                                </tbody>
                        </table>
                </div>
        );
}

function TheirTable({ rows }: { rows: readonly AllowRow[] }) {
        return (
                <div class="table-scroll">
                        <table class="table cards">
                                <thead>
                                        <tr>
                                                <th scope="col">{w.entry}</th>
                                                <th scope="col">{w.jails}</th>
                                        </tr>
                                </thead>
                                <tbody>
                                        {rows.map((row) => (
                                                <tr key={row.entry}>
                                                        <td data-label={w.entry} class="mono">
                                                                {row.entry}
                                                        </td>
                                                        <td data-label={w.jails}>{list(row.in_force)}</td>
                                                </tr>
                                        ))}
                                </tbody>
                        </table>
                </div>
        );
}

function Nothing({ search, onAsk }: { search: string; onAsk: (asked: Asked) => void }) {
        if (search)
                return (
                        <Empty icon="search" title={w.noMatch}>
                                {w.noMatchText}
                        </Empty>
                );
        return (
                <Empty
                        icon="allow"
                        title={w.none}
                        actions={
                                <Button icon="plus" onClick={() => onAsk({})}>
                                        {w.add}
                                </Button>
                        }
                >
                        {w.noneText}
                </Empty>
        );
}

/* The list has at most some hundred entries: all of it is read, so that what is ours and what is not stay apart. */
function useEntries(search: string) {
        const query = { limit: LIMIT, total: true, search: search || null };
        return useQuery<Paged<AllowRow>>('allow', query, { events: EVENTS });
}

export default function AllowPage() {
        const [search] = useQueryState('q');
        const [asked, setAsked] = useState<Asked | null>(null);
        const entries = useEntries(search);
        const rows = entries.data?.rows ?? [];
        const ours = rows.filter(({ origin }) => origin === 'bangui');
        const theirs = rows.filter(({ origin }) => origin !== 'bangui');
        return (
                <Page
                        title={w.title}
                        lead={entries.data && w.lead(ours.length)}
                        actions={
                                <Button kind="primary" icon="plus" onClick={() => setAsked({})}>
                                        {w.add}
                                </Button>
                        }
                >
                        <Card span={8} title={w.ours} busy={entries.stale} actions={<SearchField label={w.search} />}>
                                <Loaded query={entries} skeleton={<Skeleton lines={6} height={30} />}>
                                        {() =>
                                                ours.length > 0 ? (
                                                        <OurTable rows={ours} onAsk={setAsked} />
                                                ) : (
                                                        <Nothing search={search} onAsk={setAsked} />
                                                )
                                        }
                                </Loaded>
                        </Card>
                        <div class="span-4 allow-side">
                                <CheckCard />
                                <Card title={w.theirs} note={w.theirsNote}>
                                        <Loaded query={entries}>
                                                {() =>
                                                        theirs.length > 0 ? (
                                                                <TheirTable rows={theirs} />
                                                        ) : (
                                                                <p class="soft">{w.noTheirs}</p>
                                                        )
                                                }
                                        </Loaded>
                                </Card>
                        </div>
                        {asked && <EntryDialog {...asked} onClose={() => setAsked(null)} />}
                </Page>
        );
}
