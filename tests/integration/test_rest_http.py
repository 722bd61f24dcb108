# SPDX-License-Identifier: LGPL-2.1-or-later
"""The HTTP server of the bridge: who may talk to it, how much, how slowly, and what it answers beside the API."""

import json
import socket
import unittest

import tap
from rest_case import Case, is_sanitized, read_to_end, resident, status_of, talk
from stack import WAIT

PASSWORD = "correct horse battery staple"
SECURITY = ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options",
            "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Permissions-Policy")


class Answers(Case):
    def test_security_headers_are_on_every_answer(self):
        ways = {"answer": self.bridge.raw("/api/v1/health"), "no route": self.bridge.raw("/api/v1/nothing"),
                "no page": self.bridge.raw("/"), "wrong host": self.bridge.raw("/", headers={"Host": "evil.example"}),
                "no body": self.bridge.raw("/api/v1/health", body=b"{}"), "options": self.bridge.raw("/", "OPTIONS")}
        for what, answer in ways.items():
            with self.subTest(what):
                for name in SECURITY:
                    self.assertIn(name, answer.headers)
                self.assertNotIn("Server", answer.headers)
        policy = ways["answer"].headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)

    def test_even_nonsense_gets_them(self):
        answer = talk(self.bridge, b"GET / HTTP/1.1\r\nbroken\r\n\r\n")
        self.assertEqual(400, status_of(answer))
        self.assertIn(b"Content-Security-Policy: ", answer)
        self.assertNotIn(b"\nServer:", answer)

    def test_errors_are_objects(self):
        answer = self.bridge.raw("/api/v1/nothing")
        self.refused(404, "NotFound", answer)
        self.assertEqual({"error_code", "message", "details", "correlation_id"}, set(json.loads(answer.body)))
        self.assertEqual("application/json", answer.headers["Content-Type"])
        self.assertEqual("no-store", answer.headers["Cache-Control"])

    def test_correlation_id_comes_back(self):
        answer = self.bridge.raw("/api/v1/nothing", headers={"X-Correlation-ID": "my-id-4711"})
        self.assertEqual("my-id-4711", answer.headers["X-Correlation-ID"])
        self.assertEqual("my-id-4711", json.loads(answer.body)["correlation_id"])

    def test_bad_correlation_id_is_replaced(self):
        for bad in ("x", "a" * 65, "<script>", "two words"):
            answer = self.bridge.raw("/api/v1/nothing", headers={"X-Correlation-ID": bad})
            self.assertRegex(answer.headers["X-Correlation-ID"], "^[0-9a-f]{16}$")

    def test_head_is_a_get_without_body(self):
        got, head = self.bridge.raw("/api/v1/health"), self.bridge.raw("/api/v1/health", "HEAD")
        self.assertEqual((got.status, b""), (head.status, head.body))
        self.assertEqual(got.headers["Content-Length"], head.headers["Content-Length"])

    def test_method_not_allowed_says_what_is(self):
        answer = self.bridge.raw("/api/v1/setup", "DELETE")
        self.refused(405, "MethodNotAllowed", answer)
        self.assertEqual("GET, POST", answer.headers["Allow"])

    def test_options_says_what_is_allowed(self):
        answer = self.bridge.raw("/api/v1/setup", "OPTIONS")
        self.assertEqual(204, answer.status)
        self.assertEqual({"GET", "HEAD", "POST", "OPTIONS"}, set(answer.headers["Allow"].split(", ")))
        self.assertEqual(204, self.bridge.raw("*", "OPTIONS").status)

    def test_paths_that_are_no_text_are_refused(self):
        for path in ("/%ff", "/api/v1/%00", "/a%c3"):
            self.refused(400, "BadRequest", self.bridge.raw(path))

    def test_connection_is_kept(self):
        connection = self.bridge.connection()
        sockets = set()
        for _ in range(3):
            self.bridge.raw("/api/v1/health", connection=connection)
            sockets.add(connection.sock.fileno())
        self.assertEqual(1, len(sockets))
        connection.close()

    def test_requests_may_come_at_once(self):
        one = b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n"
        answer = talk(self.bridge, (one + b"\r\n") * 4 + one + b"Connection: close\r\n\r\n")
        self.assertEqual(5, answer.count(b"HTTP/1.1 200 OK"))

    def test_http_1_0_without_host(self):
        answer = talk(self.bridge, b"GET /api/v1/health HTTP/1.0\r\n\r\n")
        self.assertIn(b" 200 ", answer.splitlines()[0])

    def test_http_1_0_on_the_unix_socket(self):
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(self.bridge.socket)
            peer.sendall(b"GET /api/v1/health HTTP/1.0\r\n\r\n")
            self.assertIn(b" 200 ", read_to_end(peer).splitlines()[0])


