// SPDX-License-Identifier: LGPL-2.1-or-later

/* How well a text fits what was typed: letters in order, better when they stand together or begin words. No DOM here.
 */

function plain(text: string): string {
        return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** 0: not at all; more is better. */
export function fuzzyScore(typed: string, text: string): number {
        const wanted = plain(typed).replace(/\s+/g, ' ').trim();
        const offered = plain(text);
        if (!wanted) return 1;
        if (offered.startsWith(wanted)) return 1000 - offered.length;
        const inside = offered.indexOf(wanted);
        if (inside >= 0) return (/\w/.test(offered[inside - 1] ?? ' ') ? 400 : 700) - offered.length;

        let score = 100;
        let at = -1;
        for (const letter of wanted.replace(/ /g, '')) {
                const found = offered.indexOf(letter, at + 1);
                if (found < 0) return 0;
                if (found === at + 1) score += 8;
                else if (!/\w/.test(offered[found - 1] ?? ' ')) score += 6;
                else score -= Math.min(10, found - at);
                at = found;
        }
        return Math.max(1, score - offered.length / 4);
}

/** The best first, at most `most`, those that do not fit left out. */
export function fuzzyPick<T>(typed: string, all: readonly T[], textOf: (one: T) => string, most: number): T[] {
        return all
                .map((one, index) => ({ one, index, score: fuzzyScore(typed, textOf(one)) }))
                .filter(({ score }) => score > 0)
                .sort((a, b) => b.score - a.score || a.index - b.index)
                .slice(0, most)
                .map(({ one }) => one);
}
