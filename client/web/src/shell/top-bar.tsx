// SPDX-License-Identifier: LGPL-2.1-or-later

/* The bar at the top: time range and filters of pages with figures, search, theme, language and time zone. */

import type { ComponentChildren } from 'preact';
import { countryName, date, dateTime } from '../format';
import { Link } from '../router';
import { useFilters, type FilterName, type Filters, type Range } from '../state/filters';
import { language, shownTheme, theme } from '../state/preferences';
import { Brand, Button, Chip, Icon, Menu, Segmented, Select } from '../ui';
import { originText } from '../ui/values';
import { pageOf } from './current-page';
import { shellDialog } from './open';
import { w } from './words';

type Choice = Range | 'custom' | 'other';

function customText({ since, until }: Filters): string {
        if (since !== undefined && until !== undefined) return `${dateTime(since)} – ${dateTime(until)}`;
        if (since !== undefined) return w.since(dateTime(since));
        return w.until(dateTime(until ?? 0));
}

function customShort({ since, until }: Filters): string {
        const last = until === undefined ? undefined : until - 1;
        const days = [since, last].filter((at): at is number => at !== undefined).map(date);
        return [...new Set(days)].join(' – ');
}

function RangeChoice() {
        const { filters, set } = useFilters();
        const custom = filters.range === undefined;
        const options: { value: Choice; text: string; title?: string }[] = [
                { value: '24h', text: w.hours24 },
                { value: '7d', text: w.days7 },
                { value: '30d', text: w.days30 },
                { value: '365d', text: w.days365 },
                { value: 'all', text: w.all },
                {
                        value: 'custom',
                        text: custom ? customShort(filters) : w.custom,
                        ...(custom ? { title: customText(filters) } : {}),
                },
        ];
        const choose = (value: Choice) => {
                if (value === 'custom' || value === 'other') shellDialog.value = 'range';
                else set({ range: value });
        };
        const value: Choice = filters.range ?? 'custom';
        const narrow = custom ? [...options, { value: 'other' as const, text: w.custom }] : options;
        return (
                <>
                        <span class="range-wide">
                                <Segmented label={w.range} value={value} options={options} onChange={choose} />
                        </span>
                        <span class="range-narrow">
                                <Select label={w.range} value={value} options={narrow} onValue={choose} />
                        </span>
                </>
        );
}

function chipsOf(filters: Filters): [FilterName, string][] {
        const chips: [FilterName, string][] = [];
        if (filters.jail !== undefined) chips.push(['jail', w.filterJail(filters.jail)]);
        if (filters.country !== undefined)
                chips.push(['country', w.filterCountry(filters.country ? countryName(filters.country) : w.notKnown)]);
        if (filters.network !== undefined)
                chips.push(['network', w.filterNetwork(filters.network ? `AS${filters.network}` : w.notKnown)]);
        if (filters.origin !== undefined) chips.push(['origin', w.filterOrigin(originText(filters.origin))]);
        if (filters.address !== undefined) chips.push(['address', w.filterAddress(filters.address)]);
        return chips;
}

function FilterChips() {
        const { filters, clear } = useFilters();
        const chips = chipsOf(filters);
        if (!chips.length) return null;
        return (
                <div class="filter-chips" role="group" aria-label={w.filters}>
                        {chips.map(([name, text]) => (
                                <Chip key={name} label={w.removeFilter(text)} onRemove={() => clear(name)}>
                                        {text}
                                </Chip>
                        ))}
                        {chips.length > 1 && (
                                <Button kind="quiet" onClick={() => clear('all')}>
                                        {w.clearFilters}
                                </Button>
                        )}
                </div>
        );
}

function Preferences() {
        return (
                <>
                        <Menu
                                label={w.theme}
                                icon="theme"
                                items={[
                                        {
                                                text: w.themeLight,
                                                checked: theme.value === 'light',
                                                run: () => (theme.value = 'light'),
                                        },
                                        {
                                                text: w.themeDark,
                                                checked: theme.value === 'dark',
                                                run: () => (theme.value = 'dark'),
                                        },
                                        {
                                                text: w.themeSystem,
                                                checked: theme.value === 'system',
                                                run: () => (theme.value = 'system'),
                                        },
                                ]}
                        />
                        <Menu
                                label={w.language}
                                class="icon-button language"
                                items={[
                                        {
                                                text: 'English',
                                                checked: language.value === 'en',
                                                run: () => (language.value = 'en'),
                                        },
                                        {
                                                text: 'Deutsch',
                                                checked: language.value === 'de',
                                                run: () => (language.value = 'de'),
                                        },
                                        { text: w.zone, icon: 'jobs', run: () => (shellDialog.value = 'zone') },
                                        { text: w.keys, icon: 'keyboard', run: () => (shellDialog.value = 'keys') },
                                ]}
                        >
                                <span class="only-read">{w.language}: </span>
                                {language.value.toUpperCase()}
                        </Menu>
                </>
        );
}

/** From light to dark and back, whatever the system says. */
export function switchTheme(): void {
        theme.value = shownTheme.value === 'dark' ? 'light' : 'dark';
}

export function TopBar(): ComponentChildren {
        const filtered = pageOf()?.row.filters;
        return (
                <header class="top">
                        {filtered ? (
                                <RangeChoice />
                        ) : (
                                <Link class="brand top-brand" to="/">
                                        <Brand /> BanGUI
                                </Link>
                        )}
                        {filtered && <FilterChips />}
                        <span class="grow" />
                        <button
                                type="button"
                                class="find"
                                aria-keyshortcuts="Control+K"
                                onClick={() => (shellDialog.value = 'palette')}
                        >
                                <Icon name="search" size={16} />
                                <span>{w.search}</span> <kbd aria-hidden="true">Ctrl K</kbd>
                        </button>
                        <Preferences />
                </header>
        );
}
