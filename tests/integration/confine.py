# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a program as confined as a unit says, as far as that goes without systemd.

    unshare --mount --propagation private confine.py files UNIT WRITABLE... -- COMMAND...

Applied are: no capabilities, no new privileges, the secure bits, a file system that is read-only but for the folders
WRITABLE (in place of StateDirectory=), the system calls of SystemCallFilter= and the address families of
RestrictAddressFamilies=. Needs root.
"""

import ctypes
import os
import pathlib
import re
import struct
import subprocess
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1  # with EPERM
CALL_NUMBER, FIRST_ARGUMENT = 0, 16  # offsets in struct seccomp_data, of a little-endian machine
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}


def settings(unit):
    """[(key, value)] of a unit, in order."""
    return re.findall(r"^(\w+)=(.*)$", pathlib.Path(unit).read_text(), re.M)


def call_numbers():
    """{name: number} of this machine, from the C library's headers."""
    words = ["gcc", "-E", "-dM", "-include", "sys/syscall.h", "-x", "c", "/dev/null"]
    given = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return {name: int(number) for name, number in re.findall(r"^#define __NR_(\w+) (\d+)$", given, re.M)}


def expand(word):
    """Names of a system call or of a group of systemd's."""
    if not word.startswith("@"):
        return {word}
    given = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", word], capture_output=True, text=True,
                           check=True).stdout
    names = set()
    for line in given.splitlines()[1:]:
        if line.strip() and not line.strip().startswith("#"):
            names |= expand(line.strip())
    return names


def allowed_calls(unit):
    allowed = set()
    for key, value in settings(unit):
        if key == "SystemCallFilter":
            names = set().union(*(expand(word) for word in value.lstrip("~").split()))
            allowed = allowed - names if value.startswith("~") else allowed | names
    return allowed


def allowed_families(unit):
    words = " ".join(value for key, value in settings(unit) if key == "RestrictAddressFamilies")
    return [FAMILIES[word] for word in words.split()]


def make_filter(calls, families, socket_call):
    """The filter's program: sock_filter entries (code, jump if true, jump if false, operand)."""
    program = [(LOAD, 0, 0, CALL_NUMBER)]
    for number in sorted(calls - {socket_call}):
        program += [(JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]
    program += [(JUMP_EQUAL, 1, 0, socket_call), (RETURN, 0, 0, REFUSE), (LOAD, 0, 0, FIRST_ARGUMENT)]
    for family in families:
        program += [(JUMP_EQUAL, 0, 1, family), (RETURN, 0, 0, ALLOW)]
    program.append((RETURN, 0, 0, REFUSE))
    return b"".join(struct.pack("HBBI", *entry) for entry in program)


def install(program):
    libc = ctypes.CDLL(None, use_errno=True)
    entries = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HP", len(program) // 8, ctypes.addressof(entries))
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0):
        raise OSError(ctypes.get_errno(), "the filter of system calls is not taken")


def close_files(writable):
    """In the mount namespace that the caller made for us."""
    for folder in writable:
        subprocess.run(["mount", "--bind", folder, folder], check=True)
    kept = {os.path.realpath(folder) for folder in writable}
    places = {line.split()[1] for line in pathlib.Path("/proc/self/mounts").read_text().splitlines()}
    for place in places - kept:
        if not place.startswith(("/proc", "/sys", "/dev")):
            subprocess.run(["mount", "-o", "remount,bind,ro", place], check=True)


def main():
    split = sys.argv.index("--")
    stage, unit, *writable = sys.argv[1:split]
    command = sys.argv[split + 1:]
    if stage == "files":
        close_files(writable)
        again = [sys.executable, "-B", __file__, "calls", unit, "--", *command]
        bits = ["--bounding-set=-all", "--inh-caps=-all", "--securebits=+noroot,+noroot_locked", "--no-new-privs"]
        os.execvp("setpriv", ["setpriv", *bits, *again])
    numbers = call_numbers()
    calls = {numbers[name] for name in allowed_calls(unit) if name in numbers}
    install(make_filter(calls, allowed_families(unit), numbers["socket"]))
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
