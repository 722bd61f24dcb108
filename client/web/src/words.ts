// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * Words in the person's language. Each page has its own words beside it:
 *
 *      const w = words({ en: { title: 'Bans', count: (n: number) => `${n} bans` }, de: { title: 'Sperren', ... } });
 *      <h1>{w.title}</h1>
 *
 * Reading a property while rendering follows the language.
 */

import { language, type Language } from './state/preferences';

export { language, type Language } from './state/preferences';

type Widened<T> = { [K in keyof T]: T[K] extends string ? string : T[K] };

export function words<T extends object>(both: { en: T; de: Widened<T> }): Widened<T> {
        const result = {} as Widened<T>;
        for (const key of Object.keys(both.en) as (keyof T)[]) {
                Object.defineProperty(result, key, {
                        enumerable: true,
                        get: () => (both as Record<Language, Widened<T>>)[language.value][key],
                });
        }
        return result;
}
