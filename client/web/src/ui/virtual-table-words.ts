// SPDX-License-Identifier: LGPL-2.1-or-later

import { words } from '../words';

export const tableWords = words({
        en: {
                chooseAll: 'Select all rows',
                choose: 'Select this row',
                details: 'Details',
                select: 'Select',
                columns: 'Columns',
                automatic: 'As many as fit',
                sortBy: 'Sort by',
                ascending: 'Ascending',
                descending: 'Descending',
                loading: 'loading',
        },
        de: {
                chooseAll: 'Alle Zeilen auswählen',
                choose: 'Diese Zeile auswählen',
                details: 'Einzelheiten',
                select: 'Auswahl',
                columns: 'Spalten',
                automatic: 'So viele wie passen',
                sortBy: 'Sortieren nach',
                ascending: 'Aufsteigend',
                descending: 'Absteigend',
                loading: 'wird geladen',
        },
});
