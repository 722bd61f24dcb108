// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * The router: where the page is stands in the URL and nowhere else.
 *
 * Paths here are those below the base path of the page, and start with a slash. Each entry of the browser's history
 * has a key, under which the scroll position is kept for Back and Forward.
 */

import { computed, signal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { belowBase } from './match';

export { buildPath, matchPath, type Params } from './match';

export interface Place {
        path: string;
        query: URLSearchParams;
        hash: string;
        key: string;
}

export const base = new URL('.', document.baseURI).pathname;

const SCROLLS = 'bangui.scroll';
const SCROLLS_KEPT = 60;
const RESTORE_FOR = 3000;

function readPlace(): Place {
        const state = history.state as { key?: string } | null;
        return {
                path: belowBase(base, location.pathname) ?? '/',
                query: new URLSearchParams(location.search),
                hash: location.hash.slice(1),
                key: state?.key ?? 'first',
        };
}

/** Where the page is; a component that reads it follows. */
export const place = signal<Place>(readPlace());
export const path = computed(() => place.value.path);

/** A path of the page as the browser needs it. */
export function href(to: string): string {
        return base + to.replace(/^\//, '');
}

function scrolls(): Record<string, number> {
        try {
                return JSON.parse(sessionStorage.getItem(SCROLLS) ?? '{}') as Record<string, number>;
        } catch {
                return {};
        }
}

function keepScroll(key: string): void {
        const kept = Object.entries({ ...scrolls(), [key]: Math.round(scrollY) }).slice(-SCROLLS_KEPT);
        try {
                sessionStorage.setItem(SCROLLS, JSON.stringify(Object.fromEntries(kept)));
        } catch {
                // Without storage Back starts at the top.
        }
}

let restoring = 0;

/* The content may still be on its way: tried until it is as high as it was, for a while, or until the person scrolls.
 */
function restoreScroll(key: string): void {
        const wanted = scrolls()[key] ?? 0;
        const until = performance.now() + RESTORE_FOR;
        cancelAnimationFrame(restoring);

        const step = () => {
                scrollTo(0, wanted);
                if (Math.abs(scrollY - wanted) > 2 && performance.now() < until)
                        restoring = requestAnimationFrame(step);
        };
        step();
        const stop = () => cancelAnimationFrame(restoring);
        addEventListener('wheel', stop, { once: true, passive: true });
        addEventListener('touchstart', stop, { once: true, passive: true });
        addEventListener('keydown', stop, { once: true });
}

/** Goes to a path of the page, such as "/bans?jail=sshd". `replace`: without a new entry in the history. */
export function navigate(to: string, options: { replace?: boolean; keepScroll?: boolean } = {}): void {
        const before = place.value;
        keepScroll(before.key);
        if (options.replace) {
                history.replaceState({ key: before.key }, '', href(to));
        } else {
                history.pushState({ key: crypto.getRandomValues(new Uint32Array(2)).join('-') }, '', href(to));
        }
        place.value = readPlace();
        if (place.value.path !== before.path && !options.keepScroll) {
                cancelAnimationFrame(restoring);
                scrollTo(0, 0);
        }
}

/** Changes parameters of the query: null or '' takes one away. By default without a new entry in the history. */
export function setQuery(changes: Record<string, string | null>, options: { push?: boolean } = {}): void {
        const query = new URLSearchParams(place.value.query);
        for (const [name, value] of Object.entries(changes)) {
                if (value === null || value === '') query.delete(name);
                else query.set(name, value);
        }
        const text = query.toString();
        navigate(place.value.path + (text ? `?${text}` : ''), { replace: !options.push, keepScroll: true });
}

/** A value of the URL's query as state: [value, set]. Setting it to the initial value takes it out of the URL. */
export function useQueryState(name: string, initial = ''): [string, (value: string, push?: boolean) => void] {
        const value = place.value.query.get(name) ?? initial;
        return [value, (next, push) => setQuery({ [name]: next === initial ? null : next }, { push: push ?? false })];
}

/** Follows the browser's Back and Forward. Called once. */
export function startRouter(): void {
        history.scrollRestoration = 'manual';
        if (!(history.state as { key?: string } | null)?.key) history.replaceState({ key: `load-${Date.now()}` }, '');
        place.value = readPlace();
        restoreScroll(place.value.key);

        addEventListener('popstate', () => {
                place.value = readPlace();
                restoreScroll(place.value.key);
        });
        addEventListener('pagehide', () => keepScroll(place.value.key));
        let timer = 0;
        addEventListener(
                'scroll',
                () => {
                        clearTimeout(timer);
                        const { key } = place.value;
                        timer = window.setTimeout(() => keepScroll(key), 150);
                },
                { passive: true },
        );
}

type LinkProps = Omit<JSX.HTMLAttributes<HTMLAnchorElement>, 'href'> & {
        to: string;
        replace?: boolean;
        children?: ComponentChildren;
};

/** A link to a page. What the browser does with modifiers and other buttons stays. */
export function Link({ to, replace, onClick, children, ...rest }: LinkProps) {
        const click = (event: JSX.TargetedMouseEvent<HTMLAnchorElement>) => {
                onClick?.(event);
                const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
                if (event.defaultPrevented || event.button !== 0 || modified) return;
                event.preventDefault();
                navigate(to, { replace: replace ?? false });
        };
        return (
                <a href={href(to)} onClick={click} {...rest}>
                        {children}
                </a>
        );
}
