// SPDX-License-Identifier: LGPL-2.1-or-later

/* One row of the table, as cells or, on a phone, as a card. Drawn again only when something of it changed. */

import { Component } from 'preact';
import type { ComponentChildren } from 'preact';
import type { Column } from './virtual-table-columns';
import { tableWords } from './virtual-table-words';

export interface RowProps<Row> {
        row: Row | undefined;
        index: number;
        elementId: string;
        top: number;
        columns: readonly Column<Row>[];
        card: boolean;
        /* It flies past: only what has to be there is drawn. */
        rush: boolean;
        tone: string;
        /* undefined: rows cannot be chosen */
        chosen: boolean | undefined;
        active: boolean;
        /* undefined: there is nothing to open */
        open: boolean | undefined;
        onChoose: (index: number, event: MouseEvent) => void;
        onTouch: (index: number, event: MouseEvent) => void;
        onToggle: (index: number) => void;
}

function Grey() {
        return <span class="vt-grey" />;
}

export class TableRow<Row> extends Component<RowProps<Row>> {
        override shouldComponentUpdate(next: RowProps<Row>): boolean {
                const had = this.props;
                return (Object.keys(next) as (keyof RowProps<Row>)[]).some((key) => next[key] !== had[key]);
        }

        private box(): ComponentChildren {
                const { row, index, chosen, onChoose } = this.props;
                return (
                        <label class="vt-box">
                                <input
                                        type="checkbox"
                                        tabIndex={-1}
                                        checked={chosen}
                                        disabled={row === undefined}
                                        aria-label={tableWords.choose}
                                        onClick={(event) => onChoose(index, event)}
                                />
                        </label>
                );
        }

        private opener(): ComponentChildren {
                const { index, open, onToggle } = this.props;
                return (
                        <button
                                type="button"
                                class="vt-opener"
                                aria-expanded={open}
                                aria-label={tableWords.details}
                                onClick={() => onToggle(index)}
                        />
                );
        }

        private content(column: Column<Row>): ComponentChildren {
                const { row, rush } = this.props;
                if (row === undefined) return <Grey />;
                return rush && column.rank > 0 ? null : column.cell(row, false);
        }

        private cells(): ComponentChildren {
                const { row, columns, chosen, open, rush } = this.props;
                return (
                        <>
                                {chosen !== undefined && (
                                        <td role="gridcell" class="vt-choose">
                                                {!rush && this.box()}
                                        </td>
                                )}
                                {columns.map((column) => (
                                        <td
                                                key={column.id}
                                                role="gridcell"
                                                class={column.numeric ? 'vt-cell vt-number' : 'vt-cell'}
                                        >
                                                {this.content(column)}
                                        </td>
                                ))}
                                {open !== undefined && (
                                        <td role="gridcell" class="vt-open">
                                                {row !== undefined && !rush && this.opener()}
                                        </td>
                                )}
                        </>
                );
        }

        private parts(place: 'title' | 'side' | 'line'): ComponentChildren {
                const { row, columns, rush } = this.props;
                return columns
                        .filter((column) => column.card === place && (!rush || column.rank === 0))
                        .map((column) => (
                                <span key={column.id} class={`vt-part vt-part-${column.id}`}>
                                        {row === undefined ? <Grey /> : column.cell(row, true)}
                                </span>
                        ));
        }

        private cardCell(): ComponentChildren {
                const { chosen, open, row, rush } = this.props;
                return (
                        <td role="gridcell" class={chosen === undefined ? 'vt-card vt-boxless' : 'vt-card'}>
                                {chosen !== undefined && !rush && this.box()}
                                <div class="vt-card-title">{this.parts('title')}</div>
                                <div class="vt-card-side">{this.parts('side')}</div>
                                <div class="vt-card-lines">{this.parts('line')}</div>
                                {open !== undefined && row !== undefined && !rush && this.opener()}
                        </td>
                );
        }

        override render() {
                const { index, elementId, top, card, tone, chosen, active, onTouch } = this.props;
                return (
                        <tr
                                role="row"
                                id={elementId}
                                class={`vt-row ${tone}${active ? ' vt-active' : ''}`}
                                aria-rowindex={index + 2}
                                aria-selected={chosen}
                                style={{ transform: `translateY(${top}px)` }}
                                onClick={(event) => onTouch(index, event)}
                        >
                                {card ? this.cardCell() : this.cells()}
                        </tr>
                );
        }
}
