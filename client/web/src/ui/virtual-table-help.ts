// SPDX-License-Identifier: LGPL-2.1-or-later

/* The table's keys in the keyboard help, as long as the table is there. */

import { useMemo } from 'preact/hooks';
import { language } from '../state/preferences';
import { useShortcuts, type Listed } from '../state/shortcuts';
import { words } from '../words';

const w = words({
        en: {
                next: 'Next row',
                previous: 'Row before',
                choose: 'Select the row, with Shift up to the row',
                open: 'Open the row’s page',
                clear: 'Select nothing',
                letters: { u: 'Unban the selected rows', a: 'Never ban the selected rows again' } as Record<
                        string,
                        string
                >,
        },
        de: {
                next: 'Nächste Zeile',
                previous: 'Zeile davor',
                choose: 'Zeile auswählen, mit Umschalt bis zur Zeile',
                open: 'Seite der Zeile öffnen',
                clear: 'Nichts auswählen',
                letters: { u: 'Ausgewählte entsperren', a: 'Ausgewählte nie mehr sperren' },
        },
});

export function useTableHelp(letters: readonly string[]): void {
        const all = letters.join(' ');
        const list = useMemo((): Listed[] => {
                const own = all.split(' ').flatMap((keys) => {
                        const text = w.letters[keys];
                        return text ? [{ keys, text }] : [];
                });
                return [
                        { keys: 'j', text: w.next },
                        { keys: 'k', text: w.previous },
                        { keys: 'Space', text: w.choose },
                        { keys: 'Enter', text: w.open },
                        { keys: 'Escape', text: w.clear },
                        ...own,
                ];
        }, [all, language.value]);
        useShortcuts(list);
}
