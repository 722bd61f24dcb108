// SPDX-License-Identifier: LGPL-2.1-or-later

/* Forms: every control has a visible name; a hint and an error belong to it for screen readers too. */

import { createContext, type ComponentChildren, type JSX } from 'preact';
import { useContext, useId } from 'preact/hooks';
import { classes } from './basic';
import './form.css';
import { w } from './words';

interface FieldIds {
        control: string;
        described: string | undefined;
        invalid: boolean;
}

const FieldContext = createContext<FieldIds | null>(null);

/** A name, a control (Input, Select, TextArea), a hint, an error. */
export function Field(props: {
        label: ComponentChildren;
        hint?: ComponentChildren;
        error?: ComponentChildren;
        optional?: boolean;
        hideLabel?: boolean;
        class?: string;
        children: ComponentChildren;
}) {
        const id = useId();
        const described = [props.hint && `${id}-hint`, props.error && `${id}-error`].filter(Boolean).join(' ');
        const ids = { control: `${id}-control`, described: described || undefined, invalid: Boolean(props.error) };
        return (
                <div class={classes('field', props.class)}>
                        <label for={ids.control} class={props.hideLabel ? 'only-read' : undefined}>
                                {props.label} {props.optional && <small class="soft">({w.optional})</small>}
                        </label>
                        <FieldContext.Provider value={ids}>{props.children}</FieldContext.Provider>
                        {props.hint && (
                                <small class="soft" id={`${id}-hint`}>
                                        {props.hint}
                                </small>
                        )}
                        {props.error && (
                                <small class="field-error" id={`${id}-error`} role="alert">
                                        {props.error}
                                </small>
                        )}
                </div>
        );
}

function useFieldAttributes() {
        const ids = useContext(FieldContext);
        if (!ids) return {};
        return { id: ids.control, 'aria-describedby': ids.described, 'aria-invalid': ids.invalid || undefined };
}

type Changed = { onValue?: (value: string) => void };

export function Input({
        onValue,
        class: own,
        ...rest
}: JSX.HTMLAttributes<HTMLInputElement> &
        Changed & {
                mono?: boolean;
                type?: string;
                value?: string | number;
                name?: string;
                min?: number | string;
                max?: number | string;
                step?: number | string;
                required?: boolean;
                disabled?: boolean;
                readOnly?: boolean;
                autocomplete?: string;
                placeholder?: string;
                maxLength?: number;
                list?: string;
                multiple?: boolean;
        }) {
        const { mono, ...attributes } = rest;
        return (
                <input
                        {...useFieldAttributes()}
                        class={classes('input', mono && 'mono', own as string)}
                        autocomplete="off"
                        spellcheck={false}
                        onInput={(event) => onValue?.(event.currentTarget.value)}
                        {...attributes}
                />
        );
}

export function TextArea({
        onValue,
        class: own,
        ...rest
}: JSX.HTMLAttributes<HTMLTextAreaElement> &
        Changed & {
                value?: string;
                rows?: number;
                mono?: boolean;
                maxLength?: number;
                required?: boolean;
                disabled?: boolean;
        }) {
        const { mono, ...attributes } = rest;
        return (
                <textarea
                        {...useFieldAttributes()}
                        class={classes('input', mono && 'mono', own as string)}
                        spellcheck={false}
                        onInput={(event) => onValue?.(event.currentTarget.value)}
                        {...attributes}
                />
        );
}

export function Select<T extends string>(props: {
        value: T;
        options: readonly { value: T; text: string; disabled?: boolean }[];
        onValue: (value: T) => void;
        label?: string;
        disabled?: boolean;
        class?: string;
}) {
        return (
                <select
                        {...useFieldAttributes()}
                        class={classes('input', 'select', props.class)}
                        aria-label={props.label}
                        disabled={props.disabled}
                        value={props.value}
                        onChange={(event) => props.onValue(event.currentTarget.value as T)}
                >
                        {props.options.map((option) => (
                                <option key={option.value} value={option.value} disabled={option.disabled}>
                                        {option.text}
                                </option>
                        ))}
                </select>
        );
}

/** A switch; `hint` below its name. */
export function Toggle(props: {
        label: ComponentChildren;
        checked: boolean;
        onValue: (checked: boolean) => void;
        hint?: ComponentChildren;
        disabled?: boolean;
        hideLabel?: boolean;
}) {
        const id = useId();
        return (
                <div class="toggle">
                        <button
                                type="button"
                                role="switch"
                                aria-checked={props.checked}
                                aria-labelledby={`${id}-label`}
                                aria-describedby={props.hint ? `${id}-hint` : undefined}
                                disabled={props.disabled}
                                onClick={() => props.onValue(!props.checked)}
                        >
                                <span />
                        </button>
                        <span>
                                <span
                                        id={`${id}-label`}
                                        class={props.hideLabel ? 'only-read' : undefined}
                                        onClick={() => !props.disabled && props.onValue(!props.checked)}
                                >
                                        {props.label}
                                </span>
                                {props.hint && (
                                        <small class="soft" id={`${id}-hint`}>
                                                {props.hint}
                                        </small>
                                )}
                        </span>
                </div>
        );
}
