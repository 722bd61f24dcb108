# SPDX-License-Identifier: LGPL-2.1-or-later
"""Routes onto the bus: every row called, bad requests, files both ways, and a daemon that goes and comes."""

import gzip
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import threading
import time
import unittest

import tap
from stack import NOBODY, Stack, build_folder

PASSWORD = "a password of five words"
JAIL = "web mail-1.ü"
JAILS = {"sshd": {"filter": "sshd"}, JAIL: {}}
LOG = "2026-11-01 10:00:00,000 fail2ban.actions [7]: NOTICE [sshd] Ban 198.51.100.7\n"

# Every row of the table but those that the bridge answers itself: method, path, what is given, the status. In order.
CALLS = [
    ("GET", "/dashboard/status", {}, 200),
    ("GET", "/dashboard/overview", {"range": "7d", "limit": 3, "bucket": "day"}, 200),
    ("GET", "/dashboard/bans", {"limit": 5, "total": "true"}, 200),
    ("GET", "/dashboard/bans/by-country", {}, 200),
    ("GET", "/dashboard/bans/by-jail", {"jail": "sshd"}, 200),
    ("GET", "/dashboard/bans/by-network", {"limit": 5}, 200),
    ("GET", "/dashboard/bans/by-origin", {"origin": "self"}, 200),
    ("GET", "/dashboard/bans/top", {}, 200),
    ("GET", "/dashboard/bans/unique", {}, 200),
    ("GET", "/dashboard/bans/trend", {"bucket": 3600, "timezone": "UTC"}, 200),
    ("GET", "/dashboard/bans/hours", {"timezone": "+02:00"}, 200),
    ("GET", "/dashboard/bans/compare", {"range": "24h"}, 200),
    ("GET", "/dashboard/activity", {"range": "24h", "bucket": "hour"}, 200),
    ("POST", "/bans", {"addresses": ["192.0.2.1", "203.0.113.0/28"], "jails": ["sshd"],
                        "reason": "so", "wait": 20}, 200),
    ("GET", "/bans", {}, 200),
    ("GET", "/bans/active", {"limit": 1, "total": "true"}, 200),
    ("GET", "/bans/active/dump", {"jail": "sshd"}, 200),
    ("GET", "/bans/{address}", {"address": "192.0.2.1"}, 200),
    ("GET", "/bans/{address}", {"address": "203.0.113.0/28"}, 200),
    ("GET", "/bans/{address}/explain", {"address": "192.0.2.1"}, 200),
    ("DELETE", "/bans", {"addresses": ["192.0.2.1"], "jails": [], "wait": 20}, 200),
    ("DELETE", "/bans/all", {"wait": 20}, 200),
    ("POST", "/allow", {"entry": "198.51.100.0/24", "note": "the office", "wait": 20}, 200),
    ("GET", "/allow", {"total": "true"}, 200),
    ("GET", "/allow/count", {}, 200),
    ("GET", "/allow/check/{address}", {"address": "198.51.100.9"}, 200),
    ("PUT", "/allow/{entry}", {"entry": "198.51.100.0/24", "note": "it moved", "wait": 20}, 200),
    ("DELETE", "/allow/{entry}", {"entry": "198.51.100.0/24", "wait": 20}, 200),
    ("GET", "/jails", {}, 200),
    ("GET", "/jails/{jail}", {"jail": JAIL}, 200),
    ("PUT", "/jails/{jail}", {"jail": JAIL, "changes": {"maxretry": 4, "bantime": 601}}, 200),
    ("PUT", "/jails/{jail}/idle", {"jail": JAIL, "idle": False}, 200),
    ("POST", "/jails/{jail}/stop", {"jail": JAIL}, 200),
    ("POST", "/jails/{jail}/start", {"jail": JAIL}, 200),
    ("POST", "/jails/{jail}/reload", {"jail": "sshd", "wait": 20}, 200),
    ("GET", "/jails/{jail}/logs", {"jail": JAIL}, 200),
    ("GET", "/jails/{jail}/actions/{name}", {"jail": "sshd", "name": "noop"}, 200),
    ("POST", "/jails/{jail}/log-paths", {"jail": "sshd", "path": "{logs}/more.log", "tail": False}, 200),
    ("DELETE", "/jails/{jail}/log-paths", {"jail": "sshd", "path": "{logs}/more.log"}, 200),
    ("POST", "/jails/{jail}/ignore", {"jail": "sshd", "address": "203.0.113.0/24"}, 200),
    ("DELETE", "/jails/{jail}/ignore", {"jail": "sshd", "address": "203.0.113.0/24"}, 200),
    ("POST", "/jails/{jail}/failregex", {"jail": "sshd", "regex": "^no <HOST>$"}, 200),
    ("DELETE", "/jails/{jail}/failregex", {"jail": "sshd", "regex": "{last}"}, 200),
    ("POST", "/jails/{jail}/ignoreregex", {"jail": "sshd", "regex": "^yes$"}, 200),
    ("DELETE", "/jails/{jail}/ignoreregex", {"jail": "sshd", "regex": "^yes$"}, 200),
    ("POST", "/jails/{jail}/journal-matches", {"jail": "sshd", "match": "_COMM=sshd"}, 400),
    ("DELETE", "/jails/{jail}/journal-matches", {"jail": "sshd", "match": "_COMM=sshd"}, 400),
    ("POST", "/history/sync", {"wait": 20}, 200),
    ("GET", "/history", {"range": "all", "total": "true", "data": "true"}, 200),
    ("GET", "/history/columns", {"kind": "ban"}, 200),
    ("GET", "/history/repeaters", {"min": 2}, 200),
    ("GET", "/history/archive", {}, 200),
    ("GET", "/history/export", {"format": "jsonl", "jail": "sshd"}, 200),
    ("GET", "/history/backup", {"reason": "so"}, 200),
    ("POST", "/history/import", {"timezone": "UTC", "wait": 20}, 200),
    ("GET", "/history/{address}", {"address": "192.0.2.1"}, 200),
    ("POST", "/history/purge", {"days": 36500, "wait": 20}, 200),
    ("POST", "/history/compact", {"wait": 20}, 200),
    ("GET", "/geo", {}, 200),
    ("GET", "/geo/stats", {}, 200),
    ("GET", "/geo/lookup/{address}", {"address": "192.0.2.1"}, 200),
    ("POST", "/geo/lookup", {"addresses": ["192.0.2.1", "2001:db8::1"]}, 200),
    ("POST", "/geo/lookup-outside", {"addresses": ["192.0.2.1"]}, 409),
    ("POST", "/geo/re-resolve", {"wait": 20}, 200),
    ("POST", "/geo/reload", {"wait": 20}, 200),
    ("GET", "/server", {}, 200),
    ("GET", "/server/daemon", {}, 200),
    ("PUT", "/server", {"values": {"log_level": "DEBUG", "database_purge_age": 3600}}, 200),
    ("POST", "/server/probe", {}, 200),
    ("POST", "/server/flush-logs", {}, 200),
    ("POST", "/server/reload", {"wait": 20}, 200),
    ("GET", "/server/log", {"lines": 5, "level": "INFO"}, 200),
    ("GET", "/jobs", {}, 200),
    ("GET", "/jobs/{job}", {"job": "archive-retention"}, 200),
    ("POST", "/jobs/{name}/run", {"name": "archive-retention", "wait": 20}, 200),
    ("GET", "/operations", {}, 200),
    ("GET", "/settings", {}, 200),
    ("GET", "/settings/{key}", {"key": "map-threshold-low"}, 200),
    ("PUT", "/settings", {"changes": {"map-threshold-low": 3}, "reason": "so"}, 200),
    ("POST", "/settings/reset", {"keys": ["map-threshold-low"]}, 200),
    ("POST", "/settings/reload", {}, 200),
    ("GET", "/audit", {"limit": 3, "method": "Bans.Ban"}, 200),
    ("POST", "/can-do", {"action": "ban", "details": {"jail": "sshd"}}, 200),
    ("POST", "/server/start", {}, 409),
    ("POST", "/server/restart", {"wait": 20}, 200),
]
# Called by a case of their own.
ELSEWHERE = {("GET", "/operations/{operation}"), ("DELETE", "/operations/{operation}"), ("GET", "/server/log/follow")}


