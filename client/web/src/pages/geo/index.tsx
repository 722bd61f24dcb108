// SPDX-License-Identifier: LGPL-2.1-or-later

/* Which files countries and networks come from, what they know, and looking addresses up. */

import { useAction } from '../../api/action';
import { post } from '../../api/client';
import { follow } from '../../api/operation';
import { useQuery } from '../../api/query';
import type { GeoProperties, GeoStatistics } from '../../api/types';
import { bytes, date, number } from '../../format';
import { Link } from '../../router';
import { Button, Card, Loaded, Notice, Page, Time } from '../../ui';
import { Facts } from '../../ui/table';
import { LookUp } from './look-up';
import { w } from './words';

function File(props: { file: string; type: string; built: number; problem: string; entries: number; size: number }) {
        if (!props.file) return <p class="soft">{w.none}</p>;
        return (
                <>
                        {props.problem && <Notice tone="warn">{props.problem}</Notice>}
                        <Facts
                                facts={[
                                        [w.path, <code>{props.file}</code>],
                                        [w.type, props.type || '–'],
                                        [w.built, props.built ? date(props.built) : '–'],
                                        [w.entries, number(props.entries)],
                                        [w.size, bytes(props.size)],
                                ]}
                        />
                </>
        );
}

function Outside({ on, statistics }: { on: boolean; statistics: GeoStatistics }) {
        return (
                <>
                        <p class={on ? 'warn' : 'soft'}>{on ? w.outsideOn : w.outsideOff}</p>
                        <Facts
                                facts={[
                                        [w.requests, number(statistics.requests)],
                                        [w.asked, number(statistics.asked)],
                                        [w.answered, number(statistics.answered)],
                                        [w.failures, number(statistics.failures)],
                                        [w.memory, number(statistics.cached)],
                                        [w.stored, number(statistics.stored)],
                                        [w.hits, number(statistics.hits)],
                                        statistics.quiet_until_at > 0 && [
                                                w.quiet,
                                                <Time at={statistics.quiet_until_at} />,
                                        ],
                                ]}
                        />
                </>
        );
}

export default function Geo() {
        const geo = useQuery<GeoProperties>('geo', undefined, { events: ['Geo.*'] });
        const statistics = useQuery<GeoStatistics>('geo/stats', undefined, { events: ['Geo.*', 'Job.Properties'] });
        const { busy, run } = useAction();
        const reload = () => follow(post<object>('geo/reload')).then(() => geo.refresh());
        const figures = statistics.data;

        return (
                <Page
                        title={w.title}
                        lead={w.lead}
                        actions={
                                <>
                                        <Button
                                                busy={busy === 'reload'}
                                                onClick={() => void run('reload', reload, w.reloaded)}
                                        >
                                                {w.reload}
                                        </Button>
                                        <Button
                                                busy={busy === 'resolve'}
                                                onClick={() =>
                                                        void run(
                                                                'resolve',
                                                                () => follow(post<object>('geo/re-resolve')),
                                                                w.resolved,
                                                        )
                                                }
                                        >
                                                {w.resolve}
                                        </Button>
                                </>
                        }
                >
                        <Card span={12} title={w.lookUpCard}>
                                <LookUp />
                        </Card>
                        <Card span={4} title={w.countryFile} busy={geo.loading}>
                                <Loaded query={geo}>
                                        {(data) => (
                                                <File
                                                        file={data.country_file}
                                                        type={data.country_type}
                                                        built={data.country_built_at}
                                                        problem={data.country_problem}
                                                        entries={figures?.country_entries ?? 0}
                                                        size={figures?.country_bytes ?? 0}
                                                />
                                        )}
                                </Loaded>
                        </Card>
                        <Card span={4} title={w.networkFile} busy={geo.loading}>
                                <Loaded query={geo}>
                                        {(data) => (
                                                <>
                                                        <File
                                                                file={data.network_file}
                                                                type={data.network_type}
                                                                built={data.network_built_at}
                                                                problem={data.network_problem}
                                                                entries={figures?.network_entries ?? 0}
                                                                size={figures?.network_bytes ?? 0}
                                                        />
                                                        {!data.network_file && <p class="soft">{w.noNetwork}</p>}
                                                </>
                                        )}
                                </Loaded>
                        </Card>
                        <Card
                                span={4}
                                title={w.outsideCard}
                                actions={<Link to="/settings?search=geo">{w.change}</Link>}
                                busy={statistics.loading}
                        >
                                <Loaded query={statistics}>
                                        {(data) => <Outside on={geo.data?.outside ?? false} statistics={data} />}
                                </Loaded>
                        </Card>
                </Page>
        );
}
