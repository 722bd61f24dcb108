// SPDX-License-Identifier: LGPL-2.1-or-later

/* What the command palette offers for what was typed. */

import { get } from '../api/client';
import type { BanRow, JailStatus, Paged } from '../api/types';
import { countryName } from '../format';
import { names, pages } from '../pages';
import { buildPath, navigate } from '../router';
import { signOut } from '../session';
import { setFilters, withFilters } from '../state/filters';
import { language, theme } from '../state/preferences';
import { Icon, toast, toastError, type IconName } from '../ui';
import { Flag, JailDot } from '../ui/values';
import type { ComponentChildren } from 'preact';
import { fuzzyPick } from './fuzzy';
import { pageOf } from './current-page';
import { shellDialog } from './open';
import { readTyped } from './palette-input';
import { w } from './palette-words';

export interface Command {
        key: string;
        text: string;
        kind: string;
        lead: ComponentChildren;
        run: () => void;
}

const MOST = 12;
const A = 65;
const NO_COUNTRIES = ['EU', 'EZ', 'UN', 'XA', 'XB', 'ZZ', 'QO'];

function icon(name: IconName): ComponentChildren {
        return <Icon name={name} size={16} />;
}

function pageCommands(): Command[] {
        return pages
                .filter((row) => !row.under)
                .map((row) => ({
                        key: row.path,
                        text: names[row.name],
                        kind: w.page,
                        lead: icon(row.icon),
                        run: () => navigate(row.filters ? withFilters(row.path) : row.path),
                }));
}

function jailCommands(jails: readonly JailStatus[]): Command[] {
        return jails.map(({ name }) => ({
                key: `jail ${name}`,
                text: name,
                kind: w.jail,
                lead: <JailDot jail={name} />,
                run: () => navigate(buildPath('/jails/:jail', { jail: name })),
        }));
}

let codes: string[] | null = null;

/* All codes that the browser has a name for, but those of countries that have another one now. */
function countryCodes(): string[] {
        if (codes) return codes;
        const known = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
        codes = [];
        for (let index = 0; index < 26 * 26; index++) {
                const code = String.fromCharCode(A + Math.floor(index / 26), A + (index % 26));
                const current = Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}`;
                if (current && !NO_COUNTRIES.includes(code) && known.of(code)) codes.push(code);
        }
        return codes;
}

function countryCommands(): Command[] {
        return countryCodes().map((code) => ({
                key: `country ${code}`,
                text: w.from(countryName(code)),
                kind: w.country,
                lead: <Flag code={code} />,
                run: () => {
                        if (pageOf()?.row.filters) setFilters({ country: code });
                        else navigate(withFilters('/', { country: code }));
                },
        }));
}

function preferenceCommands(): Command[] {
        const plain = (key: string, text: string, name: IconName, run: () => void): Command => ({
                key,
                text,
                kind: w.command,
                lead: icon(name),
                run,
        });
        return [
                plain('light', w.light, 'theme', () => (theme.value = 'light')),
                plain('dark', w.dark, 'theme', () => (theme.value = 'dark')),
                plain('system', w.system, 'theme', () => (theme.value = 'system')),
                plain('en', w.english, 'edit', () => (language.value = 'en')),
                plain('de', w.german, 'edit', () => (language.value = 'de')),
                plain('keys', w.keys, 'keyboard', () => (shellDialog.value = 'keys')),
                plain('out', w.out, 'logout', () => void signOut().catch(toastError)),
        ];
}

async function unbanAddress(address: string): Promise<void> {
        const { unban } = await import('../pages/bans/actions');
        const { rows } = await get<Paged<BanRow>>('bans/active', { within: address, limit: 500 });
        if (rows.length) await unban(rows);
        else toast({ text: w.notBanned(address) });
}

async function banAddress(address: string, jail: string): Promise<void> {
        const { ban } = await import('../pages/bans/actions');
        await ban([address], jail ? [jail] : [], '', false);
}

async function allowAddress(address: string): Promise<void> {
        const { allow } = await import('../pages/bans/actions');
        const { rows } = await get<Paged<BanRow>>('bans/active', { within: address, limit: 500 });
        await allow([address], rows);
}

/* The verb that was typed comes first, then the others. */
function addressCommands(verb: string | null, address: string, jail: string): Command[] {
        const open = () => navigate(buildPath('/address/:address', { address }));
        const all: (Command & { verb: string })[] = [
                {
                        verb: 'why',
                        key: 'why',
                        text: verb === 'why' ? w.why(address) : w.look(address),
                        kind: w.address,
                        lead: icon('eye'),
                        run: open,
                },
                {
                        verb: 'unban',
                        key: 'unban',
                        text: w.unban(address),
                        kind: w.command,
                        lead: icon('check'),
                        run: () => void unbanAddress(address).catch(toastError),
                },
                {
                        verb: 'ban',
                        key: 'ban',
                        text: w.ban(address, jail),
                        kind: w.command,
                        lead: icon('bans'),
                        run: () => void banAddress(address, jail).catch(toastError),
                },
                {
                        verb: 'allow',
                        key: 'allow',
                        text: w.allow(address),
                        kind: w.command,
                        lead: icon('allow'),
                        run: () => void allowAddress(address).catch(toastError),
                },
        ];
        return all.sort((a, b) => Number(b.verb === verb) - Number(a.verb === verb));
}

/** The commands for a text, the likeliest first. */
export function commandsFor(text: string, jails: readonly JailStatus[]): Command[] {
        const typed = readTyped(text);
        if (typed.address) {
                const jail = jails.find(({ name }) => name === typed.rest)?.name ?? '';
                return addressCommands(typed.verb, typed.address, jail);
        }
        if (typed.verb === 'jail') return fuzzyPick(typed.rest, jailCommands(jails), (one) => one.text, MOST);
        const plain = [...pageCommands(), ...jailCommands(jails), ...preferenceCommands()];
        if (!typed.rest) return plain.slice(0, MOST);
        return fuzzyPick(typed.rest, [...plain, ...countryCommands()], (one) => one.text, MOST);
}
