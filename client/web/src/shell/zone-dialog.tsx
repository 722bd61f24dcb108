// SPDX-License-Identifier: LGPL-2.1-or-later

/* The time zone in which times are shown. */

import { dateTimeZone } from '../format';
import { seconds } from '../state/clock';
import { browserTimeZone, timeZoneChoice } from '../state/preferences';
import { Dialog, Field, Select } from '../ui';
import { closeShellDialog } from './open';
import { w } from './words';

function zones(): string[] {
        const known = Intl.supportedValuesOf('timeZone');
        return known.includes('UTC') ? known : ['UTC', ...known];
}

export default function ZoneDialog() {
        const options = [
                { value: '', text: w.zoneBrowser(browserTimeZone.value) },
                ...zones().map((zone) => ({ value: zone, text: zone.replaceAll('_', ' ') })),
        ];
        return (
                <Dialog title={w.zoneTitle} onClose={closeShellDialog}>
                        <Field label={w.zoneTitle} hint={w.zoneText}>
                                <Select
                                        value={timeZoneChoice.value}
                                        options={options}
                                        onValue={(zone) => (timeZoneChoice.value = zone)}
                                />
                        </Field>
                        <p>
                                <time>{dateTimeZone(seconds.value)}</time>
                        </p>
                </Dialog>
        );
}
