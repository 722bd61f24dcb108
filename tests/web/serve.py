# SPDX-License-Identifier: LGPL-2.1-or-later
"""A private BanGUI with its bridge for the tests of the page, driven over standard input.

Each line is a JSON object {"do": NAME, "with": {...}}; the answer is a line {"done": VALUE} or {"failed": TEXT}. What
can be done are the public methods of World. It ends with its standard input.
"""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import traceback

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "integration"), str(TESTS / "live")]

from feeder import LINES, Feeder  # noqa: E402
from past import write_past  # noqa: E402
from stack import SOURCE, Stack, build_folder  # noqa: E402

PASSWORD = "correct horse battery staple"


class World:
    def __init__(self):
        self.stack = None
        self.bridge = None

    def start(self, jails=None, default=None, filters=None, settings=None, bridge=None, setup=True):
        """`filters`: name -> text of its file, for jails that are started later. Gives the page's address and the
        password."""
        given = {name: dict(options) for name, options in (jails or {"sshd": {"filter": "sshd"}}).items()}
        self.stack = Stack(jails=given, default=default, settings=settings, daemon=False, fail2ban=False)
        self.stack.__enter__()
        for name, text in (filters or {}).items():
            (self.stack.fail2ban.etc / "filter.d" / f"{name}.conf").write_text(text)
        self.stack.start_fail2ban()
        self.stack.start_daemon()
        self.bridge = self.stack.bridge(**{"web-folder": build_folder() / "client/web/dist", **(bridge or {})})
        if setup:
            self.bridge.set_up(PASSWORD)
        return {"url": self.bridge.url, "password": PASSWORD}

    def end(self):
        if self.stack:
            stack, self.stack = self.stack, None
            stack.__exit__(None, None, None)

    def fail(self, jail, address, times=1):
        self.stack.fail(jail, address, times)

    def log(self, jail, lines):
        """Lines as they are, into a jail's log."""
        with open(self.stack.fail2ban.log_path(jail), "a") as log:
            log.writelines(line + "\n" for line in lines)

    def banned(self, jail):
        """Who is banned, by fail2ban's own word."""
        code, answer = self.stack.fail2ban.ask("get", jail, "banip")
        if code:
            raise RuntimeError(answer)
        return [str(address) for address in answer]

    def ban(self, jail, addresses):
        """By fail2ban itself, past us."""
        for start in range(0, len(addresses), 500):
            code, answer = self.stack.fail2ban.ask("set", jail, "banip", *addresses[start:start + 500])
            if code:
                raise RuntimeError(answer)

    def ban_many(self, jail, count):
        """So many addresses, and waits until the daemon knows them."""
        self.ban(jail, [f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in range(count)])
        self.stack.wait_until(lambda: self.stack.get("Bans", "Active") >= count, f"{count} bans", timeout=120)

    def active(self):
        return self.stack.get("Bans", "Active")

    def import_log(self, lines):
        """fail2ban's own log lines into the archive."""
        with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
            log.writelines(line + "\n" for line in lines)
            log.flush()
            self._run(self.stack.client, "--bus", self.stack.address, "import-log", log.name)

    def allow(self, entry, note=""):
        self._run(self.stack.client, "--bus", self.stack.address, "allow", "add", entry,
                  *(["--note", note] if note else []))

    def past(self, jails, days=60, per_day=80):
        """Weeks of bans, as `make run` has them."""
        with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
            write_past(log.name, jails, days=days, per_day=per_day)
            self._run(self.stack.client, "--bus", self.stack.address, "import-log", log.name)

    def attack(self, seed=1, seconds=20):
        """So many seconds of what attackers write into the logs that `make run` feeds."""
        logs = {jail: self.stack.fail2ban.log_path(jail) for jail in LINES if jail in self.stack.jails}
        feeder = Feeder(logs, seed=seed)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(min(feeder.step(), 1))

    def lose_log(self, jail):
        """The jail's log is gone, and the daemon has looked."""
        self.stack.fail2ban.log_path(jail).unlink()
        self.stack.banguictl("jobs", "run", "log-files", check=True)

    def bring_log(self, jail):
        self.stack.fail2ban.log_path(jail).touch()
        self.stack.banguictl("jobs", "run", "log-files", check=True)

    def stop_fail2ban(self):
        self.stack.stop_fail2ban()

    def start_fail2ban(self):
        self.stack.start_fail2ban()

    def stop_daemon(self):
        self.stack.stop_daemon()

    def start_daemon(self):
        self.stack.start_daemon()

    def stop_bridge(self):
        self.bridge.stop()

    def start_bridge(self):
        """Where it was before."""
        self.bridge.settings["listen"] = f"127.0.0.1:{self.bridge.port}"
        self.bridge.start()

    def _run(self, *words):
        given = subprocess.run([str(word) for word in words], cwd=SOURCE, stdin=subprocess.DEVNULL, capture_output=True,
                               text=True)
        if given.returncode:
            raise RuntimeError(f"{words[0]}: {given.stdout}{given.stderr}")


def main():
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    world = World()
    try:
        for line in sys.stdin:
            order = json.loads(line)
            try:
                answer = {"done": getattr(world, order["do"])(**order.get("with", {}))}
            except Exception:
                answer = {"failed": traceback.format_exc()}
            print(json.dumps(answer), flush=True)
    finally:
        world.end()


if __name__ == "__main__":
    main()
