// SPDX-License-Identifier: LGPL-2.1-or-later

/* What was typed into the command palette: "unban 203.0.113.5", "jail sshd", an address, or words. No DOM here. */

import { isAddressOrNetwork } from '../addresses';

export type Verb = 'ban' | 'unban' | 'why' | 'allow' | 'jail';

const VERBS: Record<string, Verb> = {
        ban: 'ban',
        block: 'ban',
        sperre: 'ban',
        sperren: 'ban',
        unban: 'unban',
        unblock: 'unban',
        lift: 'unban',
        entsperre: 'unban',
        entsperren: 'unban',
        why: 'why',
        warum: 'why',
        allow: 'allow',
        erlaube: 'allow',
        erlauben: 'allow',
        jail: 'jail',
};

export interface Typed {
        verb: Verb | null;
        /** The address or network, when there is one. */
        address: string;
        /** Further words: the jail of "ban 203.0.113.5 sshd", or all words when there is no verb. */
        rest: string;
}

export function readTyped(text: string): Typed {
        const words = text.trim().split(/\s+/).filter(Boolean);
        const verb = VERBS[(words[0] ?? '').toLowerCase()] ?? null;
        if (verb === 'jail') return { verb, address: '', rest: words.slice(1).join(' ') };

        const others = verb ? words.slice(1) : words;
        const address = others.find(isAddressOrNetwork) ?? '';
        const rest = others.filter((word) => word !== address && !/^(in|jail)$/i.test(word)).join(' ');
        return verb && !address ? { verb: null, address: '', rest: words.join(' ') } : { verb, address, rest };
}
