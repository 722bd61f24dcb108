# SPDX-License-Identifier: LGPL-2.1-or-later
"""make bench: what things cost, each beside what it is to be compared with, in one run.

Machines are shared and noisy, so figures that are compared are measured in turn and shown as a ratio; figures of one
kind alone (memory) have a limit. Nothing is asserted: the table is to be read. Programs beside this file print rows of
their own: name, ours, theirs, ratio, limit, separated by tabs.
"""

import pathlib
import pickle
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
import figures  # noqa: E402
import rest  # noqa: E402
from stack import SOURCE, GLib, Stack, build_folder  # noqa: E402

END = b"<F2B_END_COMMAND>"
ROWS = []


def row(name, ours, theirs, ratio, limit):
    ROWS.append((name, ours, theirs, ratio, limit))
    print(f"{name:48} {ours:>16} {theirs:>34} {ratio:>9} {limit:>16}", flush=True)


def programs(*argv):
    """Rows of a program of ours."""
    words = [str(build_folder() / "tests/bench" / argv[0]), *map(str, argv[1:])]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600)
    for line in done.stdout.splitlines():
        fields = line.split("\t")
        if len(fields) == 5:
            row(*fields)
    if done.returncode != 0:
        row(argv[0], "failed", done.stderr.strip()[-60:], "", "")


class Raw:
    """The least that can be said to fail2ban's socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))

    def ask(self, *words):
        self.socket.sendall(pickle.dumps(list(words), 2) + END)
        reply = b""
        while not reply.endswith(END):
            reply += self.socket.recv(65536)
        return reply


PINGER = """
import pickle, socket, sys, time
peer = socket.socket(socket.AF_UNIX)
peer.connect(sys.argv[1])
print(flush=True)
times = []
import select
while not select.select([sys.stdin], [], [], 0.004)[0]:
    begin = time.monotonic()
    peer.sendall(pickle.dumps(['ping'], 2) + b'<F2B_END_COMMAND>')
    reply = b''
    while not reply.endswith(b'<F2B_END_COMMAND>'):
        reply += peer.recv(4096)
    times.append(time.monotonic() - begin)
