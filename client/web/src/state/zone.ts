// SPDX-License-Identifier: LGPL-2.1-or-later

/* Times on a wall clock in a time zone, to and from seconds since 1970. No DOM here. */

const parts = new Map<string, Intl.DateTimeFormat>();

/* The wall clock of a zone at a time, read as if it were UTC. */
function wallClock(at: number, zone: string): number {
        let format = parts.get(zone);
        if (!format) {
                format = new Intl.DateTimeFormat('en-US', {
                        timeZone: zone,
                        hourCycle: 'h23',
                        year: 'numeric',
                        month: 'numeric',
                        day: 'numeric',
                        hour: 'numeric',
                        minute: 'numeric',
                        second: 'numeric',
                });
                parts.set(zone, format);
        }
        const read: Record<string, number> = {};
        for (const { type, value } of format.formatToParts(at * 1000)) read[type] = Number(value);
        const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = read;
        return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/** "2026-11-21T12:04" as an <input type="datetime-local"> has it, of a zone; null when it is no time. */
export function fromLocal(text: string, zone: string): number | null {
        const wall = Date.parse(`${text.length === 16 ? `${text}:00` : text}Z`) / 1000;
        if (Number.isNaN(wall)) return null;
        let at = wall;
        for (let round = 0; round < 2; round++) at += wall - wallClock(at, zone);
        return at;
}

/** The other way round. */
export function toLocal(at: number, zone: string): string {
        return new Date(wallClock(at, zone) * 1000).toISOString().slice(0, 16);
}

/** When the day of a time began in a zone; `days` later or, negative, earlier. */
export function startOfDay(at: number, zone: string, days = 0): number {
        const wall = wallClock(at, zone) + days * 86_400;
        return fromLocal(`${new Date(wall * 1000).toISOString().slice(0, 10)}T00:00`, zone) ?? at;
}
