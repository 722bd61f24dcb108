# SPDX-License-Identifier: LGPL-2.1-or-later
"""The bridge under attack: requests that two servers would read in two ways, bombs, forged origins, small scopes."""

import contextlib
import json
import re
import socket
import subprocess
import unittest

import tap
from rest_case import Case, is_sanitized, read_to_end, resident, status_of, talk
from stack import WAIT, build_folder

PASSWORD = "correct horse battery staple"
BODY = b'{"password":"x"}'
POST = b"POST /api/v1/setup/strength HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
GET = b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"10\r\n" + BODY + b"\r\n0\r\n\r\n"
CLOSE = b"Connection: close\r\n\r\n"


class Framing(Case):
    """Where a request ends: what is doubtful is refused, and nothing behind it is read as a request."""

    settings = {"request-limit": "0"}

    def refuses(self, data):
        answer = talk(self.bridge, data + GET + CLOSE)
        self.assertEqual(1, len(re.findall(rb"HTTP/1\.[01] \d", answer)), answer)
        self.assertEqual(400, int(answer.split(b" ", 2)[1]), answer)

    def test_lengths(self):
        for head in (b"Content-Length: 16\r\nContent-Length: 0\r\n", b"Content-Length: 0\r\nContent-Length: 16\r\n",
                     b"Content-Length: 16\r\nContent-Length: 16\r\n", b"Content-Length: 16\r\n" + CHUNKED,
                     CHUNKED + b"Content-Length: 16\r\n"):
            with self.subTest(head):
                self.refuses(POST + head + b"\r\n" + BODY)

    def test_what_libsoup_must_not_see(self):
        """Of these it would answer the error, and lose the memory of the path."""
        for head in (b"Content-Length: 16, 16\r\n", b"Content-Length: +16\r\n", b"Content-Length: 0x10\r\n",
                     b"content-length:16x\r\n", b"Content-Length:\r\n 16\r\n", b"Content-Length: 16\r\n x\r\n",
                     b"Content-Length: -1\r\n", b"Content-Length: 16" + b" " * 90 + b"x\r\n",
                     b"Transfer-Encoding: gzip, chunked\r\n", b"TRANSFER-ENCODING: xchunked\r\n",
                     b"Transfer-Encoding:\x0bchunked\r\n", b"Transfer-Encoding: chunked,\r\n",
                     b"Transfer-Encoding:\n identity\r\n", b"Transfer-Encoding: identity\n"):
            for before in (b"", GET + b"\r\n"):
                with self.subTest(head, before=before):
                    data = before + POST + head + b"\r\n" + CHUNKS + GET + CLOSE
                    for answer in (talk(self.bridge, data), self.in_pieces(data)):
                        self.assertLessEqual(answer.count(b" 200 OK"), 1 if before else 0)

    def in_pieces(self, data):
        with socket.create_connection((self.bridge.host, self.bridge.port), timeout=WAIT) as peer:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with contextlib.suppress(OSError):
                for at in range(0, len(data), 40):
                    peer.sendall(data[at:at + 40])
            return read_to_end(peer)

    def test_a_length_beyond_all_lengths_is_not_waited_for_in_memory(self):
        """libsoup takes it for minus one, and that for no limit."""
        before = resident(self.bridge)
        for length in (b"99999999999999999999999", b"18446744073709551615"):
            with socket.create_connection((self.bridge.host, self.bridge.port), timeout=WAIT) as peer:
                peer.sendall(POST + b"Content-Length: " + length + b"\r\n\r\n")
                with contextlib.suppress(OSError):
                    for _ in range(64):
                        peer.sendall(b" " * (1 << 20))
                if not is_sanitized():  # whose allocator keeps what is freed
                    self.assertLess(resident(self.bridge) - before, 4096, length)
        self.assertEqual(200, self.bridge.raw("/api/v1/health").status)

    def test_codings(self):
        for head in (CHUNKED + CHUNKED, b"Transfer\0-Encoding: chunked\r\n"):
            with self.subTest(head):
                self.refuses(POST + head + b"\r\n" + CHUNKS)
        self.refuses(POST.replace(b"1.1", b"1.0") + CHUNKED + b"\r\n" + CHUNKS)

    def test_folded_headers_are_one_header(self):
        folded = b"Content-Length: 16\r\nX: y\r\n Transfer-Encoding: chunked\r\n"
        answer = talk(self.bridge, POST + folded + CLOSE + BODY)
        self.assertEqual(200, status_of(answer))

    def test_trailers_are_no_headers(self):
        answer = talk(self.bridge, POST + CHUNKED + b"\r\n" + CHUNKS[:-2] + b"Host: evil.example\r\n\r\n" + GET + CLOSE)
        self.assertEqual(2, answer.count(b"HTTP/1.1 200 "))

    def test_versions(self):
        for version in (b"2.0", b"1.9", b"1.99999999999", b"0.9"):
            answer = talk(self.bridge, GET.replace(b"1.1", version) + CLOSE)
            self.assertNotIn(b" 200 ", answer, version)

    def test_methods(self):
        for method in (b"TRACE", b"PATCH", b"get", b"PROPFIND", b"G" * 5000):
            answer = talk(self.bridge, GET.replace(b"GET", method, 1) + b"X-HTTP-Method-Override: GET\r\n" + CLOSE)
            self.assertEqual(405, status_of(answer), method)
        for target in (b"/api/v1/health", b"evil.example:443", b"localhost:443"):
            answer = talk(self.bridge, b"CONNECT " + target + b" HTTP/1.1\r\nHost: localhost\r\n" + CLOSE)
            self.assertIn(status_of(answer), (400, 405), target)


