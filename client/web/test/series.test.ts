// SPDX-License-Identifier: LGPL-2.1-or-later

import assert from 'node:assert/strict';
import test from 'node:test';
import { fits } from '../src/api/events';
import { assignSeries } from '../src/state/series';

test('series: up to eight jails have a colour each, by their bans', () => {
        const series = assignSeries([
                { name: 'sshd', total_banned: 9 },
                { name: 'nginx', total_banned: 1 },
        ]);
        assert.deepEqual(
                [...series],
                [
                        ['sshd', 1],
                        ['nginx', 2],
                ],
        );
});

test('series: of more jails the loudest seven', () => {
        const jails = Array.from({ length: 20 }, (_, index) => ({ name: `jail-${index}`, total_banned: index }));
        const series = assignSeries(jails);
        assert.equal(series.size, 7);
        assert.ok(series.has('jail-19') && !series.has('jail-12'));
        assert.equal(Math.max(...series.values()), 7);
});

test('events: patterns', () => {
        assert.ok(fits('Bans.*', 'Bans.Banned') && fits('*', 'X.Y') && fits('Bans.Banned', 'Bans.Banned'));
        assert.ok(!fits('Bans.*', 'BansX.Banned') && !fits('Bans.Banned', 'Bans.Unbanned'));
});
