// SPDX-License-Identifier: LGPL-2.1-or-later

/* A change that a button makes: one at a time, told when it is done, and why when it failed. */

import { useState } from 'preact/hooks';
import { toast, toastError } from '../ui/toast';

/** `busy` names the action that is going. `run` gives whether it succeeded; `done` is the toast's text. */
export function useAction(): {
        busy: string;
        run: (name: string, work: () => Promise<unknown>, done?: string) => Promise<boolean>;
} {
        const [busy, setBusy] = useState('');
        const run = async (name: string, work: () => Promise<unknown>, done?: string) => {
                if (busy) return false;
                setBusy(name);
                try {
                        await work();
                        if (done) toast({ text: done, tone: 'good' });
                        return true;
                } catch (error) {
                        toastError(error);
                        return false;
                } finally {
                        setBusy('');
                }
        };
        return { busy, run };
}
