// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * Banning, unbanning and allowing, each with a way back
 *
 * fail2ban cannot give back the rest of a ban's time: undoing an unban bans again, in the same jails, for a full ban
 * time. Undoing a ban unbans what was new; undoing an allow takes the entry back and bans again what it had lifted.
 */

import { ApiError, del, post, segment, type Accepted } from '../../api/client';
import { follow } from '../../api/operation';
import type { AllowResult, BanResult, UnbanResult } from '../../api/types';
import { confirmDanger, toast, toastError } from '../../ui';
import { w } from './words';

export interface Pair {
        address: string;
        jail: string;
}

const AT_ONCE = 10_000;
const ASK_ABOVE = 500;
export const ALLOW_MOST = 100;

/* The addresses of each jail, in portions that one call takes. */
function portions(pairs: readonly Pair[]): { jail: string; addresses: string[] }[] {
        const jails = new Map<string, string[]>();
        for (const { jail, address } of pairs) {
                const addresses = jails.get(jail);
                if (addresses) addresses.push(address);
                else jails.set(jail, [address]);
        }
        const all: { jail: string; addresses: string[] }[] = [];
        for (const [jail, addresses] of jails)
                for (let at = 0; at < addresses.length; at += AT_ONCE)
                        all.push({ jail, addresses: addresses.slice(at, at + AT_ONCE) });
        return all;
}

export function distinct(pairs: readonly Pair[]): string[] {
        return [...new Set(pairs.map(({ address }) => address))];
}

async function banPairs(pairs: readonly Pair[], reason: string): Promise<number> {
        let banned = 0;
        for (const { jail, addresses } of portions(pairs)) {
                const answer = post<BanResult | Accepted>('bans', { addresses, jails: [jail], reason });
                banned += (await follow<BanResult>(answer)).banned;
        }
        return banned;
}

async function unbanPairs(pairs: readonly Pair[]): Promise<number> {
        let unbanned = 0;
        for (const { jail, addresses } of portions(pairs)) {
                const answer = del<UnbanResult | Accepted>('bans', { addresses, jails: [jail] });
                unbanned += (await follow<UnbanResult>(answer)).unbanned;
        }
        return unbanned;
}

async function banAgain(pairs: readonly Pair[]): Promise<void> {
        toast({ text: w.bannedAgain(await banPairs(pairs, 'undo')), tone: 'good' });
}

/** Whether it was done. */
export async function unban(pairs: readonly Pair[]): Promise<boolean> {
        if (pairs.length === 0) return false;
        const ask = {
                title: w.unbanManyTitle(pairs.length),
                text: w.unbanManyText,
                action: w.unbanManyAction(pairs.length),
        };
        if (pairs.length > ASK_ABOVE && !(await confirmDanger(ask))) return false;
        try {
                const lifted = await unbanPairs(pairs);
                const addresses = distinct(pairs);
                if (lifted === 0) toast({ text: w.absent });
                else
                        toast({
                                text:
                                        addresses.length === 1
                                                ? w.unbannedOne(addresses[0] ?? '')
                                                : w.unbanned(addresses.length),
                                undo: { run: () => banAgain(pairs) },
                        });
                return true;
        } catch (error) {
                toastError(error);
                return false;
        }
}

export async function unbanAll(count: number): Promise<void> {
        const ask = { title: w.unbanAllTitle(count), text: w.unbanAllText, action: w.unbanManyAction(count) };
        if (!(await confirmDanger(ask))) return;
        try {
                const result = await follow<{ unbanned: number }>(del('bans/all'));
                toast({ text: w.unbanAllDone(result.unbanned), tone: 'good' });
        } catch (error) {
                toastError(error);
        }
}

/* The pairs that a ban made; all that were asked for when the answer left them out. */
function madeBy(result: BanResult, addresses: readonly string[], jails: readonly string[]): Pair[] {
        if (result.rows) return result.rows.filter(({ state }) => state === 'banned');
        return addresses.flatMap((address) => jails.map((jail) => ({ address, jail })));
}

async function takeBack(made: readonly Pair[]): Promise<void> {
        const lifted = await unbanPairs(made);
        toast({ text: lifted > 0 ? w.unbanned(distinct(made).length) : w.absent });
}

/** Bans and says so; throws what the daemon refused, WouldLockOut too. */
export async function ban(addresses: string[], jails: string[], reason: string, force: boolean): Promise<void> {
        const body = { addresses, jails, ...(reason ? { reason } : {}), ...(force ? { force } : {}) };
        const result = await follow<BanResult>(post<BanResult | Accepted>('bans', body));
        const made = madeBy(result, addresses, jails);
        const refused = result.requested - result.banned - result.already;
        const also = refused > 0 ? w.refusedN(refused) : '';
        if (result.banned === 0) {
                toast({ text: (refused > 0 ? '' : w.bannedNone) + also, tone: refused > 0 ? 'bad' : 'plain' });
                return;
        }
        const undo = { run: () => takeBack(made) };
        toast({ text: w.banned(result.banned) + also, ...(made.length > 0 ? { undo } : {}) });
}

/** Puts addresses on the allow list, which lifts their bans; `pairs` are the bans in force that are known. */
export async function allow(entries: readonly string[], pairs: readonly Pair[], note = ''): Promise<boolean> {
        if (entries.length > ALLOW_MOST) {
                toast({ text: w.tooMany(ALLOW_MOST), tone: 'bad' });
                return false;
        }
        const added: string[] = [];
        let lifted = 0;
        const takeBack = async () => {
                for (const entry of added) await follow(del<AllowResult | Accepted>(`allow/${segment(entry)}`));
                if (lifted > 0) await banAgain(pairs.filter(({ address }) => added.includes(address)));
        };
        try {
                for (const entry of entries) {
                        const body = { entry, ...(note ? { note } : {}) };
                        try {
                                const result = await follow<AllowResult>(post<AllowResult | Accepted>('allow', body));
                                added.push(entry);
                                lifted += result.unbanned ?? 0;
                        } catch (error) {
                                if (!(error instanceof ApiError && error.code === 'AlreadyExists')) throw error;
                        }
                }
                const text = added.length === 1 ? w.allowedOne(added[0] ?? '', lifted) : w.allowed(added.length);
                toast(added.length === 0 ? { text: w.allowedAlready } : { text, undo: { run: takeBack } });
                return true;
        } catch (error) {
                toastError(error);
                return false;
        }
}
