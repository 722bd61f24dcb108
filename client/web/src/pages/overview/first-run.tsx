// SPDX-License-Identifier: LGPL-2.1-or-later

/* Nothing was ever banned: why that may be, and what to do. */

import type { ComponentChildren } from 'preact';
import { Link } from '../../router';
import { useStatus } from '../../state/status';
import { Card, Icon } from '../../ui';
import { useGeo } from './data';
import { w } from './words';

function Step({ good, to, link, children }: { good: boolean; to: string; link: string; children: ComponentChildren }) {
        return (
                <li class={good ? 'good' : 'warn'}>
                        <Icon name={good ? 'check' : 'warning'} />
                        <span>{children}</span>
                        <Link class="link" to={to}>
                                {link}
                        </Link>
                </li>
        );
}

export function FirstRun() {
        const { data: status } = useStatus();
        const { data: geo } = useGeo();
        if (!status) return null;

        const jails = status.jails.length;
        return (
                <Card title={w.firstTitle} class="first-run">
                        <p class="soft">{w.firstText}</p>
                        <ul>
                                <Step good={status.online} to="/server" link={w.openServer}>
                                        {status.online ? w.firstOnline : w.firstOffline}
                                </Step>
                                <Step good={jails > 0} to="/jails" link={w.openJails}>
                                        {jails > 0 ? w.firstJails(jails) : w.firstNoJails}
                                </Step>
                                {geo && (
                                        <Step good={geo.country_built_at > 0} to="/geo" link={w.openGeo}>
                                                {geo.country_built_at > 0 ? w.firstGeo : w.firstNoGeo}
                                        </Step>
                                )}
                                <li class="soft">
                                        <Icon name="upload" />
                                        <span>{w.firstImport}</span>
                                        <Link class="link" to="/history">
                                                {w.openHistory}
                                        </Link>
                                </li>
                        </ul>
                        <p class="soft">{w.firstWait}</p>
                </Card>
        );
}
