# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may use the bridge: set-up, login, sessions, tokens, limits, and what happens to their database."""

import contextlib
import http.client
import json
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import threading
import time
import unittest
import urllib.parse

import tap
from stack import NOBODY, WAIT, Stack, StackError, is_root

PASSWORD = "correct horse battery staple"
OTHER = "quite another long password"
DAY = 24 * 60 * 60
COOKIE = "bangui"


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body
        self.json = json.loads(body) if body and headers.get_content_type() == "application/json" else None

    @property
    def error(self):
        return self.status, self.json["error_code"]


class Caller:
    """A browser without a window: keeps cookies, sends what the page sends. `source`: the address it calls from."""

    def __init__(self, url, source="127.0.0.1", headers=None, token=None):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port, self.path = parts.hostname, parts.port, parts.path
        self.source = source
        self.headers = {"X-BanGUI": "1", "User-Agent": "Caller", **(headers or {})}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"
        self.cookies = {}

    def send(self, method, path, body=None, **headers):
        """The connection, with the answer's head read."""
        given = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.cookies:
            given["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            given["Content-Type"] = "application/json"
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection = http.client.HTTPConnection(self.host, self.port, timeout=WAIT, source_address=(self.source, 0))
        connection.request(method, f"{self.path}api/v1/{path}", body,
                           {name: value for name, value in given.items() if value is not None})
        response = connection.getresponse()
        for text in response.headers.get_all("Set-Cookie", []):
            self._keep(text)
        return connection, response

    def _keep(self, text):
        name, _, value = text.partition(";")[0].partition("=")
        if "Max-Age=0" in text:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    def ask(self, method, path, body=None, **headers):
        connection, response = self.send(method, path, body, **headers)
        with contextlib.closing(connection):
            return Answer(response.status, response.headers, response.read())

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, body, **headers):
        return self.ask("POST", path, body, **headers)

    def delete(self, path, **headers):
        return self.ask("DELETE", path, **headers)

    def login(self, password=PASSWORD):
        return self.post("auth/login", {"password": password})


class Shared(unittest.TestCase):
    maxDiff = None

    def start(self, setup=True, **settings):
        self.stack = self.enterContext(Stack(fail2ban=False, daemon=False))
        self.bridge = self.stack.bridge(**settings)
        if setup:
            self.assertEqual(201, self.caller().post("setup", {"password": PASSWORD}).status)

    def caller(self, *arguments, **keywords):
        return Caller(self.bridge.url, *arguments, **keywords)

    def signed_in(self, **keywords):
        caller = self.caller(**keywords)
        self.assertEqual(200, caller.login().status)
        return caller

    def token(self, scope="admin", **more):
        answer = self.signed_in().post("auth/tokens", {"name": "script", "scope": scope, "days": 1, **more})
        self.assertEqual(201, answer.status)
        return answer.json["token"]

    def database(self):
        path = self.bridge.store / "rest.db"
        return self.enterContext(contextlib.closing(sqlite3.connect(path, isolation_level=None)))

    def output(self):
        return self.bridge.process.output()

    def assert_signed_in(self, caller, expected=True):
        self.assertEqual(200 if expected else 401, caller.get("auth/session").status)


