// SPDX-License-Identifier: LGPL-2.1-or-later

/* A name and what it is, in a list of those. */

import type { ComponentChildren } from 'preact';

export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
        return (
                <div>
                        <dt>{name}</dt>
                        <dd>{children}</dd>
                </div>
        );
}
