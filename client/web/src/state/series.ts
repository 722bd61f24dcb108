// SPDX-License-Identifier: LGPL-2.1-or-later

/* Which of the eight series colours a jail has: the same on every page, for as long as the page is open. */

import { signal } from '@preact/signals';

const COLOURS = 8;

interface Counted {
        name: string;
        total_banned: number;
}

/**
 * Numbers 1 to 8 for jails, 1 for the one with the most bans; with more jails than colours the quieter ones share the
 * last, which is grey.
 */
export function assignSeries(jails: readonly Counted[]): Map<string, number> {
        const loud = [...jails].sort((a, b) => b.total_banned - a.total_banned || a.name.localeCompare(b.name));
        const own = loud.slice(0, jails.length <= COLOURS ? COLOURS : COLOURS - 1).map((jail) => jail.name);
        return new Map(own.map((name, index) => [name, index + 1]));
}

const series = signal(new Map<string, number>());

/** Told once there is a first list of jails; jails that come later get what is free. */
export function learnJails(jails: readonly Counted[]): void {
        const known = series.peek();
        if (!known.size) {
                series.value = assignSeries(jails);
                return;
        }
        const free = [1, 2, 3, 4, 5, 6, 7].filter((number) => ![...known.values()].includes(number));
        const added = jails.filter((jail) => !known.has(jail.name)).slice(0, free.length);
        if (!added.length) return;
        series.value = new Map([
                ...known,
                ...added.map((jail, index): [string, number] => [jail.name, free[index] ?? 8]),
        ]);
}

/** 1 to 8: the colour is var(--s1) to var(--s8). */
export function seriesOf(jail: string): number {
        return series.value.get(jail) ?? COLOURS;
}
