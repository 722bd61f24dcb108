# SPDX-License-Identifier: LGPL-2.1-or-later
"""banguictl as a person or a script meets it: words in, text, JSON and exit status out, against the real daemon."""

import contextlib
import datetime
import errno
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import termios
import time
import unittest

import tap
from stack import NOBODY, SOURCE, WAIT, Stack, log_line

JAILS = {"sshd": {"filter": "sshd"}, "web mail": {}}
ESCAPE = "\x1b]0;owned\x07"
SSH = """#!/bin/sh
# stands for ssh: takes its options and the host away and runs the command here
while [ "${1#-}" != "$1" ]; do shift; done
echo "$1" >> "$BANGUI_TEST_HOSTS"
shift
exec "$@" "--bus-path=$DBUS_SYSTEM_BUS_ADDRESS"
"""


BAD_WORDS = [
    (), ("frobnicate",), ("status", "now"), ("help", "frobnicate"), ("--nonsense", "status"), ("bans", "--json=1"),
    ("--color=pink", "status"), ("--timeout", "0", "status"), ("--host", "-x", "status"),
    ("ban",), ("ban", "203.0.113.256"), ("ban", "203.0.113.1", "203.0.113.0/33"), ("ban", b"\xff"),
    ("unban",), ("unban", "x y"), ("unban", "--all", "203.0.113.1"), ("lookup",), ("lookup", "1", "2"),
    ("jail", ""), ("jail", "sshd", "idle"), ("jail", "sshd", "idle", "maybe"), ("jail", "sshd", "stop", "x"),
    ("bans", "--limit", "0"), ("bans", "--limit", "many"), ("bans", "--sort", "color"), ("log", "-n", "5001"),
    ("audit", "--since", "yesterday"), ("can", "ban", "sshd"), ("server", "set", "log-level=LOUD"),
]


