// SPDX-License-Identifier: LGPL-2.1-or-later

/* Settings: view, access, daemon. */

import { Page } from '../../ui';
import { Daemon } from './daemon';
import { Password } from './password';
import { Sessions } from './sessions';
import { Tokens } from './tokens';
import { View } from './view';
import { w } from './words';
import './settings.css';

export default function Settings() {
        return (
                <Page title={w.title} lead={w.lead}>
                        <View />
                        <Password />
                        <Sessions />
                        <Tokens />
                        <Daemon />
                </Page>
        );
}
