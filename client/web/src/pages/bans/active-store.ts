// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * The bans in force, kept current
 *
 * All of them are read once, as a stream of lines, and shown while they come: sorting by every column, searching and
 * jumping anywhere then cost no request; 100,000 bans are 16 MB of text, read in less than a second. From there on
 * events tell what comes and goes. Components are told at most four times a second.
 */

import { effect, signal } from '@preact/signals';
import { ApiError, get, request } from '../../api/client';
import { connection, onEvent, type BridgeEvent } from '../../api/events';
import type { BanRow, OriginName, Page } from '../../api/types';
import { sessionState } from '../../session';
import { ActiveTable } from './active-table';

const TELL_EVERY = 250;
const KEEP_FOR = 300_000;
const RELOAD_AFTER = 1000;
const RETRY_FIRST = 3000;
const RETRY_LONGEST = 30_000;
const ORIGINS_AFTER = 3000;
const RECENT = 300;
const ORIGIN_PAGES = 10;
const PAGE = 500;

export type LoadState = 'loading' | 'ready' | 'failed';

interface OriginColumns {
        jail?: string[];
        address?: string[];
        banned_at?: number[];
        origin?: OriginName[];
}

class ActiveStore {
        readonly table = new ActiveTable();
        readonly version = signal(0);
        readonly state = signal<LoadState>('loading');
        readonly error = signal<ApiError | undefined>(undefined);
        /** When all was read or the last event came, in seconds. */
        readonly at = signal(0);

        private readonly abort = new AbortController();
        private readonly stops: (() => void)[] = [];
        private held: BridgeEvent[] | null = null;
        private tellTimer = 0;
        private reloadTimer = 0;
        private reloadDue = 0;
        private originTimer = 0;
        private originsRead = false;
        private failures = 0;

        start(): void {
                this.stops.push(
                        onEvent('Bans.*', (event) => this.heard(event)),
                        onEvent('Bridge.Hello', () => this.reloadSoon(this.at.value > 0 ? RELOAD_AFTER : 0)),
                        ...['Bridge.Online', 'Bridge.Reset'].map((type) => onEvent(type, () => this.reloadSoon())),
                );
                // whatever is read before events arrive is read twice, so they get a moment
                if (connection.peek() === 'live') void this.load();
                else this.reloadSoon();
        }

        stop(): void {
                this.abort.abort();
                this.stops.forEach((stop) => stop());
                clearTimeout(this.tellTimer);
                clearTimeout(this.reloadTimer);
                clearTimeout(this.originTimer);
        }

        private tell(): void {
                this.tellTimer ||= window.setTimeout(() => {
                        this.tellTimer = 0;
                        this.version.value++;
                }, TELL_EVERY);
        }

        /* The sooner of two that ask wins. */
        private reloadSoon(wait = RELOAD_AFTER): void {
                const due = performance.now() + wait;
                if (this.reloadTimer && this.reloadDue <= due) return;
                clearTimeout(this.reloadTimer);
                this.reloadDue = due;
                this.reloadTimer = window.setTimeout(() => {
                        this.reloadTimer = 0;
                        void this.load();
                }, wait);
        }

        /* What failed because somebody was away is read again until he is back. */
        private failed(error: ApiError): void {
                this.error.value = error;
                if (this.table.live === 0) this.state.value = 'failed';
                if (!error.passing) return;
                const wait = Math.min(RETRY_LONGEST, RETRY_FIRST * 2 ** this.failures++);
                this.reloadSoon(Math.max(wait, error.retryAfter * 1000));
        }

        /** Reads all. What is in the table already keeps its slot; what is not told of any more is removed. */
        async load(): Promise<void> {
                if (this.held) return this.reloadSoon();
                this.held = [];
                const before = this.table.size > 0 ? this.table.slots() : null;
                try {
                        await this.read(before);
                        before?.forEach((slot) => this.table.remove(slot));
                        this.error.value = undefined;
                        this.state.value = 'ready';
                        this.failures = 0;
                        this.at.value = Date.now() / 1000;
                        this.originsSoon(0);
                } catch (error) {
                        if (this.abort.signal.aborted) return;
                        this.failed(error instanceof ApiError ? error : new ApiError(0, 'Unknown', String(error)));
                } finally {
                        const held = this.held;
                        this.held = null;
                        held.forEach((event) => this.heard(event));
                        this.tell();
                }
        }

        private async read(before: Map<string, number> | null): Promise<void> {
                const query = { sort: 'banned_at', descending: true };
                const response = await request('GET', 'bans/active/dump', query, undefined, this.abort.signal);
                const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
                let rest = '';
                for (;;) {
                        const piece = await reader?.read();
                        const text = rest + (piece?.value ?? '');
                        const end = piece?.done === false ? text.lastIndexOf('\n') : text.length;
                        this.take(text.slice(0, Math.max(end, 0)), before);
                        rest = text.slice(Math.max(end, 0));
                        if (piece?.done !== false) return;
                        this.tell();
                }
        }

