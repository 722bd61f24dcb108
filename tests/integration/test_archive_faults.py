# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults around the archive: no committed ban is lost, none is there twice, and what failed goes on by itself.

fail2ban's history is written by the test itself, beside a fail2ban that runs and does nothing: thousands of bans in a
moment, at any time. Our database is looked at in a copy, so that what a dead daemon left is the next one's to recover.
"""

import contextlib
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

import tap
from gi.repository import GLib
from stack import Stack, StackError, can_have_polkit

KILLS = 50
BATCH = 4000  # bans, two pieces of a sync
SEED = int(os.environ.get("BANGUI_TEST_SEED", time.time_ns() % 1000000))
TABLES_OF_THE_FIRST_VERSION = {"audit", "jail", "manual", "manual_address"}


class History:
    """Rows in fail2ban's table of bans."""

    def __init__(self, stack):
        self.path = stack.fail2ban.database
        self.start = int(time.time()) - 3600
        self.n = 0
        self.told = set()

    def run(self, work):
        with contextlib.closing(sqlite3.connect(self.path, timeout=30)) as database, database:
            return work(database)

    def add(self, n):
        rows = [("sshd", f"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}", self.start + i // 100, 600, 1,
                 b'{"matches": ["line %d"], "failures": 3}' % i) for i in range(self.n, self.n + n)]
        self.run(lambda database: database.executemany("INSERT INTO bans VALUES(?, ?, ?, ?, ?, ?)", rows))
        self.n += n
        self.told |= {(row[1], row[2]) for row in rows}

    def forget_last(self, n):
        """As an unban does: the rows go, and their numbers are given away anew."""
        self.run(lambda database: database.execute(
            "DELETE FROM bans WHERE rowid > (SELECT max(rowid) FROM bans) - ?", (n,)))


def text_of(address):
    return ".".join(map(str, address)) if isinstance(address, bytes) else address


@contextlib.contextmanager
def copied(folder):
    """Our database with its log, as it is at this moment, opened somewhere else."""
    with tempfile.TemporaryDirectory(prefix="bangui-") as place:
        for path in folder.glob("bangui.sqlite3*"):
            if not path.name.endswith("-shm"):
                shutil.copy(path, place)
        with contextlib.closing(sqlite3.connect(f"{place}/bangui.sqlite3")) as database:
            yield database


def read_archive(folder, with_lines=True):
    """The bans as (address, time), each once."""
    with copied(folder) as database:
        assert database.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        rows = [(text_of(address), at) for address, at in database.execute("SELECT address, id >> 20 FROM ban")]
        assert database.execute("SELECT count(*) FROM ban_data WHERE id NOT IN (SELECT id FROM ban)").fetchone() == (0,)
        lines = database.execute("SELECT count(*) FROM ban_data").fetchone()[0]
    assert len(rows) == len(set(rows)), "a ban is there twice"
    assert lines == (len(rows) if with_lines else 0), "a ban has lost its lines"
    return set(rows)


def log(stack):
    return (stack.folder / "banguid.out").read_text(errors="replace")


