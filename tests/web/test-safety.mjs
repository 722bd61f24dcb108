// SPDX-License-Identifier: LGPL-2.1-or-later
// What attackers can put before the page's eyes stays text, and no other page can act through this one.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { newPerson, open, settled, startBrowser, startWorld, until } from './world.mjs';

const HACK = '<img/src=x/onerror=globalThis.hacked=1>';
const SCRIPT = '<script>globalThis.hacked=1</script>';
const JAIL = `j<x-hack>"${SCRIPT}`;
const IDENTITY = '<x-hack>"\'&amp;<script>globalThis.hacked=1'; // fail2ban ends one at a slash
const ANY = '[Definition]\nfailregex = ^ login failed from <F-ID>\\S+</F-ID>$\ndatepattern = {^LN-BEG}EPOCH\n';
const ATTACKER = '192.0.2.66';
let browser;
let world;
let page;
let faults;
let other;
let elsewhere;

before(async () => {
        browser = await startBrowser();
        world = await startWorld({
                jails: { [JAIL]: {}, anything: { filter: 'anything' }, sshd: { filter: 'sshd' } },
                filters: { anything: ANY },
        });
        await world.fail({ jail: JAIL, address: ATTACKER, times: 3 });
        const now = new Date().toISOString();
        await world.log({
                jail: 'sshd',
                lines: Array(3).fill(`${now} host sshd[1]: Failed password for invalid user ${SCRIPT}${HACK} ` +
                        `from ${ATTACKER} port 50022 ssh2`),
        });
        await world.log({
                jail: 'anything',
                lines: Array(3).fill(`${Math.floor(Date.now() / 1000)} login failed from ${IDENTITY}`),
        });
        await world.allow({ entry: '198.51.100.9', note: `${SCRIPT}${HACK}` });
        ({ page, faults } = await newPerson(browser, world));
        await page.addInitScript(() => {
                globalThis.refused = [];
                document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
                        globalThis.refused.push(`${violatedDirective} ${blockedURI}`));
        });
        other = createServer((request, answer) => {
                answer.setHeader('Content-Type', 'text/html');
                answer.end(`<!doctype html><title>elsewhere</title><iframe src="${world.url}"></iframe>`);
        });
        await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
        elsewhere = `http://127.0.0.1:${other.address().port}/`;
});

after(async () => {
        other?.close();
        await browser?.close();
        await world?.end();
});

// Nothing of an attacker's ran, became an element, or was stopped by the content policy only.
async function unharmed() {
        const found = await page.evaluate(() => ({
                hacked: globalThis.hacked,
                refused: globalThis.refused,
                elements: [...document.querySelectorAll('img[src=x], [onerror], script:not([src]), x-hack')].length,
        }));
        assert.deepEqual(found, { hacked: undefined, refused: [], elements: 0 });
        assert.deepEqual(faults, []);
}

const says = (text) => until(async () => (await page.locator('main').innerText()).includes(text), text);

test('a jail whose name is markup is banned in, and shown as text', async () => {
        await until(async () => (await world.banned({ jail: JAIL })).includes(ATTACKER), 'the ban');
        for (const path of ['/', '/jails', '/bans', `/jails/${encodeURIComponent(JAIL)}`, '/history?range=all']) {
                await open(page, path);
                await says(JAIL);
                await unharmed();
        }
        await open(page, `/bans?jail=${encodeURIComponent(JAIL)}`);
        await page.getByRole('grid', { name: 'Bans' }).getByText(ATTACKER).waitFor();
        await unharmed();
});

test('log lines with markup are shown as text where a ban is explained', async () => {
        await until(async () => (await world.banned({ jail: 'sshd' })).includes(ATTACKER), 'the ban');
        await open(page, '/bans?jail=sshd');
        await page.getByRole('row').filter({ hasText: ATTACKER }).getByRole('button', { name: 'Details' }).click();
        await says(HACK);
        await unharmed();
        await open(page, `/address/${ATTACKER}`);
        await says(`${SCRIPT}${HACK}`);
        await unharmed();
});

test('what a filter takes for an identity may be markup', async () => {
        await until(async () => (await world.banned({ jail: 'anything' })).includes(IDENTITY), 'the ban');
        for (const path of ['/', '/bans?jail=anything', '/history?range=all', '/jails/anything']) {
                await open(page, path);
                await says(IDENTITY);
                await unharmed();
        }
        await open(page, '/bans?jail=anything');
        await page.getByRole('row').filter({ hasText: IDENTITY }).getByRole('button', { name: 'Details' }).click();
        await settled(page);
        await unharmed();
});