class SetUp(Shared):
    def test_once(self):
        self.start(setup=False)
        caller = self.caller()
        self.assertEqual({"done": False, "allowed": True}, caller.get("setup").json)
        self.assertEqual((409, "SetupNeeded"), caller.get("auth/session").error)
        self.assertEqual((409, "SetupNeeded"), caller.login().error)
        for wrong in ("1234567", "x" * 1025):
            self.assertEqual((400, "BadRequest"), caller.post("setup", {"password": wrong}).error)
        before = time.time()
        answer = caller.post("setup", {"password": PASSWORD})
        self.assertEqual((201, "session", "admin"), (answer.status, answer.json["kind"], answer.json["scope"]))
        self.assertAlmostEqual(before + 7 * DAY, answer.json["expires_at"], delta=5)
        self.assert_signed_in(caller)
        self.assertEqual({"done": True, "allowed": False}, caller.get("setup").json)
        for who in (caller, self.caller()):
            self.assertEqual((409, "SetupDone"), who.post("setup", {"password": OTHER}).error)
        self.assertEqual((401, "WrongPassword"), caller.login(OTHER).error)
        answer = self.caller().get("auth/session")
        self.assertEqual(((401, "NotSignedIn"), "Bearer"), (answer.error, answer.headers["WWW-Authenticate"]))

    def test_race_has_one_winner(self):
        self.start(setup=False)
        answers = {}
        passwords = [f"the password number {i}" for i in range(16)]
        threads = [threading.Thread(target=lambda word=word: answers.__setitem__(
            word, self.caller().post("setup", {"password": word}).status)) for word in passwords]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([201] + [409] * 15, sorted(answers.values()))
        for number, (word, status) in enumerate(answers.items()):
            source = f"127.0.1.{number + 1}"
            self.assertEqual(200 if status == 201 else 401, self.caller(source).login(word).status)

    def test_from_here_only(self):
        self.start(setup=False, trusted_proxies="127.0.0.9")
        body = {"password": PASSWORD}
        far = {"X-Forwarded-For": "203.0.113.5"}
        for source in ("127.0.0.9", "127.0.0.1"):  # a proxy that is trusted, and one that nobody told us of
            caller = self.caller(source, far)
            self.assertEqual({"done": False, "allowed": False}, caller.get("setup").json)
            self.assertEqual((403, "SetupForbidden"), caller.post("setup", body).error)
        self.assertEqual((403, "CrossSite"), self.caller().post("setup", body, Origin="https://evil.example").error)
        self.assertEqual(201, self.caller().post("setup", body).status)

    def test_from_the_socket(self):
        self.start(setup=False)
        connection = http.client.HTTPConnection("localhost")
        connection.sock = self.enterContext(socket.socket(socket.AF_UNIX))
        connection.sock.connect(self.bridge.socket)
        connection.request("POST", "/api/v1/setup", json.dumps({"password": PASSWORD}),
                           {"Content-Type": "application/json"})
        self.assertEqual(201, connection.getresponse().status)
        self.assertEqual("unix", self.signed_in().get("auth/sessions").json["rows"][-1]["address"])

    def test_from_anywhere(self):
        self.start(setup=False, setup_anywhere="true", trusted_proxies="127.0.0.1")
        caller = self.caller(headers={"X-Forwarded-For": "203.0.113.5"})
        self.assertEqual({"done": False, "allowed": True}, caller.get("setup").json)
        self.assertEqual(201, caller.post("setup", {"password": PASSWORD}).status)

    def test_strength(self):
        self.start(setup=False)
        answer = self.caller().post("setup/strength", {"password": "password"})
        self.assertEqual((200, 0, ["longer", "common", "variety"]),
                         (answer.status, answer.json["score"], answer.json["advice"]))
        self.assertEqual({"score": 4, "advice": []}, self.caller().post("setup/strength", {"password": PASSWORD}).json)

    def test_lengths(self):
        self.start(setup=False)
        longest = "ü" * 512
        self.assertEqual(201, self.caller().post("setup", {"password": longest}).status)
        self.assertEqual(200, self.caller().login(longest).status)
        self.assertEqual(401, self.caller().login(longest[:-1] + "ÿ").status)

    def test_bodies_that_are_wrong(self):
        self.start(setup=False)
        for body in (b"", b"{", b"[]", b'"x"', b"null", b"{}", b'{"password": 8}', b'{"password": null}',
                     b'{"password": "12345678", "more": 1}', b'{"password": "1234\\u00005678"}',
                     b'{"password": "12345678", "password": "12345678"}', b'{"password": "1234567\xff"}',
                     b'{"password": ' + b"[" * 5000 + b"]" * 5000 + b"}"):
            for path in ("setup", "setup/strength", "auth/login"):
                self.assertEqual(400, self.caller().post(path, body).status, (path, body[:60]))
        body = json.dumps({"password": "x" * 20000}).encode()
        self.assertEqual((413, "TooLarge"), self.caller().post("setup", body).error)
        self.assertFalse(self.caller().get("setup").json["done"])


