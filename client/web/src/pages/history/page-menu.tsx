// SPDX-License-Identifier: LGPL-2.1-or-later

/* What can be done with the archive as a whole: files in and out, and keeping it small. */

import { useState } from 'preact/hooks';
import { apiUrl, post, type Accepted, type Query } from '../../api/client';
import { follow } from '../../api/operation';
import { refreshQueries } from '../../api/query';
import { bytes } from '../../format';
import { useFilters } from '../../state/filters';
import { Menu, toast, toastError, type MenuItem } from '../../ui';
import { ImportDialog } from './import-dialog';
import { PurgeDialog } from './purge-dialog';
import { useKind } from './use-kind';
import { w } from './words';

/* The browser's own download: nothing of it is kept in the page's memory. */
function download(path: string, query: Query): void {
        const link = document.createElement('a');
        link.href = apiUrl(path, query);
        link.download = '';
        link.click();
}

async function run<T extends object>(path: string, done: (result: T) => string): Promise<void> {
        const dismiss = toast({ text: w.working, seconds: 600 });
        try {
                const result = await follow<T>(post<T | Accepted>(path));
                toast({ text: done(result), tone: 'good' });
                refreshQueries('history');
        } catch (error) {
                toastError(error);
        } finally {
                dismiss();
        }
}

export function PageMenu() {
        const { query } = useFilters();
        const [kind] = useKind();
        const [open, setOpen] = useState<'' | 'import' | 'purge'>('');
        const wanted = { ...query, ...(kind ? { kind } : {}) };
        const sync = () =>
                run<{ bans: number; changed: number }>('history/sync', (result) =>
                        w.synced(result.bans, result.changed),
                );
        const compact = () =>
                run<{ bytes_gained: number }>('history/compact', (result) => w.compacted(bytes(result.bytes_gained)));
        const items: MenuItem[] = [
                {
                        text: w.exportCsv,
                        icon: 'download',
                        run: () => download('history/export', { format: 'csv', ...wanted }),
                },
                {
                        text: w.exportJson,
                        icon: 'download',
                        run: () => download('history/export', { format: 'jsonl', ...wanted }),
                },
                { text: w.importLog, icon: 'upload', run: () => setOpen('import') },
                { text: w.sync, icon: 'refresh', run: () => void sync() },
                { text: w.backup, icon: 'download', run: () => download('history/backup', {}) },
                { text: w.compact, icon: 'minus', run: () => void compact() },
                { text: w.purge, icon: 'trash', danger: true, run: () => setOpen('purge') },
        ];
        return (
                <>
                        <Menu label={w.more} icon="more" items={items} />
                        {open === 'import' && <ImportDialog onClose={() => setOpen('')} />}
                        {open === 'purge' && <PurgeDialog onClose={() => setOpen('')} />}
                </>
        );
}