class Targets(Case):
    settings = {"request-limit": "0"}

    def status(self, target):
        return status_of(talk(self.bridge, b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\n" + CLOSE))

    def test_strange_ones(self):
        for target in (b"ftp://localhost/api/v1/health", b"file:///etc/passwd", b"localhost:80", b"//evil.example/",
                       b"api/v1/health", b"?x", b"*", b"/%", b"/%zz", b"/api/v1/health%00", b"/api/v1/%c0%afhealth",
                       b"/\xff\xfe", b"/api%252fv1/health", b"/api/v1//health", b"/api/v1/health;x=1",
                       b"/api/v1/health/", b"/API/v1/health", b"http://localhost:99999/api/v1/health"):
            with self.subTest(target):
                self.assertIn(self.status(target), (400, 404))

    def test_the_host_header_counts(self):
        answer = talk(self.bridge, b"GET http://localhost/api/v1/health HTTP/1.1\r\nHost: evil.example\r\n" + CLOSE)
        self.assertIn(status_of(answer), (400, 421))

    def test_hosts(self):
        for host in ("", "localhost:80:80", "localhost:abc", "a@localhost", "localhost@evil.example", "[::1",
                     "[::1]evil", "::1", "localhost/", "localhost#", "localhost?x", "localhost..", "127.1", "0x7f.1",
                     "2130706433", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]", "localhost ,evil.example",
                     "127.0.0.1.nip.io", "x.localhost", "\x1b[31mevil"):
            with self.subTest(host):
                answer = talk(self.bridge, f"GET /api/v1/health HTTP/1.1\r\nHost: {host}\r\n".encode() + CLOSE)
                self.assertIn(status_of(answer), (400, 421))
                self.assertNotIn(b"\x1b", answer)

    def test_paths_that_take_long_to_match(self):
        for path in (b"/jails/a" + b"/actions/" * 6000, b"/jails/a" + b"/actions/a" * 6000 + b"/"):
            self.assertIn(self.status(b"/api/v1" + path), (401, 404, 409))

    def test_ten_thousand_parameters(self):
        for query in (b"a=1&" * 10000, b"&".join(b"p%d=1" % n for n in range(9000)), b"&" * 50000, b"=" * 50000):
            self.assertIn(self.status(b"/api/v1/health?" + query), (200, 400, 431, None))
        self.assertEqual(200, self.status(b"/api/v1/health"))

    def test_ranges_cut_nothing(self):
        """Each range of a list would be a copy."""
        before = resident(self.bridge)
        for ranges in ("0-3", "99999999-", ",".join(["0-"] * 5000), ",".join(f"{n}-{n}" for n in range(0, 6000, 2))):
            answer = self.bridge.raw("/api/v1/openapi.json", headers={"Range": f"bytes={ranges}"})
            self.assertEqual(200, answer.status)
            self.assertNotIn("Content-Range", answer.headers)
            json.loads(answer.body)
        if not is_sanitized():
            self.assertLess(resident(self.bridge) - before, 4096)


class Forwarded(Case):
    """What a trusted proxy says of its client, as far as it can have said it."""

    settings = {"trusted-proxies": "127.0.0.0/8, 2001:db8:ffff::/48", "request-limit": "0", "login-limit": "0"}

    def address(self, *lists):
        """The address that the session of a login gets."""
        with contextlib.suppress(AssertionError):
            self.bridge.set_up(PASSWORD)
        with socket.create_connection((self.bridge.host, self.bridge.port), timeout=WAIT) as peer:
            body = json.dumps({"password": PASSWORD}).encode()
            peer.sendall(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                         + b"".join(f"X-Forwarded-For: {each}\r\n".encode() for each in lists)
                         + b"Content-Length: %d\r\n" % len(body) + CLOSE + body)
            answer = read_to_end(peer)
        cookie = re.search(rb"Set-Cookie: ([^;]+)", answer)[1].decode()
        headers = {"Cookie": self.bridge.cookie}
        rows = json.loads(self.bridge.raw("/api/v1/auth/sessions", headers=headers).body)["rows"]
        return max(rows, key=lambda row: row["id"])["address"] if cookie else None

    def test_what_is_believed(self):
        for expected, *lists in (("192.0.2.1", "192.0.2.1"), ("192.0.2.1", "198.51.100.9", "192.0.2.1"),
                                 ("192.0.2.1", "198.51.100.9, 192.0.2.1, 127.0.0.9"),
                                 ("192.0.2.1", "::ffff:192.0.2.1"), ("2001:db8::1", "2001:DB8:0:0::1"),
                                 ("192.0.2.1", "127.0.0.1,,192.0.2.1"), ("127.0.0.9", "evil, 127.0.0.9"),
                                 ("2001:db8:ffff::1", "x\x1b[31m, 2001:db8:ffff::1"), ("127.0.0.1", "unknown"),
                                 ("127.0.0.1", "192.0.2.1:4711"), ("127.0.0.1", "[2001:db8::1]:80"), ("127.0.0.1", ""),
                                 ("127.0.0.1", "192.0.2.1, "), ("127.0.0.1", "0x7f.1"), ("127.0.0.1",)):
            with self.subTest(lists):
                self.assertEqual(expected, self.address(*lists))


class Keyed(Case):
    settings = {"request-limit": "0", "request-limit-signed-in": "0", "login-limit": "0"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bridge.set_up(PASSWORD)
        cls.tokens = {scope: cls.bridge.post("auth/tokens", {"name": scope, "scope": scope, "days": 1})["token"]
                      for scope in ("read", "ban", "admin")}


class Scopes(Keyed):
    def test_scope_of_every_route(self):
        order = ["none", "read", "ban", "admin"]
        program = build_folder() / "client/rest/list-routes"
        routes = json.loads(subprocess.run([program], capture_output=True, check=True, timeout=WAIT).stdout)
        self.assertGreater(len(routes), 100)
        for route in routes:
            path = "/api/v1" + re.sub("{[^}]*}", "1", route["path"])
            for scope, token in [("none", None), *self.tokens.items()]:
                if route["path"] == "/events" and scope != "none":
                    continue  # which never ends
                with self.subTest(route=route["method"] + " " + route["path"], scope=scope):
                    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token
                                                                      else {})
                    body = None if route["method"] == "GET" else b"{}"
                    status = self.bridge.raw(path, route["method"], body, headers).status
                    if order.index(scope) >= order.index(route["scope"]):
                        self.assertNotIn(status, (401, 403))
                    else:
                        self.assertEqual(403 if token else 401, status)


class SignedIn(Keyed):
    def session(self, **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.bridge.raw("/api/v1/auth/session", headers=sent).status

    def test_cookies(self):
        name, _, secret = self.bridge.cookie.partition("=")
        for good in (f"a=b; {name}={secret}", f"{name}={secret}; {name}=x", f"{name}x=y;{name}={secret}"):
            self.assertEqual(200, self.session(Cookie=good), good)
        for bad in (f"__Host-{name}={secret}", f"__Secure-{name}={secret}", f'{name}="{secret}"', f"x{name}={secret}",
                    f"{name.upper()}={secret}", f"{name}= {secret}", f"{name}={secret}x", f"{name}=", f"{name}",
                    f"{name}={secret[:-1]}", f"a={name}={secret}", f"{name}={'x' * 30000}", "=;=;;"):
            self.assertEqual(401, self.session(Cookie=bad), bad)
        self.assertEqual(431, self.session(Cookie=f"{name}={'x' * 40000}"))

    def test_authorizations(self):
        token = self.tokens["read"]
        for good in (f"Bearer {token}", f"bearer {token}", f"BEARER   {token}"):
            self.assertEqual(200, self.session(Authorization=good), good)
        for bad in (f"Bearer{token}", f"Basic {token}", f"Bearer {token} x", f'Bearer "{token}"', "Bearer", "Bearer ",
                    f"Bearer {token}x", f"Token {token}", f"Bearer {self.bridge.cookie.partition('=')[2]}"):
            self.assertEqual(401, self.session(Authorization=bad), bad)
        # a bad token is not made good by a cookie beside it
        self.assertEqual(401, self.session(Authorization="Bearer x", Cookie=self.bridge.cookie))
        self.assertEqual(401, self.session(Cookie=f"bangui={token}"), "a token is no session")

    def test_strangers_learn_no_more_than_that(self):
        """No version, path or host name for who is not signed in, whatever he asks."""
        telling = (b"0.1.0", b"/var/", b"/tmp/", b"/usr/", b".c:", b"sqlite", b"libsoup", socket.gethostname().encode())
        asked = [("GET", "/api/v1/health", None), ("GET", "/health/live", None), ("GET", "/health/ready", None),
                 ("GET", "/metrics", None), ("GET", "/", None), ("GET", "/api/v1/bans", None),
                 ("POST", "/api/v1/setup", b'{"password":"correct horse battery"}'), ("GET", "/api/v1/setup", None),
                 ("POST", "/api/v1/auth/login", b'{"password":"wrong"}'), ("POST", "/api/v1/auth/login", b"{"),
                 ("POST", "/api/v1/auth/logout", b""), ("POST", "/api/v1/bans", b"{}"), ("GET", "/../etc/passwd", None)]
        for method, path, body in asked:
            answer = self.bridge.raw(path, method, body, {"Content-Type": "application/json"})
            text = answer.body + str(answer.headers).encode()
            for word in telling:
                self.assertNotIn(word, text, path)

    def test_the_log_is_written_by_us_alone(self):
        mark = "\x1b[31mmark"
        for name in ("X-Correlation-ID", "User-Agent", "X-Forwarded-For", "Origin", "Referer"):
            self.bridge.raw("/api/v1/auth/login", "POST", b'{"password":"wrong\\nmark"}',
                            {"Content-Type": "application/json", name: mark})
        output = self.bridge.process.output()
        self.assertNotIn("\x1b", output)
        self.assertNotIn("mark", output)

    def test_agents_are_cleaned(self):
        with socket.create_connection((self.bridge.host, self.bridge.port), timeout=WAIT) as peer:
            body = json.dumps({"password": PASSWORD}).encode()
            peer.sendall(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                         b"User-Agent: a\xff\x1b\x07b" + b"c" * 9000 + b"\r\nContent-Length: %d\r\n" % len(body)
                         + CLOSE + body)
            self.assertEqual(200, status_of(read_to_end(peer)))
        rows = self.bridge.get("auth/sessions")["rows"]
        agent = next(row["agent"] for row in rows if row["agent"].startswith("a"))
        self.assertLess(len(agent), 1000)
        self.assertTrue(agent.isprintable(), agent)

    def test_bodies_that_are_no_json(self):
        for body in (b'"\\ud800"', b'"\\u0000"', b"1e999", b"-0", b"9223372036854775808", b"[1,]", b"null", b"[]", b"",
                     b'{"jails":["a"],"jails":["b"]}', b'\xef\xbb\xbf{}', b"[" * 9000, b'{"a":' * 9000, b"{'a':1}",
                     b'{"a":"\x01"}', b'{"a":"\xff"}', b'{"a":NaN}', b"// x\n{}", b"{}\0", b"{} {}", b"01", b"1.",
                     b".5", b'{"addresses":"' + b"x" * 500000 + b'"}', b'{"addresses":[' + b'"x",' * 100000 + b'"x"]}',
                     b"{" + b",".join(b'"m%d":0' % n for n in range(50000)) + b"}"):
            with self.subTest(body[:40]):
                answer = self.bridge.raw("/api/v1/bans", "POST", body, {
                    "Authorization": f"Bearer {self.tokens['ban']}", "Content-Type": "application/json"})
                self.assertIn(answer.status, (400, 413))
                self.assertLess(len(answer.body), 2000)
                json.loads(answer.body)

    def test_cross_site_ways(self):
        own = f"http://127.0.0.1:{self.bridge.port}"
        sent = {"Cookie": self.bridge.cookie, "X-BanGUI": "1", "Content-Type": "application/json"}
        for more in ({"Origin": "null"}, {"Origin": ""}, {"Origin": "http://127.0.0.1:1"}, {"Origin": own + "0"},
                     {"Origin": own.replace("http", "https") + "@evil.example"}, {"Origin": own + "."},
                     {"Origin": f"http://localhost:{self.bridge.port}"}, {"Origin": own + "/"}, {"Origin": own + " x"},
                     {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "x"},
                     {"Origin": own, "Sec-Fetch-Site": "cross-site"}, {"X-BanGUI": None}):
            with self.subTest(more):
                headers = {name: value for name, value in (sent | more).items() if value is not None}
                self.refused(403, "CrossSite", self.bridge.raw("/api/v1/bans", "POST", b"{}", headers))
        for kind in ("text/plain", "text/plain; application/json", "application/x-www-form-urlencoded",
                     "application/jsonp", "multipart/form-data; boundary=application/json"):
            answer = self.bridge.raw("/api/v1/bans", "POST", b"{}", sent | {"Content-Type": kind})
            self.refused(415, "UnsupportedMediaType", answer)
        answer = self.bridge.raw("/api/v1/health", headers={"Origin": "https://evil.example"})
        self.assertFalse([name for name in answer.headers if name.startswith("Access-Control")])

    def test_head_of_what_streams(self):
        for path in ("events", "bans/active/dump", "history/export", "server/log/follow"):
            head = f"HEAD /api/v1/{path} HTTP/1.1\r\nHost: localhost\r\nCookie: {self.bridge.cookie}\r\n\r\n"
            answer = talk(self.bridge, head.encode() + GET + CLOSE)
            self.assertEqual(2, answer.count(b"HTTP/1.1 "), path)
            self.assertTrue(answer.endswith(b"}"), path)
        self.stack.wait_until(lambda: self.bridge.get("health")["bridge"]["listeners"] == 0, "no listener")

    def test_streams_by_the_hundred_that_nobody_reads(self):
        with contextlib.ExitStack() as peers:
            statuses = []
            for _ in range(120):
                peer = peers.enter_context(socket.create_connection((self.bridge.host, self.bridge.port), timeout=WAIT))
                peer.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nCookie: {self.bridge.cookie}\r\n\r\n"
                             .encode())
                statuses.append(status_of(peer.recv(65536)))
            self.assertGreaterEqual(statuses.count(200), 30)
            self.assertLessEqual(set(statuses), {200, 503, None})
        self.stack.wait_until(lambda: self.bridge.get("health")["bridge"]["listeners"] == 0, "the listeners' leave")

    def test_uploads_that_break_off(self):
        for _ in range(20):
            with socket.create_connection((self.bridge.host, self.bridge.port), timeout=WAIT) as peer:
                peer.sendall(f"POST /api/v1/history/import HTTP/1.1\r\nHost: localhost\r\nCookie: {self.bridge.cookie}"
                             "\r\nX-BanGUI: 1\r\nContent-Length: 1000000\r\n\r\n".encode() + b"x" * 200000)
        self.assertEqual(200, self.bridge.raw("/api/v1/health").status)


class Ends(Case):
    settings = {"request-limit": "0", "login-limit": "0"}

    def test_in_the_middle_of_all_that(self):
        self.bridge.set_up(PASSWORD)
        head = f"Host: localhost\r\nCookie: {self.bridge.cookie}\r\nX-BanGUI: 1\r\n".encode()
        login = b'{"password":"wrong"}'
        with contextlib.ExitStack() as peers:
            for data in 4 * (b"GET /api/v1/events HTTP/1.1\r\n" + head + b"\r\n",
                             b"POST /api/v1/history/import HTTP/1.1\r\n" + head + CHUNKED + b"\r\n1000\r\nabc",
                             b"POST /api/v1/auth/login HTTP/1.1\r\n" + head + b"Content-Type: application/json\r\n"
                             + b"Content-Length: %d\r\n\r\n" % len(login) + login,
                             b"GET /api/v1/openapi.json HTTP/1.1\r\n" + head + b"\r\n", b"GET /api/v1",
                             (GET + b"\r\n") * 50):
                peer = peers.enter_context(socket.create_connection((self.bridge.host, self.bridge.port), timeout=WAIT))
                peer.sendall(data)
            self.bridge.stop()  # its status is that of a sanitizer that found something


if __name__ == "__main__":
    tap.main()