class Cookies(Shared):
    def header(self, **headers):
        answer = self.caller().post("auth/login", {"password": PASSWORD}, **headers)
        self.assertEqual(200, answer.status)
        return answer.headers["Set-Cookie"]

    def test_plain(self):
        self.start(session_days=3)
        self.assertRegex(self.header(), r"^bangui=[\w-]{43}; Path=/; Max-Age=259200; HttpOnly; SameSite=Strict$")

    def test_on_tls(self):
        self.start(trusted_proxies="127.0.0.1")
        self.assertRegex(self.header(X_Forwarded_Proto="https", X_Forwarded_For="192.0.2.1"),
                         r"^__Host-bangui=[\w-]{43}; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict; Secure$")

        # a cookie that came without TLS may be of anybody
        plain = self.signed_in()
        self.assert_signed_in(plain)
        plain.headers["X-Forwarded-Proto"] = "https"
        self.assertEqual(401, plain.get("auth/session").status)

    def test_below_a_path(self):
        self.start(base_path="/bangui/", trusted_proxies="127.0.0.1")
        self.assertIn("; Path=/bangui/; ", self.header())
        self.assertRegex(self.header(X_Forwarded_Proto="https"), r"^__Secure-bangui=.*; Path=/bangui/; .*; Secure$")

    def test_other_sites(self):
        self.start()
        caller = self.signed_in()
        body = {"name": "script", "scope": "read", "days": 1}
        self.assertEqual((403, "CrossSite"), caller.post("auth/tokens", body, X_BanGUI=None).error)
        self.assertEqual((403, "CrossSite"), caller.post("auth/tokens", body, Origin="https://evil.example").error)
        self.assertEqual((403, "CrossSite"), caller.post("auth/logout", {}, Sec_Fetch_Site="cross-site").error)
        self.assert_signed_in(caller)
        self.assertEqual(201, caller.post("auth/tokens", body, Origin=self.bridge.url.rstrip("/")).status)
        token = self.caller(token=self.token())
        self.assertEqual(201, token.post("auth/tokens", body, X_BanGUI=None).status)

    def test_renewed_while_used(self):
        self.start()
        caller = self.signed_in()
        self.assertNotIn("Set-Cookie", caller.get("auth/session").headers)
        self.bridge.stop()
        ago = int(time.time()) - 2 * 60 * 60
        self.database().execute("UPDATE credential SET seen_at = ?, expires_at = ?", (ago, ago + 7 * DAY))
        self.bridge.start()
        answer = self.caller_of(caller).get("auth/session")
        self.assertIn(f"bangui={caller.cookies[COOKIE]}; ", answer.headers["Set-Cookie"])
        self.assertAlmostEqual(time.time() + 7 * DAY, answer.json["expires_at"], delta=5)
        row = self.database().execute("SELECT seen_at, expires_at FROM credential ORDER BY id DESC").fetchone()
        self.assertAlmostEqual(time.time(), row[0], delta=5)
        self.assertEqual(row[0] + 7 * DAY, row[1])

    def caller_of(self, caller):
        """The same browser, at where the bridge is now."""
        again = self.caller()
        again.cookies = dict(caller.cookies)
        return again

    def test_over_after_its_time(self):
        self.start()
        caller = self.signed_in()
        self.bridge.stop()
        self.database().execute("UPDATE credential SET expires_at = ?", (int(time.time()) - 1,))
        self.bridge.start()
        again = self.caller_of(caller)
        self.assertEqual((401, "NotSignedIn"), again.get("auth/session").error)
        # what is open stays open to who comes with the old cookie
        self.assertEqual(200, again.get("setup").status)
        self.assertEqual(200, again.login().status)
        self.assert_signed_in(again)


