// SPDX-License-Identifier: LGPL-2.1-or-later

/* Bans of a jail over time, in the range of the top bar; a zoom is a span in the URL. */

import { useQuery } from '../../api/query';
import type { Trend as TrendAnswer } from '../../api/types';
import { Trend } from '../../charts/trend';
import { timeZone } from '../../state/preferences';
import { useFilters } from '../../state/filters';
import { Card, Loaded, Skeleton } from '../../ui';
import { w } from './words';

const HEIGHT = 286;

export function JailTrend({ jail }: { jail: string }) {
        const { query, set } = useFilters();
        const asked = { ...query, jail, by: 'jail', timezone: timeZone.value };
        const trend = useQuery<TrendAnswer>('dashboard/bans/trend', asked, { events: ['History.*'] });
        return (
                <Card title={w.trend} span={6} busy={trend.loading}>
                        <Loaded query={trend} skeleton={<Skeleton lines={1} height={HEIGHT} />}>
                                {(data) => <Trend data={data} onZoom={(since, until) => set({ since, until })} />}
                        </Loaded>
                </Card>
        );
}
