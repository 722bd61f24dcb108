// SPDX-License-Identifier: LGPL-2.1-or-later

/* The countries themselves, drawn once for each change of the figures and not while the map is moved. */

import { memo } from './memo';
import { countryName, percent } from '../format';
import type { CountryCount } from '../api/types';
import type { Outline } from './atlas';
import { stepOf, type Thresholds } from './steps';
import { w } from './words';

const POINT_BANNED = 4.5;
const POINT_QUIET = 2;

export type Counts = ReadonlyMap<string, CountryCount>;

export function countryLabel(country: string, counts: Counts): string {
        const count = counts.get(country);
        const bans = w.bans(count?.bans ?? 0);
        return `${countryName(country)}: ${count ? `${bans}, ${percent(count.share)}` : bans}`;
}

interface CountriesProps {
        outlines: readonly Outline[];
        counts: Counts;
        thresholds: Thresholds;
        selected: string | undefined;
        active: string;
        scale: number;
        language: string;
}

interface CountryProps extends Omit<CountriesProps, 'outlines' | 'language'> {
        outline: Outline;
}

function Country({ outline, counts, thresholds, selected, active, scale }: CountryProps) {
        const { country, path, x, y } = outline;
        const bans = counts.get(country)?.bans ?? 0;
        const chosen = country === selected;
        const faded = selected !== undefined && !chosen && bans > 0 ? ' faded' : '';
        const common = {
                class: `country step-${stepOf(bans, thresholds)}${faded}`,
                'data-country': country,
                role: 'button' as const,
                tabindex: country === active ? 0 : -1,
                'aria-pressed': chosen,
                'aria-label': countryLabel(country, counts),
        };

        if (path) return <path {...common} d={path} />;
        return (
                <circle
                        {...common}
                        cx={x}
                        cy={y}
                        r={(bans > 0 || chosen ? POINT_BANNED : POINT_QUIET) / Math.sqrt(scale)}
                />
        );
}

export const Countries = memo(({ outlines, ...rest }: CountriesProps) => (
        <>
                {outlines.map((outline) => (
                        <Country key={outline.country} outline={outline} {...rest} />
                ))}
        </>
));

/** The line around a country, drawn above its neighbours. */
export function Ring({ outline, scale, kind }: { outline: Outline | undefined; scale: number; kind: string }) {
        if (!outline) return null;
        if (outline.path) return <path class={kind} d={outline.path} aria-hidden="true" />;

        const radius = (POINT_BANNED + 1.5) / Math.sqrt(scale);
        return <circle class={kind} cx={outline.x} cy={outline.y} r={radius} aria-hidden="true" />;
}
