// SPDX-License-Identifier: LGPL-2.1-or-later

/* Everything about one address or network. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { networkAround } from '../../address-key';
import { del, segment, type Accepted } from '../../api/client';
import { onEvent } from '../../api/events';
import { follow } from '../../api/operation';
import { useQuery } from '../../api/query';
import type { AddressHistory, Explanation } from '../../api/types';
import { buildPath, navigate } from '../../router';
import { Badge, Button, Card, Empty, ErrorState, IconButton, Menu, Notice, Page, Skeleton } from '../../ui';
import { toast, toastError, type MenuItem } from '../../ui';
import { learnOrganisation } from '../../state/organisations';
import { allow, unban, type Pair } from '../bans/actions';
import '../bans/ban-details.css';
import { BanDialog } from '../bans/ban-dialog';
import type { Asked } from '../bans/selection-bar';
import './address.css';
import { FactsCard, ListsCard } from './facts';
import { JailCard } from './jail-card';
import { Neighbours } from './neighbours';
import { SwimLanes } from './swim-lanes';
import { standingOf, verdictText } from './verdict';
import { w } from './words';

function pairsIn(known: Explanation | undefined): Pair[] {
        if (!known) return [];
        const { address, jails } = known;
        return jails.filter(({ banned }) => banned).map(({ jail }) => ({ address, jail }));
}

async function disallow(entry: string): Promise<void> {
        try {
                await follow(del<object | Accepted>(`allow/${segment(entry)}`));
                toast({ text: w.disallowed(entry), undo: { run: () => allow([entry], []) } });
        } catch (error) {
                toastError(error);
        }
}

function Actions({
        address,
        known,
        onBan,
}: {
        address: string;
        known: Explanation | undefined;
        onBan: (asked: Asked) => void;
}) {
        const pairs = pairsIn(known);
        const network = networkAround(address);
        const items: MenuItem[] = [];
        if (network)
                items.push(
                        { text: w.banNetwork(network), icon: 'bans', run: () => onBan({ addresses: [network] }) },
                        {
                                text: w.openNetwork(network),
                                icon: 'right',
                                to: buildPath('/address/:address', { address: network }),
                        },
                );
        for (const { entry, origin } of known?.allowed_by ?? [])
                if (origin === 'bangui')
                        items.push({ text: w.disallow(entry), icon: 'trash', run: () => void disallow(entry) });
        return (
                <>
                        {pairs.length > 0 && (
                                <Button kind="primary" onClick={() => void unban(pairs)}>
                                        {w.unban}
                                </Button>
                        )}
                        <Button icon="bans" onClick={() => onBan({ addresses: [address] })}>
                                {w.ban}
                        </Button>
                        {!known?.allowed_by.length && (
                                <Button icon="allow" onClick={() => void allow([address], pairs)}>
                                        {w.allow}
                                </Button>
                        )}
                        <span class="address-icons">
                                <IconButton icon="copy" label={w.copy} onClick={() => copy(address)} />
                                {items.length > 0 && <Menu label={w.more} icon="more" items={items} />}
                        </span>
                </>
        );
}

function copy(text: string): void {
        void navigator.clipboard?.writeText(text).then(
                () => toast({ text: w.copied }),
                () => undefined,
        );
}

function Verdict({ known }: { known: Explanation | undefined }) {
        const standing = known && standingOf(known);
        const tone = { banned: 'bad', covered: 'warn', allowed: 'good', free: 'soft' } as const;
        const word = { banned: w.banned, covered: w.covered, allowed: w.allowed, free: w.notBanned };
        return (
                <Card class={`verdict verdict-${standing ?? 'open'}`}>
                        {known && standing ? (
                                <>
                                        <Badge tone={tone[standing]}>{word[standing]}</Badge>
                                        <p class="verdict-text">{verdictText(known)}</p>
                                </>
                        ) : (
                                <>
                                        <Skeleton lines={1} height={18} />
                                        <small class="soft">{w.asking}</small>
                                </>
                        )}
                </Card>
        );
}

function Invalid({ address }: { address: string }) {
        return (
                <Page title={address}>
                        <Empty
                                icon="warning"
                                title={w.invalidTitle(address)}
                                actions={<Button onClick={() => navigate('/bans')}>{w.toBans}</Button>}
                        >
                                {w.invalidText}
                        </Empty>
                </Page>
        );
}

/* The explanation only when something of this address changed: telling which rule matched is work. A ban is in the
 * archive a little later. */
