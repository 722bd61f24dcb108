// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * A log line with the parts marked that the filter took from it
 *
 * A line is what an attacker wrote: it is only ever text.
 */

import type { ComponentChildren } from 'preact';

const SHORTEST = 2;

interface Mark {
        name: string;
        value: string;
}

/* The longest first, so that a part of one does not cut it in two. */
function marksOf(address: string, captured: Record<string, string>): Mark[] {
        const marks = Object.entries(captured).map(([name, value]) => ({ name, value }));
        marks.push({ name: 'address', value: address });
        return marks
                .filter(({ value }) => typeof value === 'string' && value.length >= SHORTEST)
                .sort((a, b) => b.value.length - a.value.length);
}

function cut(text: string, marks: readonly Mark[]): ComponentChildren[] {
        const [mark, ...rest] = marks;
        if (!mark) return text === '' ? [] : [text];
        return text
                .split(mark.value)
                .flatMap((part, i) => [
                        ...(i > 0 ? [<mark title={mark.name}>{mark.value}</mark>] : []),
                        ...cut(part, rest),
                ]);
}

export function MarkedLine({
        line,
        address,
        captured,
}: {
        line: string;
        address: string;
        captured: Record<string, string>;
}) {
        return <>{cut(line, marksOf(address, captured))}</>;
}