def quote(text):
    return "".join(c if c.isascii() and c.isalnum() else "".join(f"%{b:02X}" for b in c.encode()) for c in str(text))


class Shared(unittest.TestCase):
    maxDiff = None
    options = {}
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(jails=JAILS, **cls.options))
        cls.bridge = cls.stack.bridge(login_limit=0, request_limit_signed_in=0, **cls.settings)
        cls.bridge.set_up(PASSWORD)

    def refused(self, status, code, method, path, *arguments, **keywords):
        """An error as the contract has it; its message."""
        answer = self.bridge.request(method, path, *arguments, **keywords)
        self.assertEqual((status, code), (answer.status, answer.body.get("error_code")), answer.body)
        self.assertEqual({"error_code", "message", "details", "correlation_id"}, set(answer.body))
        self.assertNotIn("GDBus", answer.body["message"])
        return answer.body["message"]

    def finish(self, operation):
        return self.stack.wait_until(lambda: (found := self.bridge.get(f"operations/{operation}"))["state"] != "running"
                                     and found, "the operation's end")


    def large(self):
        """Fills the archive, once."""
        if self.bridge.get("history/archive")["bans"] < 20000:
            log = "".join(f"2026-10-{n % 28 + 1:02} 10:{n // 60 % 60:02}:{n % 60:02},000 fail2ban.actions [7]: NOTICE "
                          f"[sshd] Ban 10.{n >> 16}.{n >> 8 & 255}.{n & 255}\n" for n in range(20000))
            answer = self.bridge.request("POST", "history/import", log.encode(), {"timezone": "UTC", "wait": 20})
            self.assertEqual((200, 20000), (answer.status, answer.body["bans"]), answer.body)

    def stream(self, path, **headers):
        """A connection with a small buffer whose answer has begun."""
        connection = self.bridge.connection()
        connection.sock = socket.socket()
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sock.settimeout(30)
        connection.sock.connect((self.bridge.host, self.bridge.port))
        connection.request("GET", f"/api/v1/{path}", headers=headers or {"Cookie": self.bridge.cookie})
        answer = connection.getresponse()
        self.assertEqual(200, answer.status)
        return connection, answer


