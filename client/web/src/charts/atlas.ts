// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * The world as outlines on a plane. This file is fetched when a map is about to be seen: it brings the shapes, about
 * 50 kB, with it.
 */

import { geoNaturalEarth1, geoPath, type GeoPermissibleObjects } from 'd3-geo';
import type { Feature, FeatureCollection, Geometry, MultiPolygon, Polygon } from 'geojson';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import world from 'world-atlas/countries-110m.json';
import { countryOfOutline, points } from './countries';

export const WIDTH = 960;
export const HEIGHT = 446;

/** Turned so that the edge of the map runs through the Bering Strait and cuts no country in two. */
const TURN: [number, number] = [-11, 0];
const DIGITS = 2;
const NO_COUNTRY_TO_BAN = 'AQ';

/** One country: its path in the plane, or none when it is a point; x and y are the middle of its greatest part. */
export interface Outline {
        country: string;
        path: string;
        x: number;
        y: number;
        area: number;
}

interface Names {
        name: string;
}

type Country = Feature<Geometry, Names>;

function countries(): { country: string; shape: Country }[] {
        const topology = world as unknown as Topology<{ countries: GeometryCollection<Names> }>;
        const all = feature(topology, topology.objects.countries) as FeatureCollection<Geometry, Names>;

        return all.features.flatMap((shape) => {
                const country = countryOfOutline(shape.id, shape.properties.name);
                return country === undefined || country === NO_COUNTRY_TO_BAN ? [] : [{ country, shape }];
        });
}

/** A country's name stands on its greatest part: the middle of France lies not between Paris and Cayenne. */
function greatestPart(shape: Country, areaOf: (part: GeoPermissibleObjects) => number): GeoPermissibleObjects {
        const geometry = shape.geometry as Polygon | MultiPolygon;
        if (geometry.type === 'Polygon') return geometry;

        const parts = geometry.coordinates.map((coordinates): Polygon => ({ type: 'Polygon', coordinates }));
        return parts.reduce((best, part) => (areaOf(part) > areaOf(best) ? part : best));
}

function draw(): Outline[] {
        const shapes = countries();
        const projection = geoNaturalEarth1().rotate(TURN);
        projection.fitWidth(WIDTH, { type: 'FeatureCollection', features: shapes.map(({ shape }) => shape) });

        const path = geoPath(projection).digits(DIGITS);
        const outlines = new Map<string, Outline>();
        for (const { country, shape } of shapes) {
                const part = greatestPart(shape, (one) => path.area(one));
                const [x, y] = path.centroid(part);
                const area = path.area(part);
                const known = outlines.get(country);
                const drawn = (known?.path ?? '') + (path(shape) ?? '');
                outlines.set(
                        country,
                        known && known.area > area ? { ...known, path: drawn } : { country, path: drawn, x, y, area },
                );
        }
        for (const { country, at } of points) {
                const [x, y] = projection(at) ?? [0, 0];
                outlines.set(country, { country, path: '', x, y, area: 0 });
        }
        return [...outlines.values()];
}

export const outlines = draw();
