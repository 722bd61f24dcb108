// SPDX-License-Identifier: LGPL-2.1-or-later

/* The log files of a jail: whether they are there, and when they were last written. */

import { segment } from '../../api/client';
import { useQuery } from '../../api/query';
import type { JailProperties, LogRow } from '../../api/types';
import { seconds } from '../../state/clock';
import { Badge, Time } from '../../ui';
import { EditableList } from './editable-list';
import { w } from './words';

const SILENT = 86_400;

/* What the daemon looked at the last time; each run of its job that looks is an event. */
const EVENTS = ['Jail.*', 'Manager.*', 'Job.*'] as const;

function isSilent({ modified_at: at }: LogRow): boolean {
        return at > 0 && seconds.value - at > SILENT;
}

function Health({ row }: { row: LogRow }) {
        const silent = row.state === 'ok' && isSilent(row);
        const sick = row.state !== 'ok' && row.state !== 'unknown';
        const text = silent ? w.logSilentText : w.logText(row.state);
        return (
                <span class="jail-log">
                        <Badge
                                tone={sick || silent ? 'warn' : row.state === 'ok' ? 'good' : 'soft'}
                                title={row.problem}
                        >
                                {silent ? w.logSilent : w.logState(row.state)}
                        </Badge>
                        {row.modified_at > 0 && (
                                <span class={silent ? 'warn' : 'soft'}>
                                        {w.written} <Time at={row.modified_at} />
                                </span>
                        )}
                        {text && <span class={sick || silent ? 'warn' : 'soft'}>{text}</span>}
                </span>
        );
}

export function LogFiles({ jail, refresh }: { jail: JailProperties; refresh: () => Promise<void> }) {
        const path = `jails/${segment(jail.name)}`;
        const logs = useQuery<{ rows: LogRow[] }>(`${path}/logs`, undefined, { events: EVENTS, every: 5 });
        const rows = new Map(logs.data?.rows.map((row) => [row.path, row]));
        const dropped = [...rows.values()].filter(
                (row) => row.state === 'dropped' && !jail.log_paths.includes(row.path),
        );
        return (
                <EditableList
                        title={w.logPaths}
                        path={`${path}/log-paths`}
                        argument="path"
                        items={[...jail.log_paths, ...dropped.map((row) => row.path)]}
                        hint={w.addLog}
                        refresh={async () => {
                                await Promise.all([refresh(), logs.refresh()]);
                        }}
                        note={(item) => {
                                const row = rows.get(item);
                                return row && <Health row={row} />;
                        }}
                />
        );
}