class Routes(Shared):
    def fill(self, value):
        """The folder of logs, or the regex that was added last, as fail2ban made it."""
        if value == "{last}":
            return self.bridge.get("jails/sshd")["failregex"][-1]
        return value.replace("{logs}", str(self.stack.fail2ban.logs))

    def call(self, method, path, given):
        """As a client would: parameters of the path in it, the rest as query or JSON."""
        left = {key: self.fill(value) if isinstance(value, str) else value for key, value in given.items()}
        place = re.sub(r"\{(\w+)\}", lambda match: quote(left.pop(match[1])), path).lstrip("/")
        if path == "/history/import":
            return self.bridge.request(method, place, LOG.encode(), left)
        if method == "GET":
            return self.bridge.request(method, place, query=left)
        return self.bridge.request(method, place, left)

    def test_every_route(self):
        (self.stack.fail2ban.logs / "more.log").touch()
        for method, path, given, status in CALLS:
            with self.subTest(f"{method} {path}"):
                answer = self.call(method, path, given)
                self.assertEqual(status, answer.status, answer.body)
                if path not in ("/bans/active/dump", "/history/export", "/history/backup"):
                    self.assertIsInstance(answer.body, dict)

    def test_the_calls_are_all_routes(self):
        rows = json.loads((build_folder() / "client/rest/routes.json").read_text())
        table = {(row["method"], row["path"]) for row in rows if row["kind"] != "own"}
        self.assertEqual(table, {(method, path) for method, path, *_ in CALLS} | ELSEWHERE)


