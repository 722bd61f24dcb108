# SPDX-License-Identifier: LGPL-2.1-or-later
"""Settings at run time: set, stored, pinned, taken back, and the file read again."""

import json
import os
import signal
import socket
import sqlite3
import unittest

import tap
from caller import CallError, Caller
from gi.repository import GLib
from stack import NOBODY, WAIT, Stack, StackError

OPEN = {"log-level": None, "fail2ban-probe-interval": 3600}  # what the tests leave to the file
NO_OPTIONS = "@a{sv} {}"


class Shared(unittest.TestCase):
    maxDiff = None

    def start(self, **keywords):
        self.stack = self.enterContext(Stack(settings=OPEN | keywords.pop("settings", {}), **keywords))
        self.config = self.stack.folder / "bangui.conf"
        return self.stack

    def call(self, member, arguments):
        return self.stack.call(f"Settings.{member}", GLib.Variant.parse(None, arguments, None, None))

    def error(self, member, arguments):
        return self.stack.error(f"Settings.{member}", GLib.Variant.parse(None, arguments, None, None))

    def set(self, **values):
        text = ", ".join(f"'{key.replace('_', '-')}': <{json.dumps(value)}>" for key, value in values.items())
        return self.call("Set", f"(@a{{sv}} {{{text}}}, {NO_OPTIONS})")

    def refuse(self, text):
        return self.error("Set", f"({text}, {NO_OPTIONS})")

    def reset(self, *keys):
        return self.call("Reset", f"({list(keys)}, {NO_OPTIONS})")

    def reload(self):
        return self.call("Reload", f"({NO_OPTIONS},)")

    def get(self, key):
        return self.call("Get", f"('{key}',)")

    def value(self, key):
        row = self.get(key)
        return row["value"], row["origin"]

    def write(self, text):
        self.config.write_text(f"[bangui]\n{text}")

    def findings(self):
        return {row["kind"]: row["message"] for row in self.stack.get("Manager", "Findings")}

    def logged(self, event):
        rows = [json.loads(line) for line in self.stack.daemon.output().splitlines() if line.startswith("{")]
        return [row for row in rows if row.get("event") == event]


class Changes(Shared):
    """One daemon after the other: what is set lasts."""

    def test_listed(self):
        self.start(fail2ban=False)
        rows = {row["key"]: row for row in self.call("List", f"({NO_OPTIONS},)")}
        self.assertEqual({"key": "log-level", "value": "notice", "default": "notice", "origin": "default", "where": "",
                          "pinned": False, "runtime": True, "type": "choice",
                          "choices": ["error", "warning", "notice", "info", "debug"],
                          "allowed": "one of error, warning, notice, info, debug",
                          "help": "What is logged: this level and all more serious ones."}, rows["log-level"])
        row = rows["store-folder"]
        self.assertEqual(("command line", "--set store-folder", True, False),
                         (row["origin"], row["where"], row["pinned"], row["runtime"]))
        row = rows["store-audit-days"]
        self.assertEqual((365, 1, 36500, "days"), (row["value"], row["min"], row["max"], row["unit"]))
        self.assertEqual(rows["log-level"], self.get("log-level"))

    def test_lasts(self):
        self.start(fail2ban=False)
        self.write("log-level=warning\n")
        rows = self.set(log_level="info", store_audit_days=30)
        self.assertEqual([("store-audit-days", 30, "stored"), ("log-level", "info", "stored")],
                         [(row["key"], row["value"], row["origin"]) for row in rows])
        self.stack.restart_daemon()
        self.assertEqual(("info", "stored"), self.value("log-level"))
        self.assertEqual((30, "stored"), self.value("store-audit-days"))
        self.reset("log-level")
        self.assertEqual(("warning", "file"), self.value("log-level"))
        self.stack.restart_daemon()
        self.assertEqual(("warning", "file"), self.value("log-level"))
        self.assertEqual((30, "stored"), self.value("store-audit-days"))

    def test_killed_right_after(self):
        self.start(fail2ban=False)
        self.set(store_audit_days=31)
        self.stack.stop_daemon(signal.SIGKILL, -signal.SIGKILL)
        self.stack.start_daemon()
        self.assertEqual((31, "stored"), self.value("store-audit-days"))

    def test_in_force_with_the_answer(self):
        """Whoever has the answer finds the change in force: the next call is logged."""
        self.start(fail2ban=False)
        self.assertEqual([], self.logged("call.done"))
        self.set(log_level="debug")
        self.get("log-level")
        self.stack.wait_until(lambda: self.logged("call.done"), "the log of calls")
        self.reset("log-level")
        before = len(self.logged("call.done"))
        self.get("log-level")
        self.set(store_audit_days=7)
        self.stack.wait_until(lambda: self.logged("settings.changed")[-1]["key"] == "store-audit-days", "the log")
        self.assertEqual(before, len(self.logged("call.done")))

    def test_signal(self):
        self.start(fail2ban=False)
        signals = self.stack.subscribe("Settings", "Changed")
        self.set(log_level="info", map_threshold_low=1)
        self.stack.wait_until(lambda: signals, "Changed")
        rows = signals[0][3][0]
        self.assertEqual([("log-level", "info", "stored", False), ("map-threshold-low", 1, "stored", False)],
                         [(row["key"], row["value"], row["origin"], row["pinned"]) for row in rows])
        self.reset("log-level")
        self.stack.wait_until(lambda: len(signals) == 2, "Changed")
        self.assertEqual([("log-level", "notice", "default")],
                         [(row["key"], row["value"], row["origin"]) for row in signals[1][3][0]])

    def test_audited(self):
        self.start(fail2ban=False)
        self.set(log_level="info")
        self.refuse("{'log-level': <'loud'>, 'no\\nkey': <1>}")
        self.reset("log-level")
        rows = self.stack.call("Manager.ListAudit", GLib.Variant("(a{sv})", ({},)))[0]
        self.assertEqual([("Settings.Reset", "log-level", "ok"),
                          ("Settings.Set", "log-level='loud', 'no\\x0akey'='1'", "InvalidArgument"),
                          ("Settings.Set", "log-level='info'", "ok")],
                         [(row["method"], row["object"], row["result"]) for row in rows])

    def test_guard(self):
        stack = self.start()
        own = GLib.Variant.parse(None, f"(['127.0.0.1'], ['sshd'], {NO_OPTIONS})", None, None)
        self.assertEqual("WouldLockOut", stack.error("Bans.Ban", own)[0])
        self.set(guard_lockout=False)
        self.assertEqual(1, len(stack.call("Bans.Ban", own)["rows"]))


