// SPDX-License-Identifier: LGPL-2.1-or-later

/* What is below an open row of the archive: the lines that led to the ban. */

import { useQuery } from '../../api/query';
import type { HistoryRow, Paged } from '../../api/types';
import { buildPath, Link } from '../../router';
import { Loaded, Skeleton } from '../../ui';
import { Lines } from '../bans/ban-details';
import { w } from './words';

export function HistoryDetails({ row }: { row: HistoryRow }) {
        const { address, jail } = row;
        const at = row.banned_at || row.at;
        const ban = useQuery<Paged<HistoryRow>>('history', {
                kind: 'ban',
                address,
                jail,
                since: at,
                until: at + 1,
                data: true,
                limit: 1,
        });
        return (
                <div class="ban-details">
                        {row.reason && <p>{w.reasonGiven(row.reason)}</p>}
                        <Loaded query={ban} skeleton={<Skeleton lines={3} height={14} />}>
                                {({ rows }) => {
                                        const lines = rows[0]?.matches ?? [];
                                        return lines.length > 0 ? (
                                                <Lines lines={lines} />
                                        ) : (
                                                <p class="soft">{w.noLines}</p>
                                        );
                                }}
                        </Loaded>
                        <Link class="link" to={buildPath('/address/:address', { address })}>
                                {w.fullStory}
                        </Link>
                </div>
        );
}
