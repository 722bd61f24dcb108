// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * All bans in force, in columns
 *
 * A ban has a slot, which is its id for as long as it lasts; the slot of one that ended is not used again. Numbers lie
 * in typed arrays and texts that repeat are numbered, so that 100,000 bans take about 15 MB and one pass over them some
 * milliseconds. No DOM here.
 */

import type { BanRow, OriginName } from '../../api/types';
import { addressKey } from '../../address-key';

export interface ActiveBan extends Omit<BanRow, 'remaining'> {
        id: number;
        /* Undefined: not known yet. */
        origin: OriginName | undefined;
}

const FIRST_ROOM = 1024;
const ROWS_KEPT = 2000;
/* By the number that the column has. */
export const ORIGINS: readonly (OriginName | undefined)[] = [undefined, 'self', 'manual', 'blocklist'];

/* Texts that repeat, by number. */
class Names {
        readonly texts: string[] = [];
        private readonly numbers = new Map<string, number>();

        number(text: string): number {
                let number = this.numbers.get(text);
                if (number === undefined) {
                        number = this.texts.length;
                        this.texts.push(text);
                        this.numbers.set(text, number);
                }
                return number;
        }

        find(text: string): number {
                return this.numbers.get(text) ?? -1;
        }
}

function grown<T extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(had: T, room: number): T {
        const next = new (had.constructor as new (room: number) => T)(room);
        next.set(had as never);
        return next;
}

export class ActiveTable {
        size = 0; /* slots, those of ended bans too */
        live = 0;
        hasNetworks = false;
        readonly jails = new Names();
        readonly countries = new Names();
        readonly addresses: string[] = [];
        alive = new Uint8Array(FIRST_ROOM);
        jail = new Uint16Array(FIRST_ROOM);
        country = new Uint16Array(FIRST_ROOM);
        network = new Uint32Array(FIRST_ROOM);
        failures = new Uint32Array(FIRST_ROOM);
        count = new Uint32Array(FIRST_ROOM);
        bannedAt = new Float64Array(FIRST_ROOM);
        endsAt = new Float64Array(FIRST_ROOM);
        origin = new Uint8Array(FIRST_ROOM);
        private families = new Uint8Array(FIRST_ROOM);
        private words = new Uint32Array(4 * FIRST_ROOM);
        private lengths = new Uint8Array(FIRST_ROOM);
        private parsed = 0;
        private rows = new Map<number, ActiveBan>();

        private grow(): void {
                const room = 2 * this.alive.length;
                this.alive = grown(this.alive, room);
                this.jail = grown(this.jail, room);
                this.country = grown(this.country, room);
                this.network = grown(this.network, room);
                this.failures = grown(this.failures, room);
                this.count = grown(this.count, room);
                this.bannedAt = grown(this.bannedAt, room);
                this.endsAt = grown(this.endsAt, room);
                this.origin = grown(this.origin, room);
                this.families = grown(this.families, room);
                this.words = grown(this.words, 4 * room);
                this.lengths = grown(this.lengths, room);
        }

        private write(slot: number, ban: BanRow): void {
                this.country[slot] = this.countries.number(ban.country ?? '');
                this.network[slot] = ban.network ?? 0;
                this.hasNetworks ||= ban.network > 0;
                this.failures[slot] = ban.failures;
                this.count[slot] = ban.count;
                this.bannedAt[slot] = ban.banned_at;
                this.endsAt[slot] = ban.ends_at < 0 ? Infinity : ban.ends_at;
                this.rows.delete(slot);
        }

        /** A ban that the table does not have. */
        append(ban: BanRow): number {
                const slot = this.size;
                if (slot === this.alive.length) this.grow();
                this.size++;
                this.live++;
                this.alive[slot] = 1;
                this.jail[slot] = this.jails.number(ban.jail);
                this.addresses.push(ban.address);
                this.write(slot, ban);
                return slot;
        }

