# SPDX-License-Identifier: LGPL-2.1-or-later
"""The archive through the bus: a real fail2ban bans and logs, its log is read in again, and all of it comes out."""

import csv
import gzip
import io
import json
import os
import sqlite3
import threading
import time
import unittest

import tap
from gi.repository import Gio, GLib
from stack import NOBODY, Stack, NAME, ROOT, can_have_polkit

HEAD = "kind,at,jail,address,country,network,origin,banned_at,cause,bantime,ends_at,ended_at,count,failures,uid,reason"


def variants(options):
    kinds = {bool: "b", int: "x", str: "s"}
    return {name: GLib.Variant(kinds[type(value)], value) for name, value in options.items()}


def log_line(at, what, jail="old", zone=time.gmtime):
    return (time.strftime("%Y-%m-%d %H:%M:%S", zone(at)) +
            f",123 fail2ban.actions        [4711]: NOTICE  [{jail}] {what}\n")


class HistoryTest(unittest.TestCase):
    jails = {"sshd": {"filter": "sshd"}, "a jail ü": {}}
    more = {}

    def setUp(self):
        self.stack = self.enterContext(Stack(jails=self.jails, **self.more))
        self.now = int(time.time())

    def list(self, **options):
        return self.stack.call("History.List", GLib.Variant("(a{sv})", (variants(options),)))

    def columns(self, **options):
        return self.stack.call("History.Columns", GLib.Variant("(a{sv})", (variants(options),)))

    def rows(self, **options):
        return self.list(**options)[0]

    def bans(self):
        return self.stack.get("History", "Bans")

    def with_file(self, member, fd, signature, *arguments, **options):
        """A method of History whose first argument is a descriptor; its answer, and no Operation."""
        files = Gio.UnixFDList.new()
        files.append(fd)
        parameters = GLib.Variant(signature, (0, *arguments, variants({"wait": 20, **options})))
        answer, _ = self.stack.bus.call_with_unix_fd_list_sync(
            NAME, ROOT, f"{NAME}.History", member, parameters, None, Gio.DBusCallFlags.NONE, 60000, files, None)
        return answer.unpack()[0]

    def imported(self, content, **options):
        path = self.stack.folder / "import.log"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with open(path, "rb") as file:
            return self.with_file("ImportLog", file.fileno(), "(ha{sv})", **options)

    def import_error(self, content, **options):
        with self.assertRaises(GLib.Error) as caught:
            self.imported(content, **options)
        name = Gio.dbus_error_get_remote_error(caught.exception).removeprefix(f"{NAME}.Error.")
        return name, caught.exception.message

    def exported(self, form, **options):
        reader, writer = os.pipe()
        pieces = []
        thread = threading.Thread(target=lambda: pieces.append(open(reader, "rb").read()))
        thread.start()
        try:
            result = self.with_file("Export", writer, "(hsa{sv})", form, **options)
        finally:
            os.close(writer)
            thread.join()
        self.assertEqual(len(pieces[0]), result["bytes"])
        return pieces[0].decode(), result["rows"]

    def sync(self):
        return self.stack.call("History.Sync", GLib.Variant("(a{sv})", (variants({"wait": 20}),)))


