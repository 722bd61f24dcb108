// SPDX-License-Identifier: LGPL-2.1-or-later

/* The newest bans in force in a jail. */

import { useQuery } from '../../api/query';
import type { BanRow, Paged } from '../../api/types';
import { number } from '../../format';
import { Link } from '../../router';
import { Address, Card, Countdown, Country, Empty, Loaded, Time } from '../../ui';
import { Table, type Column } from '../../ui/table';
import { w } from './words';

const SHOWN = 8;

function columns(): Column<BanRow>[] {
        return [
                { key: 'address', title: w.address, cell: (ban) => <Address address={ban.address} /> },
                { key: 'country', title: w.country, cell: (ban) => <Country code={ban.country} short /> },
                { key: 'since', title: w.since, cell: (ban) => <Time at={ban.banned_at} /> },
                { key: 'left', title: w.left, cell: (ban) => <Countdown until={ban.ends_at} /> },
                { key: 'failures', title: w.failures, number: true, cell: (ban) => number(ban.failures) },
        ];
}

export function Banned({ jail, count }: { jail: string; count: number }) {
        const bans = useQuery<Paged<BanRow>>('bans/active', { jail, limit: SHOWN }, { events: ['Bans.*'] });
        return (
                <Card
                        title={w.bans}
                        span={6}
                        busy={bans.loading}
                        actions={
                                count > SHOWN && (
                                        <Link to={`/bans?jail=${encodeURIComponent(jail)}`}>
                                                {w.all(number(count))}
                                        </Link>
                                )
                        }
                >
                        <Loaded query={bans}>
                                {({ rows }) =>
                                        rows.length ? (
                                                <Table
                                                        label={w.bansTable(jail)}
                                                        columns={columns()}
                                                        rows={rows}
                                                        rowKey={(ban) => ban.address}
                                                />
                                        ) : (
                                                <Empty icon="bans" title={w.nobody}>
                                                        {w.nobodyText}
                                                </Empty>
                                        )
                                }
                        </Loaded>
                </Card>
        );
}
