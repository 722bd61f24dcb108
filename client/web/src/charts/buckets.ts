// SPDX-License-Identifier: LGPL-2.1-or-later

/* The buckets of a trend: how they are called, and the figures of each jail in them. */

import { dateParts, hourMinute } from '../format';
import { seriesOf } from '../state/series';
import { SHARED } from './colours';
import { w } from './words';

const HOUR = 3600;
const DAY = 86_400;
const WEEK = 604_800;

/** As Stats.Trend answers; `series` is there when it was asked for by jail, the jails beyond seven without a name. */
export interface TrendData {
        rows: readonly { at: number; bans: number }[];
        series?: readonly { jail: string; bans: readonly number[] }[];
        bucket_seconds: number;
}

/** What is drawn in one colour: a jail, all jails that share the last colour, or (no jail known) everything. */
export interface Layer {
        /** Empty: not one jail. */
        jail: string;
        name: string;
        /** 1 to 8: the number of its colour. */
        slot: number;
        bans: readonly number[];
}

function sum(lists: readonly (readonly number[])[]): number[] {
        return lists[0]?.map((_, index) => lists.reduce((total, list) => total + (list[index] ?? 0), 0)) ?? [];
}

/** The layers from the bottom up, in the fixed order of the colours. */
export function layersOf({ rows, series }: TrendData): Layer[] {
        if (!series || series.length === 0) {
                return [{ jail: '', name: w.total, slot: 1, bans: rows.map(({ bans }) => bans) }];
        }
        const layers: Layer[] = series
                .map(({ jail, bans }) => ({
                        jail,
                        name: jail || w.otherJails,
                        slot: jail ? seriesOf(jail) : SHARED,
                        bans,
                }))
                .sort((a, b) => a.slot - b.slot);
        const shared = layers.filter(({ slot }) => slot === SHARED);
        if (shared.length < 2) return layers;

        const together = sum(shared.map(({ bans }) => bans));
        const own = layers.filter(({ slot }) => slot !== SHARED);
        return [...own, { jail: '', name: w.otherJails, slot: SHARED, bans: together }];
}

/** Where a bucket ends: a day of the clock may have 23 hours, a month 28 days. */
export function bucketEnd({ rows, bucket_seconds }: TrendData, index: number): number {
        return rows[index + 1]?.at ?? (rows[index]?.at ?? 0) + bucket_seconds;
}

function day(at: number): string {
        return dateParts({ weekday: 'short', day: 'numeric', month: 'short' }, at);
}

/** "Sat, 21 Nov, 14:00 – 14:30", "Sat, 21 Nov", "November 2026" */
export function spanText(from: number, until: number): string {
        const length = until - from;
        if (length > 4 * WEEK && length < 32 * DAY) return dateParts({ month: 'long', year: 'numeric' }, from);
        if (length > 25 * HOUR) return `${day(from)} – ${day(until - HOUR)}`;
        if (length > 22 * HOUR && hourMinute(from) === hourMinute(until)) return day(from);
        return `${day(from)}, ${hourMinute(from)} – ${hourMinute(until)}`;
}

/** What stands below a tick: the hour, at midnight the day; from days on the day, at a year's beginning the year. */
export function tickText(at: number, before: number | undefined, step: number): string {
        const year = (time: number) => dateParts({ year: 'numeric' }, time);
        const clock = hourMinute(at);
        if (step < DAY && clock !== '00:00') return clock;
        if (step < 28 * DAY) return dateParts({ day: 'numeric', month: 'short' }, at);
        const newYear = before === undefined || year(before) !== year(at);
        return dateParts(newYear ? { month: 'short', year: 'numeric' } : { month: 'short' }, at);
}