class Limits(Shared):
    def test_five_in_a_minute(self):
        self.start()
        caller = self.caller("127.0.0.2")
        for left in (4, 3, 2, 1, 0):
            answer = caller.login(OTHER)
            self.assertEqual((401, "WrongPassword"), answer.error)
            self.assertEqual({"tries_left": left}, answer.json["details"])
        start = time.monotonic()
        answer = caller.login()  # the right one does not help now
        self.assertLess(time.monotonic() - start, 5)
        self.assertEqual((429, "TooManyRequests"), answer.error)
        wait = int(answer.headers["Retry-After"])
        self.assertTrue(50 <= wait <= 60, wait)
        self.assertEqual({"retry_after": wait}, answer.json["details"])
        self.signed_in(source="127.0.0.3")
        self.assertIn("a wrong password, asked from 127.0.0.2", self.output())
        for secret in (PASSWORD, OTHER):
            self.assertNotIn(secret, self.output())

    def test_a_network_counts_once(self):
        self.start(trusted_proxies="127.0.0.1", login_limit=2)

        def login(address, password):
            return self.caller(headers={"X-Forwarded-For": address}).login(password).status

        self.assertEqual([401, 401, 429], [login(f"2001:db8::{i}", OTHER) for i in (1, 2, 3)])
        self.assertEqual(200, login("2001:db8:0:1::1", PASSWORD))
        self.assertEqual(429, login("2001:db8::4", PASSWORD))
        # what a client says itself is not believed
        self.assertEqual(429, login("192.0.2.77, 2001:db8::5", PASSWORD))

    def test_success_gives_all_tries_back(self):
        self.start()
        caller = self.caller("127.0.0.2")
        for _ in range(3):
            for _ in range(4):
                self.assertEqual(401, caller.login(OTHER).status)
            self.assertEqual(200, caller.login().status)

    def test_a_flood_is_alone(self):
        self.start()
        statuses = []

        def flood():
            for _ in range(20):
                statuses.append(self.caller("127.0.0.2").login(OTHER).status)

        threads = [threading.Thread(target=flood) for _ in range(8)]
        for thread in threads:
            thread.start()
        for number in range(5):
            self.signed_in(source=f"127.0.0.{10 + number}")
        for thread in threads:
            thread.join()
        self.assertEqual(5, statuses.count(401))
        self.assertEqual(155, statuses.count(429))

    def test_ended_while_passwords_wait(self):
        self.start()
        answers = []

        def login(source):
            with contextlib.suppress(OSError, http.client.HTTPException):
                answers.append(self.caller(source).login().status)

        threads = [threading.Thread(target=login, args=(f"127.0.0.{number}",)) for number in range(10, 34)]
        for thread in threads:
            thread.start()
        self.stack.wait_until(lambda: answers, "the first answer")
        self.bridge.stop()
        for thread in threads:
            thread.join()
        self.assertEqual({200}, set(answers))
        self.bridge.start()
        self.signed_in()

    def test_no_limit(self):
        self.start(login_limit=0)
        for _ in range(12):
            answer = self.caller().login(OTHER)
            self.assertEqual(((401, "WrongPassword"), {}), (answer.error, answer.json["details"]))

    def test_guessing_the_current_password(self):
        self.start(login_limit=3)
        caller = self.signed_in(source="127.0.0.2")
        for left in (2, 1, 0):
            answer = caller.post("auth/password", {"current": "not this one", "password": OTHER})
            self.assertEqual(((401, "WrongPassword"), {"tries_left": left}), (answer.error, answer.json["details"]))
        self.assertEqual(429, caller.post("auth/password", {"current": PASSWORD, "password": OTHER}).status)
        self.assert_signed_in(caller)


