// SPDX-License-Identifier: LGPL-2.1-or-later

/* Pages, cards, buttons: what every page is made of. */

import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Link } from '../router';
import { Icon, type IconName } from './icons';
import './basic.css';
import { w } from './words';

type Children = { children?: ComponentChildren };

/** Joins class names, leaving out what is not there. */
export function classes(...names: (string | false | null | undefined)[]): string {
        return names.filter(Boolean).join(' ');
}

/**
 * A page: its heading, which takes the focus when the page is entered, and the document's title. `hidden` headings are
 * there for screen readers alone. `mark` stands before its text, `actions` at its right.
 */
export function Page(
        props: Children & {
                title: string;
                lead?: ComponentChildren;
                mark?: ComponentChildren;
                hidden?: boolean;
                actions?: ComponentChildren;
                wide?: boolean;
                /** As high as the window; what has the class "fill" takes the room that is left. */
                fill?: boolean;
        },
) {
        useEffect(() => {
                document.title = `${props.title} · BanGUI`;
        }, [props.title]);
        return (
                <div class={classes('page', props.wide && 'page-wide', props.fill && 'page-fill')}>
                        <div class={classes('page-head', props.hidden && 'only-read')}>
                                <div>
                                        <h1 tabIndex={-1}>
                                                {props.mark}
                                                {props.title}
                                        </h1>
                                        {props.lead && <p class="soft">{props.lead}</p>}
                                </div>
                                {props.actions && <div class="page-actions">{props.actions}</div>}
                        </div>
                        {props.children}
                </div>
        );
}

/**
 * A card. `to` makes the title a link; `note` stands beside it, quietly; `actions` at its right. `span` of 12
 * columns.
 */
export function Card(
        props: Children & {
                title?: ComponentChildren;
                note?: ComponentChildren;
                actions?: ComponentChildren;
                to?: string;
                span?: 4 | 6 | 8 | 12;
                class?: string;
                busy?: boolean;
                id?: string;
        },
) {
        return (
                <section
                        id={props.id}
                        class={classes('card', props.span && `span-${props.span}`, props.class)}
                        aria-busy={props.busy ? 'true' : undefined}
                >
                        {(props.title || props.actions) && (
                                <header class="card-head">
                                        <h2>{props.to ? <Link to={props.to}>{props.title}</Link> : props.title}</h2>
                                        {props.note && <small class="soft">{props.note}</small>}
                                        {props.actions && <span class="card-actions">{props.actions}</span>}
                                </header>
                        )}
                        {props.children}
                </section>
        );
}

/** A figure with its name and change. `better`: which way is good; a change that is neither stays grey. */
export function Tile(
        props: Children & {
                name: ComponentChildren;
                value: ComponentChildren;
                change?: string | undefined;
                direction?: 'up' | 'down' | 'same';
                better?: 'up' | 'down' | 'neither';
                to?: string;
                title?: string;
                busy?: boolean;
        },
) {
        const { direction = 'same', better = 'down' } = props;
        const tone = direction === 'same' || better === 'neither' ? 'soft' : direction === better ? 'good' : 'bad';
        return (
                <article class="tile" title={props.title} aria-busy={props.busy ? 'true' : undefined}>
                        <h2>{props.to ? <Link to={props.to}>{props.name}</Link> : props.name}</h2>
                        <p>
                                <strong>{props.value}</strong>
                                {props.change && <span class={`delta ${tone}`}>{props.change}</span>}
                        </p>
                        {props.children}
                </article>
        );
}

type ButtonProps = Omit<JSX.HTMLAttributes<HTMLButtonElement>, 'icon'> & {
        kind?: 'plain' | 'primary' | 'danger' | 'quiet';
        icon?: IconName;
        busy?: boolean;
        disabled?: boolean;
        type?: 'button' | 'submit';
        children?: ComponentChildren;
};

/** While `busy` it keeps its width and focus, and does nothing when it is pressed. */
export function Button({ kind = 'plain', icon, busy, children, type, onClick, class: own, ...rest }: ButtonProps) {
        return (
                <button
                        type={type ?? 'button'}
                        class={classes('button', `button-${kind}`, own as string)}
                        aria-busy={busy ? 'true' : undefined}
                        aria-disabled={busy ? 'true' : undefined}
                        {...(busy ? { onClick: (event: Event) => event.preventDefault() } : onClick ? { onClick } : {})}
                        {...rest}
                >
                        {icon && <Icon name={icon} size={16} />}
                        {children}
                </button>
        );
}

/** A button that shows an icon only; `label` is its name and tooltip. */
export function IconButton({
        icon,
        label,
        class: own,
        ...rest
}: Omit<ButtonProps, 'children'> & {
        icon: IconName;
        label: string;
}) {
        return (
                <button
                        type="button"
                        class={classes('icon-button', own as string)}
                        aria-label={label}
                        title={label}
                        {...rest}
                >
                        <Icon name={icon} />
                </button>
        );
}

/** A filter or value with a cross. */
export function Chip(props: Children & { onRemove?: () => void; label?: string }) {
        return (
                <span class="chip">
                        <span class="chip-text">{props.children}</span>
                        {props.onRemove && (
                                <button type="button" aria-label={props.label ?? w.remove} onClick={props.onRemove}>
                                        <Icon name="close" size={12} />
                                </button>
                        )}
                </span>
        );
}

/** A choice of few: pressed is what counts. */
export function Segmented<T extends string>(props: {
        label: string;
        value: T | undefined;
        options: readonly { value: T; text: ComponentChildren; title?: string }[];
        onChange: (value: T) => void;
}) {
        return (
                <div class="segmented" role="group" aria-label={props.label}>
                        {props.options.map((option) => (
                                <button
                                        key={option.value}
                                        type="button"
                                        title={option.title}
                                        aria-pressed={option.value === props.value}
                                        onClick={() => props.onChange(option.value)}
                                >
                                        {option.text}
                                </button>
                        ))}
                </div>
        );
}

/** A small coloured word. */
export function Badge(props: Children & { tone?: 'good' | 'warn' | 'bad' | 'accent' | 'soft'; title?: string }) {
        return (
                <span class={`badge badge-${props.tone ?? 'soft'}`} title={props.title}>
                        {props.children}
                </span>
        );
}

/** A note across a page or card. */
export function Notice(
        props: Children & {
                tone?: 'info' | 'warn' | 'bad' | 'good';
                title?: ComponentChildren;
                actions?: ComponentChildren;
        },
) {
        const tone = props.tone ?? 'info';
        return (
                <div class={`notice notice-${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
                        <Icon name={tone === 'info' ? 'info' : tone === 'good' ? 'check' : 'warning'} />
                        <div>
                                {props.title && <strong>{props.title}</strong>}
                                {props.children}
                        </div>
                        {props.actions}
                </div>
        );
}
