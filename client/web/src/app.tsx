// SPDX-License-Identifier: LGPL-2.1-or-later

import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { path } from './router';
import { sessionState } from './session';
import { Shell } from './shell/shell';
import { w } from './shell/words';
import Login from './sign-in/login';
import { SignInFrame } from './sign-in/frame';
import { Brand, Questions, Skeleton, Toasts } from './ui';

function SetupPage() {
        const [Setup, setSetup] = useState<ComponentType | null>(null);
        useEffect(() => {
                void import('./sign-in/setup').then((module) => setSetup(() => module.default));
        }, []);
        return Setup && <Setup />;
}

function Screen() {
        if (path.value === '/setup' && sessionState.value === 'out') return <SetupPage />;
        switch (sessionState.value) {
                case 'in':
                        return <Shell />;
                case 'out':
                        return <Login />;
                case 'unreachable':
                        return (
                                <SignInFrame title={w.unreachableTitle}>
                                        <p role="alert">{w.unreachableText}</p>
                                        <Skeleton lines={1} />
                                </SignInFrame>
                        );
                default:
                        return (
                                <main class="splash" aria-busy="true" aria-label={w.loadingPage}>
                                        <Brand size={48} />
                                </main>
                        );
        }
}

export function App() {
        return (
                <>
                        <Screen />
                        <Questions />
                        <Toasts />
                </>
        );
}
