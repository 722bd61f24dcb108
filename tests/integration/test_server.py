# SPDX-License-Identifier: LGPL-2.1-or-later
"""fail2ban as a whole and its jails, through the bus: what is asked for happens in the real fail2ban and shows."""

import json
import os
import select
import unittest

import tap
from gi.repository import Gio, GLib
from stack import NAME, ROOT, WAIT, Stack

NONE = {}


def variants(options):
    """A plain dict as the values of a{sv}."""
    kinds = {bool: "b", int: "x", str: "s"}
    return {name: GLib.Variant(kinds[type(value)], value) for name, value in options.items()}


def only(**options):
    return GLib.Variant("(a{sv})", (variants(options),))


def text(value, **options):
    return GLib.Variant("(sa{sv})", (value, variants(options)))


class ServerTest(unittest.TestCase):
    def setUp(self):
        jails = {"sshd": {"filter": "sshd"}, "a jail ü": {}, "later": {"enabled": False}}
        self.stack = self.enterContext(Stack(jails=jails))
        self.stack.wait_until(lambda: len(self.stack.get("Server", "Jails")) == 2, "the jails")
        self.sshd = self.path("sshd")

    def path(self, name):
        """The object of a jail; None when there is none."""
        for path, interfaces in self.stack.call("org.freedesktop.DBus.ObjectManager.GetManagedObjects").items():
            if interfaces.get(f"{NAME}.Jail", NONE).get("Name") == name:
                return path
        return None

    def names(self):
        return set(self.stack.get("Server", "Jails"))


class Jails(ServerTest):
    def test_stop_and_start(self):
        seen = self.stack.subscribe("Server")
        self.stack.call("Server.StopJail", text("a jail ü"))
        self.assertEqual({"sshd"}, self.names())
        self.assertIsNone(self.path("a jail ü"))
        self.stack.call("Server.StopJail", text("a jail ü"))
        self.stack.call("Server.StartJail", text("a jail ü", reason="again"))
        self.assertEqual({"sshd", "a jail ü"}, self.names())
        self.stack.wait_until(lambda: {"JailRemoved", "JailAdded"} <= {name for _, name, _, _ in seen}, "the signals")
        self.assertEqual("AlreadyActive", self.stack.error("Server.StartJail", text("a jail ü"))[0])
        self.assertEqual("RefusedByFail2ban", self.stack.error("Server.StartJail", text("later"))[0])

    def test_change(self):
        seen = self.stack.subscribe("Server", "JailChanged")
        changes = variants({"maxretry": 8, "bantime": -1, "usedns": "no"})
        now = self.stack.call("Jail.Change", GLib.Variant("(a{sv}a{sv})", (changes, NONE)), self.sshd)
        self.assertEqual((8, -1, "no"), (now["maxretry"], now["bantime"], now["usedns"]))
        self.assertEqual(8, self.stack.get("Jail", "MaxRetry", self.sshd))
        self.assertEqual((0, 8), self.stack.fail2ban.ask("get", "sshd", "maxretry"))
        self.stack.wait_until(lambda: seen, "JailChanged")
        self.assertLessEqual({"MaxRetry", "BanTime"}, set(seen[0][3][2]))

    def test_lists(self):
        log = str(self.stack.fail2ban.logs / "more.log")
        open(log, "w").close()
        for group, entry, name in (("IgnoreAddress", "198.51.100.0/24", "IgnoreAddresses"),
                                   ("LogPath", log, "LogPaths"), ("Ignoreregex", "ignored", "Ignoreregex")):
            with self.subTest(group=group):
                self.stack.call(f"Jail.Add{group}", text(entry), self.sshd)
                self.assertIn(entry, self.stack.get("Jail", name, self.sshd))
                self.assertEqual("AlreadyExists", self.stack.error(f"Jail.Add{group}", text(entry), self.sshd)[0])
                self.stack.call(f"Jail.Remove{group}", text(entry), self.sshd)
                self.assertNotIn(entry, self.stack.get("Jail", name, self.sshd))
                self.assertEqual("InvalidArgument", self.stack.error(f"Jail.Remove{group}", text(entry), self.sshd)[0])

    def test_idle(self):
        self.stack.call("Jail.SetIdle", GLib.Variant("(ba{sv})", (True, NONE)), self.sshd)
        self.assertTrue(self.stack.get("Jail", "Idle", self.sshd))
        self.stack.call("Jail.SetIdle", GLib.Variant("(ba{sv})", (False, NONE)), self.sshd)
        self.assertFalse(self.stack.get("Jail", "Idle", self.sshd))

    def test_action(self):
        name, = self.stack.get("Jail", "Actions", self.sshd)
        properties = self.stack.call("Jail.GetAction", GLib.Variant("(s)", (name,)), self.sshd)
        self.assertIn("actionban", properties)
        error, _ = self.stack.error("Jail.GetAction", GLib.Variant("(s)", ("nosuch",)), self.sshd)
        self.assertEqual("ActionNotFound", error)


