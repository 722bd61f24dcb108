// SPDX-License-Identifier: LGPL-2.1-or-later

/* Banning by hand: many addresses and networks at once, each looked at before anything is sent. */

import { useState } from 'preact/hooks';
import { addressKey, NO_ADDRESS, V4 } from '../../address-key';
import { ApiError } from '../../api/client';
import { number } from '../../format';
import { useStatus } from '../../state/status';
import { Button, Dialog, errorText, Field, Input, JailDot, Notice, TextArea } from '../../ui';
import { ban } from './actions';
import './ban-dialog.css';
import { w } from './words';

const MOST = 10_000;
const WRONG_SHOWN = 3;
const WIDE_BITS = { v4: 16, v6: 48 };

interface Parsed {
        good: string[];
        wrong: { line: number; text: string }[];
        wide: { text: string; count: string }[];
}

function sizeOf(bits: number): string {
        return bits < 50 ? number(2 ** bits) : `2^${bits}`;
}

/** What was pasted, line by line. */
export function parseAddresses(text: string): Parsed {
        const good = new Set<string>();
        const parsed: Parsed = { good: [], wrong: [], wide: [] };
        for (const [i, line] of text.split('\n').entries()) {
                for (const token of line.split(/[\s,;]+/).filter(Boolean)) {
                        const key = addressKey(token);
                        if (key.family === NO_ADDRESS) parsed.wrong.push({ line: i + 1, text: token });
                        else if (!good.has(token)) {
                                good.add(token);
                                const free = (key.family === V4 ? 32 : 128) - key.bits;
                                if (key.bits < (key.family === V4 ? WIDE_BITS.v4 : WIDE_BITS.v6))
                                        parsed.wide.push({ text: token, count: sizeOf(free) });
                        }
                }
        }
        parsed.good = [...good];
        return parsed;
}

function Problems({ parsed }: { parsed: Parsed }) {
        const { wrong, wide } = parsed;
        if (wrong.length === 0 && wide.length === 0) return null;
        return (
                <ul class="ban-problems" aria-live="polite">
                        {wrong.slice(0, WRONG_SHOWN).map(({ line, text }) => (
                                <li key={`${line} ${text}`} class="bad">
                                        {w.lineWrong(line, text.slice(0, 60))}
                                </li>
                        ))}
                        {wrong.length > WRONG_SHOWN && <li class="bad">{w.moreWrong(wrong.length - WRONG_SHOWN)}</li>}
                        {wide.slice(0, WRONG_SHOWN).map(({ text, count }) => (
                                <li key={text} class="warn">
                                        {w.wide(text, count)}
                                </li>
                        ))}
                </ul>
        );
}

/** Which jails; an empty list is all that run. */
export function JailChoice({
        chosen,
        onChosen,
        label,
        every,
}: {
        chosen: string[] | null;
        onChosen: (jails: string[]) => void;
        label: string;
        every: string;
}) {
        const jails = useStatus().data?.jails ?? [];
        const all = chosen !== null && chosen.length === 0;
        const toggle = (name: string) => {
                const had = chosen ?? [];
                const next = had.includes(name) ? had.filter((one) => one !== name) : [...had, name];
                onChosen(next.length === 0 ? [name] : next);
        };
        return (
                <fieldset class="jail-choice">
                        <legend>{label}</legend>
                        <label class={all ? 'chosen' : ''}>
                                <input type="checkbox" checked={all} onChange={() => !all && onChosen([])} />
                                {every}
                        </label>
                        {jails.map(({ name }) => (
                                <label key={name} class={chosen?.includes(name) ? 'chosen' : ''}>
                                        <input
                                                type="checkbox"
                                                checked={chosen?.includes(name) ?? false}
                                                onChange={() => toggle(name)}
                                        />
                                        <JailDot jail={name} />
                                        <span>{name}</span>
                                </label>
                        ))}
                </fieldset>
        );
}

interface State {
        text: string;
        jails: string[] | null;
        reason: string;
        asked: boolean;
        busy: boolean;
        error: Error | null;
}

export function BanDialog({
        addresses = [],
        jails,
        onClose,
        onDone,
}: {
        addresses?: readonly string[];
        jails?: readonly string[];
        onClose: () => void;
        onDone?: () => void;
}) {
        const [state, setState] = useState<State>({
                text: addresses.join('\n'),
                jails: jails ? [...jails] : null,
                reason: '',
                asked: false,
                busy: false,
                error: null,
        });
        const change = (changes: Partial<State>) => setState((had) => ({ ...had, error: null, ...changes }));
        const parsed = parseAddresses(state.text);
        const lockOut = state.error instanceof ApiError && state.error.code === 'WouldLockOut';
        const complaint =
                parsed.good.length > MOST
                        ? w.tooManyAddresses
                        : state.asked && parsed.good.length === 0
                          ? w.enterAddress
                          : undefined;

        async function send(force: boolean): Promise<void> {
                change({ asked: true });
                if (parsed.good.length === 0 || parsed.wrong.length > 0 || parsed.good.length > MOST || !state.jails)
                        return;
                change({ asked: true, busy: true });
                try {
                        await ban(parsed.good, state.jails, state.reason.trim(), force);
                        onDone?.();
                        onClose();
                } catch (error) {
                        change({ busy: false, error: error as Error });
                }
        }

        return (
                <Dialog
                        title={w.dialogTitle}
                        fixed={state.text !== ''}
                        onClose={onClose}
                        actions={
                                <>
                                        <Button onClick={onClose}>{w.cancel}</Button>
                                        <Button
                                                kind={lockOut ? 'danger' : 'primary'}
                                                busy={state.busy}
                                                disabled={parsed.wrong.length > 0}
                                                onClick={() => void send(lockOut)}
                                        >
                                                {lockOut ? w.banAnyway : w.banAction(parsed.good.length)}
                                        </Button>
                                </>
                        }
                >
                        <form
                                class="ban-form"
                                onSubmit={(event) => {
                                        event.preventDefault();
                                        void send(false);
                                }}
                        >
                                <Field label={w.addresses} hint={w.addressesHint} error={complaint}>
                                        <TextArea
                                                mono
                                                rows={Math.min(Math.max(state.text.split('\n').length + 1, 3), 10)}
                                                value={state.text}
                                                onValue={(text) => change({ text })}
                                        />
                                </Field>
                                <Problems parsed={parsed} />
                                <JailChoice
                                        label={w.jails}
                                        every={w.everyJail}
                                        chosen={state.jails}
                                        onChosen={(chosen) => change({ jails: chosen })}
                                />
                                {state.asked && !state.jails && (
                                        <small class="field-error" role="alert">
                                                {w.pickJail}
                                        </small>
                                )}
                                <Field label={w.reason} hint={w.reasonHint} optional>
                                        <Input
                                                value={state.reason}
                                                maxLength={200}
                                                onValue={(reason) => change({ reason })}
                                        />
                                </Field>
                                {state.error && (
                                        <Notice tone={lockOut ? 'warn' : 'bad'} title={lockOut ? w.lockOut : undefined}>
                                                {errorText(state.error)}
                                        </Notice>
                                )}
                                <button type="submit" hidden />
                        </form>
                </Dialog>
        );
}
