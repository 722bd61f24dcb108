// SPDX-License-Identifier: LGPL-2.1-or-later

/* fail2ban and the daemon: state, actions, settings, log. */

import { useQuery } from '../../api/query';
import type { DaemonProperties, ServerProperties } from '../../api/types';
import { number } from '../../format';
import { Badge, Card, Loaded, Notice, Page, Time } from '../../ui';
import { Facts } from '../../ui/table';
import { Actions } from './actions';
import { Log } from './log';
import { ServerSettings } from './server-settings';
import { w } from './words';
import './server.css';

function State({ server }: { server: ServerProperties }) {
        const tone = { online: 'good', offline: 'bad', unknown: 'soft' } as const;
        return <Badge tone={tone[server.state]}>{w[server.state]}</Badge>;
}

function Fail2ban({ server }: { server: ServerProperties }) {
        return (
                <>
                        {server.state === 'offline' && (
                                <Notice tone="bad" title={server.state_reason}>
                                        {w.offlineText}
                                </Notice>
                        )}
                        <Facts
                                facts={[
                                        [w.state, <State server={server} />],
                                        [w.since, <Time at={server.state_since} />],
                                        [w.version, server.version || '–'],
                                        [w.jails, number(server.jails.length)],
                                        [w.banned, number(server.currently_banned)],
                                        [w.bannedTotal, number(server.total_banned)],
                                        [w.failed, number(server.currently_failed)],
                                        [w.failedTotal, number(server.total_failed)],
                                        [w.database, <code>{server.database_file}</code>],
                                ]}
                        />
                </>
        );
}

function Daemon({ daemon }: { daemon: DaemonProperties }) {
        const tone = { ok: 'good', degraded: 'warn', failed: 'bad', off: 'soft' } as const;
        return (
                <>
                        <Facts
                                facts={[
                                        [w.version, daemon.version],
                                        ...daemon.parts.map(
                                                (part) =>
                                                        [
                                                                part.name,
                                                                <>
                                                                        <Badge tone={tone[part.state]}>
                                                                                {part.state}
                                                                        </Badge>{' '}
                                                                        <span class="soft">{part.detail}</span>
                                                                </>,
                                                        ] as const,
                                        ),
                                ]}
                        />
                        <h3 class="server-findings">{w.findings}</h3>
                        {daemon.findings.length === 0 && <p class="soft">{w.noFindings}</p>}
                        {daemon.findings.map((finding) => (
                                <Notice
                                        key={`${finding.kind} ${finding.object}`}
                                        tone={
                                                finding.severity === 'notice'
                                                        ? 'info'
                                                        : finding.severity === 'critical'
                                                          ? 'bad'
                                                          : 'warn'
                                        }
                                        title={finding.message}
                                >
                                        {finding.advice}
                                </Notice>
                        ))}
                </>
        );
}

export default function Server() {
        const server = useQuery<ServerProperties>('server', undefined, { events: ['Server.*'] });
        const daemon = useQuery<DaemonProperties>('server/daemon', undefined, { events: ['Manager.*'] });
        return (
                <Page
                        title={w.title}
                        lead={w.lead}
                        actions={server.data && <Actions server={server.data} refresh={server.refresh} />}
                >
                        <Card title={w.fail2ban} span={6} busy={server.loading}>
                                <Loaded query={server}>{(data) => <Fail2ban server={data} />}</Loaded>
                        </Card>
                        <Card title={w.daemon} span={6} busy={daemon.loading}>
                                <Loaded query={daemon}>{(data) => <Daemon daemon={data} />}</Loaded>
                        </Card>
                        <Card title={w.settings} note={w.settingsNote} busy={server.loading}>
                                <Loaded query={server}>
                                        {(data) => <ServerSettings server={data} refresh={server.refresh} />}
                                </Loaded>
                        </Card>
                        <Log jails={server.data?.jails ?? []} />
                </Page>
        );
}
