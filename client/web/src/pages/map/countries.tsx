// SPDX-License-Identifier: LGPL-2.1-or-later

/* The table beside the map: every country that has bans, or the one that is chosen. */

import type { ComponentChildren } from 'preact';
import type { CountryCount } from '../../api/types';
import { stepOf, type Thresholds } from '../../charts/steps';
import { countryName, number, percent } from '../../format';
import { useQueryState } from '../../router';
import { Bar, Button, Card, Flag } from '../../ui';
import { w } from './words';

type Order = 'bans' | 'name';

interface CountriesProps {
        rows: readonly CountryCount[];
        thresholds: Thresholds;
        /** Two letters; empty: bans without a country. */
        chosen: string | undefined;
        onChoose: (country: string | undefined) => void;
}

function sorted(rows: readonly CountryCount[], order: Order): CountryCount[] {
        const names = new Map(rows.map(({ country }) => [country, country ? countryName(country) : '']));
        return [...rows].sort((a, b) =>
                order === 'name'
                        ? (names.get(a.country) ?? '').localeCompare(names.get(b.country) ?? '')
                        : b.bans - a.bans,
        );
}

interface HeadProps {
        order: Order;
        by: Order;
        number?: boolean;
        onOrder: (order: Order) => void;
        children: ComponentChildren;
}

function Head({ order, by, number: right, onOrder, children }: HeadProps) {
        const now = order === by;
        return (
                <th
                        scope="col"
                        class={right ? 'number' : ''}
                        aria-sort={now ? (by === 'name' ? 'ascending' : 'descending') : undefined}
                >
                        <button type="button" class={now ? 'sorted' : ''} onClick={() => onOrder(by)}>
                                {children}
                                <span aria-hidden="true">{now ? (by === 'name' ? ' ↑' : ' ↓') : ''}</span>
                        </button>
                </th>
        );
}

interface RowProps extends Pick<CountriesProps, 'thresholds' | 'chosen' | 'onChoose'> {
        row: CountryCount;
        most: number;
}

function Row({ row: { country, bans, share }, most, thresholds, chosen, onChoose }: RowProps) {
        const selected = chosen === country;
        return (
                <tr class={selected ? 'selected' : ''}>
                        <th scope="row">
                                <button
                                        type="button"
                                        aria-pressed={selected}
                                        onClick={() => onChoose(selected ? undefined : country)}
                                >
                                        <svg class="step" viewBox="0 0 10 10" aria-hidden="true">
                                                <rect
                                                        class={`step-${stepOf(bans, thresholds)}`}
                                                        width="10"
                                                        height="10"
                                                        rx="2"
                                                />
                                        </svg>
                                        <Flag code={country} />
                                        <span>{country ? countryName(country) : w.noCountry}</span>
                                </button>
                        </th>
                        <td class="share-bar">
                                <Bar share={bans / most} />
                        </td>
                        <td class="number">
                                <b>{number(bans)}</b>
                        </td>
                        <td class="number soft">{percent(share)}</td>
                </tr>
        );
}

export function CountriesCard({ rows, thresholds, chosen, onChoose }: CountriesProps) {
        const [text, setOrder] = useQueryState('sort', 'bans');
        const order: Order = text === 'name' ? 'name' : 'bans';
        const most = Math.max(1, ...rows.map(({ bans }) => bans));
        const shown = chosen === undefined ? rows : rows.filter(({ country }) => country === chosen);
        const all = chosen !== undefined && (
                <Button kind="quiet" onClick={() => onChoose(undefined)}>
                        {w.showAll}
                </Button>
        );

        return (
                <Card span={4} title={w.countries} note={number(shown.length)} actions={all} class="countries-card">
                        <div class="countries-scroll">
                                <table class="table countries">
                                        <caption class="only-read">{w.countries}</caption>
                                        <thead>
                                                <tr>
                                                        <Head order={order} by="name" onOrder={setOrder}>
                                                                {w.country}
                                                        </Head>
                                                        <td aria-hidden="true" />
                                                        <Head order={order} by="bans" number onOrder={setOrder}>
                                                                {w.bans}
                                                        </Head>
                                                        <th scope="col" class="number">
                                                                {w.share}
                                                        </th>
                                                </tr>
                                        </thead>
                                        <tbody>
                                                {sorted(shown, order).map((row) => (
                                                        <Row
                                                                key={row.country}
                                                                row={row}
                                                                most={most}
                                                                thresholds={thresholds}
                                                                chosen={chosen}
                                                                onChoose={onChoose}
                                                        />
                                                ))}
                                        </tbody>
                                </table>
                        </div>
                </Card>
        );
}
