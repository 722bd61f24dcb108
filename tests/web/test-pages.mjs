// SPDX-License-Identifier: LGPL-2.1-or-later
// Every page: it appears, breaks no rule of the content policy, is accessible in both themes, and fits a phone.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { AXE, newPerson, PAGES, PHONE, pastOf, startBrowser, startWorld, WIDE } from './world.mjs';

const FIRST_LOAD_MAX = 300 * 1024;
const INTERACTIVE_MAX_MS = 1000;
const SLOWDOWN = 4;
let browser;
let world;

before(async () => {
        browser = await startBrowser();
        world = await startWorld({ jails: { sshd: { filter: 'sshd' }, web: {} } });
        await world.import_log({ lines: pastOf(['sshd', 'web'], 400) });
        await world.ban({ jail: 'sshd', addresses: ['45.95.147.236', '2001:db8::7'] });
        await world.allow({ entry: '198.51.100.0/24', note: 'the office' });
});

after(async () => {
        await browser?.close();
        await world?.end();
});

async function open(person, path) {
        await person.page.goto(`.${path}`);
        await person.page.locator('h1').first().waitFor({ state: 'attached' });
        await person.page.locator('[aria-busy=true], .skeleton').first().waitFor({ state: 'detached' });
}

for (const [path, title] of PAGES) {
        for (const theme of ['light', 'dark']) {
                test(`${path} in the ${theme} theme is accessible`, async () => {
                        const person = await newPerson(browser, world, { theme, csp: false });
                        await open(person, path);
                        await person.page.addScriptTag({ content: readFileSync(AXE, 'utf8') });
                        const found = await person.page.evaluate(async () => {
                                const { violations } = await globalThis.axe.run();
                                return violations
                                        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
                                        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ').slice(0, 300)}`);
                        });
                        assert.deepEqual(found, []);
                        await person.context.close();
                });
        }

        test(`${path} appears, by its address and after a reload, within the content policy`, async () => {
                const person = await newPerson(browser, world);
                await open(person, path);
                await person.page.reload();
                const heading = person.page.getByRole('heading', { name: title, level: 1 });
                await heading.waitFor({ state: 'attached' });
                assert.match(await person.page.title(), /BanGUI/);
                assert.deepEqual(person.faults, []);
                await person.context.close();
        });

        test(`${path} fits a phone`, async () => {
                const person = await newPerson(browser, world, { viewport: PHONE });
                await open(person, path);
                const widths = await person.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
                assert.ok(widths[0] <= widths[1], `${widths[0]} pixels wide in ${widths[1]}`);
                assert.deepEqual(person.faults, []);
                await person.context.close();
        });
}

test('the first load is small, and asks nobody else', async () => {
        const person = await newPerson(browser, world);
        const client = await person.context.newCDPSession(person.page);
        await client.send('Network.enable');
        let bytes = 0;
        client.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
        await open(person, '/');
        await person.page.waitForLoadState('networkidle').catch(() => undefined);
        assert.ok(bytes > 20_000 && bytes <= FIRST_LOAD_MAX, `${bytes} bytes`);
        assert.deepEqual(person.faults, []);
        await person.context.close();
});

test('the page is interactive within a second on a processor that is four times slower', async () => {
        const times = [];
        for (let round = 0; round < 3; round++) {
                const person = await newPerson(browser, world, { viewport: WIDE });
                const client = await person.context.newCDPSession(person.page);
                await client.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
                await person.page.goto('./', { waitUntil: 'commit' });
                await person.page.getByRole('button', { name: /Search or command/ }).waitFor();
                times.push(await person.page.evaluate(() => performance.now()));
                await person.context.close();
        }
        times.sort((a, b) => a - b);
        assert.ok(times[1] < INTERACTIVE_MAX_MS, `${times.map(Math.round).join(', ')} ms`);
});