class Sessions(Shared):
    def test_listed_and_ended(self):
        self.start()
        one, two, three = (self.signed_in(headers={"User-Agent": name}) for name in ("One", "Two", "Three\xff"))
        rows = one.get("auth/sessions").json["rows"]
        self.assertEqual({"One", "Two", "Three\ufffd", "Caller"}, {row["agent"] for row in rows})
        self.assertEqual({"id", "current", "scope", "created_at", "last_seen_at", "expires_at", "address", "agent"},
                         set(rows[0]))
        self.assertEqual(["One"], [row["agent"] for row in rows if row["current"]])
        ids = {row["agent"]: row["id"] for row in rows}

        self.assertEqual({"ended": 1}, one.delete(f"auth/sessions/{ids['Two']}").json)
        self.assert_signed_in(two, False)
        for wrong in (ids["Two"], 0, -1, 99999999999999999999, "x"):
            self.assertEqual((404, "NotFound"), one.delete(f"auth/sessions/{wrong}").error)

        self.assertEqual({"ended": 2}, one.delete("auth/sessions?others=true").json)
        self.assert_signed_in(three, False)
        self.assert_signed_in(one)
        self.assertEqual(400, one.delete("auth/sessions?others=yes").status)
        two = self.signed_in()
        self.assertEqual({"ended": 2}, one.delete("auth/sessions").json)
        self.assertEqual({}, one.cookies)
        self.assert_signed_in(two, False)

    def test_logout(self):
        self.start()
        caller = self.signed_in()
        cookies = dict(caller.cookies)
        self.assertEqual({"ended": 1}, caller.post("auth/logout", {}).json)
        self.assertEqual({}, caller.cookies)
        caller.cookies = cookies
        self.assert_signed_in(caller, False)
        self.assertEqual({"ended": 0}, caller.post("auth/logout", {}).json)

    def test_signing_in_again_ends_the_old_session(self):
        self.start()
        caller = self.signed_in()
        old = self.caller()
        old.cookies = dict(caller.cookies)
        caller.login()
        self.assert_signed_in(caller)
        self.assert_signed_in(old, False)

    def test_streams_end_with_their_session(self):
        self.start()
        caller, other = self.signed_in(), self.signed_in()
        connection, response = caller.send("GET", "events")
        self.addCleanup(connection.close)
        self.assertEqual(200, response.status)
        self.assertTrue(response.readline())
        self.assertEqual(200, other.delete("auth/sessions?others=true").status)
        start = time.monotonic()
        with contextlib.suppress(http.client.IncompleteRead):
            while response.readline():
                pass
        self.assertLess(time.monotonic() - start, 2)

    def test_password_changed(self):
        self.start()
        caller, other = self.signed_in(), self.signed_in()
        token = self.caller(token=self.token())
        count = len(caller.get("auth/sessions").json["rows"])
        wrong = caller.post("auth/password", {"current": PASSWORD, "password": "short"})
        self.assertEqual((400, "BadRequest"), wrong.error)
        answer = caller.post("auth/password", {"current": PASSWORD, "password": OTHER})
        self.assertEqual((200, {"ended": count - 1}), (answer.status, answer.json))
        self.assert_signed_in(caller)
        self.assert_signed_in(other, False)
        self.assert_signed_in(token)
        self.assertEqual((401, 200), (self.caller().login().status, self.caller().login(OTHER).status))

    def test_password_set_by_the_command_line(self):
        self.start()
        caller = self.signed_in()
        config = self.bridge.folder / f"{self.bridge.name}.conf"
        words = [self.bridge.program, f"--config={config}", f"--store-folder={self.bridge.store}", "--set-password"]
        subprocess.run(words, input=OTHER + "\n", text=True, check=True, timeout=WAIT)
        self.assertEqual((401, 200), (self.caller("127.0.0.5").login().status, self.caller().login(OTHER).status))
        deadline = time.monotonic() + 15
        while caller.get("auth/session").status == 200 and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assert_signed_in(caller, False)