class Refusals(Shared):
    def test_bad_values(self):
        self.start(fail2ban=False)
        for text, name, message in (
                ("{'log-level': <'loud'>}", "InvalidArgument",
                 "setting 'log-level' has the value 'loud'; it must be one of error, warning, notice, info, debug"),
                ("{'store-audit-days': <int64 36501>}", "InvalidArgument",
                 "setting 'store-audit-days' has the value '36501'; it must be an integer from 1 to 36500 (days)"),
                ("{'log-levl': <'info'>}", "SettingNotFound",
                 "there is no setting 'log-levl'; did you mean 'log-level'?"),
                ("{'log-level': <'info'>, 'map-threshold-high': <10>}", "InvalidArgument",
                 "setting 'map-threshold-medium' is 50 (default) and 'map-threshold-high' is 10 (stored); the first "
                 "must be less than the second"),
                ("{'bus-calls-max': <99>}", "RestartNeeded",
                 f"setting 'bus-calls-max' does not change while banguid runs: set it in {self.config} and restart "
                 "banguid")):
            self.assertEqual((name, message), self.refuse(text))
        self.assertEqual(("notice", "default"), self.value("log-level"))
        self.assertEqual("TooLarge", self.refuse("{%s}" % ", ".join(f"'k{n}': <1>" for n in range(65)))[0])
        self.assertEqual("InvalidArgument", self.error("Reset", f"(@as [], {NO_OPTIONS})")[0])
        self.assertEqual("SettingNotFound", self.error("Reset", f"(['nothing'], {NO_OPTIONS})")[0])
        self.assertEqual("InvalidArgument", self.error("Reload", "({'colour': <1>},)")[0])

    def test_pinned(self):
        self.start(fail2ban=False, daemon=False, settings={"store-audit-days": 5})
        keep = self.stack.environment
        self.stack.environment = lambda **more: keep(BANGUI_LOG_LEVEL="warning", **more)
        self.stack.start_daemon()
        row = self.get("log-level")
        self.assertEqual(("warning", "environment", "BANGUI_LOG_LEVEL", True),
                         (row["value"], row["origin"], row["where"], row["pinned"]))
        self.assertEqual(("SettingPinned", "setting 'log-level' is pinned to 'warning' by the environment "
                          "(BANGUI_LOG_LEVEL): take it away there and restart banguid"),
                         self.refuse("{'log-level': <'info'>}"))
        self.assertEqual(("SettingPinned", "setting 'store-audit-days' is pinned to '5' by the command line (--set "
                          "store-audit-days): take it away there and restart banguid"),
                         self.refuse("{'store-audit-days': <6>}"))

    @unittest.skipUnless(os.geteuid() == 0, "needs root for polkit")
    def test_other_users(self):
        self.start(fail2ban=False, polkit=True)
        with Caller(self.stack, NOBODY) as nobody:
            self.assertEqual("notice", nobody.call("Settings.Get", "('log-level',)")["value"])
            self.assertGreater(len(nobody.call("Settings.List", f"({NO_OPTIONS},)")), 20)
            for member, arguments in (("Set", "({'log-level': <'info'>}, @a{sv} {})"),
                                      ("Reset", "(['log-level'], @a{sv} {})"), ("Reload", "(@a{sv} {},)")):
                with self.assertRaises(CallError) as raised:
                    nobody.call(f"Settings.{member}", arguments)
                self.assertEqual("org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
                                 raised.exception.name, member)
            # an administrator lets somebody change one key alone
            self.stack.write_rules("""polkit.addRule(function (action, subject) {
                return action.id === "org.bangui.BanGUI1.manage-settings" && action.lookup("settings") === "log-level"
                    ? polkit.Result.YES : polkit.Result.NOT_HANDLED;
            });""")
            self.stack.wait_until(lambda: self.may(nobody, "({'log-level': <'info'>}, @a{sv} {})"), "the rule")
            self.assertFalse(self.may(nobody, "({'log-level': <'info'>, 'guard-lockout': <false>}, @a{sv} {})"))
        self.assertEqual(("info", "stored"), self.value("log-level"))

    @staticmethod
    def may(caller, arguments):
        try:
            return bool(caller.call("Settings.Set", arguments))
        except CallError:
            return False


