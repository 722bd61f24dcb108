// SPDX-License-Identifier: LGPL-2.1-or-later

import assert from 'node:assert/strict';
import test from 'node:test';
import { language, words } from '../src/words';

test('words: they follow the language', () => {
        const w = words({
                en: { title: 'Bans', count: (n: number) => `${n} bans` },
                de: { title: 'Sperren', count: (n: number) => `${n} Sperren` },
        });
        language.value = 'en';
        assert.equal(w.title, 'Bans');
        language.value = 'de';
        assert.equal(w.title, 'Sperren');
        assert.equal(w.count(3), '3 Sperren');
});
