// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * The daemon's signals: one stream for the page, from sign-in to sign-out.
 *
 * A browser allows six connections to a host, so a tab that is hidden for a while lets go of its stream; when it is
 * seen again, a new stream starts. Each stream begins with "Bridge.Hello": what was read before that may have missed an
 * event, so whoever keeps data reads anew then.
 */

import { effect, signal } from '@preact/signals';
import { now } from '../state/clock';
import { apiUrl, daemonReached, get, bridgeReached } from './client';

export interface BridgeEvent {
        /** "Bans.Banned", "Jail.Properties", "Bridge.Offline", ... */
        type: string;
        data: Record<string, unknown>;
}

export type Connection = 'live' | 'connecting' | 'offline';

/** Whether events arrive. */
export const connection = signal<Connection>('connecting');
/** Since when events do not arrive, in seconds; 0: they do. What is shown is of that time or older. */
export const lostAt = signal(0);
/** Since when the daemon is away, in seconds; 0: it is there. */
export const awayAt = signal(0);

effect(() => {
        awayAt.value = daemonReached.value ? 0 : awayAt.peek() || now();
});

const HIDDEN_FOR = 60_000;
const ASK_EVERY = 5000;
const WAIT_FIRST = 1000;
const WAIT_LONGEST = 30_000;

/* An EventSource tells named events only to who listens for that name. */
const NAMES = [
        'Bridge.Hello',
        'Bridge.Online',
        'Bridge.Offline',
        'Bridge.Reset',
        'Bans.Banned',
        'Bans.Changed',
        'Bans.Unbanned',
        'Bans.Reset',
        'Bans.Properties',
        'AllowList.Changed',
        'AllowList.Properties',
        'Geo.Properties',
        'History.Properties',
        'Jail.Added',
        'Jail.Removed',
        'Jail.Properties',
        'Job.Added',
        'Job.Removed',
        'Job.Properties',
        'Manager.HealthChanged',
        'Manager.Properties',
        'Operation.Added',
        'Operation.Removed',
        'Operation.Properties',
        'Server.JailAdded',
        'Server.JailRemoved',
        'Server.JailChanged',
        'Server.Properties',
        'Settings.Changed',
];

type Handler = (event: BridgeEvent) => void;

const handlers = new Set<{ pattern: string; handler: Handler }>();

/** Whether a type fits a pattern: "Bans.Banned", "Bans.*", "*". */
export function fits(pattern: string, type: string): boolean {
        return pattern === '*' || pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)));
}

/** Calls the handler for each event that fits, until the returned function is called. */
export function onEvent(pattern: string, handler: Handler): () => void {
        const entry = { pattern, handler };
        handlers.add(entry);
        return () => handlers.delete(entry);
}

function tell(event: BridgeEvent): void {
        for (const { pattern, handler } of [...handlers]) if (fits(pattern, event.type)) handler(event);
}

let source: EventSource | null = null;
let wanted = false;
let wait = WAIT_FIRST;
let retry = 0;
let hiding = 0;

function receive(message: MessageEvent<string>): void {
        let data: Record<string, unknown>;
        try {
                data = JSON.parse(message.data) as Record<string, unknown>;
        } catch {
                return;
        }
        if (message.type === 'Bridge.Hello') {
                daemonReached.value = data.online !== false;
                lostAt.value = 0;
                connection.value = 'live';
        }
        if (message.type === 'Bridge.Online') daemonReached.value = true;
        if (message.type === 'Bridge.Offline') daemonReached.value = false;
        tell({ type: message.type, data });
}

function close(): void {
        clearTimeout(retry);
        source?.close();
        source = null;
}

/* The stream gives no reason when it fails: a small request tells whether the session ended (it signs out then). */
async function askWhy(): Promise<void> {
        try {
                await get('auth/session');
        } catch {
                // What there is to say, the client has said.
        }
}

function open(): void {
        close();
        if (!wanted) return;
        const stream = new EventSource(apiUrl('events'), { withCredentials: false });
        source = stream;
        stream.onopen = () => {
                wait = WAIT_FIRST;
                bridgeReached.value = true;
        };
        stream.onerror = () => {
                if (source !== stream) return;
                connection.value = connection.value === 'live' ? 'connecting' : 'offline';
                lostAt.value ||= now();
                close();
                retry = window.setTimeout(open, wait);
                wait = Math.min(WAIT_LONGEST, wait * 2);
                void askWhy();
        };
        for (const name of NAMES) stream.addEventListener(name, receive);
}

function visibility(): void {
        clearTimeout(hiding);
        if (document.hidden) {
                hiding = window.setTimeout(() => {
                        close();
                        connection.value = 'connecting';
                }, HIDDEN_FOR);
        } else if (wanted && !source) {
                wait = WAIT_FIRST;
                open();
        }
}

/* A stream can stay open for minutes when the network is gone: as long as requests fail, small ones are tried. */
effect(() => {
        if (bridgeReached.value) {
                if (connection.peek() === 'live') lostAt.value = 0;
                return undefined;
        }
        lostAt.value = lostAt.peek() || now();
        const timer = setInterval(() => {
                if (wanted && !document.hidden) void askWhy();
        }, ASK_EVERY);
        return () => clearInterval(timer);
});

/** Tries to connect now, when a person asks for it. */
export function reconnect(): void {
        wait = WAIT_FIRST;
        if (wanted) open();
}

/** From here on events arrive: called when somebody is signed in. */
export function startEvents(): void {
        if (wanted) return;
        wanted = true;
        connection.value = 'connecting';
        document.addEventListener('visibilitychange', visibility);
        addEventListener('online', reconnect);
        addEventListener('offline', askWhy);
        open();
}

export function stopEvents(): void {
        wanted = false;
        close();
        document.removeEventListener('visibilitychange', visibility);
        removeEventListener('online', reconnect);
        removeEventListener('offline', askWhy);
}
