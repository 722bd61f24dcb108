// SPDX-License-Identifier: LGPL-2.1-or-later

/* One setting: what it is, what it may be, and a control where it can be changed. */

import { useEffect, useState } from 'preact/hooks';
import type { SettingRow, SettingValue } from '../../api/types';
import { Badge, Button, errorText, Field, IconButton, Input, Select, Toggle, toastError } from '../../ui';
import { w } from './words';

type Save = (row: SettingRow, value: SettingValue) => Promise<unknown>;

function shown(value: SettingValue): string {
        return value === '' ? w.empty : String(value);
}

function Marks({ row }: { row: SettingRow }) {
        if (row.pinned) return <Badge tone="warn">{w.pinned(row.where || row.origin)}</Badge>;
        if (!row.runtime) return <Badge>{w.restart}</Badge>;
        return w.origin[row.origin] ? <Badge tone="accent">{w.origin[row.origin]}</Badge> : null;
}

/* A text or number is saved by Enter or its button, and keeps what was typed when it is refused. */
function Edited({ row, save }: { row: SettingRow; save: Save }) {
        const [text, setText] = useState(String(row.value));
        const [fault, setFault] = useState('');
        useEffect(() => setText(String(row.value)), [row.value]);

        const submit = (event: Event) => {
                event.preventDefault();
                setFault('');
                const value = row.type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text;
                save(row, value).catch((error: Error) => setFault(errorText(error)));
        };
        return (
                <form class="setting-edit" onSubmit={submit}>
                        <Field label={row.key} hideLabel error={fault}>
                                <Input
                                        mono={row.type !== 'integer'}
                                        inputMode={row.type === 'integer' ? 'numeric' : undefined}
                                        value={text}
                                        onValue={setText}
                                />
                        </Field>
                        {text !== String(row.value) && (
                                <Button type="submit" kind="primary">
                                        {w.save}
                                </Button>
                        )}
                </form>
        );
}

function Control({ row, save }: { row: SettingRow; save: Save }) {
        const store = (value: SettingValue) => void save(row, value).catch(toastError);
        if (row.pinned || !row.runtime) return <code class="setting-value">{shown(row.value)}</code>;
        if (row.type === 'boolean')
                return <Toggle label={row.key} hideLabel checked={row.value === true} onValue={store} />;
        if (row.type === 'choice')
                return (
                        <Select
                                label={row.key}
                                value={String(row.value)}
                                options={(row.choices ?? []).map((value) => ({ value, text: value }))}
                                onValue={store}
                        />
                );
        return <Edited row={row} save={save} />;
}

export function Setting(props: { row: SettingRow; save: Save; reset: (row: SettingRow) => void }) {
        const { row, save, reset } = props;
        return (
                <li class="setting" id={`setting-${row.key}`}>
                        <div>
                                <p>
                                        <code>{row.key}</code> <Marks row={row} />
                                </p>
                                <p class="soft">{row.help}</p>
                        </div>
                        <div class="setting-control">
                                <Control row={row} save={save} />
                                {row.origin === 'stored' && !row.pinned && (
                                        <IconButton
                                                icon="history"
                                                label={`${w.resetKey(row.key)}: ${w.reset}`}
                                                onClick={() => reset(row)}
                                        />
                                )}
                                <small class="soft">
                                        {row.value === row.default ? row.allowed : w.default(shown(row.default))}
                                </small>
                        </div>
                </li>
        );
}