test('notes and reasons may be markup', async () => {
        await open(page, '/allow');
        await says(`${SCRIPT}${HACK}`);
        await unharmed();
        await open(page, '/bans');
        await page.getByRole('button', { name: 'Ban…', exact: true }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Addresses and networks').fill('203.0.113.80');
        await dialog.getByLabel('sshd').check();
        await dialog.getByLabel(/^Reason/).fill(`${HACK}${SCRIPT}`);
        await dialog.getByRole('button', { name: 'Ban 1 address' }).click();
        await dialog.waitFor({ state: 'detached' });
        for (const path of ['/address/203.0.113.80', '/audit']) {
                await open(page, path);
                await says(`${HACK}${SCRIPT}`);
                await unharmed();
        }
});

test('fail2ban’s log with markup is shown as text', async () => {
        await open(page, '/server');
        await says(JAIL);
        await unharmed();
});

test('markup and scripts in the URL are text', async () => {
        const evil = encodeURIComponent(`"'>${SCRIPT}${HACK}`);
        const paths = [`/address/${evil}`, `/jails/${evil}`, `/${evil}`, `/bans?q=${evil}&jail=${evil}&sort=${evil}`,
                `/history?range=${evil}&address=${evil}`, `/?jail=${evil}&country=${evil}&since=${evil}`];
        for (const path of paths) {
                await page.goto(`.${path}`);
                await page.locator('h1').first().waitFor({ state: 'attached' });
                await unharmed();
        }
});

test('the login leads nowhere else', async () => {
        const person = await newPerson(browser, world, { signIn: false });
        const traps = ['//example.org/', 'https://example.org/', 'javascript:globalThis.hacked=1', '/\\example.org'];
        for (const trap of traps) {
                await person.context.clearCookies();
                await person.page.goto(`./login?next=${encodeURIComponent(trap)}`);
                await person.page.locator('input[type=password]').fill(world.password);
                await person.page.locator('form button[type=submit]').click();
                await person.page.locator('header').first().waitFor();
                assert.ok(person.page.url().startsWith(world.url), person.page.url());
                assert.equal(await person.page.evaluate(() => globalThis.hacked), undefined);
        }
        assert.deepEqual(person.faults, []);
        await person.context.close();
});

test('no other page can frame this one, read from it, or act through it', async () => {
        const person = await newPerson(browser, world);
        const { page: there } = person;
        const answer = await person.context.request.get('./');
        const { 'content-security-policy': policy, 'x-frame-options': frames, server } = answer.headers();
        assert.match(policy, /frame-ancestors 'none'/);
        assert.match(policy, /default-src 'none'/);
        assert.doesNotMatch(policy, /unsafe/);
        assert.equal(frames, 'DENY');
        assert.equal(server, undefined);

        await there.goto(elsewhere);
        const framed = await until(() => there.frames()[1], 'the frame');
        assert.equal(await framed.locator('main').count(), 0);

        const tries = await there.evaluate(async (base) => {
                const url = `${base}api/v1/bans`;
                const body = JSON.stringify({ addresses: ['203.0.113.99'], jails: ['sshd'] });
                const json = { 'Content-Type': 'application/json', 'X-BanGUI': '1' };
                const send = (to, options) => fetch(to, { credentials: 'include', ...options })
                        .then(({ type, status }) => `${type} ${status}`, () => 'refused');
                return [
                        await send(url, { method: 'POST', mode: 'no-cors', body }),
                        await send(url, { method: 'POST', headers: json, body }),
                        await send(`${base}api/v1/bans/active`, {}),
                ];
        }, world.url);
        assert.deepEqual(tries, ['refused', 'refused', 'refused']);

        await there.evaluate((base) => {
                const form = document.createElement('form');
                form.method = 'POST';
                form.enctype = 'text/plain';
                form.action = `${base}api/v1/bans`;
                const field = document.createElement('input');
                field.name = '{"addresses": ["203.0.113.99"], "jails": ["sshd"], "reason": "';
                field.value = '"}';
                form.append(field);
                document.body.append(form);
                form.submit();
        }, world.url);
        await there.waitForURL(/api\/v1\/bans/);
        assert.equal((await world.banned({ jail: 'sshd' })).includes('203.0.113.99'), false);
        await person.context.close();
});
