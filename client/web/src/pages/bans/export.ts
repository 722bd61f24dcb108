// SPDX-License-Identifier: LGPL-2.1-or-later

/* The bans that are listed as a file, made here: they are all in memory. */

import type { Rows } from '../../ui/virtual-table';
import type { ActiveBan } from './active-table';

const KEYS = ['jail', 'address', 'banned_at', 'ends_at', 'failures', 'count', 'country', 'network', 'origin'] as const;
const PIECE = 5000;

/* A spreadsheet takes such a text for a formula: it gets an apostrophe in front. */
function csvText(value: unknown): string {
        const text = String(value ?? '');
        const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
        return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csvLine(ban: ActiveBan): string {
        return KEYS.map((key) => csvText(ban[key])).join(',');
}

function jsonLine(ban: ActiveBan): string {
        return JSON.stringify(Object.fromEntries(KEYS.map((key) => [key, ban[key]])));
}

function save(parts: string[], type: string, name: string): void {
        const url = URL.createObjectURL(new Blob(parts, { type }));
        const link = document.createElement('a');
        link.href = url;
        link.download = name;
        link.click();
        setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function exportBans(format: 'csv' | 'json', bans: Rows<ActiveBan>): void {
        const csv = format === 'csv';
        const parts: string[] = [csv ? `${KEYS.join(',')}\r\n` : '['];
        let piece: string[] = [];
        for (let i = 0; i < bans.count; i++) {
                const ban = bans.at(i);
                if (ban) piece.push(csv ? `${csvLine(ban)}\r\n` : `${i > 0 ? ',' : ''}\n${jsonLine(ban)}`);
                if (piece.length >= PIECE) {
                        parts.push(piece.join(''));
                        piece = [];
                }
        }
        parts.push(piece.join(''), csv ? '' : '\n]\n');
        const day = new Date().toISOString().slice(0, 16).replace(/[:T]/g, '-');
        save(parts, csv ? 'text/csv' : 'application/json', `bans-${day}.${format}`);
}
