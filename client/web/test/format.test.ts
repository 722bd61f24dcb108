// SPDX-License-Identifier: LGPL-2.1-or-later

import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import * as format from '../src/format';
import { language, timeZoneChoice } from '../src/state/preferences';

const AT = 1_795_259_071; /* 2026-11-21 11:04:31 UTC */

beforeEach(() => {
        language.value = 'en';
        timeZoneChoice.value = 'UTC';
});

test('format: numbers in both languages', () => {
        assert.equal(format.number(1284), '1,284');
        language.value = 'de';
        assert.equal(format.number(1_284_000), '1.284.000');
});

test('format: shares and changes', () => {
        assert.equal(format.percent(0.293), '29.3 %');
        assert.equal(format.change(-0.08), '−8 %');
        assert.equal(format.change(0.5), '+50 %');
        assert.equal(format.signed(37), '+37');
});

test('format: times follow the time zone', () => {
        assert.equal(format.time(AT), '11:04:31');
        timeZoneChoice.value = 'Asia/Kolkata';
        assert.equal(format.time(AT), '16:34:31');
        assert.equal(format.dateTime(AT), '21/11/2026, 16:34:31');
});

test('format: durations', () => {
        assert.equal(format.duration(-1), 'permanent');
        assert.equal(format.duration(-2), 'not known');
        assert.equal(format.duration(0), '0 s');
        assert.equal(format.duration(11_520), '3 h 12 min');
        assert.equal(format.duration(86_400 * 400), '400 d');
        language.value = 'de';
        assert.equal(format.duration(-1), 'dauerhaft');
        assert.equal(format.duration(90_000), '1 T 1 Std');
});

test('format: what is left', () => {
        assert.equal(format.countdown(729), '12:09');
        assert.equal(format.countdown(3600), '1:00:00');
        assert.equal(format.countdown(2 * 86_400 + 11_529), '2 d 03:12:09');
        assert.equal(format.countdown(-5), '00:00');
});

test('format: relative times', () => {
        assert.equal(format.relative(AT - 3 * 3600, AT), '3 hr ago');
        assert.equal(format.relative(AT, AT), 'now');
        assert.match(format.relative(AT + 2 * 86_400, AT), /^in 2 days$/);
        assert.equal(format.relative(AT + 7 * 86_400, AT), 'in 7 days');
        assert.equal(format.relative(AT + 86_400, AT), 'in 1 day');
        assert.equal(format.relative(AT - 11 * 86_400, AT), '11 days ago');
});

test('format: sizes', () => {
        assert.equal(format.bytes(0), '0 B');
        assert.equal(format.bytes(999), '999 B');
        assert.equal(format.bytes(1_400_000), '1.4 MB');
});

test('format: countries, and codes that are none', () => {
        assert.equal(format.countryName('CN'), 'China');
        assert.equal(format.countryName('<b>'), '<b>');
        language.value = 'de';
        assert.equal(format.countryName('FR'), 'Frankreich');
});
