# SPDX-License-Identifier: LGPL-2.1-or-later
"""`make run` as a person uses it: what it prints works as typed, and nothing is left of it."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.parse
import urllib.request

import tap
from stack import NOBODY, SOURCE, build_folder, is_root

sys.path.insert(0, str(SOURCE / "tests/live"))

import feeder  # noqa: E402

WAIT = 30


class Run:
    """run.py in a folder for temporary files of its own, its lines as they come."""

    def __init__(self, *arguments, uid=None, source=SOURCE, build=None):
        self.temporary = tempfile.mkdtemp(prefix="run-")
        os.chmod(self.temporary, 0o777)
        user = [] if uid is None else ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
        self.child = subprocess.Popen([*user, "/usr/bin/python3", "-B", f"{source}/tests/live/run.py", "--build",
                                       build or build_folder(), *arguments], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0,
                                      env={**os.environ, "TMPDIR": self.temporary})
        self.lines = []
        self.more = threading.Condition()
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.child.stdout:
            with self.more:
                self.lines.append(line.rstrip("\n"))
                self.more.notify_all()
        with self.more:
            self.lines.append(None)
            self.more.notify_all()

    def __enter__(self):
        return self

    def __exit__(self, *what):
        if self.child.poll() is None:
            self.end(signal.SIGTERM)
        self.reader.join()
        self.child.stdout.close()
        shutil.rmtree(self.temporary)

    def text(self):
        return "\n".join(line for line in self.lines if line is not None)

    def await_line(self, pattern, seconds=WAIT):
        found = []

        def look():
            found[:] = [line for line in self.lines if line is not None and re.search(pattern, line)]
            return found or None in self.lines
        with self.more:
            self.more.wait_for(look, seconds)
        if not found:
            raise AssertionError(f"no line {pattern!r} within {seconds} s:\n{self.text()}")
        return found[0]

    def typed(self, pattern):
        """A line that is printed to be typed."""
        return next(line.strip() for line in self.lines
                    if line and line.startswith("    ") and re.search(pattern, line))

    def printed(self, name):
        """The value of a line such as "Password:  ..."."""
        return self.await_line(f"^{name}: ").partition(": ")[2].strip()

    def shell(self, command):
        export = self.typed("^ +export ")
        return subprocess.run(["bash", "-c", f"{export}\n{command}"], capture_output=True, text=True, timeout=WAIT,
                              stdin=subprocess.DEVNULL, cwd=self.temporary)

    def end(self, number):
        self.child.send_signal(number)
        return self.child.wait(WAIT)

    def left(self):
        """What is left of it: files, and processes that name its folder."""
        files = [str(path) for path in pathlib.Path(self.temporary).rglob("*")]
        processes = []
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
                environment = (entry / "environ").read_bytes() if words else b""
                if self.temporary.encode() in words + environment:
                    processes.append(words.replace(b"\0", b" ").decode())
        return files + processes


class Typed(unittest.TestCase):
    """What it prints, typed."""

    @classmethod
    def setUpClass(cls):
        cls.run_ = cls.enterClassContext(Run())
        cls.run_.await_line("^What happens", 10)

    def works(self, command):
        given = self.run_.shell(command)
        self.assertEqual(0, given.returncode, f"{command}\n{given.stdout}{given.stderr}")
        self.assertTrue(given.stdout.strip() or "ban" in command, command)
        return given.stdout

    def test_the_printed_lines_work_as_typed(self):
        lines = [line.strip() for line in self.run_.lines if line and line.startswith("    ") and "export" not in line]
        self.assertGreaterEqual(len(lines), 8)
        for line in lines:
            with self.subTest(line=line):
                self.works(line)

    def test_the_examples_of_the_readme_work_as_typed(self):
        blocks = re.findall(r"^```console\n(.*?)^```", (SOURCE / "README.md").read_text(), re.M | re.S)
        commands = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
        self.assertGreaterEqual(len(commands), 8)
        self.run_.await_line(r"\bbanned\b")
        for command in commands:
            with self.subTest(command=command):
                # what goes on until it is interrupted is given a moment, and must be running still
                endless = re.search(r"\b(watch|monitor)\b|--follow|-f\b", command)
                if endless:
                    self.assertEqual(124, self.run_.shell(f"timeout 1 {command}").returncode, command)
                else:
                    self.works(command)

    def test_bans_are_shown_as_they_come_in_both_jails_and_both_families(self):
        for pattern in (r"banned +sshd +\S+", r"banned +nginx-http-auth +\S+", r"banned .* \d+\.\d+\.\d+\.\d+",
                        r"banned .* [0-9a-f]+:[0-9a-f:]+"):
            self.run_.await_line(pattern)

    def test_bans_end(self):
        # a ban of its own that is over soon: the feeder's last a minute
        self.works("banguictl ban 198.51.100.99 --jail sshd")
        self.works("banguictl unban 198.51.100.99 --jail sshd")
        self.run_.await_line(r"unbanned +sshd +198\.51\.100\.99")

    def test_no_system_fail2ban_is_touched(self):
        log = pathlib.Path(self.run_.await_line("fail2ban's log").rpartition(" ")[2])
        self.assertTrue(log.is_relative_to(self.run_.temporary))


class Page(unittest.TestCase):
    """The address and the password that are printed."""

    @classmethod
    def setUpClass(cls):
        cls.run_ = cls.enterClassContext(Run())
        cls.url = cls.run_.printed("The page")

    def ask(self, path, data=None):
        """(headers, body); a redirection or an error is a failure."""
        headers = {"Content-Type": "application/json", "X-BanGUI": "1"} if data else {}
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data, headers), timeout=WAIT) as answer:
            return answer.headers, answer.read()

    def test_the_address_is_of_this_host_alone(self):
        self.assertRegex(self.url, r"^http://127\.0\.0\.1:\d+/$")

    @unittest.skipUnless((build_folder() / "client/web/dist/index.html").exists(), "built without the page")
    def test_the_page_is_there(self):
        headers, page = self.ask("")
        self.assertEqual("text/html", headers.get_content_type())
        parts = re.findall(r'(?:src|href)="./(assets/[^"]+)"', page.decode())
        self.assertGreater(len(parts), 1)
        for path in parts:
            self.assertTrue(self.ask(path)[1], path)

    def test_the_password_signs_in(self):
        body = json.dumps({"password": self.run_.printed("Password")}).encode()
        headers, session = self.ask("api/v1/auth/login", body)
        self.assertEqual("admin", json.loads(session)["scope"])
        self.assertIn("HttpOnly", headers["Set-Cookie"])

    def test_a_wrong_password_does_not(self):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.ask("api/v1/auth/login", b'{"password": "not the password"}')
        self.assertEqual(401, refused.exception.code)
        refused.exception.close()

    def test_the_document_of_the_api(self):
        headers, document = self.ask("api/v1/openapi.json")
        self.assertEqual("application/json", headers.get_content_type())
        self.assertEqual("3.1.0", json.loads(document)["openapi"])


class Ends(unittest.TestCase):
    def ends_with(self, number):
        with Run() as run:
            port = urllib.parse.urlsplit(run.printed("The page")).port
            run.await_line(r"\bbanned\b")
            self.assertEqual(0, run.end(number), run.text())
            run.reader.join()
            with socket.socket() as probe:
                self.assertNotEqual(0, probe.connect_ex(("127.0.0.1", port)), "somebody listens still")
            self.assertIn("nothing is left", run.text())
            self.assertNotIn("---- ", run.text(), "logs are for faults")
            self.assertEqual([], run.left())

    def test_at_ctrl_c(self):
        self.ends_with(signal.SIGINT)

    def test_at_sigterm(self):
        self.ends_with(signal.SIGTERM)

    def test_while_it_starts(self):
        with Run() as run:
            # the folder is the first thing that it makes
            while not os.listdir(run.temporary):
                os.sched_yield()
            self.assertEqual(0, run.end(signal.SIGINT), run.text())
            run.reader.join()
            self.assertEqual([], run.left())

    def test_after_a_restart_of_fail2ban(self):
        with Run() as run:
            run.await_line("^What happens")
            given = run.shell("banguictl server restart")
            self.assertEqual(0, given.returncode, given.stderr)
            self.assertEqual(0, run.end(signal.SIGINT), run.text())
            self.assertEqual([], run.left())

    def test_two_side_by_side(self):
        with Run("--seed", "2") as one, Run("--seed", "3") as other:
            for run in (one, other):
                run.await_line(r"\bbanned\b")
            self.assertEqual(0, one.end(signal.SIGINT))
            self.assertEqual([], one.left())
            self.assertEqual(0, other.shell("banguictl status").returncode)

    @unittest.skipUnless(is_root(), "runs as nobody, which needs root")
    def test_without_root(self):
        with tempfile.TemporaryDirectory(prefix="copy-") as folder:
            os.chmod(folder, 0o755)
            # the place of the sources may be closed to other users
            for name in ("tests/live", "tests/integration", "polkit", "data"):
                shutil.copytree(SOURCE / name, f"{folder}/{name}")
            for name in ("daemon/banguid", "client/cli/banguictl", "client/rest/bangui-rest"):
                (pathlib.Path(folder) / "build" / name).parent.mkdir(parents=True)
                shutil.copy(build_folder() / name, f"{folder}/build/{name}")
            with Run(uid=NOBODY, source=folder, build=f"{folder}/build") as run:
                run.await_line(r"\bbanned\b")
                self.assertIn("There is no polkit here", run.text())
                self.assertEqual(0, run.end(signal.SIGINT), run.text())
                self.assertEqual([], run.left())


class Feeder(unittest.TestCase):
    """The made-up attackers."""

    def test_every_line_is_a_failure_to_the_stock_filter(self):
        chance = feeder.random.Random(4)
        for jail, make in feeder.LINES.items():
            with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
                for _ in range(200):
                    user, now = chance.choice(feeder.USERS), feeder.time.time()
                    print(make(chance, feeder.make_address(chance), user, now), file=log)
                log.flush()
                words = ["/usr/bin/python3", "/usr/bin/fail2ban-regex", "--usedns=no", "--", log.name, jail]
                given = subprocess.run(words, capture_output=True, text=True)
                self.assertIn("200 matched, 0 missed", given.stdout, jail)

    def test_addresses_are_many_and_public(self):
        chance = feeder.random.Random(5)
        addresses = [feeder.ipaddress.ip_address(feeder.make_address(chance)) for _ in range(2000)]
        self.assertTrue(all(address.is_global for address in addresses))
        self.assertGreater(len({str(address).split(".")[0] for address in addresses if address.version == 4}), 40)
        self.assertTrue(200 < sum(address.version == 6 for address in addresses) < 500)

    def test_the_same_seed_gives_the_same_attackers(self):
        one, other = feeder.random.Random(6), feeder.random.Random(6)
        self.assertEqual([feeder.make_address(one) for _ in range(50)], [feeder.make_address(other) for _ in range(50)])


if __name__ == "__main__":
    tap.main()
