// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * Data of the API for components: kept by URL, shared by all who ask the same, read anew when an event says so.
 *
 * Old data stay while new ones are on their way, also when the question changed, so that nothing jumps. An event
 * does not read at once but after a little while, in which more may come, and only in a tab that is seen.
 */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { now } from '../state/clock';
import { ApiError, apiUrl, get, type Query } from './client';
import { onEvent } from './events';

const SETTLE = 500;
const KEPT = 60;
const RETRY_FIRST = 3000;
const RETRY_LONGEST = 30_000;

export interface QueryState<T> {
        data: T | undefined;
        error: ApiError | undefined;
        loading: boolean;
        /** When the data were read, in seconds; 0: never. */
        at: number;
        /** The data answer an earlier question: the present one is being asked. */
        stale: boolean;
        refresh: () => Promise<void>;
}

interface Entry {
        path: string;
        query: Query | undefined;
        data: unknown;
        error: ApiError | undefined;
        loading: Promise<void> | null;
        at: number;
        took: number;
        /** Events make it be read at most so often, in seconds. */
        every: number;
        timer: number;
        failures: number;
        again: boolean;
        dirty: boolean;
        listeners: Set<() => void>;
}

const entries = new Map<string, Entry>();

function entryOf(path: string, query: Query | undefined): Entry {
        const key = apiUrl(path, query);
        let entry = entries.get(key);
        if (!entry) {
                entry = {
                        path,
                        query,
                        data: undefined,
                        error: undefined,
                        loading: null,
                        at: 0,
                        took: 0,
                        every: 0,
                        timer: 0,
                        failures: 0,
                        again: false,
                        dirty: false,
                        listeners: new Set(),
                };
                entries.set(key, entry);
                forgetSome();
        }
        return entry;
}

function forgetSome(): void {
        for (const [key, entry] of entries) {
                if (entries.size <= KEPT) return;
                if (!entry.listeners.size && !entry.loading) entries.delete(key);
        }
}

function told(entry: Entry): void {
        for (const listener of [...entry.listeners]) listener();
}

async function read(entry: Entry): Promise<void> {
        const start = performance.now();
        entry.dirty = false;
        try {
                entry.data = await get<unknown>(entry.path, entry.query);
                entry.error = undefined;
                entry.failures = 0;
                entry.at = now();
        } catch (error) {
                entry.error = error instanceof ApiError ? error : new ApiError(0, 'Unknown', String(error));
                entry.failures += 1;
        }
        entry.took = performance.now() - start;
        entry.loading = null;
        told(entry);
        if (entry.error) {
                tryAgain(entry, entry.error);
        } else if (entry.again) {
                entry.again = false;
                settle(entry);
        }
}

/* What failed because somebody was away is asked again until he is back; what was refused is not. */
function tryAgain(entry: Entry, error: ApiError): void {
        entry.again = false;
        if (!error.passing || !entry.listeners.size || entry.timer) return;
        const wait = Math.min(RETRY_LONGEST, RETRY_FIRST * 2 ** (entry.failures - 1));
        entry.timer = window.setTimeout(() => void load(entry), Math.max(wait, error.retryAfter * 1000));
}

function load(entry: Entry): Promise<void> {
        clearTimeout(entry.timer);
        entry.timer = 0;
        entry.loading ??= read(entry);
        told(entry);
        return entry.loading;
}

/* Anew from here on: an answer on its way may be of before. */
function reload(entry: Entry): Promise<void> {
        return entry.loading ? entry.loading.then(() => load(entry)) : load(entry);
}

/* A heavy answer is asked for less often than a light one. */
function settle(entry: Entry): void {
        if (!entry.listeners.size || document.hidden) {
                entry.dirty = true;
        } else if (entry.loading) {
                entry.again = true;
        } else if (!entry.timer || entry.error) {
                clearTimeout(entry.timer);
                const rest = (entry.at + entry.every - now()) * 1000;
                entry.timer = window.setTimeout(() => void load(entry), Math.max(SETTLE, 3 * entry.took, rest));
        }
}

function eachInUse(action: (entry: Entry) => void): void {
        for (const entry of entries.values()) {
                if (entry.listeners.size) action(entry);
                else entry.dirty = true;
        }
}

document.addEventListener('visibilitychange', () => {
        if (!document.hidden) eachInUse((entry) => entry.dirty && void load(entry));
});
for (const pattern of ['Bridge.Hello', 'Bridge.Online', 'Bridge.Reset']) onEvent(pattern, () => eachInUse(settle));

/** Reads again all that is shown and starts with that path: after a change made here. */
export function refreshQueries(prefix = ''): void {
        eachInUse((entry) => {
                if (entry.path.startsWith(prefix)) void reload(entry);
        });
}

/** Forgets everything: at sign-out. */
export function forgetQueries(): void {
        for (const [key, entry] of entries) {
                entry.data = undefined;
                if (!entry.listeners.size) entries.delete(key);
        }
}

/**
 * Data of GET api/v1/`path`; a path of null asks nothing. `events` make it be read again, at most `every` so many
 * seconds where that is given: under an attack there are many events, and the bridge counts requests.
 */
export function useQuery<T>(
        path: string | null,
        query?: Query,
        options: { events?: readonly string[]; every?: number } = {},
): QueryState<T> {
        const [, render] = useState(0);
        const key = path === null ? null : apiUrl(path, query);
        const entry = useMemo(() => (path === null ? null : entryOf(path, query)), [key]);
        const shown = useRef<{ path: string; entry: Entry } | null>(null);
        const patterns = (options.events ?? []).join(' ');
        const drawn = entry?.at;

        useEffect(() => {
                if (!entry) return undefined;
                const listener = () => render((count) => count + 1);
                entry.listeners.add(listener);
                if (key) entries.set(key, entry);
                const fresh = entry.at && !entry.dirty && !entry.error && now() - entry.at < 5;
                if (!fresh) void load(entry);
                else if (entry.at !== drawn) listener(); // it came after this was drawn and before anybody listened
                return () => {
                        entry.listeners.delete(listener);
                        if (!entry.listeners.size) {
                                clearTimeout(entry.timer);
                                entry.timer = 0;
                        }
                };
        }, [entry]);

        useEffect(() => {
                if (!entry || !patterns) return undefined;
                entry.every = options.every ?? 0;
                const stops = patterns.split(' ').map((pattern) => onEvent(pattern, () => settle(entry)));
                return () => stops.forEach((stop) => stop());
        }, [entry, patterns]);

        if (entry && entry.data !== undefined && path !== null) shown.current = { path, entry };
        const before = shown.current && shown.current.path === path ? shown.current.entry : null;
        const source = entry?.data === undefined && !entry?.error ? (before ?? entry) : entry;
        return {
                data: source?.data as T | undefined,
                error: entry?.error,
                loading: Boolean(entry && (entry.loading || (!entry.at && !entry.error))),
                at: source?.at ?? 0,
                stale: source !== entry,
                refresh: () => (entry ? reload(entry) : Promise.resolve()),
        };
}
