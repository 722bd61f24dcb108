// SPDX-License-Identifier: LGPL-2.1-or-later

/* Why somebody was banned by hand: asked for the rows in sight alone, since few bans are. */

import { segment } from '../../api/client';
import { useQuery } from '../../api/query';
import type { Lookup } from '../../api/types';
import type { ActiveBan } from './active-table';
import { w } from './words';

function Given({ ban }: { ban: ActiveBan }) {
        const lookup = useQuery<Lookup>(`bans/${segment(ban.address)}`);
        const reason = lookup.data?.bans.find((one) => one.jail === ban.jail)?.reason ?? '';
        return <span title={reason}>{reason}</span>;
}

/** A ban that was earned has its failures for a reason. */
export function Reason({ ban }: { ban: ActiveBan }) {
        if (ban.origin === 'manual') return <Given key={`${ban.jail} ${ban.address}`} ban={ban} />;
        return ban.failures > 0 ? <span class="soft">{w.failuresN(ban.failures)}</span> : null;
}
