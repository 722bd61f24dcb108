# SPDX-License-Identifier: LGPL-2.1-or-later
"""clang-tidy over the C files of the product: lint.py [--tap] [FOLDER], the build that says how they are compiled."""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def lint(build, path):
    given = subprocess.run(["clang-tidy", "--quiet", "-p", build, path], cwd=SOURCE, capture_output=True, text=True)
    # the compiler of the build is gcc: options that only it knows are no fault of the file
    foreign = ("[clang-diagnostic-unknown-warning-option", "[clang-diagnostic-unused-command-line-argument")
    text = "\n".join(line for line in given.stdout.splitlines() if not any(word in line for word in foreign))
    return re.search(r": (error|warning):", text) is None, text


def main():
    words = sys.argv[1:]
    speak_tap = "--tap" in words
    build = next((word for word in words if not word.startswith("-")), os.environ.get("BANGUI_BUILD", "build"))
    commands = json.loads((SOURCE / build / "compile_commands.json").read_text())
    paths = sorted({os.path.relpath(os.path.join(entry["directory"], entry["file"]), SOURCE) for entry in commands})
    paths = [path for path in paths if path.startswith(("daemon/", "client/", "interfaces/")) and path.endswith(".c")]
    bad = 0
    if speak_tap:
        print(f"TAP version 13\n1..{len(paths)}", flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, (path, (good, text)) in enumerate(zip(paths, pool.map(lambda path: lint(build, path), paths)), 1):
            bad += not good
            if speak_tap:
                print("\n".join(f"# {line}" for line in text.splitlines() if not good))
                print(f"{'ok' if good else 'not ok'} {number} - {path}", flush=True)
            elif not good:
                print(text, flush=True)
    if not speak_tap:
        print(f"{len(paths) - bad} of {len(paths)} files are clean")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
