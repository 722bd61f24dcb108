// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * The archive as rows of a table
 *
 * The archive gives pages behind a cursor, which is no way to jump into the middle of a million bans. How many bans
 * there were in each minute, hour or day is one cheap answer, though: from it follows which row begins when, and the
 * rows of any place are asked for by their time. What was not looked at for long is forgotten. The window is pinned
 * when the source is made, so that rows keep their places while new ones arrive.
 *
 * Ends of bans are not counted by time: lists that have them grow page by page.
 */

import { signal } from '@preact/signals';
import { ApiError, get, type Query } from '../../api/client';
import type { Archive, HistoryRow, Page, Paged, Trend } from '../../api/types';
import { now } from '../../state/clock';
import type { Rows } from '../../ui/virtual-table';

export type Kind = '' | 'ban' | 'unban';

export interface Wanted {
        /* The filter as the API has it. */
        query: Record<string, string>;
        kind: Kind;
}

const PAGE = 500;
const SEGMENTS_KEPT = 80;
const BUCKETS = 4000;
const LEAST_BUCKET = 60;
const AHEAD = 4000;
const LENGTHS: Record<string, number> = { '24h': 86_400, '7d': 7 * 86_400, '30d': 30 * 86_400, '365d': 365 * 86_400 };
const SLACK = 60;

type ColumnsAnswer = { columns: { [key: string]: unknown[] }; page: Page };

/* Rows of one stretch of time, the newest first. */
interface Segment {
        since: number;
        until: number;
        first: number;
        count: number;
        rows: HistoryRow[];
        /* Where the next page of it begins; null: all of it is there. */
        cursor: string | null;
        loading: boolean;
        used: number;
}

function rowsOf({ columns }: ColumnsAnswer): HistoryRow[] {
        const keys = Object.keys(columns);
        const count = columns[keys[0] ?? '']?.length ?? 0;
        return Array.from(
                { length: count },
                (_, i) => Object.fromEntries(keys.map((key) => [key, columns[key]?.[i]])) as unknown as HistoryRow,
        );
}

export class HistorySource {
        readonly version = signal(0);
        readonly state = signal<'loading' | 'ready' | 'failed'>('loading');
        readonly error = signal<ApiError | undefined>(undefined);
        total = 0;
        readonly madeAt = now();

        private segments: Segment[] = [];
        private clock = 0;
        private readonly abort = new AbortController();
        private readonly filter: Record<string, string>;
        private since: number | undefined;
        private readonly until: number;

        constructor(private readonly wanted: Wanted) {
                const { range, since, until, ...filter } = wanted.query;
                this.filter = filter;
                this.until = until ? Number(until) : Math.floor(this.madeAt) + 1;
                const length = LENGTHS[range ?? ''];
                this.since = since ? Number(since) : length ? Math.floor(this.madeAt) - length - SLACK : undefined;
        }

        async start(): Promise<void> {
                try {
                        await this.first();
                        this.state.value = 'ready';
                } catch (error) {
                        this.fail(error);
                }
                this.version.value++;
        }

        stop(): void {
                this.abort.abort();
        }

        private fail(error: unknown): void {
                if (this.abort.signal.aborted) return;
                this.error.value = error instanceof ApiError ? error : new ApiError(0, 'Unknown', String(error));
                if (this.state.value === 'loading') this.state.value = 'failed';
        }

        private get counted(): boolean {
                return this.wanted.kind === 'ban';
        }

        private async page(
                since: number | undefined,
                until: number,
                cursor: string | null,
                total: boolean,
        ): Promise<{ rows: HistoryRow[]; page: Page }> {
                const query: Query = { ...this.filter, since, until, cursor, limit: PAGE, ...(total ? { total } : {}) };
                const { signal } = this.abort;
                if (this.wanted.kind === '') return await get<Paged<HistoryRow>>('history', query, signal);
                query.kind = this.wanted.kind;
                const answer = await get<ColumnsAnswer>('history/columns', query, signal);
                return { rows: rowsOf(answer), page: answer.page };
        }

        private async first(): Promise<void> {
                const { rows, page } = await this.page(this.since, this.until, null, true);
                this.total = page.total ?? rows.length;
                const cursor = page.next_cursor || null;
                const segment = {
                        since: this.since ?? 0,
                        until: this.until,
                        first: 0,
                        count: this.total,
                        rows,
                        cursor,
                        loading: false,
                        used: 0,
                };
                this.segments = [segment];
                if (cursor && this.counted) {
                        this.version.value++;
                        await this.count(segment);
                }
        }

