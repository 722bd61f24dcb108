// SPDX-License-Identifier: LGPL-2.1-or-later

/* The bridge's API: paths are those below api/v1, without a leading slash. */

import { signal } from '@preact/signals';
import { serverTime } from '../state/clock';

export type QueryValue = string | number | boolean | readonly string[] | null | undefined;
export type Query = Record<string, QueryValue>;

/** What went wrong, as the bridge says; status 0: the bridge was not reached. */
export class ApiError extends Error {
        constructor(
                readonly status: number,
                readonly code: string,
                message: string,
                readonly details: Record<string, unknown> = {},
                readonly correlationId = '',
                /** Seconds, of Retry-After; 0: not said. */
                readonly retryAfter = 0,
        ) {
                super(message);
                this.name = 'ApiError';
        }

        /** Somebody is away or busy: the same request may go well later. */
        get passing(): boolean {
                return this.status === 0 || this.status === 429 || this.status >= 502;
        }
}

/** The answer of a change that goes on after the answer: follow it at operations/<id>. */
export interface Accepted {
        operation: string;
}

export function isAccepted(value: unknown): value is Accepted {
        return typeof value === 'object' && value !== null && typeof (value as Accepted).operation === 'string';
}

/** Whether the last request reached the bridge, and whether the bridge reached the daemon. */
export const bridgeReached = signal(true);
export const daemonReached = signal(true);

let signedOut: (() => void) | null = null;

/** Called when an answer says that nobody is signed in any more. */
export function onSignedOut(handler: () => void): void {
        signedOut = handler;
}

export function apiUrl(path: string, query?: Query): string {
        const url = new URL(`api/v1/${path.replace(/^\//, '')}`, document.baseURI);
        for (const [name, value] of Object.entries(query ?? {})) {
                if (value === null || value === undefined) continue;
                if (Array.isArray(value))
                        for (const one of value as readonly string[]) url.searchParams.append(name, one);
                else url.searchParams.set(name, String(value));
        }
        return url.href;
}

/** A segment of a path: get(`bans/${segment(address)}`). */
export function segment(text: string): string {
        return encodeURIComponent(text);
}

async function failure(response: Response): Promise<ApiError> {
        const retry = Number(response.headers.get('Retry-After')) || 0;
        try {
                const body = (await response.json()) as Record<string, unknown>;
                return new ApiError(
                        response.status,
                        String(body.error_code ?? 'Unknown'),
                        String(body.message ?? response.statusText),
                        (body.details as Record<string, unknown> | undefined) ?? {},
                        String(body.correlation_id ?? ''),
                        retry,
                );
        } catch {
                return new ApiError(response.status, 'Unknown', response.statusText, {}, '', retry);
        }
}

async function reach(url: string, init: RequestInit): Promise<Response> {
        try {
                const response = await fetch(url, { credentials: 'same-origin', ...init });
                bridgeReached.value = true;
                serverTime(response.headers.get('Date'));
                return response;
        } catch (error) {
                if (error instanceof DOMException && error.name === 'AbortError') throw error;
                bridgeReached.value = false;
                throw new ApiError(0, 'Unreachable', String((error as Error).message));
        }
}

/** One request; the answer is whatever the bridge sent, its status looked at. */
export async function request(method: string, path: string, query?: Query, body?: unknown, signal?: AbortSignal) {
        const headers: Record<string, string> = { Accept: 'application/json' };
        if (method !== 'GET') headers['X-BanGUI'] = '1';
        if (body !== undefined) headers['Content-Type'] = 'application/json';

        const response = await reach(apiUrl(path, query), {
                method,
                headers,
                body: body === undefined ? null : JSON.stringify(body),
                signal: signal ?? null,
        });
        if (response.ok) {
                if (!path.startsWith('health')) daemonReached.value = true;
                return response;
        }

        const error = await failure(response);
        if (error.code === 'DaemonOffline') daemonReached.value = false;
        if (error.code === 'NotSignedIn') signedOut?.();
        throw error;
}

async function json<T>(response: Promise<Response>): Promise<T> {
        const text = await (await response).text();
        return (text ? JSON.parse(text) : {}) as T;
}

export function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
        return json<T>(request('GET', path, query, undefined, signal));
}

export function post<T>(path: string, body: unknown = {}, query?: Query): Promise<T> {
        return json<T>(request('POST', path, query, body));
}

export function put<T>(path: string, body: unknown = {}, query?: Query): Promise<T> {
        return json<T>(request('PUT', path, query, body));
}

export function del<T>(path: string, body?: unknown, query?: Query): Promise<T> {
        return json<T>(request('DELETE', path, query, body));
}
