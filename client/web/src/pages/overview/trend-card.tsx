// SPDX-License-Identifier: LGPL-2.1-or-later

/* Bans over time. A zoom is a span in the URL; zooming out goes back through what was zoomed, then to the range. */

import { useRef } from 'preact/hooks';
import { Trend } from '../../charts/trend';
import { duration } from '../../format';
import { useFilters, type Filters } from '../../state/filters';
import { Button, Card, Skeleton } from '../../ui';
import type { Overview } from '../../api/types';
import { w } from './words';

const MONTH = 28 * 86_400;

type Span = Pick<Filters, 'range' | 'since' | 'until'>;

function useZoom() {
        const { filters, set } = useFilters();
        const before = useRef<Span[]>([]);
        const { range, since, until } = filters;
        if (range) before.current = [];

        const zoomIn = (from: number, to: number) => {
                before.current.push({ range, since, until });
                set({ since: from, until: to });
        };
        const zoomOut = () => {
                const span = before.current.pop();
                if (span?.since !== undefined || span?.until !== undefined)
                        set({ since: span.since, until: span.until });
                else set({ range: span?.range ?? '24h' });
        };
        return { zoomIn, zoomOut: range ? undefined : zoomOut };
}

export function TrendCard({ data, stale }: { data: Overview | undefined; stale: boolean }) {
        const { filters, set } = useFilters();
        const { zoomIn, zoomOut } = useZoom();
        const seconds = data?.trend.bucket_seconds ?? 0;
        const note = data && w.oneBar(seconds >= MONTH ? w.month : duration(seconds));
        const actions = zoomOut && (
                <Button kind="quiet" icon="minus" onClick={zoomOut}>
                        {w.zoomOut}
                </Button>
        );

        return (
                <Card span={8} title={w.trend} note={note} actions={actions} class="trend-card" busy={stale}>
                        {data ? (
                                <Trend
                                        data={data.trend}
                                        onZoom={zoomIn}
                                        onZoomOut={zoomOut}
                                        jail={filters.jail}
                                        onJail={(jail) => set({ jail })}
                                />
                        ) : (
                                <Skeleton lines={1} height={292} />
                        )}
                </Card>
        );
}
