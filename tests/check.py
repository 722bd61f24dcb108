# SPDX-License-Identifier: LGPL-2.1-or-later
"""`make check`: builds twice, runs every test, and ends with one line "N passed, N failed".

The plain build serves what a person would run or install, the page, and the house rules; the build with sanitizers,
which has no page, serves everything else. Each case within a test counts, as TAP tells it; what was skipped, planned
but not run, or could not be built counts as failed.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parents[1]
CASE = re.compile(r"^(not )?ok\b([^#\n]*)(#\s*(skip|todo)\b.*)?", re.I | re.M)
SAID = re.compile(r"^(\d+) passed, (\d+) failed$", re.M)
PLAN = re.compile(r"^1\.\.(\d+)", re.M)
ENVIRONMENT = {
    # a report of a sanitizer ends the program with a status that no test expects
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:exitcode=99",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1:exitcode=99",
}


def run(*argv, env=None):
    print("$", *argv, flush=True)
    return subprocess.run([str(word) for word in argv], cwd=SOURCE, stdin=subprocess.DEVNULL,
                          env=os.environ | (env or {})).returncode


def count(entry):
    """(passed, failed) of one test of meson's log."""
    output = entry.get("stdout", "")
    cases = [is_good(match) for match in CASE.finditer(output)]
    if not cases:
        said = SAID.findall(output)
        passed, failed = map(int, said[-1]) if said else (int(entry["result"] == "OK"), 0)
        return passed, failed or int(entry["result"] != "OK")
    passed, failed = sum(cases), len(cases) - sum(cases)
    plan = PLAN.search(output)
    if plan:
        failed += max(0, int(plan[1]) - len(cases))
    if entry["result"] != "OK" and not failed:
        failed = 1
    return passed, failed


def is_good(match):
    return not match[1] and not match[4]


def explain(entry, failed):
    """What a reader of a failed test wants to see: its failed cases with what they said, and the end of the rest."""
    output, errors = entry.get("stdout", ""), entry.get("stderr", "")
    print(f"\n==== {entry['name']}: {failed} failed, {entry['result']}, {entry['duration']:.1f} s")
    start, shown = 0, False
    for match in CASE.finditer(output):
        if not is_good(match):
            print(tail(output[start:match.end()], 60))
            shown = True
        start = match.end()
    if not shown or PLAN.search(output) is None:
        print(tail(output[start:], 60))
    if errors.strip():
        print("-- standard error\n" + tail(errors, 300))
    sys.stdout.flush()


def tail(text, lines):
    kept = text.strip("\n").splitlines()
    return "\n".join(([f"({len(kept) - lines} lines left out)"] if len(kept) > lines else []) + kept[-lines:])


def test(build, *arguments):
    """Runs tests of one build folder; (passed, failed)."""
    log = build / "meson-logs/testlog.json"
    log.unlink(missing_ok=True)
    # one more than there are processors: many tests wait, for a timer or for a peer, most of their time
    processes = f"--num-processes={(os.cpu_count() or 1) + 1}"
    status = run("meson", "test", "-C", build, "--no-rebuild", processes, *arguments,
                 env=ENVIRONMENT | {"BANGUI_BUILD": str(build)})
    entries = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    passed = failed = 0
    for entry in entries:
        good, bad = count(entry)
        passed, failed = passed + good, failed + bad
        if bad:
            explain(entry, bad)
    if not entries or (status and not failed):
        failed += 1
    return passed, failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--make", default="make")
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build")
    parser.add_argument("--sanitized", type=pathlib.Path, default=SOURCE / "build-check")
    parser.add_argument("--long", action="store_true")
    given = parser.parse_args()
    plain, sanitized = given.build.resolve(), given.sanitized.resolve()
    start = time.monotonic()
    passed = failed = 0

    for folder in (plain, sanitized):
        if run(*given.make.split(), "--no-print-directory", f"BUILD={plain}", f"{folder}/build.ninja") or \
           run("ninja", "-C", folder):
            failed += 1
    if not failed:
        rounds = [(plain, "--suite", "plain"), (sanitized, "--no-suite", "plain", "--no-suite", "long")]
        if given.long:
            rounds.append((plain, "--suite", "long"))
        for folder, *arguments in rounds:
            good, bad = test(folder, *arguments)
            passed, failed = passed + good, failed + bad
    print(f"{time.monotonic() - start:.0f} s")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