class Tokens(Shared):
    def test_scopes(self):
        self.start()
        body = {"name": "x", "scope": "read", "days": 0}
        for scope, status in (("read", 403), ("ban", 403), ("admin", 201)):
            caller = self.caller(token=self.token(scope))
            session = caller.get("auth/session").json
            self.assertEqual(("token", scope), (session["kind"], session["scope"]))
            answer = caller.post("auth/tokens", body)
            self.assertEqual(status, answer.status)
            if status == 403:
                self.assertEqual("ScopeTooSmall", answer.json["error_code"])
        # a change that the scope covers gets as far as the daemon, which is not there
        self.assertEqual((503, "DaemonOffline"), self.caller(token=self.token("ban")).post(
            "bans", {"addresses": ["192.0.2.1"], "jails": ["sshd"]}).error)
        self.assertEqual((403, "ScopeTooSmall"), self.caller(token=self.token("read")).post(
            "bans", {"addresses": ["192.0.2.1"], "jails": ["sshd"]}).error)

    def test_listed_used_and_ended(self):
        self.start()
        caller = self.signed_in()
        before = int(time.time())
        answer = caller.post("auth/tokens", {"name": "Prometheus ü", "scope": "read", "days": 30})
        token = answer.json
        self.assertRegex(token["token"], r"^bgt_[\w-]{43}$")
        self.assertEqual(("Prometheus ü", "read", 0), (token["name"], token["scope"], token["last_used_at"]))
        self.assertAlmostEqual(before + 30 * DAY, token["expires_at"], delta=5)
        self.assertEqual(200, self.caller(token=token["token"]).get("auth/session").status)
        answer = caller.get("auth/tokens")
        self.assertNotIn(token["token"].encode(), answer.body)
        row, = answer.json["rows"]
        self.assertAlmostEqual(time.time(), row["last_used_at"], delta=5)
        del token["token"]
        self.assertEqual(token | {"last_used_at": row["last_used_at"], "address": "127.0.0.1"}, row)
        self.assertEqual(404, caller.delete(f"auth/sessions/{row['id']}").status)
        self.assertEqual({"ended": 1}, caller.delete(f"auth/tokens/{row['id']}").json)
        self.assertEqual((404, "NotFound"), caller.delete(f"auth/tokens/{row['id']}").error)
        self.assertEqual([], caller.get("auth/tokens").json["rows"])

    def test_what_is_no_token(self):
        self.start()
        good = self.token()
        for wrong in (good[:-1], good + "x", good.removeprefix("bgt_"), "", "x" * 5000, good.upper()):
            self.assertEqual((401, "NotSignedIn"), self.caller(token=wrong).get("auth/session").error)
        caller = self.signed_in()
        self.assertEqual(401, self.caller(token=caller.cookies[COOKIE]).get("auth/session").status)
        thief = self.caller()
        thief.cookies = {COOKIE: good}
        self.assert_signed_in(thief, False)
        # a proxy's own password does not hide the cookie
        caller.headers["Authorization"] = "Basic dXNlcjpwYXNz"
        self.assert_signed_in(caller)

    def test_what_a_token_may_be(self):
        self.start()
        caller = self.signed_in()
        good = {"name": "x", "scope": "read", "days": 0}
        for wrong in ({"name": ""}, {"name": "x" * 65}, {"name": "a\nb"}, {"name": 1}, {"scope": "root"},
                      {"scope": "none"}, {"days": -1}, {"days": 3651}, {"days": "1"}, {"days": 1.5}, {"more": 1}):
            answer = caller.post("auth/tokens", good | wrong)
            self.assertEqual((400, "BadRequest"), answer.error, wrong)
            self.assertIn(next(iter(wrong)), answer.json["message"])
        self.assertEqual(0, caller.post("auth/tokens", good).json["expires_at"])


