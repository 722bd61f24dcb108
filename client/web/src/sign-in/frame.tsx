// SPDX-License-Identifier: LGPL-2.1-or-later

/* What stands around a form before anybody is signed in. */

import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { Brand } from '../ui';
import './sign-in.css';

export function SignInFrame(props: { title: string; lead?: ComponentChildren; children: ComponentChildren }) {
        useEffect(() => {
                document.title = `${props.title} · BanGUI`;
        }, [props.title]);
        return (
                <main id="main" class="sign-in" tabIndex={-1}>
                        <div class="card">
                                <p class="sign-in-brand">
                                        <Brand size={28} /> BanGUI
                                </p>
                                <h1 tabIndex={-1}>{props.title}</h1>
                                {props.lead && <p class="soft">{props.lead}</p>}
                                {props.children}
                                <p class="soft sign-in-host">{location.host}</p>
                        </div>
                </main>
        );
}
