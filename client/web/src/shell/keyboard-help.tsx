// SPDX-License-Identifier: LGPL-2.1-or-later

/* All keys that count now. */

import { letterKeys, setLetterKeys, shortcuts } from '../state/shortcuts';
import { Dialog, Toggle } from '../ui';
import { words } from '../words';
import { closeShellDialog } from './open';

const w = words({
        en: {
                title: 'Keyboard',
                letters: 'Single letters',
                lettersHint: 'Off, if you speak to your computer or press keys by accident. Ctrl+K stays.',
                then: 'then',
                key: 'Key',
                does: 'What it does',
        },
        de: {
                title: 'Tastatur',
                letters: 'Einzelne Buchstaben',
                lettersHint: 'Aus, wenn Sie mit dem Rechner sprechen oder Tasten versehentlich treffen. Strg+K bleibt.',
                then: 'dann',
                key: 'Taste',
                does: 'Wirkung',
        },
});

function Keys({ keys }: { keys: string }) {
        const [first = '', second] = keys.split(' ');
        return (
                <>
                        {first.split('+').map((key) => (
                                <kbd key={key}>{key}</kbd>
                        ))}
                        {second && (
                                <>
                                        {' '}
                                        <span class="soft">{w.then}</span> <kbd>{second}</kbd>
                                </>
                        )}
                </>
        );
}

export default function KeyboardHelp() {
        return (
                <Dialog title={w.title} onClose={closeShellDialog}>
                        <table class="table">
                                <thead class="only-read">
                                        <tr>
                                                <th scope="col">{w.key}</th>
                                                <th scope="col">{w.does}</th>
                                        </tr>
                                </thead>
                                <tbody>
                                        {shortcuts.value.map((one) => (
                                                <tr key={one.keys}>
                                                        <td>
                                                                <Keys keys={one.keys} />
                                                        </td>
                                                        <td>{one.text}</td>
                                                </tr>
                                        ))}
                                </tbody>
                        </table>
                        <Toggle
                                label={w.letters}
                                hint={w.lettersHint}
                                checked={letterKeys.value}
                                onValue={setLetterKeys}
                        />
                </Dialog>
        );
}