class Api(Shared):
    def test_answers_have_the_shape_of_the_bus(self):
        self.assertEqual({"rows", "page"}, set(self.bridge.get("bans/active")))
        version = self.stack.call("Manager.GetStatus")["version"]
        self.assertEqual(version, self.bridge.get("dashboard/status")["version"])
        self.assertEqual({"answer": "yes"}, self.bridge.post("can-do", {"action": "ban", "details": {}}))
        self.assertEqual({}, self.bridge.post("server/probe"))
        jails = self.bridge.get("jails")["rows"]
        self.assertEqual(sorted(["sshd", JAIL]), sorted(row["name"] for row in jails))
        jail = self.bridge.get(f"jails/{quote(JAIL)}")
        self.assertEqual((JAIL, JAIL, 3), (jail["id"], jail["name"], jail["max_retry"]))

    def test_thresholds_of_the_map(self):
        path = "config/map-color-thresholds"
        self.assertEqual({"low": 20, "medium": 50, "high": 100}, self.bridge.get(path))
        answer = self.bridge.request("PUT", path, {"low": 5, "medium": 6})
        self.assertEqual(200, answer.status, answer.body)
        self.assertEqual({"low": 5, "medium": 6, "high": 100}, self.bridge.get(path))
        for bad in ({"low": "few"}, [], {"low": 200}):
            self.assertEqual(400, self.bridge.request("PUT", path, bad).status, bad)
        self.bridge.post("settings/reset", {"keys": ["map-threshold-low", "map-threshold-medium"]})

    def test_a_ban_is_seen_at_once_and_in_fail2ban(self):
        self.assertEqual([], self.bridge.get("bans/active", search="203.0.113.77")["rows"])
        self.bridge.post("bans", {"addresses": ["203.0.113.77"], "jails": ["sshd"], "wait": 20})
        rows = self.bridge.get("bans/active", search="203.0.113.77")["rows"]
        self.assertEqual(["203.0.113.77"], [row["address"] for row in rows])
        self.assertIn("203.0.113.77", str(self.stack.fail2ban.ask("get", "sshd", "banip")))

    def test_nobody_locks_himself_out(self):
        message = self.refused(409, "WouldLockOut", "POST", "bans", {"addresses": ["127.0.0.1"], "jails": ["sshd"]})
        self.assertIn("127.0.0.1", message)

    def test_the_correlation_id_is_in_the_audit(self):
        self.bridge.request("DELETE", "bans", {"addresses": ["203.0.113.1"], "jails": []},
                            headers={"X-Correlation-ID": "four-and-more"})
        rows = self.bridge.get("audit", method="Bans.Unban")["rows"]
        self.assertEqual("four-and-more", rows[0]["correlation_id"])

    def test_bad_input(self):
        refused = self.refused
        invalid = (400, "InvalidArgument")
        self.assertIn("'limit' must be an integer", refused(*invalid, "GET", "bans/active", query={"limit": "x"}))
        self.assertIn("Bans.List takes jail", refused(*invalid, "GET", "bans/active", query={"lmit": 1}))
        self.assertIn("from 1 to 500", refused(*invalid, "GET", "bans/active", query={"limit": 501}))
        self.assertIn("takes nothing", refused(*invalid, "GET", "jails", query={"limit": 1}))
        self.assertIn("'addresses' is missing", refused(*invalid, "POST", "bans", {"jails": []}))
        self.assertIn("'idle' must be true or false", refused(*invalid, "PUT", "jails/sshd/idle", {"idle": "on"}))
        self.assertIn("after the end", refused(400, "BadRequest", "POST", "bans", b"{}{}",
                                               headers={"Content-Type": "application/json"}))
        refused(415, "UnsupportedMediaType", "POST", "bans", b"{}", headers={"Content-Type": "text/plain"})
        refused(404, "JailNotFound", "GET", "jails/none")
        refused(404, "JailNotFound", "PUT", "jails/none/idle", {"idle": True})
        refused(404, "NotFound", "GET", "operations/999")
        refused(404, "NotFound", "GET", "operations/a%20b")
        refused(404, "NotFound", "GET", "jobs/none")
        refused(404, "NotFound", "GET", "nothing")
        refused(404, "AddressNotFound", "GET", "history/192.0.2.200")
        refused(400, "AddressInvalid", "POST", "bans", {"addresses": ["1.2.3"], "jails": ["sshd"]})
        self.assertIn("it takes POST", refused(405, "MethodNotAllowed", "GET", "jails/sshd/reload"))
        self.assertEqual("POST", self.bridge.request("GET", "jails/sshd/reload").headers["Allow"])

    def test_what_text_may_hold(self):
        for text in ("<script>alert(1)</script>", "\"\\/\n\t\u2028\u202e", "ü" * 100, "\x01\x7f"):
            answer = self.bridge.request("GET", "bans/active", query={"search": text[:16]})
            self.assertIn(answer.status, (200, 400))
            answer = self.bridge.request("GET", f"jails/{quote(text)}")
            self.assertEqual((404, f"there is no jail '{text}'"), (answer.status, answer.body["message"]))

    def test_the_same_again_costs_nothing(self):
        first = self.bridge.request("GET", "jails")
        tag = first.headers["ETag"]
        again = self.bridge.request("GET", "jails", headers={"If-None-Match": tag})
        self.assertEqual((304, b""), (again.status, again.body))
        packed = self.bridge.raw("/api/v1/jails", headers={"Accept-Encoding": "gzip", "Cookie": self.bridge.cookie})
        self.assertEqual("gzip", packed.headers["Content-Encoding"])
        self.assertEqual(first.body, json.loads(gzip.decompress(packed.body)))
        self.assertEqual(tag, packed.headers["ETag"])
        self.bridge.request("PUT", "jails/sshd/idle", {"idle": True})
        other = self.bridge.request("GET", "jails", headers={"If-None-Match": tag})
        self.bridge.request("PUT", "jails/sshd/idle", {"idle": False})
        self.assertEqual(200, other.status)

    def test_many_who_ask_the_same_get_the_same(self):
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.bridge.request("GET", "dashboard/overview")))
                   for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([200] * 40, [answer.status for answer in answers])


