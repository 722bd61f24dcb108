# SPDX-License-Identifier: LGPL-2.1-or-later
"""The allow list on the real stack: fail2ban, polkit, restarts and kills of both."""

import signal
import time
import unittest

import tap
from gi.repository import GLib
from stack import NOBODY, Stack, can_have_polkit

JAILS = {"sshd": {"filter": "sshd"}, "mail": {}}
CONFIGURED = {"ignoreip": "203.0.113.0/24"}


class Case(unittest.TestCase):
    def add(self, stack, entry, **options):
        return stack.call("AllowList.Add", GLib.Variant("(sa{sv})", (entry, variants(options))))

    def remove(self, stack, entry):
        return stack.call("AllowList.Remove", GLib.Variant("(sa{sv})", (entry, {})))

    def rows(self, stack, **options):
        rows, page = stack.call("AllowList.List", GLib.Variant("(a{sv})", (variants(options),)))
        return {row["entry"]: row for row in rows}

    def ignored(self, stack, jail="sshd"):
        code, answer = stack.fail2ban.ask("get", jail, "ignoreip")
        self.assertEqual(code, 0)
        return {str(entry) for entry in answer or ()}

    def wait_ignored(self, stack, expected, jail="sshd"):
        def look():
            try:
                return self.ignored(stack, jail) == expected
            except (OSError, EOFError, AssertionError):
                return False
        stack.wait_until(look, f"{expected} in jail {jail}")


def variants(options):
    kinds = {str: "s", bool: "b", int: "x", list: "as"}
    return {key: GLib.Variant(kinds[type(value)], value) for key, value in options.items()}


