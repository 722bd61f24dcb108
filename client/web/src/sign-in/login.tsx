// SPDX-License-Identifier: LGPL-2.1-or-later

import { navigate, place } from '../router';
import { nextOf } from '../session';
import { LoginForm } from './login-form';
import { SignInFrame } from './frame';
import { w } from './words';

export default function Login() {
        return (
                <SignInFrame title={w.login}>
                        <LoginForm onDone={() => navigate(nextOf(place.value.query), { replace: true })} />
                        <details class="soft">
                                <summary>{w.forgot}</summary>
                                <code>runuser -u bangui-rest -- bangui-rest --set-password</code>
                        </details>
                </SignInFrame>
        );
}
