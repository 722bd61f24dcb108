// SPDX-License-Identifier: LGPL-2.1-or-later

/* Which of the shell's dialogs is open. */

import { signal } from '@preact/signals';

export type ShellDialog = 'palette' | 'keys' | 'zone' | 'range' | 'more';

export const shellDialog = signal<ShellDialog | null>(null);

export function closeShellDialog(): void {
        shellDialog.value = null;
}
