# SPDX-License-Identifier: LGPL-2.1-or-later
"""`make run`: a private fail2ban under attack, BanGUI on a private bus, and its page, until Ctrl-C.

Everything lies in one folder in the place for temporary files, which goes when this ends; nothing of the machine's own
fail2ban, bus or BanGUI is touched, and any number can run side by side. Root gets a private polkitd as well, so
that other users can be tried out; without it the daemon answers the own user alone.
"""

import argparse
import os
import pathlib
import secrets
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from feeder import Feeder  # noqa: E402
from past import write_past  # noqa: E402
from stack import NAME, ROOT, Stack, StackError, can_have_polkit  # noqa: E402

JAILS = {"sshd": {"filter": "sshd"}, "nginx-http-auth": {"filter": "nginx-http-auth", "bantime": "2m"}}

# Short bans, so that one sees them end; who comes back stays longer.
DEFAULT = {"bantime": "1m", "bantime.increment": "true", "bantime.maxtime": "15m", "findtime": "10m", "maxretry": "3"}

PORT = 8470

WORDS = """
BanGUI on a private bus, before a private fail2ban under attack. Ctrl-C ends all of it and leaves nothing behind.

The page:  {url}
Password:  {password}

Type in another terminal, once:

    export DBUS_SYSTEM_BUS_ADDRESS={address} PATH={programs}:$PATH

and then, for example:

    banguictl status
    banguictl bans
    banguictl ban 198.51.100.7 --jail sshd --reason "seen too often"
    banguictl explain 198.51.100.7
    banguictl history --limit 10
    banguictl stats
    banguictl stats country
    banguictl geo lookup 8.8.8.8 2001:4860:4860::8888
    banguictl jobs
    busctl introspect {name} {root}
    busctl --json=pretty call {name} {root} {name}.Bans List 'a{{sv}}' 2 limit x 5 jail s sshd

or, each with the bus in it:

    {client} --bus {address} status
    {client} --bus {address} bans
    busctl --address={address} introspect {name} {root}

The HTTP API is what the page uses; {url}api/v1/openapi.json describes it:

    curl -s {url}api/v1/health

fail2ban's log: {log}
{polkit}
What happens, as `banguictl watch` tells it:
"""


NO_POLKIT = "There is no polkit here (it needs root): the daemon answers your user alone.\n"


class Ended(BaseException):
    """A signal asked us to end: no fault, so nothing that handles faults shall catch it."""


def on_signal(number, frame):
    # the first one counts; cleaning up is not cut short by a second
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise Ended(signal.Signals(number).name)


def run(given):
    polkit = can_have_polkit()
    with Stack(jails=JAILS, default=DEFAULT, polkit=polkit) as stack:
        client = stack.client
        remember_past(stack)
        bridge, password = open_page(stack)
        print(WORDS.format(address=stack.address, programs=client.parent, client=client, name=NAME, root=ROOT,
                           url=bridge.url, password=password,
                           log=stack.fail2ban.logs / "fail2ban.log",
                           polkit="" if polkit else NO_POLKIT),
              flush=True)
        watch = subprocess.Popen([client, "watch"], env=stack.environment(), stdin=subprocess.DEVNULL, process_group=0)
        try:
            feed(stack, watch, given)
        finally:
            watch.terminate()
            watch.wait()


def remember_past(stack):
    """Weeks of bans for the archive, in the way in which an administrator brings in old logs."""
    log = stack.folder / "past.log"
    write_past(log, list(JAILS))
    stack.run(stack.client, "--bus", stack.address, "import-log", log, check=True)
    log.unlink()


def open_page(stack):
    """The bridge with the built page, set up with a password of this run: (bridge, password)."""
    page = {"web-folder": stack.build / "client/web/dist"}
    try:
        bridge = stack.bridge(listen=f"127.0.0.1:{PORT}", **page)
    except StackError:  # somebody else listens there
        stack.bridges.pop()
        bridge = stack.bridge(listen="127.0.0.1:0", **page)
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    bridge.set_up(password)
    return bridge, password


def feed(stack, watch, given):
    feeder = Feeder({jail: stack.fail2ban.log_path(jail) for jail in JAILS}, seed=given.seed)
    end = time.monotonic() + given.seconds if given.seconds else None
    while end is None or time.monotonic() < end:
        time.sleep(min(feeder.step(), 1))
        for process in (stack.bus_process, stack.daemon, *(bridge.process for bridge in stack.bridges)):
            if not process.running():
                raise StackError(f"{process.name} ended with {process.popen.wait()}")
        if watch.poll() is not None:
            raise StackError(f"banguictl watch ended with {watch.returncode}")


def main():
    parser = argparse.ArgumentParser(description="a private BanGUI before a private fail2ban under attack")
    parser.add_argument("--build", default="build", help="folder with the built programs (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="other numbers give other attackers (%(default)s)")
    parser.add_argument("--seconds", type=float, help="end after that time; else at Ctrl-C")
    given = parser.parse_args()
    os.environ["BANGUI_BUILD"] = given.build
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    try:
        run(given)
    except Ended:
        print("\nended; nothing is left", flush=True)
    except StackError as error:
        sys.exit(f"make run: {error}")


if __name__ == "__main__":
    main()
