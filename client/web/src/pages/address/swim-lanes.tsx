// SPDX-License-Identifier: LGPL-2.1-or-later

/* The bans of an address over time, a lane for each jail; the same as a table for screen readers. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { HistoryRow } from '../../api/types';
import { dateParts, dateTime, duration, hourMinute, time } from '../../format';
import { now } from '../../state/clock';
import { seriesOf } from '../../state/series';
import { w } from './words';

const LANE = 26;
const BAR = 12;
const NAME = 116;
const NAME_NARROW = 82;
const NARROW = 480;
const LETTER = 7.2;
const LABEL = 90; /* pixels that a time on the axis needs, with room around it */
const AXIS = 22;
const LEAST = 3;

function endOf(ban: HistoryRow, at: number): number {
        if (ban.ended_at) return ban.ended_at;
        if (ban.ends_at !== undefined && ban.ends_at > 0) return Math.min(ban.ends_at, at);
        return ban.cause === '' ? at : ban.at;
}

function spanText(ban: HistoryRow): string {
        return ban.bantime === undefined ? '' : duration(ban.bantime);
}

function useWidth() {
        const element = useRef<HTMLDivElement>(null);
        const [width, setWidth] = useState(600);
        useEffect(() => {
                const own = element.current;
                if (!own) return;
                const observer = new ResizeObserver(() => setWidth(own.clientWidth));
                observer.observe(own);
                return () => observer.disconnect();
        }, []);
        return { element, width };
}

interface Scale {
        from: number;
        to: number;
        left: number;
        width: number;
}

function place({ from, to, left, width }: Scale, at: number): number {
        return left + ((at - from) / Math.max(to - from, 1)) * width;
}

/* `step`: seconds from one to the next. */
function tick(at: number, { from, to }: Scale, step: number): string {
        const span = to - from;
        if (span < 86_400) return step < 60 ? time(at) : hourMinute(at);
        const year = span > 300 * 86_400 ? { year: '2-digit' as const } : {};
        const hour = span < 4 * 86_400 ? { hour: '2-digit' as const, minute: '2-digit' as const } : {};
        return dateParts({ day: 'numeric', month: 'short', ...year, ...hour }, at);
}

function Axis({ scale, height }: { scale: Scale; height: number }) {
        const count = Math.max(1, Math.floor(scale.width / LABEL));
        const ticks = Array.from({ length: count + 1 }, (_, i) => scale.from + ((scale.to - scale.from) * i) / count);
        const labels = ticks.map((at) => tick(at, scale, (scale.to - scale.from) / count));
        return (
                <g>
                        {ticks.map((at, i) => (
                                <g key={i} transform={`translate(${place(scale, at)} 0)`}>
                                        <line class="lane-grid" y1={0} y2={height} />
                                        <text
                                                class="lane-axis"
                                                y={height + 15}
                                                text-anchor={i === 0 ? 'start' : i === count ? 'end' : 'middle'}
                                        >
                                                {labels[i] === labels[i - 1] ? '' : labels[i]}
                                        </text>
                                </g>
                        ))}
                </g>
        );
}

function Lane({
        jail,
        bans,
        index,
        scale,
        at,
}: {
        jail: string;
        bans: HistoryRow[];
        index: number;
        scale: Scale;
        at: number;
}) {
        const y = index * LANE;
        const middle = y + LANE / 2;
        const most = Math.floor((scale.left - 8) / LETTER);
        return (
                <g class={`series-${seriesOf(jail)}`}>
                        <text class="lane-name" x={0} y={middle + 4}>
                                {jail.length > most ? `${jail.slice(0, most - 1)}…` : jail}
                        </text>
                        <line class="lane-line" x1={scale.left} x2={scale.left + scale.width} y1={middle} y2={middle} />
                        {bans.map((ban) => {
                                const x = place(scale, ban.at);
                                const width = Math.max(place(scale, endOf(ban, at)) - x, LEAST);
                                return (
                                        <rect
                                                key={`${ban.at}`}
                                                class="lane-ban"
                                                x={x}
                                                y={y + (LANE - BAR) / 2}
                                                width={width}
                                                height={BAR}
                                                rx={2}
                                        >
                                                <title>{`${dateTime(ban.at)}, ${spanText(ban)}`}</title>
                                        </rect>
                                );
                        })}
                </g>
        );
}

export function SwimLanes({ rows }: { rows: readonly HistoryRow[] }) {
        const { element, width } = useWidth();
        const bans = rows.filter(({ kind }) => kind === 'ban');
        const jails = [...new Set(bans.map(({ jail }) => jail))];
        const at = now();
        const first = Math.min(...bans.map((ban) => ban.at));
        const left = width < NARROW ? NAME_NARROW : NAME;
        const room = Math.max(width - left - 4, 60);
        const scale: Scale = { from: first - (at - first) * 0.02 - 60, to: at, left, width: room };
        const height = jails.length * LANE;
        return (
                <div ref={element} class="lanes">
                        <svg
                                role="img"
                                aria-label={w.timeLineLabel(bans.length)}
                                width={width}
                                height={height + AXIS}
                                viewBox={`0 0 ${width} ${height + AXIS}`}
                        >
                                <Axis scale={scale} height={height} />
                                {jails.map((jail, i) => (
                                        <Lane
                                                key={jail}
                                                jail={jail}
                                                bans={bans.filter((ban) => ban.jail === jail)}
                                                index={i}
                                                scale={scale}
                                                at={at}
                                        />
                                ))}
                        </svg>
                        <table class="only-read">
                                <caption>{w.timeLine}</caption>
                                <thead>
                                        <tr>
                                                <th scope="col">{w.when}</th>
                                                <th scope="col">{w.jail}</th>
                                                <th scope="col">{w.duration}</th>
                                        </tr>
                                </thead>
                                <tbody>
                                        {bans.map((ban) => (
                                                <tr key={`${ban.at} ${ban.jail}`}>
                                                        <td>{dateTime(ban.at)}</td>
                                                        <td>{ban.jail}</td>
                                                        <td>{spanText(ban)}</td>
                                                </tr>
                                        ))}
                                </tbody>
                        </table>
                </div>
        );
}