class Files(Shared):
    def test_export(self):
        addresses = [f"198.51.100.{n}" for n in range(1, 101)]
        self.bridge.post("bans", {"addresses": addresses, "jails": ["sshd"], "wait": 20})
        # other cases have filled the archive too: these hundred are what is waited for
        self.stack.wait_until(lambda: all(self.bridge.get("history", address=address)["rows"]
                                          for address in (addresses[6], addresses[-1])), "the archive")
        answer = self.bridge.request("GET", "history/export")
        self.assertEqual("text/csv; charset=utf-8", answer.headers["Content-Type"])
        self.assertRegex(answer.headers["Content-Disposition"], r'^attachment; filename="bangui-history-\d{8}\.csv"$')
        self.assertGreaterEqual(len(answer.body.splitlines()), 101)
        answer = self.bridge.request("GET", "history/export", query={"format": "jsonl", "address": "198.51.100.7"})
        self.assertEqual("application/x-ndjson", answer.headers["Content-Type"])
        self.assertEqual({"198.51.100.7"}, {json.loads(line)["address"] for line in answer.body.splitlines()})

    def test_a_bad_export_is_an_error_and_no_file(self):
        self.refused(400, "InvalidArgument", "GET", "history/export", query={"format": "xml"})
        answer = self.bridge.request("GET", "history/export", query={"format": "xml"})
        self.assertNotIn("Content-Disposition", answer.headers)
        self.refused(400, "InvalidArgument", "GET", "history/export", query={"range": "1y"})

    def test_backup_is_a_database(self):
        # of a client that left, in another case, one may be at its end
        answer = self.stack.wait_until(lambda: (given := self.bridge.request("GET", "history/backup")).status != 409
                                       and given, "the backup before")
        self.assertEqual((200, "application/vnd.sqlite3"), (answer.status, answer.headers["Content-Type"]))
        path = self.stack.folder / "backup.sqlite3"
        path.write_bytes(answer.body)
        database = sqlite3.connect(path)
        self.assertEqual([("ok",)], database.execute("PRAGMA quick_check").fetchall())
        database.close()

    def test_import(self):
        result = self.bridge.request("POST", "history/import", gzip.compress(LOG.encode() * 3),
                                     {"timezone": "UTC", "dry_run": "true", "wait": 20})
        self.assertEqual((200, 3), (result.status, result.body["lines"]), result.body)
        self.refused(400, "InvalidArgument", "POST", "history/import", b"\x1f\x8bno gzip", {"wait": 20})

    def test_dump_is_all_bans(self):
        lines = self.bridge.request("GET", "bans/active/dump").body.splitlines()
        self.assertEqual(self.bridge.get("bans/active", total="true")["page"]["total"], len(lines))

    def test_a_slow_reader_gets_everything(self):
        self.large()
        connection, answer = self.stream("history/export?format=jsonl")
        time.sleep(1)
        self.assertGreaterEqual(answer.read().count(b"\n"), 20000)
        connection.close()

    def test_a_download_that_breaks_is_no_whole(self):
        self.large()
        connection, answer = self.stream("history/export?format=jsonl")
        answer.read(1000)
        self.stack.stop_daemon(signal.SIGKILL, expect=-signal.SIGKILL)
        with self.assertRaises((http.client.IncompleteRead, ConnectionResetError)):
            answer.read()
        connection.close()
        self.stack.start_daemon()
        self.stack.wait_until(lambda: self.bridge.request("GET", "dashboard/status").status == 200, "the daemon")

    def test_follow(self):
        connection = self.bridge.connection()
        connection.request("GET", "/api/v1/server/log/follow?lines=0", headers={"Cookie": self.bridge.cookie})
        answer = connection.getresponse()
        self.assertEqual((200, "application/x-ndjson"), (answer.status, answer.getheader("Content-Type")))
        self.bridge.post("bans", {"addresses": ["203.0.113.99"], "jails": ["sshd"], "wait": 20})
        while "203.0.113.99" not in (line := answer.readline().decode()):
            self.assertTrue(line, "the stream ended")
        self.assertEqual("sshd", json.loads(line)["jail"])
        descriptors = self.descriptors()
        connection.close()
        self.stack.wait_until(lambda: self.descriptors() < descriptors, "the end of the stream")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.bridge.process.pid}/fd"))

    def test_a_client_that_leaves_ends_the_work(self):
        for path in ("history/export", "history/backup", "bans/active/dump"):
            connection = self.bridge.connection()
            connection.request("GET", f"/api/v1/{path}", headers={"Cookie": self.bridge.cookie})
            connection.sock.close()
            connection.close()
        self.assertEqual(200, self.bridge.request("GET", "dashboard/status").status)


