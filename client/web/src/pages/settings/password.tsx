// SPDX-License-Identifier: LGPL-2.1-or-later

/* The master password is changed. */

import { useState } from 'preact/hooks';
import { ApiError, post } from '../../api/client';
import { Button, Card, errorText, Field, Input, toast } from '../../ui';
import { w } from './words';

const EMPTY = { current: '', next: '', again: '' };

export function Password() {
        const [values, setValues] = useState(EMPTY);
        const [fault, setFault] = useState<{ field: keyof typeof EMPTY; text: string } | null>(null);
        const [busy, setBusy] = useState(false);

        const submit = async (event: Event) => {
                event.preventDefault();
                if (values.next !== values.again) {
                        setFault({ field: 'again', text: w.different });
                        return;
                }
                setBusy(true);
                setFault(null);
                try {
                        await post('auth/password', { current: values.current, password: values.next });
                        setValues(EMPTY);
                        toast({ text: w.changed, tone: 'good' });
                } catch (error) {
                        const wrong = error instanceof ApiError && error.code === 'WrongPassword';
                        setFault({ field: wrong ? 'current' : 'next', text: errorText(error as Error) });
                } finally {
                        setBusy(false);
                }
        };
        const field = (name: keyof typeof EMPTY, label: string, autocomplete: string) => (
                <Field label={label} error={fault?.field === name && fault.text}>
                        <Input
                                type="password"
                                required
                                autocomplete={autocomplete}
                                value={values[name]}
                                onValue={(value) => setValues({ ...values, [name]: value })}
                        />
                </Field>
        );
        return (
                <Card title={w.password} span={6}>
                        <form class="settings-form" onSubmit={(event) => void submit(event)}>
                                {field('current', w.current, 'current-password')}
                                {field('next', w.next, 'new-password')}
                                {field('again', w.again, 'new-password')}
                                <Button type="submit" kind="primary" busy={busy}>
                                        {w.change}
                                </Button>
                        </form>
                </Card>
        );
}