class Live(HistoryTest):
    """What a real fail2ban does."""

    def earn(self, *addresses):
        for address in addresses:
            self.stack.fail("sshd", address, times=3)
        self.stack.wait_until(lambda: self.bans() == len(addresses) == self.stack.get("Bans", "Active"),
                              "the bans in the archive")

    def test_ban_and_unban(self):
        self.earn("192.0.2.1", "192.0.2.2")
        ban = next(row for row in self.rows(data=True) if row["address"] == "192.0.2.1")
        self.assertEqual(("ban", "sshd", "self", 600, 3), (ban["kind"], ban["jail"], ban["origin"], ban["bantime"],
                                                         ban["failures"]))
        self.assertEqual(3, len(ban["matches"]))
        self.assertIn("Failed password for root from 192.0.2.1", ban["matches"][0])
        self.assertEqual((ban["at"] + 600, 0, ""), (ban["ends_at"], ban["ended_at"], ban["cause"]))
        self.assertNotIn("matches", self.rows()[0])

        self.stack.call("Bans.Unban", GLib.Variant("(asasa{sv})", (["192.0.2.1"], [], variants({"reason": "mistake"}))))
        self.stack.wait_until(lambda: self.rows(kind="unban"), "the unban in the archive")
        unban = self.rows(kind="unban")[0]
        self.assertEqual(("unban", "192.0.2.1", "hand", os.geteuid()),
                         (unban["kind"], unban["address"], unban["cause"], unban["uid"]))
        self.assertEqual(ban["at"], unban["banned_at"])
        ban = self.rows(kind="ban", address="192.0.2.1")[0]
        self.assertEqual(("hand", unban["at"]), (ban["cause"], ban["ended_at"]))

        found = self.stack.call("History.Address", GLib.Variant("(sa{sv})", ("192.0.2.1", {})))
        self.assertEqual((1, 1, False, ban["at"]), (found["bans"], found["unbans"], found["repeat_offender"],
                                                    found["first_seen"]))
        self.assertEqual(["unban", "ban"], [row["kind"] for row in found["rows"]])
        self.assertEqual(3, len(found["rows"][1]["matches"]))
        self.assertEqual([("sshd", 1)], [(row["jail"], row["bans"]) for row in found["jails"]])

    def test_own_log_gives_no_second_rows(self):
        self.earn("192.0.2.1", "192.0.2.2", "192.0.2.3")
        # a log cuts the fraction of a second off, the database rounds
        self.stack.wait_until(lambda: time.time() > self.stack.get("History", "NewestAt") + 2, "the next second")
        self.stack.fail2ban.ask("set", "sshd", "unbanip", "192.0.2.2")
        self.stack.fail2ban.ask("set", "a jail ü", "banip", "198.51.100.1")
        self.stack.wait_until(lambda: self.bans() == 4 and self.rows(kind="unban"), "all in the archive")
        self.sync()
        before = self.list(total=True)
        log = self.stack.fail2ban.log()
        self.assertEqual(4, log.count("] Ban "))
        for content in (log, gzip.compress(log.encode())):
            result = self.imported(content)
            self.assertEqual((0, 0, 0), (result["bans"], result["unbans"], result["unreadable"]), result)
            self.assertEqual(len(log.splitlines()), result["lines"])
            self.assertEqual(before[1]["total"], self.list(total=True)[1]["total"])

    def test_log_then_database(self):
        """The other way round: what the log told first is not told again by the database."""
        self.stack.stop_daemon()
        self.stack.fail("sshd", "192.0.2.9", times=3)
        self.stack.wait_until(lambda: "] Ban 192.0.2.9" in self.stack.fail2ban.log(), "the ban")
        log = self.stack.fail2ban.log()
        database = self.stack.fail2ban.database
        self.stack.wait_until(lambda: sqlite3.connect(database).execute("SELECT count(*) FROM bans").fetchone()[0] == 1,
                              "the row of fail2ban")
        self.stack.start_daemon()
        self.stack.wait_until(lambda: self.bans() == 1, "the first read")
        self.assertEqual(0, self.imported(log)["bans"])
        self.assertEqual(1, len(self.rows(kind="ban")))


