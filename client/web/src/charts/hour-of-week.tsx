// SPDX-License-Identifier: LGPL-2.1-or-later

/* When in the week it happens: seven days by twenty-four hours, in five steps of one hue. */

import { dateParts, number } from '../format';
import type { HourCount } from '../api/types';
import { evenThresholds, stepOf } from './steps';
import { w } from './words';
import './hour-of-week.css';
import './steps.css';

/* The grid is stretched to its place: a cell is one unit wide and high, and what is left of it the gap. */
const CELL_WIDTH = 0.92;
const CELL_HEIGHT = 0.88;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const DAYS = [1, 2, 3, 4, 5, 6, 7];
const LABEL_EVERY = 3;

/** A Monday at noon in UTC, from which the names of the weekdays are made. */
const A_MONDAY = 1_704_110_400;
const DAY = 86_400;

function dayName(weekday: number, length: 'short' | 'long'): string {
        return dateParts({ weekday: length, timeZone: 'UTC' }, A_MONDAY + (weekday - 1) * DAY);
}

function Cells({ counts }: { counts: number[][] }) {
        const thresholds = evenThresholds(counts.flat());

        const cell = (weekday: number, hour: number) => {
                const bans = counts[weekday - 1]?.[hour] ?? 0;
                return (
                        <rect
                                key={`${weekday} ${hour}`}
                                class={`step-${stepOf(bans, thresholds)}`}
                                x={hour}
                                y={weekday - 1}
                                width={CELL_WIDTH}
                                height={CELL_HEIGHT}
                        >
                                <title>{`${dayName(weekday, 'long')}, ${w.hour(hour)}: ${w.bans(bans)}`}</title>
                        </rect>
                );
        };
        return (
                <svg class="hours-grid" viewBox="0 0 24 7" preserveAspectRatio="none" role="img" aria-label={w.hours}>
                        {DAYS.map((weekday) => HOURS.map((hour) => cell(weekday, hour)))}
                </svg>
        );
}

function Twin({ counts }: { counts: number[][] }) {
        return (
                <div class="only-read">
                        <table>
                                <caption>{w.hours}</caption>
                                <thead>
                                        <tr>
                                                <th scope="col">{w.weekday}</th>
                                                {HOURS.map((hour) => (
                                                        <th key={hour} scope="col">
                                                                {w.hour(hour)}
                                                        </th>
                                                ))}
                                        </tr>
                                </thead>
                                <tbody>
                                        {DAYS.map((weekday) => (
                                                <tr key={weekday}>
                                                        <th scope="row">{dayName(weekday, 'long')}</th>
                                                        {HOURS.map((hour) => (
                                                                <td key={hour}>
                                                                        {number(counts[weekday - 1]?.[hour] ?? 0)}
                                                                </td>
                                                        ))}
                                                </tr>
                                        ))}
                                </tbody>
                        </table>
                </div>
        );
}

export function HourOfWeek({ rows }: { rows: readonly HourCount[] }) {
        const counts = DAYS.map(() => HOURS.map(() => 0));
        for (const { weekday, hour, bans } of rows) {
                const day = counts[weekday - 1];
                if (day) day[hour] = bans;
        }
        return (
                <div class="hours">
                        <ol class="hours-days" aria-hidden="true">
                                {DAYS.map((weekday) => (
                                        <li key={weekday}>{dayName(weekday, 'short')}</li>
                                ))}
                        </ol>
                        <Cells counts={counts} />
                        <ol class="hours-hours" aria-hidden="true">
                                {HOURS.filter((hour) => hour % LABEL_EVERY === 0).map((hour) => (
                                        <li key={hour}>{String(hour).padStart(2, '0')}</li>
                                ))}
                        </ol>
                        <Twin counts={counts} />
                </div>
        );
}
