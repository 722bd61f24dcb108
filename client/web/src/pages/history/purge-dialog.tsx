// SPDX-License-Identifier: LGPL-2.1-or-later

/* Removing what is old from the archive: says how much it is before it asks. */

import { useState } from 'preact/hooks';
import { post, type Accepted } from '../../api/client';
import { follow } from '../../api/operation';
import { refreshQueries, useQuery } from '../../api/query';
import type { Paged } from '../../api/types';
import { Button, Dialog, errorText, Field, Input, Notice, Skeleton, toast } from '../../ui';
import { now } from '../../state/clock';
import { w } from './words';

const YEAR = 365 * 86_400;

function dayOf(at: number): string {
        return new Date(at * 1000).toISOString().slice(0, 10);
}

export function PurgeDialog({ onClose }: { onClose: () => void }) {
        const [day, setDay] = useState(() => dayOf(now() - YEAR));
        const [busy, setBusy] = useState(false);
        const [error, setError] = useState<Error | null>(null);
        const before = Date.parse(`${day}T00:00:00Z`) / 1000;
        const valid = Number.isFinite(before) && before > 0;
        const found = useQuery<Paged<unknown>>(valid ? 'history' : null, {
                kind: 'ban',
                until: before,
                range: null,
                limit: 1,
                total: true,
        });
        const count = found.stale ? undefined : found.data?.page.total;

        async function purge(): Promise<void> {
                setBusy(true);
                try {
                        const answer = post<{ removed: number } | Accepted>('history/purge', { before });
                        const { removed } = await follow(answer);
                        toast({ text: w.purged(removed), tone: 'good' });
                        refreshQueries('history');
                        onClose();
                } catch (problem) {
                        setError(problem as Error);
                        setBusy(false);
                }
        }

        return (
                <Dialog
                        title={w.purgeTitle}
                        onClose={onClose}
                        actions={
                                <>
                                        <Button onClick={onClose}>{w.cancel}</Button>
                                        <Button
                                                kind="danger"
                                                disabled={!count}
                                                busy={busy}
                                                onClick={() => void purge()}
                                        >
                                                {w.purgeAction(count ?? 0)}
                                        </Button>
                                </>
                        }
                >
                        <p>{w.purgeText}</p>
                        <Field label={w.purgeBefore}>
                                <Input type="date" value={day} max={dayOf(now())} onValue={setDay} />
                        </Field>
                        {count === undefined ? (
                                <Skeleton lines={1} height={16} />
                        ) : (
                                <p aria-live="polite">{count > 0 ? w.purgeCount(count) : w.purgeNone}</p>
                        )}
                        {error && <Notice tone="bad">{errorText(error)}</Notice>}
                </Dialog>
        );
}
