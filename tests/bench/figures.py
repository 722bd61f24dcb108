# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the figures of the archive cost, over the bus and in memory: rows of the table that run.py beside it prints."""

import asyncio
import concurrent.futures
import contextlib
import ipaddress
import pathlib
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from stack import NAME, ROOT, Gio, GLib, Stack, build_folder  # noqa: E402

NEW = 5200  # addresses never seen before
FIGURES = ("ByCountry", "ByJail", "ByNetwork", "ByOrigin", "TopAddresses", "Unique", "Trend", "HourOfWeek", "Compare",
           "Overview")


def ask(stack, figure, **given):
    kinds = {int: "x", str: "s"}
    options = {name: GLib.Variant(kinds[type(value)], value) for name, value in given.items()}
    return stack.call(f"Stats.{figure}", GLib.Variant("(a{sv})", (options,)), timeout=120)


def resident_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024


def running_jobs(stack):
    objects = stack.call("org.freedesktop.DBus.ObjectManager.GetManagedObjects").values()
    jobs = [interfaces["org.bangui.BanGUI1.Job"] for interfaces in objects if "org.bangui.BanGUI1.Job" in interfaces]
    return [job["Name"] for job in jobs if job["State"] == "running"]


@contextlib.contextmanager
def stack_with(bans, **more):
    """A stack whose daemon has an archive of so many bans, and has done what it does with a new one."""
    with Stack(jails={"sshd": {}}, settings={"log-level": "notice"}, daemon=False, **more) as stack:
        subprocess.run([build_folder() / "tests/bench/archive-fill", stack.folder / "store", str(bans)], check=True,
                       stdout=subprocess.DEVNULL)
        stack.start_daemon()
        stack.wait_until(lambda: not running_jobs(stack), "the first runs of the jobs", timeout=600)
        stack.restart_daemon()
        yield stack


def median_ms(times):
    return statistics.median(times) * 1000


def bench_start(row, stack, bans):
    """From the start of the process to the name on the bus, and to the first figure."""
    ready, figures, bare = [], [], []
    for _ in range(5):
        stack.stop_daemon()
        begin = time.monotonic()
        stack.start_daemon(probed=False)
        ready.append(time.monotonic() - begin)
        ask(stack, "ByCountry", range="all")
        figures.append(time.monotonic() - begin)
        begin = time.monotonic()
        subprocess.run(["setpriv", "--pdeathsig", "TERM", "true"], check=True)
        bare.append(time.monotonic() - begin)
    less = f"{median_ms(bare):.1f} ms (empty program, taken off)"
    row(f"start with {bans:,} archived bans", f"{median_ms(ready) - median_ms(bare):.1f} ms", less, "", "<= 30 ms")
    limit = "<= 300 ms" if bans == 1000000 else ""
    row("  until the first figure", f"{median_ms(figures) - median_ms(bare):.0f} ms", less, "", limit)


def bench_memory(row, stack, bans, limit):
    for given in ({"range": "all"}, {"range": "30d"}, {"range": "all", "address": "10.0.0.0/8"}):
        for figure in FIGURES:
            ask(stack, figure, **given)
    resident = f"{resident_mib(stack.daemon.pid):.1f} MiB"
    row(f"resident memory, {bans:,} archived bans", resident, "every figure asked", "", f"<= {limit} MiB")


def new_addresses():
    """Of all the world, so that most countries are among them."""
    rand = random.Random(5)
    found = {}
    while len(found) < NEW:
        address = ipaddress.IPv4Address(rand.getrandbits(32))
        if address.is_global and not address.is_multicast:
            found[str(address)] = None
    return list(found)


def ban_new(stack, now):
    with sqlite3.connect(stack.fail2ban.database, timeout=30) as database:
        database.executemany("INSERT INTO bans (jail, ip, timeofban, bantime, bancount, data)"
                             " VALUES ('sshd', ?, ?, 600, 1, '{}')", [(text, now) for text in new_addresses()])
    stack.call("Server.Probe", GLib.Variant("(a{sv})", ({},)))
    stack.wait_until(lambda: ask(stack, "Unique", since=now, until=now + 1)["addresses"] == NEW, f"{NEW} addresses",
                     timeout=120)


