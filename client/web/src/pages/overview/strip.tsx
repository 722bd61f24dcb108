// SPDX-License-Identifier: LGPL-2.1-or-later

/* The status strip: what BanGUI depends on, in one line, and below it what needs a look. */

import type { ComponentChildren } from 'preact';
import type { Finding, Status } from '../../api/types';
import { compact, date, number, relative } from '../../format';
import { buildPath, Link } from '../../router';
import { useStatus } from '../../state/status';
import { useArchive, useGeo } from './data';
import { w } from './words';

type Tone = 'ok' | 'warn' | 'bad' | 'quiet';

const COMPACT_FROM = 100_000;

function Item({ tone, to, title, children }: { tone: Tone; to: string; title?: string; children: ComponentChildren }) {
        return (
                <li class={`state-${tone}`}>
                        <Link to={to} title={title}>
                                {children}
                        </Link>
                </li>
        );
}

function Fail2ban({ status }: { status: Status }) {
        const title = status.probed_at ? `${w.asOf}: ${relative(status.probed_at)}` : '';
        if (status.online) {
                return (
                        <Item tone="ok" to="/server" title={title}>
                                {w.running}
                        </Item>
                );
        }
        return (
                <Item tone="bad" to="/server" title={title}>
                        {w.notRunning}
                        {status.offline_reason && `: ${status.offline_reason}`}
                </Item>
        );
}

function Jails({ status }: { status: Status }) {
        const idle = status.jails.filter((jail) => jail.idle).length;
        const all = status.jails.length;
        return (
                <Item tone={all === 0 || idle > 0 || !status.online ? 'warn' : 'ok'} to="/jails">
                        {w.jails(status.online ? all - idle : 0, all)}
                        {idle > 0 && `, ${w.idle(idle)}`}
                </Item>
        );
}

function ArchiveItem() {
        const { data } = useArchive();
        if (!data) return null;
        return (
                <Item tone="ok" to="/history" title={number(data.bans)}>
                        {w.archive(data.bans >= COMPACT_FROM ? compact(data.bans) : number(data.bans))}
                </Item>
        );
}

function GeoItem() {
        const { data } = useGeo();
        if (!data) return null;
        if (!data.country_built_at) {
                return (
                        <Item tone="warn" to="/geo" title={data.country_problem}>
                                {w.noGeo}
                        </Item>
                );
        }
        return (
                <Item
                        tone={data.country_problem ? 'warn' : 'ok'}
                        to="/geo"
                        title={data.country_problem || data.country_type}
                >
                        {w.geo(date(data.country_built_at))}
                </Item>
        );
}

/** The page on which a finding can be mended. */
function pageOf({ kind, object }: Finding): string {
        if (kind === 'log-file') return buildPath('/jails/:jail', { jail: object });
        if (kind.startsWith('geo')) return '/geo';
        return kind.startsWith('settings') ? '/settings' : '/server';
}

function Findings({ findings }: { findings: readonly Finding[] }) {
        if (findings.length === 0) return null;
        return (
                <ul class="findings" aria-label={w.findings}>
                        {findings.map((finding) => (
                                <li key={`${finding.kind} ${finding.object}`} class={`finding-${finding.severity}`}>
                                        <strong>{finding.message}</strong>
                                        <span class="soft">{finding.advice}</span>
                                        <Link class="link" to={pageOf(finding)}>
                                                {w.look}
                                        </Link>
                                </li>
                        ))}
                </ul>
        );
}

export function Strip() {
        const { data: status } = useStatus();

        return (
                <section class="strip" aria-label={w.state}>
                        <ul class="strip-states">
                                {status && <Fail2ban status={status} />}
                                {status && <Jails status={status} />}
                                <ArchiveItem />
                                <GeoItem />
                        </ul>
                        {status && <Findings findings={status.findings} />}
                </section>
        );
}
