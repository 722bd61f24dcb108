// SPDX-License-Identifier: LGPL-2.1-or-later

/* The way between pages: a rail at the left, on a phone a bar at the bottom. Filters go along to pages that have
   them. */

import { useEffect } from 'preact/hooks';
import { bridgeReached, daemonReached } from '../api/client';
import { connection } from '../api/events';
import { useQuery } from '../api/query';
import type { Health } from '../api/types';
import { names, pages, type PageRow } from '../pages';
import { Link } from '../router';
import { signOut } from '../session';
import { withFilters } from '../state/filters';
import { useStatus } from '../state/status';
import { Brand, Dialog, Icon, IconButton, toastError } from '../ui';
import { pageOf } from './current-page';
import { closeShellDialog, shellDialog } from './open';
import { preload } from './page-frame';
import { w } from './words';

const AT_THE_BOTTOM = 5;

function isCurrent(row: PageRow): boolean {
        const current = pageOf()?.row;
        return current === row || (current?.under !== undefined && current.under === row.path);
}

function Entry({ row, size, onClick }: { row: PageRow; size: number; onClick?: () => void }) {
        const current = isCurrent(row);
        return (
                <Link
                        to={row.filters ? withFilters(row.path) : row.path}
                        aria-current={current ? 'page' : undefined}
                        onPointerEnter={() => preload(row)}
                        onFocus={() => preload(row)}
                        onClick={onClick}
                >
                        <Icon name={row.icon} size={size} />
                        <span>{names[row.name]}</span>
                </Link>
        );
}

function State() {
        const state = bridgeReached.value ? connection.value : 'offline';
        const text = { live: w.live, connecting: w.connecting, offline: w.offline }[state];
        if (state === 'live' && !daemonReached.value)
                return <span class="rail-state rail-offline">{w.daemonGone}</span>;
        return (
                <span class={`rail-state rail-${state}`} title={state === 'live' ? w.liveHint : undefined}>
                        {text}
                </span>
        );
}

function Foot() {
        const status = useStatus();
        const health = useQuery<Health>('health');
        const host = health.data?.bridge.host || location.hostname;
        return (
                <footer>
                        <div class="rail-host" title={host}>
                                {host}
                        </div>
                        <State />
                        <small>{w.versions(status.data?.fail2ban_version ?? '', status.data?.version ?? '')}</small>
                        <IconButton icon="logout" label={w.signOut} onClick={() => void signOut().catch(toastError)} />
                </footer>
        );
}

export function Rail() {
        return (
                <nav class="rail" aria-label={w.main}>
                        <Link class="brand" to={withFilters('/')}>
                                <Brand />
                                BanGUI
                        </Link>
                        {pages
                                .filter((row) => !row.under)
                                .map((row) => (
                                        <Entry key={row.path} row={row} size={17} />
                                ))}
                        <Foot />
                </nav>
        );
}

export function BottomBar() {
        const inRail = pages.filter((row) => !row.under);
        const here = inRail.slice(0, AT_THE_BOTTOM);
        const elsewhere = inRail.slice(AT_THE_BOTTOM).some(isCurrent);
        useEffect(() => closeShellDialog, []);
        return (
                <nav class="bottom-bar" aria-label={w.main}>
                        {here.map((row) => (
                                <Entry key={row.path} row={row} size={20} />
                        ))}
                        <button
                                type="button"
                                aria-haspopup="dialog"
                                class={elsewhere ? 'current' : undefined}
                                onClick={() => (shellDialog.value = 'more')}
                        >
                                <Icon name="more" size={20} />
                                <span>{w.more}</span>
                        </button>
                </nav>
        );
}

/** The pages that have no room at the bottom of a phone. */
export function MorePages() {
        return (
                <Dialog title={w.more} onClose={closeShellDialog} class="more-pages">
                        <nav aria-label={w.more}>
                                {pages
                                        .filter((row) => !row.under)
                                        .slice(AT_THE_BOTTOM)
                                        .map((row) => (
                                                <Entry key={row.path} row={row} size={20} onClick={closeShellDialog} />
                                        ))}
                        </nav>
                        <Foot />
                </Dialog>
        );
}
