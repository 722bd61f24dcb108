// SPDX-License-Identifier: LGPL-2.1-or-later

/* Numbers, times and sizes as text, in the person's language and time zone. Times are seconds since 1970. */

import { language, locale, timeZone } from './state/preferences';

const formats = new Map<string, unknown>();

function cached<T>(key: string, make: () => T): T {
        let format = formats.get(key) as T | undefined;
        if (format === undefined) {
                format = make();
                formats.set(key, format);
        }
        return format;
}

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
        return cached(`n${locale.value}${JSON.stringify(options)}`, () => new Intl.NumberFormat(locale.value, options));
}

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
        return cached(
                `d${locale.value}${timeZone.value}${JSON.stringify(options)}`,
                () =>
                        new Intl.DateTimeFormat(locale.value, {
                                timeZone: timeZone.value,
                                hourCycle: 'h23',
                                ...options,
                        }),
        );
}

/** "1,284" */
export function number(value: number): string {
        return numbers({ maximumFractionDigits: 0 }).format(value);
}

/** "1.2 M", for where there is little room. */
export function compact(value: number): string {
        return numbers({ notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

/** A share of 1: "29.3 %" */
export function percent(share: number, digits = 1): string {
        return `${numbers({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(share * 100)} %`;
}

/** A change with its sign: 0.08 is "+8 %", -0.08 is "−8 %". */
export function change(share: number): string {
        const text = numbers({ maximumFractionDigits: Math.abs(share) < 0.1 ? 1 : 0 }).format(Math.abs(share) * 100);
        return `${share < 0 ? '−' : '+'}${text} %`;
}

/** A difference with its sign: "+37" */
export function signed(value: number): string {
        return `${value < 0 ? '−' : '+'}${number(Math.abs(value))}`;
}

const DAY = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;

/** "21/11/2026, 12:04:31" */
export function dateTime(at: number): string {
        return dates({ ...DAY, ...CLOCK }).format(at * 1000);
}

/** With the name of the time zone, for where it must be exact. */
export function dateTimeZone(at: number): string {
        return dates({ ...DAY, ...CLOCK, timeZoneName: 'short' }).format(at * 1000);
}

/** "21/11/2026" */
export function date(at: number): string {
        return dates(DAY).format(at * 1000);
}

/** "12:04:31" */
export function time(at: number): string {
        return dates(CLOCK).format(at * 1000);
}

/** "12:04" */
export function hourMinute(at: number): string {
        return dates({ hour: '2-digit', minute: '2-digit' }).format(at * 1000);
}

/** A time in any parts: format({ weekday: 'short' }, at) */
export function dateParts(options: Intl.DateTimeFormatOptions, at: number): string {
        return dates(options).format(at * 1000);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
        ['year', 31_557_600],
        ['month', 2_629_800],
        ['day', 86_400],
        ['hour', 3600],
        ['minute', 60],
        ['second', 1],
];

/** "3 hours ago", "in 9 days", "now" */
export function relative(at: number, now = Date.now() / 1000): string {
        const seconds = at - now;
        const [unit, length] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? ['second', 1];
        const numeric = unit === 'second' ? 'auto' : 'always'; // no "next wk", whose days one has to count
        const format = cached(
                `r${locale.value}${numeric}`,
                () => new Intl.RelativeTimeFormat(locale.value, { numeric, style: 'short' }),
        );
        return format.format(Math.trunc(seconds / length), unit);
}

const UNITS: [string, string, number][] = [
        ['d', 'T', 86_400],
        ['h', 'Std', 3600],
        ['min', 'min', 60],
        ['s', 's', 1],
];

/** "3 h 12 min", the two largest units; -1 is "permanent", -2 "not known". */
export function duration(seconds: number): string {
        const german = language.value === 'de';
        if (seconds === -1) return german ? 'dauerhaft' : 'permanent';
        if (seconds < 0) return german ? 'unbekannt' : 'not known';
        if (seconds < 1) return '0 s';

        const first = UNITS.findIndex(([, , length]) => seconds >= length);
        let rest = Math.floor(seconds);
        const parts: string[] = [];
        for (const [english, deutsch, length] of UNITS.slice(first, first + 2)) {
                const count = Math.floor(rest / length);
                rest -= count * length;
                if (count) parts.push(`${number(count)} ${german ? deutsch : english}`);
        }
        return parts.join(' ');
}

/** What remains, to the second where it is short: "2 d 03:12:09", "12:09" */
export function countdown(seconds: number): string {
        const left = Math.max(0, Math.floor(seconds));
        const two = (value: number) => String(value).padStart(2, '0');
        const days = Math.floor(left / 86_400);
        const hours = Math.floor(left / 3600) % 24;
        const clock = `${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
        if (days) return `${number(days)} ${language.value === 'de' ? 'T' : 'd'} ${two(hours)}:${clock}`;
        return hours ? `${hours}:${clock}` : clock;
}

/** "1.4 MB" */
export function bytes(count: number): string {
        const units = ['B', 'kB', 'MB', 'GB', 'TB'];
        const step = Math.min(units.length - 1, count < 1000 ? 0 : Math.floor(Math.log10(count) / 3));
        return `${numbers({ maximumFractionDigits: step ? 1 : 0 }).format(count / 1000 ** step)} ${units[step]}`;
}

/** A country's name in the person's language; the code itself when the browser knows none. */
export function countryName(code: string): string {
        if (!/^[A-Z]{2}$/.test(code)) return code;
        const names = cached(
                `c${locale.value}`,
                () => new Intl.DisplayNames(locale.value, { type: 'region', fallback: 'code' }),
        );
        return names.of(code) ?? code;
}

/** "sshd, nginx and postfix" */
export function list(items: string[]): string {
        return cached(`l${locale.value}`, () => new Intl.ListFormat(locale.value, { type: 'conjunction' })).format(
                items,
        );
}
