// SPDX-License-Identifier: LGPL-2.1-or-later

/* The jobs of the daemon: what ran, with which outcome, and when it is due again. */

import { useAction } from '../../api/action';
import { post, segment } from '../../api/client';
import { follow } from '../../api/operation';
import { useQuery } from '../../api/query';
import type { JobRow } from '../../api/types';
import { duration, number } from '../../format';
import { Badge, Button, Card, Loaded, Page, Time } from '../../ui';
import { Table, type Column } from '../../ui/table';
import { w } from './words';

const MILLION = 1e6;

function State({ job }: { job: JobRow }) {
        switch (job.state) {
                case 'running':
                        return <Badge tone="accent">{w.running}</Badge>;
                case 'backing-off':
                        return <Badge tone="warn">{w.backingOff}</Badge>;
                case 'off':
                        return <Badge>{w.off}</Badge>;
                default:
                        return <Badge>{w.waiting}</Badge>;
        }
}

function Outcome({ job }: { job: JobRow }) {
        if (!job.last_result) return <span class="soft">–</span>;
        if (job.last_result === 'failed') return <span class="bad">{job.last_message || w.failed}</span>;
        return <span>{job.last_message || (job.last_result === 'cancelled' ? w.cancelled : w.done)}</span>;
}

function took(usec: number): string {
        return usec < MILLION ? `${number(Math.max(1, Math.round(usec / 1000)))} ms` : duration(usec / MILLION);
}

export default function Jobs() {
        const jobs = useQuery<{ rows: JobRow[] }>('jobs', undefined, { events: ['Job.*'] });
        const { busy, run } = useAction();

        const start = (name: string) =>
                run(
                        name,
                        async () => {
                                await follow(post<object>(`jobs/${segment(name)}/run`));
                                await jobs.refresh();
                        },
                        w.ran(name),
                );
        const columns: Column<JobRow>[] = [
                {
                        key: 'name',
                        title: w.name,
                        cell: (job) => (
                                <>
                                        <strong>{job.name}</strong>
                                        <br />
                                        <span class="soft">{job.description}</span>
                                </>
                        ),
                },
                { key: 'state', title: w.state, cell: (job) => <State job={job} /> },
                {
                        key: 'every',
                        title: w.every,
                        cell: (job) => (job.interval ? duration(job.interval) : job.calendar || '–'),
                },
                { key: 'last', title: w.last, cell: (job) => <Time at={job.last_start_at} /> },
                {
                        key: 'took',
                        title: w.took,
                        number: true,
                        cell: (job) => (job.last_start_at ? took(job.last_duration_usec) : '–'),
                },
                { key: 'outcome', title: w.outcome, cell: (job) => <Outcome job={job} /> },
                { key: 'next', title: w.next, cell: (job) => (job.next_run_at ? <Time at={job.next_run_at} /> : '–') },
                { key: 'runs', title: w.runs, number: true, cell: (job) => number(job.runs) },
                {
                        key: 'failures',
                        title: w.failures,
                        number: true,
                        cell: (job) => <span class={job.failures ? 'warn' : ''}>{number(job.failures)}</span>,
                },
                {
                        key: 'run',
                        title: <span class="only-read">{w.run}</span>,
                        label: '',
                        cell: (job) => (
                                <Button
                                        kind="quiet"
                                        icon="play"
                                        busy={busy === job.name}
                                        aria-label={w.runName(job.name)}
                                        onClick={() => void start(job.name)}
                                >
                                        {w.run}
                                </Button>
                        ),
                },
        ];

        return (
                <Page title={w.title} lead={w.lead} wide>
                        <Card busy={jobs.loading}>
                                <Loaded query={jobs}>
                                        {({ rows }) => (
                                                <Table
                                                        label={w.table}
                                                        columns={columns}
                                                        rows={rows}
                                                        rowKey={(job) => job.name}
                                                />
                                        )}
                                </Loaded>
                        </Card>
                </Page>
        );
}