function useKnown(address: string) {
        const known = useQuery<Explanation>(`bans/${segment(address)}/explain`);
        const history = useQuery<AddressHistory>(
                `history/${segment(address)}`,
                { limit: 500 },
                { events: ['History.*'], every: 5 },
        );
        const shown = known.data;
        const latest = useRef(shown);
        latest.current = shown;
        useEffect(() => {
                if (shown) learnOrganisation(shown.network, shown.organisation);
        }, [shown]);
        const reread = useRef(async () => {});
        reread.current = async () => {
                await Promise.all([known.refresh(), history.refresh()]);
        };
        useEffect(() => {
                let timer = 0;
                const again = () => {
                        timer ||= window.setTimeout(() => {
                                timer = 0;
                                void reread.current();
                        }, 400);
                };
                const stops = [
                        onEvent('Bans.*', ({ data }) => {
                                if (data.address === address || data.address === latest.current?.address) again();
                        }),
                        onEvent('Bans.Reset', again),
                        onEvent('AllowList.Changed', again),
                ];
                return () => {
                        clearTimeout(timer);
                        stops.forEach((stop) => stop());
                };
        }, [address]);
        return { known, history };
}

function Body({ known, history }: { known: Explanation; history: AddressHistory | undefined }) {
        const bans = history?.rows.some(({ kind }) => kind === 'ban') ?? false;
        return (
                <>
                        <div class="address-main">
                                <Card title={w.timeLine} note={bans ? w.timeLineNote : undefined}>
                                        {history && bans ? (
                                                <SwimLanes rows={history.rows} />
                                        ) : (
                                                <p class="soft">{w.noHistory}</p>
                                        )}
                                </Card>
                                {known.jails.map((jail) => (
                                        <JailCard key={jail.jail} jail={jail} address={known.address} />
                                ))}
                                {known.problems.length > 0 && (
                                        <Notice tone="warn" title={w.earlierProblem}>
                                                {known.problems.map((problem) => (
                                                        <p key={problem}>{problem}</p>
                                                ))}
                                        </Notice>
                                )}
                        </div>
                        <div class="address-side">
                                <FactsCard known={known} history={history} />
                                <ListsCard known={known} />
                                <Neighbours known={known} />
                        </div>
                </>
        );
}

export default function AddressPage({ address }: { address: string }) {
        const { known, history } = useKnown(address);
        const [asked, setAsked] = useState<Asked | null>(null);
        if (known.error?.code === 'AddressInvalid') return <Invalid address={address} />;
        const shown = known.data?.address ?? address;
        return (
                <Page title={shown} actions={<Actions address={shown} known={known.data} onBan={setAsked} />}>
                        {known.error && !known.data ? (
                                <ErrorState error={known.error} retry={() => void known.refresh()} />
                        ) : (
                                <div class="address-page">
                                        <Verdict known={known.data} />
                                        {known.data ? (
                                                <Body known={known.data} history={history.data} />
                                        ) : (
                                                <>
                                                        <div class="address-main">
                                                                <Skeleton lines={3} height={110} />
                                                        </div>
                                                        <div class="address-side">
                                                                <Skeleton lines={2} height={140} />
                                                        </div>
                                                </>
                                        )}
                                </div>
                        )}
                        {asked && <BanDialog {...asked} onClose={() => setAsked(null)} />}
                </Page>
        );
}
