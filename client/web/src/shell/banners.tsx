// SPDX-License-Identifier: LGPL-2.1-or-later

/* What is not well, above the page: the server, the daemon or fail2ban is away. One at a time, the nearest first. */

import { useEffect, useState } from 'preact/hooks';
import { bridgeReached, daemonReached } from '../api/client';
import { awayAt, connection, lostAt, reconnect } from '../api/events';
import { refreshQueries } from '../api/query';
import { dateTime, relative } from '../format';
import { Link } from '../router';
import { seconds } from '../state/clock';
import { useStatus } from '../state/status';
import { Button, Notice } from '../ui';
import { pageOf } from './current-page';
import { w } from './words';

const PATIENCE = 3000;
/* A reason that says no more than the title does. */
const PLAIN_REASON = 'fail2ban is not running';

/* Whether something has been so for a while: a stream that comes back at once is not worth a word. */
function useLasting(so: boolean): boolean {
        const [lasting, setLasting] = useState(false);
        useEffect(() => {
                const timer = setTimeout(() => setLasting(so), so ? PATIENCE : 0);
                return () => clearTimeout(timer);
        }, [so]);
        return so && lasting;
}

export function Banners() {
        const status = useStatus();
        const lost = useLasting(connection.value !== 'live' || !bridgeReached.value);
        const away = useLasting(!daemonReached.value);
        if (lost && lostAt.value) {
                const again = () => {
                        reconnect();
                        refreshQueries();
                };
                return (
                        <Notice tone="warn" title={w.lost} actions={<Button onClick={again}>{w.tryNow}</Button>}>
                                {w.lostText(dateTime(lostAt.value), relative(lostAt.value, seconds.value))}
                        </Notice>
                );
        }
        if (away)
                return (
                        <Notice tone="warn" title={w.daemonAway}>
                                {awayAt.value > 0 &&
                                        w.awaySince(dateTime(awayAt.value), relative(awayAt.value, seconds.value))}{' '}
                                {w.daemonAwayText}
                        </Notice>
                );
        if (status.data && !status.data.online && pageOf()?.row.path !== '/server')
                return (
                        <Notice tone="warn" title={w.fail2banAway} actions={<Link to="/server">{w.fail2banLink}</Link>}>
                                {status.data.offline_reason !== PLAIN_REASON && status.data.offline_reason}
                        </Notice>
                );
        return null;
}