        /* Cuts the window into stretches of about a page. */
        private async count(head: Segment): Promise<void> {
                const since =
                        this.since ?? (await get<Archive>('history/archive', undefined, this.abort.signal)).oldest_at;
                const bucket = Math.max(LEAST_BUCKET, Math.ceil((this.until - since) / BUCKETS));
                const trend = await get<Trend>(
                        'dashboard/bans/trend',
                        { ...this.filter, since, until: this.until, bucket: String(bucket) },
                        this.abort.signal,
                );
                const segments: Segment[] = [];
                for (const { at, bans } of [...trend.rows].reverse()) {
                        let open = segments[segments.length - 1];
                        if (!open || open.count + bans > PAGE) {
                                open = {
                                        since: at,
                                        until: open?.since ?? this.until,
                                        first: 0,
                                        count: 0,
                                        rows: [],
                                        cursor: '',
                                        loading: false,
                                        used: 0,
                                };
                                segments.push(open);
                        }
                        open.since = Math.max(at, since);
                        open.count += bans;
                }
                const newest = segments[0];
                if (newest) {
                        const rows = head.rows.filter((row) => row.at >= newest.since);
                        if (rows.length === newest.count) Object.assign(newest, { rows, cursor: null });
                }
                this.segments = segments.filter((one) => one.count > 0);
                this.place();
        }

        private place(): void {
                let first = 0;
                for (const segment of this.segments) {
                        segment.first = first;
                        first += segment.count;
                }
                this.total = first;
        }

        /* How many rows the table has: lists that are not counted by time show only some more than are there. */
        get length(): number {
                const last = this.segments[this.segments.length - 1];
                if (this.counted || !last) return this.total;
                return last.cursor === null ? last.rows.length : Math.min(this.total, last.rows.length + AHEAD);
        }

        private segmentAt(index: number): Segment | undefined {
                let low = 0;
                let high = this.segments.length - 1;
                while (low < high) {
                        const middle = (low + high + 1) >> 1;
                        if ((this.segments[middle]?.first ?? 0) <= index) low = middle;
                        else high = middle - 1;
                }
                return this.segments[low];
        }

        at(index: number): HistoryRow | undefined {
                const segment = this.segmentAt(index);
                return segment?.rows[index - segment.first];
        }

        /** Reads what is missing of these rows. */
        need(first: number, behind: number): void {
                this.clock++;
                for (let index = first; index < behind; ) {
                        const segment = this.segmentAt(index);
                        if (!segment || segment.count === 0) return;
                        segment.used = this.clock;
                        void this.fill(segment, Math.min(behind - segment.first, segment.count));
                        index = segment.first + segment.count;
                }
                this.forget();
        }

        private async fill(segment: Segment, rows: number): Promise<void> {
                if (segment.loading || segment.cursor === null || segment.rows.length >= rows) return;
                segment.loading = true;
                try {
                        const answer = await this.page(segment.since, segment.until, segment.cursor || null, false);
                        segment.rows = [...segment.rows, ...answer.rows];
                        segment.cursor = answer.page.next_cursor || null;
                        this.error.value = undefined;
                        if (segment.cursor === null && segment.rows.length !== segment.count) {
                                segment.count = segment.rows.length;
                                this.place();
                        }
                        this.version.value++;
                } catch (error) {
                        this.fail(error);
                } finally {
                        segment.loading = false;
                }
                /* Somebody may have scrolled on within it meanwhile. */
                if (segment.used === this.clock && !this.error.value) void this.fill(segment, rows);
        }

        private forget(): void {
                const held = this.segments.filter((segment) => segment.rows.length > 0 && !segment.loading);
                if (held.length <= SEGMENTS_KEPT || !this.counted) return;
                held.sort((a, b) => a.used - b.used);
                for (const segment of held.slice(0, held.length - SEGMENTS_KEPT))
                        if (segment.used !== this.clock) Object.assign(segment, { rows: [], cursor: '' });
        }

        /** The rows as they are now. */
        view(): Rows<HistoryRow> {
                const count = this.length;
                return {
                        count,
                        at: (index) => this.at(index),
                        id: (index) => (this.at(index) ? index : undefined),
                        indexOf: (id) => ((id as number) < count ? (id as number) : -1),
                };
        }
}
