// SPDX-License-Identifier: LGPL-2.1-or-later

/* Who was banned more than once in the range. */

import { useEffect } from 'preact/hooks';
import { useQuery } from '../../api/query';
import type { Paged, Repeater } from '../../api/types';
import { number } from '../../format';
import { useQueryState } from '../../router';
import { useFilters } from '../../state/filters';
import { organisationOf } from '../../state/organisations';
import { Address, Bar, Card, Country, Empty, JailName, Loaded, Network, Select, Skeleton, Time } from '../../ui';
import { JailSelect } from '../bans/filter-bar';
import './repeaters.css';
import { w } from './words';

const LIMIT = 200;
const LEAST = ['2', '3', '5', '10', '25', '100'] as const;

function Row({ row, most, networks }: { row: Repeater; most: number; networks: boolean }) {
        return (
                <tr>
                        <td data-label={w.address}>
                                <Address address={row.address} />
                        </td>
                        <td data-label={w.bans} class="repeater-bans">
                                <Bar share={row.bans / most} />
                                <b>{number(row.bans)}</b>
                        </td>
                        <td data-label={w.country}>
                                <Country code={row.country} />
                        </td>
                        {networks && (
                                <td data-label={w.network}>
                                        <Network
                                                network={row.network}
                                                organisation={organisationOf(row.network, row.address)}
                                        />
                                </td>
                        )}
                        <td data-label={w.jails} class="repeater-jails">
                                {row.jails.map((jail) => (
                                        <JailName key={jail} jail={jail} />
                                ))}
                        </td>
                        <td data-label={w.firstAt}>
                                <Time at={row.first_at} />
                        </td>
                        <td data-label={w.lastAt}>
                                <Time at={row.last_at} />
                        </td>
                </tr>
        );
}

function Table({ rows }: { rows: readonly Repeater[] }) {
        const most = Math.max(1, ...rows.map(({ bans }) => bans));
        const networks = rows.some(({ network }) => network > 0);
        return (
                <div class="table-scroll">
                        <table class="table cards repeaters">
                                <thead>
                                        <tr>
                                                <th scope="col">{w.address}</th>
                                                <th scope="col">{w.bans}</th>
                                                <th scope="col">{w.country}</th>
                                                {networks && <th scope="col">{w.network}</th>}
                                                <th scope="col">{w.jails}</th>
                                                <th scope="col">{w.firstAt}</th>
                                                <th scope="col">{w.lastAt}</th>
                                        </tr>
                                </thead>
                                <tbody>
                                        {rows.map((row) => (
                                                <Row key={row.address} row={row} most={most} networks={networks} />
                                        ))}
                                </tbody>
                        </table>
                </div>
        );
}

export function Repeaters({ onLead }: { onLead: (text: string) => void }) {
        const { query } = useFilters();
        const [min, setMin] = useQueryState('min', '2');
        const least = LEAST.find((one) => one === min) ?? '2';
        const found = useQuery<Paged<Repeater>>(
                'history/repeaters',
                { ...query, min: least, limit: LIMIT },
                { events: ['History.*'] },
        );
        const count = found.data?.rows.length;
        useEffect(() => onLead(count === undefined ? '' : w.repeatersFound(count, count === LIMIT)), [count]);
        return (
                <Card
                        class="repeaters-card"
                        title={w.repeatersView}
                        busy={found.stale}
                        actions={
                                <>
                                        <JailSelect />
                                        <Select
                                                label={w.atLeast}
                                                value={least}
                                                options={LEAST.map((value) => ({
                                                        value,
                                                        text: `${w.atLeast} ${w.timesN(Number(value))}`,
                                                }))}
                                                onValue={setMin}
                                        />
                                </>
                        }
                >
                        <Loaded query={found} skeleton={<Skeleton lines={10} height={26} />}>
                                {({ rows }) =>
                                        rows.length > 0 ? (
                                                <Table rows={rows} />
                                        ) : (
                                                <Empty icon="check" title={w.noRepeaters}>
                                                        {w.noRepeatersText}
                                                </Empty>
                                        )
                                }
                        </Loaded>
                </Card>
        );
}
