// SPDX-License-Identifier: LGPL-2.1-or-later

/* The session ended while something was being typed: the sign-in comes over the page, which stays as it is. */

import { leaveSession } from '../session';
import { LoginForm } from '../sign-in/login-form';
import '../sign-in/sign-in.css';
import { w } from '../sign-in/words';
import { Button, Dialog } from '../ui';

export default function SignInAgain() {
        return (
                <Dialog
                        fixed
                        title={w.again}
                        onClose={() => undefined}
                        actions={
                                <Button kind="quiet" onClick={leaveSession}>
                                        {w.leave}
                                </Button>
                        }
                >
                        <p>{w.againText}</p>
                        <LoginForm onDone={() => undefined} />
                </Dialog>
        );
}
