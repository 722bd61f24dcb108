# SPDX-License-Identifier: LGPL-2.1-or-later
"""Figures of the archive through the bus, beside those that Python counts of what fail2ban's database held."""

import collections
import datetime
import ipaddress
import pathlib
import random
import sqlite3
import subprocess
import time
import unittest
import zoneinfo

import tap
from gi.repository import GLib
from stack import Stack

DAY = 86400
FIGURES = ("ByCountry", "ByJail", "ByNetwork", "ByOrigin", "TopAddresses", "Unique", "Trend", "HourOfWeek", "Compare",
           "Overview")


def options(**given):
    kinds = {bool: "b", int: "x", str: "s"}
    return GLib.Variant("(a{sv})", ({name: GLib.Variant(kinds[type(value)], value) for name, value in given.items()},))


Ban = collections.namedtuple("Ban", "jail address at")


def make_history(count, now, seed=3):
    """Bans of 400 days, more of them lately; some addresses come again and again."""
    rand = random.Random(seed)
    bans = {}
    while len(bans) < count:
        number = int(rand.random() ** 2 * 400)
        address = f"2001:db8::{number + 1:x}" if number % 9 == 0 else f"198.51.{number % 5}.{number % 256}"
        ban = Ban(rand.choice(("sshd", "sshd", "web")), address, now - int(rand.random() ** 2 * 400 * DAY) - 120)
        bans[ban] = None
    return list(bans)


class StatsTest(unittest.TestCase):
    def start(self, bans=()):
        settings = {"archive-days": 0}
        self.stack = self.enterContext(Stack(jails={"sshd": {}, "web": {}}, daemon=False, settings=settings))
        self.write(bans)
        self.stack.start_daemon()
        self.await_total(len(bans))

    def write(self, bans):
        with sqlite3.connect(self.stack.fail2ban.database, timeout=30) as database:
            database.executemany("INSERT INTO bans (jail, ip, timeofban, bantime, bancount, data)"
                                 " VALUES (?, ?, ?, 600, 1, '{}')", sorted(bans, key=lambda ban: ban.at))

    def ask(self, figure, **given):
        return self.stack.call(f"Stats.{figure}", options(**given))

    def await_total(self, count):
        self.stack.wait_until(lambda: self.ask("Unique", range="all")["total"] == count, f"{count} bans")

    def refuse(self, figure, part, **given):
        name, message = self.stack.error(f"Stats.{figure}", options(**given))
        self.assertEqual("InvalidArgument", name)
        self.assertIn(part, message)


