// SPDX-License-Identifier: LGPL-2.1-or-later

import assert from 'node:assert/strict';
import test from 'node:test';
import { fromLocal, startOfDay, toLocal } from '../src/state/zone';

const SUMMER = Date.UTC(2026, 6, 1, 10, 0) / 1000;

test('zone: a wall clock there and back', () => {
        for (const zone of ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Auckland'])
                assert.equal(fromLocal(toLocal(SUMMER, zone), zone), SUMMER);
        assert.equal(toLocal(SUMMER, 'Europe/Berlin'), '2026-07-01T12:00');
});

test('zone: summer and winter time', () => {
        assert.equal(fromLocal('2026-03-29T01:59', 'Europe/Berlin'), Date.UTC(2026, 2, 29, 0, 59) / 1000);
        assert.equal(fromLocal('2026-03-29T03:00', 'Europe/Berlin'), Date.UTC(2026, 2, 29, 1, 0) / 1000);
});

test('zone: the start of days, also of those with 23 hours', () => {
        const noon = Date.UTC(2026, 2, 29, 10, 0) / 1000;
        const start = startOfDay(noon, 'Europe/Berlin');
        assert.equal(start, Date.UTC(2026, 2, 28, 23, 0) / 1000);
        assert.equal(startOfDay(noon, 'Europe/Berlin', 1) - start, 23 * 3600);
        assert.equal(start - startOfDay(noon, 'Europe/Berlin', -1), 24 * 3600);
});

test('zone: no time is none', () => {
        assert.equal(fromLocal('', 'UTC'), null);
        assert.equal(fromLocal('2026-13-01T00:00', 'UTC'), null);
});
