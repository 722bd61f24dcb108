// SPDX-License-Identifier: LGPL-2.1-or-later

/* Adding an entry, and changing one. */

import { useState } from 'preact/hooks';
import { ApiError, post, put, segment, type Accepted } from '../../api/client';
import { follow } from '../../api/operation';
import type { AllowResult, AllowRow } from '../../api/types';
import { Button, Dialog, errorText, Field, Input, Notice, Toggle } from '../../ui';
import { JailChoice } from '../bans/ban-dialog';
import { told } from './changes';
import { w } from './words';

interface State {
        entry: string;
        jails: string[];
        note: string;
        until: string;
        unban: boolean;
        asked: boolean;
        busy: boolean;
        error: Error | null;
}

/* What <input type=datetime-local> has, in the browser's time zone. */
function localText(at: number | undefined): string {
        if (!at) return '';
        const shifted = new Date(at * 1000 - new Date(at * 1000).getTimezoneOffset() * 60_000);
        return shifted.toISOString().slice(0, 16);
}

function secondsOf(text: string): number {
        return text === '' ? 0 : Math.floor(new Date(text).getTime() / 1000);
}

/* A too wide network, a jail that does not run, a host name that is not found: taken when it is forced. */
function canForce(error: Error | null): boolean {
        return error instanceof ApiError && error.status === 400 && /force/.test(error.message);
}

export function EntryDialog({ row, onClose }: { row?: AllowRow; onClose: () => void }) {
        const [state, setState] = useState<State>({
                entry: row?.entry ?? '',
                jails: row?.jails ?? [],
                note: row?.note ?? '',
                until: localText(row?.expires_at),
                unban: true,
                asked: false,
                busy: false,
                error: null,
        });
        const change = (changes: Partial<State>) => setState((had) => ({ ...had, error: null, ...changes }));
        const entry = state.entry.trim();
        const force = canForce(state.error);

        async function save(): Promise<void> {
                change({ asked: true });
                if (entry === '') return;
                change({ asked: true, busy: true });
                const expires_at = secondsOf(state.until);
                const common = { jails: state.jails, note: state.note.trim(), ...(force ? { force } : {}) };
                try {
                        const answer = row
                                ? put<AllowResult | Accepted>(`allow/${segment(row.entry)}`, { ...common, expires_at })
                                : post<AllowResult | Accepted>('allow', {
                                          ...common,
                                          entry,
                                          unban: state.unban,
                                          ...(expires_at ? { expires_at } : {}),
                                  });
                        told(await follow<AllowResult>(answer), row === undefined);
                        onClose();
                } catch (error) {
                        change({ busy: false, error: error as Error });
                }
        }

        return (
                <Dialog
                        title={row ? w.changeTitle(row.entry) : w.addTitle}
                        fixed={entry !== ''}
                        onClose={onClose}
                        actions={
                                <>
                                        <Button onClick={onClose}>{w.cancel}</Button>
                                        <Button
                                                kind={force ? 'danger' : 'primary'}
                                                busy={state.busy}
                                                onClick={() => void save()}
                                        >
                                                {force ? w.anyway : row ? w.save : w.addAction}
                                        </Button>
                                </>
                        }
                >
                        <form
                                class="ban-form"
                                onSubmit={(event) => {
                                        event.preventDefault();
                                        void save();
                                }}
                        >
                                {!row && (
                                        <Field
                                                label={w.entry}
                                                hint={w.entryHint}
                                                error={state.asked && entry === '' ? w.enter : undefined}
                                        >
                                                <Input
                                                        mono
                                                        value={state.entry}
                                                        onValue={(text) => change({ entry: text })}
                                                />
                                        </Field>
                                )}
                                <JailChoice
                                        label={w.inJails}
                                        every={w.every}
                                        chosen={state.jails}
                                        onChosen={(jails) => change({ jails })}
                                />
                                <Field label={w.note} hint={w.noteHint} optional>
                                        <Input
                                                value={state.note}
                                                maxLength={200}
                                                onValue={(note) => change({ note })}
                                        />
                                </Field>
                                <Field label={w.expires} hint={w.expiresHint} optional>
                                        <Input
                                                type="datetime-local"
                                                value={state.until}
                                                onValue={(until) => change({ until })}
                                        />
                                </Field>
                                {!row && (
                                        <Toggle
                                                label={w.unban}
                                                hint={w.unbanHint}
                                                checked={state.unban}
                                                onValue={(unban) => change({ unban })}
                                        />
                                )}
                                {state.error && <Notice tone={force ? 'warn' : 'bad'}>{errorText(state.error)}</Notice>}
                                <button type="submit" hidden />
                        </form>
                </Dialog>
        );
}
