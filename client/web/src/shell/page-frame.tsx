// SPDX-License-Identifier: LGPL-2.1-or-later

/* Where a page stands: loads its module, holds its errors, so that one broken page leaves the others alone. */

import { Component, type ComponentChildren, type ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PageRow } from '../pages';
import { Button, Empty, Page, Skeleton } from '../ui';
import { w } from './words';

interface BoundaryProps {
        /** Another value is another page: the error is forgotten. */
        of: string;
        children: ComponentChildren;
}

export class Boundary extends Component<BoundaryProps, { error: Error | null }> {
        override state = { error: null as Error | null };

        override componentDidCatch(error: Error) {
                console.error(error);
                this.setState({ error });
        }

        override componentDidUpdate(before: BoundaryProps) {
                if (before.of !== this.props.of && this.state.error) this.setState({ error: null });
        }

        override render() {
                const { error } = this.state;
                if (!error) return this.props.children;
                return (
                        <Page title={w.brokeTitle} hidden>
                                <Empty
                                        icon="warning"
                                        title={w.brokeTitle}
                                        actions={
                                                <Button onClick={() => this.setState({ error: null })}>
                                                        {w.reload}
                                                </Button>
                                        }
                                >
                                        {w.brokeText} <code>{error.message}</code>
                                </Empty>
                        </Page>
                );
        }
}

const loaded = new Map<PageRow, ComponentType<Record<string, string>>>();

/** Loads a page before it is asked for: when a pointer or the focus is on its link. */
export function preload(row: PageRow): void {
        row.load().then(
                (module) => loaded.set(row, module.default),
                () => undefined,
        );
}

export function PageFrame({ row, params }: { row: PageRow; params: Record<string, string> }) {
        const [, render] = useState(0);
        const [failed, setFailed] = useState<PageRow | null>(null);
        const Shown = loaded.get(row);
        useEffect(() => {
                if (Shown) return;
                row.load().then(
                        (module) => {
                                loaded.set(row, module.default);
                                render((count) => count + 1);
                        },
                        () => setFailed(row),
                );
        }, [row]);

        if (Shown) {
                const of = `${row.path} ${Object.values(params).join(' ')}`;
                return (
                        <Boundary of={of}>
                                <Shown key={of} {...params} />
                        </Boundary>
                );
        }
        if (failed === row) {
                return (
                        <Page title={w.chunkTitle} hidden>
                                <Empty
                                        icon="warning"
                                        title={w.chunkTitle}
                                        actions={<Button onClick={() => location.reload()}>{w.reload}</Button>}
                                >
                                        {w.chunkText}
                                </Empty>
                        </Page>
                );
        }
        return (
                <div class="page" aria-label={w.loadingPage}>
                        <Skeleton lines={4} height={90} />
                </div>
        );
}
