// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * The build of the page: hashed files with paths relative to <base href>, flags beside them, and a .gz of everything
 * that is worth it, so that the bridge packs nothing while it serves.
 */

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const WORTH_PACKING = 1024;
const PACKED = /\.(html|js|css|svg|json|txt)$/;

function flagFolder(): string {
        const main = createRequire(import.meta.url).resolve('country-flag-icons/package.json');
        return join(dirname(main), '3x2');
}

function flags(): Plugin {
        return {
                name: 'flags',
                apply: 'build',
                generateBundle() {
                        const folder = flagFolder();
                        for (const file of readdirSync(folder))
                                if (/^[A-Z]{2}\.svg$/.test(file))
                                        this.emitFile({
                                                type: 'asset',
                                                fileName: `flags/${file}`,
                                                source: readFileSync(join(folder, file)),
                                        });
                },
        };
}

function filesBelow(folder: string): string[] {
        return readdirSync(folder).flatMap((name) => {
                const path = join(folder, name);
                return statSync(path).isDirectory() ? filesBelow(path) : [path];
        });
}

function packed(): Plugin {
        let folder = '';
        return {
                name: 'packed',
                apply: 'build',
                configResolved(config) {
                        folder = config.build.outDir;
                },
                closeBundle() {
                        for (const path of filesBelow(folder)) {
                                const content = readFileSync(path);
                                if (PACKED.test(path) && content.length > WORTH_PACKING)
                                        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
                        }
                },
        };
}

export default defineConfig({
        base: './',
        plugins: [flags(), packed()],
        esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
        build: {
                target: 'es2022',
                assetsInlineLimit: 0,
                modulePreload: { polyfill: false },
                cssCodeSplit: true,
                rollupOptions: {
                        output: {
                                /* A page's chunk is called as its folder. */
                                chunkFileNames: ({ facadeModuleId, name }) => {
                                        const folder = facadeModuleId && basename(dirname(facadeModuleId));
                                        return `assets/${name === 'index' && folder ? folder : name}-[hash].js`;
                                },
                        },
                },
        },
});
