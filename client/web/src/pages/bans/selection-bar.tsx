// SPDX-License-Identifier: LGPL-2.1-or-later

/* What can be done with the bans that are selected; stands in place of the filters, so that nothing moves. */

import { useMemo, useState } from 'preact/hooks';
import { Button } from '../../ui';
import type { Rows } from '../../ui/virtual-table';
import type { Selection } from '../../ui/virtual-table-selection';
import { allow, distinct, unban, type Pair } from './actions';
import { w } from './words';

/* Above it, how many addresses they are is only found out when something is done. */
const COUNTED = 2000;

export interface Asked {
        addresses: string[];
        jails?: string[];
}

export function pairsOf(rows: Rows<Pair>, selection: Selection): Pair[] {
        const pairs: Pair[] = [];
        for (let i = 0; i < rows.count; i++) {
                const ban = selection.has(rows.id(i)) ? rows.at(i) : undefined;
                if (ban) pairs.push({ address: ban.address, jail: ban.jail });
        }
        return pairs;
}

export function SelectionBar({
        rows,
        selection,
        onBan,
}: {
        rows: Rows<Pair>;
        selection: Selection;
        onBan: (asked: Asked) => void;
}) {
        const [busy, setBusy] = useState('');
        const count = selection.count.value;
        const few = count <= COUNTED;
        const pairs = () => pairsOf(rows, selection);
        const addresses = useMemo(() => (few ? distinct(pairs()).length : 0), [few && rows, selection.ids]);
        const run = (name: string, action: () => Promise<boolean>) => {
                setBusy(name);
                void action().then((done) => {
                        if (done) selection.clear();
                        setBusy('');
                });
        };
        return (
                <div class="table-tools table-selection" role="toolbar" aria-label={w.selected(count)}>
                        <strong aria-live="polite">{w.selected(count)}</strong>
                        <Button
                                kind="primary"
                                busy={busy === 'unban'}
                                onClick={() => run('unban', () => unban(pairs()))}
                        >
                                {few ? w.unbanN(addresses) : w.unbanManyAction(count)}
                        </Button>
                        {few && (
                                <>
                                        <Button
                                                busy={busy === 'allow'}
                                                onClick={() => run('allow', () => allow(distinct(pairs()), pairs()))}
                                        >
                                                {w.allowN(addresses)}
                                        </Button>
                                        <Button onClick={() => onBan({ addresses: distinct(pairs()) })}>
                                                {w.banN(addresses)}
                                        </Button>
                                </>
                        )}
                        <Button kind="quiet" onClick={() => selection.clear()}>
                                {w.clear}
                        </Button>
                </div>
        );
}
