# SPDX-License-Identifier: LGPL-2.1-or-later
"""The database looked after: purged, compacted, backed up and restored; cancelled, starved and killed in the middle."""

import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import time
import unittest

import tap
from gi.repository import Gio, GLib
from stack import NAME, ROOT, Stack, build_folder, can_have_polkit

BANS = 30000
ROUNDS = 50
DAY = 24 * 60 * 60


def options(**values):
    kinds = {int: "x", str: "s"}
    return GLib.Variant("(a{sv})", ({key: GLib.Variant(kinds[type(v)], v) for key, v in values.items()},))


class CareTest(unittest.TestCase):
    """A daemon alone, over an archive of a year that it keeps for ever."""

    settings = {"archive-days": 0}

    def setUp(self):
        self.stack = self.enterContext(Stack(fail2ban=False, daemon=False, settings=self.settings))
        self.store = self.stack.folder / "store"
        subprocess.run([build_folder() / "tests/bench/archive-fill", self.store, str(BANS)], check=True,
                       stdout=subprocess.DEVNULL)
        self.now = int(time.time())
        self.start()

    def start(self):
        self.stack.start_daemon(probed=False)
        self.stack.wait_until(lambda: self.stack.get("History", "Bans") == self.query("SELECT count(*) FROM ban"),
                              "the archive's count")

    def query(self, sql, file=None):
        """One number, read beside the daemon."""
        with sqlite3.connect(f"file:{file or self.store / 'bangui.sqlite3'}?mode=ro", uri=True, timeout=20) as database:
            return database.execute(sql).fetchone()[0]

    def accounted(self):
        """Bans that are there or counted; both of one moment."""
        return self.query("SELECT (SELECT count(*) FROM ban) + (SELECT ifnull(sum(bans), 0) FROM ban_total)")

    def backup(self, fd, **values):
        files = Gio.UnixFDList.new()
        files.append(fd)
        parameters = GLib.Variant("(ha{sv})", (0, {key: GLib.Variant("x", v) for key, v in values.items()}))
        answer, _ = self.stack.bus.call_with_unix_fd_list_sync(
            NAME, ROOT, f"{NAME}.History", "Backup", parameters, None, Gio.DBusCallFlags.NONE, 60000, files, None)
        return answer.unpack()[0]

    def nothing_left(self):
        names = {path.name for path in self.store.iterdir()}
        self.assertLessEqual(names, {"bangui.lock", *(f"bangui.sqlite3{end}" for end in ("", "-wal", "-shm"))})


class Purge(CareTest):
    def test_purge(self):
        limit = self.now - 100 * DAY
        old = self.query(f"SELECT count(*) FROM ban WHERE id >> 20 < {limit}")
        old_ends = self.query(f"SELECT count(*) FROM unban WHERE id >> 20 < {limit}")
        self.assertLess(0, old)
        result = self.stack.call("History.Purge", options(before=limit, wait=20, reason="tidying up"))
        self.assertEqual({"removed": old + old_ends, "before": limit}, result)
        self.assertEqual(BANS - old, self.query("SELECT count(*) FROM ban"))
        self.assertEqual(0, self.query("SELECT count(*) FROM ban_data WHERE id NOT IN (SELECT id FROM ban)"))
        self.assertEqual(BANS, self.accounted())
        self.stack.wait_until(lambda: self.stack.get("History", "Bans") == BANS - old, "the property")
        self.assertLessEqual(limit, self.stack.get("History", "OldestAt"))
        again = self.stack.call("History.Purge", options(before=limit, wait=20))
        self.assertEqual(0, again["removed"])
        self.assertEqual(BANS, self.accounted())

    def test_it_must_be_said_what(self):
        for given in ({}, {"days": 3, "before": 5}, {"days": -1}, {"year": 1}):
            with self.subTest(given=given):
                self.assertEqual("InvalidArgument", self.stack.error("History.Purge", options(**given))[0])
        self.assertEqual(BANS, self.query("SELECT count(*) FROM ban"))


