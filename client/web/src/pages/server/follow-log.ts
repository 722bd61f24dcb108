// SPDX-License-Identifier: LGPL-2.1-or-later

/* fail2ban's log as it grows: JSON lines that come as long as the request lives. */

import { request, type Query } from '../../api/client';
import type { LogRow } from '../../api/types';

/** Calls `add` with new lines until `signal` ends it; rejects when the stream ends by itself. */
export async function followLog(query: Query, signal: AbortSignal, add: (rows: LogRow[]) => void): Promise<void> {
        const response = await request('GET', 'server/log/follow', query, undefined, signal);
        if (!response.body) throw new Error('the answer has no body');

        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = '';
        for (;;) {
                const { done, value } = await reader.read();
                if (done) throw new Error('the log ended');
                const lines = (rest + value).split('\n');
                rest = lines.pop() ?? '';
                if (lines.length) add(lines.filter(Boolean).map((line) => JSON.parse(line) as LogRow));
        }
}
