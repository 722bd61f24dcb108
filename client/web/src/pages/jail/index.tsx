// SPDX-License-Identifier: LGPL-2.1-or-later

/* One jail: counters, trend, rule, sources, expressions, exceptions, who is banned. */

import { ApiError, segment } from '../../api/client';
import { useQuery } from '../../api/query';
import type { HistoryRow, JailProperties, Paged } from '../../api/types';
import { number } from '../../format';
import { navigate } from '../../router';
import { Badge, Button, Card, Empty, JailDot, Loaded, Page, Tile, Time } from '../../ui';
import { Facts } from '../../ui/table';
import { withFilters } from '../../state/filters';
import { reloadJail, setIdle, startJail, stopJail } from '../jails/control';
import { w as jails } from '../jails/words';
import { Banned } from './banned';
import { EditableList } from './editable-list';
import { JailTrend } from './jail-trend';
import { LogFiles } from './log-files';
import { Rule } from './rule';
import { w } from './words';
import './jail.css';

function Missing({ jail, refresh }: { jail: string; refresh: () => Promise<void> }) {
        return (
                <Empty
                        icon="jails"
                        title={w.missing(jail)}
                        actions={
                                <>
                                        <Button
                                                kind="primary"
                                                icon="play"
                                                onClick={() =>
                                                        void startJail(jail).then((done) =>
                                                                done ? refresh() : undefined,
                                                        )
                                                }
                                        >
                                                {w.start}
                                        </Button>
                                        <Button
                                                onClick={() =>
                                                        navigate(`/history?range=all&jail=${encodeURIComponent(jail)}`)
                                                }
                                        >
                                                {w.history}
                                        </Button>
                                </>
                        }
                >
                        {w.missingText}
                </Empty>
        );
}

function Tiles({ jail }: { jail: JailProperties }) {
        const last = useQuery<Paged<HistoryRow>>(
                'history',
                { jail: jail.name, kind: 'ban', limit: 1 },
                { events: ['History.*'] },
        );
        return (
                <div class="jail-tiles">
                        <Tile
                                name={w.banned}
                                value={number(jail.currently_banned)}
                                to={`/bans?jail=${encodeURIComponent(jail.name)}`}
                        />
                        <Tile name={w.failed} value={number(jail.currently_failed)} />
                        <Tile name={w.bannedTotal} value={number(jail.total_banned)} />
                        <Tile name={w.failedTotal} value={number(jail.total_failed)} />
                        <Tile
                                name={w.lastBan}
                                value={<Time at={last.data?.rows[0]?.at ?? 0} />}
                                to={withFilters('/history', { jail: jail.name })}
                        />
                </div>
        );
}

function Actions({ jail, refresh }: { jail: JailProperties; refresh: () => Promise<void> }) {
        const then = (work: Promise<boolean>) => void work.then((done) => (done ? refresh() : undefined));
        return (
                <>
                        <Badge tone={jail.idle ? 'warn' : 'good'}>{jail.idle ? jails.idle : jails.active}</Badge>
                        <Button
                                icon={jail.idle ? 'play' : 'pause'}
                                onClick={() => then(setIdle(jail.name, !jail.idle))}
                        >
                                {jail.idle ? jails.wake : jails.makeIdle}
                        </Button>
                        <Button icon="refresh" onClick={() => then(reloadJail(jail.name))}>
                                {jails.reload}
                        </Button>
                        <Button kind="danger" icon="stop" onClick={() => then(stopJail(jail))}>
                                {jails.stop}
                        </Button>
                </>
        );
}

function Sources({ jail, refresh }: { jail: JailProperties; refresh: () => Promise<void> }) {
        return (
                <Card title={w.sources} span={6}>
                        <Facts
                                facts={[
                                        [w.backend, jail.backend || '–'],
                                        [w.encoding, jail.log_encoding || '–'],
                                        [w.timezone, jail.log_timezone || '–'],
                                        [w.dates, <code>{jail.date_pattern || '–'}</code>],
                                ]}
                        />
                        <LogFiles jail={jail} refresh={refresh} />
                        {jail.journal_matches.length > 0 && (
                                <EditableList
                                        title={w.journal}
                                        path={`jails/${segment(jail.name)}/journal-matches`}
                                        argument="match"
                                        items={jail.journal_matches}
                                        hint={w.journal}
                                        refresh={refresh}
                                />
                        )}
                </Card>
        );
}

function Expressions({ jail, refresh }: { jail: JailProperties; refresh: () => Promise<void> }) {
        return (
                <Card title={w.expressions}>
                        {jail.prefregex && (
                                <>
                                        <h3>{w.prefregex}</h3>
                                        <code class="jail-regex">{jail.prefregex}</code>
                                </>
                        )}
                        <EditableList
                                title={w.failregex}
                                path={`jails/${segment(jail.name)}/failregex`}
                                argument="regex"
                                items={jail.failregex}
                                hint={w.addRegex}
                                refresh={refresh}
                                numbered
                        />
                        <EditableList
                                title={w.ignoreregex}
                                path={`jails/${segment(jail.name)}/ignoreregex`}
                                argument="regex"
                                items={jail.ignoreregex}
                                hint={w.addIgnoreregex}
                                refresh={refresh}
                                numbered
                        />
                </Card>
        );
}

function Content({ jail, refresh }: { jail: JailProperties; refresh: () => Promise<void> }) {
        return (
                <>
                        <Tiles jail={jail} />
                        <JailTrend jail={jail.name} />
                        <Banned jail={jail.name} count={jail.currently_banned} />
                        <Rule jail={jail} refresh={refresh} />
                        <Sources jail={jail} refresh={refresh} />
                        <Card title={w.ignored} note={w.ignoreNote} span={6}>
                                <EditableList
                                        path={`jails/${segment(jail.name)}/ignore`}
                                        argument="address"
                                        items={jail.ignore_addresses}
                                        hint={w.addIgnore}
                                        refresh={refresh}
                                />
                        </Card>
                        <Card title={w.actions} span={6}>
                                {jail.actions.length ? (
                                        <ul class="jail-list">
                                                {jail.actions.map((action) => (
                                                        <li key={action}>
                                                                <code>{action}</code>
                                                        </li>
                                                ))}
                                        </ul>
                                ) : (
                                        <p class="warn">{w.noActions}</p>
                                )}
                        </Card>
                        <Expressions jail={jail} refresh={refresh} />
                </>
        );
}

export default function Jail({ jail: name }: { jail: string }) {
        const jail = useQuery<JailProperties>(`jails/${segment(name)}`, undefined, { events: ['Jail.*', 'Server.*'] });
        const gone = jail.error instanceof ApiError && jail.error.status === 404;

        return (
                <Page
                        title={name}
                        mark={<JailDot jail={name} />}
                        actions={!gone && jail.data && <Actions jail={jail.data} refresh={jail.refresh} />}
                >
                        {gone ? (
                                <Missing jail={name} refresh={jail.refresh} />
                        ) : (
                                <Loaded query={jail}>{(data) => <Content jail={data} refresh={jail.refresh} />}</Loaded>
                        )}
                </Page>
        );
}