class Server(ServerTest):
    def test_reload_all(self):
        """A jail that the configuration enables by now starts, a broken one is told and takes no other with it."""
        self.stack.fail2ban.write_jail("later", enabled=True)
        self.stack.fail2ban.write_jail("sshd", filter="sshd", failregex="(<HOST>")
        result = self.stack.call("Server.Reload", only(wait=20))
        self.assertEqual({"a jail ü", "later"}, set(result["reloaded"]))
        self.assertEqual(["sshd"], result["missing"])
        self.assertEqual(["sshd"], list(result["failed"]))
        self.assertEqual({"a jail ü", "later"}, self.names())

        self.stack.fail2ban.write_jail("sshd", filter="sshd", failregex="")
        self.stack.call("Server.Reload", only(wait=20))
        self.assertEqual({"a jail ü", "later", "sshd"}, self.names())

    def test_reload_as_operation(self):
        answer = self.stack.call("Server.Reload", only(wait=0))
        path = answer["operation"]
        self.stack.wait_until(lambda: self.stack.get("Operation", "State", path) == "done", "the operation's end")
        self.assertEqual({"a jail ü", "sshd"}, set(self.stack.get("Operation", "Result", path)["reloaded"]))
        self.assertEqual("Server.Reload", self.stack.get("Operation", "Kind", path))
        self.assertEqual(1, self.stack.get("Operation", "Progress", path))

    def test_set(self):
        now = self.stack.call("Server.Set", GLib.Variant("(a{sv}a{sv})", (variants({"log_level": "DEBUG"}), NONE)))
        self.assertEqual("DEBUG", now["log_level"])
        self.assertEqual("DEBUG", self.stack.get("Server", "LogLevel"))
        self.stack.call("Server.FlushLogs", only())
        log = str(self.stack.fail2ban.logs / "other.log")
        self.stack.call("Server.Set", GLib.Variant("(a{sv}a{sv})", (variants({"log_target": log}), NONE)))
        self.assertEqual(log, self.stack.get("Server", "LogTarget"))

    def test_read_log(self):
        self.stack.ban("198.51.100.1", "198.51.100.2")
        rows = self.stack.call("Server.ReadLog", only(lines=1, jail="sshd", contains="ban 198.51", level="NOTICE"))
        self.assertEqual(1, len(rows))
        row = rows[0]
        self.assertEqual(("NOTICE", "fail2ban.actions", "sshd"), (row["level"], row["component"], row["jail"]))
        self.assertIn("Ban 198.51.100.2", row["message"])
        self.assertIn(row["line"], self.stack.fail2ban.log())
        self.assertEqual("InvalidArgument", self.stack.error("Server.ReadLog", only(level="LOUD"))[0])

    def follow(self, **options):
        answer, fds = self.stack.bus.call_with_unix_fd_list_sync(
            NAME, ROOT, f"{NAME}.Server", "FollowLog", only(**options), None, Gio.DBusCallFlags.NONE, WAIT * 1000,
            None, None)
        descriptor = fds.get(answer.unpack()[0])
        stream = os.fdopen(descriptor, "rb", buffering=0)
        self.addCleanup(stream.close)
        return stream

    def next_row(self, stream):
        line = b""
        while not line.endswith(b"\n"):
            self.assertTrue(select.select([stream], [], [], WAIT)[0], line)
            piece = stream.read(1)
            if not piece:
                return None
            line += piece
        return json.loads(line)

    def test_follow_log(self):
        stream = self.follow(lines=1)
        self.assertIn("message", self.next_row(stream))
        self.stack.ban("198.51.100.1")
        row = self.next_row(stream)
        while "Ban 198.51.100.1" not in row["message"]:
            row = self.next_row(stream)
        self.assertEqual("sshd", row["jail"])

    def test_follow_ends_with_the_daemon(self):
        stream = self.follow(lines=1)
        self.next_row(stream)
        self.stack.stop_daemon()
        while self.next_row(stream):
            pass


class OtherJails(unittest.TestCase):
    def test_journal(self):
        """A jail that reads the journal: its matches stand where others have files, and it bans as any other."""
        jails = {"journal": {"filter": "sshd", "backend": "systemd", "logpath": "",
                             "journalmatch": "_SYSTEMD_UNIT=sshd.service + _COMM=sshd"}}
        with Stack(jails=jails) as stack:
            path = f"{ROOT}/jail/journal"
            self.assertEqual(["journal", [], ["_SYSTEMD_UNIT=sshd.service", "_COMM=sshd"]],
                             [stack.get("Jail", name, path) for name in ("Backend", "LogPaths", "JournalMatches")])
            stack.call("Jail.AddJournalMatch", text("_SYSTEMD_UNIT=ssh.service PRIORITY=6"), path=path)
            self.assertIn("_SYSTEMD_UNIT=ssh.service PRIORITY=6", stack.get("Jail", "JournalMatches", path))
            self.assertEqual(1, stack.ban("198.51.100.1", jails=["journal"])["banned"])

    def test_hundred_jails(self):
        """All are there as objects; a ban in all of them is one call."""
        jails = {f"jail {number:02} ü.x-y": {} for number in range(100)}
        with Stack(jails=jails) as stack:
            stack.wait_until(lambda: len(stack.get("Server", "Jails")) == 100, "the jails")
            objects = stack.call("org.freedesktop.DBus.ObjectManager.GetManagedObjects")
            self.assertEqual(set(jails), {interfaces[f"{NAME}.Jail"]["Name"] for interfaces in objects.values()
                                          if f"{NAME}.Jail" in interfaces})
            self.assertEqual(100, stack.ban("198.51.100.1", jails=[], wait=GLib.Variant("x", 20))["banned"])
            stack.wait_until(lambda: stack.get("Bans", "Active") == 100, "the bans")


if __name__ == "__main__":
    tap.main()
