// SPDX-License-Identifier: LGPL-2.1-or-later

/* The numbers by which a jail bans, changed while it runs. */

import { useEffect, useState } from 'preact/hooks';
import { useAction } from '../../api/action';
import { put, segment } from '../../api/client';
import type { JailProperties } from '../../api/types';
import { duration } from '../../format';
import { Button, Card, Field, Input, Select, Toggle } from '../../ui';
import { w } from './words';

/* The property that shows it, and the key that changes it. */
const NUMBERS = [
        ['max_retry', 'maxretry', 1],
        ['find_time', 'findtime', 1],
        ['ban_time', 'bantime', -1],
        ['max_matches', 'maxmatches', 0],
        ['max_lines', 'maxlines', 1],
] as const;
const SECONDS = ['find_time', 'ban_time'];
const DNS = ['yes', 'warn', 'no', 'raw'];

type Values = Record<string, string | boolean>;

function valuesOf(jail: JailProperties): Values {
        return {
                ...Object.fromEntries(NUMBERS.map(([name, key]) => [key, String(jail[name])])),
                usedns: jail.use_dns,
                ignoreself: jail.ignore_self,
                bantime_increment: jail.ban_time_increment,
        };
}

function changesOf(before: Values, now: Values): Record<string, string | number | boolean> {
        const numbers = new Set<string>(NUMBERS.map(([, key]) => key));
        return Object.fromEntries(
                Object.entries(now)
                        .filter(([key, value]) => value !== before[key])
                        .map(([key, value]) => [key, numbers.has(key) ? Number(value) : value]),
        );
}

export function Rule({ jail, refresh }: { jail: JailProperties; refresh: () => Promise<void> }) {
        const before = valuesOf(jail);
        const [values, setValues] = useState(before);
        const { busy, run } = useAction();
        const key = JSON.stringify(before);
        useEffect(() => setValues(before), [key]);

        const changes = changesOf(before, values);
        const set = (name: string) => (value: string | boolean) => setValues({ ...values, [name]: value });
        const submit = (event: Event) => {
                event.preventDefault();
                void run('save', () => put(`jails/${segment(jail.name)}`, { changes }).then(refresh), w.saved);
        };
        const hint = (name: string, value: string) => {
                if (!SECONDS.includes(name)) return undefined;
                return name === 'ban_time' ? `${duration(Number(value))}. ${w.ban_time_hint}` : duration(Number(value));
        };
        return (
                <Card title={w.options} note={w.optionsNote}>
                        <form class="jail-rule" onSubmit={submit}>
                                {NUMBERS.map(([name, change, least]) => (
                                        <Field key={name} label={w[name]} hint={hint(name, String(values[change]))}>
                                                <Input
                                                        type="number"
                                                        required
                                                        min={least}
                                                        value={String(values[change])}
                                                        onValue={set(change)}
                                                />
                                        </Field>
                                ))}
                                <Field label={w.use_dns}>
                                        <Select
                                                value={String(values.usedns)}
                                                options={DNS.map((value) => ({ value, text: value }))}
                                                onValue={set('usedns')}
                                        />
                                </Field>
                                <Toggle
                                        label={w.ignore_self}
                                        checked={values.ignoreself === true}
                                        onValue={set('ignoreself')}
                                />
                                <Toggle
                                        label={w.ban_time_increment}
                                        checked={values.bantime_increment === true}
                                        onValue={set('bantime_increment')}
                                />
                                <Button
                                        type="submit"
                                        kind="primary"
                                        busy={busy === 'save'}
                                        disabled={!Object.keys(changes).length}
                                >
                                        {w.save}
                                </Button>
                        </form>
                </Card>
        );
}
