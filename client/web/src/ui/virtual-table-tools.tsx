// SPDX-License-Identifier: LGPL-2.1-or-later

/* What stands above a table: which columns there are; on a phone, how cards are sorted. */

import { Menu } from './menu';
import { Select } from './form';
import { IconButton } from './basic';
import { cards, type Sort } from './virtual-table';
import type { Columns } from './virtual-table-columns';
import { tableWords } from './virtual-table-words';
import './virtual-table-tools.css';

/** Nothing on a phone, where a card has all there is. */
export function ColumnChooser<Row>({ columns }: { columns: Columns<Row> }) {
        if (cards.value) return null;
        const shown = new Set(columns.shown.value.map(({ id }) => id));
        const items = columns.all
                .filter(({ rank }) => rank > 0)
                .map(({ id, title }) => ({
                        text: title(),
                        checked: shown.has(id),
                        stay: true,
                        run: () => columns.toggle(id),
                }));
        const automatic = { text: tableWords.automatic, checked: !columns.chosen.value, run: columns.reset };
        return <Menu label={tableWords.columns} icon="columns" items={[...items, automatic]} />;
}

/** Nothing on a wide screen, where headers sort. */
export function CardSort<Row>({
        columns,
        sort,
        onSort,
}: {
        columns: Columns<Row>;
        sort: Sort;
        onSort: (column: string) => void;
}) {
        if (!cards.value) return null;
        const options = columns.all
                .filter(({ sortable }) => sortable)
                .map(({ id, title }) => ({ value: id, text: title() }));
        return (
                <span class="vt-sort">
                        <Select label={tableWords.sortBy} value={sort.column} options={options} onValue={onSort} />
                        <IconButton
                                icon={sort.descending ? 'down' : 'up'}
                                label={sort.descending ? tableWords.descending : tableWords.ascending}
                                onClick={() => onSort(sort.column)}
                        />
                </span>
        );
}

export function TableTools<Row>(props: { columns: Columns<Row>; sort: Sort; onSort: (column: string) => void }) {
        return (
                <>
                        <CardSort {...props} />
                        <ColumnChooser columns={props.columns} />
                </>
        );
}
