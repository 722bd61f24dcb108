// SPDX-License-Identifier: LGPL-2.1-or-later

/* A menu behind a button: arrows, Home, End and letters move, Escape closes. */

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { navigate } from '../router';
import { Icon, type IconName } from './icons';
import './menu.css';

export interface MenuItem {
        text: string;
        icon?: IconName;
        /** Where it leads, or what it does. */
        to?: string;
        run?: () => void;
        danger?: boolean;
        disabled?: boolean;
        /** Present: one of a choice, or a switch; the menu stays open when `stay`. */
        checked?: boolean;
        stay?: boolean;
}

const KEYS: Record<string, (index: number, count: number) => number> = {
        ArrowDown: (index, count) => (index + 1) % count,
        ArrowUp: (index, count) => (index - 1 + count) % count,
        Home: () => 0,
        End: (_, count) => count - 1,
};

function itemsOf(list: HTMLElement | null): HTMLButtonElement[] {
        return [...(list?.querySelectorAll<HTMLButtonElement>('button:not(:disabled)') ?? [])];
}

/*
 * Below the button, or above it when there is no room, and always inside the window: as a popover, since a row that is
 * moved by a transform would be the window for what is only fixed.
 */
function put(list: HTMLElement, button: HTMLElement): void {
        list.showPopover?.();
        const at = button.getBoundingClientRect();
        const size = list.getBoundingClientRect();
        const below = at.bottom + 4 + size.height <= innerHeight || at.top < size.height;
        list.style.top = `${Math.max(4, below ? at.bottom + 4 : at.top - size.height - 4)}px`;
        list.style.left = `${Math.max(4, Math.min(at.left, innerWidth - size.width - 8))}px`;
}

export function Menu(props: {
        /** The button's name for screen readers, and its tooltip when it shows an icon only. */
        label: string;
        items: readonly MenuItem[];
        icon?: IconName;
        children?: ComponentChildren;
        class?: string;
        /** Told when the menu opens and closes. */
        onOpen?: (open: boolean) => void;
}) {
        const [open, setOpen] = useState(false);
        const button = useRef<HTMLButtonElement>(null);
        const list = useRef<HTMLDivElement>(null);
        const id = useId();

        const close = (refocus: boolean) => {
                setOpen(false);
                if (refocus) button.current?.focus();
        };
        useEffect(() => {
                if (!open || !list.current || !button.current) return undefined;
                put(list.current, button.current);
                itemsOf(list.current)[0]?.focus({ preventScroll: true });
                const outside = (event: Event) => {
                        const target = event.target as Node;
                        if (!list.current?.contains(target) && !button.current?.contains(target)) close(false);
                };
                const moved = () => close(false);
                document.addEventListener('pointerdown', outside);
                addEventListener('resize', moved);
                addEventListener('scroll', moved, { passive: true });
                return () => {
                        document.removeEventListener('pointerdown', outside);
                        removeEventListener('resize', moved);
                        removeEventListener('scroll', moved);
                };
        }, [open]);
        const { onOpen } = props;
        useEffect(() => {
                if (!open || !onOpen) return undefined;
                onOpen(true);
                return () => onOpen(false);
        }, [open]);

        const keys = (event: KeyboardEvent) => {
                const items = itemsOf(list.current);
                const index = items.indexOf(document.activeElement as HTMLButtonElement);
                const move = KEYS[event.key];
                if (event.key === 'Escape') {
                        event.stopPropagation();
                        close(true);
                } else if (event.key === 'Tab') {
                        close(false);
                        return;
                } else if (move) {
                        items[move(index, items.length)]?.focus();
                } else if (/^\S$/.test(event.key)) {
                        const ahead = [...items.slice(index + 1), ...items.slice(0, index + 1)];
                        const letter = event.key.toLowerCase();
                        ahead.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter))?.focus();
                } else {
                        return;
                }
                event.preventDefault();
        };
        const choose = (item: MenuItem) => {
                if (!item.stay) close(true);
                if (item.to) navigate(item.to);
                item.run?.();
        };

        return (
                <span class="menu">
                        <button
                                ref={button}
                                type="button"
                                class={props.class ?? (props.children ? 'button button-plain' : 'icon-button')}
                                aria-haspopup="menu"
                                aria-expanded={open}
                                aria-controls={open ? id : undefined}
                                aria-label={props.children ? undefined : props.label}
                                title={props.children ? undefined : props.label}
                                onClick={() => setOpen(!open)}
                                onKeyDown={(event) => {
                                        if (event.key !== 'ArrowDown' || open) return;
                                        event.preventDefault();
                                        setOpen(true);
                                }}
                        >
                                {props.icon && <Icon name={props.icon} size={props.children ? 16 : 18} />}
                                {props.children}
                        </button>
                        {open && (
                                <div
                                        ref={list}
                                        id={id}
                                        popover="manual"
                                        class="menu-list"
                                        role="menu"
                                        aria-label={props.label}
                                        onKeyDown={keys}
                                >
                                        {props.items.map((item) => (
                                                <button
                                                        key={item.text}
                                                        type="button"
                                                        role={
                                                                item.checked === undefined
                                                                        ? 'menuitem'
                                                                        : 'menuitemcheckbox'
                                                        }
                                                        aria-checked={item.checked}
                                                        tabIndex={-1}
                                                        disabled={item.disabled}
                                                        class={item.danger ? 'menu-danger' : undefined}
                                                        onClick={() => choose(item)}
                                                >
                                                        <span class="menu-icon">
                                                                {item.checked && <Icon name="check" size={15} />}
                                                                {item.icon && item.checked === undefined && (
                                                                        <Icon name={item.icon} size={15} />
                                                                )}
                                                        </span>
                                                        {item.text}
                                                </button>
                                        ))}
                                </div>
                        )}
                </span>
        );
}
