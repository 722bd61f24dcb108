// SPDX-License-Identifier: LGPL-2.1-or-later

/* Who else of its network, and of who runs that network, was banned here. */

import { networkAround } from '../../address-key';
import { useQuery } from '../../api/query';
import type { AddressCount, Explanation, Figures } from '../../api/types';
import { number } from '../../format';
import { buildPath } from '../../router';
import { Card, Flag, Loaded, Skeleton, TopList } from '../../ui';
import { w } from './words';

const SHOWN = 6;

type Top = Figures & { addresses: number; rows: AddressCount[] };

function placeOf(address: string): string {
        return buildPath('/address/:address', { address });
}

function Others({
        title,
        to,
        filter,
        self,
}: {
        title: string;
        to: string;
        filter: Record<string, string | number>;
        self: string;
}) {
        const top = useQuery<Top>('dashboard/bans/top', { ...filter, range: 'all', limit: SHOWN + 1 });
        return (
                <Card title={title} to={to} note={top.data && number(top.data.addresses)}>
                        <Loaded query={top} skeleton={<Skeleton lines={4} height={16} />}>
                                {(data) => {
                                        const others = data.rows.filter(({ address }) => address !== self);
                                        const rows = others.slice(0, SHOWN);
                                        return rows.length === 0 ? (
                                                <p class="soft">{w.noNeighbours}</p>
                                        ) : (
                                                <TopList
                                                        label={title}
                                                        rows={rows.map((row) => ({
                                                                key: row.address,
                                                                label: <span class="mono">{row.address}</span>,
                                                                lead: <Flag code={row.country} />,
                                                                value: row.bans,
                                                                to: placeOf(row.address),
                                                        }))}
                                                />
                                        );
                                }}
                        </Loaded>
                </Card>
        );
}

export function Neighbours({ known }: { known: Explanation }) {
        const around = networkAround(known.address);
        const { network, organisation } = known;
        return (
                <>
                        {around && (
                                <Others
                                        title={w.sameNetwork(around)}
                                        to={`/history?range=all&address=${encodeURIComponent(around)}`}
                                        filter={{ address: around }}
                                        self={known.address}
                                />
                        )}
                        {network > 0 && (
                                <Others
                                        title={w.sameOwner(`AS${network} ${organisation}`.trim())}
                                        to={`/history?range=all&network=${network}`}
                                        filter={{ network }}
                                        self={known.address}
                                />
                        )}
                </>
        );
}
