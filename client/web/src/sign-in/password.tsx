// SPDX-License-Identifier: LGPL-2.1-or-later

/* A password's field, with an eye; and how strong a new one is, as the server sees it. */

import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { post } from '../api/client';
import type { Strength } from '../api/types';
import { Field, IconButton, Input } from '../ui';
import { w } from './words';

const SETTLE = 250;
const SHORTEST = 8;
const LONGEST = 1024;

export function PasswordField(props: {
        label: string;
        value: string;
        onValue: (value: string) => void;
        error?: ComponentChildren;
        hint?: ComponentChildren;
        fresh?: boolean;
        autofocus?: boolean;
        disabled?: boolean;
}) {
        const [shown, setShown] = useState(false);
        return (
                <Field label={props.label} error={props.error} hint={props.hint} class="password-field">
                        <span class="password-row">
                                <Input
                                        type={shown ? 'text' : 'password'}
                                        name="password"
                                        value={props.value}
                                        onValue={props.onValue}
                                        autocomplete={props.fresh ? 'new-password' : 'current-password'}
                                        autofocus={props.autofocus}
                                        disabled={props.disabled}
                                        required
                                />
                                <IconButton
                                        icon="eye"
                                        label={shown ? w.hide : w.show}
                                        aria-pressed={shown}
                                        onClick={() => setShown(!shown)}
                                />
                        </span>
                </Field>
        );
}

/** Why a new password is not taken; empty: it is. */
export function passwordFault(password: string): string {
        const bytes = new TextEncoder().encode(password).length;
        if (bytes < SHORTEST) return w.tooShort;
        return bytes > LONGEST ? w.tooLong : '';
}

/** How strong the server thinks a password is, asked while typing rests; null: not known. */
export function useStrength(password: string): Strength | null {
        const [strength, setStrength] = useState<Strength | null>(null);
        useEffect(() => {
                if (!password) {
                        setStrength(null);
                        return undefined;
                }
                let wanted = true;
                const timer = setTimeout(() => {
                        post<Strength>('setup/strength', { password }).then(
                                (answer) => wanted && setStrength(answer),
                                () => wanted && setStrength(null),
                        );
                }, SETTLE);
                return () => {
                        wanted = false;
                        clearTimeout(timer);
                };
        }, [password]);
        return strength;
}

/** The meter: five steps, the word, and what would help. The space is there from the beginning. */
export function StrengthMeter({ password }: { password: string }) {
        const strength = useStrength(password);
        const score = strength?.score ?? -1;
        return (
                <div class="strength" role="status">
                        <span class={`strength-bar strength-${score}`} aria-hidden="true">
                                {[0, 1, 2, 3, 4].map((step) => (
                                        <span key={step} class={step <= score ? 'reached' : undefined} />
                                ))}
                        </span>
                        <span>{strength && `${w.strength}: ${w.scores[score] ?? ''}`}</span>
                        <ul class="soft">
                                {strength?.advice.map((advice) => (
                                        <li key={advice}>{w[advice]}</li>
                                ))}
                        </ul>
                </div>
        );
}
