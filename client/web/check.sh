#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# check.sh FOLDER types|modules, in a folder where build.sh was: the types and the style of all sources, or the tests of
# those modules that need no browser.
set -eu

cd "$1"
case $2 in
types)
        node_modules/.bin/tsc --noEmit
        echo 'ok 1 - types of the page'
        node_modules/.bin/prettier --check --log-level=warn 'src/**/*.{ts,tsx}' 'test/**/*.ts' vite.config.ts
        echo 'ok 2 - style of the page'
        ;;
modules)
        node_modules/.bin/esbuild test/all.ts --bundle --platform=node --format=esm --log-level=warning \
                --outfile=modules-test.mjs
        node --test-reporter=tap modules-test.mjs
        ;;
esac