class Hosts(Case):
    settings = {"hosts": "bans.example"}

    def test_own_names(self):
        for host in ("localhost", "localhost:99", "127.0.0.1", "127.1.2.3:80", "[::1]:8470", "bans.example",
                     "BANS.example:443", "localhost."):
            with self.subTest(host):
                self.assertEqual(200, self.bridge.raw("/api/v1/health", headers={"Host": host}).status)

    def test_foreign_names(self):
        for host in ("evil.example", "127.0.0.1.evil.example", "192.0.2.1", "bans.example.evil.example",
                     "evil.example:8470", "[2001:db8::1]", "localhost@evil.example"):
            with self.subTest(host):
                answer = self.bridge.raw("/api/v1/health", headers={"Host": host})
                self.assertIn(answer.status, (400, 421))
        self.refused(421, "WrongHost", self.bridge.raw("/api/v1/health", headers={"Host": "evil.example"}))

    def test_two_names(self):
        answer = talk(self.bridge, b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n"
                                   b"Connection: close\r\n\r\n")
        self.assertIn(status_of(answer), (400, 421))

    def test_the_page_is_guarded_too(self):
        self.refused(421, "WrongHost", self.bridge.raw("/", headers={"Host": "evil.example"}))


class Sites(Case):
    settings = {"cors-origins": "https://panel.example", "login-limit": "0"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bridge.set_up(PASSWORD)
        cls.own = f"http://127.0.0.1:{cls.bridge.port}"

    def strength(self, **headers):
        """A change as far as the guard knows, that changes nothing."""
        sent = {"Cookie": self.bridge.cookie, "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.bridge.raw("/api/v1/setup/strength", "POST", b'{"password": "x"}', sent)

    def test_cookie_needs_our_header(self):
        self.refused(403, "CrossSite", self.strength())
        self.assertEqual(200, self.strength(X_BanGUI="1").status)

    def test_origin_has_to_be_ours(self):
        for origin in ("http://evil.example", "null", f"http://127.0.0.1:{self.bridge.port + 1}", self.own + ".evil"):
            self.refused(403, "CrossSite", self.strength(X_BanGUI="1", Origin=origin))
        self.assertEqual(200, self.strength(X_BanGUI="1", Origin=self.own).status)

    def test_browser_says_where_it_comes_from(self):
        for site in ("cross-site", "same-site"):
            self.refused(403, "CrossSite", self.strength(X_BanGUI="1", Sec_Fetch_Site=site))
        for site in ("same-origin", "none"):
            self.assertEqual(200, self.strength(X_BanGUI="1", Sec_Fetch_Site=site).status)

    def test_login_is_guarded_without_a_cookie(self):
        body = json.dumps({"password": PASSWORD}).encode()
        answer = self.bridge.raw("/api/v1/auth/login", "POST", body,
                                 {"Content-Type": "application/json", "Origin": "https://evil.example"})
        self.refused(403, "CrossSite", answer)

    def test_token_needs_none_of_it(self):
        token = self.bridge.post("auth/tokens", {"name": "t", "scope": "read", "days": 1})["token"]
        answer = self.bridge.raw("/api/v1/setup/strength", "POST", b'{"password": "x"}',
                                 {"Authorization": f"Bearer {token}", "Content-Type": "application/json",
                                  "Origin": "https://elsewhere.example"})
        self.assertEqual(200, answer.status)

    def test_stale_cookie_does_not_bar_the_login(self):
        body = json.dumps({"password": PASSWORD}).encode()
        name = self.bridge.cookie.partition("=")[0]
        answer = self.bridge.raw("/api/v1/auth/login", "POST", body,
                                 {"Content-Type": "application/json", "X-BanGUI": "1", "Cookie": f"{name}={'0' * 43}"})
        self.assertEqual(200, answer.status)

    def test_preflight(self):
        ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-bangui"}
        good = self.bridge.raw("/api/v1/bans", "OPTIONS", headers=ask | {"Origin": "https://panel.example"})
        self.assertEqual((204, "https://panel.example"), (good.status, good.headers["Access-Control-Allow-Origin"]))
        self.assertIn("X-BanGUI", good.headers["Access-Control-Allow-Headers"])
        bad = self.bridge.raw("/api/v1/bans", "OPTIONS", headers=ask | {"Origin": "https://evil.example"})
        self.assertNotIn("Access-Control-Allow-Origin", bad.headers)
        self.assertNotIn("Access-Control-Allow-Methods", bad.headers)

    def test_listed_origin_may_read_and_change(self):
        answer = self.strength(X_BanGUI="1", Origin="https://panel.example", Sec_Fetch_Site="cross-site")
        self.assertEqual((200, "https://panel.example"),
                         (answer.status, answer.headers["Access-Control-Allow-Origin"]))
        self.assertIn("Origin", answer.headers.get_all("Vary"))


class Sizes(Case):
    settings = {"body-max": "4096", "upload-max": "1000000", "login-limit": "0", "request-limit": "0"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bridge.set_up(PASSWORD)

    def post(self, body, **headers):
        return self.bridge.raw("/api/v1/setup/strength", "POST", body,
                               {"Content-Type": "application/json", "X-BanGUI": "1"} | headers)

    def test_body_of_the_limit_is_taken(self):
        body = json.dumps({"password": "x" * 500, "more": ""}).encode()
        self.assertNotEqual(413, self.post(body + b" " * (4096 - len(body))).status)

    def test_longer_body_by_its_length(self):
        self.refused(413, "TooLarge", self.post(b" " * 4097))

    def test_longer_body_by_count(self):
        self.refused(413, "TooLarge", self.post(iter([b" " * 1000] * 5)))

    def test_get_takes_no_body(self):
        self.refused(413, "TooLarge", self.bridge.raw("/api/v1/health", "GET", b"{}"))

    def test_body_has_to_be_json(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            self.refused(415, "UnsupportedMediaType", self.post(b"{}", **{"Content-Type": kind}))
        good = self.post(b'{"password":"x"}', **{"Content-Type": "application/json; charset=utf-8"})
        self.assertEqual(200, good.status)

    def test_length_said_twice(self):
        answer = talk(self.bridge, b"POST /api/v1/setup/strength HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
                                   b"Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n0\r\n\r\n",
                      end=True)
        self.assertEqual(400, status_of(answer))

    def test_expectation_is_refused_before_the_body(self):
        with socket.create_connection((self.bridge.host, self.bridge.port), timeout=WAIT) as peer:
            peer.sendall(b"POST /api/v1/setup/strength HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n"
                         b"Content-Type: application/json\r\nExpect: 100-continue\r\n\r\n")
            self.assertEqual(413, status_of(peer.recv(65536)))

    def test_refused_upload_costs_no_memory(self):
        self.bridge.get("setup")
        before = resident(self.bridge)
        for kind in ("length", "chunks"):
            body = b"\0" * (100 << 20) if kind == "length" else iter([b"\0" * (1 << 20)] * 100)
            answer = self.bridge.request("POST", "history/import", body if kind == "length" else None) \
                if kind == "length" else self.bridge.raw("/api/v1/history/import", "POST", body,
                                                         {"Cookie": self.bridge.cookie, "X-BanGUI": "1"})
            self.assertEqual(413, answer.status, kind)
        if not is_sanitized():  # whose allocator keeps what is freed
            self.assertLess(resident(self.bridge) - before, 1024)

    def test_upload_of_a_stranger_is_refused_by_its_headers(self):
        with socket.create_connection((self.bridge.host, self.bridge.port), timeout=WAIT) as peer:
            peer.sendall(b"POST /api/v1/history/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999\r\n"
                         b"Expect: 100-continue\r\n\r\n")
            self.assertEqual(401, status_of(peer.recv(65536)))

    def test_too_many_headers(self):
        self.refused(431, "HeadersTooLarge", self.bridge.raw("/", headers={f"X-{n}": "" for n in range(101)}))

    def test_too_large_headers(self):
        self.refused(431, "HeadersTooLarge", self.bridge.raw("/", headers={"X-Large": "x" * 33000}))

    def test_headers_without_end(self):
        before = resident(self.bridge)
        with socket.create_connection((self.bridge.host, self.bridge.port), timeout=WAIT) as peer:
            peer.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: ")
            with self.assertRaises(OSError):
                for _ in range(64):
                    peer.sendall(b"x" * (1 << 20))
        if not is_sanitized():
            self.assertLess(resident(self.bridge) - before, 1024)
        self.assertEqual(200, self.bridge.raw("/api/v1/health").status)


if __name__ == "__main__":
    tap.main()
