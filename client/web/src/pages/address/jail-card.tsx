// SPDX-License-Identifier: LGPL-2.1-or-later

/* What one jail has against an address: the lines, the rules that matched them, the counts and the time. */

import type { ExplainedJail } from '../../api/types';
import { duration, number, relative } from '../../format';
import { Badge, Card, Countdown, JailName, Notice, OriginBadge, Time } from '../../ui';
import { telling } from '../bans/captured';
import { Fact } from './fact';
import { MarkedLine } from './marked-line';
import { w } from './words';

function Facts({ jail }: { jail: ExplainedJail }) {
        const { maxretry, findtime, failures, count, increment, multipliers, maximum_bantime: most } = jail;
        return (
                <dl class="jail-facts">
                        <Fact name={w.sinceUntil}>
                                <Time at={jail.banned_at} />
                        </Fact>
                        {jail.banned && (
                                <Fact name={w.left}>
                                        <Countdown until={jail.ends_at} />
                                </Fact>
                        )}
                        <Fact name={w.failures}>
                                {maxretry !== undefined && findtime !== undefined
                                        ? w.failuresOf(failures, maxretry, duration(findtime))
                                        : number(failures)}
                        </Fact>
                        <Fact name={w.banTime}>
                                {duration(jail.bantime)}
                                {increment && (
                                        <small class="soft">
                                                {' '}
                                                {w.growing(multipliers ?? '', most && most > 0 ? duration(most) : '')}
                                        </small>
                                )}
                        </Fact>
                        {count > 0 && <Fact name={w.step}>{w.stepText(count)}</Fact>}
                        {jail.banned_by !== undefined && <Fact name={w.by}>{w.byHand(jail.banned_by)}</Fact>}
                        {jail.reason && <Fact name={w.reason}>{jail.reason}</Fact>}
                </dl>
        );
}

function Lines({
        jail,
        address,
        captured,
}: {
        jail: ExplainedJail;
        address: string;
        captured: Record<string, string>;
}) {
        const rules = new Map<number, string>();
        for (const { rule = -1, failregex } of jail.lines) if (rule >= 0 && failregex) rules.set(rule, failregex);
        if (jail.lines.length === 0) return <p class="soft">{w.noLines}</p>;
        return (
                <>
                        <ol class="log-lines explained" tabIndex={0} aria-label={w.lines}>
                                {jail.lines.map(({ line, rule = -1 }, i) => (
                                        <li key={i} class={rule < 0 ? 'led-up' : ''}>
                                                <span>
                                                        <MarkedLine line={line} address={address} captured={captured} />
                                                </span>
                                                <span class="line-rule">{rule < 0 ? w.ledUp : w.rule(rule)}</span>
                                        </li>
                                ))}
                        </ol>
                        {[...rules].map(([rule, failregex]) => (
                                <div key={rule} class="rule" title={w.ruleTitle}>
                                        <span>{w.rule(rule)}</span>
                                        <code>{failregex}</code>
                                </div>
                        ))}
                </>
        );
}

export function JailCard({ jail, address }: { jail: ExplainedJail; address: string }) {
        const captured = telling(
                jail.captured,
                jail.lines.map(({ line }) => line),
        );
        const names = Object.entries(captured);
        return (
                <Card
                        class="jail-card"
                        title={<JailName jail={jail.jail} />}
                        note={jail.banned ? undefined : w.past(relative(jail.banned_at))}
                        actions={
                                <>
                                        {jail.banned && <Badge tone="bad">{w.banned}</Badge>}
                                        <OriginBadge origin={jail.origin} />
                                </>
                        }
                >
                        {!jail.running && <p class="soft">{w.notRunning}</p>}
                        <Facts jail={jail} />
                        <Lines jail={jail} address={address} captured={captured} />
                        {names.length > 0 && (
                                <dl class="captured" aria-label={w.captured}>
                                        {names.map(([name, value]) => (
                                                <div key={name}>
                                                        <dt>{name}</dt>
                                                        <dd class="mono">{value}</dd>
                                                </div>
                                        ))}
                                </dl>
                        )}
                        {jail.problem && <Notice tone="warn">{jail.problem}</Notice>}
                </Card>
        );
}
