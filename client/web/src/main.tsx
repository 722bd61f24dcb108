// SPDX-License-Identifier: LGPL-2.1-or-later

import './styles/tokens.css';
import './styles/base.css';
import { render } from 'preact';
import { App } from './app';
import { startRouter } from './router';
import { listenForSession, startSession } from './session';
import { pageOf } from './shell/current-page';
import { preload } from './shell/page-frame';
import { startPreferences, timeZone } from './state/preferences';
import { startShortcuts } from './state/shortcuts';

startPreferences();
startRouter();
listenForSession();
startShortcuts();
void startSession();

/* The page's code comes while the server is asked who is here. */
const first = pageOf();
if (first) preload(first.row);

const root = document.getElementById('app');
if (root) render(<App />, root);

/* Formats of dates are slow to make the first time; the time in which the page's code comes is good for it. */
setTimeout(() => timeZone.value);