class Live(StatsTest):
    def test_bans_as_they_come(self):
        self.start()
        self.assertEqual([], self.ask("ByJail", range="all")["rows"])
        self.stack.fail("sshd", "192.0.2.1", times=3)
        self.stack.fail("web", "192.0.2.1", times=3)
        self.stack.fail("web", "192.0.2.2", times=3)
        self.await_total(3)
        self.assertEqual([("web", 2), ("sshd", 1)], [(row["jail"], row["bans"]) for row in self.ask("ByJail")["rows"]])
        unique = self.ask("Unique")
        self.assertEqual((3, 2), (unique["total"], unique["addresses"]))
        self.assertEqual(1, self.ask("Unique", address="192.0.2.2")["total"])
        top = self.ask("TopAddresses", limit=1)
        self.assertEqual([("192.0.2.1", 2)], [(row["address"], row["bans"]) for row in top["rows"]])
        self.stack.wait_until(lambda: self.stack.get("Bans", "Active") == 3, "the bans in force")
        overview = self.ask("Overview", range="7d")
        self.assertEqual((3, 3), (overview["total"], overview["active"]))

    def sample(self):
        row = self.stack.call("Jobs.Run", GLib.Variant("(sa{sv})", ("activity", {"wait": GLib.Variant("x", 20)})))
        self.assertEqual("done", row["last_result"])
        return row["last_message"]

    def test_activity(self):
        """What the archive does not tell: failures that led to no ban, and how many bans were in force when."""
        self.start()
        self.stack.wait_until(lambda: len(self.stack.get("Server", "Jails")) == 2, "the first probe")
        self.assertEqual("bans in force: 0, failures: 0", self.sample())
        first = int(time.time())
        self.stack.fail("sshd", "192.0.2.1", times=3)
        self.stack.fail("web", "192.0.2.2", times=2)
        self.stack.wait_until(lambda: self.stack.get("Bans", "Active") == 1, "the ban")
        self.stack.banguictl("jobs", "run", "probe")
        self.stack.wait_until(lambda: self.stack.get("Server", "TotalFailed") == 5, "the failures")
        self.stack.wait_until(lambda: int(time.time()) > first, "another second: a sample replaces that of its second")
        self.assertEqual("bans in force: 1, failures: 5", self.sample())
        activity = self.ask("Activity", timezone="Europe/Berlin")
        self.assertEqual((5, "hour", 3600, "Europe/Berlin"),
                         tuple(activity[key] for key in ("failures", "bucket", "bucket_seconds", "timezone")))
        self.assertEqual([1], [row["active"] for row in activity["rows"] if "active" in row][-1:])
        self.assertEqual(5, sum(row["failures"] for row in activity["rows"]))
        self.assertNotIn("before_failures", activity)

        self.stack.stop_fail2ban()
        self.stack.wait_until(lambda: not self.stack.get("Server", "Online"), "its end")
        self.assertEqual("fail2ban is offline", self.sample())
        self.assertEqual(5, self.ask("Activity", range="all")["failures"])
        self.refuse("Activity", "jail", jail="sshd")
        self.refuse("Activity", "bucket", bucket="minute")

    def test_countries(self):
        self.start()
        for address in ("8.8.8.8", "192.0.2.1"):
            self.stack.fail("sshd", address, times=3)
        self.await_total(2)
        place = self.stack.call("Geo.Lookup", GLib.Variant("(s)", ("8.8.8.8",)))
        self.assertEqual("US", place["country"])
        rows = self.ask("ByCountry", range="all")["rows"]
        self.assertEqual({("US", place["country_name"], 1), ("", "", 1)},
                         {(row["country"], row["name"], row["bans"]) for row in rows})
        self.assertEqual([0.5, 0.5], [row["share"] for row in rows])
        for country, address in (("US", "8.8.8.8"), ("", "192.0.2.1")):
            top = self.ask("TopAddresses", country=country)["rows"]
            self.assertEqual([(address, country)], [(row["address"], row["country"]) for row in top])
        self.assertEqual({"low": 20, "medium": 50, "high": 100}, self.ask("ByCountry")["thresholds"])

    def test_origin(self):
        self.start()
        self.stack.fail("sshd", "192.0.2.1", times=3)
        self.stack.call("Bans.Ban", GLib.Variant("(asasa{sv})", (["192.0.2.9"], ["sshd"], {})))

        def origins():
            return {row["origin"]: row["bans"] for row in self.ask("ByOrigin")["rows"]}

        self.stack.wait_until(lambda: origins() == {"self": 1, "manual": 1, "blocklist": 0}, "one by hand", timeout=60)
        self.assertEqual(["192.0.2.9"], [row["address"] for row in self.ask("TopAddresses", origin="manual")["rows"]])


