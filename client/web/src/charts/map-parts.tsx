// SPDX-License-Identifier: LGPL-2.1-or-later

/* What stands around the map: what the colours mean, the buttons, the tooltip and the table of the same figures. */

import { countryName, number, percent } from '../format';
import type { CountryCount } from '../api/types';
import { Flag } from '../ui/values';
import type { Counts } from './map-countries';
import type { PanZoom } from './pan-zoom';
import { stepRanges, type Thresholds } from './steps';
import { w } from './words';

function rangeText(from: number, to: number | null): string {
        if (to === null) return w.andMore(from);
        return from === to ? number(from) : `${number(from)}–${number(to)}`;
}

export function MapLegend({ thresholds }: { thresholds: Thresholds }) {
        return (
                <ul class="map-legend" aria-label={w.steps}>
                        {stepRanges(thresholds).map(({ step, from, to }) => (
                                <li key={step}>
                                        <svg viewBox="0 0 10 10" aria-hidden="true">
                                                <rect class={`step-${step}`} width="10" height="10" rx="2" />
                                        </svg>
                                        {rangeText(from, to)}
                                </li>
                        ))}
                </ul>
        );
}

export function MapButtons({ zoom }: { zoom: PanZoom }) {
        const whole = zoom.view.scale === 1;
        return (
                <div class="map-buttons">
                        <button
                                type="button"
                                aria-label={w.zoomIn}
                                title={`${w.zoomIn} (+)`}
                                onClick={() => zoom.zoomIn()}
                        >
                                +
                        </button>
                        <button
                                type="button"
                                aria-label={w.zoomOut}
                                title={`${w.zoomOut} (−)`}
                                disabled={whole}
                                onClick={() => zoom.zoomOut()}
                        >
                                −
                        </button>
                        <button
                                type="button"
                                aria-label={w.wholeWorld}
                                title={`${w.wholeWorld} (0)`}
                                disabled={whole}
                                onClick={zoom.reset}
                        >
                                <svg viewBox="0 0 16 16" aria-hidden="true">
                                        <path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10" />
                                </svg>
                        </button>
                </div>
        );
}

/** Where the tooltip points to, in shares of the map's width and height. */
export interface TipPlace {
        country: string;
        x: number;
        y: number;
}

export function MapTip({ tip, counts }: { tip: TipPlace; counts: Counts }) {
        const count = counts.get(tip.country);
        const across = tip.x > 0.7 ? 'left' : tip.x < 0.3 ? 'right' : 'middle';
        const side = tip.y < 0.25 ? 'below' : 'above';
        const style = { left: `${(tip.x * 100).toFixed(2)}%`, top: `${(tip.y * 100).toFixed(2)}%` };

        return (
                <div class={`chart-tip map-tip ${across} ${side}`} style={style} aria-hidden="true">
                        <strong>
                                <Flag code={tip.country} /> {countryName(tip.country)}
                        </strong>
                        <span>
                                {w.bans(count?.bans ?? 0)}
                                {count && ` · ${percent(count.share)}`}
                        </span>
                </div>
        );
}

export function MapTwin({ rows }: { rows: readonly CountryCount[] }) {
        return (
                <div class="only-read">
                        <table>
                                <caption>{w.mapTable}</caption>
                                <thead>
                                        <tr>
                                                <th scope="col">{w.country}</th>
                                                <th scope="col">{w.total}</th>
                                                <th scope="col">{w.share}</th>
                                        </tr>
                                </thead>
                                <tbody>
                                        {rows.map(({ country, bans, share }) => (
                                                <tr key={country}>
                                                        <th scope="row">{countryName(country) || '–'}</th>
                                                        <td>{number(bans)}</td>
                                                        <td>{percent(share)}</td>
                                                </tr>
                                        ))}
                                </tbody>
                        </table>
                </div>
        );
}
