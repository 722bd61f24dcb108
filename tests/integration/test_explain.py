# SPDX-License-Identifier: LGPL-2.1-or-later
"""Why an address is banned: real fail2ban, real fail2ban-regex, stock filters."""

import datetime
import json
import sqlite3
import time
import unittest

import tap
from gi.repository import GLib
from stack import NOBODY, Stack, can_have_polkit

JAILS = {"sshd": {"filter": "sshd"}, "nginx": {"filter": "nginx-http-auth"}, "plain": {}}
PREFIXED = r"""[Definition]
prefregex = ^ \S+ app\[\d+\]: <F-CONTENT>.+</F-CONTENT>$
failregex = ^wrong password for <F-USER>\S+</F-USER> from <HOST>$
            ^100%% nonsense; from <HOST>$
datepattern = {^LN-BEG}EPOCH
"""


class Case(unittest.TestCase):
    def explain(self, stack, address):
        return stack.call("Bans.Explain", GLib.Variant("(sa{sv})", (address, {})))

    def wait_banned(self, stack, address, jail):
        stack.wait_until(lambda: stack.fail2ban.ask("get", jail, "banned", address) == (0, 1), f"the ban of {address}")
        stack.wait_until(lambda: any(row["jail"] == jail and row["banned"] and row["lines"]
                                     for row in self.explain(stack, address)["jails"]), "its lines")


class Explain(Case):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(jails=JAILS))

    def test_failures(self):
        self.stack.fail("sshd", "203.0.113.5", times=3)
        self.wait_banned(self.stack, "203.0.113.5", "sshd")
        given = self.explain(self.stack, "203.0.113.5")
        self.assertTrue(given["banned"])
        row, = given["jails"]
        self.assertEqual((row["jail"], row["running"], row["banned"], row["origin"]), ("sshd", True, True, "self"))
        self.assertEqual((row["failures"], row["maxretry"], row["findtime"], row["base_bantime"]), (3, 3, 600, 600))
        self.assertNotIn("problem", row)
        self.assertEqual(len(row["lines"]), 3)
        rules = self.stack.fail2ban.ask("get", "sshd", "failregex")[1]
        for line in row["lines"]:
            self.assertIn("Failed password for root from 203.0.113.5", line["line"])
            self.assertEqual(line["failregex"], rules[line["rule"]])
            self.assertIn("Failed", line["failregex"])
        until = datetime.datetime.fromtimestamp(row["ends_at"], datetime.timezone.utc)
        self.assertEqual(given["verdict"],
                         f"203.0.113.5 is banned in sshd until {until:%Y-%m-%d %H:%M} UTC, because 3 failures within "
                         "10 minutes matched.")
        self.assertEqual(given["problems"], [])

    def test_by_hand(self):
        self.stack.ban("203.0.113.6", reason=GLib.Variant("s", "seen in the mail log"))
        given = self.explain(self.stack, "203.0.113.6")
        row, = given["jails"]
        self.assertEqual((row["origin"], row["banned_by"], row["reason"]), ("manual", 0, "seen in the mail log"))
        self.assertIn("because root banned it by hand (seen in the mail log)", given["verdict"])

    def test_covered_by_a_network(self):
        self.stack.ban("198.51.100.0/24", jails=["plain"])
        given = self.explain(self.stack, "198.51.100.7")
        self.assertFalse(given["banned"])
        self.assertEqual([row["address"] for row in given["covered_by"]], ["198.51.100.0/24"])
        self.assertTrue(given["verdict"].startswith("198.51.100.7 is not banned itself, but 198.51.100.0/24, in which "
                                                    "it lies, is banned in plain until "), given["verdict"])

    def test_network(self):
        self.stack.ban("192.0.2.65", "192.0.2.66", jails=["plain"])
        given = self.explain(self.stack, "192.0.2.64/26")
        self.assertEqual((given["banned"], given["inside"]), (False, 2))
        self.assertIn("2 addresses in it are banned", given["verdict"])

    def test_allowed(self):
        note = {"note": GLib.Variant("s", "office")}
        self.stack.call("AllowList.Add", GLib.Variant("(sa{sv})", ("192.0.2.128/28", note)))
        given = self.explain(self.stack, "192.0.2.130")
        self.assertEqual(given["verdict"],
                         "192.0.2.130 is not banned, and will not be: the allow list has 192.0.2.128/28 (office), and "
                         "no ban of it is known.")
        self.assertEqual([row["entry"] for row in given["allowed_by"]], ["192.0.2.128/28"])

    def test_unknown(self):
        given = self.explain(self.stack, "2001:DB8::1")
        self.assertEqual(given["verdict"], "2001:db8::1 is not banned, and no ban of it is known.")
        self.assertEqual((given["jails"], given["bans_before"]), ([], 0))

    def test_no_address(self):
        name, message = self.stack.error("Bans.Explain", GLib.Variant("(sa{sv})", ("nonsense", {})))
        self.assertEqual(name, "AddressInvalid")
        self.assertIn("nonsense", message)

    def test_several_jails(self):
        self.stack.fail("nginx", "203.0.113.77", times=3)
        self.stack.fail("plain", "203.0.113.77", times=3)
        self.wait_banned(self.stack, "203.0.113.77", "nginx")
        self.wait_banned(self.stack, "203.0.113.77", "plain")
        given = self.explain(self.stack, "203.0.113.77")
        rows = {row["jail"]: row for row in given["jails"]}
        self.assertEqual(set(rows), {"nginx", "plain"})
        for row in rows.values():
            self.assertEqual([line["rule"] >= 0 for line in row["lines"]], [True] * 3, row)
        self.assertIn("in nginx until", given["verdict"])
        self.assertIn("and in plain until", given["verdict"])


