// SPDX-License-Identifier: LGPL-2.1-or-later

import { number } from '../../format';
import { words } from '../../words';

export const w = words({
        en: {
                title: 'Map',
                lead: (bans: number, countries: number) =>
                        `${number(bans)} ${bans === 1 ? 'ban' : 'bans'} from ${number(countries)} ` +
                        `${countries === 1 ? 'country' : 'countries'}`,
                world: 'Where from',
                worldNote: 'click a country to see its networks and addresses',
                thresholds: 'Change the steps',
                countries: 'Countries',
                country: 'Country',
                bans: 'Bans',
                share: 'Share',
                showAll: 'Show all countries',
                noCountry: 'Not known',
                networks: 'Networks',
                addresses: 'Addresses',
                of: (country: string) => `of ${country}`,
                allCountries: 'of all countries',
                inHistory: 'In the history',
                openAddress: 'Open its page',
                none: 'No bans in this period',
                noneText: 'Choose a longer time range above, or take filters away.',
                noneHere: 'Nothing in this period.',
                longer: 'Show 365 days',
                clear: 'Clear filters',
                notCurrent: (ago: string) => `These figures are from ${ago}.`,
                retry: 'Try again',
                onlyUnknown: 'No ban has a country',
                onlyUnknownText: 'Countries come from a geo file. See which one is used, and what it lacks.',
                openGeo: 'Open Geo',
        },
        de: {
                title: 'Karte',
                lead: (bans: number, countries: number) =>
                        `${number(bans)} ${bans === 1 ? 'Sperre' : 'Sperren'} aus ${number(countries)} ` +
                        `${countries === 1 ? 'Land' : 'Ländern'}`,
                world: 'Woher',
                worldNote: 'ein Land anklicken zeigt seine Netze und Adressen',
                thresholds: 'Stufen ändern',
                countries: 'Länder',
                country: 'Land',
                bans: 'Sperren',
                share: 'Anteil',
                showAll: 'Alle Länder zeigen',
                noCountry: 'Nicht bekannt',
                networks: 'Netze',
                addresses: 'Adressen',
                of: (country: string) => `von ${country}`,
                allCountries: 'aller Länder',
                inHistory: 'Im Verlauf',
                openAddress: 'Ihre Seite öffnen',
                none: 'Keine Sperren in diesem Zeitraum',
                noneText: 'Wähle oben einen längeren Zeitraum oder nimm Filter weg.',
                noneHere: 'Nichts in diesem Zeitraum.',
                longer: '365 Tage zeigen',
                clear: 'Filter aufheben',
                notCurrent: (ago: string) => `Diese Zahlen sind von ${ago}.`,
                retry: 'Noch einmal',
                onlyUnknown: 'Keine Sperre hat ein Land',
                onlyUnknownText: 'Länder kommen aus einer Geo-Datei. Sieh nach, welche benutzt wird und was ihr fehlt.',
                openGeo: 'Geo öffnen',
        },
});
