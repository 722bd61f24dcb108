// SPDX-License-Identifier: LGPL-2.1-or-later

/* What everybody wants to know first; the shell asks, and pages that ask too share the answer. */

import { useEffect } from 'preact/hooks';
import { useQuery, type QueryState } from '../api/query';
import type { Status } from '../api/types';
import { learnJails } from './series';

const EVENTS = ['Manager.*', 'Server.*', 'Jail.*'] as const;

export function useStatus(): QueryState<Status> {
        const status = useQuery<Status>('dashboard/status', undefined, { events: EVENTS, every: 2 });
        useEffect(() => {
                if (status.data) learnJails(status.data.jails);
        }, [status.data]);
        return status;
}
