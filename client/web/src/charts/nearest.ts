// SPDX-License-Identifier: LGPL-2.1-or-later

/* Which point lies next in a direction: how the arrow keys walk over a map. */

export type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

interface Place {
        x: number;
        y: number;
}

/** How much worse it is to lie aside than to lie ahead. */
const ASIDE = 2;

function along(direction: Direction, dx: number, dy: number): { ahead: number; aside: number } {
        switch (direction) {
                case 'ArrowLeft':
                        return { ahead: -dx, aside: Math.abs(dy) };
                case 'ArrowRight':
                        return { ahead: dx, aside: Math.abs(dy) };
                case 'ArrowUp':
                        return { ahead: -dy, aside: Math.abs(dx) };
                case 'ArrowDown':
                        return { ahead: dy, aside: Math.abs(dx) };
        }
}

export function isDirection(key: string): key is Direction {
        return key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp' || key === 'ArrowDown';
}

/** The nearest of the places in that direction, or undefined at the edge. */
export function nearest<P extends Place>(places: readonly P[], from: Place, direction: Direction): P | undefined {
        let best: P | undefined;
        let least = Infinity;

        for (const place of places) {
                const { ahead, aside } = along(direction, place.x - from.x, place.y - from.y);
                const cost = ahead + ASIDE * aside;
                if (ahead > 0 && cost < least) {
                        best = place;
                        least = cost;
                }
        }
        return best;
}
