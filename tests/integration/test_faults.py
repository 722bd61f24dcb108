# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults around the daemon: each ends in a clear error or in nothing lost, and is over when its cause is."""

import concurrent.futures
import contextlib
import os
import pathlib
import signal
import socket
import sqlite3
import tempfile
import threading
import time
import unittest

import tap
from gi.repository import Gio, GLib
from stack import NAME, ROOT, WAIT, Stack

END = b"<F2B_END_COMMAND>"
SECONDS = 2.0  # in which what comes from memory is answered, on a busy machine under sanitizers
SLOW = "sleep 5"


def variants(options):
    """A plain dict as the values of a{sv}."""
    kinds = {bool: "b", int: "x", str: "s", list: "as"}
    return {name: GLib.Variant(kinds[type(value)], value) for name, value in options.items()}


def only(**options):
    """Arguments of a method that takes options alone."""
    return GLib.Variant("(a{sv})", (variants(options),))


def bans(addresses, jails=("sshd",), **options):
    """Arguments of Bans.Ban and Bans.Unban."""
    return GLib.Variant("(asasa{sv})", (addresses, jails, variants(options)))


def look_up(address):
    return GLib.Variant("(sa{sv})", (address, {}))


def addresses(n, network="10.9"):
    return [f"{network}.{i >> 8}.{i & 255}" for i in range(n)]


def part(stack, name):
    return next(row for row in stack.get("Manager", "Parts") if row["name"] == name)


def findings(stack):
    return {row["kind"] for row in stack.get("Manager", "Findings")}


def banned_by_fail2ban(stack, jail="sshd"):
    """As fail2ban itself has it; while it is busy, it takes nobody who comes."""
    deadline = time.monotonic() + WAIT
    while True:
        try:
            code, answer = stack.fail2ban.ask("get", jail, "banip")
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
            continue
        assert code == 0, answer
        return set(answer)


def banned_by_us(stack):
    rows, cursor = set(), ""
    while True:
        page, end = stack.call("Bans.List", only(limit=500, cursor=cursor))
        rows |= {row["address"] for row in page}
        cursor = end["next_cursor"]
        if not cursor:
            return rows


def finish(stack, answer):
    """The result of a call that may have become an operation."""
    if "operation" not in answer:
        return answer
    path = answer["operation"]
    stack.wait_until(lambda: stack.get("Operation", "State", path) != "running", "the operation's end")
    state = stack.get("Operation", "State", path)
    if state != "done":
        raise AssertionError(f"{state}: {stack.get('Operation', 'Message', path)}")
    return stack.get("Operation", "Result", path)


def connect(stack):
    flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
    connection = Gio.DBusConnection.new_for_address_sync(stack.address, flags, None, None)
    connection.set_exit_on_close(False)
    return connection


class Calls:
    """Calls that run at the same time; their ends are collected: the answer, or the error's name."""

    def __init__(self, stack):
        self.stack = stack
        self.ends = []

    def start(self, member, parameters, connection=None):
        interface, _, method = member.rpartition(".")
        (connection or self.stack.bus).call(NAME, ROOT, f"{NAME}.{interface}", method, parameters, None,
                                            Gio.DBusCallFlags.NONE, 2 * WAIT * 1000, None, self._on_end)

    def _on_end(self, connection, result):
        try:
            self.ends.append(connection.call_finish(result).unpack()[0])
        except GLib.Error as error:
            self.ends.append(Gio.dbus_error_get_remote_error(error) or error.message)

    def wait(self, n, timeout=WAIT):
        self.stack.wait_until(lambda: len(self.ends) >= n, f"{n} answers, {len(self.ends)} came", timeout)


