// SPDX-License-Identifier: LGPL-2.1-or-later

import { seriesOf } from '../state/series';

/** The last colour, a grey, is shared by all jails that have none of their own. */
export const SHARED = 8;

/** A jail's colour as CSS has it; the same on every page. With the jails in the order of the colours given, by that. */
export function jailColour(jail: string, jails?: readonly string[]): string {
        const place = jails ? jails.indexOf(jail) + 1 : seriesOf(jail);
        return `var(--s${place < 1 || place > SHARED ? SHARED : place})`;
}
