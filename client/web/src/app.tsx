// SPDX-License-Identifier: LGPL-2.1-or-later

import { pages } from './pages';
import { matchPath, useLocation } from './router';
import { PageFrame } from './shell/page-frame';
import { Questions, Toasts } from './ui';

export function App() {
        const { path } = useLocation();
        for (const row of pages) {
                const params = matchPath(row.path, path);
                if (params)
                        return (
                                <>
                                        <main id="main">
                                                <PageFrame row={row} params={params} />
                                        </main>
                                        <Questions />
                                        <Toasts />
                                </>
                        );
        }
        return null;
}