class Job(CareTest):
    settings = {}

    def test_retention(self):
        """It follows the setting as it is now."""
        for days in (30, 0):
            self.stack.call("Settings.Set", GLib.Variant("(a{sv}a{sv})",
                                                         ({"archive-days": GLib.Variant("x", days)}, {})))
            row = self.stack.call("Jobs.Run", GLib.Variant("(sa{sv})", ("archive-retention",
                                                                        {"wait": GLib.Variant("x", 20)})))
            self.assertEqual("done", row["last_result"])
        oldest = self.query("SELECT min(id) >> 20 FROM ban")
        self.assertAlmostEqual(self.now - 30 * DAY, oldest, delta=DAY)
        self.assertEqual(BANS, self.accounted())


    def test_ended_in_the_middle(self):
        """The end of the daemon ends a run between two steps, in order, and every ban is accounted for."""
        self.stack.wait_until(lambda: self.job("LastResult") == "done", "the run at the start")
        self.stack.call("Settings.Set", GLib.Variant("(a{sv}a{sv})", ({"archive-days": GLib.Variant("x", 1)}, {})))
        self.stack.call("Jobs.Run", GLib.Variant("(sa{sv})", ("archive-retention", {"wait": GLib.Variant("x", 0)})))
        self.stack.stop_daemon()
        self.assertEqual(BANS, self.accounted())
        self.assertLess(0, self.query(f"SELECT count(*) FROM ban WHERE id >> 20 < {self.now - 2 * DAY}"))
        self.start()
        self.assertEqual(BANS, self.accounted())

    def job(self, name):
        return self.stack.get("Job", name, f"{ROOT}/job/archive_2dretention")


class Compact(CareTest):
    def test_compact(self):
        self.stack.call("History.Purge", options(days=20, wait=20))
        left = self.query("SELECT count(*) FROM ban")
        result = self.stack.call("History.Compact", options(wait=20))
        self.assertEqual(result["bytes_gained"], result["bytes_before"] - result["bytes_after"])
        self.assertLess(result["bytes_after"], result["bytes_before"] / 3)
        self.assertEqual("ok", self.query("PRAGMA integrity_check"))
        self.assertEqual(left, self.query("SELECT count(*) FROM ban"))
        self.assertEqual(left, self.stack.get("History", "Bans"))
        rows, _ = self.stack.call("History.List", options(limit=5))
        self.assertEqual(5, len(rows))
        self.nothing_left()


class Backup(CareTest):
    def test_restore(self):
        """What is taken away after the backup is there again once the file is put in place."""
        copy = self.stack.folder / "copy.sqlite3"
        with open(copy, "wb") as file:
            result = self.backup(file.fileno(), wait=20)
        self.assertEqual(copy.stat().st_size, result["bytes"])
        self.assertEqual("ok", self.query("PRAGMA integrity_check", copy))
        self.nothing_left()
        self.stack.call("History.Purge", options(days=10, wait=20))

        self.stack.stop_daemon()
        for path in self.store.glob("bangui.sqlite3-*"):
            path.unlink()
        copy.replace(self.store / "bangui.sqlite3")
        self.start()
        self.assertEqual(BANS, self.stack.get("History", "Bans"))

    def test_closed_pipe(self):
        reader, writer = os.pipe()
        os.close(reader)
        with self.assertRaises(GLib.Error) as caught:
            self.backup(writer, wait=20)
        os.close(writer)
        self.assertEqual(f"{NAME}.Error.Cancelled", Gio.dbus_error_get_remote_error(caught.exception))
        self.assertIn("closed", caught.exception.message)
        self.nothing_left()

    def test_not_for_writing(self):
        with open("/dev/null", "rb") as file, self.assertRaises(GLib.Error) as caught:
            self.backup(file.fileno(), wait=20)
        self.assertEqual(f"{NAME}.Error.InvalidArgument", Gio.dbus_error_get_remote_error(caught.exception))

    def test_full_disk(self):
        with open("/dev/full", "wb") as file, self.assertRaises(GLib.Error) as caught:
            self.backup(file.fileno(), wait=20)
        self.assertEqual(f"{NAME}.Error.InvalidArgument", Gio.dbus_error_get_remote_error(caught.exception))
        self.assertIn("No space left on device", caught.exception.message)
        self.nothing_left()

    def test_cancelled_while_nobody_reads(self):
        """A reader that does not read holds nobody up, and is let go."""
        reader, writer = os.pipe()
        path = self.backup(writer, wait=0)["operation"]
        os.close(writer)
        self.stack.wait_until(lambda: self.stack.get("Operation", "Progress", path) >= 0.5, "the sending")
        self.assertEqual("sending the copy", self.stack.get("Operation", "Message", path))
        with open("/dev/null", "wb") as file, self.assertRaises(GLib.Error) as caught:
            self.backup(file.fileno(), wait=20)
        self.assertEqual(f"{NAME}.Error.Busy", Gio.dbus_error_get_remote_error(caught.exception))
        self.stack.call("Operation.Cancel", None, path)
        self.stack.wait_until(lambda: self.stack.get("Operation", "State", path) == "cancelled", "the end")
        os.close(reader)
        self.nothing_left()


