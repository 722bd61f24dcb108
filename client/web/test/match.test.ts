// SPDX-License-Identifier: LGPL-2.1-or-later

import assert from 'node:assert/strict';
import test from 'node:test';
import { belowBase, buildPath, matchPath } from '../src/match';

test('match: a path without parameters fits itself only', () => {
        assert.deepEqual(matchPath('/bans', '/bans'), {});
        assert.deepEqual(matchPath('/', '/'), {});
        assert.equal(matchPath('/bans', '/bans/x'), null);
        assert.equal(matchPath('/bans', '/'), null);
});

test('match: parameters are decoded, and networks survive', () => {
        const path = buildPath('/address/:address', { address: '2001:db8::/32' });
        assert.deepEqual(matchPath('/address/:address', path), { address: '2001:db8::/32' });
        assert.deepEqual(matchPath('/jails/:jail', '/jails/a%20%3Cb%3E'), { jail: 'a <b>' });
});

test('match: what cannot be decoded is no page', () => {
        assert.equal(matchPath('/jails/:jail', '/jails/%E0%A4%A'), null);
});

test('match: the path below the base', () => {
        assert.equal(belowBase('/', '/bans'), '/bans');
        assert.equal(belowBase('/bangui/', '/bangui/bans'), '/bans');
        assert.equal(belowBase('/bangui/', '/bangui'), '/');
        assert.equal(belowBase('/bangui/', '/other'), null);
});
