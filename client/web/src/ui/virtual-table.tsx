// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * A table of any length
 *
 * Only the rows that are seen, and a few around them, are in the document; the rest is height. On a phone a row is a
 * card. Rows come and go without a jump: the first one that is seen stays where it is, unless the list is at its top.
 */

import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { place } from '../router';
import { leastWidth, tracks, type Column, type Columns } from './virtual-table-columns';
import {
        anchorAt,
        placedHeight,
        placeOf,
        rangeAt,
        scrollToAnchor,
        scrollToSee,
        type Geometry,
} from './virtual-table-geometry';
import { useTableKeys, type TableKeys } from './virtual-table-keys';
import { TableRow } from './virtual-table-row';
import type { RowId, RowOrder, Selection } from './virtual-table-selection';
import { tableWords } from './virtual-table-words';
import './virtual-table.css';

const ROW = 36;
const CARD = 92;
const MORE = 8; /* rows around those that are seen */
const STEP = 4; /* rows come and go by so many at once */
const POOL = 64; /* elements are used again when the list jumps */
const RUSH = 120; /* ms: jumps that follow each other so fast are somebody who pulls the scroll bar */

export interface Sort {
        column: string;
        descending: boolean;
}

/* Rows as they are at one moment: a change makes a new one. A row that is not loaded yet is undefined; one that did
 * not change is the same object. */
export interface Rows<Row> extends RowOrder {
        at(index: number): Row | undefined;
}

/** Rows on their way: grey blocks, so that the layout stands. */
export function waitingRows<Row>(count: number): Rows<Row> {
        return { count, at: () => undefined, id: () => undefined, indexOf: () => -1 };
}

export interface VirtualTableProps<Row> {
        label: string;
        rows: Rows<Row>;
        columns: Columns<Row>;
        sort?: Sort;
        onSort?: (column: string) => void;
        selection?: Selection;
        /* What is below an open row. */
        details?: (row: Row) => ComponentChildren;
        onDetails?: (open: boolean) => void;
        onOpen?: (row: Row) => void;
        /* The rows that are to be shown now: [first, behind the last). */
        onRange?: (first: number, behind: number) => void;
        onTop?: (atTop: boolean) => void;
        /* Keys of the page, with the row that is active. */
        letters?: Record<string, (row: Row | undefined) => void>;
        tone?: (row: Row) => string;
        /* Another list, not a change of this one: begins at its top. */
        list?: string;
        empty: ComponentChildren;
}

const phone = window.matchMedia('(max-width: 600px)');
/** Whether rows are cards now: on a phone. */
export const cards = signal(phone.matches);
phone.addEventListener('change', () => {
        cards.value = phone.matches;
});

let tables = 0;

/* Where lists were scrolled to, by entry of the browser's history: Back finds them so. */
const left = new Map<string, number>();
const LEFT_KEPT = 50;

function leave(key: string, scrollTop: number): void {
        left.delete(key);
        left.set(key, scrollTop);
        const oldest = left.size > LEFT_KEPT ? left.keys().next().value : undefined;
        if (oldest !== undefined) left.delete(oldest);
}

interface Anchor {
        ids: (RowId | undefined)[];
        index: number;
        past: number;
}

/* The rows of the table in the document, kept apart from what they are made of. */
interface View {
        scrollTop: number;
        viewport: number;
        first: number;
        behind: number;
        /* The list flies past: rows show the least, so that they keep up. */
        rush: boolean;
}

const NOWHERE: View = { scrollTop: 0, viewport: 600, first: 0, behind: 40, rush: false };

function sameView(a: View, b: View, squeezed: boolean): boolean {
        return (
                a.first === b.first &&
                a.behind === b.behind &&
                a.viewport === b.viewport &&
                a.rush === b.rush &&
                (!squeezed || a.scrollTop === b.scrollTop)
        );
}

function viewAt(geometry: Geometry, scrollTop: number, rush: boolean): View {
        const [first, behind] = rangeAt(geometry, scrollTop, MORE);
        return {
                scrollTop,
                viewport: geometry.viewport,
                first: Math.floor(first / STEP) * STEP,
                behind: Math.min(Math.ceil(behind / STEP) * STEP, geometry.count),
                rush,
        };
}

