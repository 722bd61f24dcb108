// SPDX-License-Identifier: LGPL-2.1-or-later

/* What is known of an address, and which lists name it. */

import type { AddressHistory, Explanation } from '../../api/types';
import { list, number } from '../../format';
import { Link } from '../../router';
import { Address, Badge, Card, Country, Network, Time } from '../../ui';
import { Fact } from './fact';
import { w } from './words';

export function FactsCard({ known, history }: { known: Explanation; history: AddressHistory | undefined }) {
        const { network, country, inside } = known;
        return (
                <Card title={w.facts}>
                        <dl class="facts">
                                <Fact name={w.country}>
                                        <Link to={`/history?range=all&country=${country}`}>
                                                <Country code={country} />
                                        </Link>
                                </Fact>
                                <Fact name={w.network}>
                                        {network > 0 ? (
                                                <Link to={`/history?range=all&network=${network}`}>
                                                        <Network network={network} organisation={known.organisation} />
                                                </Link>
                                        ) : (
                                                <Network network={0} />
                                        )}
                                </Fact>
                                <Fact name={w.bans}>
                                        {history ? (
                                                <>
                                                        {number(history.bans)}{' '}
                                                        {history.repeat_offender && (
                                                                <Badge tone="warn">{w.repeat}</Badge>
                                                        )}
                                                </>
                                        ) : (
                                                w.never
                                        )}
                                </Fact>
                                {history && (
                                        <>
                                                <Fact name={w.firstSeen}>
                                                        <Time at={history.first_seen} />
                                                </Fact>
                                                <Fact name={w.lastSeen}>
                                                        <Time at={history.last_seen} />
                                                </Fact>
                                        </>
                                )}
                                {inside !== undefined && known.address.includes('/') && (
                                        <Fact name={w.inside}>
                                                <Link class="link" to={`/bans?q=${encodeURIComponent(known.address)}`}>
                                                        {number(inside)}
                                                </Link>
                                        </Fact>
                                )}
                        </dl>
                </Card>
        );
}

export function ListsCard({ known }: { known: Explanation }) {
        const { allowed_by: allowed, covered_by: covered } = known;
        return (
                <Card title={w.lists}>
                        {allowed.length + covered.length === 0 && <p class="soft">{w.noLists}</p>}
                        <ul class="naming-lists">
                                {allowed.map((row) => (
                                        <li key={`${row.origin} ${row.entry}`}>
                                                <Badge tone="good">
                                                        {row.origin === 'bangui' ? w.ownEntry : w.fail2banEntry}
                                                </Badge>{' '}
                                                <Link
                                                        class="mono link"
                                                        to={`/allow?q=${encodeURIComponent(row.entry)}`}
                                                >
                                                        {row.entry}
                                                </Link>{' '}
                                                <small class="soft">
                                                        {row.jails.length > 0 ? list(row.jails) : w.everywhere}
                                                        {row.note && ` · ${row.note}`}
                                                </small>
                                        </li>
                                ))}
                                {covered.map((ban) => (
                                        <li key={`${ban.jail} ${ban.address}`}>
                                                <Badge tone="bad">{w.wider(ban.jail)}</Badge>{' '}
                                                <Address address={ban.address} />
                                        </li>
                                ))}
                        </ul>
                </Card>
        );
}