class Streams(Shared):
    settings = {"body_timeout": 1}

    def token(self):
        made = self.bridge.post("auth/tokens", {"name": "stream", "scope": "read", "days": 1})
        return made["id"], {"Authorization": f"Bearer {made['token']}"}

    def end(self, token):
        self.assertEqual(200, self.bridge.request("DELETE", f"auth/tokens/{token}").status)

    def test_a_reader_that_is_slow_but_goes_on_gets_everything(self):
        self.large()
        connection, answer = self.stream("history/export?format=jsonl")
        lines, begin = 0, time.monotonic()
        while time.monotonic() - begin < 6:
            lines += answer.read(8192).count(b"\n")
            time.sleep(0.2)
        self.assertLess(lines, 15000, "nothing was slow")
        self.assertGreaterEqual(lines + answer.read().count(b"\n"), 20000)
        connection.close()

    def test_what_has_no_end_ends_with_its_token(self):
        for path in ("server/log/follow?lines=0", "events"):
            token, headers = self.token()
            other, still_read = self.stream(path)
            connection, answer = self.stream(path, **headers)
            self.end(token)
            answer.read()  # an orderly end, else it raises
            other.sock.settimeout(0.2)
            with self.assertRaises(TimeoutError):
                while still_read.readline():
                    pass
            connection.close()
            other.close()

    def test_a_download_whose_token_ends_is_no_whole(self):
        self.large()
        token, headers = self.token()
        connection, answer = self.stream("history/export?format=jsonl", **headers)
        answer.read(1000)
        self.end(token)
        with self.assertRaises((http.client.IncompleteRead, ConnectionResetError)):
            answer.read()
        connection.close()


class Long(Shared):
    options = {"action": "sleep 1"}

    def test_an_operation(self):
        addresses = [f"198.51.100.{n}" for n in range(1, 4)]
        answer = self.bridge.request("POST", "bans", {"addresses": addresses, "jails": ["sshd"], "wait": 0})
        self.assertEqual(202, answer.status)
        self.assertEqual(f"/api/v1/operations/{answer.body['operation']}", answer.headers["Location"])
        found = self.bridge.get(f"operations/{answer.body['operation']}")
        self.assertEqual((answer.body["operation"], "Bans.Ban"), (found["id"], found["kind"]))
        self.assertIn(answer.body["operation"], [row["id"] for row in self.bridge.get("operations")["rows"]])
        done = self.finish(answer.body["operation"])
        self.assertEqual(("done", 3), (done["state"], done["result"]["banned"]))

    def test_an_operation_is_cancelled(self):
        addresses = [f"198.51.100.{n}" for n in range(101, 121)]
        answer = self.bridge.request("POST", "bans", {"addresses": addresses, "jails": ["sshd"], "wait": 0})
        self.assertEqual(200, self.bridge.request("DELETE", f"operations/{answer.body['operation']}").status)
        self.assertEqual("cancelled", self.finish(answer.body["operation"])["state"])