class Lists(HistoryTest):
    """Pages and filters over what an imported log has."""

    def setUp(self):
        super().setUp()
        base = self.now - 40 * 86400
        lines = []
        for n in range(300):
            address = f"198.51.{n % 3}.{n // 3}" if n % 5 else f"2001:db8:{n % 7}::{n:x}"
            lines.append(log_line(base + n * 3600, f"Ban {address}", "sshd" if n % 2 else "old"))
            lines.append(log_line(base + n * 3600 + 600, f"Unban {address}", "sshd" if n % 2 else "old"))
        self.result = self.imported("".join(lines), timezone="UTC")
        self.base = base

    def test_import(self):
        counts = [self.result[key] for key in ("lines", "bans", "unbans", "unreadable")]
        self.assertEqual([600, 300, 300, 0], counts)
        self.assertEqual((self.base, self.base + 299 * 3600 + 600), (self.result["first_at"], self.result["last_at"]))
        self.assertEqual(300, self.bans())
        self.assertEqual(self.base, self.stack.get("History", "OldestAt"))

    def walk(self, **options):
        rows, cursor = [], ""
        while True:
            page, more = self.list(cursor=cursor, **options)
            rows += page
            cursor = more["next_cursor"]
            if not cursor:
                return rows

    def test_pages_hold_each_row_once(self):
        for limit in (1, 7, 100, 300):
            rows = self.walk(limit=limit, **({"until": self.base + 20 * 3600} if limit == 1 else {}))
            keys = [(row["kind"], row["at"], row["jail"], row["address"]) for row in rows]
            self.assertEqual(len(keys), len(set(keys)))
            self.assertEqual(sorted(keys, key=lambda key: -key[1]), sorted(keys, key=lambda key: -key[1]))
            self.assertEqual([key[1] for key in keys], sorted((key[1] for key in keys), reverse=True))
            self.assertEqual(600 if limit > 1 else 40, len(rows))

    def test_filters(self):
        everything = self.walk(limit=500)
        for options, keep in (
                ({"kind": "ban"}, lambda row: row["kind"] == "ban"),
                ({"kind": "unban"}, lambda row: row["kind"] == "unban"),
                ({"jail": "old"}, lambda row: row["jail"] == "old"),
                ({"jail": "never heard of"}, lambda row: False),
                ({"address": "198.51.1.7"}, lambda row: row["address"] == "198.51.1.7"),
                ({"address": "198.51.1"}, lambda row: row["address"].startswith("198.51.1.")),
                ({"address": "198.51.0.0/22"}, lambda row: row["address"].startswith("198.51.")),
                ({"address": "0.0.0.0/0"}, lambda row: "." in row["address"]),
                ({"address": "2001:db8:"}, lambda row: row["address"].startswith("2001:db8:")),
                ({"address": "2001:db8:3::/48"}, lambda row: row["address"].startswith("2001:db8:3:")),
                ({"since": self.base + 3600, "until": self.base + 7200},
                 lambda row: self.base + 3600 <= row["at"] < self.base + 7200),
                ({"range": "24h"}, lambda row: False),
                ({"origin": "self"}, lambda row: True),
                ({"origin": "manual"}, lambda row: False),
                ({"country": ""}, lambda row: row["country"] == ""),
                ({"network": 0}, lambda row: row["network"] == 0),
                ({"jail": "sshd", "address": "198.51.2.0/24", "kind": "ban", "since": self.base + 90000,
                  "origin": "self"},
                 lambda row: row["jail"] == "sshd" and row["address"].startswith("198.51.2.") and row["kind"] == "ban"
                 and row["at"] >= self.base + 90000)):
            with self.subTest(**options):
                expected = [row for row in everything if keep(row)]
                self.assertEqual(expected, self.walk(limit=50, **options))
                self.assertEqual(len(expected), self.list(total=True, limit=1, **options)[1]["total"])

    def test_refusals(self):
        for options, words in (({"kind": "both"}, "option kind"), ({"origin": "mars"}, "option origin"),
                               ({"country": "DEU"}, "country"), ({"country": "4x"}, "option country"),
                               ({"range": "1h"}, "24h"), ({"range": "7d", "since": 1}, "range"),
                               ({"cursor": "x"}, "cursor"), ({"limit": 501}, "limit"), ({"jial": "x"}, "jail")):
            with self.subTest(**options):
                name, message = self.stack.error("History.List", GLib.Variant("(a{sv})", (variants(options),)))
                self.assertEqual("InvalidArgument", name)
                self.assertIn(words, message)
        self.assertEqual("AddressNotFound", self.stack.error("History.Address",
                                                             GLib.Variant("(sa{sv})", ("203.0.113.77", {})))[0])

    def test_repeaters(self):
        again = "".join(log_line(self.base + n * 3600 + 1800, "Ban 198.51.1.7", "sshd") +
                        log_line(self.base + n * 3600 + 1900, "Unban 198.51.1.7", "sshd") for n in range(3))
        self.assertEqual(3, self.imported(again, timezone="UTC")["bans"])
        rows = self.stack.call("History.Repeaters", GLib.Variant("(a{sv})", ({},)))
        self.assertEqual([("198.51.1.7", 4)], [(row["address"], row["bans"]) for row in rows])
        self.assertLessEqual({"sshd"}, set(rows[0]["jails"]))
        self.assertEqual([], self.stack.call("History.Repeaters", GLib.Variant("(a{sv})", (variants({"min": 5}),))))
        self.assertTrue(all(row["repeat"] for row in self.rows(address="198.51.1.7", kind="ban")))
        self.assertFalse(self.rows(address="198.51.1.9", kind="ban")[0]["repeat"])

    def test_columns(self):
        for options in ({"kind": "ban", "data": True, "limit": 70}, {"kind": "unban", "limit": 500, "total": True}):
            with self.subTest(**options):
                rows, page = self.list(**options)
                columns, same_page = self.columns(**options)
                self.assertEqual(page, same_page)
                self.assertGreater(len(rows), 50)
                self.assertEqual(rows, [dict(zip(columns, values)) for values in zip(*columns.values(), strict=True)])
        self.assertEqual(({}, {"next_cursor": ""}), self.columns(kind="ban", address="203.0.113.77"))
        self.assertEqual(self.columns(kind="ban"), self.columns())
        name, message = self.stack.error("History.Columns", GLib.Variant("(a{sv})", (variants({"kind": ""}),)))
        self.assertEqual("InvalidArgument", name)
        self.assertIn("kind", message)

    def test_export(self):
        everything = self.walk(limit=500)
        text, n = self.exported("csv")
        self.assertEqual(600, n)
        self.assertTrue(text.startswith(HEAD + "\r\n"))
        table = list(csv.DictReader(io.StringIO(text, newline="")))
        self.assertEqual([(row["kind"], str(row["at"]), row["jail"], row["address"]) for row in everything],
                         [(row["kind"], row["at"], row["jail"], row["address"]) for row in table])
        text, n = self.exported("jsonl", kind="ban", jail="old")
        rows = [json.loads(line) for line in text.splitlines()]
        expected = [row for row in everything if row["kind"] == "ban" and row["jail"] == "old"]
        for row in expected:
            del row["repeat"]
        self.assertEqual(expected, rows)