class Allow(Case):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(jails=JAILS, default=CONFIGURED))

    def setUp(self):
        for entry in self.rows(self.stack, origin="bangui"):
            self.remove(self.stack, entry)

    def test_added_and_removed(self):
        changes = self.stack.subscribe("AllowList", "Changed")
        self.stack.ban("192.0.2.1")
        row = self.add(self.stack, "192.0.2.1", note="office", jails=["sshd"])
        self.assertEqual((row["unbanned"], row["in_force"], row["waiting"]), (1, ["sshd"], []))
        self.assertEqual((row["note"], row["uid"], row["author"], row["origin"]), ("office", 0, "root", "bangui"))
        self.assertEqual(self.ignored(self.stack), {"192.0.2.1", "203.0.113.0/24"})
        self.assertEqual(self.ignored(self.stack, "mail"), {"203.0.113.0/24"})
        self.assertEqual(self.stack.get("AllowList", "Entries"), 1)
        self.stack.wait_until(lambda: self.stack.get("Bans", "Active") == 0)

        self.remove(self.stack, "192.0.2.1")
        self.assertEqual(self.ignored(self.stack), {"203.0.113.0/24"})
        self.stack.wait_until(lambda: len(changes) == 2)
        self.assertEqual([arguments for *_, arguments in changes],
                         [("192.0.2.1", "added"), ("192.0.2.1", "removed")])

    def test_archive_says_who_lifted_the_ban(self):
        self.stack.ban("192.0.2.21")
        self.add(self.stack, "192.0.2.21")
        query = GLib.Variant("(a{sv})", (variants({"kind": "unban", "address": "192.0.2.21"}),))
        rows = self.stack.wait_until(lambda: self.stack.call("History.List", query)[0], "the unban in the archive")
        self.assertEqual([(row["cause"], row["uid"], row["reason"]) for row in rows],
                         [("daemon", 0, "allowed: 192.0.2.21")])

    def test_failures_do_not_ban(self):
        self.add(self.stack, "192.0.2.0/28")
        self.stack.fail("sshd", "192.0.2.3", times=5)
        self.stack.fail("sshd", "192.0.2.99", times=5)
        self.stack.wait_until(lambda: self.stack.get("Bans", "Active") == 1, "the other one's ban")
        rows, page = self.stack.call("Bans.List", GLib.Variant("(a{sv})", ({},)))
        self.assertEqual([row["address"] for row in rows], ["192.0.2.99"])
        self.stack.call("Bans.UnbanAll", GLib.Variant("(a{sv})", ({},)))

    def test_ban_is_refused(self):
        self.add(self.stack, "198.51.100.0/24", note="partner")
        for address in ("198.51.100.9", "198.51.0.0/16"):
            name, message = self.stack.error("Bans.Ban", GLib.Variant("(asasa{sv})", ([address], ["sshd"], {})))
            self.assertEqual(name, "WouldLockOut")
            self.assertIn("198.51.100.0/24", message)
            self.assertIn("force", message)
        name, message = self.stack.error("Bans.Ban", GLib.Variant("(asasa{sv})", (["203.0.113.7"], [], {})))
        self.assertEqual(name, "WouldLockOut")
        self.assertIn("ignores", message)
        answer = self.stack.ban("198.51.100.9", force=GLib.Variant("b", True))
        self.assertEqual(answer["banned"], 1)
        self.stack.call("Bans.UnbanAll", GLib.Variant("(a{sv})", ({},)))

    def test_administrators_entries_are_shown_and_stay(self):
        row = self.rows(self.stack)["203.0.113.0/24"]
        self.assertEqual((row["origin"], row["jails"]), ("fail2ban", ["mail", "sshd"]))
        name, _ = self.stack.error("AllowList.Remove", GLib.Variant("(sa{sv})", ("203.0.113.0/24", {})))
        self.assertEqual(name, "AddressNotFound")
        self.add(self.stack, "203.0.113.0/24")
        self.remove(self.stack, "203.0.113.0/24")
        self.assertEqual(self.ignored(self.stack), {"203.0.113.0/24"})

    def test_check(self):
        self.add(self.stack, "192.0.2.0/28", jails=["mail"])
        answer = self.stack.call("AllowList.Check", GLib.Variant("(sa{sv})", ("192.0.2.7", {})))
        self.assertEqual((answer["allowed"], answer["jails"]), (True, ["mail"]))
        self.assertEqual([row["entry"] for row in answer["entries"]], ["192.0.2.0/28"])
        answer = self.stack.call("AllowList.Check", GLib.Variant("(sa{sv})", ("192.0.2.77", {})))
        self.assertFalse(answer["allowed"])

    def test_changed(self):
        self.add(self.stack, "192.0.2.1", note="before")
        change = GLib.Variant("(sa{sv})", ("192.0.2.1", variants({"jails": ["mail"], "note": "after"})))
        row = self.stack.call("AllowList.Change", change)
        self.assertEqual((row["note"], row["jails"]), ("after", ["mail"]))
        self.assertEqual(self.ignored(self.stack), {"203.0.113.0/24"})
        self.assertIn("192.0.2.1", self.ignored(self.stack, "mail"))

    def test_ends_on_time(self):
        self.add(self.stack, "192.0.2.1", duration=2)
        end = self.rows(self.stack)["192.0.2.1"]["expires_at"]
        self.wait_ignored(self.stack, {"203.0.113.0/24"})
        self.assertGreaterEqual(time.time(), end)
        self.stack.wait_until(lambda: set(self.rows(self.stack)) == {"203.0.113.0/24"})

    def test_host_name(self):
        row = self.add(self.stack, "LocalHost", note="resolved by the system")
        self.assertEqual((row["entry"], row["kind"]), ("localhost", "name"))
        self.assertIn("127.0.0.1", row["addresses"])
        self.assertIn("127.0.0.1", self.ignored(self.stack))
        name, message = self.stack.error("AllowList.Add", GLib.Variant("(sa{sv})", ("nobody.invalid", {})))
        self.assertEqual(name, "AddressNotFound")
        self.assertIn("force", message)
        row = self.add(self.stack, "nobody.invalid", force=True)
        self.assertNotEqual(row["problem"], "")

    def test_wrong_input(self):
        for entry, options, expected in (("192.0.2.300", {}, "InvalidArgument"), ("0.0.0.0/0", {}, "InvalidArgument"),
                                         ("192.0.2.1", {"jails": ["nope"]}, "JailNotFound"),
                                         ("192.0.2.1", {"duration": 5, "expires_at": 9 ** 10}, "InvalidArgument"),
                                         ("192.0.2.1", {"expires_at": 1}, "InvalidArgument"),
                                         ("192.0.2.1", {"nope": 1}, "InvalidArgument")):
            name, _ = self.stack.error("AllowList.Add", GLib.Variant("(sa{sv})", (entry, variants(options))))
            self.assertEqual(name, expected, (entry, options))
        self.add(self.stack, "192.0.2.1")
        name, _ = self.stack.error("AllowList.Add", GLib.Variant("(sa{sv})", ("192.0.2.1", {})))
        self.assertEqual(name, "AlreadyExists")