class Database(Shared):
    def test_restart_keeps_all(self):
        self.start()
        caller, token = self.signed_in(), self.token()
        self.bridge.stop()
        self.bridge.start()
        again = self.caller()
        again.cookies = caller.cookies
        self.assert_signed_in(again)
        self.assert_signed_in(self.caller(token=token))
        self.assertTrue(self.caller().get("setup").json["done"])
        self.assertEqual(0o600, stat.S_IMODE((self.bridge.store / "rest.db").stat().st_mode))

    def test_killed_in_the_middle_of_writes(self):
        self.start(request_limit_signed_in=0)
        good, ended = [], []
        for _ in range(4):
            self._write_until_killed(good, ended)
            self.bridge.start()
            for token in good[-50:]:
                self.assert_signed_in(self.caller(token=token))
            for token in ended[-50:]:
                self.assert_signed_in(self.caller(token=token), False)
        self.assertGreater(len(good), 0)
        self.assertGreater(len(ended), 0)

    def _write_until_killed(self, good, ended):
        """Tokens that an answer said are made, and those that one said are ended."""
        caller = self.signed_in()
        killer = threading.Timer(0.3, self.bridge.process.popen.kill)
        killer.start()
        with contextlib.suppress(OSError, http.client.HTTPException):
            while True:
                for _ in range(2):
                    answer = caller.post("auth/tokens", {"name": "x", "scope": "read", "days": 1})
                    if answer.status != 201:
                        return
                    good.append(answer.json["token"])
                # nothing is known of one whose end was asked for and not answered
                token = good.pop()
                caller.delete(f"auth/tokens/{answer.json['id']}")
                ended.append(token)
        killer.join()
        self.assertEqual(-signal.SIGKILL, self.bridge.process.popen.wait(WAIT))
        self.bridge.process = None

    def test_locked(self):
        self.start()
        caller = self.signed_in()
        database = self.database()
        database.execute("BEGIN IMMEDIATE")
        self.assert_signed_in(caller)
        answer = caller.post("auth/tokens", {"name": "x", "scope": "read", "days": 1})
        self.assertEqual((503, "StoreUnavailable"), answer.error)
        self.assertIn("is locked by another program", answer.json["message"])
        self.assertIn("Retry-After", answer.headers)
        self.assertNotIn(str(self.bridge.store), answer.json["message"])
        self.assertEqual(503, caller.post("auth/logout", {}).status)
        self.assert_signed_in(caller)
        database.execute("COMMIT")
        self.assertEqual({"ended": 1}, caller.post("auth/logout", {}).json)

    def refuses_to_start(self, *words):
        with self.assertRaises(StackError):
            self.bridge.start()
        self.assertEqual(1, self.bridge.process.popen.wait(WAIT))
        output = self.output().splitlines()[-1]
        self.bridge.process = None
        for word in words:
            self.assertIn(word, output)

    def test_newer(self):
        self.start()
        self.bridge.stop()
        self.database().execute("PRAGMA user_version = 2")
        self.refuses_to_start("rest.db", "is of version 2, this program knows 1")

    def test_damaged(self):
        self.start()
        self.bridge.stop()
        path = self.bridge.store / "rest.db"
        path.write_bytes(path.read_bytes()[:4096] + os.urandom(8192))
        self.refuses_to_start("rest.db", "is damaged; put a backup in its place")
        path.write_bytes(b"no database at all\n" * 100)
        self.refuses_to_start("rest.db", "is damaged")

    def test_not_ours_to_write(self):
        self.start()
        self.bridge.stop()
        path = self.bridge.store / "rest.db"
        path.chmod(0o400)
        if is_root():  # who may write anything
            script = self.stack.folder / "as-nobody"
            script.write_text(f"#!/bin/sh\nexec setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups "
                              f'{self.bridge.program} "$@"\n')
            script.chmod(0o755)
            self.bridge.program = script
            self.bridge.store.chmod(0o711)
        self.refuses_to_start("rest.db", "Permission denied")


if __name__ == "__main__":
    tap.main()
