// SPDX-License-Identifier: LGPL-2.1-or-later

/* What the bans in force are searched and filtered by; all of it stands in the URL. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { navigate, useQueryState } from '../../router';
import { useFilters, withFilters } from '../../state/filters';
import { useStatus } from '../../state/status';
import { Button, Chip, Country, Empty, Icon, Input, Select } from '../../ui';
import { originText } from '../../ui/values';
import type { ActiveColumn, ActiveOrder } from './active-view';
import { w } from './words';

const COLUMNS: readonly ActiveColumn[] = [
        'address',
        'country',
        'network',
        'jail',
        'failures',
        'count',
        'since',
        'until',
];
/* The largest first when somebody sorts by it. */
const FALLING: readonly ActiveColumn[] = ['since', 'failures', 'count'];
const TYPING = 120;

export function useOrder(): [ActiveOrder, (column: string) => void] {
        const [text, setText] = useQueryState('sort', '-since');
        const column = COLUMNS.find((one) => one === text.replace(/^-/, '')) ?? 'since';
        const order = { column, descending: text.startsWith('-') };
        const sortBy = (next: string) => {
                const descending = next === column ? !order.descending : FALLING.some((one) => one === next);
                setText((descending ? '-' : '') + next);
        };
        return [order, sortBy];
}

/** Searches by the query's q; what is typed counts a moment later. */
export function SearchField({
        field,
        label,
        hint,
}: {
        field?: { current: HTMLDivElement | null };
        label: string;
        hint?: string;
}) {
        const [search, setSearch] = useQueryState('q');
        const [typed, setTyped] = useState(search);
        const timer = useRef(0);
        const own = useRef(search); /* set here: what is typed since then stays */
        useEffect(() => {
                if (search !== own.current) setTyped(search);
                own.current = search;
        }, [search]);
        useEffect(() => () => clearTimeout(timer.current), []);
        const type = (text: string) => {
                setTyped(text);
                clearTimeout(timer.current);
                timer.current = window.setTimeout(() => {
                        own.current = text.trim();
                        setSearch(own.current);
                }, TYPING);
        };
        return (
                <div class="search-field" ref={field ?? null}>
                        <Icon name="search" size={16} />
                        <Input
                                type="search"
                                aria-label={label}
                                placeholder={label}
                                title={hint}
                                value={typed}
                                onValue={type}
                        />
                </div>
        );
}

export function JailSelect() {
        const { filters, set, clear } = useFilters();
        const names = (useStatus().data?.jails ?? []).map(({ name }) => name);
        if (filters.jail !== undefined && !names.includes(filters.jail)) names.push(filters.jail);
        const options = [{ value: '', text: w.allJails }, ...names.map((name) => ({ value: name, text: name }))];
        return (
                <Select
                        label={w.jail}
                        value={filters.jail ?? ''}
                        options={options}
                        onValue={(jail) => (jail ? set({ jail }) : clear('jail'))}
                />
        );
}

export function FilterBar({ field }: { field: { current: HTMLDivElement | null } }) {
        const { filters, clear } = useFilters();
        return (
                <>
                        <SearchField field={field} label={w.search} hint={w.searchHint} />
                        <JailSelect />
                        {filters.country !== undefined && (
                                <Chip onRemove={() => clear('country')}>
                                        {filters.country ? <Country code={filters.country} /> : w.noCountry}
                                </Chip>
                        )}
                        {filters.network !== undefined && (
                                <Chip onRemove={() => clear('network')}>AS{filters.network}</Chip>
                        )}
                        {filters.origin && <Chip onRemove={() => clear('origin')}>{originText(filters.origin)}</Chip>}
                        {filters.address && <Chip onRemove={() => clear('address')}>{filters.address}</Chip>}
                </>
        );
}

export function Nothing({ filtered, search }: { filtered: boolean; search: string }) {
        const status = useStatus().data;
        if (!filtered && status && !status.online)
                return (
                        <Empty icon="warning" title={w.away}>
                                {w.awayText}
                        </Empty>
                );
        if (!filtered)
                return (
                        <Empty icon="check" title={w.none}>
                                {w.noneText}
                        </Empty>
                );
        const history = withFilters('/history', { range: 'all', ...(search ? { address: search } : {}) });
        return (
                <Empty
                        icon="search"
                        title={w.noMatch}
                        actions={
                                <>
                                        <Button onClick={() => navigate('/bans')}>{w.clearFilters}</Button>
                                        <Button onClick={() => navigate(history)}>{w.inHistory}</Button>
                                </>
                        }
                >
                        {w.noMatchText}
                </Empty>
        );
}
