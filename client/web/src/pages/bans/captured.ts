// SPDX-License-Identifier: LGPL-2.1-or-later

/* What a filter took from log lines. */

const OWN = /^(mlf.*|fid|ip4|ip6|ip-host|dns|users|matches|failures)$/;

/** What the filter's author named: what fail2ban keeps for itself, or is in none of the lines, says nothing. */
export function telling(
        captured: Record<string, string> | undefined,
        lines: readonly string[],
): Record<string, string> {
        const there = ([name, value]: [string, string]) =>
                !OWN.test(name) && typeof value === 'string' && lines.some((line) => line.includes(value));
        return Object.fromEntries(Object.entries(captured ?? {}).filter(there));
}
