// SPDX-License-Identifier: LGPL-2.1-or-later

/* Who is signed in, and ending it. */

import { useAction } from '../../api/action';
import { del } from '../../api/client';
import { useQuery } from '../../api/query';
import { Badge, Button, Card, Loaded, Time } from '../../ui';
import { Table, type Column } from '../../ui/table';
import { w } from './words';

interface SessionRow {
        id: number;
        current: boolean;
        created_at: number;
        last_seen_at: number;
        expires_at: number;
        address: string;
        agent: string;
}

const BROWSERS = ['Firefox', 'Edg', 'OPR', 'Chrome', 'Safari', 'curl'];
const SYSTEMS = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS X', 'Linux'];

/* "Firefox, Linux": what a person recognises. */
function agentText(agent: string): string {
        const found = [BROWSERS, SYSTEMS].map((names) => names.find((name) => agent.includes(name))).filter(Boolean);
        return found.join(', ').replace('Edg', 'Edge').replace('OPR', 'Opera') || agent.slice(0, 40) || '–';
}

export function Sessions() {
        const sessions = useQuery<{ rows: SessionRow[] }>('auth/sessions');
        const { busy, run } = useAction();
        const others = sessions.data?.rows.filter((row) => !row.current).length ?? 0;
        const end = (path: string) => run(path, () => del(path).then(() => sessions.refresh()), w.ended);

        const columns: Column<SessionRow>[] = [
                {
                        key: 'browser',
                        title: w.browser,
                        cell: (row) => <span title={row.agent}>{agentText(row.agent)}</span>,
                },
                { key: 'from', title: w.from, cell: (row) => <span class="mono">{row.address}</span> },
                { key: 'started', title: w.started, cell: (row) => <Time at={row.created_at} /> },
                { key: 'seen', title: w.seen, cell: (row) => <Time at={row.last_seen_at} /> },
                { key: 'ends', title: w.ends, cell: (row) => <Time at={row.expires_at} /> },
                {
                        key: 'end',
                        title: <span class="only-read">{w.end}</span>,
                        label: '',
                        cell: (row) =>
                                row.current ? (
                                        <Badge tone="accent">{w.this}</Badge>
                                ) : (
                                        <Button
                                                kind="quiet"
                                                aria-label={w.endSession(row.address)}
                                                busy={busy === `auth/sessions/${row.id}`}
                                                onClick={() => void end(`auth/sessions/${row.id}`)}
                                        >
                                                {w.end}
                                        </Button>
                                ),
                },
        ];
        return (
                <Card
                        title={w.sessions}
                        busy={sessions.loading}
                        actions={
                                others > 0 && (
                                        <Button kind="quiet" onClick={() => void end('auth/sessions?others=true')}>
                                                {w.endOthers(others)}
                                        </Button>
                                )
                        }
                >
                        <Loaded query={sessions}>
                                {({ rows }) => (
                                        <Table
                                                label={w.sessionsTable}
                                                columns={columns}
                                                rows={rows}
                                                rowKey={(row) => row.id}
                                        />
                                )}
                        </Loaded>
                </Card>
        );
}
