#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# build.sh SOURCE FOLDER STAMP DEPFILE: builds the page of SOURCE into FOLDER/dist, in a copy of the sources beside
# it, so that nothing is written into the source tree. Packages are fetched again only when package-lock.json is
# another one, and those that npm has in its cache are taken from there, so that a second build needs no network.
set -eu

root=$PWD source=$1 folder=$2 stamp=$3 depfile=$4
copied='index.html package.json package-lock.json tsconfig.json vite.config.ts .npmrc .prettierrc.json public src test'

mkdir -p "$folder"
cd "$folder"
for name in $copied; do
        rm -rf "./$name"
        cp -R "$source/$name" "./$name"
done

if ! cmp -s package-lock.json node_modules/.built-for; then
        # No package's own script has to run, and none does.
        if ! npm ci --prefer-offline --ignore-scripts --no-audit --no-fund >npm.log 2>&1; then
                grep -v '^npm error *$' npm.log | head -n 12 >&2
                echo "$0: npm cannot fetch the packages of client/web/package-lock.json. Is npm's registry reached?" \
                        "-Dweb=false builds without the page." >&2
                exit 1
        fi
        cp package-lock.json node_modules/.built-for
fi

rm -rf dist.new
node_modules/.bin/vite build --logLevel warn --outDir dist.new
rm -rf dist
mv dist.new dist

cd "$root"
: >"$stamp"
{
        printf '%s:' "$stamp"
        find "$source/public" "$source/src" "$source/test" -type f -printf ' %p'
        for name in index.html package.json package-lock.json tsconfig.json vite.config.ts .npmrc .prettierrc.json; do
                printf ' %s' "$source/$name"
        done
        echo
} >"$depfile"
