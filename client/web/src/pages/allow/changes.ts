// SPDX-License-Identifier: LGPL-2.1-or-later

/* What was changed on the list, said, and taken back. */

import { del, post, segment, type Accepted } from '../../api/client';
import { follow } from '../../api/operation';
import type { AllowResult, AllowRow } from '../../api/types';
import { toast, toastError } from '../../ui';
import { w } from './words';

/** Says what came of an addition or a change. */
export function told(result: AllowResult, added: boolean): void {
        const wider = result.covered_by?.[0];
        const text =
                (added ? w.addedToast(result.entry, result.unbanned ?? 0) : w.changed(result.entry)) +
                (wider ? w.covered(wider.address) : '');
        if (result.problem_applying) toast({ text: w.problemApplying(result.problem_applying), tone: 'bad' });
        else toast({ text, ...(added ? { undo: { run: () => remove(result) } } : {}) });
}

async function putBack({ entry, jails, note, expires_at }: AllowRow): Promise<void> {
        const body = { entry, jails, note: note ?? '', ...(expires_at ? { expires_at } : {}), force: true };
        await follow(post<AllowResult | Accepted>('allow', body));
        toast({ text: w.back(entry), tone: 'good' });
}

export async function remove(row: AllowRow): Promise<void> {
        try {
                await follow(del<AllowResult | Accepted>(`allow/${segment(row.entry)}`));
                toast({ text: w.removed(row.entry), undo: { run: () => putBack(row) } });
        } catch (error) {
                toastError(error);
        }
}
