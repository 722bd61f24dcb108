// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * The world, each country in one of five steps by its bans. Its shapes come in a file of their own, which is fetched
 * when a map is first shown; until then their place is kept.
 */

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { CountryCount } from '../api/types';
import { language } from '../state/preferences';
import type * as Atlas from './atlas';
import { Countries, Ring, type Counts } from './map-countries';
import { MapButtons, MapLegend, MapTip, MapTwin, type TipPlace } from './map-parts';
import { isDirection, nearest } from './nearest';
import { usePanZoom } from './pan-zoom';
import type { Thresholds } from './steps';
import { w } from './words';
import './steps.css';
import './tip.css';
import './world-map.css';

export interface WorldMapProps {
        rows: readonly CountryCount[];
        thresholds: Thresholds;
        selected?: string | undefined;
        /** Undefined: the country that was chosen is no more. */
        onSelect: (country: string | undefined) => void;
}

/** Where the keys start when nothing was banned yet. */
const SOMEWHERE = 'DE';

/** The shapes are drawn when the page has nothing better to do, but not later than this, in milliseconds. */
const LATEST = 800;

let loaded: typeof Atlas | undefined;

function whenIdle(run: () => void): () => void {
        if (!('requestIdleCallback' in window)) {
                const timer = setTimeout(run, LATEST / 4);
                return () => clearTimeout(timer);
        }
        const request = requestIdleCallback(run, { timeout: LATEST });
        return () => cancelIdleCallback(request);
}

function useAtlas(): typeof Atlas | undefined {
        const [atlas, setAtlas] = useState(loaded);

        useEffect(() => {
                if (atlas) return undefined;
                return whenIdle(() => {
                        void import('./atlas').then((module) => {
                                loaded = module;
                                setAtlas(module);
                        });
                });
        }, [atlas]);
        return atlas;
}

function countryAt(target: EventTarget | null): string | undefined {
        return target instanceof SVGElement ? target.closest<SVGElement>('[data-country]')?.dataset.country : undefined;
}

interface DrawnProps extends Omit<WorldMapProps, 'rows'> {
        atlas: typeof Atlas;
        counts: Counts;
        first: string | undefined;
}

function Drawn({ atlas, counts, first, thresholds, selected, onSelect }: DrawnProps) {
        const { outlines, WIDTH, HEIGHT } = atlas;
        const svg = useRef<SVGSVGElement>(null);
        const zoom = usePanZoom(svg, WIDTH, HEIGHT);
        const { view } = zoom;
        const [walked, setWalked] = useState<string>();
        const [focused, setFocused] = useState(false);
        const [tip, setTip] = useState<TipPlace>();

        const byCountry = useMemo(() => new Map(outlines.map((outline) => [outline.country, outline])), [outlines]);
        const walkable = useMemo(
                () => outlines.filter(({ path, country }) => path || counts.has(country)),
                [outlines, counts],
        );
        const active = [walked, selected, first, SOMEWHERE].find((country) => country && byCountry.has(country)) ?? '';

        const choose = useCallback(
                (country: string | undefined) => country && onSelect(country === selected ? undefined : country),
                [onSelect, selected],
        );

        const walkTo = (country: string) => {
                const outline = byCountry.get(country);
                if (!outline) return;
                setWalked(country);
                setTip(undefined);
                zoom.reveal(outline.x, outline.y);
                svg.current?.querySelector<SVGElement>(`[data-country="${country}"]`)?.focus({ preventScroll: true });
        };

        const keys = (event: JSX.TargetedKeyboardEvent<SVGSVGElement>) => {
                if (event.ctrlKey || event.metaKey || event.altKey) return;
                const from = byCountry.get(countryAt(event.target) ?? active);
                if (isDirection(event.key) && from) {
                        const next = nearest(walkable, from, event.key);
                        if (next) walkTo(next.country);
                } else if (event.key === 'Enter' || event.key === ' ') choose(from?.country);
                else if (event.key === '+' || event.key === '=') zoom.zoomIn(from);
                else if (event.key === '-') zoom.zoomOut(from);
                else if (event.key === '0') zoom.reset();
                else if (event.key === 'Escape') setTip(undefined);
                else return;
                event.preventDefault();
                event.stopPropagation();
        };

        const hover = (event: JSX.TargetedPointerEvent<SVGSVGElement>) => {
                const country = countryAt(event.target);
                const box = event.currentTarget.getBoundingClientRect();
                const x = (event.clientX - box.left) / box.width;
                const y = (event.clientY - box.top) / box.height;
                setTip(country ? { country, x, y } : undefined);
        };

        const focus = (event: JSX.TargetedFocusEvent<SVGSVGElement>) => {
                const country = countryAt(event.target);
                if (!country || !(event.target as SVGElement).matches(':focus-visible')) return;
                setWalked(country);
                setFocused(true);
        };

        const ringed = focused ? byCountry.get(active) : undefined;
        const place =
                tip ??
                (ringed && {
                        country: active,
                        x: (ringed.x * view.scale + view.x) / WIDTH,
                        y: (ringed.y * view.scale + view.y) / HEIGHT,
                });

        return (
                <>
                        <svg
                                ref={svg}
                                class={`map-world ${view.scale > 1 ? 'zoomed' : ''}`}
                                viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
                                role="group"
                                aria-label={`${w.map}. ${w.mapHelp}`}
                                onClick={(event) => !zoom.dragged() && choose(countryAt(event.target))}
                                onKeyDown={keys}
                                onPointerMove={hover}
                                onPointerLeave={() => setTip(undefined)}
                                onFocusIn={focus}
                                onFocusOut={() => setFocused(false)}
                        >
                                <g transform={`translate(${view.x} ${view.y}) scale(${view.scale})`}>
                                        <Countries
                                                outlines={outlines}
                                                counts={counts}
                                                thresholds={thresholds}
                                                selected={selected}
                                                active={active}
                                                scale={view.scale}
                                                language={language.value}
                                        />
                                        <Ring
                                                kind="chosen-ring"
                                                outline={selected ? byCountry.get(selected) : undefined}
                                                scale={view.scale}
                                        />
                                        <Ring kind="focus-ring" outline={ringed} scale={view.scale} />
                                </g>
                        </svg>
                        {place && <MapTip tip={place} counts={counts} />}
                        <MapButtons zoom={zoom} />
                </>
        );
}

export function WorldMap({ rows, thresholds, selected, onSelect }: WorldMapProps) {
        const atlas = useAtlas();
        const counts = useMemo(() => new Map(rows.map((row) => [row.country, row])), [rows]);

        return (
                <div class="map">
                        <div class="map-stage">
                                {atlas && (
                                        <Drawn
                                                atlas={atlas}
                                                counts={counts}
                                                first={rows.find(({ country }) => country)?.country}
                                                thresholds={thresholds}
                                                selected={selected}
                                                onSelect={onSelect}
                                        />
                                )}
                        </div>
                        <div class="map-foot">
                                <MapLegend thresholds={thresholds} />
                                <small>{w.wheelHelp}</small>
                        </div>
                        <MapTwin rows={rows} />
                </div>
        );
}