class History(StatsTest):
    def setUp(self):
        self.now = int(time.time())
        self.bans = make_history(3000, self.now)
        self.start(self.bans)

    def matching(self, since=0, until=1 << 62, jail=None, within=None):
        return [ban for ban in self.bans if since <= ban.at < until and jail in (None, ban.jail)
                and (within is None or ipaddress.ip_address(ban.address) in ipaddress.ip_network(within))]

    def test_groups(self):
        since, until = self.now - 200 * DAY, self.now - 10 * DAY
        filters = [({"range": "all"}, {}), ({"since": since}, {"since": since}),
                   ({"since": since, "until": until, "jail": "web"}, {"since": since, "until": until, "jail": "web"}),
                   ({"range": "all", "address": "198.51.2.0/24"}, {"within": "198.51.2.0/24"}),
                   ({"range": "all", "address": "198.51"}, {"within": "198.51.0.0/16"}),
                   ({"range": "all", "address": "2001:db8::/32", "jail": "sshd"},
                    {"within": "2001:db8::/32", "jail": "sshd"})]
        for given, plain in filters:
            with self.subTest(given):
                bans = self.matching(**plain)
                by_jail = collections.Counter(ban.jail for ban in bans)
                by_address = collections.Counter(ban.address for ban in bans)
                self.assertGreater(len(bans), 0)
                self.assertEqual(by_jail, {row["jail"]: row["bans"] for row in self.ask("ByJail", **given)["rows"]})
                top = self.ask("TopAddresses", limit=500, **given)
                self.assertEqual(by_address, {row["address"]: row["bans"] for row in top["rows"]})
                self.assertEqual((len(bans), len(by_address)), (top["total"], top["addresses"]))
                origins = self.ask("ByOrigin", **given)["rows"]
                self.assertEqual([("self", len(bans)), ("manual", 0), ("blocklist", 0)],
                                 [(row["origin"], row["bans"]) for row in origins])

    def test_trend(self):
        zone = zoneinfo.ZoneInfo("Europe/Berlin")
        trend = self.ask("Trend", range="365d", bucket="day", timezone="Europe/Berlin")
        days = collections.Counter(datetime.datetime.fromtimestamp(ban.at, zone).date()
                                   for ban in self.matching(since=trend["since"]))
        starts = [datetime.datetime.fromtimestamp(row["at"], zone) for row in trend["rows"]]
        self.assertTrue(all((start.hour, start.minute) == (0, 0) for start in starts))
        self.assertEqual([starts[0].date() + datetime.timedelta(days=number) for number in range(len(starts))],
                         [start.date() for start in starts])
        self.assertEqual({start.date(): days[start.date()] for start in starts},
                         {start.date(): row["bans"] for start, row in zip(starts, trend["rows"], strict=True)})
        self.assertEqual(sum(days.values()), trend["total"])
        self.assertEqual(("day", DAY, "Europe/Berlin"), (trend["bucket"], trend["bucket_seconds"], trend["timezone"]))

    def test_trend_by_jail(self):
        for figure in (self.ask("Trend", range="365d", by="jail"), self.ask("Overview", range="365d", by="jail")):
            trend = figure.get("trend", figure)
            alone = {jail: self.ask("Trend", range="365d", jail=jail) for jail in ("sshd", "web")}
            self.assertEqual(["sshd", "web"], [row["jail"] for row in trend["series"]])
            for row in trend["series"]:
                self.assertEqual([bucket["bans"] for bucket in alone[row["jail"]]["rows"]], list(row["bans"]))
        self.assertNotIn("series", self.ask("Trend", range="365d"))

    def test_buckets(self):
        for name, bucket in (("24h", "hour"), ("7d", "6h"), ("30d", "day"), ("365d", "week")):
            self.assertEqual(bucket, self.ask("Trend", range=name)["bucket"])
        trend = self.ask("Trend", since=self.now - 3600, bucket=600)
        self.assertEqual({600}, {after["at"] - row["at"] for row, after in zip(trend["rows"], trend["rows"][1:])})

    def test_hour_of_week(self):
        zone = zoneinfo.ZoneInfo("America/New_York")
        rows = self.ask("HourOfWeek", range="all", timezone="America/New_York")["rows"]
        times = (datetime.datetime.fromtimestamp(ban.at, zone) for ban in self.bans)
        hours = collections.Counter((at.isoweekday(), at.hour) for at in times)
        self.assertEqual([(day, hour) for day in range(1, 8) for hour in range(24)],
                         [(row["weekday"], row["hour"]) for row in rows])
        self.assertEqual(hours, {(row["weekday"], row["hour"]): row["bans"] for row in rows if row["bans"]})

    def test_compare(self):
        since, until = self.now - 60 * DAY, self.now - 10 * DAY
        both = self.ask("Compare", since=since, until=until)
        before = len(self.matching(since=2 * since - until, until=since))
        total = len(self.matching(since=since, until=until))
        self.assertEqual((total, before), (both["total"], both["before"]))
        again = collections.Counter(ban.address for ban in self.matching(since=since, until=until))
        self.assertEqual(sum(bans > 1 for bans in again.values()), both["repeat_addresses"])
        again = collections.Counter(ban.address for ban in self.matching(since=2 * since - until, until=since))
        self.assertEqual(sum(bans > 1 for bans in again.values()), both["before_repeat_addresses"])
        self.assertAlmostEqual((total - before) / before, both["change"])
        self.assertNotIn("before", self.ask("Compare", range="all"))

    def test_refused(self):
        self.refuse("ByJail", "range", range="1h")
        self.refuse("ByJail", "rnge", rnge="24h")
        self.refuse("ByJail", "limit", limit=3)
        self.refuse("TopAddresses", "limit", limit=501)
        self.refuse("ByCountry", "country", country="Germany")
        self.refuse("Trend", "bucket", bucket="year")
        self.refuse("Trend", "bucket", bucket=59)
        self.refuse("Trend", "bucket", bucket=True)
        self.refuse("Trend", "bucket", bucket="hour", since=1000)
        self.refuse("Overview", "timezone", timezone="Mars/Olympus")
        self.refuse("Trend", "by", by="country")
        self.refuse("ByJail", "by", by="jail")
        self.assertEqual(len(self.bans), self.ask("Unique", range="all")["total"])

    def test_retention(self):
        """What is taken away is gone from every figure, and stays in the trend."""
        trend = self.ask("Trend", range="all", bucket=DAY)
        web = self.ask("Trend", range="all", bucket=DAY, jail="web")
        before = self.now - 100 * DAY
        self.stack.call("History.Purge", options(before=before, wait=20))
        left = len(self.matching(since=before))
        self.await_total(left)
        after = self.ask("Trend", range="all", bucket=DAY)
        self.assertEqual((trend["total"], len(self.bans) - left), (after["total"], after["removed"]))
        self.assertEqual(web["total"], self.ask("Trend", range="all", bucket=DAY, jail="web")["total"])
        self.assertEqual([row for row in trend["rows"] if row["bans"]], [row for row in after["rows"] if row["bans"]])
        self.assertEqual(0, self.ask("Trend", range="all", bucket=DAY, address="0.0.0.0/0")["removed"])
        self.stack.restart_daemon()
        self.assertEqual(after["rows"], self.ask("Trend", range="all", bucket=DAY)["rows"])

    def test_restart(self):
        before = self.ask("Overview", range="all", limit=500)
        self.stack.restart_daemon()
        after = self.ask("Overview", range="all", limit=500)
        for key in ("total", "addresses", "by_jail", "by_country", "by_origin"):
            self.assertEqual(before[key], after[key])
        self.assertEqual({row["address"]: row["bans"] for row in before["top"]},
                         {row["address"]: row["bans"] for row in after["top"]})