/* Whether the list is pulled along by more than what is seen of it, again and again. `settle`: it rests. */
function useRush(settle: () => void): (scrollTop: number, viewport: number) => boolean {
        const state = useRef({ top: 0, jumps: 0, timer: 0 });
        return useCallback((scrollTop, viewport) => {
                const own = state.current;
                if (Math.abs(scrollTop - own.top) > viewport) {
                        own.jumps++;
                        clearTimeout(own.timer);
                        own.timer = window.setTimeout(() => {
                                own.jumps = 0;
                                settle();
                        }, RUSH);
                }
                own.top = scrollTop;
                return own.jumps > 1;
        }, []);
}

/* Scrolling: which rows are seen, and that they stay where they are. */
function useView<Row>(props: VirtualTableProps<Row>, geometry: Geometry) {
        const { rows, list, onRange, onTop } = props;
        const scroller = useRef<HTMLDivElement>(null);
        const [view, setView] = useState<View>(NOWHERE);
        const shown = useRef(view);
        const anchor = useRef<Anchor>({ ids: [], index: 0, past: 0 });
        const lastList = useRef(list);
        const entry = useState(() => `${place.peek().key} ${props.label}`)[0];
        const restored = useRef(false);
        const latest = useRef({ geometry, rows, onRange, onTop });
        latest.current = { geometry, rows, onRange, onTop };

        const settle = useRef(() => {});
        const rushes = useRush(() => settle.current());
        const look = useCallback(() => {
                const element = scroller.current;
                if (!element) return;
                const { geometry, rows, onRange, onTop } = latest.current;
                const header = element.querySelector('thead')?.clientHeight ?? 0;
                const seen = { ...geometry, viewport: Math.max(element.clientHeight - header, ROW) };
                const next = viewAt(seen, element.scrollTop, rushes(element.scrollTop, seen.viewport));
                const { index, past } = anchorAt(seen, element.scrollTop);
                anchor.current = { ids: Array.from({ length: 12 }, (_, i) => rows.id(index + i)), index, past };
                if (restored.current) leave(entry, element.scrollTop);
                onTop?.(element.scrollTop <= 0);
                if (sameView(next, shown.current, placedHeight(seen) !== seen.count * seen.rowHeight)) return;
                shown.current = next;
                setView(next);
                onRange?.(next.first, next.behind);
        }, []);
        settle.current = look;

        useLayoutEffect(() => {
                const element = scroller.current;
                if (!element) return;
                if (!restored.current) {
                        restored.current = rows.id(0) !== undefined;
                        if (restored.current) element.scrollTop = left.get(entry) ?? 0;
                        lastList.current = list;
                } else if (lastList.current !== list) {
                        lastList.current = list;
                        element.scrollTop = 0;
                } else if (element.scrollTop > 0) {
                        const { ids, past } = anchor.current;
                        const held = ids.findIndex((id) => id !== undefined && rows.indexOf(id) >= 0);
                        const id = ids[held];
                        if (id !== undefined)
                                element.scrollTop = scrollToAnchor(
                                        { ...geometry, viewport: shown.current.viewport },
                                        Math.max(rows.indexOf(id) - held, 0),
                                        past,
                                );
                }
                look();
                onRange?.(shown.current.first, shown.current.behind);
        }, [rows, list, geometry.rowHeight, geometry.openHeight, geometry.open]);

        return { scroller, view, look };
}

function useSize(scroller: { current: HTMLElement | null }, onSize: (width: number) => void): void {
        const latest = useRef(onSize);
        latest.current = onSize;
        useEffect(() => {
                const element = scroller.current;
                if (!element) return;
                const observer = new ResizeObserver(() => latest.current(element.clientWidth));
                observer.observe(element);
                return () => observer.disconnect();
        }, []);
}

function HeaderCell<Row>({
        column,
        sort,
        onSort,
}: {
        column: Column<Row>;
        sort: Sort | undefined;
        onSort: ((column: string) => void) | undefined;
}) {
        const sorted = sort?.column === column.id ? (sort.descending ? 'descending' : 'ascending') : undefined;
        const sortable = column.sortable && onSort;
        return (
                <th
                        role="columnheader"
                        scope="col"
                        class={column.numeric ? 'vt-head vt-number' : 'vt-head'}
                        aria-sort={sortable ? (sorted ?? 'none') : undefined}
                >
                        {sortable ? (
                                <button type="button" onClick={() => onSort(column.id)}>
                                        {column.title()}
                                        <svg viewBox="0 0 10 10" aria-hidden="true" class={sorted ?? ''}>
                                                <path d="m2 6 3-3 3 3" />
                                        </svg>
                                </button>
                        ) : (
                                <span class={column.hideTitle ? 'vt-hidden' : ''}>{column.title()}</span>
                        )}
                </th>
        );
}

