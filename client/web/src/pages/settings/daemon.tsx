// SPDX-License-Identifier: LGPL-2.1-or-later

/* The daemon's settings, searched by what stands in the URL. */

import { useAction } from '../../api/action';
import { post, put } from '../../api/client';
import { useQuery } from '../../api/query';
import type { SettingRow, SettingValue } from '../../api/types';
import { useQueryState } from '../../router';
import { Button, Card, Empty, Field, Input, Loaded, toast, toastError } from '../../ui';
import { Setting } from './setting';
import { w } from './words';

function matches(row: SettingRow, search: string): boolean {
        const text = `${row.key} ${row.help} ${row.value}`.toLowerCase();
        return search
                .toLowerCase()
                .split(/\s+/)
                .every((word) => text.includes(word));
}

function changeableFirst(a: SettingRow, b: SettingRow): number {
        return Number(b.runtime && !b.pinned) - Number(a.runtime && !a.pinned);
}

export function Daemon() {
        const settings = useQuery<{ rows: SettingRow[] }>('settings', undefined, { events: ['Settings.*'] });
        const [search, setSearch] = useQueryState('search');
        const { busy, run } = useAction();

        const set = async (row: SettingRow, value: SettingValue) => {
                await put('settings', { changes: { [row.key]: value } });
                await settings.refresh();
        };
        const save = (row: SettingRow, value: SettingValue) =>
                set(row, value).then(() =>
                        toast({ text: w.saved(row.key), tone: 'good', undo: { run: () => back(row) } }),
                );
        const back = (row: SettingRow) => (row.origin === 'stored' ? set(row, row.value) : reset(row));
        const reset = async (row: SettingRow) => {
                await post('settings/reset', { keys: [row.key] });
                await settings.refresh();
        };
        const takeBack = (row: SettingRow) =>
                reset(row).then(() => toast({ text: w.taken(row.key), tone: 'good' }), toastError);
        const reload = async () => {
                const { problems } = await post<{ problems: unknown[] }>('settings/reload');
                toast(
                        problems.length
                                ? { text: w.problems(problems.length), tone: 'bad' }
                                : { text: w.reloaded, tone: 'good' },
                );
                await settings.refresh();
        };

        return (
                <Card
                        id="daemon"
                        title={w.daemon}
                        busy={settings.loading}
                        actions={
                                <Button
                                        kind="quiet"
                                        icon="refresh"
                                        busy={busy === 'reload'}
                                        onClick={() => void run('reload', reload)}
                                >
                                        {w.reload}
                                </Button>
                        }
                >
                        <Field label={w.search} hideLabel>
                                <Input
                                        type="search"
                                        value={search}
                                        placeholder={w.search}
                                        onValue={(value: string) => setSearch(value)}
                                />
                        </Field>
                        <Loaded query={settings}>
                                {({ rows }) => {
                                        const shown = rows.filter((row) => matches(row, search)).sort(changeableFirst);
                                        if (!shown.length) return <Empty title={w.noMatch}>{w.noMatchText}</Empty>;
                                        return (
                                                <ul class="settings">
                                                        {shown.map((row) => (
                                                                <Setting
                                                                        key={row.key}
                                                                        row={row}
                                                                        save={save}
                                                                        reset={takeBack}
                                                                />
                                                        ))}
                                                </ul>
                                        );
                                }}
                        </Loaded>
                </Card>
        );
}
