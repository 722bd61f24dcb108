// SPDX-License-Identifier: LGPL-2.1-or-later

/* Which row of the table of pages the URL means. */

import { pages, type PageRow } from '../pages';
import { matchPath, path } from '../router';

export interface CurrentPage {
        row: PageRow;
        params: Record<string, string>;
}

export function pageOf(): CurrentPage | null {
        for (const row of pages) {
                const params = matchPath(row.path, path.value);
                if (params) return { row, params };
        }
        return null;
}
