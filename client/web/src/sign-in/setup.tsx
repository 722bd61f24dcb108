// SPDX-License-Identifier: LGPL-2.1-or-later

/* The set-up: a password is chosen, once. */

import { useState } from 'preact/hooks';
import { ApiError } from '../api/client';
import { useQuery } from '../api/query';
import type { Setup as SetupState } from '../api/types';
import { Link, navigate } from '../router';
import { setUp } from '../session';
import { Button, Notice, Skeleton } from '../ui';
import { errorText } from '../ui/states';
import { SignInFrame } from './frame';
import { passwordFault, PasswordField, StrengthMeter } from './password';
import { w } from './words';

function SetupForm() {
        const [password, setPassword] = useState('');
        const [repeated, setRepeated] = useState('');
        const [faults, setFaults] = useState({ password: '', repeated: '' });
        const [busy, setBusy] = useState(false);
        const [done, setDone] = useState(false);

        const submit = async (event: Event) => {
                event.preventDefault();
                if (busy) return;
                const found = {
                        password: passwordFault(password),
                        repeated: password === repeated ? '' : w.different,
                };
                setFaults(found);
                if (found.password || found.repeated) return;
                setBusy(true);
                try {
                        await setUp(password);
                        navigate('/', { replace: true });
                } catch (error) {
                        if (error instanceof ApiError && error.code === 'SetupDone') setDone(true);
                        else setFaults({ password: errorText(error as Error), repeated: '' });
                } finally {
                        setBusy(false);
                }
        };
        if (done)
                return (
                        <Notice tone="warn" actions={<Link to="/login">{w.toLogin}</Link>}>
                                {w.done}
                        </Notice>
                );
        return (
                <form class="form" onSubmit={(event) => void submit(event)} noValidate>
                        <PasswordField
                                label={w.password}
                                value={password}
                                onValue={setPassword}
                                error={faults.password}
                                fresh
                                autofocus
                        />
                        <StrengthMeter password={password} />
                        <PasswordField
                                label={w.repeat}
                                value={repeated}
                                onValue={setRepeated}
                                error={faults.repeated}
                                fresh
                        />
                        <Button kind="primary" type="submit" busy={busy}>
                                {w.setUp}
                        </Button>
                </form>
        );
}

export default function Setup() {
        const setup = useQuery<SetupState>('setup');
        if (!setup.data)
                return (
                        <SignInFrame title={w.setupTitle}>
                                <Skeleton lines={3} />
                        </SignInFrame>
                );
        if (!setup.data.allowed) return <SignInFrame title={w.notAllowed}>{<p>{w.notAllowedText}</p>}</SignInFrame>;
        return (
                <SignInFrame title={w.setupTitle} lead={w.setupText}>
                        <SetupForm />
                </SignInFrame>
        );
}
