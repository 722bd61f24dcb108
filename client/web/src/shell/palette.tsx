// SPDX-License-Identifier: LGPL-2.1-or-later

/* The command palette: a combobox in a dialog. The focus stays in the text; arrows move the choice. */

import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useStatus } from '../state/status';
import { Icon } from '../ui';
import { closeShellDialog as close } from './open';
import { commandsFor, type Command } from './palette-commands';
import './palette.css';
import { w } from './palette-words';

function move(key: string, index: number, count: number): number | null {
        if (key === 'ArrowDown') return (index + 1) % count;
        if (key === 'ArrowUp') return (index - 1 + count) % count;
        if (key === 'PageDown') return count - 1;
        if (key === 'PageUp') return 0;
        return null;
}

export default function Palette() {
        const dialog = useRef<HTMLDialogElement>(null);
        const list = useRef<HTMLUListElement>(null);
        const [text, setText] = useState('');
        const [index, setIndex] = useState(0);
        const status = useStatus();
        const id = useId();

        useLayoutEffect(() => {
                const before = document.activeElement as HTMLElement | null;
                dialog.current?.showModal();
                return () => {
                        if (before?.isConnected && document.activeElement === document.body) before.focus();
                };
        }, []);

        const commands = commandsFor(text, status.data?.jails ?? []);
        const at = Math.min(index, Math.max(0, commands.length - 1));
        useEffect(() => {
                list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
        }, [at, text]);

        const choose = (command: Command | undefined) => {
                if (!command) return;
                close();
                setTimeout(command.run);
        };
        const keys = (event: KeyboardEvent) => {
                const next = commands.length ? move(event.key, at, commands.length) : null;
                if (next !== null) setIndex(next);
                else if (event.key === 'Enter') choose(commands[at]);
                else return;
                event.preventDefault();
        };

        return (
                <dialog
                        ref={dialog}
                        class="dialog palette"
                        aria-label={w.title}
                        onCancel={(event) => {
                                event.preventDefault();
                                close();
                        }}
                        onMouseDown={(event) => event.target === dialog.current && close()}
                >
                        <div class="palette-input">
                                <Icon name="search" />
                                <input
                                        type="text"
                                        role="combobox"
                                        aria-label={w.title}
                                        aria-describedby={`${id}-hint`}
                                        aria-expanded={commands.length > 0}
                                        aria-controls={`${id}-list`}
                                        aria-activedescendant={commands.length ? `${id}-${at}` : undefined}
                                        aria-autocomplete="list"
                                        autocomplete="off"
                                        autocapitalize="off"
                                        spellcheck={false}
                                        autofocus
                                        value={text}
                                        onInput={(event) => {
                                                setText(event.currentTarget.value);
                                                setIndex(0);
                                        }}
                                        onKeyDown={keys}
                                />
                        </div>
                        <p class="soft palette-hint" id={`${id}-hint`}>
                                {commands.length ? w.hint : w.nothing}
                        </p>
                        <ul ref={list} id={`${id}-list`} role="listbox" aria-label={w.results}>
                                {commands.map((command, row) => (
                                        <li
                                                key={command.key}
                                                id={`${id}-${row}`}
                                                role="option"
                                                aria-selected={row === at}
                                                onMouseMove={() => row !== at && setIndex(row)}
                                                onClick={() => choose(command)}
                                        >
                                                <span class="palette-lead">{command.lead}</span>
                                                <span class="palette-text">{command.text}</span>
                                                <small class="soft">{command.kind}</small>
                                        </li>
                                ))}
                        </ul>
                        <p class="only-read" role="status">
                                {w.count(commands.length)}
                        </p>
                        <p class="palette-keys soft" aria-hidden="true">
                                <kbd>↑</kbd> <kbd>↓</kbd> {w.move} · <kbd>↵</kbd> {w.choose} · <kbd>Esc</kbd> {w.close}
                        </p>
                </dialog>
        );
}