@unittest.skipUnless(can_have_polkit(), "needs root and mount namespaces")
class SmallDisk(CareTest):
    """The store lies on a file system of its own, which has no room for a second copy."""

    def setUp(self):
        super().setUp()
        self.stack.stop_daemon()
        database = self.store / "bangui.sqlite3"
        filled = database.replace(self.stack.folder / "filled")
        script = (f"mount -t tmpfs -o size={filled.stat().st_size * 3 // 2} tmpfs {self.store} && "
                  f"cp {filled} {database} && exec \"$@\"")
        self.stack.wrapper = ("unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh")
        self.stack.start_daemon(probed=False)
        self.store = pathlib.Path(f"/proc/{self.stack.daemon.pid}/root{self.store}")

    def test_no_room(self):
        name, message = self.stack.error("History.Compact", options(wait=20))
        self.assertEqual("DatabaseUnavailable", name)
        self.assertRegex(message, r"needs [0-9.]+.MB of free disk in .*/store, where .+ are free")
        with open("/dev/null", "wb") as file, self.assertRaises(GLib.Error) as caught:
            self.backup(file.fileno(), wait=20)
        self.assertEqual(f"{NAME}.Error.DatabaseUnavailable", Gio.dbus_error_get_remote_error(caught.exception))
        self.assertIn("full", caught.exception.message)
        self.nothing_left()

        subprocess.run(["nsenter", "-t", str(self.stack.daemon.pid), "-m", "mount", "-o", "remount,size=500m",
                        self.stack.folder / "store"], check=True)
        self.stack.call("History.Compact", options(wait=20))
        with open("/dev/null", "wb") as file:
            self.assertLess(0, self.backup(file.fileno(), wait=20)["bytes"])
        self.assertEqual(BANS, self.stack.get("History", "Bans"))
        self.nothing_left()


class Killed(CareTest):
    def test_killed(self):
        """At a random moment of each: every ban is there or counted, once, and the next start is clean."""
        chance = random.Random(4711)
        sink = open("/dev/null", "wb")
        self.addCleanup(sink.close)
        for number in range(ROUNDS):
            limit = self.now - int((365 - 360 * (number + 1) / ROUNDS) * DAY)
            self.begin(chance.choice(("Purge", "Purge", "Compact", "Backup")), limit, sink)
            time.sleep(chance.uniform(0, 0.08))
            self.stack.stop_daemon(signal.SIGKILL, expect=-signal.SIGKILL)
            self.assertEqual(BANS, self.accounted(), f"round {number}")
            self.start()
            self.nothing_left()
        self.assertEqual("ok", self.query("PRAGMA integrity_check"))
        self.stack.call("History.Purge", options(before=limit, wait=20))
        self.assertEqual(BANS, self.accounted())

    def begin(self, member, limit, sink):
        """Sends the call and does not wait for its answer."""
        files = Gio.UnixFDList.new()
        files.append(sink.fileno())
        parameters = {"Purge": options(before=limit), "Compact": options(),
                      "Backup": GLib.Variant("(ha{sv})", (0, {}))}[member]
        self.stack.bus.call_with_unix_fd_list(NAME, ROOT, f"{NAME}.History", member, parameters, None,
                                              Gio.DBusCallFlags.NONE, 60000, files, None, None)
        self.stack.bus.flush_sync(None)


if __name__ == "__main__":
    tap.main()
