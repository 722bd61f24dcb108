// SPDX-License-Identifier: LGPL-2.1-or-later

/* The log viewer: the last lines, filtered by what stands in the URL, and following them. */

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Query } from '../../api/client';
import { useQuery } from '../../api/query';
import type { LogRow } from '../../api/types';
import { dateTime } from '../../format';
import { useQueryState } from '../../router';
import { Badge, Card, Empty, Field, Input, Loaded, Select, toast, Toggle } from '../../ui';
import { followLog } from './follow-log';
import { w } from './words';

const LINES = 300;
const KEPT = 2000;
const AGAIN = 3000;
const LEVELS = ['ERROR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'] as const;

function tone(level: string): 'bad' | 'warn' | 'accent' | 'soft' {
        if (/CRIT|ERROR/.test(level)) return 'bad';
        if (level === 'WARNING') return 'warn';
        return level === 'NOTICE' ? 'accent' : 'soft';
}

function Line({ row }: { row: LogRow }) {
        return (
                <li class="log-line">
                        <time class="soft">{row.at ? dateTime(row.at) : ''}</time>
                        <Badge tone={tone(row.level)}>{row.level || '–'}</Badge>
                        <span>{row.message || row.line}</span>
                </li>
        );
}

/* What came since the lines were read; started again when the stream breaks. */
function useFollowed(query: Query, follow: boolean): LogRow[] {
        const [rows, setRows] = useState<LogRow[]>([]);
        const key = JSON.stringify(query);
        useEffect(() => {
                setRows([]);
                if (!follow) return undefined;
                const end = new AbortController();
                let told = false;
                const listen = async () => {
                        while (!end.signal.aborted) {
                                await followLog({ ...query, lines: 1 }, end.signal, (more) =>
                                        setRows((before) => [...before, ...more].slice(-KEPT)),
                                ).catch(() => {
                                        if (!end.signal.aborted && !told) toast({ text: w.logEnded, tone: 'bad' });
                                        told = true;
                                });
                                await new Promise((resolve) => setTimeout(resolve, AGAIN));
                        }
                };
                void listen();
                return () => end.abort();
        }, [key, follow]);
        return rows;
}

function Lines({ rows, follow }: { rows: LogRow[]; follow: boolean }) {
        const list = useRef<HTMLOListElement>(null);
        useLayoutEffect(() => {
                if (list.current) list.current.scrollTop = list.current.scrollHeight;
        }, [rows.length, follow]);
        if (!rows.length) return <Empty title={w.noLines}>{w.noLinesText}</Empty>;
        return (
                <ol class="log" ref={list} tabIndex={0} aria-label={w.lines}>
                        {rows.map((row, index) => (
                                <Line key={index} row={row} />
                        ))}
                </ol>
        );
}

export function Log({ jails }: { jails: readonly string[] }) {
        const [contains, setContains] = useQueryState('contains');
        const [level, setLevel] = useQueryState('level');
        const [jail, setJail] = useQueryState('logjail');
        const [followed, setFollowed] = useQueryState('follow');
        const follow = followed === '1';

        const query: Query = { contains: contains || null, level: level || null, jail: jail || null };
        const log = useQuery<{ rows: LogRow[] }>('server/log', { ...query, lines: LINES });
        const more = useFollowed(query, follow);
        const last = log.data?.rows.at(-1);
        // the stream begins with the last line, which is known
        const fresh = last && more[0]?.line === last.line ? more.slice(1) : more;

        return (
                <Card id="log" title={w.log} busy={log.loading}>
                        <div class="log-bar">
                                <Field label={w.contains} hideLabel>
                                        <Input
                                                type="search"
                                                value={contains}
                                                placeholder={w.contains}
                                                onValue={(text: string) => setContains(text)}
                                        />
                                </Field>
                                <Select
                                        label={w.minimum}
                                        value={level}
                                        options={[
                                                { value: '', text: `${w.minimum}: ${w.any}` },
                                                ...LEVELS.map((value) => ({ value, text: `${w.minimum}: ${value}` })),
                                        ]}
                                        onValue={(value) => setLevel(value)}
                                />
                                <Select
                                        label={w.jail}
                                        value={jail}
                                        options={[
                                                { value: '', text: w.allJails },
                                                ...jails.map((value) => ({ value, text: value })),
                                        ]}
                                        onValue={(value) => setJail(value)}
                                />
                                <Toggle
                                        label={w.follow}
                                        checked={follow}
                                        onValue={(on) => setFollowed(on ? '1' : '')}
                                />
                                <span class="only-read" role="status">
                                        {follow ? w.following : w.stopped}
                                </span>
                        </div>
                        <Loaded query={log}>
                                {({ rows }) => <Lines rows={[...rows, ...fresh]} follow={follow} />}
                        </Loaded>
                </Card>
        );
}
