// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person does with the page, seen at the other end in fail2ban; and what fail2ban does, seen in the page.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { faultsOf, newPerson, open, settled, startBrowser, startWorld, until } from './world.mjs';

const LIVE_MAX_MS = 2000;
let browser;
let world;
let context;
let page;
let faults;

before(async () => {
        browser = await startBrowser();
        world = await startWorld({ jails: { sshd: { filter: 'sshd' }, web: {} } });
        await world.past({ jails: ['sshd', 'web'], days: 20, per_day: 40 });
        ({ context, page, faults } = await newPerson(browser, world));
});

after(async () => {
        await browser?.close();
        await world?.end();
});

const row = (address, on = page) =>
        on.getByRole('grid', { name: 'Bans' }).getByRole('row').filter({ hasText: address });
const parameter = (name) => new URL(page.url()).searchParams.get(name);
const toast = (text) => page.locator('.toast').filter({ hasText: text });
const isBanned = async (address, jail = 'sshd') => (await world.banned({ jail })).includes(address);

test('what is banned by the dialog is banned in fail2ban, with its reason', async () => {
        await open(page, '/bans');
        await page.getByRole('button', { name: 'Ban…', exact: true }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Addresses and networks').fill('192.0.2.7, 2001:db8::7\n198.51.100.77');
        await dialog.getByLabel('sshd').check();
        await dialog.getByLabel(/^Reason/).fill('seen too often');
        await dialog.getByRole('button', { name: 'Ban 3 addresses' }).click();
        await dialog.waitFor({ state: 'detached' });
        await row('192.0.2.7').waitFor();
        const banned = await world.banned({ jail: 'sshd' });
        assert.deepEqual(banned.sort(), ['192.0.2.7', '198.51.100.77', '2001:db8::7']);
        await row('192.0.2.7').getByRole('button', { name: 'Details' }).click();
        await page.getByText('seen too often').waitFor();
});

test('what is no address is told with its line, and nothing is sent', async () => {
        await page.getByRole('button', { name: 'Ban…', exact: true }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Addresses and networks').fill('192.0.2.8\n192.0.2.300');
        await dialog.getByText('Line 2: “192.0.2.300” is no address and no network').waitFor();
        await dialog.getByLabel('sshd').check();
        assert.ok(await dialog.getByRole('button', { name: /^Ban 1 address/ }).isDisabled());
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached' });
        assert.equal(await isBanned('192.0.2.8'), false);
});

test('an unban reaches fail2ban, and can be taken back for ten seconds', async () => {
        await row('192.0.2.7').getByRole('button', { name: 'Actions' }).click();
        await page.getByRole('menuitem', { name: 'Unban' }).click();
        await row('192.0.2.7').waitFor({ state: 'detached' });
        assert.equal(await isBanned('192.0.2.7'), false);
        const undo = toast('Unbanned 192.0.2.7.').getByRole('button', { name: 'Undo' });
        assert.match(await undo.textContent(), /\((10|9|8)\)/);
        await undo.click();
        await row('192.0.2.7').waitFor();
        assert.equal(await isBanned('192.0.2.7'), true);
});

test('the way back goes away by itself', async () => {
        await row('198.51.100.77').getByRole('button', { name: 'Actions' }).click();
        await page.getByRole('menuitem', { name: 'Unban' }).click();
        const undo = toast('Unbanned 198.51.100.77.').getByRole('button', { name: 'Undo' });
        await undo.waitFor();
        const start = Date.now();
        await page.mouse.move(5, 5);
        await undo.waitFor({ state: 'detached' });
        const seconds = (Date.now() - start) / 1000;
        assert.ok(seconds > 8 && seconds < 12, `after ${seconds} s`);
});

test('several are selected and unbanned at once', async () => {
        await world.ban({ jail: 'web', addresses: ['203.0.113.1', '203.0.113.2', '203.0.113.3'] });
        for (const address of ['203.0.113.1', '203.0.113.3'])
                await row(address).getByRole('checkbox').check();
        await page.getByText('2 selected').waitFor();
        await page.getByRole('button', { name: 'Unban 2 addresses' }).click();
        await until(async () => (await world.banned({ jail: 'web' })).length === 1, 'two unbans');
        assert.deepEqual(await world.banned({ jail: 'web' }), ['203.0.113.2']);
});

test('who is allowed is unbanned, not banned again, and listed', async () => {
        await row('203.0.113.2').getByRole('button', { name: 'Actions' }).click();
        await page.getByRole('menuitem', { name: 'Allow' }).click();
        await row('203.0.113.2').waitFor({ state: 'detached' });
        assert.equal(await isBanned('203.0.113.2', 'web'), false);
        await open(page, '/allow');
        await page.locator('main').getByText('203.0.113.2').first().waitFor();
});

test('what fail2ban does itself is on the overview and among the bans within two seconds', async () => {
        await open(page, '/');
        const other = await context.newPage();
        const otherFaults = faultsOf(other, world);
        await open(other, '/bans');
        const clock = page.locator('.feed').getByText('192.0.2.99');
        const times = [clock, row('192.0.2.99', other)].map((shown) => shown.waitFor().then(() => Date.now()));
        await world.fail({ jail: 'sshd', address: '192.0.2.99', times: 3 });
        await until(() => isBanned('192.0.2.99'), 'the ban');
        const done = Date.now();
        const late = (await Promise.all(times)).map((at) => at - done);
        assert.ok(Math.max(...late) < LIVE_MAX_MS, `${late} ms`);
        assert.deepEqual(otherFaults, []);
        await other.close();
});

test('the page of an address knows of a ban that comes while it opens', async () => {
        for (const address of ['192.0.2.111', '192.0.2.112', '192.0.2.113']) {
                await world.fail({ jail: 'sshd', address, times: 3 });
                await until(() => isBanned(address), 'the ban');
                await page.goto(`./address/${address}`);
                await page.locator('.verdict').getByText('banned', { exact: true }).waitFor();
        }
});

test('new bans wait while a menu or the details of a row are open', async () => {
        await open(page, '/bans');
        await row('192.0.2.113').getByRole('button', { name: 'Actions' }).click();
        await world.ban({ jail: 'web', addresses: ['192.0.2.151'] });
        await page.getByRole('button', { name: '1 new' }).waitFor();
        assert.ok(await page.getByRole('menuitem', { name: 'Unban' }).isVisible());
        await page.keyboard.press('Escape');
        await row('192.0.2.151').waitFor();
        await row('192.0.2.113').getByRole('button', { name: 'Details' }).click();
        await world.ban({ jail: 'web', addresses: ['192.0.2.152'] });
        await page.getByRole('button', { name: '1 new' }).click();
        await row('192.0.2.152').waitFor();
        await open(page, '/');
});

test('the feed stands still while it is paused, and counts', async () => {
        await page.getByRole('button', { name: 'Pause' }).click();
        await world.ban({ jail: 'web', addresses: ['192.0.2.150'] });
        await page.getByRole('button', { name: 'Go on (1 new)' }).waitFor();
        assert.equal(await page.locator('.feed').getByText('192.0.2.150').count(), 0);
        await page.getByRole('button', { name: /^Go on/ }).click();
        await page.locator('.feed').getByText('192.0.2.150').waitFor();
});

const total = () => page.locator('.tile').nth(1).innerText();

test('a click on a country filters all figures, is in the URL, and Back takes it back', async () => {
        await open(page, '/?range=30d');
        const before_ = await total();
        await page.locator('[data-country=BR]').click();
        await page.getByRole('button', { name: 'Remove filter Country: Brazil' }).waitFor();
        assert.equal(parameter('country'), 'BR');
        await settled(page);
        await until(async () => (await total()) !== before_, 'other figures');
        await page.goBack();
        await until(() => parameter('country') === null, 'the filter to go');
        await until(async () => (await total()) === before_, 'the figures of before');
        await page.goForward();
        await page.getByRole('button', { name: 'Remove filter Country: Brazil' }).click();
        await until(() => parameter('country') === null, 'the filter to go');
});

test('a country is found and chosen by keys', async () => {
        await open(page, '/map?range=30d');
        const first = page.locator('.map-world [tabindex="0"]');
        await first.focus();
        const from = await first.getAttribute('data-country');
        await page.keyboard.press('ArrowLeft');
        const there = await until(async () => {
                const now = await page.evaluate(() => document.activeElement?.getAttribute('data-country'));
                return now !== from && now;
        }, 'another country');
        await page.keyboard.press('Enter');
        await until(() => parameter('country') === there, 'the filter');
        await page.locator(`[data-country=${there}][aria-pressed=true]`).waitFor();
        await page.keyboard.press('Enter');
        await until(() => parameter('country') === null, 'the filter to go');
});

test('the trend is zoomed by dragging over it, and Back goes back', async () => {
        await open(page, '/?range=30d');
        const box = await page.locator('.trend-overlay').boundingBox();
        await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2, { steps: 8 });
        await page.mouse.up();
        await until(() => parameter('since') && parameter('until'), 'a span in the URL');
        const days = (parameter('until') - parameter('since')) / 86_400;
        assert.ok(days > 3 && days < 10, `${days} days`);
        await settled(page);
        await page.goBack();
        await until(() => parameter('range') === '30d' && !parameter('since'), 'the range of before');
});

async function palette(text) {
        await page.keyboard.press('Control+k');
        await page.getByRole('combobox', { name: 'Search or command' }).fill(text);
        await page.getByRole('listbox', { name: 'Results' }).getByRole('option').first().waitFor();
        await page.keyboard.press('Enter');
}

test('the palette bans, unbans, explains, and goes to pages, jails and countries', async () => {
        await open(page, '/');
        await palette('ban 203.0.113.50 web');
        await until(() => isBanned('203.0.113.50', 'web'), 'the ban');
        await palette('why 203.0.113.50');
        await page.waitForURL(/\/address\/203\.0\.113\.50/);
        await page.getByRole('heading', { name: '203.0.113.50', level: 1 }).waitFor();
        await palette('unban 203.0.113.50');
        await until(async () => !(await isBanned('203.0.113.50', 'web')), 'the unban');
        await palette('jail ssh');
        await page.waitForURL(/\/jails\/sshd/);
        await palette('Settings');
        await page.waitForURL(/\/settings/);
        await palette('France');
        await page.waitForURL(/country=FR/);
});

test('Back and Forward go through the pages as they were', async () => {
        await open(page, '/?range=30d&jail=web');
        const rail = page.getByRole('navigation', { name: 'Main' });
        await rail.getByRole('link', { name: 'Map' }).click();
        await page.waitForURL(/\/map\?.*jail=web/);
        await rail.getByRole('link', { name: 'Jails' }).click();
        await page.waitForURL(/\/jails/);
        await page.goBack();
        await page.getByRole('heading', { name: 'Map', level: 1 }).waitFor();
        assert.equal(parameter('jail'), 'web');
        await page.goBack();
        await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor({ state: 'attached' });
        assert.equal(parameter('range'), '30d');
        await page.goForward();
        await page.goForward();
        await page.getByRole('heading', { name: 'Jails', level: 1 }).waitFor();
});

test('an address that is no page says so', async () => {
        await page.goto('./nothing/here');
        await page.getByRole('heading', { name: 'No page here', level: 1 }).waitFor();
});

test('while fail2ban is away the page says so, keeps what it shows, and recovers by itself', async () => {
        await open(page, '/?range=30d');
        const known = await total();
        await world.stop_fail2ban();
        const banner = page.getByText('fail2ban is not running: start it or look at its log');
        await banner.waitFor();
        await settled(page);
        assert.equal(await total(), known);
        await world.start_fail2ban();
        await banner.waitFor({ state: 'detached' });
});

async function liveAgain(address) {
        await world.ban({ jail: 'web', addresses: [address] });
        await row(address).waitFor();
}

test('while the daemon is away the page says so, and goes on by itself with its events', async () => {
        await open(page, '/bans');
        await world.stop_daemon();
        const banner = page.getByText(/BanGUI.s daemon is not running/);
        await banner.first().waitFor();
        await row('192.0.2.99').waitFor();
        await world.start_daemon();
        await banner.first().waitFor({ state: 'detached' });
        await liveAgain('192.0.2.201');
});

test('while the bridge is away the page says so, and connects again by itself', async () => {
        await world.stop_bridge();
        const banner = page.getByText('No connection to the server');
        await banner.waitFor();
        await row('192.0.2.99').waitFor();
        await world.start_bridge();
        await banner.waitFor({ state: 'detached', timeout: 40_000 });
        await liveAgain('192.0.2.202');
});

test('an action that cannot be done says why', async () => {
        await world.stop_fail2ban();
        await row('192.0.2.99').getByRole('button', { name: 'Actions' }).click();
        await page.getByRole('menuitem', { name: 'Unban' }).click();
        await page.locator('.toast-bad').waitFor();
        await world.start_fail2ban();
        await row('192.0.2.201').waitFor();
});

test('what is done in one tab shows in the other', async () => {
        const other = await context.newPage();
        await open(other, '/bans');
        await open(page, '/bans');
        await row('192.0.2.201', other).waitFor();
        await row('192.0.2.201').getByRole('button', { name: 'Actions' }).click();
        await page.getByRole('menuitem', { name: 'Unban' }).click();
        await row('192.0.2.201', other).waitFor({ state: 'detached' });
        await other.close();
});

test("a jail's log that is gone shows on its page and beside it, until it is back", async () => {
        const health = page.locator('.jail-log');
        const warning = page.getByRole('link', { name: /has not read its log/ });
        await open(page, '/jails/web');
        await health.getByText('ok', { exact: true }).waitFor();
        await health.getByText(/^written/).waitFor();
        await world.lose_log({ jail: 'web' });
        await health.getByText('missing', { exact: true }).waitFor();
        await open(page, '/jails');
        await warning.click();
        await page.getByRole('heading', { name: 'web' }).waitFor();
        await world.bring_log({ jail: 'web' });
        await health.getByText('ok', { exact: true }).waitFor();
        await open(page, '/jails');
        await warning.waitFor({ state: 'detached' });
});

test('all of that broke no rule of the content policy and logged no error', () => {
        const expected = /ERR_|status of (4|5)\d\d/;
        assert.deepEqual(faults.filter((fault) => !expected.test(fault)), []);
});
