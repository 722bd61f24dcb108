// SPDX-License-Identifier: LGPL-2.1-or-later

/* Dialogs: the browser's own, so that focus stays inside, Escape closes and focus goes back to where it was. */

import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Button, classes, IconButton } from './basic';
import './dialog.css';
import { w } from './words';

/**
 * Open as long as it is rendered. `onClose`: the person closed it; a dialog with `fixed` is not closed by a click
 * beside it.
 */
export function Dialog(props: {
        title: ComponentChildren;
        onClose: () => void;
        children: ComponentChildren;
        actions?: ComponentChildren;
        wide?: boolean;
        fixed?: boolean;
        alert?: boolean;
        class?: string;
}) {
        const dialog = useRef<HTMLDialogElement>(null);
        const id = useId();
        useLayoutEffect(() => {
                const before = document.activeElement as HTMLElement | null;
                dialog.current?.showModal();
                return () => {
                        if (before?.isConnected) before.focus();
                };
        }, []);
        return (
                <dialog
                        ref={dialog}
                        class={classes('dialog', props.wide && 'dialog-wide', props.class)}
                        role={props.alert ? 'alertdialog' : undefined}
                        aria-labelledby={`${id}-title`}
                        onCancel={(event) => {
                                event.preventDefault();
                                props.onClose();
                        }}
                        onMouseDown={(event) => {
                                if (event.target === dialog.current && !props.fixed) props.onClose();
                        }}
                >
                        <div class="dialog-body">
                                <header>
                                        <h2 id={`${id}-title`}>{props.title}</h2>
                                        <IconButton icon="close" label={w.close} onClick={props.onClose} />
                                </header>
                                {props.children}
                                {props.actions && <footer>{props.actions}</footer>}
                        </div>
                </dialog>
        );
}

export interface Question {
        /** Names what happens and to how many: "Lift 1,284 bans?" */
        title: string;
        text?: ComponentChildren;
        /** What the button does, a verb: "Lift 1,284 bans" */
        action: string;
        harmless?: boolean;
}

const question = signal<(Question & { answer: (yes: boolean) => void }) | null>(null);

/** Asks once before something that cannot be undone. */
export function confirmDanger(asked: Question): Promise<boolean> {
        question.value?.answer(false);
        return new Promise((resolve) => {
                question.value = {
                        ...asked,
                        answer: (yes) => {
                                question.value = null;
                                resolve(yes);
                        },
                };
        });
}

/** Where questions appear; in the shell, once. */
export function Questions() {
        const asked = question.value;
        if (!asked) return null;
        return (
                <Dialog
                        alert
                        title={asked.title}
                        onClose={() => asked.answer(false)}
                        actions={
                                <>
                                        <Button onClick={() => asked.answer(false)}>{w.cancel}</Button>
                                        <Button
                                                kind={asked.harmless ? 'primary' : 'danger'}
                                                onClick={() => asked.answer(true)}
                                        >
                                                {asked.action}
                                        </Button>
                                </>
                        }
                >
                        {asked.text && <p>{asked.text}</p>}
                </Dialog>
        );
}
