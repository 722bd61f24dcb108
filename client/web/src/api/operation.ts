// SPDX-License-Identifier: LGPL-2.1-or-later

/* Work that goes on after its answer: followed until it ends. */

import { ApiError, get, isAccepted, segment, type Accepted } from './client';
import { onEvent } from './events';
import type { OperationProperties } from './types';

const LOOK_AGAIN = 5000;

/** "/org/bangui/BanGUI1/operation/7" and "7" are the same. */
export function operationId(operation: string): string {
        return operation.split('/').pop() ?? operation;
}

function ended<T>(operation: OperationProperties): T | null {
        if (operation.state === 'done') return operation.result as T;
        if (operation.state === 'running') return null;
        const code = operation.error.split('.').pop() || 'Cancelled';
        throw new ApiError(409, code, operation.message || code);
}

/**
 * The result of a change, whenever it comes: follow(post<BanResult | Accepted>('bans', {...}), progress).
 * `progress` is told 0 to 1 and what is being done.
 */
export async function follow<T extends object>(
        answer: Promise<T | Accepted>,
        progress?: (share: number, message: string) => void,
): Promise<T> {
        const first = await answer;
        if (!isAccepted(first)) return first;

        const path = `operations/${segment(operationId(first.operation))}`;
        return await new Promise<T>((resolve, reject) => {
                const look = async () => {
                        try {
                                const operation = await get<OperationProperties>(path);
                                progress?.(operation.progress, operation.message);
                                const result = ended<T>(operation);
                                if (result) end(() => resolve(result));
                        } catch (error) {
                                end(() => reject(error as Error));
                        }
                };
                const timer = setInterval(look, LOOK_AGAIN);
                const id = operationId(first.operation);
                const stop = onEvent('Operation.*', (event) => {
                        if (operationId(String(event.data.object ?? '')) === id) void look();
                });
                const end = (then: () => void) => {
                        clearInterval(timer);
                        stop();
                        then();
                };
                void look();
        });
}
