// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * Who runs a network
 *
 * Rows have the number of their autonomous system; its name is asked for those that are seen, by one of their
 * addresses, many at once, and kept.
 */

import { signal, type Signal } from '@preact/signals';
import { post } from '../api/client';
import type { GeoPlace } from '../api/types';

const WAIT = 60;
const AT_ONCE = 200;

const names = new Map<number, Signal<string>>();
const asked = new Map<number, string>();
let timer = 0;

async function ask(): Promise<void> {
        timer = 0;
        const some = [...asked].slice(0, AT_ONCE);
        for (const [network] of some) asked.delete(network);
        if (asked.size > 0) timer = window.setTimeout(() => void ask(), WAIT);
        try {
                const addresses = some.map(([, address]) => address);
                const { rows } = await post<{ rows: GeoPlace[] }>('geo/lookup', { addresses });
                for (const place of rows) {
                        const name = names.get(place.network);
                        if (name) name.value = place.organisation;
                }
        } catch {
                // the number stands for itself
        }
}

/** The name, or nothing until it is known; read while rendering, it follows. `address` is one of the network's. */
export function organisationOf(network: number, address: string): string {
        if (network === 0) return '';
        let name = names.get(network);
        if (!name) {
                name = signal('');
                names.set(network, name);
                asked.set(network, address);
                timer ||= window.setTimeout(() => void ask(), WAIT);
        }
        return name.value;
}

/** Names that an answer brought along. */
export function learnOrganisation(network: number, organisation: string): void {
        if (network === 0 || organisation === '') return;
        const name = names.get(network);
        if (name) name.value = organisation;
        else names.set(network, signal(organisation));
        asked.delete(network);
}