function Header<Row>({ props, shown }: { props: VirtualTableProps<Row>; shown: readonly Column<Row>[] }) {
        const { selection, rows, sort, onSort, details } = props;
        const count = selection?.count.value ?? 0;
        return (
                <thead role="rowgroup">
                        <tr role="row" aria-rowindex={1}>
                                {selection && (
                                        <th role="columnheader" class="vt-choose">
                                                <label class="vt-box">
                                                        <input
                                                                type="checkbox"
                                                                aria-label={tableWords.chooseAll}
                                                                checked={count > 0 && count >= rows.count}
                                                                indeterminate={count > 0 && count < rows.count}
                                                                onClick={() => selection.all(rows)}
                                                        />
                                                </label>
                                        </th>
                                )}
                                {shown.map((column) => (
                                        <HeaderCell key={column.id} column={column} sort={sort} onSort={onSort} />
                                ))}
                                {details && (
                                        <th role="columnheader" class="vt-open">
                                                <span class="vt-hidden">{tableWords.details}</span>
                                        </th>
                                )}
                        </tr>
                </thead>
        );
}

function Details<Row>({
        row,
        top,
        index,
        render,
        onHeight,
}: {
        row: Row;
        top: number;
        index: number;
        render: (row: Row) => ComponentChildren;
        onHeight: (pixels: number) => void;
}) {
        const element = useRef<HTMLTableRowElement>(null);
        useLayoutEffect(() => {
                const own = element.current;
                if (!own) return;
                const observer = new ResizeObserver(() => onHeight(own.offsetHeight));
                observer.observe(own);
                return () => observer.disconnect();
        }, [index]);
        return (
                <tr
                        ref={element}
                        role="row"
                        class="vt-details"
                        aria-rowindex={index + 2}
                        style={{ transform: `translateY(${top}px)` }}
                >
                        <td role="gridcell">{render(row)}</td>
                </tr>
        );
}

/* Which row is active, which one is open, and what keys and clicks do to them. */
function useHands<Row>(props: VirtualTableProps<Row>) {
        const { rows, selection } = props;
        const [active, setActive] = useState<RowId | undefined>();
        const [open, setOpen] = useState<RowId | undefined>();
        const table = useRef<HTMLTableElement>(null);
        const latest = useRef({ rows, selection });
        latest.current = { rows, selection };

        const focus = () => table.current?.focus({ preventScroll: true });
        const onChoose = useCallback((index: number, event: MouseEvent) => {
                const { rows, selection } = latest.current;
                const id = rows.id(index);
                if (!selection || id === undefined) return;
                if (event.shiftKey) selection.extend(rows, index);
                else selection.toggle(id);
                setActive(id);
        }, []);
        const onTouch = useCallback((index: number, event: MouseEvent) => {
                const { rows, selection } = latest.current;
                if (!(event.target instanceof Element) || event.target.closest('a, button, input, label')) return;
                const id = rows.id(index);
                setActive(id);
                if (event.shiftKey) selection?.extend(rows, index);
                else if ((event.ctrlKey || event.metaKey) && id !== undefined) selection?.toggle(id);
                focus();
        }, []);
        const onToggle = useCallback((index: number) => {
                const id = latest.current.rows.id(index);
                setActive(id);
                setOpen((had) => (had === id ? undefined : id));
        }, []);
        return { active, setActive, open, setOpen, table, focus, onChoose, onTouch, onToggle };
}

function useKeys<Row>(
        props: VirtualTableProps<Row>,
        hands: ReturnType<typeof useHands<Row>>,
        geometry: Geometry,
        scroller: { current: HTMLElement | null },
): void {
        const { rows, selection, onOpen, details, letters } = props;
        const index = hands.active === undefined ? -1 : rows.indexOf(hands.active);
        const row = index >= 0 ? rows.at(index) : undefined;

        function go(to: number, extend: boolean): void {
                const element = scroller.current;
                const next = Math.min(Math.max(to, 0), rows.count - 1);
                if (!element || next < 0) return;
                const viewport = element.clientHeight - (element.querySelector('thead')?.clientHeight ?? 0);
                element.scrollTop = scrollToSee({ ...geometry, viewport }, next, element.scrollTop);
                if (extend && index >= 0 && hands.active !== undefined && selection) {
                        if (selection.count.peek() === 0) selection.only(hands.active);
                        selection.extend(rows, next);
                }
                hands.setActive(rows.id(next));
                hands.focus();
        }

        const pageful = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / geometry.rowHeight) - 2);
        const keys: TableKeys = {
                active: index >= 0,
                move: (steps, extend) => go(index < 0 ? 0 : index + steps, extend),
                edge: (end, extend) => go(end ? rows.count - 1 : 0, extend),
                page: (down, extend) => go(index + (down ? pageful : -pageful), extend),
                choose: (extend) => {
                        if (!selection || hands.active === undefined) return;
                        if (extend) selection.extend(rows, index);
                        else selection.toggle(hands.active);
                },
                chooseAll: () => selection?.all(rows),
                clear: () => {
                        const some = (selection?.count.peek() ?? 0) > 0;
                        selection?.clear();
                        return some;
                },
                open: () => row !== undefined && onOpen?.(row),
                details: (open) => details && index >= 0 && hands.setOpen(open ? hands.active : undefined),
                letters: Object.fromEntries(Object.entries(letters ?? {}).map(([key, run]) => [key, () => run(row)])),
        };
        useTableKeys(hands.table, keys);
}

