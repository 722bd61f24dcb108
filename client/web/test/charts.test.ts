// SPDX-License-Identifier: LGPL-2.1-or-later

import assert from 'node:assert/strict';
import test from 'node:test';
import { bucketEnd, layersOf } from '../src/charts/buckets';
import { jailColour } from '../src/charts/colours';
import { countryOfOutline, points } from '../src/charts/countries';
import { nearest } from '../src/charts/nearest';
import { evenThresholds, stepOf, stepRanges } from '../src/charts/steps';

const thresholds = { low: 20, medium: 50, high: 100 };

test('charts: a country changes its colour where the settings say', () => {
        assert.deepEqual(
                [0, 1, 19, 20, 49, 50, 99, 100, 5000].map((bans) => stepOf(bans, thresholds)),
                [0, 1, 1, 2, 2, 3, 3, 4, 4],
        );
        assert.deepEqual(
                stepRanges(thresholds).map(({ from, to }) => [from, to]),
                [
                        [0, 0],
                        [1, 19],
                        [20, 49],
                        [50, 99],
                        [100, null],
                ],
        );
});

test('charts: the legend leaves out a step that no number reaches', () => {
        const steps = stepRanges({ low: 1, medium: 5, high: 10 }).map(({ step }) => step);
        assert.deepEqual(steps, [0, 2, 3, 4]);
});

test('charts: one outlier does not make all others pale', () => {
        const { low, medium, high } = evenThresholds([...Array<number>(100).fill(40), 1_000_000]);
        assert.deepEqual([low, medium, high], [10, 20, 30]);
        assert.equal(stepOf(0, evenThresholds([0, 0])), 0);
});

test('charts: outlines have the letters of their countries', () => {
        assert.equal(countryOfOutline('156', 'China'), 'CN');
        assert.equal(countryOfOutline('004', 'Afghanistan'), 'AF');
        assert.equal(countryOfOutline(4, 'Afghanistan'), 'AF');
        assert.equal(countryOfOutline(undefined, 'Kosovo'), 'XK');
        assert.equal(countryOfOutline('999', 'nowhere'), undefined);
});

test('charts: small countries have a place', () => {
        const at = new Map(points.map((point) => [point.country, point.at]));
        for (const country of ['SG', 'HK', 'MT', 'MU', 'SC', 'BH', 'LI']) assert.ok(at.has(country), country);
        for (const [country, [longitude, latitude]] of at)
                assert.ok(Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90, country);
});

test('charts: arrow keys go to the nearest place ahead', () => {
        const here = { name: 'here', x: 10, y: 10 };
        const places = [
                here,
                { name: 'far', x: 90, y: 10 },
                { name: 'near', x: 30, y: 12 },
                { name: 'aside', x: 12, y: 40 },
        ];
        assert.equal(nearest(places, here, 'ArrowRight')?.name, 'near');
        assert.equal(nearest(places, here, 'ArrowDown')?.name, 'aside');
        assert.equal(nearest(places, here, 'ArrowLeft'), undefined);
});

test('charts: a trend without jails is one layer, and buckets end where the next begins', () => {
        const data = {
                rows: [
                        { at: 0, bans: 3 },
                        { at: 82_800, bans: 0 },
                ],
                bucket_seconds: 86_400,
        };
        assert.deepEqual(
                layersOf(data).map(({ bans }) => bans),
                [[3, 0]],
        );
        assert.equal(bucketEnd(data, 0), 82_800);
        assert.equal(bucketEnd(data, 1), 169_200);
});

test('charts: jails without a colour of their own are one layer', () => {
        const rows = [{ at: 0, bans: 6 }];
        const series = ['unheard-of', 'unknown', ''].map((jail) => ({ jail, bans: [2] }));
        const layers = layersOf({ rows, series, bucket_seconds: 60 });
        assert.deepEqual(
                layers.map(({ jail, slot, bans }) => ({ jail, slot, bans })),
                [{ jail: '', slot: 8, bans: [6] }],
        );
});

test('charts: a jail’s colour by its place, the last for all others', () => {
        assert.equal(jailColour('b', ['a', 'b']), 'var(--s2)');
        assert.equal(jailColour('z', ['a', 'b']), 'var(--s8)');
});
