// SPDX-License-Identifier: LGPL-2.1-or-later

/* The latest bans and unbans: those of the archive at first, then each as it happens. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { onEvent } from '../../api/events';
import { useQuery } from '../../api/query';
import type { BanRow, HistoryRow, Paged } from '../../api/types';
import { now } from '../../state/clock';
import { useFilters, type Filters } from '../../state/filters';

export const FEED_ROWS = 50;

export interface FeedRow {
        key: string;
        kind: 'ban' | 'unban';
        at: number;
        jail: string;
        address: string;
        country: string;
}

/* The archive tells of the same ban a moment later: its beginning says that it is the same. */
function keyOf(kind: string, jail: string, address: string, bannedAt: number): string {
        return `${kind} ${bannedAt} ${jail} ${address}`;
}

function ofHistory({ kind, at, jail, address, country, banned_at }: HistoryRow): FeedRow {
        return { key: keyOf(kind, jail, address, banned_at), kind, at, jail, address, country };
}

function ofEvent(kind: 'ban' | 'unban', data: Record<string, unknown>): FeedRow & { network: number } {
        const ban = data.ban as BanRow;
        const jail = String(data.jail);
        const address = String(data.address);
        const at = kind === 'ban' ? ban.banned_at : now();
        return {
                key: keyOf(kind, jail, address, ban.banned_at),
                kind,
                at,
                jail,
                address,
                country: ban.country,
                network: ban.network,
        };
}

function fits({ jail, country, network, address }: Filters, row: FeedRow & { network: number }): boolean {
        return (
                (jail === undefined || jail === row.jail) &&
                (country === undefined || country === row.country) &&
                (network === undefined || network === row.network) &&
                (address === undefined || address === row.address)
        );
}

function merged(live: readonly FeedRow[], kept: readonly FeedRow[]): FeedRow[] {
        const rows = new Map<string, FeedRow>();
        for (const row of [...live, ...kept]) if (!rows.has(row.key)) rows.set(row.key, row);
        return [...rows.values()].sort((a, b) => b.at - a.at).slice(0, FEED_ROWS);
}

export interface Feed {
        rows: readonly FeedRow[];
        loading: boolean;
        paused: boolean;
        /** What came since the pause. */
        waiting: number;
        setPaused: (paused: boolean) => void;
        /** How many came since the page was opened, of each kind. */
        news: { ban: number; unban: number };
}

export function useFeed(): Feed {
        const { filters } = useFilters();
        const { jail, country, network, origin, address } = filters;
        const asked = { jail, country, network, origin, address, limit: FEED_ROWS };
        const history = useQuery<Paged<HistoryRow>>('history', asked, { events: ['Bans.Reset'] });
        const [live, setLive] = useState<readonly FeedRow[]>([]);
        const [news, setNews] = useState({ ban: 0, unban: 0 });
        const [held, setHeld] = useState<readonly FeedRow[]>();
        const wanted = useRef(filters);
        wanted.current = filters;

        useEffect(() => {
                const take = (kind: 'ban' | 'unban') => (event: { data: Record<string, unknown> }) => {
                        const row = ofEvent(kind, event.data);
                        if (!fits(wanted.current, row)) return;
                        setLive((rows) => merged([row], rows));
                        setNews((counts) => ({ ...counts, [kind]: counts[kind] + 1 }));
                };
                const stops = [onEvent('Bans.Banned', take('ban')), onEvent('Bans.Unbanned', take('unban'))];
                return () => stops.forEach((stop) => stop());
        }, []);

        useEffect(() => setLive([]), [jail, country, network, origin, address]);

        const present = useMemo(() => merged(live, (history.data?.rows ?? []).map(ofHistory)), [live, history.data]);
        const known = new Set(held?.map(({ key }) => key));
        return {
                rows: held ?? present,
                loading: history.loading && !history.data,
                paused: held !== undefined,
                waiting: held ? present.filter(({ key }) => !known.has(key)).length : 0,
                setPaused: (paused) => setHeld(paused ? present : undefined),
                news,
        };
}