class Refused(unittest.TestCase):
    """The bridge as a user whom polkit lets do less."""

    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(jails=JAILS, polkit=True))
        store = cls.stack.folder / "nobody"
        store.mkdir(mode=0o700)
        program = cls.stack.folder / "as-nobody"
        program.write_text(f"#!/bin/sh\nchown {NOBODY} {store}\nchmod 666 \"$NOTIFY_SOCKET\"\n"
                           f"exec setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups "
                           f"{build_folder()}/client/rest/bangui-rest \"$@\"\n")
        program.chmod(0o755)
        cls.bridge = cls.stack.bridge(program=program, store_folder=store, listen="127.0.0.1:0")
        cls.bridge.set_up(PASSWORD)

    def test_polkit_decides(self):
        self.assertEqual(200, self.bridge.request("GET", "dashboard/status").status)
        answer = self.bridge.request("POST", "bans", {"addresses": ["192.0.2.1"], "jails": ["sshd"]})
        self.assertEqual(403, answer.status, answer.body)
        self.assertIn(answer.body["error_code"], ("NotAuthorized", "InteractionRequired"))
        self.assertEqual(403, self.bridge.request("GET", "server/log/follow").status)
        self.assertEqual(403, self.bridge.request("GET", "history/backup").status)
        self.assertEqual({"answer": "challenge"}, self.bridge.post("can-do", {"action": "ban", "details": {}}))


class Away(Shared):
    def offline(self):
        """503 at once, and when to come again."""
        began = time.monotonic()
        answer = self.bridge.request("GET", "dashboard/status")
        self.assertLess(time.monotonic() - began, 2)
        self.assertEqual((503, "DaemonOffline"), (answer.status, answer.body["error_code"]))
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        return True

    def back(self):
        self.stack.wait_until(lambda: self.bridge.request("GET", "dashboard/status").status == 200, "the daemon")

    def test_fail2ban_offline(self):
        self.stack.stop_fail2ban()
        self.refused(502, "Fail2banOffline", "POST", "server/probe")
        self.refused(502, "Fail2banOffline", "POST", "bans", {"addresses": ["192.0.2.1"], "jails": ["sshd"]})
        self.assertEqual(False, self.bridge.get("dashboard/status")["online"])
        self.stack.start_fail2ban()
        self.bridge.post("server/probe")
        self.assertEqual(True, self.bridge.get("server")["online"])

    def test_the_daemon_restarts(self):
        self.bridge.get("dashboard/status")
        self.stack.stop_daemon()
        self.stack.wait_until(lambda: self.bridge.request("GET", "dashboard/status").status == 503, "the end")
        self.offline()
        self.refused(503, "DaemonOffline", "POST", "server/probe", {})
        self.refused(503, "DaemonOffline", "GET", "history/export")
        self.stack.start_daemon()
        self.back()

    def test_the_daemon_dies_in_a_call(self):
        answers = []
        path = "jobs/archive-retention/run"
        thread = threading.Thread(target=lambda: answers.append(self.bridge.request("POST", path)))
        self.stack.daemon.popen.send_signal(signal.SIGSTOP)
        thread.start()
        time.sleep(0.5)
        self.stack.stop_daemon(signal.SIGKILL, expect=-signal.SIGKILL)
        thread.join()
        self.assertEqual((503, "DaemonOffline"), (answers[0].status, answers[0].body["error_code"]))
        self.stack.start_daemon()
        self.back()

    def test_the_end_in_a_call(self):
        bridge = self.stack.bridge()
        bridge.cookie = ""
        bridge.set_up(PASSWORD)
        self.stack.daemon.popen.send_signal(signal.SIGSTOP)
        try:
            for method, path in (("GET", "jails"), ("GET", "history/export"), ("GET", "server/log/follow"),
                                 ("POST", "server/probe")):
                connection = bridge.connection()
                connection.request(method, f"/api/v1/{path}", headers={"Cookie": bridge.cookie, "X-BanGUI": "1"})
            self.assertEqual(200, bridge.request("GET", "auth/session").status)
            bridge.stop()
        finally:
            self.stack.daemon.popen.send_signal(signal.SIGCONT)

    def test_the_bus_goes(self):
        self.stack.stop_daemon()
        self.stack.stop_bus()
        self.stack.wait_until(lambda: self.bridge.request("GET", "dashboard/status").status == 503, "the end")
        self.offline()
        (self.stack.folder / "bus/socket").unlink(missing_ok=True)
        self.stack.start_bus()
        self.stack.start_daemon()
        self.back()


if __name__ == "__main__":
    tap.main()
