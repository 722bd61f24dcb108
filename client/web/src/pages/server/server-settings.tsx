// SPDX-License-Identifier: LGPL-2.1-or-later

/* What fail2ban lets itself be told while it runs. */

import { useEffect, useState } from 'preact/hooks';
import { useAction } from '../../api/action';
import { put } from '../../api/client';
import type { ServerProperties } from '../../api/types';
import { Button, Field, Input, Select } from '../../ui';
import { w } from './words';

const LEVELS = ['CRITICAL', 'ERROR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG', 'TRACEDEBUG', 'HEAVYDEBUG'];

interface Values {
        log_level: string;
        log_target: string;
        database_purge_age: string;
        database_max_matches: string;
}

function valuesOf(server: ServerProperties): Values {
        return {
                log_level: server.log_level,
                log_target: server.log_target,
                database_purge_age: String(server.database_purge_age),
                database_max_matches: String(server.database_max_matches),
        };
}

/* Only what was changed is sent, numbers as numbers. */
function changesOf(before: Values, now: Values): Record<string, string | number> {
        const changes: Record<string, string | number> = {};
        for (const name of Object.keys(now) as (keyof Values)[])
                if (now[name] !== before[name])
                        changes[name] = name.startsWith('database') ? Number(now[name]) : now[name];
        return changes;
}

export function ServerSettings({ server, refresh }: { server: ServerProperties; refresh: () => Promise<void> }) {
        const before = valuesOf(server);
        const [values, setValues] = useState(before);
        const { busy, run } = useAction();
        const key = JSON.stringify(before);
        useEffect(() => setValues(before), [key]);

        const changes = changesOf(before, values);
        const set = (name: keyof Values) => (value: string) => setValues({ ...values, [name]: value });
        const submit = (event: Event) => {
                event.preventDefault();
                void run('save', () => put('server', { values: changes }).then(refresh), w.saved);
        };
        return (
                <form class="server-settings" onSubmit={submit}>
                        <Field label={w.level}>
                                <Select
                                        value={values.log_level}
                                        options={LEVELS.map((value) => ({ value, text: value }))}
                                        onValue={set('log_level')}
                                />
                        </Field>
                        <Field label={w.target}>
                                <Input mono value={values.log_target} required onValue={set('log_target')} />
                        </Field>
                        <Field label={w.purge} hint={w.purgeHint}>
                                <Input
                                        type="number"
                                        min={0}
                                        required
                                        value={values.database_purge_age}
                                        onValue={set('database_purge_age')}
                                />
                        </Field>
                        <Field label={w.matches}>
                                <Input
                                        type="number"
                                        min={0}
                                        required
                                        value={values.database_max_matches}
                                        onValue={set('database_max_matches')}
                                />
                        </Field>
                        <Button
                                type="submit"
                                kind="primary"
                                busy={busy === 'save'}
                                disabled={!server.online || !Object.keys(changes).length}
                        >
                                {w.save}
                        </Button>
                </form>
        );
}
