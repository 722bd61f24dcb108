# SPDX-License-Identifier: LGPL-2.1-or-later
"""banguictl and the archive: explain, allow, history, address, stats, archive, export, import-log, geo, jobs."""

import contextlib
import csv
import gzip
import io
import json
import os
import re
import select
import shutil
import signal
import sqlite3
import stat
import subprocess
import time
import unittest

import tap
from stack import NOBODY, WAIT, Stack, can_have_polkit, is_root, log_line

JAILS = {"sshd": {"filter": "sshd"}, "web mail": {}}
ESCAPE = "\x1b]0;owned\x07"
TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
DAY = 86400

BAD_WORDS = [
    ("explain",), ("explain", "1", "2"), ("explain", "x y"), ("allow", "frob"), ("allow", "add"), ("allow", "add", ""),
    ("allow", "add", "x..y"), ("allow", "add", "10.0.0.0/7"), ("allow", "add", "192.0.2.1", "--for", "soon"),
    ("allow", "add", "192.0.2.1", "--for", "0"), ("allow", "add", "192.0.2.1", "--until", "2001-01-01"),
    ("allow", "add", "192.0.2.1", "--for", "1h", "--until", "never"), ("allow", "add", "192.0.2.1", "--note", ESCAPE),
    ("allow", "change", "192.0.2.1"), ("allow", "check", "x y"), ("allow", "list", "more"),
    ("history", "lsit"), ("history", "--range", "8d"), ("history", "--range", "7d", "--since", "1h"),
    ("history", "--since", "soon"), ("history", "--network", "ASx"), ("history", "--origin", "me"),
    ("history", "--country", "CHN"), ("history", "--kind", "bans"), ("history", "--limit", "0"),
    ("history", "repeaters", "--min", "1"),
    ("address",), ("address", "192.0.2.1", "--limit", "x"), ("stats", "weather"), ("stats", "country", "x"),
    ("stats", "top", "--limit", "501"), ("stats", "trend", "--bucket", "1"), ("stats", "trend", "--timezone", "Mars/X"),
    ("archive", "purge"), ("archive", "purge", "--before", "soon"), ("archive", "backup"), ("archive", "sync", "now"),
    ("export", "--format", "xml"), ("export", "--range", "1d"), ("import-log",), ("import-log", "/"),
    ("import-log", "/etc/passwd"), ("import-log", "/dev/null", "--timezone", "Mars/X"),
    ("geo", "lookup"), ("geo", "lookup", "x"), ("geo", "ask"), ("jobs", "run"), ("jobs", "run", "nothing"),
    ("jobs", "runn", "probe"),
]


def old_log(now, n_bans=50, n_addresses=7):
    """fail2ban's own log of three days ago: a ban each minute, in turn; the first one is lifted."""
    def line(at, what):
        return (time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at)) +
                f",123 fail2ban.actions        [4711]: NOTICE  [old] {what}\n")
    start = now - 3 * DAY
    lines = [line(start + 60 * n, f"Ban 192.0.2.{n % n_addresses + 1}") for n in range(n_bans)]
    return "".join([lines[0], line(start + 30, "Unban 192.0.2.1"), *lines[1:]])


class Shared(unittest.TestCase):
    """One stack for the cases of a class, with bans of now and, from a packed log, of three days ago."""

    keywords = {"jails": JAILS}
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(**cls.keywords))
        # where everybody may reach it
        cls.client = shutil.copy(cls.stack.client, cls.stack.folder / "banguictl")
        cls.now = int(time.time())
        cls.log = cls.stack.folder / "old.log.1.gz"
        cls.log.write_bytes(gzip.compress(old_log(cls.now).encode()))
        # the guard of one case's bans is none of another's
        cls.stack.ban("8.8.8.8", "198.51.100.0/24", jails=["web mail"])
        cls.stack.run(cls.client, "import-log", cls.log, check=True)
        cls.stack.wait_until(lambda: cls.stack.get("History", "Bans") == 52, "the bans in the archive")

    def ctl(self, *words, status=0, **keywords):
        """Runs it; what it printed. What fails prints nothing on standard output."""
        done = self.stack.run(self.client, *words, **keywords)
        self.assertEqual(status, done.returncode, f"{words}: {done.stdout}{done.stderr}")
        if status:
            self.assertEqual("", done.stdout, words)
            self.assertRegex(done.stderr, r"\Abanguictl: ", words)
        else:
            self.assertEqual("", done.stderr, words)
        return done.stdout + done.stderr

    def json(self, *words, **keywords):
        return json.loads(self.ctl("--json", *words, **keywords))

    def table(self, *words, **keywords):
        """The rows of a table, by the titles of its columns; of use for those that are aligned to the left."""
        head, *lines = self.ctl(*words, **keywords).splitlines()
        starts = [found.start() for found in re.finditer(r"(?:^|(?<=  ))\S", head)]
        ends = [*starts[1:], None]
        return [dict(zip(re.split(r"  +", head), (line[a:b].strip() for a, b in zip(starts, ends)))) for line in lines]


