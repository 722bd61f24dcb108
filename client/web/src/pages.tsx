// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * The table of pages: rail, router, command palette and titles all come from here, so a new page is one row and its
 * name below. A page's module has the component as its default export; it gets the parameters of its path.
 */

import type { ComponentType } from 'preact';
import type { IconName } from './ui/icons';
import { words } from './words';

export const names = words({
        en: {
                overview: 'Overview',
                bans: 'Bans',
                map: 'Map',
                history: 'History',
                address: 'Address',
                allow: 'Allow list',
                jails: 'Jails',
                jail: 'Jail',
                jobs: 'Jobs',
                server: 'Server',
                geo: 'Geo',
                settings: 'Settings',
                audit: 'Audit',
        },
        de: {
                overview: 'Überblick',
                bans: 'Sperren',
                map: 'Karte',
                history: 'Verlauf',
                address: 'Adresse',
                allow: 'Ausnahmen',
                jails: 'Jails',
                jail: 'Jail',
                jobs: 'Aufgaben',
                server: 'Server',
                geo: 'Geo',
                settings: 'Einstellungen',
                audit: 'Protokoll',
        },
});

type Loaded = Promise<{ default: ComponentType<any> }>;

export interface PageRow {
        path: string;
        name: keyof typeof names;
        icon: IconName;
        /** The page that it stands below: that one is marked in the rail, and this one has no entry there. */
        under?: string;
        /** Whether the time range and the filters of the top bar count on it. */
        filters?: boolean;
        load: () => Loaded;
}

export const pages: readonly PageRow[] = [
        { path: '/', name: 'overview', icon: 'overview', filters: true, load: () => import('./pages/overview') },
        { path: '/bans', name: 'bans', icon: 'bans', load: () => import('./pages/bans') },
        { path: '/map', name: 'map', icon: 'map', filters: true, load: () => import('./pages/map') },
        { path: '/history', name: 'history', icon: 'history', filters: true, load: () => import('./pages/history') },
        { path: '/jails', name: 'jails', icon: 'jails', filters: true, load: () => import('./pages/jails') },
        { path: '/allow', name: 'allow', icon: 'allow', load: () => import('./pages/allow') },
        { path: '/jobs', name: 'jobs', icon: 'jobs', load: () => import('./pages/jobs') },
        { path: '/server', name: 'server', icon: 'server', load: () => import('./pages/server') },
        { path: '/geo', name: 'geo', icon: 'geo', load: () => import('./pages/geo') },
        { path: '/settings', name: 'settings', icon: 'settings', load: () => import('./pages/settings') },
        { path: '/audit', name: 'audit', icon: 'audit', load: () => import('./pages/audit') },
        {
                path: '/address/:address',
                under: '/bans',
                name: 'address',
                icon: 'eye',
                load: () => import('./pages/address'),
        },
        {
                path: '/jails/:jail',
                under: '/jails',
                name: 'jail',
                icon: 'jails',
                filters: true,
                load: () => import('./pages/jail'),
        },
];
