// SPDX-License-Identifier: LGPL-2.1-or-later

import { words } from '../words';

export const w = words({
        en: {
                login: 'Sign in',
                password: 'Password',
                show: 'Show the password',
                hide: 'Hide the password',
                signIn: 'Sign in',
                wrong: 'That is not the password.',
                left: (n: number) => (n === 1 ? 'One more try before a pause.' : `${n} more tries before a pause.`),
                pause: (s: number) => `Too many wrong tries. You can try again in ${s} s.`,
                forgot: 'Forgotten? On the server, this sets a new one:',
                again: 'Your session has ended',
                againText: 'Sign in to go on. What you have typed stays.',
                leave: 'Leave the page',
                setupTitle: 'Welcome to BanGUI',
                setupText:
                        'Choose the password for this page. It protects everything that BanGUI may do on ' +
                        'this server.',
                repeat: 'The same password again',
                different: 'The two are not the same.',
                setUp: 'Set up BanGUI',
                tooShort: 'At least 8 characters.',
                tooLong: 'At most 1024 bytes.',
                strength: 'Strength',
                scores: ['very weak', 'weak', 'fair', 'good', 'strong'],
                longer: 'Make it longer: four random words are easy to keep in mind.',
                common: 'It is, or looks like, a password that many people use.',
                repeats: 'Repeated letters add nothing.',
                sequence: 'Rows such as “abcd”, “1234” or “qwerty” are guessed first.',
                variety: 'Use more different characters.',
                names: 'Leave out names of this server and of BanGUI.',
                notAllowed: 'The set-up is done on the server itself',
                notAllowedText:
                        'BanGUI has no password yet, and takes the first one only from its own host. Open ' +
                        'this page there, or through a tunnel: “ssh -L 8470:localhost:8470 server”, then ' +
                        'http://localhost:8470/',
                done: 'The set-up was done in the meantime. Sign in with the password that was chosen.',
                toLogin: 'Sign in',
        },
        de: {
                login: 'Anmelden',
                password: 'Passwort',
                show: 'Passwort zeigen',
                hide: 'Passwort verbergen',
                signIn: 'Anmelden',
                wrong: 'Das ist nicht das Passwort.',
                left: (n: number) =>
                        n === 1 ? 'Noch ein Versuch bis zu einer Pause.' : `Noch ${n} Versuche bis zu einer Pause.`,
                pause: (s: number) => `Zu viele falsche Versuche. In ${s} s können Sie es wieder versuchen.`,
                forgot: 'Vergessen? Auf dem Server setzt dies ein neues:',
                again: 'Ihre Sitzung ist zu Ende',
                againText: 'Melden Sie sich an, um weiterzumachen. Was Sie eingegeben haben, bleibt.',
                leave: 'Seite verlassen',
                setupTitle: 'Willkommen bei BanGUI',
                setupText:
                        'Wählen Sie das Passwort für diese Seite. Es schützt alles, was BanGUI auf diesem ' +
                        'Server darf.',
                repeat: 'Dasselbe Passwort noch einmal',
                different: 'Die beiden sind nicht gleich.',
                setUp: 'BanGUI einrichten',
                tooShort: 'Mindestens 8 Zeichen.',
                tooLong: 'Höchstens 1024 Bytes.',
                strength: 'Stärke',
                scores: ['sehr schwach', 'schwach', 'mittel', 'gut', 'stark'],
                longer: 'Machen Sie es länger: vier zufällige Wörter merkt man sich leicht.',
                common: 'Es ist ein Passwort, das viele benutzen, oder ähnelt einem.',
                repeats: 'Wiederholte Zeichen bringen nichts.',
                sequence: 'Reihen wie „abcd“, „1234“ oder „qwertz“ werden zuerst geraten.',
                variety: 'Benutzen Sie mehr verschiedene Zeichen.',
                names: 'Lassen Sie Namen dieses Servers und BanGUIs weg.',
                notAllowed: 'Eingerichtet wird auf dem Server selbst',
                notAllowedText:
                        'BanGUI hat noch kein Passwort und nimmt das erste nur vom eigenen Rechner an. ' +
                        'Öffnen Sie diese Seite dort, oder durch einen Tunnel: „ssh -L 8470:localhost:8470 ' +
                        'server“, dann http://localhost:8470/',
                done: 'Die Einrichtung wurde inzwischen erledigt. Melden Sie sich mit dem gewählten Passwort an.',
                toLogin: 'Anmelden',
        },
});
