// SPDX-License-Identifier: LGPL-2.1-or-later

/* The password, and what the server says to it. Used by the login page and by the dialog over a page. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/client';
import { signIn } from '../session';
import { seconds } from '../state/clock';
import { Button } from '../ui';
import { errorText } from '../ui/states';
import { PasswordField } from './password';
import { w } from './words';

function wrongText(error: ApiError): string {
        const left = Number(error.details.tries_left);
        return Number.isFinite(left) && left > 0 ? `${w.wrong} ${w.left(left)}` : w.wrong;
}

export function LoginForm({ onDone }: { onDone: () => void }) {
        const [password, setPassword] = useState('');
        const [fault, setFault] = useState('');
        const [pausedUntil, setPausedUntil] = useState(0);
        const [busy, setBusy] = useState(false);
        const form = useRef<HTMLFormElement>(null);

        const pause = pausedUntil ? Math.ceil(pausedUntil - seconds.value) : 0;
        useEffect(() => {
                if (pausedUntil && pause <= 0) setPausedUntil(0);
        }, [pause]);

        const refused = (error: unknown) => {
                if (error instanceof ApiError && error.code === 'WrongPassword') {
                        setFault(wrongText(error));
                } else if (error instanceof ApiError && error.status === 429) {
                        const wait = Number(error.details.retry_after) || error.retryAfter || 10;
                        setPausedUntil(seconds.value + wait);
                        setFault('');
                } else {
                        setFault(errorText(error as Error));
                }
                const input = form.current?.querySelector('input');
                input?.focus();
                input?.select();
        };
        const submit = async (event: Event) => {
                event.preventDefault();
                if (busy || pause > 0 || !password) return;
                setBusy(true);
                setFault('');
                try {
                        await signIn(password);
                        onDone();
                } catch (error) {
                        refused(error);
                } finally {
                        setBusy(false);
                }
        };
        return (
                <form ref={form} class="form" onSubmit={(event) => void submit(event)} noValidate>
                        <PasswordField
                                label={w.password}
                                value={password}
                                onValue={setPassword}
                                error={pause > 0 ? w.pause(pause) : fault}
                                autofocus
                        />
                        <Button kind="primary" type="submit" busy={busy} disabled={pause > 0}>
                                {w.signIn}
                        </Button>
                </form>
        );
}