        private take(lines: string, before: Map<string, number> | null): void {
                const list = lines.trim();
                if (list === '') return;
                for (const ban of JSON.parse(`[${list.replaceAll('\n', ',')}]`) as BanRow[]) {
                        const key = `${ban.jail}\0${ban.address}`;
                        const slot = before?.get(key);
                        if (slot === undefined) {
                                this.table.append(ban);
                        } else {
                                this.table.put(ban, slot);
                                before?.delete(key);
                        }
                }
        }

        private heard(event: BridgeEvent): void {
                if (this.held) {
                        this.held.push(event);
                        return;
                }
                const ban = event.data.ban as BanRow | undefined;
                if (event.type === 'Bans.Reset') {
                        this.reloadSoon();
                } else if (ban && event.type === 'Bans.Unbanned') {
                        this.table.remove(this.table.find(ban.jail, ban.address));
                } else if (ban) {
                        this.table.put(ban);
                        if (event.type === 'Bans.Banned') this.originsSoon(ORIGINS_AFTER);
                } else {
                        return;
                }
                this.at.value = Date.now() / 1000;
                this.tell();
        }

        private originsSoon(wait: number): void {
                this.originTimer ||= window.setTimeout(() => {
                        this.originTimer = 0;
                        void this.readOrigins();
                }, wait);
        }

        /* The archive knows who banned. Of bans that are not quite new, those by hand and by lists are few, and all
         * others were earned; the newest may not be in it yet, and are asked for one by one. */
        private async readOrigins(): Promise<void> {
                const recent = Math.floor(Date.now() / 1000) - RECENT;
                try {
                        if (!this.originsRead) await this.readOldOrigins(recent);
                        this.originsRead = true;
                        const marked = new Map<string, OriginName>();
                        await this.readOrigin(undefined, recent - RECENT, marked);
                        this.mark(
                                (at) => at >= recent - RECENT,
                                (key) => marked.get(key),
                        );
                } catch {
                        // an archive that cannot be read: origins stay unknown
                }
        }

        private async readOldOrigins(before: number): Promise<void> {
                const marked = new Map<string, OriginName>();
                const all =
                        (await this.readOrigin('manual', 0, marked)) && (await this.readOrigin('blocklist', 0, marked));
                if (all)
                        this.mark(
                                (at) => at < before,
                                (key) => marked.get(key) ?? 'self',
                        );
        }

        private mark(which: (bannedAt: number) => boolean, originOf: (key: string) => OriginName | undefined): void {
                const { table } = this;
                for (let slot = 0; slot < table.size; slot++) {
                        const at = table.bannedAt[slot] ?? 0;
                        const origin =
                                table.alive[slot] === 1 && which(at)
                                        ? originOf(`${table.jailOf(slot)}\0${table.addresses[slot]}\0${at}`)
                                        : undefined;
                        if (origin) table.setOrigin(slot, origin);
                }
                this.tell();
        }

        /* False: too many to mark them one by one. */
        private async readOrigin(
                origin: OriginName | undefined,
                since: number,
                marked: Map<string, OriginName>,
        ): Promise<boolean> {
                let cursor = '';
                for (let page = 0; page < ORIGIN_PAGES; page++) {
                        const query = { origin, since, limit: PAGE, cursor: cursor || null };
                        const answer = await get<{ columns: OriginColumns; page: Page }>(
                                'history/columns',
                                query,
                                this.abort.signal,
                        );
                        const { jail = [], address = [], banned_at = [], origin: origins = [] } = answer.columns;
                        jail.forEach((name, i) =>
                                marked.set(`${name}\0${address[i]}\0${banned_at[i]}`, origins[i] ?? 'self'),
                        );
                        cursor = answer.page.next_cursor;
                        if (!cursor) return true;
                }
                return false;
        }
}

export type { ActiveStore };

let store: ActiveStore | null = null;
let users = 0;
let timer = 0;

/** The store of the page, kept for a while after the last user left, so that Back finds it as it was. */
export function useStore(): ActiveStore {
        if (!store) {
                store = new ActiveStore();
                store.start();
        }
        return store;
}

export function holdStore(): () => void {
        users++;
        clearTimeout(timer);
        return () => {
                if (--users > 0) return;
                timer = window.setTimeout(forgetStore, KEEP_FOR);
        };
}

function forgetStore(): void {
        clearTimeout(timer);
        store?.stop();
        store = null;
}

/* What was seen is not kept for whoever signs in next. */
effect(() => {
        if (sessionState.value === 'out') forgetStore();
});