class File(Shared):
    def hang_up(self, times=1):
        """SIGHUP, awaited as systemd would: until the daemon says that it is ready again."""
        path = self.stack.folder / "notify"
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(str(path))
            notify.settimeout(WAIT)
            for _ in range(times):
                os.kill(self.stack.daemon.pid, signal.SIGHUP)
            said = []
            while not said or "READY=1" not in said[-1]:
                said.append(notify.recv(4096).decode().split("\n"))
        self.assertIn("RELOADING=1", said[0])

    def test_reload(self):
        self.start(fail2ban=False)
        self.write("log-level=info\nstore-audit-days=9\n")
        result = self.reload()
        self.assertEqual(str(self.config), result["file"])
        self.assertEqual([("store-audit-days", 9, "file"), ("log-level", "info", "file")],
                         [(row["key"], row["value"], row["origin"]) for row in result["changed"]])
        self.assertEqual([[], []], [result["problems"], result["hidden"]])
        self.write("")
        self.assertEqual(2, len(self.reload()["changed"]))
        self.assertEqual(("notice", "default"), self.value("log-level"))

    def test_reload_beside_other_sources(self):
        self.start(fail2ban=False, settings={"store-audit-days": 5})
        self.set(log_level="info")
        self.write("log-level=debug\nstore-audit-days=9\n")
        result = self.reload()
        self.assertEqual([], result["changed"])
        self.assertEqual([("store-audit-days", "command line"), ("log-level", "stored")],
                         [(row["key"], row["origin"]) for row in result["hidden"]])
        self.assertEqual(("info", "stored"), self.value("log-level"))
        self.assertEqual((5, "command line"), self.value("store-audit-days"))

    def test_hang_up(self):
        self.start(fail2ban=False)
        self.write("log-level=debug\n")
        self.hang_up(times=5)
        self.assertEqual(("debug", "file"), self.value("log-level"))
        row = self.stack.call("Manager.ListAudit", GLib.Variant("(a{sv})", ({},)))[0][0]
        self.assertEqual(("Settings.Reload", "signal:HUP", os.geteuid()), (row["method"], row["caller"], row["uid"]))
        self.stack.wait_until(lambda: self.logged("call.done"), "the log of calls")

    def test_hang_up_with_a_broken_file(self):
        self.start(fail2ban=False)
        self.write("log-level=info\n")
        self.hang_up()
        for text, kind in (("what is this\n", "not readable"), ("log-level=loud\n", "'loud'; it must be one of"),
                           ("log-level=info\nlog_level=debug\n", "there is no setting 'log_level'"),
                           ("log-level=info\nmap-threshold-low=51\n", "must be less than")):
            self.write(text)
            self.hang_up()
            self.assertEqual(("info", "file"), self.value("log-level"))
            self.stack.wait_until(lambda: kind in self.findings().get("settings-file", ""), kind)
            self.assertIn(kind, self.logged("settings.problem")[-1]["message"])
        self.write("log-level=warning\nbus-calls-max=4096\n")
        self.hang_up()
        self.stack.wait_until(lambda: "settings-file" not in self.findings(), "the finding to go")
        self.assertEqual(f"{self.config}: setting 'bus-calls-max' changes with the next start; until then it stays "
                         "'2048'", self.findings()["settings-restart"])
        self.assertEqual(("warning", "file"), self.value("log-level"))
        self.stack.restart_daemon()
        self.assertEqual((4096, "file"), self.value("bus-calls-max"))
        self.assertNotIn("settings-restart", self.findings())

    def test_start_with_a_broken_file(self):
        self.start(fail2ban=False, daemon=False)
        self.write("map-threshold-low=51\n")
        with self.assertRaisesRegex(StackError, "map-threshold-low' is 51"):
            self.stack.start_daemon()
        self.stack.daemon_status = 2


