// SPDX-License-Identifier: LGPL-2.1-or-later

import { useQueryState } from '../../router';
import type { Kind } from './source';

/** Bans, their ends, or both: in the URL. */
export function useKind(): [Kind, (kind: Kind) => void] {
        const [kind, setKind] = useQueryState('kind', 'ban');
        const known: Kind = kind === 'unban' ? 'unban' : kind === 'both' ? '' : 'ban';
        return [known, (next) => setKind(next === '' ? 'both' : next)];
}