class Writes(StatsTest):
    """Asking writes nothing, counted by the kernel and by SQLite."""

    def written(self):
        """Bytes that the daemon wrote to storage, and the files of its database as they are."""
        lines = pathlib.Path(f"/proc/{self.stack.daemon.pid}/io").read_text().splitlines()
        files = sorted((self.stack.folder / "store").glob("bangui.sqlite3*"))
        return (next(int(line.split()[1]) for line in lines if line.startswith("write_bytes:")),
                [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files
                 if not path.name.endswith("-shm")])

    def ask_all(self):
        for _ in range(20):
            for figure in FIGURES:
                self.ask(figure, range="all")
                self.ask(figure, range="30d", jail="sshd", address="198.51.0.0/16")

    def test_reading_writes_nothing(self):
        self.start(make_history(2000, int(time.time())))
        path = self.stack.folder / "store/bangui.sqlite3"
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            def version():
                return database.execute("PRAGMA data_version").fetchone()[0]

            def quiet():
                """Nothing else wrote meanwhile: the daemon's own work may come in between once."""
                before = version(), self.written()
                self.ask_all()
                return before == (version(), self.written())

            self.assertTrue(any(quiet() for _ in range(3)), "asking writes")


class Tools(StatsTest):
    def test_busctl(self):
        """As a person would ask, without a library of ours."""
        self.start(make_history(50, int(time.time())))
        words = ["busctl", f"--address={self.stack.address}", "--json=short", "call", "org.bangui.BanGUI1",
                 "/org/bangui/BanGUI1", "org.bangui.BanGUI1.Stats", "Overview", "a{sv}", "1", "range", "s", "all"]
        given = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
        self.assertIn('"total":{"type":"x","data":50}', given.stdout)


if __name__ == "__main__":
    tap.main()
