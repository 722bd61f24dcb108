#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# run.sh SECONDS BUILD [TARGET...]: fuzzes each target (all that meson.build names) for SECONDS, starting from the
# captures, or from a request for each route. Builds with clang in the folder BUILD, which is made when it is not there.
# What makes a target fail is left in BUILD/findings; what was new in BUILD/corpus, for the next time.
set -eu

if [ $# -lt 2 ]; then
        echo "Usage: run.sh SECONDS BUILD [TARGET...]" >&2
        exit 2
fi
seconds=$1 build=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

if [ ! -f "$build/build.ninja" ]; then
        CC=clang CFLAGS=-fsanitize=fuzzer-no-link meson setup -Dfuzz=true -Db_sanitize=address,undefined \
                -Db_lundef=false -Dweb=false "$build" "$root"
fi
[ $# -gt 0 ] || set -- $(cd "$here" && ls fuzz-*.c | sed 's/^fuzz-\(.*\)\.c$/\1/')

# Folders that a target starts from.
seeds() {
        case $1 in
        rest)
                ninja -C "$build" client/rest/routes.json >&2
                mkdir -p "$build/seeds/rest"
                /usr/bin/python3 -B "$here/seeds-rest.py" "$build/client/rest/routes.json" "$build/seeds/rest"
                echo "$build/seeds/rest"
                ;;
        *) echo "$root/tests/data/captures" "$root/tests/data/captures/hostile" ;;
        esac
}

export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
for target; do
        ninja -C "$build" "tests/fuzz/fuzz-$target"
        mkdir -p "$build/corpus/$target" "$build/findings"
        start=$(seeds "$target")
        "$build/tests/fuzz/fuzz-$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 \
                -print_final_stats=1 -artifact_prefix="$build/findings/$target-" \
                "$build/corpus/$target" $start
done
