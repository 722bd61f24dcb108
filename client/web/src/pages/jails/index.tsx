// SPDX-License-Identifier: LGPL-2.1-or-later

/* All running jails: counters, bans in the range, their rule, and what can be done with them. */

import { useState } from 'preact/hooks';
import { useQuery } from '../../api/query';
import type { Finding, JailCount, JailProperties, ServerProperties, Trend } from '../../api/types';
import { Spark } from '../../charts/spark';
import { duration, number } from '../../format';
import { useFilters, withFilters } from '../../state/filters';
import { useStatus } from '../../state/status';
import { Badge, Button, Card, Empty, Field, Icon, Input, JailName, Loaded, Menu, Page } from '../../ui';
import { buildPath, Link } from '../../router';
import { Table, type Column } from '../../ui/table';
import { reloadJail, setIdle, startJail, stopJail } from './control';
import { w } from './words';
import './jails.css';

type Series = Record<string, number[]>;

function Start({ refresh }: { refresh: () => Promise<void> }) {
        const [name, setName] = useState('');
        const submit = async (event: Event) => {
                event.preventDefault();
                if (await startJail(name.trim())) {
                        setName('');
                        await refresh();
                }
        };
        return (
                <Card title={w.start} note={w.startLead}>
                        <form class="jails-start" onSubmit={(event) => void submit(event)}>
                                <Field label={w.startName} hideLabel>
                                        <Input value={name} required placeholder={w.startName} onValue={setName} />
                                </Field>
                                <Button type="submit" icon="play">
                                        {w.startDo}
                                </Button>
                        </form>
                </Card>
        );
}

function actions(jail: JailProperties, refresh: () => Promise<void>) {
        const then = (work: Promise<boolean>) => void work.then((done) => (done ? refresh() : undefined));
        return [
                jail.idle
                        ? { text: w.wake, icon: 'play' as const, run: () => then(setIdle(jail.name, false)) }
                        : { text: w.makeIdle, icon: 'pause' as const, run: () => then(setIdle(jail.name, true)) },
                { text: w.reload, icon: 'refresh' as const, run: () => then(reloadJail(jail.name)) },
                { text: w.stop, icon: 'stop' as const, danger: true, run: () => then(stopJail(jail)) },
        ];
}

function Sources({ jail, finding }: { jail: JailProperties; finding: Finding | undefined }) {
        return (
                <span class="jails-sources">
                        {finding && (
                                <Link
                                        class="jails-finding"
                                        to={buildPath('/jails/:jail', { jail: jail.name })}
                                        title={finding.message}
                                >
                                        <Icon name="warning" size={15} />
                                        <span class="only-read">{finding.message}</span>
                                </Link>
                        )}
                        {jail.log_paths.length ? (
                                <span class="mono">{jail.log_paths.join(', ')}</span>
                        ) : (
                                <span>{jail.backend === 'file' ? '–' : w.journal}</span>
                        )}
                </span>
        );
}

/** By the name of the jail whose log is not well. */
function logFindings(findings: readonly Finding[] | undefined): Map<string, Finding> {
        return new Map(findings?.filter(({ kind }) => kind === 'log-file').map((finding) => [finding.object, finding]));
}

interface Known {
        range: string;
        counts: Map<string, number>;
        series: Series;
        findings: Map<string, Finding>;
        refresh: () => Promise<void>;
}

function columns({ range, counts, series, findings, refresh }: Known) {
        const all: Column<JailProperties>[] = [
                { key: 'name', title: w.name, cell: (jail) => <JailName jail={jail.name} /> },
                {
                        key: 'state',
                        title: w.state,
                        cell: (jail) => (
                                <Badge tone={jail.idle ? 'warn' : 'good'}>{jail.idle ? w.idle : w.active}</Badge>
                        ),
                },
                {
                        key: 'banned',
                        title: w.banned,
                        number: true,
                        cell: (jail) => (
                                <Link to={`/bans?jail=${encodeURIComponent(jail.name)}`}>
                                        {number(jail.currently_banned)}
                                </Link>
                        ),
                },
                {
                        key: 'bans',
                        title: w.bans(range),
                        number: true,
                        cell: (jail) => (
                                <Link to={withFilters('/history', { jail: jail.name })}>
                                        {number(counts.get(jail.name) ?? 0)}
                                </Link>
                        ),
                },
                {
                        key: 'trend',
                        title: w.trend,
                        class: 'jails-spark',
                        cell: (jail) => <Spark values={series[jail.name] ?? []} />,
                },
                { key: 'failed', title: w.failed, number: true, cell: (jail) => number(jail.currently_failed) },
                { key: 'total', title: w.total, number: true, cell: (jail) => number(jail.total_banned) },
                {
                        key: 'rule',
                        title: w.rule,
                        cell: (jail) =>
                                w.ruleText(number(jail.max_retry), duration(jail.find_time), duration(jail.ban_time)),
                },
                {
                        key: 'sources',
                        title: w.sources,
                        cell: (jail) => <Sources jail={jail} finding={findings.get(jail.name)} />,
                },
                {
                        key: 'more',
                        title: <span class="only-read">{w.more('')}</span>,
                        label: '',
                        cell: (jail) => <Menu label={w.more(jail.name)} icon="more" items={actions(jail, refresh)} />,
                },
        ];
        return all;
}

function seriesOf(trend: Trend | undefined): Series {
        const rows = (trend as (Trend & { series?: { jail: string; bans: number[] }[] }) | undefined)?.series ?? [];
        return Object.fromEntries(rows.map((row) => [row.jail, row.bans]));
}

export default function Jails() {
        const { filters, query } = useFilters();
        const jails = useQuery<{ rows: JailProperties[] }>('jails', undefined, { events: ['Jail.*', 'Server.*'] });
        const server = useQuery<ServerProperties>('server', undefined, { events: ['Server.*'] });
        const counts = useQuery<{ rows: JailCount[] }>('dashboard/bans/by-jail', query, { events: ['History.*'] });
        const trend = useQuery<Trend>('dashboard/bans/trend', { ...query, by: 'jail' }, { events: ['History.*'] });
        const findings = logFindings(useStatus().data?.findings);
        const byJail = new Map(counts.data?.rows.map((row) => [row.jail, row.bans]));
        const offline = server.data?.state === 'offline';

        return (
                <Page title={w.title} lead={w.lead} wide>
                        <Card busy={jails.loading}>
                                <Loaded query={jails}>
                                        {({ rows }) =>
                                                rows.length ? (
                                                        <Table
                                                                label={w.table}
                                                                class="jails"
                                                                columns={columns({
                                                                        range: filters.range ?? '',
                                                                        counts: byJail,
                                                                        series: seriesOf(trend.data),
                                                                        findings,
                                                                        refresh: jails.refresh,
                                                                })}
                                                                rows={rows}
                                                                rowKey={(jail) => jail.name}
                                                        />
                                                ) : (
                                                        <Empty icon="jails" title={offline ? w.offline : w.none}>
                                                                {offline ? w.offlineText : w.noneText}
                                                        </Empty>
                                                )
                                        }
                                </Loaded>
                        </Card>
                        <Start refresh={jails.refresh} />
                </Page>
        );
}
