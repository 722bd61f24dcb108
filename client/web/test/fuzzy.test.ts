// SPDX-License-Identifier: LGPL-2.1-or-later

import assert from 'node:assert/strict';
import test from 'node:test';
import { fuzzyPick, fuzzyScore } from '../src/shell/fuzzy';
import { readTyped } from '../src/shell/palette-input';

test('palette: the likeliest comes first', () => {
        const all = ['Bans', 'Bans from Bahrain', 'Jobs', 'Audit', 'nginx-botsearch', 'Überblick'];
        assert.deepEqual(
                fuzzyPick('ban', all, (one) => one, 2),
                ['Bans', 'Bans from Bahrain'],
        );
        assert.deepEqual(
                fuzzyPick('bot', all, (one) => one, 1),
                ['nginx-botsearch'],
        );
        assert.deepEqual(
                fuzzyPick('nxbs', all, (one) => one, 1),
                ['nginx-botsearch'],
        );
        assert.deepEqual(
                fuzzyPick('uber', all, (one) => one, 1),
                ['Überblick'],
        );
        assert.equal(fuzzyScore('xyz', 'Bans'), 0);
});

test('palette: verbs and addresses', () => {
        assert.deepEqual(readTyped('unban 203.0.113.5'), { verb: 'unban', address: '203.0.113.5', rest: '' });
        assert.deepEqual(readTyped(' ban  2001:db8::/32 in sshd'), {
                verb: 'ban',
                address: '2001:db8::/32',
                rest: 'sshd',
        });
        assert.deepEqual(readTyped('203.0.113.5'), { verb: null, address: '203.0.113.5', rest: '' });
        assert.deepEqual(readTyped('jail my jail'), { verb: 'jail', address: '', rest: 'my jail' });
});

test('palette: a verb without an address is a word', () => {
        assert.deepEqual(readTyped('bans'), { verb: null, address: '', rest: 'bans' });
        assert.deepEqual(readTyped('ban'), { verb: null, address: '', rest: 'ban' });
});
