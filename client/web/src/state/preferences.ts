// SPDX-License-Identifier: LGPL-2.1-or-later

/* What a person chose for this browser: theme, language, time zone. Kept in localStorage, shared by all its tabs. */

import { computed, effect, signal, type Signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
export type Language = 'en' | 'de';

export const themes: readonly Theme[] = ['system', 'light', 'dark'];
export const languages: readonly Language[] = ['en', 'de'];

function stored(name: string): string | null {
        try {
                return localStorage.getItem(`bangui.${name}`);
        } catch {
                return null;
        }
}

function oneOf<T extends string>(all: readonly T[], value: string | null, otherwise: T): T {
        return all.find((known) => known === value) ?? otherwise;
}

/** Whether the browser knows a time zone by that name. */
export function isTimeZone(name: string): boolean {
        try {
                new Intl.DateTimeFormat('en', { timeZone: name });
                return true;
        } catch {
                return false;
        }
}

function zoneOf(value: string | null): string {
        return value && isTimeZone(value) ? value : '';
}

function browserLanguage(): Language {
        return navigator.language.toLowerCase().startsWith('de') ? 'de' : 'en';
}

export const theme: Signal<Theme> = signal(oneOf(themes, stored('theme'), 'system'));
export const language: Signal<Language> = signal(oneOf(languages, stored('language'), browserLanguage()));
/** An IANA name; empty: the browser's own. */
export const timeZoneChoice: Signal<string> = signal(zoneOf(stored('time-zone')));

/** The browser's time zone; the first call takes a while, so none is made before the first picture. */
export const browserTimeZone = computed(() => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC');
export const timeZone = computed(() => timeZoneChoice.value || browserTimeZone.value);
export const locale = computed(() => (language.value === 'de' ? 'de-DE' : 'en-GB'));

const systemDark = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(systemDark.matches);

/** The theme that is seen; charts that draw on a canvas read their colours anew when it changes. */
export const shownTheme = computed<'light' | 'dark'>(() => {
        if (theme.value !== 'system') return theme.value;
        return systemIsDark.value ? 'dark' : 'light';
});

function keep(name: string, value: string): void {
        try {
                localStorage.setItem(`bangui.${name}`, value);
        } catch {
                // Without storage a choice lasts as long as the page.
        }
}

/** Applies the choices to the document and keeps them. Called once. */
export function startPreferences(): void {
        systemDark.addEventListener('change', () => (systemIsDark.value = systemDark.matches));
        addEventListener('storage', (event) => {
                if (event.key === 'bangui.theme') theme.value = oneOf(themes, event.newValue, 'system');
                if (event.key === 'bangui.language') language.value = oneOf(languages, event.newValue, 'en');
                if (event.key === 'bangui.time-zone') timeZoneChoice.value = zoneOf(event.newValue);
        });
        effect(() => {
                document.documentElement.dataset.theme = shownTheme.value;
                document.documentElement.lang = language.value;
        });
        let first = true;
        effect(() => {
                const choices = { theme: theme.value, language: language.value, 'time-zone': timeZoneChoice.value };
                if (!first) for (const [name, value] of Object.entries(choices)) keep(name, value);
                first = false;
        });
}
