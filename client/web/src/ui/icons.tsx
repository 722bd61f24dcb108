// SPDX-License-Identifier: LGPL-2.1-or-later

/* Icons: 20 by 20, drawn with lines in the colour of the text. They mean nothing to a screen reader. */

const PATHS = {
        overview: 'M3 3h6v8H3zM11 3h6v5h-6zM11 10h6v7h-6zM3 13h6v4H3z',
        bans: 'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM4.8 4.8l10.4 10.4',
        map:
                'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15z' +
                'M2.5 10h15M10 2.5c2.5 2 3.5 4.7 3.5 7.5s-1 5.5-3.5 7.5c-2.5-2-3.5-4.7-3.5-7.5s1-5.5 3.5-7.5z',
        history: 'M3 10a7 7 0 1 0 2.3-5.2M3 3v3.5h3.5M10 6v4.5l3 1.8',
        allow: 'M10 2 4 4.5V9c0 4 2.5 7.3 6 8.7 3.5-1.4 6-4.7 6-8.7V4.5zM7.3 9.8l2 2 3.5-3.8',
        jails: 'M3 4h14v12H3zM6.5 4v12M10 4v12M13.5 4v12',
        jobs: 'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM10 5.5V10l3 2',
        server: 'M3 3.5h14v5.5H3zM3 11h14v5.5H3zM6 6.2h.01M6 13.7h.01M9 6.2h5M9 13.7h5',
        geo: 'M10 17.5s-5.5-5-5.5-9.2a5.5 5.5 0 0 1 11 0c0 4.2-5.5 9.2-5.5 9.2zM10 6.3a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
        settings: 'M3 6h7M14 6h3M3 14h3M10 14h7M12 4v4M8 12v4',
        audit: 'M5 2.5h7l3.5 3.5v11.5H5zM7.5 9h5.5M7.5 12h5.5M7.5 15h3.5',
        search: 'M8.7 3a5.7 5.7 0 1 0 0 11.4A5.7 5.7 0 0 0 8.7 3zM13 13l4.3 4.3',
        theme: 'M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14',
        close: 'M5 5l10 10M15 5 5 15',
        more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
        down: 'M5 8l5 5 5-5',
        up: 'M5 12l5-5 5 5',
        left: 'M12 5l-5 5 5 5',
        right: 'M8 5l5 5-5 5',
        check: 'M4 10.5l4 4 8-9',
        warning: 'M10 3 2.5 16.5h15zM10 8v4M10 14.3h.01',
        info: 'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM10 9v5M10 6.3h.01',
        download: 'M10 3v9M6 8.5l4 4 4-4M3.5 16.5h13',
        upload: 'M10 13V4M6 7.5l4-4 4 4M3.5 16.5h13',
        refresh: 'M16.5 10a6.5 6.5 0 1 1-2-4.7M16.5 3v3.5H13',
        pause: 'M7 4v12M13 4v12',
        play: 'M6 4l10 6-10 6z',
        stop: 'M5 5h10v10H5z',
        plus: 'M10 4v12M4 10h12',
        minus: 'M4 10h12',
        filter: 'M3 4h14l-5.5 6.5V16l-3-1.5v-4z',
        columns: 'M3 4h14v12H3zM7.7 4v12M12.3 4v12',
        edit: 'M4 16l1-4 8-8 3 3-8 8zM11.5 5.5l3 3',
        trash: 'M4 6h12M8 6V4h4v2M6 6l.7 10.5h6.6L14 6',
        external: 'M8 4H4v12h12v-4M11 4h5v5M16 4l-7.5 7.5',
        key: 'M13 3.5a3.8 3.8 0 1 0 0 7.6 3.8 3.8 0 0 0 0-7.6zM10.3 10 3.5 16.5M5.5 14.5l2 2',
        logout: 'M8 4H4v12h4M8 10h8M13 7l3 3-3 3',
        keyboard: 'M2.5 5h15v10h-15zM5.5 8h.01M8.5 8h.01M11.5 8h.01M14.5 8h.01M6 12h8',
        copy: 'M7 7h9v9H7zM4 13V4h9',
        eye: 'M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5zM10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
} as const;

export type IconName = keyof typeof PATHS;

/* Those that are made of points. */
const DOTS: IconName[] = ['more'];

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
        return (
                <svg
                        class={DOTS.includes(name) ? 'icon icon-dots' : 'icon'}
                        width={size}
                        height={size}
                        viewBox="0 0 20 20"
                        aria-hidden="true"
                        focusable="false"
                >
                        <path d={PATHS[name]} />
                </svg>
        );
}

/** The shield. */
export function Brand({ size = 22 }: { size?: number }) {
        return (
                <svg
                        class="brand-mark"
                        width={size}
                        height={size}
                        viewBox="0 0 24 24"
                        aria-hidden="true"
                        focusable="false"
                >
                        <path d="M12 2 4 5v6c0 5 3.4 9.3 8 11 4.6-1.7 8-6 8-11V5z" />
                        <path class="cut" d="M7 12h10" />
                </svg>
        );
}
