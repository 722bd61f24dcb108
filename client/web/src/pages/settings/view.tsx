// SPDX-License-Identifier: LGPL-2.1-or-later

/* How the page looks, in this browser. */

import { language, theme, timeZoneChoice, type Language, type Theme } from '../../state/preferences';
import { Card, Field, Select } from '../../ui';
import { w } from './words';

const SYSTEM = '';

function zones(): string[] {
        return [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];
}

export function View() {
        const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
        const themes: { value: Theme; text: string }[] = [
                { value: 'system', text: w.system },
                { value: 'light', text: w.light },
                { value: 'dark', text: w.dark },
        ];
        return (
                <Card title={w.view} span={6} class="settings-view">
                        <Field label={w.theme}>
                                <Select<Theme>
                                        value={theme.value}
                                        options={themes}
                                        onValue={(value) => (theme.value = value)}
                                />
                        </Field>
                        <Field label={w.language}>
                                <Select<Language>
                                        value={language.value}
                                        options={[
                                                { value: 'en', text: 'English' },
                                                { value: 'de', text: 'Deutsch' },
                                        ]}
                                        onValue={(value) => (language.value = value)}
                                />
                        </Field>
                        <Field label={w.zone}>
                                <Select
                                        value={timeZoneChoice.value}
                                        options={[
                                                { value: SYSTEM, text: w.zoneSystem(own) },
                                                ...zones().map((zone) => ({ value: zone, text: zone })),
                                        ]}
                                        onValue={(value) => (timeZoneChoice.value = value)}
                                />
                        </Field>
                </Card>
        );
}
