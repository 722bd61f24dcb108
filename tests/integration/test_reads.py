# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reading writes nothing: every method that reads is called, and our database is as before."""

import contextlib
import os
import re
import sqlite3
import unittest

import tap
from gi.repository import GLib
from stack import ROOT, SOURCE, Stack

# An argument of each name; what is not here is the options.
ARGUMENTS = {
    "address": GLib.Variant("s", "203.0.113.5"),
    "addresses": GLib.Variant("as", ["203.0.113.5", "8.8.8.8", "2001:db8::1"]),
    "key": GLib.Variant("s", "log-level"),
    "format": GLib.Variant("s", "csv"),
    "name": GLib.Variant("s", "noop"),
    "file": GLib.Variant("h", 0),
    "options": GLib.Variant("a{sv}", {}),
}

# fail2ban's log on a stream that stays open.
STREAMS = {"FollowLog"}


def reading_methods():
    """(interface, method, names of its arguments) of all that are documented as reading."""
    for path in sorted((SOURCE / "interfaces").glob("org.*.xml")):
        text = path.read_text()
        interface = re.search(r'<interface name="([\w.]+)"', text)[1]
        documented = r'<!--((?:(?!-->).)*)-->\s*<method name="(\w+)">(.*?)</method>'
        for comment, name, body in re.findall(documented, text, re.S):
            if re.search(r"Action:\s+read\b", comment):
                yield interface, name, re.findall(r'<arg name="(\w+)" type="[^"]+" direction="in"', body)


class Reads(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(jails={"sshd": {"filter": "sshd"}}))
        cls.stack.fail("sshd", "203.0.113.5", 3)
        cls.stack.wait_until(lambda: cls.stack.get("History", "Bans") == 1, "the ban in the archive")
        cls.stack.banguictl("jobs", "run", "history-sync")
        cls.sink = os.open(os.devnull, os.O_WRONLY)
        cls.addClassCleanup(os.close, cls.sink)

    def state(self, database):
        """How often somebody committed, and the files as they are."""
        files = sorted((path.name, path.stat().st_size, path.stat().st_mtime_ns)
                       for path in (self.stack.folder / "store").iterdir() if not path.name.endswith("-shm"))
        return database.execute("PRAGMA data_version").fetchone()[0], files

    def call(self, interface, method, names):
        path = f"{ROOT}/jail/sshd" if interface.endswith(".Jail") else ROOT
        arguments = GLib.Variant.new_tuple(*(ARGUMENTS[name] for name in names))
        self.stack.call(f"{interface}.{method}", arguments, path, fds=[self.sink] if "file" in names else ())

    def test_every_reading_method(self):
        methods = [row for row in reading_methods() if row[1] not in STREAMS]
        self.assertGreater(len(methods), 30)
        name = f"file:{self.stack.folder}/store/bangui.sqlite3?mode=ro"
        with contextlib.closing(sqlite3.connect(name, uri=True)) as db:
            for interface, method, names in methods:
                with self.subTest(method=f"{interface}.{method}"):
                    def quiet():
                        """The daemon's own work may come in between, but not each time."""
                        before = self.state(db)
                        self.call(interface, method, names)
                        return self.state(db) == before

                    self.assertTrue(any(quiet() for _ in range(3)), "asking writes")


if __name__ == "__main__":
    tap.main()
