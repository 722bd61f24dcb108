// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * The table by keyboard
 *
 * Arrows, Page Up and Down, Home and End, Space and Enter while the table has the focus. j and k, and the letters that
 * the page gives, wherever nobody is writing and no dialog is open.
 */

import { useEffect, useRef } from 'preact/hooks';
import { letterKeys } from '../state/shortcuts';
import { useTableHelp } from './virtual-table-help';

export interface TableKeys {
        /* A row is marked: keys that nobody else has are its. */
        active: boolean;
        move(steps: number, extend: boolean): void;
        edge(end: boolean, extend: boolean): void;
        page(down: boolean, extend: boolean): void;
        choose(extend: boolean): void;
        chooseAll(): void;
        clear(): boolean;
        open(): void;
        details(open: boolean): void;
        /* Letters of the page: "u", "a", "/". */
        letters: Record<string, () => void>;
}

function writes(target: EventTarget | null): boolean {
        return (
                target instanceof HTMLElement &&
                (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'))
        );
}

function inTable(keys: TableKeys, event: KeyboardEvent): boolean {
        const extend = event.shiftKey;
        const named: Record<string, () => void> = {
                ArrowDown: () => keys.move(1, extend),
                ArrowUp: () => keys.move(-1, extend),
                ArrowRight: () => keys.details(true),
                ArrowLeft: () => keys.details(false),
                PageDown: () => keys.page(true, extend),
                PageUp: () => keys.page(false, extend),
                Home: () => keys.edge(false, extend),
                End: () => keys.edge(true, extend),
                ' ': () => keys.choose(extend),
                Enter: () => keys.open(),
        };
        const run = named[event.key];
        run?.();
        return run !== undefined;
}

function anywhere(keys: TableKeys, event: KeyboardEvent): boolean {
        const key = event.key.toLowerCase();
        const run =
                key === 'j'
                        ? () => keys.move(1, event.shiftKey)
                        : key === 'k'
                          ? () => keys.move(-1, event.shiftKey)
                          : keys.letters[event.key];
        run?.();
        return run !== undefined;
}

function answer(keys: TableKeys, table: HTMLElement | null, event: KeyboardEvent): boolean {
        const modified = event.ctrlKey || event.metaKey || event.altKey;
        if (event.target === table && (event.ctrlKey || event.metaKey) && event.key === 'a') {
                keys.chooseAll();
                return true;
        }
        if (modified || event.defaultPrevented) return false;
        const here = event.target === table || (event.target === document.body && keys.active);
        if (here && inTable(keys, event)) return true;
        if (writes(event.target) || document.querySelector('dialog[open], [role=dialog]')) return false;
        if (event.key === 'Escape') return keys.clear();
        return letterKeys.peek() && anywhere(keys, event);
}

export function useTableKeys(table: { current: HTMLElement | null }, keys: TableKeys): void {
        const latest = useRef(keys);
        latest.current = keys;
        useTableHelp(Object.keys(keys.letters));
        useEffect(() => {
                const listen = (event: KeyboardEvent) => {
                        if (answer(latest.current, table.current, event)) event.preventDefault();
                };
                document.addEventListener('keydown', listen);
                return () => document.removeEventListener('keydown', listen);
        }, [table]);
}