class Kill(unittest.TestCase):
    """Signal 9 at random moments."""

    def setUp(self):
        print(f"# BANGUI_TEST_SEED={SEED}", flush=True)
        self.random = random.Random(SEED)

    def test_while_it_reads_the_history(self):
        with Stack(daemon=False) as stack:
            history, before, partly = History(stack), set(), 0
            for _ in range(KILLS):
                history.add(BATCH)
                if self.random.random() < 0.2:
                    history.forget_last(self.random.randrange(1, BATCH))
                stack.start_daemon(probed=False)
                time.sleep(self.random.uniform(0.15, 0.4))
                stack.stop_daemon(signal.SIGKILL, expect=-signal.SIGKILL)
                now = read_archive(stack.folder / "store")
                self.assertLessEqual(before, now, "a committed ban is lost")
                self.assertLessEqual(now, history.told)
                partly += 0 < len(now - before) < BATCH
                before = now
            print(f"# killed within a batch: {partly} times", flush=True)

            stack.start_daemon()
            there = {row for row in history.run(lambda database: database.execute(
                "SELECT ip, timeofban FROM bans").fetchall())}
            stack.wait_until(lambda: there <= read_archive(stack.folder / "store"), "the rest of the history")

    def test_while_it_imports_a_log(self):
        """Each round into an empty archive, and then the same file again: it gives what the first time did not."""
        start = int(time.time()) - 86400
        told = {(f"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}", start + i // 50) for i in range(6 * BATCH)}
        lines = (f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(at))},000 fail2ban.actions [1]: NOTICE  [sshd] "
                 f"Ban {address}\n" for address, at in sorted(told, key=lambda ban: ban[1]))
        options = {"timezone": GLib.Variant("s", "UTC"), "wait": GLib.Variant("x", 20)}
        words = GLib.Variant("(ha{sv})", (0, options))
        partly = 0
        with Stack(daemon=False) as stack:
            (stack.folder / "old.log").write_text("".join(lines))
            for _ in range(KILLS):
                stack.start_daemon()
                with open(stack.folder / "old.log", "rb") as file:
                    stack.send("History.ImportLog", words, fds=[file.fileno()])
                time.sleep(self.random.uniform(0, 0.3))
                stack.stop_daemon(signal.SIGKILL, expect=-signal.SIGKILL)
                before = read_archive(stack.folder / "store", with_lines=False)
                self.assertLessEqual(before, told)
                partly += 0 < len(before) < len(told)

                stack.start_daemon()
                with open(stack.folder / "old.log", "rb") as file:
                    result = stack.call("History.ImportLog", words, fds=[file.fileno()])
                self.assertEqual((len(told) - len(before), len(before)), (result["bans"], result["known"]))
                self.assertEqual(told, read_archive(stack.folder / "store", with_lines=False))
                stack.stop_daemon()
                shutil.rmtree(stack.folder / "store")
        print(f"# killed within a file: {partly} times", flush=True)

    def test_while_it_migrates(self):
        with Stack(daemon=False, fail2ban=False) as stack:
            stack.start_daemon(probed=False)
            stack.stop_daemon()
            old = stack.folder / "old.sqlite3"
            self.make_old(stack.folder / "store/bangui.sqlite3", old)
            for _ in range(KILLS):
                self.put_old(stack, old)
                stack.start_daemon(wait=False)
                time.sleep(self.random.uniform(0, 0.06))
                stack.stop_daemon(signal.SIGKILL, expect=-signal.SIGKILL)
                with copied(stack.folder / "store") as database:
                    self.assertEqual(database.execute("PRAGMA quick_check").fetchall(), [("ok",)])
                    self.assertEqual(database.execute("SELECT count(*) FROM audit").fetchone(), (5000,))
                    tables = {name for name, in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
                    version = database.execute("PRAGMA user_version").fetchone()[0]
                    self.assertEqual(version > 1, "ban" in tables, "half a migration")
                    self.assertEqual(version > 2, "activity" in tables, "half a migration")
                for kept in (stack.folder / "store").glob("*.v[12]"):
                    with contextlib.closing(sqlite3.connect(kept)) as database:
                        self.assertEqual(database.execute("SELECT count(*) FROM audit").fetchone(), (5000,))
                stack.start_daemon(probed=False)
                stack.stop_daemon()

    @staticmethod
    def make_old(path, old):
        """A database of the first version with something in it."""
        now = int(time.time())
        shutil.copy(path, old)
        with contextlib.closing(sqlite3.connect(old)) as database:
            names = [name for name, in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            for name in names:
                if name not in TABLES_OF_THE_FIRST_VERSION and not name.startswith("sqlite_"):
                    database.execute(f"DROP TABLE {name}")
            database.executemany("INSERT INTO audit VALUES(?, ?, 0, '', '', '', '', '', '', '', '', '', ?)",
                                 [(i, now, "x" * 100) for i in range(1, 5001)])
            database.execute("PRAGMA user_version = 1")
            database.commit()

    @staticmethod
    def put_old(stack, old):
        for path in (stack.folder / "store").glob("bangui.sqlite3*"):
            path.unlink()
        shutil.copy(old, stack.folder / "store/bangui.sqlite3")


class Failing(unittest.TestCase):
    """The database cannot be written or read for a while."""

    def assert_alive(self, stack):
        stack.call("org.freedesktop.DBus.Peer.Ping")
        self.assertTrue(stack.get("Server", "Online"))

    def wait_for_failure(self, stack, *words):
        stack.wait_until(lambda: "keeping the archive up to date failed" in log(stack)
                         and all(word in log(stack) for word in words), "the failure in the log")
        self.assert_alive(stack)

    def wait_for_all(self, stack, history):
        stack.wait_until(lambda: stack.get("History", "Bans") == len(history.told), "all bans in the archive")

    def test_locked_by_another_for_ten_seconds(self):
        with Stack() as stack:
            history = History(stack)
            with contextlib.closing(sqlite3.connect(stack.folder / "store/bangui.sqlite3")) as database:
                database.execute("BEGIN IMMEDIATE")
                locked = time.monotonic()
                history.add(100)
                self.wait_for_failure(stack, "locked")
                time.sleep(max(0, locked + 10 - time.monotonic()))
                database.rollback()
            self.wait_for_all(stack, history)
        self.assertEqual(len(history.told), 100)

    def in_tmpfs(self, size):
        """A stack whose store is on a file system of its own of that size."""
        script = f"mount -t tmpfs -o size={size} tmpfs {{folder}}/store && exec \"$@\""
        return Stack(wrapper=("unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"))

    def remount(self, stack, options):
        subprocess.run(["nsenter", "-t", str(stack.daemon.pid), "-m", "mount", "-o", f"remount,{options}",
                        stack.folder / "store"], check=True)

    def seen(self, stack):
        """The daemon's own view of its store."""
        return pathlib.Path(f"/proc/{stack.daemon.pid}/root{stack.folder}/store")

    @unittest.skipUnless(can_have_polkit(), "needs root and mount namespaces")
    def test_disk_full(self):
        with self.in_tmpfs("3m") as stack:
            history = History(stack)
            history.add(20000)
            self.wait_for_failure(stack, "full")
            kept = read_archive(self.seen(stack))
            self.assertLess(len(kept), 20000)
            self.remount(stack, "size=100m")
            self.wait_for_all(stack, history)
            self.assertEqual(read_archive(self.seen(stack)), history.told)

    @unittest.skipUnless(can_have_polkit(), "needs root and mount namespaces")
    def test_read_only(self):
        with Stack() as stack:
            history = History(stack)
            history.add(100)
            self.wait_for_all(stack, history)
            stack.stop_daemon()
            (stack.folder / "store/bangui.sqlite3").chmod(0o400)
            stack.wrapper = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")
            with self.assertRaisesRegex(StackError, "we may read and write"):
                stack.start_daemon()
            stack.daemon = None
            (stack.folder / "store/bangui.sqlite3").chmod(0o600)
            stack.wrapper = ()
            history.add(100)
            stack.start_daemon()
            self.wait_for_all(stack, history)

    def test_damaged_page(self):
        with Stack() as stack:
            history = History(stack)
            history.add(100)
            self.wait_for_all(stack, history)
            stack.stop_daemon()
            path = stack.folder / "store/bangui.sqlite3"
            with contextlib.closing(sqlite3.connect(path)) as database:
                page = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'ban'").fetchone()[0]
                size = database.execute("PRAGMA page_size").fetchone()[0]
            with open(path, "r+b") as file:
                file.seek((page - 1) * size)
                file.write(b"\xff" * size)
            stack.start_daemon()
            self.wait_for_failure(stack, "malformed")
            self.assertEqual("DatabaseCorrupted", stack.error("History.List", GLib.Variant("(a{sv})", ({},)))[0])

    def test_newer_schema(self):
        with Stack(daemon=False, fail2ban=False) as stack:
            stack.start_daemon(probed=False)
            stack.stop_daemon()
            with contextlib.closing(sqlite3.connect(stack.folder / "store/bangui.sqlite3")) as database:
                database.execute("PRAGMA user_version = 99")
            with self.assertRaisesRegex(StackError, "version 99"):
                stack.start_daemon()
            stack.daemon = None


class Whole(unittest.TestCase):
    """From the log line to the row, with its end."""

    def rows(self, stack, what):
        with copied(stack.folder / "store") as database:
            return database.execute(what).fetchall()

    def test_a_ban_and_who_lifted_it(self):
        with Stack() as stack:
            stack.fail("sshd", "192.0.2.1", times=3)
            stack.ban("203.0.113.2")
            stack.wait_until(lambda: stack.get("History", "Bans") == 2, "both bans")
            stack.banguictl("unban", "192.0.2.1", "--reason", "a customer", check=True)
            stack.wait_until(lambda: self.rows(stack, "SELECT reason, uid, cause FROM unban") ==
                             [("a customer", os.geteuid(), 2)], "the end")
            bans = self.rows(stack, "SELECT address, origin, ended_at > 0 FROM ban ORDER BY address")
            self.assertEqual(bans, [(bytes([192, 0, 2, 1]), 0, 1), (bytes([203, 0, 113, 2]), 1, 0)])

    def test_without_a_database(self):
        with Stack(dbfile="None") as stack:
            stack.fail("sshd", "192.0.2.1", times=3)
            stack.wait_until(lambda: stack.get("History", "Bans") == 1, "the ban")
            stack.banguictl("unban", "192.0.2.1", check=True)
            stack.wait_until(lambda: self.rows(stack, "SELECT cause FROM unban") == [(2,)], "the end")
            self.assertEqual(self.rows(stack, "SELECT sources FROM ban"), [(4,)])


if __name__ == "__main__":
    tap.main()
