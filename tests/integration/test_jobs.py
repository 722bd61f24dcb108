# SPDX-License-Identifier: LGPL-2.1-or-later
"""What runs by itself, on the bus: each job as an object, run by hand, once a day over restarts, ended in order."""

import time
import unittest

import tap
from gi.repository import GLib
from stack import NAME, ROOT, Stack


def path(name):
    return f"{ROOT}/job/" + "".join(c if c.isalnum() else f"_{ord(c):02x}" for c in name)


def text(value, **options):
    kinds = {int: "x", str: "s"}
    return GLib.Variant("(sa{sv})", (value, {key: GLib.Variant(kinds[type(v)], v) for key, v in options.items()}))


NONE = GLib.Variant("(a{sv})", ({},))


class Jobs(unittest.TestCase):
    def setUp(self):
        self.stack = self.enterContext(Stack(jails={"sshd": {"filter": "sshd"}}))
        self.stack.wait_until(lambda: self.stack.get("Server", "Jails") == ["sshd"], "the first probe")

    def get(self, job, name):
        return self.stack.get("Job", name, path(job))

    def rows(self):
        return {row["name"]: row for row in self.stack.call("Jobs.List", NONE)}

    def test_objects(self):
        objects = self.stack.call("org.freedesktop.DBus.ObjectManager.GetManagedObjects")
        shown = {values[f"{NAME}.Job"]["Name"]: values[f"{NAME}.Job"] for values in objects.values()
                 if f"{NAME}.Job" in values}
        rows = self.rows()
        self.assertLessEqual({"probe", "archive-retention"}, set(shown))
        self.assertEqual(set(shown), set(rows))
        for name, properties in shown.items():
            with self.subTest(job=name):
                self.assertIn(path(name), objects)
                self.assertNotEqual("", properties["Description"])
                self.assertEqual(properties["Interval"], rows[name]["interval"])
                self.assertEqual(properties["Calendar"], rows[name]["calendar"])
        self.assertEqual(30, shown["probe"]["Interval"])
        self.assertEqual("daily 03:25", shown["archive-retention"]["Calendar"])

    def test_probe(self):
        """The watcher's probe shows its runs, and a run that is asked for is one that begins after the question."""
        self.stack.wait_until(lambda: self.get("probe", "Runs") > 0, "the probe's end")
        self.assertEqual("done", self.get("probe", "LastResult"))
        self.assertAlmostEqual(time.time() + 30, self.get("probe", "NextRun"), delta=31)
        before = self.get("probe", "Runs")
        row = self.stack.call("Jobs.Run", text("probe", wait=20))
        self.assertGreater(row["runs"], before)
        self.assertEqual(("done", "waiting"), (row["last_result"], row["state"]))

        self.stack.stop_fail2ban()
        self.assertEqual("Fail2banOffline", self.stack.error("Jobs.Run", text("probe", wait=20))[0])
        self.assertEqual("failed", self.get("probe", "LastResult"))
        self.assertNotEqual("", self.get("probe", "LastError"))
        self.assertLess(0, self.get("probe", "Failures"))

    def test_run(self):
        """By name and on the object; every change of the properties is told."""
        seen = self.stack.subscribe("org.freedesktop.DBus.Properties", "PropertiesChanged")
        self.stack.wait_until(lambda: self.get("archive-retention", "LastResult") == "done", "the run at the start")
        before = self.get("archive-retention", "Runs")
        row = self.stack.call("Jobs.Run", text("archive-retention", wait=20))
        self.assertEqual(("done", before + 1, False), (row["last_result"], row["runs"], row["joined"]))
        row = self.stack.call("Job.Run", NONE, path("archive-retention"))
        self.assertEqual(before + 2, row["runs"])
        self.assertAlmostEqual(time.time(), row["last_start_at"], delta=30)
        self.assertEqual(row["runs"], self.get("archive-retention", "Runs"))
        self.stack.wait_until(lambda: any(place == path("archive-retention") and "Runs" in args[1]
                                          for _, _, place, args in seen), "PropertiesChanged")

    def test_unknown(self):
        name, message = self.stack.error("Jobs.Run", text("archive-retentoin"))
        self.assertEqual("InvalidArgument", name)
        self.assertIn("archive-retention", message)
        self.assertEqual("InvalidArgument", self.stack.error("Jobs.Run", text("probe", speed=1))[0])

    def test_once_a_day_over_restarts(self):
        """The daily job is made at the first start of all, and not again because the daemon starts again."""
        self.stack.wait_until(lambda: self.get("archive-retention", "LastResult") == "done", "the first run")
        started = self.get("archive-retention", "LastStart")
        self.stack.wait_until(lambda: self.get("archive-retention", "NextRun") > time.time(), "the plan")
        for _ in range(2):
            self.stack.restart_daemon()
            self.stack.wait_until(lambda: self.get("probe", "Runs") > 0, "the probe")
            self.assertEqual((started, "done", 0), tuple(self.get("archive-retention", key)
                                                         for key in ("LastStart", "LastResult", "Runs")))


if __name__ == "__main__":
    tap.main()