class Imports(HistoryTest):
    def test_dry_run(self):
        log = log_line(self.now - 90000, "Ban 192.0.2.1")
        self.assertEqual(1, self.imported(log, timezone="UTC", dry_run=True)["bans"])
        self.assertEqual(0, self.bans())

    def test_timezone(self):
        at = self.now - 90000
        log = log_line(at + 7 * 3600, "Ban 192.0.2.1")
        self.imported(log, timezone="+07:00")
        self.assertEqual(at, self.rows()[0]["at"])
        name, message = self.import_error(log, timezone="Europe/Atlantis", name="my.log")
        self.assertEqual("InvalidArgument", name)
        self.assertIn("Europe/Atlantis", message)

    def test_increase_and_restart(self):
        at = self.now - 90000
        log = (log_line(at, "Ban 192.0.2.1") + log_line(at, "Increase Ban 192.0.2.1 (3 # 40m -> " +
               time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at + 2400)) + ")") +
               log_line(at + 60, "Restore Ban 192.0.2.1") + log_line(at + 2400, "Unban 192.0.2.1"))
        result = self.imported(log, timezone="UTC")
        self.assertEqual((1, 1), (result["bans"], result["unbans"]))
        ban = self.rows(kind="ban")[0]
        self.assertEqual((2400, 3, at + 2400, "expired"), (ban["bantime"], ban["count"], ban["ended_at"], ban["cause"]))
        self.assertEqual(0, self.imported(log, timezone="UTC")["bans"])

    def test_broken_files(self):
        good = "".join(log_line(self.now - 90000 + n, f"Ban 192.0.2.{n % 250}", f"j{n}") for n in range(2000))
        packed = gzip.compress(good.encode())
        name, message = self.import_error(packed[:len(packed) // 2], name="cut.gz", timezone="UTC")
        self.assertEqual("InvalidArgument", name)
        self.assertIn("cut off", message)
        self.assertIn("cut.gz", message)
        self.assertGreater(self.bans(), 0)
        self.imported(packed, timezone="UTC")
        self.assertEqual(2000, self.bans())
        self.assertEqual(0, self.imported(packed + gzip.compress(b""), timezone="UTC")["bans"])

        broken = bytearray(packed)
        broken[len(broken) // 2] ^= 0xff
        self.assertEqual("InvalidArgument", self.import_error(bytes(broken), timezone="UTC")[0])
        for rubbish in (os.urandom(300000), b"\x1f\x8b" + os.urandom(1000), b"\0" * 5000, b"x" * 3000000,
                        b"some text\n" * 200):
            name, message = self.import_error(rubbish, name="rubbish")
            self.assertEqual("InvalidArgument", name)
            self.assertIn("rubbish", message)
        self.assertEqual(0, self.imported(b"")["lines"])
        result = self.imported(b"y" * 1000000 + b"\n" + log_line(self.now - 100, "Ban 203.0.113.1").encode(),
                               timezone="UTC")
        self.assertEqual((2, 1), (result["lines"], result["bans"]))

    def test_descriptors(self):
        path = self.stack.folder / "written-only"
        with open(path, "wb") as file, self.assertRaises(GLib.Error) as caught:
            self.with_file("ImportLog", file.fileno(), "(ha{sv})")
        self.assertIn("not open for reading", caught.exception.message)
        with open(path, "rb") as file, self.assertRaises(GLib.Error) as caught:
            self.with_file("Export", file.fileno(), "(hsa{sv})", "csv")
        self.assertIn("not open for writing", caught.exception.message)
        folder = os.open(self.stack.folder, os.O_RDONLY)
        with self.assertRaises(GLib.Error) as caught:
            self.with_file("ImportLog", folder, "(ha{sv})")
        os.close(folder)
        self.assertIn("folder", caught.exception.message)

    def test_from_a_pipe(self):
        reader, writer = os.pipe()
        log = "".join(log_line(self.now - 90000 + n, f"Ban 192.0.2.{n}", "j") for n in range(200)).encode()

        def feed():
            with open(writer, "wb") as file:
                file.write(gzip.compress(log[:5000]) + gzip.compress(log[5000:]))
        thread = threading.Thread(target=feed)
        thread.start()
        result = self.with_file("ImportLog", reader, "(ha{sv})", timezone="UTC")
        thread.join()
        os.close(reader)
        self.assertEqual((200, 200), (result["lines"], result["bans"]))


class Bulk(HistoryTest):
    ROWS = 120000
    # a sanitizer keeps what was freed, which would count as growth
    more = {"wrapper": ["env", f"ASAN_OPTIONS={os.environ.get('ASAN_OPTIONS', '')}:quarantine_size_mb=1"]}

    def setUp(self):
        super().setUp()
        lines = (log_line(self.now - 9000000 + n * 60, f"Ban 10.{n >> 16}.{n >> 8 & 255}.{n & 255}", "bulk")
                 for n in range(self.ROWS))
        self.assertEqual(self.ROWS, self.imported("".join(lines), timezone="UTC")["bans"])

    def resident(self):
        for line in open(f"/proc/{self.stack.daemon.pid}/status"):
            if line.startswith("VmRSS:"):
                return int(line.split()[1])

    def operation(self, fd, form, **options):
        answer = self.with_file("Export", fd, "(hsa{sv})", form, **{"wait": 0, **options})
        return answer["operation"]

    def ended(self, path):
        self.stack.wait_until(lambda: self.stack.get("Operation", "State", path) != "running", "its end")
        return self.stack.get("Operation", "State", path), self.stack.get("Operation", "Error", path)

    def test_stream_stays_small(self):
        self.exported("csv")
        before = self.resident()
        text, n = self.exported("jsonl")
        self.assertEqual(self.ROWS, n)
        self.assertEqual(self.ROWS, text.count("\n"))
        self.assertLess(self.resident() - before, 8 * 1024)

    def test_closed_pipe(self):
        reader, writer = os.pipe()
        path = self.operation(writer, "csv")
        os.close(writer)
        os.read(reader, 100)
        os.close(reader)
        self.assertEqual(("cancelled", f"{NAME}.Error.Cancelled"), self.ended(path))

    def test_cancel(self):
        reader, writer = os.pipe()
        path = self.operation(writer, "jsonl")
        os.close(writer)
        self.stack.wait_until(lambda: self.stack.get("Operation", "Message", path), "some rows")
        self.stack.call("Operation.Cancel", None, path)
        self.assertEqual("cancelled", self.ended(path)[0])
        os.close(reader)

    def test_slow_reader_of_a_nonblocking_pipe(self):
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        path = self.operation(writer, "jsonl")
        self.assertFalse(os.get_blocking(writer))
        os.close(writer)
        lines = 0
        with open(reader, "rb") as file:
            while piece := file.read(1 << 20):
                lines += piece.count(b"\n")
        self.assertEqual("done", self.ended(path)[0])
        self.assertEqual(self.ROWS, lines)
        self.assertEqual(self.ROWS, self.stack.get("Operation", "Result", path)["rows"])


@unittest.skipUnless(can_have_polkit(), "a private polkitd needs root and mount namespaces")
class Rights(HistoryTest):
    more = {"polkit": True}

    def call(self, member, *arguments):
        return self.stack.run("busctl", "--system", "call", NAME, ROOT, f"{NAME}.History", member, *arguments,
                              uid=NOBODY)

    def test_unprivileged(self):
        self.imported(log_line(self.now - 90000, "Ban 192.0.2.1"), timezone="UTC")
        self.assertIn("192.0.2.1", self.call("List", "a{sv}", "0").stdout)
        for member, arguments in (("List", ("a{sv}", "1", "data", "b", "true")),
                                  ("Address", ("sa{sv}", "192.0.2.1", "0")),
                                  ("Sync", ("a{sv}", "0"))):
            done = self.call(member, *arguments)
            self.assertNotEqual(0, done.returncode, member)
            self.assertRegex(done.stderr, "authoriz|Interactive|permitted|denied", member)


if __name__ == "__main__":
    tap.main()
