// SPDX-License-Identifier: LGPL-2.1-or-later
// screenshots.mjs FOLDER: every page in both themes, wide and on a phone, of a BanGUI with a past and attackers.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { newPerson, open, PAGES, PHONE, settled, startBrowser, startWorld, until, WIDE } from './world.mjs';

const FOLDER = process.argv[2];
const WORST = '45.95.147.236';
const LONG = ['/', '/map', '/jails/sshd']; // these show a month
const SIZES = [[WIDE, 'wide'], [PHONE, 'phone']];

if (!FOLDER) {
        console.error('Usage: screenshots.mjs FOLDER');
        process.exit(2);
}

async function fill(world) {
        await world.past({ jails: ['sshd', 'nginx-http-auth', 'recidive'], days: 60, per_day: 90 });
        await world.allow({ entry: '198.51.100.0/24', note: 'the office' });
        await world.allow({ entry: '2001:db8:7::/48', note: 'the backup line' });
        await world.attack({ seconds: 25 });
        await world.fail({ jail: 'sshd', address: WORST, times: 3 });
        await until(async () => (await world.banned({ jail: 'sshd' })).includes(WORST), 'the ban of the address page');
}

const nameOf = (to) => (to.startsWith('/jails/') ? 'jail' : to.split(/[/?]/)[1] || 'overview');

async function picture(page, name) {
        await settled(page);
        await page.evaluate(() => document.fonts.ready);
        await page.screenshot({ path: path.join(FOLDER, `${name}.png`) });
}

mkdirSync(FOLDER, { recursive: true });
const browser = await startBrowser();
const world = await startWorld({
        jails: { sshd: { filter: 'sshd' }, 'nginx-http-auth': { filter: 'nginx-http-auth' }, recidive: {} },
        default: { bantime: '1h', 'bantime.increment': 'true' },
});
try {
        await fill(world);
        for (const [viewport, size] of SIZES) {
                const { context, page } = await newPerson(browser, world, { viewport });
                for (const theme of ['light', 'dark']) {
                        await page.emulateMedia({ colorScheme: theme });
                        for (const [to] of PAGES) {
                                await open(page, LONG.includes(to) ? `${to}?range=30d` : to);
                                await picture(page, `${nameOf(to)}-${theme}-${size}`);
                        }
                }
                await context.close();
        }
        const { page } = await newPerson(browser, world, { signIn: false });
        for (const theme of ['light', 'dark']) {
                await page.emulateMedia({ colorScheme: theme });
                await open(page, '/login');
                await picture(page, `login-${theme}-wide`);
        }
} finally {
        await browser.close();
        await world.end();
}
