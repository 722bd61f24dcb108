# SPDX-License-Identifier: LGPL-2.1-or-later
"""The logs of jails: what is seen of them at once, and the finding when one is gone."""

import os
import time
import unittest

import tap
from gi.repository import GLib
from stack import ROOT, Stack, is_root

NONE = GLib.Variant("(a{sv})", ({},))
JAIL = f"{ROOT}/jail/sshd"


class LogFiles(unittest.TestCase):
    def start(self, **options):
        self.stack = self.enterContext(Stack(jails={"sshd": {"filter": "sshd", **options}}))
        self.stack.wait_until(lambda: self.stack.get("Server", "Jails") == ["sshd"], "the first probe")
        self.log = self.stack.fail2ban.log_path("sshd")

    def rows(self):
        return self.stack.call("Jail.CheckLogs", NONE, JAIL)

    def run_job(self):
        row = self.stack.call("Jobs.Run", GLib.Variant("(sa{sv})", ("log-files", {"wait": GLib.Variant("x", 20)})))
        self.assertEqual("done", row["last_result"])

    def findings(self):
        return [(row["kind"], row["object"], row["severity"]) for row in self.stack.get("Manager", "Findings")
                if row["kind"] == "log-file"]

    def reads(self):
        return self.stack.get("Jail", "LogPaths", JAIL)

    def test_gone_and_back(self):
        self.start()
        self.stack.fail("sshd", "192.0.2.1")
        [row] = self.rows()
        self.assertEqual({"path": str(self.log), "state": "ok", "size": self.log.stat().st_size},
                         {key: row[key] for key in ("path", "state", "size")})
        self.assertAlmostEqual(time.time(), row["modified_at"], delta=30)
        self.assertNotIn("problem", row)
        self.run_job()
        self.assertEqual([], self.findings())

        self.log.unlink()
        [row] = self.rows()
        self.assertEqual(("missing", 0, 0), (row["state"], row["size"], row["modified_at"]))
        self.assertIn("does not exist", row["problem"])
        self.run_job()
        self.assertEqual([("log-file", "sshd", "warning")], self.findings())
        shown = self.stack.banguictl("status").stdout
        self.assertIn(str(self.log), shown)
        shown = self.stack.banguictl("jail", "sshd", "logs", check=True).stdout
        self.assertIn("missing", shown)

        self.log.touch()
        self.assertEqual("ok", self.rows()[0]["state"])
        self.run_job()
        self.assertEqual([], self.findings())

    def test_given_up(self):
        """fail2ban takes a file that stays away out of the jail, here at once, and does not look for it again."""
        self.start()
        self.run_job()
        self.log.unlink()
        self.stack.fail2ban.ask("set", "sshd", "dellogpath", str(self.log))
        self.stack.call("Server.Probe", NONE)
        self.stack.wait_until(lambda: self.look_anew() == [], "the jail without a log")
        self.run_job()
        self.log.touch()
        self.run_job()
        self.assertEqual([("log-file", "sshd", "warning")], self.findings())
        self.assertEqual([(str(self.log), "dropped")], [(row["path"], row["state"]) for row in self.rows()])

        self.stack.call("Server.Reload", GLib.Variant("(a{sv})", ({"jail": GLib.Variant("s", "sshd")},)))
        self.stack.wait_until(lambda: self.reads() == [str(self.log)], "the log in the jail")
        self.run_job()
        self.assertEqual([], self.findings())

    def look_anew(self):
        """A change of the jail reads its settings anew."""
        self.stack.call("Jail.Change", GLib.Variant("(a{sv}a{sv})", ({"maxretry": GLib.Variant("x", 3)}, {})), JAIL)
        return self.reads()

    def test_taken_out_by_hand(self):
        self.start()
        other = self.log.with_name("other.log")
        other.touch()
        self.stack.call("Jail.AddLogPath", GLib.Variant("(sa{sv})", (str(other), {})), JAIL)
        self.run_job()
        other.unlink()
        self.run_job()
        self.assertEqual([("log-file", "sshd", "warning")], self.findings())
        self.stack.call("Jail.RemoveLogPath", GLib.Variant("(sa{sv})", (str(other), {})), JAIL)
        self.stack.wait_until(lambda: self.findings() == [], "the finding taken back")
        self.assertEqual([str(self.log)], [row["path"] for row in self.rows()])

    @unittest.skipUnless(is_root(), "a file of somebody else needs root")
    def test_closed_to_us_alone(self):
        """What matters is what fail2ban may read: it is root with all its powers here, whatever a mode says."""
        self.start()
        os.chown(self.log, 65533, 65533)
        self.log.chmod(0o600)
        self.assertEqual("ok", self.rows()[0]["state"])

    def test_journal_and_unknown(self):
        self.start()
        self.assertEqual("InvalidArgument", self.stack.error(
            "Jail.CheckLogs", GLib.Variant("(a{sv})", ({"depth": GLib.Variant("x", 1)},)), JAIL)[0])
        self.stack.stop_fail2ban()
        self.stack.wait_until(lambda: self.stack.get("Server", "State") == "offline", "fail2ban offline")
        self.stack.wait_until(lambda: self.stack.error("Jail.CheckLogs", NONE, JAIL), "the jail gone")


if __name__ == "__main__":
    tap.main()
