// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verdict in a sentence: the daemon's, but in the person's language, and with what is left, not a date. */

import type { ExplainedJail, Explanation } from '../../api/types';
import { duration, list, relative } from '../../format';
import { w } from './words';

export type Standing = 'banned' | 'covered' | 'allowed' | 'free';

export function standingOf(known: Explanation): Standing {
        if (known.banned) return 'banned';
        if (known.covered_by.length > 0) return 'covered';
        return known.allowed_by.length > 0 ? 'allowed' : 'free';
}

function whyOf({ origin, failures, findtime }: ExplainedJail): string {
        if (origin === 'manual') return w.becauseHand;
        if (origin === 'blocklist') return w.becauseList;
        return failures > 0 ? w.becauseFailures(failures, findtime === undefined ? '' : duration(findtime)) : '';
}

function bannedText(known: Explanation, now: readonly ExplainedJail[]): string {
        const longest = Math.max(...now.map(({ remaining }) => (remaining === -1 ? Infinity : (remaining ?? 0))));
        const rest = longest === Infinity ? w.forEver : w.forAnother(duration(longest));
        const first = now[0];
        const why = now.length === 1 && first ? whyOf(first) : '';
        const before = known.bans_before > 0 ? w.timesBefore(known.bans_before) : '';
        return w.bannedIn(known.address, list(now.map(({ jail }) => jail)), rest, why) + before;
}

export function verdictText(known: Explanation): string {
        const now = known.jails.filter(({ banned }) => banned);
        const wider = known.covered_by[0];
        const entry = known.allowed_by[0];
        if (now.length > 0) return bannedText(known, now);
        if (wider) return w.coveredBy(known.address, wider.address, wider.jail);
        if (entry) return w.allowedBy(known.address, entry.entry);
        const last = Math.max(0, ...known.jails.map(({ banned_at }) => banned_at));
        const before = Math.max(known.bans_before, known.jails.length);
        return before > 0 && last > 0
                ? w.bannedBefore(known.address, before, relative(last))
                : w.neverSeen(known.address);
}
