// SPDX-License-Identifier: LGPL-2.1-or-later

/* Sending a file: the one request that says how far it is, which fetch() does not. */

import { ApiError, apiUrl, type Accepted, type Query } from '../../api/client';

export function upload<T>(
        path: string,
        query: Query,
        file: Blob,
        sent: (share: number) => void,
): Promise<T | Accepted> {
        return new Promise((resolve, reject) => {
                const request = new XMLHttpRequest();
                request.open('POST', apiUrl(path, query));
                request.setRequestHeader('X-BanGUI', '1');
                request.setRequestHeader('Content-Type', 'application/octet-stream');
                request.responseType = 'json';
                request.upload.onprogress = ({ loaded, total }) => sent(total > 0 ? loaded / total : 1);
                request.onerror = () => reject(new ApiError(0, 'Unreachable', ''));
                request.onload = () => {
                        const body = (request.response ?? {}) as Record<string, unknown>;
                        if (request.status < 300) resolve(body as T | Accepted);
                        else
                                reject(
                                        new ApiError(
                                                request.status,
                                                String(body.error_code ?? 'Unknown'),
                                                String(body.message ?? request.statusText),
                                        ),
                                );
                };
                request.send(file);
        });
}