export function VirtualTable<Row>(props: VirtualTableProps<Row>) {
        const { label, rows, columns, selection, details, tone } = props;
        const card = cards.value;
        const shown = card ? columns.all : columns.shown.value;
        const prefix = useState(() => `vt${++tables}-`)[0];
        const hands = useHands(props);
        const [openHeight, setOpenHeight] = useState(0);
        const open = hands.open === undefined ? -1 : rows.indexOf(hands.open);
        const geometry: Geometry = { count: rows.count, rowHeight: card ? CARD : ROW, viewport: 0, open, openHeight };
        const { scroller, view, look } = useView(props, geometry);
        const placed = { ...geometry, viewport: view.viewport };
        useSize(scroller, (width) => {
                columns.measured(width);
                look();
        });
        useKeys(props, hands, geometry, scroller);

        useEffect(() => props.onDetails?.(open >= 0), [open >= 0]);

        const active = hands.active === undefined ? -1 : rows.indexOf(hands.active);
        const pool = POOL * Math.ceil((view.viewport / geometry.rowHeight + 2 * (MORE + STEP)) / POOL);
        const lines: ComponentChildren[] = [];
        for (let i = view.first; i < Math.min(view.behind, rows.count); i++) {
                const row = rows.at(i);
                lines.push(
                        <TableRow
                                key={i % pool}
                                row={row}
                                index={i}
                                elementId={prefix + i}
                                top={placeOf(placed, i, view.scrollTop)}
                                columns={shown}
                                card={card}
                                rush={view.rush}
                                tone={row === undefined ? '' : (tone?.(row) ?? '')}
                                chosen={selection && selection.has(rows.id(i))}
                                active={i === active}
                                open={details && i === open}
                                onChoose={hands.onChoose}
                                onTouch={hands.onTouch}
                                onToggle={hands.onToggle}
                        />,
                );
        }
        const seenFirst = Math.min(view.first === 0 ? 0 : view.first + MORE, rows.count - 1);
        const opened = open >= view.first && open < view.behind ? rows.at(open) : undefined;
        return (
                <div class={card ? 'vt vt-cards' : 'vt'} ref={scroller} onScroll={look}>
                        <table
                                ref={hands.table}
                                role="grid"
                                aria-label={label}
                                aria-rowcount={rows.count + 1}
                                aria-multiselectable={selection ? true : undefined}
                                aria-activedescendant={
                                        active >= view.first && active < view.behind ? prefix + active : undefined
                                }
                                tabIndex={0}
                                onFocus={() => hands.active === undefined && hands.setActive(rows.id(seenFirst))}
                                style={
                                        card
                                                ? {}
                                                : {
                                                          '--tracks': tracks(
                                                                  shown,
                                                                  selection !== undefined,
                                                                  details !== undefined,
                                                          ),
                                                          '--least': `${leastWidth(shown)}px`,
                                                  }
                                }
                        >
                                <Header props={props} shown={shown} />
                                <tbody role="rowgroup" style={{ height: `${placedHeight(placed)}px` }}>
                                        {lines}
                                        {details && opened !== undefined && (
                                                <Details
                                                        row={opened}
                                                        index={open}
                                                        top={placeOf(placed, open, view.scrollTop) + geometry.rowHeight}
                                                        render={details}
                                                        onHeight={setOpenHeight}
                                                />
                                        )}
                                </tbody>
                        </table>
                        {rows.count === 0 && <div class="vt-empty">{props.empty}</div>}
                </div>
        );
}
