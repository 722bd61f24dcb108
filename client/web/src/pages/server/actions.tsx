// SPDX-License-Identifier: LGPL-2.1-or-later

/* What can be done with fail2ban as a whole. */

import { useAction } from '../../api/action';
import { post } from '../../api/client';
import { follow } from '../../api/operation';
import type { ReloadResult, ServerProperties } from '../../api/types';
import { Button, confirmDanger, toast } from '../../ui';
import { w } from './words';

export function Actions({ server, refresh }: { server: ServerProperties; refresh: () => Promise<void> }) {
        const { busy, run } = useAction();
        const jails = server.jails.length;

        const reload = async () => {
                if (
                        !(await confirmDanger({
                                title: w.reloadAsk(jails),
                                text: w.reloadText,
                                action: w.reload,
                                harmless: true,
                        }))
                )
                        return;
                await run('reload', async () => {
                        const { reloaded, missing, failed } = await follow(post<ReloadResult>('server/reload'));
                        const lost = [...missing, ...Object.entries(failed).map(([jail, why]) => `${jail} (${why})`)];
                        if (lost.length) toast({ text: w.reloadFailed(lost.join(', ')), tone: 'bad' });
                        else toast({ text: w.reloaded(reloaded.length), tone: 'good' });
                        await refresh();
                });
        };
        const restart = async () => {
                const text = w.restartText(jails, server.currently_banned);
                if (await confirmDanger({ title: w.restartAsk, text, action: w.restart }))
                        await run('restart', () => follow(post<object>('server/restart')).then(refresh), w.restarted);
        };
        const start = () => run('start', () => follow(post<object>('server/start')).then(refresh), w.started);

        if (server.state === 'offline')
                return (
                        <Button kind="primary" icon="play" busy={busy === 'start'} onClick={() => void start()}>
                                {w.start}
                        </Button>
                );
        return (
                <>
                        <Button
                                busy={busy === 'probe'}
                                onClick={() => void run('probe', () => post('server/probe').then(refresh), w.probed)}
                        >
                                {w.probe}
                        </Button>
                        <Button
                                busy={busy === 'flush'}
                                onClick={() => void run('flush', () => post('server/flush-logs'), w.flushed)}
                        >
                                {w.flush}
                        </Button>
                        <Button icon="refresh" busy={busy === 'reload'} onClick={() => void reload()}>
                                {w.reload}
                        </Button>
                        <Button kind="danger" busy={busy === 'restart'} onClick={() => void restart()}>
                                {w.restart}
                        </Button>
                </>
        );
}
