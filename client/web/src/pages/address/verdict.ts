// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verdict in a sentence. The daemon has one in English; in other languages it is said from the same facts. */

import type { Explanation } from '../../api/types';
import { duration, list, relative } from '../../format';
import { language } from '../../state/preferences';
import { w } from './words';

export type Standing = 'banned' | 'covered' | 'allowed' | 'free';

export function standingOf(known: Explanation): Standing {
        if (known.banned)
                return 'banned';
        if (known.covered_by.length > 0)
                return 'covered';
        return known.allowed_by.length > 0 ? 'allowed' : 'free';
}

function own(known: Explanation): string {
        const now = known.jails.filter(({ banned }) => banned);
        if (now.length > 0) {
                const longest = Math.max(...now.map(({ remaining }) => (remaining === -1 ? Infinity : (remaining ?? 0))));
                const rest = longest === Infinity ? w.forEver : w.forAnother(duration(longest));
                const before = known.bans_before > 0 ? w.timesBefore(known.bans_before) : '';
                return w.bannedIn(list(now.map(({ jail }) => jail)), rest) + before;
        }
        const wider = known.covered_by[0];
        if (wider)
                return w.coveredBy(wider.address, wider.jail);
        const entry = known.allowed_by[0];
        if (entry)
                return w.allowedBy(entry.entry);
        const last = Math.max(0, ...known.jails.map(({ banned_at }) => banned_at));
        const before = Math.max(known.bans_before, known.jails.length);
        return before > 0 && last > 0 ? w.bannedBefore(before, relative(last)) : w.neverSeen;
}

export function verdictText(known: Explanation): string {
        return language.value === 'en' && known.verdict !== '' ? known.verdict : own(known);
}
