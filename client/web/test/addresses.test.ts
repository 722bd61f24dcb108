// SPDX-License-Identifier: LGPL-2.1-or-later

import assert from 'node:assert/strict';
import test from 'node:test';
import { isAddress, isAddressOrNetwork } from '../src/addresses';

test('addresses: those that are', () => {
        for (const text of [
                '203.0.113.5',
                '0.0.0.0',
                '::',
                '::1',
                '2001:db8::1',
                '1:2:3:4:5:6:7:8',
                '::ffff:192.0.2.1',
        ])
                assert.ok(isAddress(text), text);
});

test('addresses: those that are not', () => {
        for (const text of [
                '',
                '1.2.3',
                '1.2.3.256',
                '01.2.3.4',
                '1:2:3',
                ':::',
                '1::2::3',
                '12345::',
                'fe80::1%eth0',
                'a',
        ])
                assert.ok(!isAddress(text), text);
});

test('addresses: networks', () => {
        assert.ok(isAddressOrNetwork('10.0.0.0/8'));
        assert.ok(isAddressOrNetwork('2001:db8::/32'));
        assert.ok(!isAddressOrNetwork('10.0.0.0/33'));
        assert.ok(!isAddressOrNetwork('10.0.0.0/8/8'));
        assert.ok(!isAddressOrNetwork('/8'));
});
