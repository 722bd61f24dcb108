// SPDX-License-Identifier: LGPL-2.1-or-later

/* What modules ask a browser for when they are loaded. Has to be the first import. */

const kept = new Map<string, string>();

Object.assign(globalThis, {
        matchMedia: () => ({ matches: false, addEventListener: () => undefined }),
        localStorage: {
                getItem: (name: string) => kept.get(name) ?? null,
                setItem: (name: string, value: string) => kept.set(name, value),
                removeItem: (name: string) => kept.delete(name),
        },
        document: { hidden: false, addEventListener: () => undefined, baseURI: 'http://localhost/' },
});
if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: { language: 'en-GB' } });