times.sort()
print(times[len(times) * 99 // 100] * 1000, times[-1] * 1000)
"""


class Pinger:
    """Another client of fail2ban, a process of its own; p99 and maximum in milliseconds when it is ended."""

    def __init__(self, path):
        self.process = subprocess.Popen([sys.executable, "-c", PINGER, str(path)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def end(self):
        return [float(word) for word in self.process.communicate("\n")[0].split()]


def addresses(first, count):
    return [f"203.{(n >> 16) & 255}.{(n >> 8) & 255}.{n & 255}" for n in range(first, first + count)]


def ban_words(texts):
    """What is sent; to make 10,000 of these takes Python 26 ms, which are nobody's share."""
    return GLib.Variant("(asasa{sv})", (texts, ["bench"], {"wait": GLib.Variant("x", 20)}))


def ban(stack, words):
    answer = stack.call("Bans.Ban", words, timeout=60)
    if "operation" in answer:
        path = answer["operation"]
        stack.wait_until(lambda: stack.get("Operation", "State", path) != "running", "the operation's end", timeout=300)


def ban_raw(stack, texts, size=100):
    peer = Raw(stack.fail2ban.socket)
    for first in range(0, len(texts), size):
        peer.ask("set", "bench", "banip", *texts[first:first + size])


def seconds(work, *arguments):
    begin = time.monotonic()
    work(*arguments)
    return time.monotonic() - begin


def cpu_ticks(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def settle(stack):
    """Waits until what came before is no burden any more: fail2ban and banguid go on after their answers."""
    pids = (stack.daemon.pid, stack.fail2ban.process.pid)
    before, ticks = None, [cpu_ticks(pid) for pid in pids]
    while before != ticks:
        time.sleep(0.2)
        before, ticks = ticks, [cpu_ticks(pid) for pid in pids]


def unban_all(stack):
    Raw(stack.fail2ban.socket).ask("unban", "--all")
    stack.call("Server.Probe", GLib.Variant("(a{sv})", ({},)))
    stack.wait_until(lambda: stack.get("Bans", "Active") == 0, "no bans")
    settle(stack)


def resident_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024


def pinged(stack, work, *arguments):
    """p99 and maximum of another client's pings meanwhile."""
    pinger = Pinger(stack.fail2ban.socket)
    work(*arguments)
    return pinger.end()


def bench_ban(stack):
    """10,000 addresses with an action that does nothing, ours and raw in turn."""
    texts = addresses(0, 10000)
    works = {"raw": (ban_raw, stack, texts), "ours": (ban, stack, ban_words(texts))}
    times, pings = {"raw": [], "ours": []}, {"raw": [], "ours": []}
    for _ in range(10):
        for who, work in works.items():
            times[who].append(seconds(*work))
            unban_all(stack)
            pings[who].append(pinged(stack, *work)[0])
            unban_all(stack)
    mine, theirs = (statistics.median(times[who]) for who in ("ours", "raw"))
    row("ban 10,000, action does nothing", f"{mine * 1000:.0f} ms", f"{theirs * 1000:.0f} ms (raw, chunks of 100)",
        f"{mine / theirs:.2f}", "<= 1.2")
    mine, theirs = (statistics.median(pings[who]) for who in ("ours", "raw"))
    row("  others' ping meanwhile, p99", f"{mine:.1f} ms", f"{theirs:.1f} ms (raw)", "", "<= 25 ms")


def bench_slow_action():
    """Pings in between say how long a command lasts; one address a command is the shortest that it can be."""
    ours, raw = [], []
    with Stack(jails={"bench": {}}, action="sleep 0.005") as stack:
        ban(stack, ban_words(addresses(0, 20)))
        for first in range(1000, 6000, 1000):
            ours.append(pinged(stack, ban, stack, ban_words(addresses(first, 100)))[1])
            raw.append(pinged(stack, ban_raw, stack, addresses(first + 500, 100), 1)[1])
    mine, theirs = statistics.median(ours), statistics.median(raw)
    row("ban 100, action costs 5 ms: longest ping", f"{mine:.1f} ms", f"{theirs:.1f} ms (raw, one at a time)", "",
        "<= 20 ms")


def bench_memory(stack):
    time.sleep(2)
    row("resident memory, idle", f"{resident_mib(stack.daemon.pid):.1f} MiB", "", "", "<= 12 MiB")
    for first in range(0, 100000, 10000):
        ban(stack, ban_words(addresses(first, 10000)))
    stack.wait_until(lambda: stack.get("Bans", "Active") == 100000, "100,000 bans")
    time.sleep(8)  # fail2ban writes its rows after its answers
    row("resident memory, 100,000 bans", f"{resident_mib(stack.daemon.pid):.1f} MiB", "", "", "<= 28 MiB")
    stack.restart_daemon()
    stack.wait_until(lambda: stack.get("Bans", "Active") == 100000, "100,000 bans after a restart")
    time.sleep(2)
    row("  the same after a restart of banguid", f"{resident_mib(stack.daemon.pid):.1f} MiB", "", "", "<= 28 MiB")


def bench_start(stack):
    times = []
    for _ in range(7):
        stack.stop_daemon()
        begin = time.monotonic()
        stack.start_daemon()
        times.append(time.monotonic() - begin)
    bare = []
    for _ in range(7):
        begin = time.monotonic()
        subprocess.run(["setpriv", "--pdeathsig", "TERM", "true"], check=True)
        bare.append(time.monotonic() - begin)
    mine, theirs = statistics.median(times), statistics.median(bare)
    row("start until it answers on the bus", f"{(mine - theirs) * 1000:.1f} ms",
        f"{theirs * 1000:.1f} ms (empty program, taken off)", "", "<= 30 ms")


def bench_rest(stack):
    """Wake-ups of all threads in a minute in which nothing happens: two probes and the jobs of a minute are in it."""
    def switches():
        total = 0
        for task in pathlib.Path(f"/proc/{stack.daemon.pid}/task").iterdir():
            for line in (task / "status").read_text().splitlines():
                if line.startswith("voluntary_ctxt_switches:"):
                    total += int(line.split()[1])
        return total
    time.sleep(20)  # idle workers end in this time
    before = switches()
    time.sleep(60)
    row("wake-ups a second at rest", f"{(switches() - before) / 60:.2f}", "", "", "< 2")


def open_policy(folder):
    """Our bus policy, and leave to call the bare service that calls are compared with."""
    path = pathlib.Path(folder) / "bench.conf"
    shipped = (SOURCE / "data/dbus-1/org.bangui.BanGUI1.conf").read_text()
    leave = '<policy context="default"><allow send_interface="bench.Bare"/></policy>'
    path.write_text(shipped.replace("</busconfig>", f"{leave}\n</busconfig>"))
    return path


def bench_history():
    """A page of the archive, where a million bans are in it."""
    with tempfile.TemporaryDirectory() as folder, \
            figures.stack_with(1000000, bus_policy=open_policy(folder)) as stack:
        programs("bench-history", stack.address)


def main():
    print(f"{'what':48} {'ours':>16} {'beside':>34} {'ratio':>9} {'limit':>16}")
    with tempfile.TemporaryDirectory() as folder, \
            Stack(jails={"bench": {"bantime": "1d"}, "sshd": {"filter": "sshd"}}, settings={"log-level": "notice"},
                  bus_policy=open_policy(folder)) as stack:
        programs("bench-bus", stack.address)
        peers = (stack.address, stack.fail2ban.socket, stack.fail2ban.etc)
        programs("bench-cli", stack.client, *peers, "status")
        programs("bench-cli", build_folder() / "tests/bench/bench-bare", *peers, "bare")
        bench_start(stack)
        bench_rest(stack)
        bench_ban(stack)
    with Stack(jails={"bench": {"bantime": "1d"}}, settings={"log-level": "notice"}) as stack:
        bench_memory(stack)
        programs("bench-cli", stack.client, stack.address, stack.fail2ban.socket, stack.fail2ban.etc, "bans")
        programs("bench-decode", stack.fail2ban.socket, "bench")
        programs("bench-ban-table")
        programs("bench-geo", build_folder() / "data/geo/country.mmdb")
        programs("bench-retention")
    programs("bench-archive")
    bench_history()
    bench_slow_action()
    figures.main(row, programs)
    rest.main(row, programs)


if __name__ == "__main__":
    main()