class Worlds(Case):
    """Cases with a fail2ban of their own."""

    def test_banned_before(self):
        with Stack(jails={"plain": {"bantime": "3"}}) as stack:
            for n in (1, 2):
                stack.fail("plain", "203.0.113.5", times=3)
                self.wait_banned(stack, "203.0.113.5", "plain")
                self.assertEqual(self.explain(stack, "203.0.113.5")["bans_before"], n - 1)
                stack.wait_until(lambda: not self.explain(stack, "203.0.113.5")["banned"], f"the end of ban {n}")
            given = self.explain(stack, "203.0.113.5")
            self.assertFalse(given["banned"])
            self.assertIn("it was banned 2 times, the last time in plain at ", given["verdict"])
            self.assertEqual(given["jails"][0]["lines"][0]["rule"], 0)

    def test_what_only_the_archive_knows(self):
        """fail2ban forgets a ban that is lifted; its lines and what matched them stay known."""
        with Stack(jails={"plain": {}}) as stack:
            stack.fail("plain", "203.0.113.5", times=3)
            self.wait_banned(stack, "203.0.113.5", "plain")
            stack.wait_until(lambda: stack.get("History", "Bans") == 1, "the archive")
            stack.call("Bans.Unban", GLib.Variant("(asasa{sv})", (["203.0.113.5"], [], {})))
            given = self.explain(stack, "203.0.113.5")
            self.assertEqual(stack.call("Bans.Lookup", GLib.Variant("(sa{sv})", ("203.0.113.5", {})))["earlier"], [])
            self.assertEqual((len(given["earlier"]), given["bans_before"]), (1, 1))
            row, = given["jails"]
            self.assertEqual((row["banned"], row["failures"], row["origin"]), (False, 3, "self"))
            self.assertEqual([line["rule"] for line in row["lines"]], [0] * 3)

    def test_escalation(self):
        increment = {"bantime": "3", "bantime.increment": "true", "bantime.multipliers": "1 300 900"}
        with Stack(jails={"plain": increment}) as stack:
            stack.fail("plain", "203.0.113.5", times=3)
            self.wait_banned(stack, "203.0.113.5", "plain")
            stack.wait_until(lambda: not self.explain(stack, "203.0.113.5")["banned"])
            stack.fail("plain", "203.0.113.5", times=3)
            stack.wait_until(lambda: (row := (self.explain(stack, "203.0.113.5")["jails"] or [{}])[0]).get("banned")
                             and row["bantime"] == 900, "the prolonged ban")
            row = self.explain(stack, "203.0.113.5")["jails"][0]
            self.assertEqual((row["count"], row["increment"], row["base_bantime"], row["multipliers"]),
                             (2, True, 3, "1 300 900"))
            self.assertIn("banned once before", self.explain(stack, "203.0.113.5")["verdict"])

    def test_prefix_and_date_pattern(self):
        with Stack(jails={"app": {"filter": "plain"}}, fail2ban=False, daemon=False) as stack:
            (stack.fail2ban.etc / "filter.d/plain.conf").write_text(PREFIXED)
            stack.start_fail2ban()
            stack.start_daemon()
            with open(stack.fail2ban.log_path("app"), "a") as log:
                for text in ("wrong password for bob from 203.0.113.5", "100% nonsense; from 203.0.113.5",
                             "wrong password for eve from 203.0.113.5"):
                    log.write(f"{int(time.time())} host app[7]: {text}\n")
            self.wait_banned(stack, "203.0.113.5", "app")
            row = self.explain(stack, "203.0.113.5")["jails"][0]
            self.assertEqual([line["rule"] for line in row["lines"]], [0, 1, 0])

    def test_jail_that_is_gone(self):
        with Stack(jails={"plain": {}, "other": {}}) as stack:
            stack.fail("plain", "203.0.113.5", times=3)
            self.wait_banned(stack, "203.0.113.5", "plain")
            stack.call("Server.StopJail", GLib.Variant("(sa{sv})", ("plain", {})))
            stack.wait_until(lambda: not self.explain(stack, "203.0.113.5")["banned"])
            given = self.explain(stack, "203.0.113.5")
            row, = given["jails"]
            self.assertEqual((row["running"], row["banned"]), (False, False))
            self.assertEqual(len(row["lines"]), 3)
            self.assertIn("does not run", row["problem"])
            self.assertIn("it was banned once", given["verdict"])

    def test_three_shapes_of_lines(self):
        """As files, journals and older versions leave them in fail2ban's database."""
        with Stack(jails={"sshd": {"filter": "sshd"}}) as stack:
            stack.ban("203.0.113.5")
            now = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime())
            text = " host sshd[7]: Failed password for root from 203.0.113.5 port 7 ssh2"
            data = {"matches": [["", now, text], now + text, ["", now + " ", text.strip()]], "failures": 3}
            stack.wait_until(lambda: self.explain(stack, "203.0.113.5")["jails"])

            def fill():
                with sqlite3.connect(stack.fail2ban.database, timeout=5) as database:
                    return database.execute("UPDATE bans SET data = ?", (json.dumps(data).encode(),)).rowcount
            stack.wait_until(fill, "the row")
            row = self.explain(stack, "203.0.113.5")["jails"][0]
            self.assertEqual([line["rule"] >= 0 for line in row["lines"]], [True] * 3, row)

    def test_fail2ban_regex_that_fails(self):
        with Stack(jails={"plain": {}}, settings={"fail2ban-regex": "/bin/false"}) as stack:
            stack.fail("plain", "203.0.113.5", times=3)
            self.wait_banned(stack, "203.0.113.5", "plain")
            given = self.explain(stack, "203.0.113.5")
            row, = given["jails"]
            self.assertIn("fail2ban-regex", row["problem"])
            self.assertEqual([line["rule"] for line in row["lines"]], [-1] * 3)
            self.assertIn("because 3 failures", given["verdict"])

    def test_fail2ban_regex_that_hangs(self):
        with Stack(jails={"plain": {}}, daemon=False) as stack:
            program = stack.folder / "hangs"
            program.write_text("#!/bin/sh\nsleep 1000 & exec sleep 1000\n")
            program.chmod(0o755)
            stack.settings["fail2ban-regex"] = program
            stack.start_daemon()
            stack.fail("plain", "203.0.113.5", times=3)
            stack.wait_until(lambda: stack.fail2ban.ask("get", "plain", "banned", "203.0.113.5") == (0, 1))
            stack.wait_until(lambda: stack.get("Bans", "Active") == 1)
            row = self.explain(stack, "203.0.113.5")["jails"][0]
            self.assertIn("did not end within", row["problem"])
            left = stack.run("pgrep", "-s", "0", "-f", "sleep 1000").stdout
            self.assertEqual(left, "")

    def test_fail2ban_is_away(self):
        with Stack(jails={"plain": {}}) as stack:
            stack.fail("plain", "203.0.113.5", times=3)
            self.wait_banned(stack, "203.0.113.5", "plain")
            stack.stop_fail2ban()
            stack.wait_until(lambda: not stack.get("Server", "Online"))
            given = self.explain(stack, "203.0.113.5")
            self.assertFalse(given["banned"])
            self.assertIn("it was banned once", given["verdict"])

    def test_without_database(self):
        with Stack(jails={"plain": {}}, dbfile="None") as stack:
            stack.fail("plain", "203.0.113.5", times=3)
            stack.wait_until(lambda: stack.get("Bans", "Active") == 1)
            given = self.explain(stack, "203.0.113.5")
            self.assertTrue(given["banned"])
            self.assertIn("no database", " ".join(given["problems"]))


@unittest.skipUnless(can_have_polkit(), "needs root and mount namespaces")
class Authorised(Case):
    """Callers who are not root."""

    def test_as_somebody_else(self):
        rules = """polkit.addRule(function (action, subject) {
            if (action.id === "org.bangui.BanGUI1.read-sensitive" && subject.user === "nobody")
                return action.lookup("address") === "203.0.113.5" ? polkit.Result.YES : polkit.Result.NO;
        });"""
        with Stack(jails={"plain": {}}, polkit=True, rules=rules) as stack:
            def call(address):
                return stack.run("busctl", f"--address={stack.address}", "call", "org.bangui.BanGUI1",
                                 "/org/bangui/BanGUI1", "org.bangui.BanGUI1.Bans", "Explain", "sa{sv}", address, "0",
                                 uid=NOBODY)

            self.assertIn("no ban of it is known", call("203.0.113.5").stdout)
            self.assertNotEqual(call("203.0.113.6").returncode, 0)


if __name__ == "__main__":
    tap.main()
