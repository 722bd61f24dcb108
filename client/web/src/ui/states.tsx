// SPDX-License-Identifier: LGPL-2.1-or-later

/* What stands where data do not: on their way, none, refused, failed. */

import type { ComponentChildren } from 'preact';
import { ApiError } from '../api/client';
import type { QueryState } from '../api/query';
import { Link } from '../router';
import { Button } from './basic';
import { Icon, type IconName } from './icons';
import './states.css';
import { w } from './words';

/** Grey blocks of the size that the content will have. */
export function Skeleton({ lines = 3, height }: { lines?: number; height?: number }) {
        const blocks = Array.from({ length: lines }, (_, index) => (
                <span key={index} class="skeleton-block" style={height ? { height: `${height}px` } : undefined} />
        ));
        return (
                <div class="skeleton" role="status" aria-label={w.loading}>
                        {blocks}
                </div>
        );
}

/** Nothing there: why, and what to do. */
export function Empty(props: {
        title: ComponentChildren;
        children?: ComponentChildren;
        actions?: ComponentChildren;
        icon?: IconName;
}) {
        return (
                <div class="empty">
                        <Icon name={props.icon ?? 'info'} size={28} />
                        <strong>{props.title}</strong>
                        {props.children && <p class="soft">{props.children}</p>}
                        {props.actions && <div class="empty-actions">{props.actions}</div>}
                </div>
        );
}

/** What to say about an error: in the person's language where its kind is known, else in the server's words. */
export function errorText(error: Error): string {
        if (!(error instanceof ApiError)) return error.message;
        switch (error.code) {
                case 'Unreachable':
                        return w.unreachable;
                case 'DaemonOffline':
                        return w.daemonOffline;
                case 'Fail2banOffline':
                        return w.fail2banOffline;
                case 'Overloaded':
                        return w.busy;
                case 'Timeout':
                        return w.timeout;
                default:
                        return error.message || w.failed;
        }
}

function advice(error: Error): ComponentChildren {
        if (!(error instanceof ApiError)) return null;
        if (error.code === 'DaemonOffline') return w.daemonOfflineAdvice;
        if (error.code === 'Fail2banOffline') return <Link to="/server">{w.startIt}</Link>;
        return error.correlationId ? <small>{w.correlation(error.correlationId)}</small> : null;
}

export function isForbidden(error: Error): error is ApiError {
        return error instanceof ApiError && error.status === 403 && error.code !== 'CrossSite';
}

/** Which permission is missing, and how to get it. */
export function NoPermission({ error, action }: { error?: ApiError; action?: string }) {
        const needed = action ?? (error?.details.action as string | undefined);
        return (
                <div class="empty">
                        <Icon name="key" size={28} />
                        <strong>{w.forbidden}</strong>
                        <p class="soft">{needed ? w.forbiddenText(needed) : error?.message}</p>
                        <p class="soft">{error?.code === 'ScopeTooSmall' ? w.scopeAdvice : w.forbiddenAdvice}</p>
                </div>
        );
}

/** The cause and a way to try again; a missing permission is told as such. */
export function ErrorState({ error, retry }: { error: Error; retry?: () => void }) {
        if (isForbidden(error)) return <NoPermission error={error} />;
        return (
                <div class="empty" role="alert">
                        <Icon name="warning" size={28} />
                        <strong>{errorText(error)}</strong>
                        <p class="soft">{advice(error)}</p>
                        {retry && (
                                <div class="empty-actions">
                                        <Button icon="refresh" onClick={() => retry()}>
                                                {w.retry}
                                        </Button>
                                </div>
                        )}
                </div>
        );
}

/** One of: skeleton, error, content. Data that are there stay, whatever happens to later ones. */
export function Loaded<T>(props: {
        query: QueryState<T>;
        skeleton?: ComponentChildren;
        children: (data: T) => ComponentChildren;
}) {
        const { data, error, refresh } = props.query;
        if (data !== undefined) return <>{props.children(data)}</>;
        if (error) return <ErrorState error={error} retry={() => void refresh()} />;
        return <>{props.skeleton ?? <Skeleton />}</>;
}
