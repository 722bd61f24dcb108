// SPDX-License-Identifier: LGPL-2.1-or-later

import { words } from '../words';

export const w = words({
        en: {
                skip: 'Go to the content',
                main: 'Main',
                more: 'More',
                loadingPage: 'Loading the page',
                notFoundTitle: 'No page here',
                notFoundText: 'The address may be mistyped, or the page has another name now.',
                toOverview: 'Go to the overview',
                brokeTitle: 'This page stopped working',
                brokeText: 'The rest of BanGUI goes on. Try the page again; if it stops again, this is what the log of the browser says too:',
                chunkTitle: 'This page could not be loaded',
                chunkText: 'The server was not reached, or BanGUI was updated while the page was open.',
                reload: 'Reload',
        },
        de: {
                skip: 'Zum Inhalt',
                main: 'Haupt',
                more: 'Mehr',
                loadingPage: 'Die Seite wird geladen',
                notFoundTitle: 'Hier ist keine Seite',
                notFoundText: 'Die Adresse ist vielleicht vertippt, oder die Seite heißt jetzt anders.',
                toOverview: 'Zum Überblick',
                brokeTitle: 'Diese Seite geht nicht mehr',
                brokeText: 'Der Rest von BanGUI läuft weiter. Versuchen Sie die Seite noch einmal; wenn sie wieder abbricht, steht dies auch im Protokoll des Browsers:',
                chunkTitle: 'Diese Seite ließ sich nicht laden',
                chunkText: 'Der Server wurde nicht erreicht, oder BanGUI wurde aktualisiert, während die Seite offen war.',
                reload: 'Neu laden',
        },
});
