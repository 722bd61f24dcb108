// SPDX-License-Identifier: LGPL-2.1-or-later

/* The frame of all pages for who is signed in. */

import type { ComponentType } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { names, pages } from '../pages';
import { Link, navigate, path } from '../router';
import { signInAgain } from '../session';
import { withFilters } from '../state/filters';
import { useShortcuts, type Shortcut } from '../state/shortcuts';
import { language } from '../state/preferences';
import { Empty, Page } from '../ui';
import { Banners } from './banners';
import { pageOf } from './current-page';
import { shellDialog, type ShellDialog } from './open';
import { PageFrame } from './page-frame';
import { BottomBar, MorePages, Rail } from './rail';
import './shell.css';
import { switchTheme, TopBar } from './top-bar';
import { w } from './words';

const LETTERS: Record<string, string> = {
        o: '/',
        b: '/bans',
        m: '/map',
        h: '/history',
        j: '/jails',
        a: '/allow',
        s: '/server',
        e: '/settings',
};

type Lazy = () => Promise<{ default: ComponentType }>;

const LAZY: Partial<Record<ShellDialog, Lazy>> = {
        palette: () => import('./palette'),
        keys: () => import('./keyboard-help'),
        zone: () => import('./zone-dialog'),
        range: () => import('./range-dialog'),
};
const signInDialog: Lazy = () => import('./sign-in-again');

const loaded = new Map<Lazy, ComponentType>();

/* The palette comes when the page is at rest, so that what is typed right after Ctrl+K is not lost. */
const whenIdle = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 1000));
whenIdle(() => void LAZY.palette?.().then((module) => LAZY.palette && loaded.set(LAZY.palette, module.default)));

/* A dialog whose code comes when it is opened first. */
function LazyDialog({ load }: { load: Lazy }) {
        const [, render] = useState(0);
        useEffect(() => {
                if (!loaded.has(load))
                        void load().then((module) => {
                                loaded.set(load, module.default);
                                render((count) => count + 1);
                        });
        }, [load]);
        const Shown = loaded.get(load);
        return Shown ? <Shown /> : null;
}

function Dialogs() {
        const open = shellDialog.value;
        if (signInAgain.value) return <LazyDialog key="sign-in" load={signInDialog} />;
        if (open === 'more') return <MorePages />;
        const load = open && LAZY[open];
        return load ? <LazyDialog key={open} load={load} /> : null;
}

function searchOnPage(): void {
        const field = document.querySelector<HTMLInputElement>('main input[type="search"]');
        if (field) {
                field.focus();
                field.select();
        } else {
                shellDialog.value = 'palette';
        }
}

function shellShortcuts(): Shortcut[] {
        const inRail = pages.filter((row) => !row.under);
        const goTo = Object.entries(LETTERS).flatMap(([letter, to]) => {
                const row = inRail.find((one) => one.path === to);
                if (!row) return [];
                const run = () => navigate(row.filters ? withFilters(to) : to);
                return [{ keys: `g ${letter}`, text: w.keyGo(names[row.name]), run }];
        });
        return [
                { keys: 'Ctrl+K', text: w.keyPalette, run: () => (shellDialog.value = 'palette') },
                { keys: '/', text: w.keySearch, run: searchOnPage },
                { keys: '?', text: w.keyHelp, run: () => (shellDialog.value = 'keys') },
                { keys: 't', text: w.keyTheme, run: switchTheme },
                ...goTo,
        ];
}

/* The heading of a page takes the focus when the person goes there, so that a screen reader says where it is. */
function useHeadingFocus(): void {
        const entered = useRef(path.value);
        const here = path.value;
        useEffect(() => {
                if (entered.current === here) return undefined;
                entered.current = here;
                const until = performance.now() + 3000;
                let frame = 0;
                const look = () => {
                        const heading = document.querySelector<HTMLElement>('main h1');
                        if (heading) heading.focus({ preventScroll: true });
                        else if (performance.now() < until) frame = requestAnimationFrame(look);
                };
                frame = requestAnimationFrame(look);
                return () => cancelAnimationFrame(frame);
        }, [here]);
}

function NotFound() {
        return (
                <Page title={w.notFoundTitle} hidden>
                        <Empty
                                icon="search"
                                title={w.notFoundTitle}
                                actions={
                                        <Link class="button button-primary" to="/">
                                                {w.toOverview}
                                        </Link>
                                }
                        >
                                {w.notFoundText}
                        </Empty>
                </Page>
        );
}

export function Shell() {
        useShortcuts(useMemo(shellShortcuts, [language.value]));
        useHeadingFocus();
        const current = pageOf();
        return (
                <div class="shell">
                        <a
                                class="skip"
                                href="#main"
                                onClick={(event) => {
                                        event.preventDefault();
                                        document.getElementById('main')?.focus();
                                }}
                        >
                                {w.skip}
                        </a>
                        <Rail />
                        <TopBar />
                        <main id="main" tabIndex={-1}>
                                <div class="banners" aria-live="polite">
                                        <Banners />
                                </div>
                                {current ? <PageFrame row={current.row} params={current.params} /> : <NotFound />}
                        </main>
                        <BottomBar />
                        <Dialogs />
                </div>
        );
}