class Again(Case):
    """What is on the list comes back, whatever was started anew."""

    def test_reload(self):
        with Stack(jails=JAILS) as stack:
            self.add(stack, "192.0.2.1")
            stack.call("Server.Reload", GLib.Variant("(a{sv})", ({},)))
            self.wait_ignored(stack, {"192.0.2.1"})
            # not by us
            stack.run("/usr/bin/fail2ban-client", "-c", stack.fail2ban.etc, "reload", check=True)
            self.wait_ignored(stack, {"192.0.2.1"})

    def test_jail_that_comes_later(self):
        with Stack(jails=JAILS) as stack:
            self.add(stack, "192.0.2.1")
            stack.fail2ban.write_jail("late")
            stack.call("Server.StartJail", GLib.Variant("(sa{sv})", ("late", {})))
            self.wait_ignored(stack, {"192.0.2.1"}, "late")

    def test_restart_of_fail2ban(self):
        with Stack(jails=JAILS) as stack:
            self.add(stack, "192.0.2.1")
            stack.fail2ban.kill()
            stack.wait_until(lambda: not stack.get("Server", "Online"))
            stack.start_fail2ban()
            self.wait_ignored(stack, {"192.0.2.1"})

    def test_added_while_fail2ban_is_away(self):
        with Stack(jails=JAILS) as stack:
            stack.ban("192.0.2.1")
            stack.fail2ban.stop()
            stack.wait_until(lambda: not stack.get("Server", "Online"))
            row = self.add(stack, "192.0.2.1")
            self.assertIn("offline", row["problem_applying"])
            stack.start_fail2ban()
            self.wait_ignored(stack, {"192.0.2.1"})
            # fail2ban brings the ban back by itself; it is lifted all the same
            stack.wait_until(lambda: stack.fail2ban.ask("get", "sshd", "banned", "192.0.2.1") == (0, 0))
            stack.wait_until(lambda: stack.get("Bans", "Active") == 0)

    def test_kill_of_the_daemon(self):
        with Stack(jails=JAILS) as stack:
            self.add(stack, "192.0.2.1", duration=3)
            self.add(stack, "192.0.2.2")
            stack.stop_daemon(signal.SIGKILL, expect=-signal.SIGKILL)
            # meanwhile one ends, and fail2ban forgets the other
            stack.fail2ban.ask("set", "sshd", "delignoreip", "192.0.2.2")
            time.sleep(3)
            stack.start_daemon()
            self.wait_ignored(stack, {"192.0.2.2"})
            stack.wait_until(lambda: set(self.rows(stack)) == {"192.0.2.2"})


@unittest.skipUnless(can_have_polkit(), "needs root and mount namespaces")
class Authorised(Case):
    RULES = """polkit.addRule(function (action, subject) {
        if (action.id === "org.bangui.BanGUI1.allow" && subject.user === "nobody")
            return action.lookup("address") === "192.0.2.1" && action.lookup("jail") === "mail" ?
                polkit.Result.YES : polkit.Result.NO;
    });"""

    def test_as_somebody_else(self):
        with Stack(jails=JAILS, polkit=True, rules=self.RULES) as stack:
            def call(method, *arguments):
                return stack.run("busctl", f"--address={stack.address}", "call", "org.bangui.BanGUI1",
                                 "/org/bangui/BanGUI1", "org.bangui.BanGUI1.AllowList", method, *arguments, uid=NOBODY)

            jails = ("sa{sv}", "192.0.2.1", "1", "jails", "as", "1", "mail")
            self.assertIn("nobody", call("Add", *jails).stdout)
            self.assertEqual(self.ignored(stack, "mail"), {"192.0.2.1"})
            given = call("Add", "sa{sv}", "192.0.2.2", "0")
            self.assertNotEqual(given.returncode, 0)
            self.assertEqual(self.ignored(stack), set())
            # to read the list everybody is allowed
            self.assertIn("192.0.2.1", call("List", "a{sv}", "0").stdout)


if __name__ == "__main__":
    tap.main()
