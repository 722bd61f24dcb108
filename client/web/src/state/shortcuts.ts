// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * Keys of the whole page and of what is shown now. Single letters count only where nothing is typed, and not at all
 * when the person has turned them off (speech input presses them by accident).
 */

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** Keys that somebody else listens for: here they are only listed. */
export interface Listed {
        /** "?", "Ctrl+K", "g b": two letters one after the other. */
        keys: string;
        text: string;
}

export interface Shortcut extends Listed {
        run: (event: KeyboardEvent) => void;
}

const STORED = 'bangui.letter-keys';
const SECOND_WITHIN = 1200;

function stored(): boolean {
        try {
                return localStorage.getItem(STORED) !== 'off';
        } catch {
                return true;
        }
}

export const letterKeys = signal(stored());

export function setLetterKeys(on: boolean): void {
        letterKeys.value = on;
        try {
                localStorage.setItem(STORED, on ? 'on' : 'off');
        } catch {
                // Without storage it lasts as long as the page.
        }
}

/** What the keyboard help lists. */
export const shortcuts = signal<readonly (Listed | Shortcut)[]>([]);

/** Keys that count as long as the component is there. */
export function useShortcuts(list: readonly (Listed | Shortcut)[]): void {
        useEffect(() => {
                shortcuts.value = [...shortcuts.peek(), ...list];
                return () => {
                        shortcuts.value = shortcuts.peek().filter((one) => !list.includes(one));
                };
        }, [list]);
}

function isTyping(target: EventTarget | null): boolean {
        if (!(target instanceof HTMLElement)) return false;
        if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
                return true;
        return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type);
}

let first = '';
let firstAt = 0;

function find(keys: string): Shortcut | undefined {
        return [...shortcuts.peek()].reverse().find((one): one is Shortcut => one.keys === keys && 'run' in one);
}

function pressed(event: KeyboardEvent): void {
        if (event.defaultPrevented || event.isComposing) return;
        if ((event.ctrlKey || event.metaKey) && !event.altKey) {
                const found = find(`Ctrl+${event.key.toUpperCase()}`);
                if (!found) return;
                event.preventDefault();
                found.run(event);
                return;
        }
        const modal = document.querySelector('dialog[open]');
        if (event.altKey || event.key.length !== 1 || !letterKeys.peek() || modal || isTyping(event.target)) return;

        const inTime = first && event.timeStamp - firstAt < SECOND_WITHIN;
        const found = (inTime && find(`${first} ${event.key}`)) || find(event.key);
        first = found ? '' : event.key;
        firstAt = event.timeStamp;
        if (!found) return;
        event.preventDefault();
        found.run(event);
}

/** Called once. */
export function startShortcuts(): void {
        document.addEventListener('keydown', pressed);
}