class Shared(unittest.TestCase):
    """One stack for the cases of a class."""

    keywords = {"jails": JAILS}
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(**cls.keywords))
        # where everybody may reach it
        cls.client = shutil.copy(cls.stack.client, cls.stack.folder / "banguictl")

    def ctl(self, *words, status=0, **keywords):
        """Runs it; what it printed."""
        done = self.stack.run(self.client, *words, **keywords)
        self.assertEqual(status, done.returncode, f"{words}: {done.stdout}{done.stderr}")
        self.assertEqual("", done.stdout if status not in (0, 3, 7) else "", words)
        return done.stdout if done.returncode == 0 else done.stdout + done.stderr

    def json(self, *words, **keywords):
        return json.loads(self.ctl("--json", *words, **keywords))

    def start(self, *words):
        """Starts it for longer; ended with the test."""
        child = subprocess.Popen([self.client, *words], env=self.stack.environment(), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        self.addCleanup(self.end, child)
        return child

    @staticmethod
    def end(child):
        if child.poll() is None:
            child.kill()
        child.communicate()

    def line(self, child):
        """The next line of a child's output, which is not buffered: select() sees all that was not read."""
        line = b""
        while not line.endswith(b"\n"):
            self.assertTrue(select.select([child.stdout], [], [], WAIT)[0], "no line came")
            piece = child.stdout.read(1)
            self.assertTrue(piece, "the output ended")
            line += piece
        return line.decode()

    def on_terminal(self, *words, uid=None, answer=None, env=None):
        """Runs it on a terminal; its output and exit status. ANSWER: (the question, the secret to type then)."""
        argv = [str(self.client), *words]
        if uid is not None:
            argv = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", *argv]
        environment = self.stack.environment(**{"TERM": "xterm", **(env or {})})
        pid, terminal = pty.fork()
        if pid == 0:
            with contextlib.suppress(OSError):
                os.execvpe(argv[0], argv, environment)
            os._exit(127)
        output = b""
        while select.select([terminal], [], [], WAIT)[0]:
            try:
                piece = os.read(terminal, 65536)
            except OSError as error:  # what a terminal says when its last user went
                self.assertEqual(errno.EIO, error.errno)
                break
            output += piece
            if answer and answer[0] in output:
                # who asks for a secret turns the echo off, and drops what was typed before
                self.stack.wait_until(lambda: not termios.tcgetattr(terminal)[3] & termios.ECHO, "the echo to go")
                os.write(terminal, answer[1])
                answer = None
        os.close(terminal)
        return output.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


class Commands(Shared):
    def setUp(self):
        self.addCleanup(self.ctl, "unban", "--all")

    def test_status(self):
        self.ctl("ban", "203.0.113.1", "--jail", "sshd")
        text = self.ctl("status")
        self.assertRegex(text, r"(?m)^BanGUI [\d.]+: \w+ since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
        self.assertRegex(text, r"(?m)^fail2ban [\d.]+\S*: online")
        self.assertRegex(text, r"(?m)^JAIL +BANNED +BANNED TOTAL +FAILED +FAILED TOTAL$")
        self.assertRegex(text, r"(?m)^sshd +1 ")
        self.assertNotRegex(text, r"(?m) $")
        status = self.json("status")
        self.assertTrue(status["online"])
        self.assertEqual(set(JAILS), {jail["name"] for jail in status["jails"]})

    def test_jails(self):
        self.assertEqual(set(JAILS), set(self.ctl("jails", "--names").splitlines()))
        self.assertEqual(set(JAILS), {jail["name"] for jail in self.json("jails")})
        self.assertRegex(self.ctl("jails"), r"(?m)^web mail +0 ")

    def test_jail(self):
        text = self.ctl("jail", "web mail")
        self.assertRegex(text, r"(?m)^Jail +web mail$")
        self.assertRegex(text, r"(?m)^Ban time +10m 00s$")
        self.assertIn(str(self.stack.fail2ban.log_path("web mail")), text)
        self.assertEqual(600, self.json("jail", "web mail")["FindTime"])

    def test_jail_set(self):
        self.assertEqual("bantime  1h 30m\nmaxretry       7\n".split(),
                         self.ctl("jail", "sshd", "set", "bantime=1h30m", "maxretry=7").split())
        self.assertEqual(5400, self.json("jail", "sshd")["BanTime"])
        self.assertEqual(-1, self.json("jail", "sshd", "set", "bantime=permanent")["bantime"])
        self.assertFalse(self.json("jail", "sshd", "set", "bantime-increment=no", "bantime=10m")["bantime_increment"])
        for word, said in {"bantiem=1": "did you mean bantime?", "bantime=soon": "as in 10m",
                           "maxretry=x": "whole number", "ignoreself=perhaps": "yes or no",
                           "bantime": "KEY=VALUE"}.items():
            self.assertIn(said, self.ctl("jail", "sshd", "set", word, status=2))
        self.assertIn("twice", self.ctl("jail", "sshd", "set", "bantime=1", "bantime=2", status=2))

    def test_jail_lists(self):
        for what, value, key in (("ignore", "198.51.100.0/24", "IgnoreAddresses"),
                                 ("failregex", "^odd <HOST>$", "Failregex"),
                                 ("ignoreregex", "^ok <HOST>$", "Ignoreregex")):
            before = self.json("jail", "web mail")[key]
            self.ctl("jail", "web mail", "add", what, value)
            after = self.json("jail", "web mail")[key]
            self.assertEqual(len(before) + 1, len(after), what)
            self.ctl("jail", "web mail", "remove", what, next(entry for entry in after if entry not in before))
            self.assertEqual(before, self.json("jail", "web mail")[key])
        path = self.stack.fail2ban.logs / "more.log"
        path.touch()
        self.ctl("jail", "web mail", "add", "log-path", path, "--from-start")
        self.assertIn(str(path), self.json("jail", "web mail")["LogPaths"])
        self.ctl("jail", "web mail", "remove", "log-path", path)
        self.assertIn("did you mean ignore?", self.ctl("jail", "web mail", "add", "ignroe", "203.0.113.1", status=2))
        self.ctl("jail", "web mail", "add", "failregex", "(", status=2)

    def test_jail_control(self):
        self.ctl("jail", "web mail", "idle", "on")
        self.assertTrue(self.json("jail", "web mail")["Idle"])
        self.assertRegex(self.ctl("jails"), r"(?m)^web mail .* idle$")
        self.ctl("jail", "web mail", "idle", "off")
        self.ctl("jail", "web mail", "stop")
        self.ctl("jail", "web mail", status=4)
        self.ctl("jail", "web mail", "start")
        self.assertEqual("Reloaded 1 jail.\n", self.ctl("jail", "web mail", "reload"))
        self.assertEqual("Restarted 1 jail.\n", self.ctl("jail", "web mail", "restart"))
        self.assertIn("timeout", self.ctl("jail", "web mail", "action", "noop"))
        self.ctl("jail", "web mail", "action", "none", status=4)

    def test_unknown_jail(self):
        for words in (("jail", "shsd"), ("jail", "shsd", "set", "bantime=1"), ("bans", "--jail", "shsd"),
                      ("ban", "203.0.113.1", "-j", "shsd")):
            text = self.ctl(*words, status=4)
            self.assertEqual(1, text.count("did you mean 'sshd'"), text)

    def test_ban_and_unban(self):
        self.assertIn("2 banned.\n", self.ctl("ban", "203.0.113.1", "2001:db8::1", "-j", "sshd", "--reason", "a test"))
        self.assertIn("0 banned, 1 banned already.\n", self.ctl("ban", "203.0.113.1", "--jail=sshd"))
        self.assertEqual(1, self.json("ban", "203.0.113.2", "-j", "sshd", "-j", "sshd")["banned"])
        self.assertEqual(2, self.json("ban", "203.0.113.3")["banned"])
        text = self.ctl("lookup", "203.0.113.1")
        self.assertRegex(text, r"203\.0\.113\.1 is banned in 1 jail\.\n")
        self.assertRegex(text, r"(?m)^Reason +a test$")
        self.assertTrue(self.json("lookup", "203.0.113.1")["banned"])
        self.assertEqual(1, self.json("unban", "203.0.113.1", "-j", "sshd")["unbanned"])
        self.assertIn("is not banned", self.ctl("lookup", "203.0.113.1"))
        self.assertEqual("4 unbanned.\n", self.ctl("unban", "--all"))
        self.assertEqual("No bans.\n", self.ctl("bans"))
        self.assertEqual("No bans.\n", self.ctl("bans", "--all"))
        self.assertEqual([], self.json("bans"))
        self.assertEqual([], self.json("bans", "--all"))

    def test_bad_words(self):
        for words in BAD_WORDS:
            text = self.ctl(*words, status=2)
            self.assertTrue(text.startswith("banguictl: "), text)

    def test_suggestions(self):
        self.assertIn("did you mean status?", self.ctl("sttaus", status=2))
        self.assertIn("did you mean --within?", self.ctl("bans", "--witin", "203.0.113.0/24", status=2))
        self.assertIn("did you mean ends-at?", self.ctl("bans", "--sort", "ends_a", status=2))
        self.assertIn("did you mean flush-logs?", self.ctl("server", "flush-log", status=2))

    def test_list(self):
        self.ctl("ban", "203.0.113.10", "203.0.113.9", "198.51.100.1", "2001:db8::9", "-j", "sshd")
        self.ctl("ban", "203.0.113.200", "-j", "web mail")

        def listed(*words):
            rows = self.json("bans", *words)
            self.assertEqual(rows, self.json("bans", "--all", *words))
            return [row["address"] for row in rows]

        self.assertEqual(["198.51.100.1", "203.0.113.9", "203.0.113.10", "203.0.113.200", "2001:db8::9"],
                         listed("--sort", "address"))
        self.assertEqual(["2001:db8::9", "203.0.113.200"], listed("--sort=address", "--reverse")[:2])
        self.assertEqual(["203.0.113.200"], listed("--jail", "web mail"))
        self.assertEqual(["203.0.113.10", "203.0.113.9"], sorted(listed("--within", "203.0.113.0/26")))
        self.assertEqual(["198.51.100.1"], listed("--search", "51.100"))
        self.assertEqual(2, len(self.json("bans", "--limit", "2")))
        short, long = self.ctl("bans").splitlines(), self.ctl("bans", "--all").splitlines()
        self.assertEqual("ADDRESS JAIL BANNED UNTIL LEFT FAILURES BANS COUNTRY".split(), short[0].split())
        self.assertEqual(6, len(short))
        self.assertEqual(["ADDRESS", "JAIL"], long[0].split()[:2])
        self.assertEqual([line.split()[:2] for line in short], [line.split()[:2] for line in long])

    def test_times(self):
        self.ctl("ban", "203.0.113.1", "-j", "web mail")
        banned_at = self.json("bans")[0]["banned_at"]
        utc = datetime.datetime.fromtimestamp(banned_at, datetime.timezone.utc)
        self.assertIn(f"{utc:%Y-%m-%d %H:%M:%S}Z", self.ctl("bans", "--utc"))
        east = utc + datetime.timedelta(hours=5, minutes=45)
        for words in (("bans",), ("bans", "--all")):
            self.assertIn(f"{east:%Y-%m-%d %H:%M:%S} ", self.ctl(*words, env={"TZ": "<+0545>-5:45"}))

    def feed(self, given, *words):
        """Runs it with something on its standard input; what it printed."""
        return subprocess.run([self.client, *words], input=given, capture_output=True, text=True, check=True,
                              timeout=300, env=self.stack.environment()).stdout

    def test_standard_input(self):
        given = "# list\n203.0.113.1 # first\n\n  203.0.113.2\r\n"
        self.assertIn("2 banned.", self.feed(given, "ban", "-", "-j", "sshd"))
        self.assertIn("2 unbanned.", self.feed(given, "unban", "-", "-j", "sshd"))
        self.ctl("ban", "-", status=2)

    def test_more_than_a_call_carries(self):
        given = "".join(f"10.{i >> 8}.{i & 255}.7\n" for i in range(10001))
        result = json.loads(self.feed(given, "--json", "ban", "-", "-j", "web mail"))
        self.assertEqual({"requested": 10001, "banned": 10001, "already": 0}, result)
        self.assertEqual(10001, len(self.json("bans", "--all")))
        self.assertEqual(10002, len(self.ctl("bans", "--all").splitlines()))
        self.assertEqual(600, len(self.json("bans", "--limit", "600")))

    def test_guard(self):
        self.assertIn("--force", self.ctl("ban", "127.0.0.1", "-j", "sshd", status=6))
        person = {"SSH_CONNECTION": "203.0.113.66 50000 203.0.113.1 22"}
        self.ctl("ban", "203.0.113.66", "-j", "sshd", status=6, env=person)
        self.ctl("ban", "203.0.113.0/24", "-j", "sshd", status=6, env={"SSH_CLIENT": "203.0.113.66 50000 22"})
        self.assertEqual("No bans.\n", self.ctl("bans"))
        self.assertIn("1 banned.", self.ctl("ban", "203.0.113.66", "-j", "sshd", "--force", env=person))

    def test_server(self):
        self.assertRegex(self.ctl("server"), r"(?m)^State +online$")
        self.assertEqual("log-level  DEBUG\n", self.ctl("server", "set", "log-level=debug"))
        now = self.json("server", "set", "database-purge-age=7d", "log-level=INFO")
        self.assertEqual((604800, "INFO"), (now["database_purge_age"], now["log_level"]))
        self.ctl("server", "flush-logs")
        self.ctl("server", "probe")
        self.ctl("server", "start", status=5)
        self.assertEqual(f"Reloaded {len(JAILS)} jails.\n", self.ctl("reload"))
        self.assertEqual(["sshd"], self.json("reload", "sshd")["reloaded"])
        versions = self.json("version")
        self.assertEqual({"banguictl", "banguid", "fail2ban"}, set(versions))
        self.assertIn(versions["banguictl"], self.ctl("--version"))

    def test_log(self):
        self.ctl("ban", "203.0.113.77", "-j", "sshd")
        self.assertRegex(self.ctl("log", "-n", "50"),
                         r"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d NOTICE +\[sshd\] Ban 203\.0\.113\.77$")
        self.assertEqual(2, len(self.json("log", "--lines=2")))
        rows = self.json("log", "--jail", "sshd", "--contains", "203.0.113.77")
        self.assertEqual({"sshd"}, {row["jail"] for row in rows})
        self.assertEqual("No log lines.\n", self.ctl("log", "--contains", "nobody wrote this"))

    def test_log_follow(self):
        child = self.start("log", "-f", "--json", "-n", "1", "--contains", "203.0.113.")
        # until the stream is there nothing may be lost: bans go on until one shows
        for number in range(1, 200):
            self.ctl("ban", f"203.0.113.{number}", "-j", "sshd")
            if select.select([child.stdout], [], [], 0.1)[0]:
                break
        self.assertIn("203.0.113.", json.loads(self.line(child))["message"])

    def test_audit(self):
        self.ctl("ban", "203.0.113.5", "-j", "sshd", "--reason", "for the audit")
        row = self.json("audit", "--method", "Bans.Ban", "--limit", "1", "--since", "1h")[0]
        self.assertEqual(("for the audit", "ok", os.geteuid()), (row["reason"], row["result"], row["uid"]))
        self.assertRegex(self.ctl("audit", "--search", "for the audit"), r"Bans\.Ban .* ok +for the audit\n")
        self.assertEqual("No changes are recorded.\n", self.ctl("audit", "--until", "2001-01-01"))
        for number in range(3):
            self.ctl("ban", f"203.0.113.{number}", "-j", "sshd")
        self.assertLess(3, len(self.json("audit", "--all")))

    def test_attackers_text(self):
        """What was written into a log reaches no terminal as it is."""
        line = log_line("sshd", "203.0.113.99").replace("root", "root" + ESCAPE)
        with open(self.stack.fail2ban.log_path("sshd"), "a") as log:
            log.write(f"{line}\n" * 3)
        with open(self.stack.fail2ban.logs / "fail2ban.log", "a") as log:
            log.write(f"2026-11-21 10:00:00,000 fail2ban.filter [1]: ERROR {ESCAPE} evil\nnot of fail2ban {ESCAPE}\n")
        self.stack.wait_until(lambda: self.json("lookup", "203.0.113.99")["banned"], "the ban")
        for words in (("lookup", "203.0.113.99"), ("log", "--contains", "evil"), ("log",)):
            text = self.ctl(*words)
            self.assertNotRegex(text, r"[\x00-\x09\x0b-\x1f\x7f]")
            self.assertIn(r"\x1b]0;owned\x07", text)
        self.assertIn(ESCAPE, self.json("log", "--contains", "evil")[0]["message"])

    def test_colors(self):
        self.assertNotIn("\x1b", self.ctl("status"))
        self.assertIn("\x1b[", self.ctl("status", "--color=always"))
        self.assertIn("\x1b[", self.on_terminal("status")[0])
        self.assertNotIn("\x1b", self.on_terminal("status", env={"NO_COLOR": "1"})[0])
        self.assertNotIn("\x1b", self.on_terminal("status", "--color=never")[0])
        self.assertEqual(set(JAILS), {jail["name"] for jail in json.loads(self.on_terminal("--json", "jails")[0])})

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([self.client, "status"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=WAIT,
                                  env=self.stack.environment())
        self.assertEqual(1, done.returncode)
        self.assertIn("cannot write", done.stderr)

    def test_other_host(self):
        folder = self.stack.folder / "ssh"
        folder.mkdir()
        (folder / "ssh").write_text(SSH)
        (folder / "ssh").chmod(0o755)
        environment = {"PATH": f"{folder}:{os.environ['PATH']}", "BANGUI_TEST_HOSTS": str(folder / "hosts")}
        names = self.ctl("--host", "admin@web1", "jails", "--names", env=environment)
        self.assertEqual(set(JAILS), set(names.splitlines()))
        self.assertEqual("admin@web1\n", (folder / "hosts").read_text())

    def test_bus_address(self):
        nowhere = {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent"}
        self.ctl("status", "--bus", self.stack.address, env=nowhere)
        self.ctl("status", env=nowhere | {"BANGUI_BUS": self.stack.address})
        self.assertIn("--bus", self.ctl("status", env=nowhere, status=11))


class Watch(Shared):
    def test_events(self):
        child = self.start("watch", "--json")
        seen = []
        for number in range(1, 200):
            self.ctl("ban", f"203.0.113.{number}", "-j", "sshd")
            if select.select([child.stdout], [], [], 0.1)[0]:
                break
        seen.append(json.loads(self.line(child)))

        def until(event):
            while seen[-1]["event"] != event:
                seen.append(json.loads(self.line(child)))
            return seen[-1]

        ban = until("banned")
        self.assertEqual("sshd", ban["jail"])
        self.assertEqual(ban["address"], ban["ban"]["address"])

        self.ctl("unban", "--all")
        self.assertEqual("unbanned", until("unbanned")["ban"]["cause"])
        self.ctl("jail", "web mail", "set", "bantime=1h")
        self.assertIn("BanTime", until("jail-changed")["properties"])
        self.ctl("jail", "web mail", "stop")
        self.assertEqual("web mail", until("jail-removed")["jail"])
        self.stack.restart_daemon()
        until("daemon-gone")
        until("daemon-back")
        self.ctl("ban", "203.0.113.201", "-j", "sshd")
        self.assertEqual("203.0.113.201", until("banned")["address"])

    def test_text(self):
        child = self.start("watch", "--jail", "sshd")
        for number in range(1, 200):
            self.ctl("ban", f"198.51.100.{number}", "-j", "sshd")
            if select.select([child.stdout], [], [], 0.1)[0]:
                break
        self.assertRegex(self.line(child), r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  banned +sshd  198\.51\.100\.\d+  for ")


class Work(Shared):
    """Work that lasts: each ban takes 50 ms."""

    keywords = {"jails": {"slow": {}}, "action": "sleep 0.05"}
    addresses = [f"203.0.113.{number}" for number in range(1, 81)]

    def test_followed_to_its_end(self):
        self.addCleanup(self.ctl, "unban", "--all")
        self.assertEqual("80 banned.\n", self.ctl("ban", *self.addresses))

    def test_bar(self):
        self.addCleanup(self.ctl, "unban", "--all")
        text, status = self.on_terminal("ban", *self.addresses)
        self.assertEqual(0, status)
        self.assertRegex(text, r"\r\[#*-*\] +\d+ % ")

    def test_interrupted(self):
        self.addCleanup(self.ctl, "unban", "--all")
        seen = self.stack.subscribe("org.freedesktop.DBus.Properties", "PropertiesChanged")
        child = self.start("ban", *[f"198.51.{100 + n // 200}.{1 + n % 200}" for n in range(400)])
        # by its first PropertiesChanged after the answer it is followed
        self.stack.wait_until(lambda: [path for *_, path, _ in seen if "/operation/" in path], "an operation")
        deadline = time.monotonic() + WAIT
        while child.poll() is None and time.monotonic() < deadline and not self.is_followed(child):
            time.sleep(0.01)
        child.send_signal(signal.SIGINT)
        output, errors = child.communicate(timeout=WAIT)
        self.assertEqual((130, b""), (child.returncode, output), errors)
        self.assertTrue(errors.startswith(b"banguictl: "), errors)
        self.assertLess(self.stack.get("Bans", "Active"), 400)

    @staticmethod
    def is_followed(child):
        """Whether it blocks SIGINT or sleeps with it caught."""
        caught = re.search(r"(?m)^SigCgt:\s*(\w+)$", pathlib.Path(f"/proc/{child.pid}/status").read_text())
        return int(caught[1], 16) & 1 << signal.SIGINT - 1


class Rights(Shared):
    keywords = {"jails": JAILS, "polkit": True, "rules": """polkit.addRule(function (action, subject) {
        return action.id === "org.bangui.BanGUI1.unban" && subject.user === "nobody" ? polkit.Result.YES
                                                                                     : polkit.Result.NOT_HANDLED;
    });"""}

    def test_refused(self):
        self.assertIn("as root", self.ctl("ban", "203.0.113.1", uid=NOBODY, status=3))
        self.ctl("log", uid=NOBODY, status=3)
        self.assertEqual("No bans.\n", self.ctl("bans", uid=NOBODY))
        self.ctl("unban", "203.0.113.1", uid=NOBODY)

    def test_can(self):
        self.assertEqual("yes\n", self.ctl("can", "ban", "jail=sshd"))
        self.assertEqual("yes\n", self.ctl("can", "unban", uid=NOBODY))
        self.assertEqual("challenge\n", self.ctl("can", "ban", "jail=sshd", uid=NOBODY, status=3))
        self.assertEqual("challenge", json.loads(self.ctl("can", "ban", "--json", uid=NOBODY, status=3))["answer"])

    def test_text_agent(self):
        text, status = self.on_terminal("ban", "203.0.113.1", uid=NOBODY, answer=(b"assword:", b"wrong\n"))
        self.assertIn("AUTHENTICATING FOR", text)
        self.assertEqual(3, status)
        text, status = self.on_terminal("ban", "203.0.113.1", "--no-ask", uid=NOBODY)
        self.assertNotIn("AUTHENTICATING", text)
        self.assertEqual(3, status)


class Faults(unittest.TestCase):
    ctl = Shared.ctl

    def setUp(self):
        self.stack = self.enterContext(Stack(jails=JAILS))
        self.client = self.stack.client

    def test_offline(self):
        self.stack.stop_fail2ban()
        self.assertIn("fail2ban", self.ctl("server", "probe", status=7))
        self.assertRegex(self.ctl("status", status=7), r"(?s)offline.*critical: ")
        self.assertEqual("No jails run: fail2ban is offline.\n", self.ctl("jails"))
        self.ctl("ban", "203.0.113.1", status=7)
        self.ctl("jail", "sshd", status=7)

    def test_no_daemon(self):
        self.stack.stop_daemon()
        for words in (("status",), ("bans", "--all"), ("watch",), ("ban", "203.0.113.1")):
            self.assertIn("Is banguid running?", self.ctl(*words, status=11))
        self.ctl("help")
        self.ctl("--version")

    def test_daemon_that_hangs_and_dies(self):
        self.stack.daemon.popen.send_signal(signal.SIGSTOP)
        self.assertIn("within 1 s", self.ctl("status", "--timeout", "1", status=10))
        child = subprocess.Popen([self.client, "status"], env=self.stack.environment(), text=True,
                                 stderr=subprocess.PIPE)
        time.sleep(0.2)
        self.stack.stop_daemon(signal.SIGKILL, -signal.SIGKILL)
        self.assertIn("daemon", child.communicate(timeout=WAIT)[1])
        self.assertEqual(11, child.returncode)


class Words(unittest.TestCase):
    """Help, manual page and completions know the same commands and options as the program."""

    @classmethod
    def setUpClass(cls):
        cls.client = Stack(daemon=False).client
        cls.commands = re.findall(r"(?m)^  ([\w-]+)  +\S", cls.help("help").split("Options:")[0])

    @classmethod
    def help(cls, *words):
        return subprocess.run([cls.client, *words], capture_output=True, text=True, check=True, timeout=WAIT).stdout

    @staticmethod
    def options(text):
        return set(re.findall(r"(?m)^ +(?:-\w, )?--([\w-]+)", text))

    def test_help(self):
        self.assertGreater(len(self.commands), 15)
        for command in self.commands:
            text = self.help(command, "--help")
            self.assertEqual(text, self.help("help", command))
            self.assertRegex(text, rf"(?s)^Usage:\n  banguictl {command}.*\nExamples:\n  banguictl {command}")

    def test_manual(self):
        page = (SOURCE / "docs/man/banguictl.1.rst").read_text()
        for command in self.commands:
            self.assertRegex(page, rf"(?m)^{command}\b", command)
            for option in self.options(self.help("help", command)):
                self.assertIn(f"--{option}", page, command)
        for option in self.options(self.help("help")):
            self.assertRegex(page, rf"(?m)^(-\w( \w+)?, )?--{option}\b")

    def complete(self, *words):
        script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _banguictl; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        completions = SOURCE / "data/completions/banguictl.bash"
        done = subprocess.run(["bash", "-c", script, "bash", completions, "banguictl", *words], capture_output=True,
                              text=True, check=True, timeout=WAIT, env=self.environment)
        return set(filter(None, done.stdout.splitlines()))

    def test_bash(self):
        with Stack(jails=JAILS) as stack:
            self.environment = stack.environment(PATH=f"{self.client.parent}:{os.environ['PATH']}")
            self.assertEqual(set(self.commands), self.complete(""))
            self.assertEqual({"unban"}, self.complete("un"))
            for command in self.commands:
                wanted = self.options(self.help("help", command)) | self.options(self.help("help"))
                self.assertEqual({f"--{option}" for option in wanted}, self.complete(command, "--"), command)
            self.assertEqual({"sshd", r"web\ mail"}, self.complete("jail", ""))
            self.assertEqual({"sshd"}, self.complete("bans", "--all", "--jail", "s"))
            self.assertEqual({"ends-at"}, self.complete("bans", "--sort", "e"))
            self.assertIn("bantime=", self.complete("jail", "sshd", "set", "ban"))
            self.assertEqual({"log-level"}, self.complete("settings", "--reset", "log"))
            self.assertEqual(set(), self.complete("bans", "--within", ""))

    def test_other_shells(self):
        for name, long in (("_banguictl", "--{}["), ("banguictl.fish", "-l {} ")):
            text = (SOURCE / "data/completions" / name).read_text()
            for command in self.commands:
                self.assertRegex(text, rf"\b{command}\b", name)
                for option in self.options(self.help("help", command)):
                    known = long.format(option) in text or f"--{option}}}" in text
                    self.assertTrue(known, f"{name}: {command} --{option}")


if __name__ == "__main__":
    tap.main()
