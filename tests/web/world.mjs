// SPDX-License-Identifier: LGPL-2.1-or-later
// What the tests of the page share: a private BanGUI (serve.py), Debian's Chromium, and a person in front of it.

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const BUILD = path.resolve(process.env.BANGUI_BUILD ?? 'build');
const HERE = path.dirname(fileURLToPath(import.meta.url));
const need = createRequire(path.join(BUILD, 'client/web/'));
const { chromium } = need('playwright-core');

export const AXE = need.resolve('axe-core/axe.min.js');
export const WIDE = { width: 1280, height: 900 };
export const PHONE = { width: 360, height: 740 };
const PATIENCE = 15_000; // milliseconds for anything awaited

// A private BanGUI: `await world.fail({jail: 'sshd', address: '192.0.2.1', times: 3})` calls World.fail of serve.py.
export async function startWorld(options = {}) {
        const child = spawn('/usr/bin/python3', ['-B', path.join(HERE, 'serve.py')], {
                stdio: ['pipe', 'pipe', 'inherit'],
                env: { ...process.env, BANGUI_BUILD: BUILD },
        });
        const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
        let turn = Promise.resolve();
        const order = (name, given) => {
                turn = turn.catch(() => undefined).then(async () => {
                        child.stdin.write(`${JSON.stringify({ do: name, with: given ?? {} })}\n`);
                        const { value, done } = await lines.next();
                        if (done)
                                throw new Error('serve.py ended');
                        const answer = JSON.parse(value);
                        if (answer.failed)
                                throw new Error(answer.failed);
                        return answer.done;
                });
                return turn;
        };
        const base = await order('start', options);
        const ended = new Promise((resolve) => child.once('exit', resolve));
        const end = async () => {
                await order('end');
                child.stdin.end();
                await ended;
        };
        return new Proxy({ ...base, end }, {
                get: (known, name) => (name in known || name === 'then' ? known[name] : (given) => order(name, given)),
        });
}

// A browser; each person has a context of his own.
export async function startBrowser() {
        return chromium.launch({
                executablePath: process.env.BANGUI_CHROMIUM ?? '/usr/bin/chromium',
                args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
        });
}

// A page of somebody who is signed in, unless `signIn` is false. `faults` collects what a page must never do: log an
// error, break the content policy, ask another host, open a dialog of the browser.
export async function newPerson(browser, world, { viewport = WIDE, theme = 'light', signIn = true } = {}) {
        const context = await browser.newContext({
                viewport, colorScheme: theme, locale: 'en-GB', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce',
                baseURL: world.url,
        });
        context.setDefaultTimeout(PATIENCE);
        const page = await context.newPage();
        const faults = faultsOf(page, world);
        if (signIn) {
                const answer = await context.request.post('api/v1/auth/login', {
                        data: { password: world.password }, headers: { 'X-BanGUI': '1' },
                });
                if (!answer.ok())
                        throw new Error(`login: ${answer.status()} ${await answer.text()}`);
        }
        return { context, page, faults };
}

// Fills as things happen; also for a further page of a context.
export function faultsOf(page, world) {
        const faults = [];
        page.on('pageerror', (error) => faults.push(`page: ${error.message}`));
        page.on('console', (message) => {
                if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
                        faults.push(`console: ${message.text()}`);
        });
        page.on('request', (request) => {
                if (!request.url().startsWith(world.url) && !/^(data|blob|about):/.test(request.url()))
                        faults.push(`asks elsewhere: ${request.url()}`);
        });
        page.on('dialog', (dialog) => {
                faults.push(`dialog: ${dialog.message()}`);
                void dialog.dismiss();
        });
        return faults;
}

// Goes to a page and waits until it is all there.
export async function open(page, to) {
        await page.goto(`.${to}`);
        await settled(page);
}

export async function settled(page) {
        await page.locator('main h1').first().waitFor({ state: 'attached' });
        await page.waitForFunction(() => !document.querySelector('[aria-busy=true], .skeleton, .map-place'));
}

// Waits for `condition` (may be async) to give something true, and gives that.
export async function until(condition, what, seconds = 20) {
        const end = Date.now() + seconds * 1000;
        for (;;) {
                const value = await condition();
                if (value)
                        return value;
                if (Date.now() > end)
                        throw new Error(`waited ${seconds} s in vain for ${what}`);
                await new Promise((resolve) => setTimeout(resolve, 50));
        }
}

// Every page by its address, and its heading.
export const PAGES = [
        ['/', 'Overview'],
        ['/map', 'Map'],
        ['/bans', 'Bans'],
        ['/history?range=all', 'History'],
        ['/address/45.95.147.236', '45.95.147.236'],
        ['/allow', 'Allow list'],
        ['/jails', 'Jails'],
        ['/jails/sshd', 'sshd'],
        ['/jobs', 'Jobs'],
        ['/server', 'Server'],
        ['/geo', 'Geo'],
        ['/settings', 'Settings'],
        ['/audit', 'Audit'],
];
