// SPDX-License-Identifier: LGPL-2.1-or-later

/* Whether a text may be an address or a network. The daemon has the last word; this one only guides. */

function isIpv4(text: string): boolean {
        const parts = text.split('.');
        return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function isIpv6(text: string): boolean {
        if (!text.includes(':') || !/^[0-9a-f:.]+$/i.test(text) || text.includes(':::')) return false;
        const halves = text.split('::');
        if (halves.length > 2) return false;
        const groups = halves.flatMap((half) => (half ? half.split(':') : []));
        const last = groups[groups.length - 1] ?? '';
        const dotted = last.includes('.');
        if (dotted && !isIpv4(last)) return false;
        const plain = dotted ? groups.slice(0, -1) : groups;
        const count = plain.length + (dotted ? 2 : 0);
        const whole = halves.length === 2 ? count < 8 : count === 8;
        return whole && plain.every((group) => /^[0-9a-f]{1,4}$/i.test(group));
}

/** "203.0.113.5", "2001:db8::1" */
export function isAddress(text: string): boolean {
        return isIpv4(text) || isIpv6(text);
}

/** An address, or a network in CIDR form: "203.0.113.0/24" */
export function isAddressOrNetwork(text: string): boolean {
        const [address = '', prefix, ...rest] = text.split('/');
        if (!isAddress(address) || rest.length) return false;
        if (prefix === undefined) return true;
        return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (address.includes(':') ? 128 : 32);
}
