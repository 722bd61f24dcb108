// SPDX-License-Identifier: LGPL-2.1-or-later

/* A field for addresses, and where they are. What was asked stands in the URL. */

import { useEffect, useState } from 'preact/hooks';
import { post } from '../../api/client';
import type { GeoPlace } from '../../api/types';
import { useQueryState } from '../../router';
import { Address, Button, Country, errorText, Field, Network, TextArea } from '../../ui';
import { Table, type Column } from '../../ui/table';
import { w } from './words';

function source(place: GeoPlace): string {
        if (!place.public) return w.private;
        return { file: w.file, outside: w.outside, '': w.nothing }[place.source];
}

function columns(): Column<GeoPlace>[] {
        return [
                { key: 'address', title: w.address, cell: (place) => <Address address={place.address} /> },
                { key: 'country', title: w.country, cell: (place) => <Country code={place.country} /> },
                {
                        key: 'network',
                        title: w.network,
                        cell: (place) => <Network network={place.network} organisation={place.organisation} />,
                },
                { key: 'source', title: w.source, cell: source },
        ];
}

export function LookUp() {
        const [asked, setAsked] = useQueryState('address');
        const [text, setText] = useState(asked);
        const [rows, setRows] = useState<GeoPlace[]>([]);
        const [error, setError] = useState('');

        useEffect(() => {
                const addresses = asked.split(/[\s,]+/).filter(Boolean);
                setError('');
                if (!addresses.length) {
                        setRows([]);
                        return;
                }
                post<{ rows: GeoPlace[] }>('geo/lookup', { addresses })
                        .then((answer) => setRows(answer.rows))
                        .catch((reason: Error) => setError(errorText(reason)));
        }, [asked]);

        const submit = (event: Event) => {
                event.preventDefault();
                setAsked(text.trim(), true);
        };
        return (
                <>
                        <form onSubmit={submit}>
                                <Field label={w.addresses} hint={w.addressesHint} error={error}>
                                        <TextArea mono rows={2} value={text} onValue={setText} />
                                </Field>
                                <Button type="submit" kind="primary" icon="search">
                                        {w.lookUp}
                                </Button>
                        </form>
                        {rows.length > 0 && (
                                <Table
                                        label={w.results}
                                        columns={columns()}
                                        rows={rows}
                                        rowKey={(place) => place.address}
                                />
                        )}
                </>
        );
}
