// SPDX-License-Identifier: LGPL-2.1-or-later

/* What happens at this moment. A screen reader is told in sums, and not for each ban. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { dateParts, time } from '../../format';
import { seconds } from '../../state/clock';
import { Address, Button, Card, Flag, JailDot, Skeleton, Time } from '../../ui';
import { useFeed, type Feed, type FeedRow } from './feed-rows';
import { w } from './words';

const TELL_EVERY = 15_000;
const TODAY = 86_400;

function Row({ row }: { row: FeedRow }) {
        const old = seconds.value - row.at > TODAY;
        return (
                <li>
                        <Time at={row.at} live={false}>
                                {old ? dateParts({ day: 'numeric', month: 'short' }, row.at) : time(row.at)}
                        </Time>
                        <span class={`pill pill-${row.kind}`}>{row.kind === 'ban' ? w.ban : w.unban}</span>
                        <Address address={row.address} />
                        <Flag code={row.country} />
                        <small class="soft">
                                <JailDot jail={row.jail} /> {row.jail}
                        </small>
                </li>
        );
}

/** What a screen reader hears of the feed: sums, every quarter of a minute at most. */
function News({ news }: { news: Feed['news'] }) {
        const [text, setText] = useState('');
        const told = useRef({ ban: 0, unban: 0 });
        const latest = useRef(news);
        latest.current = news;

        useEffect(() => {
                const timer = setInterval(() => {
                        const ban = latest.current.ban - told.current.ban;
                        const unban = latest.current.unban - told.current.unban;
                        told.current = latest.current;
                        if (ban + unban > 0) setText(w.feedNews(ban, unban));
                }, TELL_EVERY);
                return () => clearInterval(timer);
        }, []);
        return (
                <div class="only-read" role="status" aria-live="polite">
                        {text}
                </div>
        );
}

export function FeedCard() {
        const feed = useFeed();
        const pause = (
                <Button kind="quiet" icon={feed.paused ? 'play' : 'pause'} onClick={() => feed.setPaused(!feed.paused)}>
                        {feed.paused ? w.resume(feed.waiting) : w.pause}
                </Button>
        );

        return (
                <Card span={4} title={w.live} actions={pause} class="feed-card">
                        {feed.loading && <Skeleton lines={7} height={32} />}
                        {!feed.loading && feed.rows.length === 0 && <p class="card-empty">{w.feedEmpty}</p>}
                        {feed.rows.length > 0 && (
                                <ol class="feed" aria-label={w.feed}>
                                        {feed.rows.map((row) => (
                                                <Row key={row.key} row={row} />
                                        ))}
                                </ol>
                        )}
                        {!feed.paused && <News news={feed.news} />}
                </Card>
        );
}
