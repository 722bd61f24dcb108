// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * Who is signed in. Any answer that says "nobody" leads to the login page with the way back; a sign-out in one tab ends
 * the others. A form that is being filled in when the session ends stays as it is: the person signs in over it.
 */

import { signal } from '@preact/signals';
import { ApiError, get, onSignedOut, post } from './api/client';
import { startEvents, stopEvents } from './api/events';
import { forgetQueries, refreshQueries } from './api/query';
import type { Session, Setup } from './api/types';
import { navigate, path, place } from './router';

export type SessionState = 'unknown' | 'in' | 'out' | 'unreachable';

const HINT = 'bangui.signed-in';

/* Whether somebody was signed in here the last time: then the page does not wait for the answer before it starts. */
function hint(): boolean {
        try {
                return localStorage.getItem(HINT) === '1';
        } catch {
                return false;
        }
}

function keepHint(signedIn: boolean): void {
        try {
                if (signedIn) localStorage.setItem(HINT, '1');
                else localStorage.removeItem(HINT);
        } catch {
                // Without storage the page waits.
        }
}

export const sessionState = signal<SessionState>(hint() ? 'in' : 'unknown');
export const session = signal<Session | null>(null);
/** The session ended under a page: its input is kept and the sign-in is asked for in a dialog. */
export const signInAgain = signal(false);

const TRY_AGAIN = 3000;
const CHANNEL = 'bangui.session';
const STORED = 'bangui.session-event';

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);

function tellOthers(what: 'in' | 'out'): void {
        channel?.postMessage(what);
        if (channel) return;
        try {
                localStorage.setItem(STORED, `${what} ${Date.now()}`);
        } catch {
                // The other tabs find out with their next request.
        }
}

/* Where the login page shall lead to; only paths of this page. */
export function nextOf(query: URLSearchParams): string {
        const next = query.get('next') ?? '/';
        return next.startsWith('/') && !next.startsWith('//') && !next.startsWith('/login') ? next : '/';
}

function toLogin(): void {
        if (path.value === '/login' || path.value === '/setup') return;
        const { query } = place.value;
        const text = query.toString();
        const next = path.value + (text ? `?${text}` : '');
        navigate(next === '/' ? '/login' : `/login?${new URLSearchParams({ next })}`, { replace: true });
}

function hasInput(): boolean {
        return [
                ...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
                        'main input, main textarea, dialog input',
                ),
        ].some((input) => input.value !== input.defaultValue && input.type !== 'search' && input.type !== 'radio');
}

function ended(deliberate: boolean): void {
        stopEvents();
        if (!deliberate && sessionState.value === 'in' && hasInput()) {
                signInAgain.value = true;
                return;
        }
        session.value = null;
        keepHint(false);
        sessionState.value = 'out';
        signInAgain.value = false;
        forgetQueries();
        toLogin();
}

/** Gives up a session that ended under a page, and what was typed there. */
export function leaveSession(): void {
        ended(true);
}

async function begun(): Promise<void> {
        session.value = await get<Session>('auth/session');
        sessionState.value = 'in';
        keepHint(true);
        startEvents();
        if (signInAgain.value) {
                signInAgain.value = false;
                refreshQueries();
        }
}

function heard(what: string): void {
        if (what.startsWith('out')) ended(true);
        if (what.startsWith('in') && (sessionState.value !== 'in' || signInAgain.value)) {
                void begun().then(() => {
                        if (path.value === '/login') navigate(nextOf(place.value.query), { replace: true });
                });
        }
}

/** Asks who is signed in, and whether the set-up was done; called once, and to try again. */
export async function startSession(): Promise<void> {
        if (sessionState.peek() === 'in') startEvents(); // before the page reads what they change
        try {
                await begun();
                if (path.value === '/login') navigate(nextOf(place.value.query), { replace: true });
                if (path.value === '/setup') navigate('/', { replace: true });
        } catch (error) {
                if (error instanceof ApiError && (error.status === 401 || error.code === 'SetupNeeded')) {
                        stopEvents();
                        keepHint(false);
                        await toSetupOrLogin();
                        sessionState.value = 'out';
                } else {
                        if (sessionState.value !== 'in') sessionState.value = 'unreachable';
                        setTimeout(() => void startSession(), TRY_AGAIN);
                }
        }
}

async function toSetupOrLogin(): Promise<void> {
        try {
                const setup = await get<Setup>('setup');
                if (!setup.done) navigate('/setup', { replace: true });
                else if (path.value === '/setup') navigate('/login', { replace: true });
                else toLogin();
        } catch {
                toLogin();
        }
}

/** Throws an ApiError: WrongPassword, TooManyRequests. */
export async function signIn(password: string): Promise<void> {
        await post('auth/login', { password });
        await begun();
        tellOthers('in');
}

export async function setUp(password: string): Promise<void> {
        await post('setup', { password });
        await begun();
        tellOthers('in');
}

export async function signOut(): Promise<void> {
        await post('auth/logout');
        tellOthers('out');
        ended(true);
}

export function listenForSession(): void {
        onSignedOut(() => {
                if (sessionState.value === 'in') ended(false);
        });
        channel?.addEventListener('message', (event: MessageEvent<string>) => heard(event.data));
        addEventListener('storage', (event) => {
                if (event.key === STORED && event.newValue) heard(event.newValue);
        });
}
