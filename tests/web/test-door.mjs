// SPDX-License-Identifier: LGPL-2.1-or-later
// Getting in and out: set-up, login, wrong passwords, tabs.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newPerson, startBrowser, startWorld } from './world.mjs';

const PASSWORD = 'a new and rather long password';
let browser;
let world;

before(async () => {
        browser = await startBrowser();
        world = await startWorld({ setup: false });
});

after(async () => {
        await browser?.close();
        await world?.end();
});

test('a new installation asks for a password, says how strong it is, and lets in', async () => {
        const { page, faults } = await newPerson(browser, world, { signIn: false });
        await page.goto('./');
        await page.waitForURL(/\/setup/);
        const fields = page.locator('input[type=password]');
        await fields.nth(0).fill('password');
        await page.getByText(/many people use/i).waitFor();
        await fields.nth(0).fill(PASSWORD);
        if ((await fields.count()) > 1)
                await fields.nth(1).fill(PASSWORD);
        await page.locator('form button[type=submit]').click();
        await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor({ state: 'attached' });
        assert.deepEqual(faults, []);
        await page.context().close();
});

test('a wrong password is told, and the right one leads to the page that was asked for', async () => {
        const { page, faults } = await newPerson(browser, world, { signIn: false });
        await page.goto('./jails?range=7d');
        await page.waitForURL(/\/login/);
        await page.locator('input[type=password]').fill('not this one');
        await page.locator('form button[type=submit]').click();
        await page.getByText('That is not the password').waitFor();
        await page.locator('input[type=password]').fill(PASSWORD);
        await page.locator('form button[type=submit]').click();
        await page.waitForURL(/\/jails\?range=7d/);
        await page.getByRole('heading', { name: 'Jails', level: 1 }).waitFor();
        assert.deepEqual(faults, []);
        await page.context().close();
});

test('signing out in one tab signs out the other', async () => {
        const { context, page } = await newPerson(browser, { ...world, url: world.url, password: PASSWORD });
        const other = await context.newPage();
        await page.goto('./');
        await other.goto('./jobs');
        await other.getByRole('heading', { name: 'Jobs' }).waitFor();
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.waitForURL(/\/login/);
        await other.waitForURL(/\/login/);
        const answer = await context.request.get('api/v1/dashboard/status');
        assert.equal(answer.status(), 401);
        await context.close();
});

test('a session that ended elsewhere asks for the password again and goes on where one was', async () => {
        const { context, page } = await newPerson(browser, { ...world, url: world.url, password: PASSWORD });
        await page.goto('./audit?search=nothing');
        await page.getByRole('heading', { name: 'Audit' }).waitFor();
        const ended = await context.request.delete('api/v1/auth/sessions', { headers: { 'X-BanGUI': '1' } });
        assert.equal(ended.status(), 200);
        await page.locator('input[type=password]').fill(PASSWORD);
        await page.locator('form:has(input[type=password]) button[type=submit]').click();
        await page.getByRole('heading', { name: 'Audit' }).waitFor();
        await page.locator('input[type=password]').waitFor({ state: 'detached' });
        assert.match(page.url(), /audit\?search=nothing/);
        await context.close();
});

test('after five wrong passwords the page says for how long to wait', async () => {
        const { page } = await newPerson(browser, world, { signIn: false });
        await page.goto('./login');
        const field = page.locator('input[type=password]');
        for (let round = 0; round < 6; round++) {
                await field.fill(`wrong ${round}`);
                const answer = page.waitForResponse(/auth\/login/);
                await page.locator('form button[type=submit]').click();
                if ((await answer).status() === 429)
                        break;
        }
        await page.getByText(/You can try again in \d+ s/).waitFor();
        await page.context().close();
});