class Stored(Shared):
    """What stands in the database that we did not write."""

    def test_foreign_rows(self):
        self.start(fail2ban=False)
        self.set(store_audit_days=30)
        self.stack.stop_daemon()
        with sqlite3.connect(self.stack.folder / "store/bangui.sqlite3") as database:
            database.executemany("INSERT INTO setting VALUES (?, ?, 0, 0)",
                                 [("from-the-future", "1"), ("log-level", "loud"), ("store-folder", "/x"),
                                  ("map-threshold-low", "99")])
        database.close()
        self.stack.start_daemon()
        self.assertEqual((30, "stored"), self.value("store-audit-days"))
        self.assertEqual(("notice", "default"), self.value("log-level"))
        self.assertEqual((20, "default"), self.value("map-threshold-low"))
        message = self.findings()["settings-stored"]
        for part in ("'from-the-future'", "'loud'", "'store-folder'", "'map-threshold-low' is 99 (stored)"):
            self.assertIn(part, message)
        self.assertEqual(4, len(self.logged("settings.ignored")))
        self.reset("from-the-future", "store-folder", "log-level", "map-threshold-low")
        self.stack.wait_until(lambda: "settings-stored" not in self.findings(), "the finding to go")
        self.stack.restart_daemon()
        self.assertNotIn("settings-stored", self.findings())


class Terminal(Shared):
    def run_settings(self, *words, status=0):
        done = self.stack.banguictl("settings", *words)
        self.assertEqual(status, done.returncode, done.stderr)
        return done.stdout, done.stderr

    def test_banguictl(self):
        self.start(fail2ban=False)
        self.assertRegex(self.run_settings()[0], r"(?m)^log-level +notice +notice +default +at once$")
        self.assertIn("log-level\n", self.run_settings("--names")[0])
        self.assertRegex(self.run_settings("log-level=info", "store-audit-days=7")[0], r"(?m)^log-level +info +stored$")
        self.assertRegex(self.run_settings("log-level")[0], r"(?m)^Value +info$")
        self.assertEqual("stored", json.loads(self.run_settings("log-level", "--json")[0])["origin"])
        self.assertIn("pinned to", self.run_settings("fail2ban-probe-interval=60", status=5)[1])
        self.assertIn("must be one of", self.run_settings("log-level=loud", status=2)[1])
        self.assertIn("did you mean 'log-level'", self.run_settings("log-levle", status=4)[1])
        self.assertIn("given twice", self.run_settings("log-level=info", "log-level=debug", status=2)[1])
        self.assertRegex(self.run_settings("--reset", "log-level")[0], r"(?m)^log-level +notice +default$")
        self.assertIn("KEY is needed", self.run_settings("--reset", status=2)[1])
        self.write("store-audit-days=8\nlog-level=debug\nbus-calls-max=99\n")
        text = self.run_settings("--reload")[0]
        self.assertRegex(text, r"(?m)^log-level +debug +file$")
        self.assertIn("store-audit-days stays 7: its origin (stored) wins over the file.\n", text)
        self.assertIn("'bus-calls-max' changes with the next start", text)
        self.write("nonsense=1\n")
        self.assertIn("there is no setting 'nonsense'", self.run_settings("--reload", status=2)[0])
        result = json.loads(self.run_settings("--reload", "--json", status=2)[0])
        self.assertEqual("nonsense", result["problems"][0]["key"])


if __name__ == "__main__":
    tap.main()
