// SPDX-License-Identifier: LGPL-2.1-or-later

import { words } from '../words';

export const w = words({
        en: {
                retry: 'Try again',
                close: 'Close',
                cancel: 'Cancel',
                undo: 'Undo',
                dismiss: 'Dismiss',
                remove: 'Remove',
                loading: 'Loading',
                unknownCountry: 'Country not known',
                unknownNetwork: 'Network not known',
                self: 'earned',
                manual: 'by hand',
                blocklist: 'list',
                permanent: 'permanent',
                over: 'over',
                never: 'never',
                optional: 'optional',
                on: 'On',
                off: 'Off',
                jail: 'Jail',
                unreachable: 'The server does not answer. The page tries again by itself.',
                daemonOffline: 'BanGUI’s daemon is not running.',
                daemonOfflineAdvice:
                        'Start it on the server with “systemctl start banguid”, or look at “journalctl -u ' +
                        'banguid”.',
                fail2banOffline: 'fail2ban is not running: start it, or look at its log.',
                startIt: 'Open the server page',
                busy: 'The server has too much to do at the moment. Try again in a little while.',
                timeout: 'The server took too long to answer.',
                notFound: 'There is nothing here.',
                correlation: (id: string) => `Number of the request, for the log: ${id}`,
                forbidden: 'You may not see this',
                forbiddenText: (action: string) => `It needs the permission ${action}.`,
                forbiddenAdvice:
                        'An administrator grants it in the setting “grant” of bangui-rest, or with a polkit rule.',
                scopeAdvice:
                        'The token that is used here covers less. Sign in with the password, or make a token ' +
                        'with more scope.',
                failed: 'This could not be read',
        },
        de: {
                retry: 'Noch einmal',
                close: 'Schließen',
                cancel: 'Abbrechen',
                undo: 'Rückgängig',
                dismiss: 'Ausblenden',
                remove: 'Entfernen',
                loading: 'Lädt',
                unknownCountry: 'Land nicht bekannt',
                unknownNetwork: 'Netz nicht bekannt',
                self: 'selbst verdient',
                manual: 'von Hand',
                blocklist: 'Liste',
                permanent: 'dauerhaft',
                over: 'vorbei',
                never: 'nie',
                optional: 'freiwillig',
                on: 'An',
                off: 'Aus',
                jail: 'Jail',
                unreachable: 'Der Server antwortet nicht. Die Seite versucht es von selbst wieder.',
                daemonOffline: 'Der Dienst von BanGUI läuft nicht.',
                daemonOfflineAdvice:
                        'Starten Sie ihn auf dem Server mit „systemctl start banguid“, oder sehen Sie in ' +
                        '„journalctl -u banguid“ nach.',
                fail2banOffline: 'fail2ban läuft nicht: starten Sie es, oder sehen Sie in sein Protokoll.',
                startIt: 'Seite des Servers öffnen',
                busy: 'Der Server hat gerade zu viel zu tun. Versuchen Sie es gleich noch einmal.',
                timeout: 'Der Server hat zu lange für die Antwort gebraucht.',
                notFound: 'Hier ist nichts.',
                correlation: (id: string) => `Nummer der Anfrage, für das Protokoll: ${id}`,
                forbidden: 'Das dürfen Sie nicht sehen',
                forbiddenText: (action: string) => `Dafür braucht es die Berechtigung ${action}.`,
                forbiddenAdvice:
                        'Ein Verwalter erteilt sie in der Einstellung „grant“ von bangui-rest, oder mit ' +
                        'einer Regel für polkit.',
                scopeAdvice:
                        'Das benutzte Token erlaubt weniger. Melden Sie sich mit dem Passwort an, oder ' +
                        'erzeugen Sie ein Token mit mehr Rechten.',
                failed: 'Das ließ sich nicht lesen',
        },
});