class Reading(Shared):
    def test_bad_words(self):
        for words in BAD_WORDS:
            with self.subTest(words):
                text = self.ctl(*words, status=2)
                self.assertNotRegex(text, r"[\x00-\x09\x0b-\x1f\x7f]")

    def test_suggestions(self):
        for words, said in {("histroy",): "did you mean history?", ("stats", "contry"): "did you mean country?",
                            ("archive", "backpu", "x"): "did you mean backup?",
                            ("geo", "lokup"): "did you mean lookup?",
                            ("allow", "adds", "x"): "did you mean add?", ("stats", "--tmezone", "x"): "--timezone?",
                            ("history", "--range", "3h"): "there is 24h, 7d, 30d, 365d, all",
                            ("history", "--origin", "selv"): "did you mean self?",
                            ("jobs", "run", "history-snc"): "history-sync"}.items():
            self.assertIn(said, self.ctl(*words, status=2), words)

    def test_history(self):
        rows = self.table("history")
        self.assertEqual(53, len(rows))
        self.assertEqual({"TIME", "WHAT", "ADDRESS", "COUNTRY", "JAIL", "FOR", "FAILURES", "BY", "ENDED"}, set(rows[0]))
        for row in rows:
            self.assertRegex(row["TIME"], f"^{TIME}$")
            self.assertIn(row["WHAT"], ("ban", "unban"))
        self.assertRegex(self.ctl("history"), rf"(?m)^{TIME}  ban    8\.8\.8\.8 +US +web mail +10m 00s +0  manual$")
        self.assertEqual(["unban"], [row["WHAT"] for row in rows if row["BY"] not in ("self", "manual")])

    def test_history_filters(self):
        def count(*words):
            rows = self.json("history", "--all", *words)
            self.assertEqual(len(rows), len(self.json("history", "--limit", "500", *words)))
            return len(rows)

        self.assertEqual(53, count())
        self.assertEqual(2, count("--range", "24h"))
        self.assertEqual(51, count("--until", "1d"))
        self.assertEqual(1, count("--kind", "unban"))
        self.assertEqual(50, count("--jail", "old", "--kind", "ban"))
        self.assertEqual(8, count("--address", "192.0.2.1", "--kind=ban"))
        self.assertEqual(51, count("--address", "192.0.2"))
        self.assertEqual(1, count("--country", "us"))
        self.assertEqual(1, count("--country", "", "--origin", "manual"))
        self.assertEqual(0, count("--network", "AS64496"))
        self.assertEqual(3, len(self.json("history", "--limit", "3")))
        self.assertEqual("The archive has no such rows.\n", self.ctl("history", "--jail", "none"))

    def test_repeaters(self):
        rows = self.table("history", "repeaters")
        self.assertEqual([f"192.0.2.{n}" for n in range(1, 8)], [row["ADDRESS"] for row in rows])
        self.assertEqual(("8", "old"), (rows[0]["BANS"], rows[0]["JAILS"]))
        self.assertEqual(1, len(self.json("history", "repeaters", "--min", "8")))
        self.assertEqual("Nobody was banned so often.\n", self.ctl("history", "repeaters", "--min", "9"))

    def test_address(self):
        text = self.ctl("address", "192.0.2.1")
        self.assertRegex(text, r"(?m)^Address +192\.0\.2\.1$")
        self.assertRegex(text, r"(?m)^Bans +8$")
        self.assertRegex(text, r"(?m)^Unbans +1$")
        self.assertRegex(text, r"(?m)^Repeats +yes$")
        self.assertEqual(9, len(re.findall(rf"(?m)^{TIME}  (?:un)?ban ", text)))
        result = self.json("address", "192.0.2.1", "--limit", "2")
        self.assertEqual((8, 2), (result["bans"], len(result["rows"])))
        self.assertEqual(9, len(self.json("address", "192.0.2.1", "--all")["rows"]))
        self.ctl("address", "192.0.2.99", status=4)

    def test_stats(self):
        self.assertRegex(self.ctl("stats"), rf"\A2 bans of 2 addresses since {TIME}\n")
        text = self.ctl("stats", "--range", "all")
        self.assertRegex(text, r"\A52 bans of 9 addresses \(7 more than once\)\n2 in force now\n\n"
                               r"COUNTRY +NAME +BANS +SHARE\n")
        self.assertEqual(5, len(re.findall(r"(?m)^192\.0\.2\.\d ", text)))
        self.assertEqual(7, len(re.findall(r"(?m)^192\.0\.2\.\d ", self.ctl("stats", "--range=all", "--limit=7"))))
        self.assertEqual("0 bans of 0 addresses", self.ctl("stats", "--jail", "none").partition(" since")[0])
        self.assertEqual(52, self.json("stats", "--range", "all")["total"])

    def test_figures(self):
        for figure, head, row in (
                ("country", "COUNTRY +NAME", r"US +United States +1 +1\.9 %  #"),
                ("jail", "JAIL", r"old +50 +96\.2 %  #{40}"),
                ("network", "NETWORK +ORGANISATION", r"- +not known +52 +100\.0 %  #{40}"),
                ("origin", "ORIGIN", r"blocklist +0 +0\.0 %"),
                ("top", "ADDRESS +COUNTRY +JAIL +LAST BAN", rf"8\.8\.8\.8 +US +web mail +{TIME} +1 +1\.9 %  #{{5}}")):
            text = self.ctl("stats", figure, "--range", "all")
            self.assertRegex(text, rf"(?m)\A52 bans[^\n]*\n\n{head} +BANS +SHARE$", figure)
            self.assertRegex(text, rf"(?m)^{row}$", figure)
            self.assertEqual(52, self.json("stats", figure, "--range", "all")["total"])
            self.assertEqual("0 bans", self.ctl("stats", figure, "--jail", "none")[:6])
        self.assertEqual("52 bans of 9 addresses (7 more than once)\n", self.ctl("stats", "unique", "--range", "all"))
        self.assertEqual(3, len(self.json("stats", "top", "--range", "all", "--limit", "3")["rows"]))

    def test_activity(self):
        self.ctl("jobs", "run", "activity")
        text = self.ctl("stats", "activity")
        self.assertRegex(text, r"\A\d+ failures\n\nFROM +IN FORCE +FAILURES\n")
        self.assertRegex(text, r"(?m)^[-0-9]{10} \d\d:00:00 +- +0$")
        self.assertRegex(text, r" +2 +\d+\n\Z")
        self.assertEqual(3600, self.json("stats", "activity")["bucket_seconds"])

    def test_compare(self):
        text = self.ctl("stats", "compare", "--since", f"@{self.now - 2 * DAY}", "--until", f"@{self.now + 2 * DAY}")
        self.assertRegex(text, r"\A2 bans of 2 addresses since .*\n50 in the period before: -96 %\n\Z")
        self.assertEqual("52 bans of 9 addresses (7 more than once)\n", self.ctl("stats", "compare", "--range", "all"))

    def test_trend_and_hours(self):
        day = time.strftime("%Y-%m-%d", time.localtime(self.now))
        self.assertRegex(self.ctl("stats", "trend", "--range", "7d", "--bucket", "day"),
                         rf"(?m)^{day} 00:00:00 +2  #+$")
        self.assertEqual("week", self.json("stats", "trend", "--range", "30d", "--bucket", "week")["bucket"])
        text = self.ctl("stats", "trend", "--range", "all", "--by", "jail")
        self.assertRegex(text, r"(?m)\A52 bans[^\n]*\n\nFROM +old +web mail$")
        self.assertRegex(text, r"(?m)^[-0-9]{10} \d\d:00:00 +50 +0$")
        self.assertRegex(text, r"(?m)^[-0-9]{10} \d\d:00:00 +0 +2$")
        text = self.ctl("stats", "hours", "--range", "all")
        self.assertEqual(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
                         re.findall(r"(?m)^(\w{3}) \|.{48}\|  \d+$", text))
        self.assertEqual(52, sum(map(int, re.findall(r"\|  (\d+)$", text, re.M))))
        self.assertEqual(168, len(self.json("stats", "hours", "--range", "all")["rows"]))

    def test_zones(self):
        """Days are those of the zone in which times are shown, be it by name, by rule or UTC."""
        def zone(*words, **env):
            return self.json("stats", "trend", *words, env=env)["timezone"]

        self.assertEqual("Asia/Kathmandu", zone(TZ="Asia/Kathmandu"))
        self.assertEqual("+05:45", zone(TZ="<+0545>-5:45"))
        self.assertEqual("UTC", zone("--utc", TZ="Asia/Kathmandu"))
        self.assertEqual("Asia/Tokyo", zone("--timezone", "Asia/Tokyo", TZ="Asia/Kathmandu"))
        rows = self.ctl("stats", "trend", "--bucket", "day", env={"TZ": "Asia/Kathmandu"}).splitlines()[3:]
        self.assertEqual({"00:00:00"}, {row.split()[1] for row in rows})

    def test_archive(self):
        self.assertRegex(self.ctl("archive"), rf"(?m)^Bans +52\nOldest +{TIME}\nNewest +{TIME}\n")
        self.assertEqual(52, self.json("archive", "show")["Bans"])
        self.assertEqual(["New bans", "New unbans", "Changed"],
                         re.findall(r"(?m)^(\w+(?: \w+)*)  +0$", self.ctl("archive", "sync")))
        self.assertEqual({"bans", "unbans", "changed", "known"}, set(self.json("archive", "sync")))

    def test_export(self):
        rows = list(csv.DictReader(io.StringIO(self.ctl("export"))))
        self.assertEqual((53, "web mail"), (len(rows), rows[0]["jail"]))
        lines = [json.loads(line) for line in self.ctl("export", "--format", "jsonl", "--jail", "old").splitlines()]
        self.assertEqual((51, {"old"}), (len(lines), {line["jail"] for line in lines}))
        self.assertNotIn("matches", lines[0])
        self.assertIn("matches", json.loads(self.ctl("--json", "export", "--lines").splitlines()[0]))
        self.assertEqual("", self.ctl("export", "--format=jsonl", "--jail", "none"))

    def test_export_to_a_file(self):
        path = self.stack.folder / "bans.csv"
        self.assertEqual("", self.ctl("export", path))
        self.assertEqual(54, len(path.read_text().splitlines()))
        self.assertEqual(0o600, stat.S_IMODE(path.stat().st_mode))
        text = self.ctl("export", path, status=5)
        self.assertIn(str(path), text)
        self.assertEqual(54, len(path.read_text().splitlines()))
        result = self.json("export", self.stack.folder / "bans.jsonl")
        self.assertEqual((53, (self.stack.folder / "bans.jsonl").stat().st_size), (result["rows"], result["bytes"]))
        self.assertIn("/nonexistent/x", self.ctl("export", "/nonexistent/x", status=4))
        # a failure leaves no file behind
        path = self.stack.folder / "none.csv"
        self.ctl("export", path, "--country", "CHN", status=2)
        self.assertFalse(path.exists())

    def test_import(self):
        text = self.ctl("import-log", self.log)
        self.assertEqual(f"{self.log}: 51 lines, 0 bans, 0 unbans, 51 known already.\n", text)
        plain = self.stack.folder / "more.log"
        plain.write_text(old_log(self.now - DAY, 3, 3).replace("192.0.2.", "203.0.113."))
        self.assertEqual(f"{plain}: 4 lines, 3 bans, 1 unbans. Nothing was kept.\n",
                         self.ctl("import-log", "--dry-run", plain))
        self.assertEqual(52, self.json("archive")["Bans"])
        results = self.json("import-log", "--dry-run", self.log, plain)
        self.assertEqual([(str(self.log), 51, 0), (str(plain), 4, 3)],
                         [(result["file"], result["lines"], result["bans"]) for result in results])
        self.assertEqual(1, len(self.json("import-log", "--dry-run", plain)))

    def test_import_that_fails(self):
        missing = self.stack.folder / "missing.log"
        self.assertIn(str(missing), self.ctl("import-log", missing, status=4))
        self.assertIn("/etc/passwd", self.ctl("import-log", "/etc/passwd", status=2))
        cut = self.stack.folder / f"cut{ESCAPE}.gz"
        cut.write_bytes(self.log.read_bytes()[:100])
        self.assertNotIn("\x1b", self.ctl("import-log", "--dry-run", cut, status=2))
        # what came before is told
        done = self.stack.run(self.client, "--json", "import-log", self.log, missing)
        self.assertEqual((4, [51]), (done.returncode, [result["known"] for result in json.loads(done.stdout)]))

    def test_geo(self):
        self.assertRegex(self.ctl("geo"), r"(?m)^Country file +/.*\.mmdb$")
        self.assertRegex(self.ctl("geo"), r"(?m)^Asks outside +no$")
        self.assertIn("Statistics", self.json("geo", "show"))
        rows = self.table("geo", "lookup", "8.8.8.8", "2001:DB8::1")
        self.assertEqual([("8.8.8.8", "US", "United States"), ("2001:db8::1", "-", "")],
                         [(row["ADDRESS"], row["COUNTRY"], row["NAME"]) for row in rows])
        self.assertEqual("US", self.json("geo", "lookup", "8.8.8.8")[0]["country"])
        self.assertIn("geo-outside", self.ctl("geo", "ask", "8.8.8.8", status=5))
        self.assertRegex(self.ctl("geo", "reload"), r"(?m)^Country file +/")
        self.assertRegex(self.ctl("geo", "resolve"), r"\A.*row.*\n\Z")
        self.assertIn("message", self.json("geo", "resolve"))

    def test_jobs(self):
        names = self.ctl("jobs", "--names").split()
        self.assertIn("history-sync", names)
        rows = self.table("jobs")
        self.assertEqual(names, [row["JOB"] for row in rows])
        before = {row["name"]: row["runs"] for row in self.json("jobs", "list")}["history-sync"]
        self.assertRegex(self.ctl("jobs", "run", "history-sync"), rf"(?m)^history-sync +\w+ +5m 00s +{TIME} +{TIME} ")
        result = self.json("jobs", "run", "history-sync")
        self.assertEqual(("history-sync", "done"), (result["name"], result["last_result"]))
        self.assertLess(before, result["runs"])

    def test_places_of_bans(self):
        rows = self.table("bans", "--sort", "address")
        self.assertEqual([("8.8.8.8", "US"), ("198.51.100.0/24", "-")],
                         [(row["ADDRESS"], row["COUNTRY"]) for row in rows])
        self.assertEqual([row["ADDRESS"] for row in rows],
                         [row["ADDRESS"] for row in self.table("bans", "--sort", "address", "--all")])
        self.assertRegex(self.ctl("lookup", "8.8.8.8"), r"(?m)^Country +US$")


