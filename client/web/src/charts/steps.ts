// SPDX-License-Identifier: LGPL-2.1-or-later

/* The five steps of one hue: 0 is neutral, 4 the deepest. */

/** From how many bans on a country's colour changes, as the settings say. */
export interface Thresholds {
        low: number;
        medium: number;
        high: number;
}

export const STEPS = [0, 1, 2, 3, 4] as const;
export type Step = (typeof STEPS)[number];

export function stepOf(bans: number, { low, medium, high }: Thresholds): Step {
        if (bans <= 0) return 0;
        return bans >= high ? 4 : bans >= medium ? 3 : bans >= low ? 2 : 1;
}

/** First and last number of bans of each step; the last one has no end, and one that is never reached is left out. */
export function stepRanges({ low, medium, high }: Thresholds): { step: Step; from: number; to: number | null }[] {
        const ranges: { step: Step; from: number; to: number | null }[] = [
                { step: 0, from: 0, to: 0 },
                { step: 1, from: 1, to: low - 1 },
                { step: 2, from: Math.max(low, 1), to: medium - 1 },
                { step: 3, from: Math.max(medium, 1), to: high - 1 },
                { step: 4, from: Math.max(high, 1), to: null },
        ];
        return ranges.filter(({ from, to }) => to === null || to >= from);
}

/** One value in so many may be an outlier, which does not make all others pale. */
const OUTLIERS = 40;

/** Thresholds that part values, none of them below 0, into four even steps. */
export function evenThresholds(values: readonly number[]): Thresholds {
        const sorted = [...values].sort((a, b) => b - a);
        const most = sorted[Math.floor(sorted.length / OUTLIERS)] ?? 0;
        const part = (quarters: number) => Math.max(quarters, Math.ceil((most * quarters) / 4));
        return { low: part(1), medium: part(2), high: part(3) };
}
