// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * Addresses as numbers
 *
 * Four words of 32 bits for each; IPv4 lies in the last one, and all of it before IPv6. No DOM here.
 */

export const V4 = 4;
export const V6 = 6;
export const NO_ADDRESS = 9;

export interface AddressKey {
        /* V4, V6, or NO_ADDRESS; sorts first. */
        family: number;
        words: [number, number, number, number];
        /* Bits of the network; all of them for an address. */
        bits: number;
}

const NONE: AddressKey = { family: NO_ADDRESS, words: [0, 0, 0, 0], bits: 0 };

function parseV4(text: string): number | null {
        const parts = text.split('.');
        if (parts.length !== 4) return null;
        let value = 0;
        for (const part of parts) {
                if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
                value = value * 256 + Number(part);
        }
        return value;
}

function parseGroups(text: string): number[] | null {
        if (text === '') return [];
        const groups: number[] = [];
        const parts = text.split(':');
        for (const [i, part] of parts.entries()) {
                if (i === parts.length - 1 && part.includes('.')) {
                        const v4 = parseV4(part);
                        if (v4 === null) return null;
                        groups.push(Math.floor(v4 / 65536), v4 % 65536);
                } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
                        groups.push(parseInt(part, 16));
                } else {
                        return null;
                }
        }
        return groups;
}

function parseV6(text: string): [number, number, number, number] | null {
        const halves = text.split('::');
        const head = parseGroups(halves[0] ?? '');
        const tail = halves.length === 2 ? parseGroups(halves[1] ?? '') : [];
        if (!head || !tail || halves.length > 2) return null;
        const missing = 8 - head.length - tail.length;
        if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
        const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
        const word = (i: number) => (groups[2 * i] ?? 0) * 65536 + (groups[2 * i + 1] ?? 0);
        return [word(0), word(1), word(2), word(3)];
}

/** An address, or a network in CIDR form. */
export function addressKey(text: string): AddressKey {
        const [address = '', length, more] = text.split('/');
        if (more !== undefined || (length !== undefined && !/^\d{1,3}$/.test(length))) return NONE;
        if (address.includes(':')) {
                const words = parseV6(address);
                const bits = length === undefined ? 128 : Number(length);
                return words && bits <= 128 ? { family: V6, words, bits } : NONE;
        }
        const value = parseV4(address);
        const bits = length === undefined ? 32 : Number(length);
        return value !== null && bits <= 32 ? { family: V4, words: [0, 0, 0, value], bits } : NONE;
}

export function isAddress(text: string): boolean {
        return addressKey(text).family !== NO_ADDRESS;
}

/** A mask for one of the four words. */
function mask(bits: number): number {
        return bits <= 0 ? 0 : bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0;
}

/** The masks of a network's four words. */
export function masks({ family, bits }: AddressKey): [number, number, number, number] {
        const all = family === V4 ? bits + 96 : bits;
        return [mask(all), mask(all - 32), mask(all - 64), mask(all - 96)];
}

export function inside(network: AddressKey, key: AddressKey): boolean {
        if (network.family !== key.family || key.bits < network.bits || network.family === NO_ADDRESS) return false;
        return masks(network).every((m, i) => ((key.words[i] ?? 0) & m) >>> 0 === ((network.words[i] ?? 0) & m) >>> 0);
}

function v6Text(words: readonly number[]): string {
        const groups = words.flatMap((word) => [Math.floor(word / 65536), word % 65536]);
        let best = { at: -1, length: 1 };
        for (let at = 0; at < 8; at++) {
                let length = 0;
                while (at + length < 8 && groups[at + length] === 0) length++;
                if (length > best.length) best = { at, length };
        }
        const hex = (part: number[]) => part.map((group) => group.toString(16)).join(':');
        if (best.at < 0) return hex(groups);
        return `${hex(groups.slice(0, best.at))}::${hex(groups.slice(best.at + best.length))}`;
}

/** The network around an address: its /24, or its /64; null for what has none. */
export function networkAround(text: string): string | null {
        const key = addressKey(text);
        if (key.family === V4 && key.bits > 24) {
                const value = key.words[3];
                return `${[24, 16, 8].map((shift) => (value >>> shift) & 255).join('.')}.0/24`;
        }
        if (key.family === V6 && key.bits > 64) return `${v6Text([key.words[0], key.words[1], 0, 0])}/64`;
        return null;
}
