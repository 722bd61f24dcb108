// SPDX-License-Identifier: LGPL-2.1-or-later

/* Toasts: what was done, with a way back. They wait while the pointer or the focus is on them. */

import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, IconButton } from './basic';
import { errorText } from './states';
import './toast.css';
import { w } from './words';

export interface Toast {
        text: string;
        tone?: 'plain' | 'good' | 'bad';
        undo?: { label?: string; run: () => void | Promise<unknown> };
        /** Default 6, with undo 10, errors 12. */
        seconds?: number;
}

const SHOWN = 4;

let last = 0;
const toasts = signal<(Toast & { id: number })[]>([]);

/** Shows a toast; returns what takes it away. */
export function toast(shown: Toast): () => void {
        const id = ++last;
        toasts.value = [...toasts.value.slice(1 - SHOWN), { ...shown, id }];
        return () => remove(id);
}

/** Says that something failed, and why. */
export function toastError(error: unknown): void {
        toast({ text: errorText(error instanceof Error ? error : new Error(String(error))), tone: 'bad' });
}

function remove(id: number): void {
        toasts.value = toasts.value.filter((one) => one.id !== id);
}

function secondsOf(shown: Toast): number {
        return shown.seconds ?? (shown.undo ? 10 : shown.tone === 'bad' ? 12 : 6);
}

function One({ shown }: { shown: Toast & { id: number } }) {
        const [left, setLeft] = useState(secondsOf(shown));
        const held = useRef(false);
        useEffect(() => {
                const timer = setInterval(() => {
                        if (!held.current) setLeft((seconds) => seconds - 1);
                }, 1000);
                return () => clearInterval(timer);
        }, []);
        useEffect(() => {
                if (left <= 0) remove(shown.id);
        }, [left]);

        const hold = (holds: boolean) => () => {
                held.current = holds;
        };
        const undo = () => {
                remove(shown.id);
                Promise.resolve(shown.undo?.run()).catch(toastError);
        };
        return (
                <li
                        class={`toast toast-${shown.tone ?? 'plain'}`}
                        onMouseEnter={hold(true)}
                        onMouseLeave={hold(false)}
                        onFocusIn={hold(true)}
                        onFocusOut={hold(false)}
                >
                        <span>{shown.text}</span>
                        {shown.undo && (
                                <Button kind="quiet" onClick={undo}>
                                        {shown.undo.label ?? w.undo} <span aria-hidden="true">({left})</span>
                                </Button>
                        )}
                        <IconButton icon="close" label={w.dismiss} onClick={() => remove(shown.id)} />
                </li>
        );
}

/** Where toasts appear; in the shell, once. */
export function Toasts() {
        return (
                <div class="toasts" aria-live="polite" aria-relevant="additions">
                        <ol>
                                {toasts.value.map((shown) => (
                                        <One key={shown.id} shown={shown} />
                                ))}
                        </ol>
                </div>
        );
}