class Changing(Shared):
    def wait_lines(self, address):
        """Until fail2ban's database has the lines of a ban."""
        self.stack.wait_until(lambda: any(jail["banned"] and jail["lines"]
                                          for jail in self.json("explain", address)["jails"]), "the ban with its lines")

    def test_explain(self):
        self.stack.fail("sshd", "203.0.113.5", times=3)
        self.wait_lines("203.0.113.5")
        verdict, *lines = self.ctl("explain", "203.0.113.5").splitlines()
        self.assertRegex(verdict, r"^203\.0\.113\.5 is banned in sshd until .*, because 3 failures within 10 minutes ")
        text = "\n".join(lines)
        self.assertRegex(text, rf"(?m)^sshd\nBanned +{TIME}\nUntil +{TIME}\n(?:.*\n)*Failures +3\n")
        self.assertEqual(1, text.count("  failregex "))
        self.assertEqual(3, text.count("Failed password for root from 203.0.113.5"))
        self.assertEqual("self", self.json("explain", "203.0.113.5")["jails"][0]["origin"])

    def test_explain_of_no_ban(self):
        self.assertEqual("2001:db8::5 is not banned, and no ban of it is known.\n", self.ctl("explain", "2001:DB8::5"))
        text = self.ctl("explain", "198.51.100.7")
        self.assertIn("198.51.100.0/24, in which it lies, is banned in web mail", text)
        self.assertRegex(text, r"(?m)^Covered by\nADDRESS .*\n198\.51\.100\.0/24  web mail ")

    def test_attackers_text(self):
        """What was written into a log reaches no terminal as it is, whichever way it takes."""
        line = log_line("sshd", "203.0.113.99").replace("root", "root" + ESCAPE)
        with open(self.stack.fail2ban.log_path("sshd"), "a") as log:
            log.write(f"{line}\n" * 3)
        self.wait_lines("203.0.113.99")
        for words in (("explain", "203.0.113.99"), ("address", "203.0.113.99")):
            text = self.ctl(*words)
            self.assertNotRegex(text, r"[\x00-\x09\x0b-\x1f\x7f]")
            self.assertIn(r"\x1b]0;owned\x07", text)
        self.assertIn(ESCAPE, self.json("address", "203.0.113.99")["rows"][0]["matches"][0])

    def test_allow(self):
        self.assertEqual("Nobody is allowed.\n", self.ctl("allow"))
        self.assertEqual([], self.json("allow", "list"))
        self.ctl("ban", "203.0.113.20", "203.0.113.21", "-j", "sshd")
        self.assertEqual("203.0.113.20/31 is allowed, 2 bans lifted.\n",
                         self.ctl("allow", "add", "203.0.113.20/31", "--note", "the office", "--for", "2h"))
        self.addCleanup(self.stack.run, self.client, "allow", "remove", "203.0.113.20/31")
        self.assertEqual([], self.json("bans", "--within", "203.0.113.20/31"))
        row, = self.table("allow")
        self.assertEqual(("203.0.113.20/31", "all", "the office"), (row["ENTRY"], row["JAILS"], row["NOTE"]))
        self.assertRegex(row["EXPIRES"], f"^{TIME}$")
        self.assertEqual("the office", self.json("allow")[0]["note"])
        self.assertTrue(self.ctl("allow", "check", "203.0.113.21").startswith("203.0.113.21 is allowed.\nENTRY "))
        self.assertIn("allow list", self.ctl("ban", "203.0.113.20", "-j", "sshd", status=6))
        self.ctl("allow", "add", "203.0.113.20/31", status=5)

        self.assertEqual("203.0.113.20/31 is changed.\n",
                         self.ctl("allow", "change", "203.0.113.20/31", "--until", "never", "--jail", "sshd"))
        self.assertEqual((0, ["sshd"]), tuple(self.json("allow")[0][key] for key in ("expires_at", "jails")))
        self.assertEqual([], self.json("allow", "change", "203.0.113.20/31", "--all-jails")["jails"])
        self.assertEqual([], self.json("allow", "list", "--search", "elsewhere"))
        self.assertEqual("203.0.113.20/31 is allowed no longer.\n", self.ctl("allow", "remove", "203.0.113.20/31"))
        self.ctl("allow", "remove", "203.0.113.20/31", status=4)

    def test_allow_check(self):
        done = self.stack.run(self.client, "allow", "check", "203.0.113.30")
        self.assertEqual((4, "203.0.113.30 is not allowed.\n", ""), (done.returncode, done.stdout, done.stderr))
        done = self.stack.run(self.client, "--json", "allow", "check", "203.0.113.30")
        self.assertEqual((4, False), (done.returncode, json.loads(done.stdout)["allowed"]))

    def test_allow_within_a_banned_network(self):
        text = self.ctl("allow", "add", "198.51.100.9")
        self.addCleanup(self.ctl, "allow", "remove", "198.51.100.9")
        self.assertRegex(text, r"(?s)\A198\.51\.100\.9 is allowed\.\n\nStill covered by.*\n"
                               r"198\.51\.100\.0/24  web mail ")

    def test_allow_keeps_bans(self):
        self.ctl("ban", "203.0.113.40", "-j", "sshd")
        self.ctl("allow", "add", "203.0.113.40", "--keep-bans")
        self.addCleanup(self.ctl, "allow", "remove", "203.0.113.40")
        self.assertTrue(self.json("lookup", "203.0.113.40")["banned"])

    def test_watch(self):
        with subprocess.Popen([self.client, "watch", "--json"], env=self.stack.environment(), text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            self.addCleanup(child.kill)
            # until it is subscribed, changes may be missed: its own first event says that it is
            for number in range(1, 200):
                self.ctl("ban", f"203.0.113.{100 + number % 100}", "-j", "sshd")
                if select.select([child.stdout], [], [], 0.1)[0]:
                    break
            self.ctl("allow", "add", "192.0.2.200")
            self.ctl("allow", "remove", "192.0.2.200")
            self.ctl("settings", "archive-days=300")
            self.ctl("settings", "--reset", "archive-days")
            seen = []
            while len(seen) < 4:
                event = json.loads(child.stdout.readline())
                if event["event"] in ("allow-list", "settings"):
                    seen.append(event)
            child.terminate()
        self.assertEqual([("192.0.2.200", "added"), ("192.0.2.200", "removed")],
                         [(event["entry"], event["change"]) for event in seen[:2]])
        self.assertEqual([("archive-days", 300), ("archive-days", 365)],
                         [(event["settings"][0]["key"], event["settings"][0]["value"]) for event in seen[2:]])


class Care(Shared):
    def test_purge(self):
        path = self.stack.folder / "purge.log"
        path.write_text(old_log(self.now - 30 * DAY, 5, 5).replace("192.0.2.", "203.0.113."))
        self.ctl("import-log", path)
        self.assertEqual("Rows removed  6\n", self.ctl("archive", "purge", "--before", "20d", "--reason", "a test"))
        self.assertEqual(0, self.json("archive", "purge", "--before", "20d")["removed"])
        self.assertEqual([], self.json("history", "--address", "203.0.113"))
        self.assertEqual("a test", self.json("audit", "--method", "History.Purge", "--all")[-1]["reason"])

    def test_compact(self):
        self.assertRegex(self.ctl("archive", "compact"), r"\ABytes before +\d+\nBytes after +\d+\n\Z")
        self.assertIn("bytes_after", self.json("archive", "compact"))

    def test_backup(self):
        path = self.stack.folder / "backup.sqlite3"
        result = self.json("archive", "backup", path)
        self.assertEqual((result["bytes"], 0o600), (path.stat().st_size, stat.S_IMODE(path.stat().st_mode)))
        with sqlite3.connect(path) as database:
            self.assertEqual([("ok",)], database.execute("PRAGMA integrity_check").fetchall())
            self.assertEqual([(52,)], database.execute("SELECT COUNT(*) FROM ban").fetchall())
        database.close()
        before = path.read_bytes()
        self.assertIn(str(path), self.ctl("archive", "backup", path, status=5))
        self.assertEqual(before, path.read_bytes())
        link = self.stack.folder / "link.sqlite3"
        link.symlink_to(self.stack.folder / "elsewhere")
        self.ctl("archive", "backup", link, status=5)
        self.assertFalse((self.stack.folder / "elsewhere").exists())
        self.ctl("archive", "backup", "/nonexistent/backup", status=4)


class Long(Shared):
    """An archive whose export does not fit into a pipe."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        path = cls.stack.folder / "long.log"
        path.write_text(old_log(cls.now, 20000, 250).replace("192.0.2.", "203.0.113."))
        cls.stack.run(cls.client, "import-log", path, check=True)

    def start(self, *words, stdout=subprocess.PIPE):
        child = subprocess.Popen([self.client, *words], env=self.stack.environment(), stdin=subprocess.DEVNULL,
                                 stdout=stdout, stderr=subprocess.PIPE)
        self.addCleanup(self.end, child)
        return child

    @staticmethod
    def end(child):
        if child.poll() is None:
            child.kill()
        child.communicate()

    def test_all_of_it(self):
        self.assertEqual(20055, len(self.ctl("export").splitlines()))
        self.assertEqual(20054, len(self.json("history", "--all")))

    def test_reader_that_has_enough(self):
        child = self.start("export")
        self.assertEqual(b"kind,", child.stdout.read(5))
        child.stdout.close()
        self.assertEqual(b"", child.stderr.read())
        self.assertEqual(-signal.SIGPIPE, child.wait(WAIT))
        # as one that writes itself
        child = self.start("history", "--all", "--json")
        child.stdout.close()
        self.assertEqual((b"", -signal.SIGPIPE), (child.stderr.read(), child.wait(WAIT)))

    def test_interrupted(self):
        child = self.start("export")
        self.assertEqual(b"kind,", child.stdout.read(5))
        self.await_caught(child)
        child.send_signal(signal.SIGINT)
        errors = child.stderr.read()
        self.assertEqual(130, child.wait(WAIT))
        self.assertTrue(errors.startswith(b"banguictl: "), errors)
        # the daemon has let go of the pipe: it ends, short of the whole
        self.assertLess(len(child.stdout.read().splitlines()), 20000)

    def test_killed(self):
        """However it ends, nothing half-written stands under the name."""
        folder = self.stack.folder / "killed"
        folder.mkdir()
        for words in (("export", folder / "x.csv"), ("archive", "backup", folder / "x.sqlite3")):
            self.stack.daemon.popen.send_signal(signal.SIGSTOP)
            try:
                child = self.start(*words)
                self.stack.wait_until(lambda: self.has_open(child, folder), "the file")
                child.kill()
                child.wait(WAIT)
            finally:
                self.stack.daemon.popen.send_signal(signal.SIGCONT)
            self.assertEqual([], list(folder.iterdir()))

    @staticmethod
    def has_open(child, folder):
        links = f"/proc/{child.pid}/fd"
        for name in os.listdir(links):
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                if os.readlink(f"{links}/{name}").startswith(str(folder)):
                    return True
        return False

    def await_caught(self, child):
        """Until it catches SIGINT."""
        def caught():
            with open(f"/proc/{child.pid}/status") as status:
                mask = re.search(r"(?m)^SigCgt:\s*(\w+)$", status.read())
            return int(mask[1], 16) & 1 << signal.SIGINT - 1
        self.stack.wait_until(caught, "the handler of SIGINT")


@unittest.skipUnless(is_root() and can_have_polkit(), "a private polkitd needs root and mount namespaces")
class Rights(Shared):
    keywords = {"jails": JAILS, "polkit": True}

    def test_unprivileged(self):
        for words in (("history",), ("stats",), ("archive",), ("geo",), ("geo", "lookup", "8.8.8.8"), ("jobs",),
                      ("allow",), ("history", "repeaters"), ("export",)):
            self.ctl(*words, uid=NOBODY)
        backup = self.stack.folder / "public"
        backup.mkdir()
        os.chmod(backup, 0o777)
        for words in (("address", "8.8.8.8"), ("explain", "8.8.8.8"), ("export", "--lines"),
                      ("archive", "sync"), ("archive", "purge", "--before", "1d"), ("archive", "compact"),
                      ("archive", "backup", backup / "x"),
                      ("import-log", "/dev/null"), ("geo", "ask", "8.8.8.8"), ("geo", "reload"), ("geo", "resolve"),
                      ("jobs", "run", "probe"), ("allow", "add", "8.8.8.8")):
            self.ctl(*words, uid=NOBODY, status=3)
        self.assertEqual([], list(backup.iterdir()))
        self.assertEqual(52, self.json("archive")["Bans"])

    def test_files_are_the_callers(self):
        """What the caller may not open stays closed, though the daemon is root."""
        self.log.chmod(0o600)
        self.assertIn(str(self.log), self.ctl("import-log", self.log, uid=NOBODY, status=3))
        self.assertIn("cannot make", self.ctl("export", self.stack.folder / "x.csv", uid=NOBODY, status=3))


class Absent(unittest.TestCase):
    def test_no_daemon(self):
        with Stack(jails=JAILS, daemon=False) as stack:
            path = stack.folder / "x"
            for words in (("explain", "8.8.8.8"), ("allow",), ("history",), ("address", "8.8.8.8"), ("stats",),
                          ("archive",), ("archive", "backup", path), ("export",), ("export", path),
                          ("import-log", "/dev/null"), ("geo",), ("jobs",)):
                done = stack.banguictl(*words)
                self.assertEqual((11, ""), (done.returncode, done.stdout), words)
            self.assertFalse(path.exists())


if __name__ == "__main__":
    tap.main()
