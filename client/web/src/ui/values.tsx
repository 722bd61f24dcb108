// SPDX-License-Identifier: LGPL-2.1-or-later

/* How single values look everywhere: times, addresses, countries, networks, jails, origins. */

import type { ComponentChildren } from 'preact';
import type { OriginName } from '../api/types';
import { countdown, countryName, dateTimeZone, duration, number, percent, relative } from '../format';
import { buildPath, href, Link } from '../router';
import { seconds } from '../state/clock';
import { seriesOf } from '../state/series';
import { classes } from './basic';
import './values.css';
import { w } from './words';

function iso(at: number): string | undefined {
        const when = new Date(at * 1000);
        return Number.isNaN(when.getTime()) ? undefined : when.toISOString();
}

/** "3 hours ago", the exact time on hover; 0 is "never". `live` moves on by itself. */
export function Time({ at, live = true, children }: { at: number; live?: boolean; children?: ComponentChildren }) {
        if (!at) return <span class="soft">{w.never}</span>;
        return (
                <time dateTime={iso(at)} title={dateTimeZone(at)}>
                        {children ?? relative(at, live ? seconds.value : undefined)}
                </time>
        );
}

/** What is left until a time, to the second; -1 is "permanent", and what has passed is "over". */
export function Countdown({ until }: { until: number }) {
        if (until === -1) return <span class="soft">{w.permanent}</span>;
        const left = until - seconds.value;
        if (left <= 0) return <span class="soft">{w.over}</span>;
        return (
                <time class="countdown" dateTime={iso(until)} title={dateTimeZone(until)}>
                        {countdown(left)}
                </time>
        );
}

/** A duration; -1 is "permanent". */
export function Duration({ seconds: length }: { seconds: number }) {
        return <span>{duration(length)}</span>;
}

/** An address, network or id; it leads to its page. */
export function Address({ address, plain }: { address: string; plain?: boolean }) {
        if (plain) return <span class="mono">{address}</span>;
        return (
                <Link class="mono address" to={buildPath('/address/:address', { address })}>
                        {address}
                </Link>
        );
}

/** The flag of a country, a file of its own; the space is there even when there is none. */
export function Flag({ code }: { code: string }) {
        if (!/^[A-Z]{2}$/.test(code)) return <span class="flag flag-none" aria-hidden="true" />;
        return <img class="flag" src={href(`/flags/${code}.svg`)} alt="" width={18} height={12} loading="lazy" />;
}

/** Flag and name; `short` shows the code in place of the name. */
export function Country({ code, short }: { code: string; short?: boolean }) {
        const name = code ? countryName(code) : w.unknownCountry;
        return (
                <span class="country" title={name}>
                        <Flag code={code} />
                        {short ? (
                                <abbr title={name}>{code || '–'}</abbr>
                        ) : (
                                <span class={code ? '' : 'soft'}>{name}</span>
                        )}
                </span>
        );
}

/** "AS4134 Chinanet" */
export function Network({ network, organisation }: { network: number; organisation?: string }) {
        if (!network) return <span class="soft">{w.unknownNetwork}</span>;
        return (
                <span class="network" title={`AS${network} ${organisation ?? ''}`}>
                        <span class="soft">AS{network}</span> {organisation}
                </span>
        );
}

/** The dot in a jail's colour. */
export function JailDot({ jail }: { jail: string }) {
        return <span class={`dot series-${seriesOf(jail)}`} aria-hidden="true" />;
}

/** A jail with its colour; it leads to its page. */
export function JailName({ jail, plain }: { jail: string; plain?: boolean }) {
        return (
                <span class="jail-name">
                        <JailDot jail={jail} />
                        {plain ? jail : <Link to={buildPath('/jails/:jail', { jail })}>{jail}</Link>}
                </span>
        );
}

/** Where a ban comes from: earned, by hand, of a list. */
export function OriginBadge({ origin }: { origin: OriginName }) {
        return <span class={`badge origin origin-${origin}`}>{originText(origin)}</span>;
}

export function originText(origin: OriginName): string {
        return { self: w.self, manual: w.manual, blocklist: w.blocklist }[origin] ?? origin;
}

/** A thin bar; `share` of 1. */
export function Bar({ share, series }: { share: number; series?: number }) {
        const width = Math.max(0, Math.min(1, share)) * 100;
        return (
                <svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                        <rect class={series ? `series-${series}` : undefined} width={width} height="6" />
                </svg>
        );
}

export interface TopRow {
        key: string;
        label: ComponentChildren;
        /** Stands before the label: a flag, a dot. */
        lead?: ComponentChildren;
        value: number;
        /** Of the total, 0 to 1. */
        share?: number;
        /** What a click does: filter, or lead somewhere. */
        to?: string;
        onSelect?: () => void;
        selected?: boolean;
        series?: number;
}

/** A list that is also a chart: label, thin bar, number, share. */
export function TopList({ rows, label }: { rows: readonly TopRow[]; label: string }) {
        const most = Math.max(1, ...rows.map((row) => row.value));
        return (
                <ol class="top-list" aria-label={label}>
                        {rows.map((row) => (
                                <li key={row.key} class={classes(row.selected && 'selected')}>
                                        <span class="top-lead">{row.lead}</span>
                                        {row.onSelect ? (
                                                <button
                                                        type="button"
                                                        class="top-label"
                                                        aria-pressed={Boolean(row.selected)}
                                                        onClick={row.onSelect}
                                                >
                                                        {row.label}
                                                </button>
                                        ) : row.to ? (
                                                <Link class="top-label" to={row.to}>
                                                        {row.label}
                                                </Link>
                                        ) : (
                                                <span class="top-label">{row.label}</span>
                                        )}
                                        <Bar share={row.value / most} series={row.series} />
                                        <b>{number(row.value)}</b>
                                        <em>{row.share === undefined ? '' : percent(row.share)}</em>
                                </li>
                        ))}
                </ol>
        );
}
