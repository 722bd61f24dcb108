// SPDX-License-Identifier: LGPL-2.1-or-later

/* A list of a jail: each entry can be taken away, and one can be added. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useAction } from '../../api/action';
import { del, post } from '../../api/client';
import { Button, Field, IconButton, Input, toast } from '../../ui';
import { w } from './words';

export function EditableList(props: {
        title?: string;
        /** Where entries are posted and deleted. */
        path: string;
        /** The name of the entry in the body. */
        argument: string;
        items: readonly string[];
        hint: string;
        refresh: () => Promise<void>;
        numbered?: boolean;
        /** What is said below an entry. */
        note?: (item: string) => ComponentChildren;
}) {
        const [text, setText] = useState('');
        const { busy, run } = useAction();
        const body = (item: string) => ({ [props.argument]: item });

        const put = (item: string) => post(props.path, body(item)).then(props.refresh);
        const add = async (event: Event) => {
                event.preventDefault();
                if (await run('add', () => put(text.trim()), w.added)) setText('');
        };
        const remove = (item: string) =>
                run(item, async () => {
                        await del(props.path, body(item));
                        await props.refresh();
                        toast({ text: w.removed, undo: { run: () => put(item) } });
                });
        const List = props.numbered ? 'ol' : 'ul';
        return (
                <div class="jail-edit">
                        {props.title && <h3>{props.title}</h3>}
                        {props.items.length ? (
                                <List class={props.numbered ? 'jail-list jail-numbered' : 'jail-list'}>
                                        {props.items.map((item) => (
                                                <li key={item}>
                                                        <div class="jail-entry">
                                                                <code class="jail-regex">{item}</code>
                                                                {props.note?.(item)}
                                                        </div>
                                                        <IconButton
                                                                icon="trash"
                                                                label={w.remove(item)}
                                                                aria-busy={busy === item}
                                                                onClick={() => void remove(item)}
                                                        />
                                                </li>
                                        ))}
                                </List>
                        ) : (
                                <p class="soft">{w.none}</p>
                        )}
                        <form class="jail-add" onSubmit={(event) => void add(event)}>
                                <Field label={props.hint} hideLabel>
                                        <Input mono required value={text} placeholder={props.hint} onValue={setText} />
                                </Field>
                                <Button type="submit" icon="plus" busy={busy === 'add'}>
                                        {w.add}
                                </Button>
                        </form>
                </div>
        );
}