class Thread:
    """A database connection on a thread of its own, each call awaited: what asyncio programs in Python have."""

    def __init__(self, path):
        self.executor = concurrent.futures.ThreadPoolExecutor(1)
        self.path = path
        self.connection = None

    async def do(self, function, *arguments):
        return await asyncio.get_running_loop().run_in_executor(self.executor, function, *arguments)

    async def open(self):
        self.connection = await self.do(sqlite3.connect, self.path)
        await self.do(self.connection.execute, "PRAGMA journal_mode = WAL")
        await self.do(self.connection.execute,
                      "CREATE TABLE geo_cache (ip TEXT PRIMARY KEY, country_code TEXT, cached_at TEXT)")

    async def close(self):
        await self.do(self.connection.close)
        self.executor.shutdown()


async def count_as_predecessor(path, addresses):
    """By country with one look-up and one commit an address, while the caller waits; the country costs nothing."""
    database = Thread(path)
    await database.open()
    begin = time.monotonic()
    counts = {}
    for number, address in enumerate(addresses):
        cursor = await database.do(database.connection.execute, "SELECT country_code FROM geo_cache WHERE ip = ?",
                                   (address,))
        if await database.do(cursor.fetchone) is None:
            country = "ABCDEFGH"[number % 8]
            await database.do(database.connection.execute, "INSERT INTO geo_cache VALUES (?, ?, ?)",
                              (address, country, "2026-01-01T00:00:00"))
            await database.do(database.connection.commit)
        counts[country] = counts.get(country, 0) + 1
    took = time.monotonic() - begin
    await database.close()
    return took


def time_call(stack, member, parameters):
    """Seconds until the answer is there; Python's own time for taking it apart is not ours."""
    interface, _, method = member.rpartition(".")
    begin = time.monotonic()
    stack.bus.call_sync(NAME, ROOT, f"{NAME}.{interface}", method, parameters, None, Gio.DBusCallFlags.NONE, 60000,
                        None)
    return time.monotonic() - begin


def bench_new_addresses(row, stack):
    """By country of addresses that nobody has asked for before, beside a call that does nothing."""
    now = int(time.time())
    ban_new(stack, now)
    assert ask(stack, "ByCountry", since=now, until=now + 1)["total"] == NEW
    calls = (("Manager.CanDo", GLib.Variant("(sa{ss})", ("read", {}))),
             ("Stats.ByCountry", GLib.Variant("(a{sv})", ({"since": GLib.Variant("x", now),
                                                          "until": GLib.Variant("x", now + 1)},))),
             ("Stats.ByCountry", GLib.Variant("(a{sv})", ({"range": GLib.Variant("s", "all")},))))
    times = [[time_call(stack, *call) for call in calls] for _ in range(51)]
    empty, ours, everything = zip(*times)
    with tempfile.TemporaryDirectory(dir=stack.folder) as folder:
        theirs = [asyncio.run(count_as_predecessor(f"{folder}/{number}.db", new_addresses())) for number in range(3)]
    nothing = f"{median_ms(empty):.2f} ms (a call that does nothing)"
    more = f"{median_ms(ours) - median_ms(empty):.2f} ms"
    row(f"by country, {NEW} new addresses: more than nothing", more, nothing, "", "<= 3 ms")
    row("  all bans: more than nothing", f"{median_ms(everything) - median_ms(empty):.2f} ms", nothing, "", "")
    slow = f"{median_ms(theirs):.0f} ms (Python)"
    row("  beside a look-up and a commit an address", f"{median_ms(ours):.2f} ms", slow,
        f"{median_ms(theirs) / median_ms(ours):.0f}", ">= 300")


def main(row, programs):
    for bans in (1000000, 10000000):
        programs("bench-figures", bans)
    for bans, limit in ((100000, 24), (1000000, 40)):
        with stack_with(bans) as stack:
            bench_memory(row, stack, bans, limit)
            bench_start(row, stack, bans)
            if bans == 1000000:
                bench_new_addresses(row, stack)
