// SPDX-License-Identifier: LGPL-2.1-or-later

/* The time, as the server has it: a browser whose clock is wrong would show bans that end in the past. */

import { signal } from '@preact/signals';

const BELIEVED = 5;

let offset = 0;

/** Seconds since 1970. */
export function now(): number {
        return Date.now() / 1000 + offset;
}

/** Told with the Date header of each answer, which counts whole seconds: small differences mean nothing. */
export function serverTime(header: string | null): void {
        const at = header ? Date.parse(header) / 1000 : NaN;
        if (Number.isNaN(at)) return;
        const difference = at - Date.now() / 1000;
        offset = Math.abs(difference) > BELIEVED ? difference : 0;
}

let timer = 0;

function beat(): void {
        if (!document.hidden) seconds.value = Math.floor(now());
}

/** The present second; it ticks while somebody looks. */
export const seconds = signal(Math.floor(now()), {
        watched() {
                beat();
                timer = window.setInterval(beat, 1000);
        },
        unwatched() {
                clearInterval(timer);
        },
});
