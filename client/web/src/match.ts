// SPDX-License-Identifier: LGPL-2.1-or-later

/* Paths of pages: "/jails/:jail" against "/jails/sshd". No DOM here. */

type Names<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
        ? Name | Names<`/${Rest}`>
        : Path extends `${string}:${infer Name}`
          ? Name
          : never;

/** The parameters of a pattern, by name. */
export type Params<Path extends string> = { [name in Names<Path>]: string };

function decode(part: string): string | null {
        try {
                return decodeURIComponent(part);
        } catch {
                return null;
        }
}

/** The parameters, decoded; null when the path is another one. */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
        const wanted = pattern.split('/').filter(Boolean);
        const parts = path.split('/').filter(Boolean);
        if (wanted.length !== parts.length) return null;

        const params: Record<string, string> = {};
        for (const [index, want] of wanted.entries()) {
                const part = decode(parts[index] ?? '');
                if (part === null) return null;
                if (want.startsWith(':')) params[want.slice(1)] = part;
                else if (want !== part) return null;
        }
        return params;
}

/** A pattern with its parameters filled in: buildPath('/address/:address', {address: '10.0.0.0/8'}). */
export function buildPath<Path extends string>(pattern: Path, params: Params<Path>): string {
        return pattern.replace(/:(\w+)/g, (_, name: string) =>
                encodeURIComponent((params as Record<string, string>)[name] ?? ''),
        );
}

/** What the path is below the base ("/bangui/"), with a leading slash; null when it lies outside. */
export function belowBase(base: string, pathname: string): string | null {
        if (pathname === base.slice(0, -1)) return '/';
        return pathname.startsWith(base) ? `/${pathname.slice(base.length)}` : null;
}