        /** The slot of a ban in force; -1: there is none. */
        find(jail: string, address: string): number {
                const number = this.jails.find(jail);
                if (number < 0) return -1;
                for (let slot = this.size - 1; slot >= 0; slot--)
                        if (this.alive[slot] === 1 && this.jail[slot] === number && this.addresses[slot] === address)
                                return slot;
                return -1;
        }

        put(ban: BanRow, slot = this.find(ban.jail, ban.address)): number {
                if (slot < 0) return this.append(ban);
                this.write(slot, ban);
                return slot;
        }

        remove(slot: number): void {
                if (slot < 0 || this.alive[slot] !== 1) return;
                this.alive[slot] = 0;
                this.live--;
        }

        setOrigin(slot: number, origin: OriginName): void {
                const number = ORIGINS.indexOf(origin);
                if (slot < 0 || this.origin[slot] === number) return;
                this.origin[slot] = number;
                this.rows.delete(slot);
        }

        /** By jail and address: for reading all anew. */
        slots(): Map<string, number> {
                const slots = new Map<string, number>();
                for (let slot = 0; slot < this.size; slot++)
                        if (this.alive[slot] === 1)
                                slots.set(`${this.jails.texts[this.jail[slot] ?? 0]}\0${this.addresses[slot]}`, slot);
                return slots;
        }

        jailOf(slot: number): string {
                return this.jails.texts[this.jail[slot] ?? 0] ?? '';
        }

        /** The same object until the ban changes. */
        row(slot: number): ActiveBan {
                let row = this.rows.get(slot);
                if (row) return row;
                const ends = this.endsAt[slot] ?? 0;
                row = {
                        id: slot,
                        jail: this.jailOf(slot),
                        address: this.addresses[slot] ?? '',
                        banned_at: this.bannedAt[slot] ?? 0,
                        ends_at: ends === Infinity ? -1 : ends,
                        failures: this.failures[slot] ?? 0,
                        count: this.count[slot] ?? 0,
                        country: this.countries.texts[this.country[slot] ?? 0] ?? '',
                        network: this.network[slot] ?? 0,
                        origin: ORIGINS[this.origin[slot] ?? 0],
                };
                if (this.rows.size >= ROWS_KEPT) this.rows.clear();
                this.rows.set(slot, row);
                return row;
        }

        /* Addresses are read as numbers only when a sort or a network asks for it. */
        private parse(): void {
                for (; this.parsed < this.size; this.parsed++) {
                        const key = addressKey(this.addresses[this.parsed] ?? '');
                        this.families[this.parsed] = key.family;
                        this.words.set(key.words, 4 * this.parsed);
                        this.lengths[this.parsed] = key.bits;
                }
        }

        /** Compares the addresses of two slots as numbers. */
        byAddress(): (a: number, b: number) => number {
                this.parse();
                const { families, words, lengths, addresses } = this;
                return (a, b) => {
                        const family = (families[a] ?? 0) - (families[b] ?? 0);
                        if (family !== 0) return family;
                        for (let i = 0; i < 4; i++) {
                                const difference = (words[4 * a + i] ?? 0) - (words[4 * b + i] ?? 0);
                                if (difference !== 0) return difference;
                        }
                        const wider = (lengths[a] ?? 0) - (lengths[b] ?? 0);
                        return wider !== 0
                                ? wider
                                : families[a] === 9
                                  ? (addresses[a] ?? '').localeCompare(addresses[b] ?? '')
                                  : 0;
                };
        }

        /** Whether a slot's address lies in a network: family, its four words and their masks, its length. */
        within(
                family: number,
                base: readonly number[],
                masks: readonly number[],
                bits: number,
        ): (slot: number) => boolean {
                this.parse();
                const { families, words, lengths } = this;
                const wanted = base.map((word, i) => (word & (masks[i] ?? 0)) >>> 0);
                return (slot) => {
                        if (families[slot] !== family || (lengths[slot] ?? 0) < bits) return false;
                        for (let i = 0; i < 4; i++)
                                if (((words[4 * slot + i] ?? 0) & (masks[i] ?? 0)) >>> 0 !== wanted[i]) return false;
                        return true;
                };
        }
}
