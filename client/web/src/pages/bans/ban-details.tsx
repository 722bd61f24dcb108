// SPDX-License-Identifier: LGPL-2.1-or-later

/* What is below an open row of the bans in force: why this ban is. */

import { useQuery } from '../../api/query';
import { segment } from '../../api/client';
import type { Lookup, LookupBan } from '../../api/types';
import { buildPath, Link } from '../../router';
import { Loaded, Skeleton } from '../../ui';
import './ban-details.css';
import { telling } from './captured';
import { w } from './words';

export function Lines({ lines }: { lines: readonly string[] }) {
        if (lines.length === 0) return <p class="soft">{w.noLines}</p>;
        return (
                <ol class="log-lines" tabIndex={0} aria-label={w.matchedLines}>
                        {lines.map((line, i) => (
                                <li key={i}>{line}</li>
                        ))}
                </ol>
        );
}

function Why({ ban }: { ban: LookupBan }) {
        const captured = Object.entries(telling(ban.captured, ban.matches ?? []));
        return (
                <div class="ban-details">
                        {(ban.reason !== undefined || ban.banned_by !== undefined) && (
                                <p>
                                        <strong>{w.reason}:</strong> {ban.reason}{' '}
                                        {ban.banned_by !== undefined && (
                                                <span class="soft">({w.manualBy(ban.banned_by)})</span>
                                        )}
                                </p>
                        )}
                        <Lines lines={ban.matches ?? []} />
                        {captured.length > 0 && (
                                <dl class="captured">
                                        {captured.map(([name, value]) => (
                                                <div key={name}>
                                                        <dt>{name}</dt>
                                                        <dd class="mono">{value}</dd>
                                                </div>
                                        ))}
                                </dl>
                        )}
                        <Link class="link" to={buildPath('/address/:address', { address: ban.address })}>
                                {w.fullStory}
                        </Link>
                </div>
        );
}

export function BanDetails({ address, jail }: { address: string; jail: string }) {
        const lookup = useQuery<Lookup>(`bans/${segment(address)}`);
        return (
                <Loaded query={lookup} skeleton={<Skeleton lines={3} height={14} />}>
                        {({ bans }) => {
                                const ban = bans.find((one) => one.jail === jail);
                                return ban ? <Why ban={ban} /> : <p class="soft">{w.absent}</p>;
                        }}
                </Loaded>
        );
}
