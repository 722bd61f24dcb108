// SPDX-License-Identifier: LGPL-2.1-or-later

/* A plain table of a few hundred rows at most: cards on a phone. Long lists have VirtualTable. */

import type { ComponentChildren } from 'preact';
import { classes } from './basic';

export interface Column<Row> {
        key: string;
        title: ComponentChildren;
        /** The title in words, for cards, when it is no text. */
        label?: string;
        cell: (row: Row) => ComponentChildren;
        number?: boolean;
        class?: string;
}

export function Table<Row>(props: {
        /** What the table shows, for screen readers. */
        label: string;
        columns: readonly Column<Row>[];
        rows: readonly Row[];
        rowKey: (row: Row) => string | number;
        class?: string;
}) {
        return (
                <div class="table-scroll">
                        <table class={classes('table', 'cards', props.class)}>
                                <caption class="only-read">{props.label}</caption>
                                <thead>
                                        <tr>
                                                {props.columns.map((column) => (
                                                        <th
                                                                key={column.key}
                                                                scope="col"
                                                                class={column.number ? 'number' : ''}
                                                        >
                                                                {column.title}
                                                        </th>
                                                ))}
                                        </tr>
                                </thead>
                                <tbody>
                                        {props.rows.map((row) => (
                                                <tr key={props.rowKey(row)}>
                                                        {props.columns.map((column) => (
                                                                <td
                                                                        key={column.key}
                                                                        data-label={column.label ?? column.title}
                                                                        class={classes(
                                                                                column.number && 'number',
                                                                                column.class,
                                                                        )}
                                                                >
                                                                        {column.cell(row)}
                                                                </td>
                                                        ))}
                                                </tr>
                                        ))}
                                </tbody>
                        </table>
                </div>
        );
}

/** Names and values; what is undefined is left out. */
export function Facts({ facts }: { facts: readonly (readonly [string, ComponentChildren] | null | false)[] }) {
        return (
                <dl class="facts">
                        {facts.map(
                                (fact) =>
                                        fact && (
                                                <div key={fact[0]}>
                                                        <dt>{fact[0]}</dt>
                                                        <dd>{fact[1]}</dd>
                                                </div>
                                        ),
                        )}
                </dl>
        );
}
