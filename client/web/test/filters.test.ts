// SPDX-License-Identifier: LGPL-2.1-or-later

import assert from 'node:assert/strict';
import test from 'node:test';
import { changeFilters, readFilters, writeFilters } from '../src/state/filter-values';

function read(query: string) {
        return readFilters(new URLSearchParams(query));
}

test('filters: nothing in the query is the last day', () => {
        assert.equal(read('').range, '24h');
        assert.deepEqual(writeFilters(read('')), { range: '24h' });
        assert.deepEqual(writeFilters(read(''), true), {});
});

test('filters: there and back', () => {
        const query = 'range=7d&jail=sshd&country=CN&network=4134&origin=self&address=203.0.113.0%2F24';
        assert.equal(new URLSearchParams(writeFilters(read(query))).toString(), query);
});

test('filters: without a country and without a network are filters', () => {
        assert.equal(read('country=&network=0').country, '');
        assert.equal(read('country=&network=0').network, 0);
});

test('filters: what is not valid is not there', () => {
        const filters = read('range=century&country=XYZ&network=-1&origin=heaven&since=now');
        assert.deepEqual(writeFilters(filters), { range: '24h' });
});

test('filters: a range and a beginning exclude each other', () => {
        const since = changeFilters(read('range=7d'), { since: 100, until: 200 });
        assert.deepEqual(writeFilters(since), { since: '100', until: '200' });
        assert.deepEqual(writeFilters(changeFilters(since, { range: '30d' })), { range: '30d' });
        assert.equal(changeFilters(since, { since: undefined, until: undefined }).range, '24h');
});
