// SPDX-License-Identifier: LGPL-2.1-or-later
// Every page: it appears, breaks no rule of the content policy, is accessible in both themes, and fits a phone.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { AXE, newPerson, open, PAGES, PHONE, settled, startBrowser, startWorld, WIDE } from './world.mjs';

const FIRST_LOAD_MAX = 300 * 1024;
const FIRST_LOAD_MIN = 20 * 1024; // less is no page at all
let browser;
let world;
let person;

before(async () => {
        browser = await startBrowser();
        world = await startWorld({ jails: { sshd: { filter: 'sshd' }, web: {} } });
        await world.past({ jails: ['sshd', 'web'], days: 20, per_day: 20 });
        await world.ban({ jail: 'sshd', addresses: ['45.95.147.236', '2001:db8::7'] });
        await world.allow({ entry: '198.51.100.0/24', note: 'the office' });
        person = await newPerson(browser, world);
});

after(async () => {
        await browser?.close();
        await world?.end();
});

// What is serious of what axe finds. The browser puts the script in past the content policy, which stays in force.
async function violations(page) {
        if (!(await page.evaluate(() => 'axe' in globalThis)))
                await page.evaluate(readFileSync(AXE, 'utf8'));
        return page.evaluate(async () => {
                const drawn = () => new Promise((resolve) => requestAnimationFrame(resolve));
                await drawn();
                await drawn();
                const found = await globalThis.axe.run({ resultTypes: ['violations'] });
                return found.violations
                        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
                        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ').slice(0, 600)}`);
        });
}

for (const [path, title] of PAGES) {
        test(`${path} appears, by its address and after a reload, within the content policy`, async () => {
                const { page, faults } = person;
                faults.length = 0;
                await page.setViewportSize(WIDE);
                await page.emulateMedia({ colorScheme: 'light' });
                await open(page, path);
                await page.reload();
                await settled(page);
                await page.getByRole('heading', { name: title, level: 1 }).waitFor({ state: 'attached' });
                assert.match(await page.title(), /BanGUI/);
                assert.deepEqual(faults, []);
        });

        for (const theme of ['light', 'dark']) {
                test(`${path} in the ${theme} theme is accessible`, async () => {
                        await person.page.emulateMedia({ colorScheme: theme });
                        await person.page.locator(`html[data-theme=${theme}]`).waitFor();
                        assert.deepEqual(await violations(person.page), []);
                });
        }

        test(`${path} fits a phone`, async () => {
                const { page, faults } = person;
                await page.setViewportSize(PHONE);
                await settled(page);
                const [needed, wide] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
                assert.ok(needed <= wide, `${needed} pixels wide in ${wide}`);
                assert.deepEqual(await violations(page), []);
                assert.deepEqual(faults, []);
        });
}

test('the first load is small, and asks nobody else', async () => {
        const { context, page, faults } = await newPerson(browser, world);
        const client = await context.newCDPSession(page);
        await client.send('Network.enable');
        let bytes = 0;
        client.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
        await open(page, '/');
        assert.ok(bytes > FIRST_LOAD_MIN && bytes <= FIRST_LOAD_MAX, `${bytes} bytes`);
        assert.deepEqual(faults, []);
        await context.close();
});
