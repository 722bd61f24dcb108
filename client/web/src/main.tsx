// SPDX-License-Identifier: LGPL-2.1-or-later

import './styles/tokens.css';
import './styles/base.css';
import { render } from 'preact';
import { App } from './app';
import { startRouter } from './router';
import { listenForSession, startSession } from './session';
import { startPreferences } from './state/preferences';

startPreferences();
startRouter();
listenForSession();
void startSession();

const root = document.getElementById('app');
if (root) render(<App />, root);
