// SPDX-License-Identifier: LGPL-2.1-or-later

/* Whether somebody would be banned, before it happens. */

import { useState } from 'preact/hooks';
import { get, segment } from '../../api/client';
import type { AllowCheck } from '../../api/types';
import { list } from '../../format';
import { Button, Card, errorText, Field, Icon, Input } from '../../ui';
import { w } from './words';

function Answer({ check }: { check: AllowCheck }) {
        if (!check.allowed) return <p aria-live="polite">{w.checkNo(check.address)}</p>;
        const entries = check.entries.map(({ entry }) => entry);
        return (
                <p class="good" aria-live="polite">
                        <Icon name="check" size={16} />
                        <span>
                                {w.checkYes(check.address)} {check.jails.length > 0 && w.checkYesIn(list(check.jails))}
                                {entries.length > 0 && `, ${w.checkBy} ${list(entries)}`}.
                        </span>
                </p>
        );
}

export function CheckCard() {
        const [text, setText] = useState('');
        const [answer, setAnswer] = useState<AllowCheck | null>(null);
        const [error, setError] = useState<Error | null>(null);
        const ask = async () => {
                if (text.trim() === '') return;
                try {
                        setAnswer(await get<AllowCheck>(`allow/check/${segment(text.trim())}`));
                        setError(null);
                } catch (problem) {
                        setAnswer(null);
                        setError(problem as Error);
                }
        };
        return (
                <Card title={w.checkTitle}>
                        <form
                                class="allow-check"
                                onSubmit={(event) => {
                                        event.preventDefault();
                                        void ask();
                                }}
                        >
                                <Field label={w.checkHint} hideLabel error={error && errorText(error)}>
                                        <Input
                                                mono
                                                type="search"
                                                placeholder={w.checkHint}
                                                value={text}
                                                onValue={setText}
                                        />
                                </Field>
                                <Button type="submit">{w.check}</Button>
                        </form>
                        <div class="allow-answer">{answer && <Answer check={answer} />}</div>
                </Card>
        );
}