class Fake:
    """A server on fail2ban's socket that answers what `answer` makes of a request; None = it hangs up."""

    def __init__(self, path, answer):
        self.path = pathlib.Path(path)
        self.answer = answer
        self.path.unlink(missing_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(5)
        self.peers = []
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *rest):
        self.path.unlink(missing_ok=True)
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(WAIT)
        for peer in self.peers:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
            peer.close()

    def _serve(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            self.peers.append(peer)
            threading.Thread(target=self._answer, args=(peer,), daemon=True).start()

    def _answer(self, peer):
        request = b""
        with contextlib.suppress(OSError):
            while piece := peer.recv(65536):
                request += piece
                while END in request:
                    one, _, request = request.partition(END)
                    reply = self.answer(one)
                    if reply is None or reply.hang_up:
                        peer.sendall(reply.data if reply else b"")
                        peer.shutdown(socket.SHUT_RDWR)
                        return
                    peer.sendall(reply.data)


class Reply:
    def __init__(self, data, hang_up=False):
        self.data = data
        self.hang_up = hang_up


class FaultTest(unittest.TestCase):
    def start(self, **options):
        """A stack whose daemon has seen its jails."""
        stack = self.enterContext(Stack(**options))
        if options.get("fail2ban", True):
            jails = options.get("jails") or {"sshd": {}}
            stack.wait_until(lambda: len(stack.get("Server", "Jails")) == len(jails), "the jails")
        return stack

    def check_quick(self, stack):
        """What comes from memory comes at once."""
        for ask in (lambda: stack.get("Server", "State"), lambda: stack.call("Manager.GetStatus"),
                    lambda: stack.call("Bans.List", only())):
            begin = time.monotonic()
            ask()
            self.assertLess(time.monotonic() - begin, SECONDS)

    def wait_offline(self, stack):
        stack.wait_until(lambda: stack.get("Server", "State") == "offline", "State offline")

    def wait_online(self, stack, n_jails=1):
        stack.wait_until(lambda: stack.get("Server", "State") == "online", "State online")
        stack.wait_until(lambda: len(stack.get("Server", "Jails")) == n_jails, "the jails")

    def wait_same(self, stack, expected):
        """Daemon and fail2ban have exactly these bans."""
        stack.wait_until(lambda: banned_by_fail2ban(stack) == expected, "fail2ban's bans")
        stack.wait_until(lambda: banned_by_us(stack) == expected, "our bans")


class Fail2banGoes(FaultTest):
    def check_gone_and_back(self, end):
        stack = self.start()
        stack.ban("198.51.100.1", "2001:db8::1")
        end(stack)
        self.wait_offline(stack)
        self.assertIn("fail2ban-offline", findings(stack))
        self.assertEqual("degraded", stack.get("Manager", "State"))
        self.assertEqual([], stack.get("Server", "Jails"))
        self.check_quick(stack)
        name, message = stack.error("Bans.Ban", bans(["198.51.100.2"]))
        self.assertEqual("Fail2banOffline", name, message)

        stack.start_fail2ban()
        self.wait_online(stack)
        self.wait_same(stack, {"198.51.100.1", "2001:db8::1"})
        stack.wait_until(lambda: stack.get("Manager", "State") == "running", "State running")
        self.assertNotIn("fail2ban-offline", findings(stack))

    def test_stopped(self):
        self.check_gone_and_back(lambda stack: stack.stop_fail2ban())

    def test_killed(self):
        self.check_gone_and_back(lambda stack: stack.fail2ban.kill())

    def test_not_there_at_start(self):
        stack = self.start(fail2ban=False)
        self.wait_offline(stack)
        self.check_quick(stack)
        stack.start_fail2ban()
        self.wait_online(stack)

    def test_restarted_by_us(self):
        stack = self.start(jails={"sshd": {"filter": "sshd"}, "web": {}})
        stack.ban("198.51.100.1", jails=["sshd", "web"])
        result = finish(stack, stack.call("Server.Restart", only(wait=20)))
        self.assertEqual(["sshd", "web"], sorted(result["jails"]))
        self.assertEqual([], result["missing"])
        self.wait_online(stack, 2)
        self.wait_same(stack, {"198.51.100.1"})

    def test_started_by_us(self):
        stack = self.start()
        stack.ban("198.51.100.1")
        stack.fail2ban.kill()
        self.wait_offline(stack)
        result = finish(stack, stack.call("Server.Start", only(wait=20)))
        self.assertEqual(["sshd"], result["jails"])
        self.wait_same(stack, {"198.51.100.1"})
        name, message = stack.error("Server.Start", only())
        self.assertEqual("AlreadyActive", name, message)

    def test_reloading(self):
        """Bans by hand and by the log while all jails are reloaded again and again."""
        stack = self.start(jails={"sshd": {"filter": "sshd"}, "web": {}, "mail": {}})
        expected = set(addresses(120))
        calls = Calls(stack)
        for i in range(4):
            calls.start("Server.Reload", only(wait=20))
            for address in addresses(120)[i * 30:i * 30 + 30]:
                calls.start("Bans.Ban", bans([address], wait=20))
        stack.fail("sshd", "198.51.100.1", times=3)
        calls.wait(124, 2 * WAIT)
        self.assertEqual([], [end for end in calls.ends if isinstance(end, str)])
        self.assertEqual([], [end for end in calls.ends if end.get("missing") or end.get("failed")])
        self.wait_same(stack, expected | {"198.51.100.1"})
        self.assertEqual(["mail", "sshd", "web"], sorted(stack.get("Server", "Jails")))


class Fail2banSlow(FaultTest):
    def test_others_are_answered(self):
        stack = self.start(action=SLOW)
        begin = time.monotonic()
        answer = stack.ban("198.51.100.1", **variants({"wait": 0}))
        self.assertIn("operation", answer)
        while stack.get("Operation", "State", answer["operation"]) == "running":
            self.check_quick(stack)
        self.assertGreater(time.monotonic() - begin, 4)
        self.assertEqual(1, finish(stack, answer)["banned"])
        self.wait_same(stack, {"198.51.100.1"})

    def test_wait_is_kept(self):
        stack = self.start(action=SLOW)
        begin = time.monotonic()
        answer = stack.ban("198.51.100.1")
        self.assertLess(time.monotonic() - begin, 1 + SECONDS)
        self.assertEqual(1, finish(stack, answer)["banned"])

    def test_cancelled(self):
        stack = self.start(action="sleep 1")
        answer = stack.ban(*addresses(50), **variants({"wait": 0}))
        stack.call("Operation.Cancel", path=answer["operation"])
        stack.wait_until(lambda: stack.get("Operation", "State", answer["operation"]) != "running", "the end")
        self.assertEqual("cancelled", stack.get("Operation", "State", answer["operation"]))
        done = banned_by_fail2ban(stack)
        self.assertLess(len(done), 50)
        self.wait_same(stack, done)

    def test_caller_gone(self):
        """What was begun is done, and recorded; nobody else is hurt."""
        stack = self.start(action="sleep 2")
        client = connect(stack)
        name = client.get_unique_name()
        client.call(NAME, ROOT, f"{NAME}.Bans", "Ban", bans(["198.51.100.1"], wait=20), None,
                    Gio.DBusCallFlags.NONE, WAIT * 1000, None, None)
        client.flush_sync(None)
        stack.wait_until(lambda: self.is_busy(stack), "fail2ban at work")
        client.close_sync(None)
        self.check_quick(stack)
        self.wait_same(stack, {"198.51.100.1"})

        def recorded():
            rows, _ = stack.call("Manager.ListAudit", only())
            return [row for row in rows if row["caller"] == name and row["result"] == "ok"]
        stack.wait_until(recorded, "the audit row")

    @staticmethod
    def is_busy(stack):
        try:
            stack.fail2ban.ask("ping", timeout=0.2)
        except (BlockingIOError, TimeoutError):
            return True
        return False


class Fail2banNonsense(FaultTest):
    """Servers that no fail2ban is."""

    def check_answer(self, answer, errors, **settings):
        stack = self.start(fail2ban=False, settings={"fail2ban-read-timeout": 1, **settings})
        with Fake(stack.fail2ban.socket, answer):
            begin = time.monotonic()
            name, message = stack.error("Server.Probe", only())
            self.assertIn(name, errors, message)
            self.assertLess(time.monotonic() - begin, 15)
            self.check_quick(stack)
            stack.wait_until(lambda: part(stack, "fail2ban")["state"] in ("degraded", "failed"), "the part to fail")
        stack.start_fail2ban()
        self.wait_online(stack)
        stack.wait_until(lambda: part(stack, "fail2ban")["state"] == "ok", "the part to be well")
        self.assertEqual(1, finish(stack, stack.ban("198.51.100.1"))["banned"])

    def test_garbage(self):
        self.check_answer(lambda request: Reply(os.urandom(300).replace(b"<", b"x") + END), {"Fail2banProtocol"})

    def test_other_protocol(self):
        self.check_answer(lambda request: Reply(b"HTTP/1.1 400 Bad Request\r\n\r\n", hang_up=True),
                          {"Fail2banProtocol", "Fail2banOffline"})

    def test_wrong_shape(self):
        # (0, {1: []}), well formed and no answer to any command
        self.check_answer(lambda request: Reply(b"\x80\x02K\x00}K\x01]s\x86." + END), {"Fail2banProtocol"})

    def test_code_is_not_run(self):
        # (0, os.system("touch FILE"))
        with tempfile.TemporaryDirectory() as folder:
            marker = pathlib.Path(folder) / "it-ran"
            command = f"touch {marker}".encode()
            text = b"X" + len(command).to_bytes(4, "little") + command
            reply = b"\x80\x02K\x00cposix\nsystem\n" + text + b"\x85R\x86." + END
            self.check_answer(lambda request: Reply(reply), {"Fail2banProtocol"})
            self.assertFalse(marker.exists())

    def test_cut_off(self):
        whole = b"\x80\x02K\x00X\x05\x00\x00\x001.0.2\x86." + END
        self.check_answer(lambda request: Reply(whole[:9], hang_up=True), {"Fail2banProtocol", "Fail2banOffline"})

    def test_hangs_up(self):
        self.check_answer(lambda request: None, {"Fail2banProtocol", "Fail2banOffline"})

    def test_never_answers(self):
        self.check_answer(lambda request: Reply(b""), {"Timeout"})

    def test_never_ends(self):
        def endless(request):
            return Reply(b"\x80\x02" + b"]" * (8 << 20))
        self.check_answer(endless, {"Timeout", "Fail2banProtocol"})


class Database(FaultTest):
    """fail2ban's own, which is a help and no need: bans stay true without it."""

    def check_bans_stay_true(self, stack, known=()):
        stack.fail("sshd", "203.0.113.1", times=3)
        stack.ban("203.0.113.2")
        self.wait_same(stack, {*known, "203.0.113.1", "203.0.113.2"})
        result = stack.call("Bans.Lookup", look_up("203.0.113.2"))
        self.assertTrue(result["banned"])

    def wait_unreadable(self, stack):
        stack.call("Server.Probe", only())
        stack.wait_until(lambda: "database-unreadable" in findings(stack), "the finding")
        self.assertEqual("failed", part(stack, "fail2ban-database")["state"])

    def test_locked(self):
        stack = self.start()
        stack.ban("198.51.100.1")
        self.wait_same(stack, {"198.51.100.1"})
        with contextlib.closing(sqlite3.connect(stack.fail2ban.database, isolation_level=None)) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            self.check_quick(stack)
            begin = time.monotonic()
            result = stack.call("Bans.Lookup", look_up("198.51.100.1"))
            self.assertLess(time.monotonic() - begin, 10)
            self.assertTrue(result["banned"])
            lock.execute("ROLLBACK")
        self.check_bans_stay_true(stack, {"198.51.100.1"})
        stack.call("Server.Probe", only())
        stack.wait_until(lambda: "database-unreadable" not in findings(stack), "the finding to go")

    def test_missing(self):
        stack = self.start()
        stack.ban("198.51.100.1")
        self.wait_same(stack, {"198.51.100.1"})
        os.rename(stack.fail2ban.database, stack.fail2ban.database + ".away")
        self.wait_unreadable(stack)
        self.check_bans_stay_true(stack, {"198.51.100.1"})
        os.rename(stack.fail2ban.database + ".away", stack.fail2ban.database)
        stack.call("Server.Probe", only())
        stack.wait_until(lambda: "database-unreadable" not in findings(stack), "the finding to go")

    def test_none(self):
        stack = self.start(dbfile="None")
        self.assertEqual("off", part(stack, "fail2ban-database")["state"])
        self.check_bans_stay_true(stack)
        self.assertEqual("", stack.get("Server", "DatabaseFile"))

    def swap(self, stack, make):
        """Puts another file in its place; fail2ban goes on with the one that it has open."""
        other = stack.fail2ban.database + ".other"
        make(other)
        os.rename(other, stack.fail2ban.database)

    def test_corrupt(self):
        def garbage(path):
            data = bytearray(pathlib.Path(stack.fail2ban.database).read_bytes())
            data[100:] = os.urandom(len(data) - 100)
            pathlib.Path(path).write_bytes(data)
        stack = self.start()
        stack.ban("198.51.100.1")
        self.wait_same(stack, {"198.51.100.1"})
        self.swap(stack, garbage)
        self.wait_unreadable(stack)
        self.check_bans_stay_true(stack, {"198.51.100.1"})

    def test_no_database_at_all(self):
        stack = self.start()
        self.swap(stack, lambda path: pathlib.Path(path).write_text("this is a text\n" * 1000))
        self.wait_unreadable(stack)
        self.check_bans_stay_true(stack)

    def test_older_schema(self):
        def version_2(path):
            with contextlib.closing(sqlite3.connect(path)) as old:
                old.executescript("""
                    CREATE TABLE fail2banDb(version INTEGER);
                    INSERT INTO fail2banDb VALUES(2);
                    CREATE TABLE jails(name TEXT NOT NULL UNIQUE, enabled INTEGER NOT NULL DEFAULT 1);
                    CREATE TABLE logs(jail TEXT NOT NULL, path TEXT, firstlinemd5 TEXT, lastfilepos INTEGER DEFAULT 0);
                    CREATE TABLE bans(jail TEXT NOT NULL, ip TEXT, timeofban INTEGER NOT NULL, data JSON);
                    INSERT INTO bans VALUES('sshd', '203.0.113.1', 1700000000, '{}');
                    """)
        stack = self.start()
        self.swap(stack, version_2)
        self.wait_unreadable(stack)
        self.assertIn("schema", part(stack, "fail2ban-database")["detail"])
        self.check_bans_stay_true(stack)

    def test_older_schema_taken_over(self):
        """fail2ban brings an old file up to date when it starts; then it is read."""
        stack = self.start(fail2ban=False)
        with contextlib.closing(sqlite3.connect(stack.fail2ban.database)) as old:
            old.executescript(f"""
                CREATE TABLE fail2banDb(version INTEGER);
                INSERT INTO fail2banDb VALUES(2);
                CREATE TABLE jails(name TEXT NOT NULL UNIQUE, enabled INTEGER NOT NULL DEFAULT 1);
                INSERT INTO jails VALUES('sshd', 1);
                CREATE TABLE logs(jail TEXT NOT NULL, path TEXT, firstlinemd5 TEXT, lastfilepos INTEGER DEFAULT 0);
                CREATE TABLE bans(jail TEXT NOT NULL, ip TEXT, timeofban INTEGER NOT NULL, data JSON);
                INSERT INTO bans VALUES('sshd', '203.0.113.1', {int(time.time()) - 60},
                                        '{{"matches": ["a line"], "failures": 3}}');
                """)
        stack.start_fail2ban()
        self.wait_online(stack)
        stack.wait_until(lambda: part(stack, "fail2ban-database")["state"] == "ok", "the database")
        self.wait_same(stack, banned_by_fail2ban(stack))


class Bus(FaultTest):
    def test_gone(self):
        stack = self.start(daemon=True)
        begin = time.monotonic()
        stack.stop_bus()
        stack.wait_daemon_gone(1)
        self.assertLess(time.monotonic() - begin, 10)

    def test_gone_while_calls_run(self):
        stack = self.start(action="sleep 1")
        calls = Calls(stack)
        for address in addresses(5):
            calls.start("Bans.Ban", bans([address], wait=20))
        stack.bus.flush_sync(None)
        stack.wait_until(lambda: Fail2banSlow.is_busy(stack), "fail2ban at work")
        stack.stop_bus()
        stack.wait_daemon_gone(1)

    def test_500_clients(self):
        stack = self.start(limits={"max_connections_per_user": 1000, "max_completed_connections": 1000,
                                   "max_incomplete_connections": 1000})
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            clients = list(pool.map(lambda i: connect(stack), range(500)))
        calls = Calls(stack)
        begin = time.monotonic()
        for client in clients:
            calls.start("Manager.GetStatus", None, client)
            calls.start("Bans.List", only(), client)
        calls.wait(1000)
        self.assertEqual([], [end for end in calls.ends if isinstance(end, str)])
        # and all of them ban
        for i, client in enumerate(clients):
            calls.start("Bans.Ban", bans([addresses(500)[i]], wait=20), client)
        calls.wait(1500, 2 * WAIT)
        self.assertEqual([], [end for end in calls.ends if isinstance(end, str)])
        print(f"# 500 clients, 1500 calls: {time.monotonic() - begin:.1f} s", flush=True)
        self.wait_same(stack, set(addresses(500)))
        for client in clients:
            client.close_sync(None)
        self.check_quick(stack)


class Daemon(FaultTest):
    def ban_many(self, stack, n):
        calls = Calls(stack)
        for address in addresses(n):
            calls.start("Bans.Ban", bans([address], wait=20))
        stack.bus.flush_sync(None)
        return calls

    def check_stopped(self, action, n, least):
        stack = self.start(action=action)
        calls = self.ban_many(stack, n)
        stack.wait_until(lambda: len(calls.ends) >= least, "the first answers")
        begin = time.monotonic()
        os.kill(stack.daemon.pid, signal.SIGTERM)
        calls.wait(n, 2 * WAIT)
        stack.wait_daemon_gone(0)
        self.assertLess(time.monotonic() - begin, 27)
        done = [end for end in calls.ends if not isinstance(end, str)]
        errors = {end for end in calls.ends if isinstance(end, str)}
        self.assertLessEqual(errors, {f"{NAME}.Error.Cancelled", f"{NAME}.Error.Timeout"})
        # an answer was true: at least so many are banned
        self.assertGreaterEqual(len(banned_by_fail2ban(stack)), sum(end.get("banned", 0) for end in done))
        return stack, errors

    def test_sigterm_while_100_calls_run(self):
        stack, errors = self.check_stopped("sleep 0.05", 100, 3)
        self.assertEqual(set(), errors)
        stack.start_daemon()
        self.wait_online(stack)
        self.wait_same(stack, set(addresses(100)))

    def test_sigterm_while_calls_run_too_long(self):
        self.check_stopped("sleep 4", 10, 0)

    def test_sigterm_twice(self):
        stack = self.start(action="sleep 1")
        self.ban_many(stack, 5)
        stack.wait_until(lambda: Fail2banSlow.is_busy(stack), "fail2ban at work")
        os.kill(stack.daemon.pid, signal.SIGTERM)
        os.kill(stack.daemon.pid, signal.SIGTERM)
        stack.wait_daemon_gone(0)

    def test_new_calls_while_it_stops(self):
        stack = self.start(action="sleep 3")
        calls = self.ban_many(stack, 1)
        stack.wait_until(lambda: Fail2banSlow.is_busy(stack), "fail2ban at work")
        os.kill(stack.daemon.pid, signal.SIGTERM)
        stack.wait_until(lambda: self.refuses(stack), "new calls to be refused")
        calls.wait(1)
        stack.wait_daemon_gone(0)
        self.assertEqual(1, calls.ends[0]["banned"])

    @staticmethod
    def refuses(stack):
        try:
            stack.call("Bans.Unban", bans(["198.51.100.9"], []))
        except GLib.Error as error:
            name = Gio.dbus_error_get_remote_error(error)
            assert name in (f"{NAME}.Error.Cancelled", "org.freedesktop.DBus.Error.ServiceUnknown"), name
            return True
        return False

    def test_killed_and_started_again(self):
        """Nothing that was answered is lost: bans, who banned and why, the audit; the lock is free."""
        stack = self.start(action="sleep 0.02")
        calls = self.ban_many(stack, 100)
        reasoned = stack.ban("203.0.113.200", **variants({"reason": "kept over a crash", "wait": 20}))
        self.assertEqual(1, finish(stack, reasoned)["banned"])
        stack.stop_daemon(signal.SIGKILL, expect=-signal.SIGKILL)
        calls.wait(100)
        done = sum(end.get("banned", 0) for end in calls.ends if not isinstance(end, str))

        stack.start_daemon()
        self.wait_online(stack)
        stack.wait_until(lambda: not Fail2banSlow.is_busy(stack), "fail2ban to finish")
        now = banned_by_fail2ban(stack)
        self.assertGreaterEqual(len(now), done)
        self.wait_same(stack, now)
        result = stack.call("Bans.Lookup", look_up("203.0.113.200"))
        self.assertEqual("kept over a crash", result["bans"][0]["reason"])
        rows, page = stack.call("Manager.ListAudit", only(total=True))
        self.assertGreaterEqual(page["total"], done)
        self.assertIn("kept over a crash", {row["reason"] for row in rows})

    def test_killed_often(self):
        stack = self.start()
        for i in range(5):
            self.assertEqual(1, finish(stack, stack.ban(f"203.0.113.{i}"))["banned"])
            stack.stop_daemon(signal.SIGKILL, expect=-signal.SIGKILL)
            stack.start_daemon()
            self.wait_online(stack)
        self.wait_same(stack, {f"203.0.113.{i}" for i in range(5)})

    def test_second_one_is_refused(self):
        stack = self.start()
        second = stack.run(stack.program, *stack.daemon_arguments())
        self.assertNotEqual(0, second.returncode)
        self.assertIn("another banguid", second.stderr + second.stdout)
        self.check_quick(stack)


if __name__ == "__main__":
    tap.main()
