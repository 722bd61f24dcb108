# SPDX-License-Identifier: LGPL-2.1-or-later
"""The HTTP server of the bridge: connections and their clocks, limits, proxies, the page's files, sockets and TLS."""

import contextlib
import gzip
import http.client
import json
import os
import pathlib
import signal
import socket
import ssl
import stat
import subprocess
import time
import unittest
import unittest.mock

import tap
from rest_case import Case, read_to_end, status_of, talk
from stack import WAIT, Stack, StackError, build_folder

PASSWORD = "correct horse battery staple"
INDEX = '<!doctype html><html><head><base href="/"><title>BanGUI</title></head></html>'
SCRIPT = "console.log('ban');\n" * 200
LARGE = 12 << 20
HEAD = b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n"


def connect(bridge, data=b""):
    peer = socket.create_connection((bridge.host, bridge.port), timeout=WAIT)
    if data:
        peer.sendall(data)
    return peer


def one_answer(peer):
    """Reads one answer to its end; its status."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = peer.recv(65536)
        if not piece:
            return None
        answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += peer.recv(65536)
    return status_of(answer)


def seconds_until_closed(peer):
    begin = time.monotonic()
    read_to_end(peer)
    peer.close()
    return time.monotonic() - begin


def alive(peer):
    """Whether the other side still holds the connection."""
    peer.setblocking(False)
    try:
        return peer.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
    finally:
        peer.settimeout(WAIT)


class Clocks(Case):
    settings = {"header-timeout": "1", "body-timeout": "2", "idle-timeout": "3", "body-max": "100000"}

    def test_silence_from_the_start(self):
        self.assertLess(seconds_until_closed(connect(self.bridge)), 4)

    def test_headers_that_never_end(self):
        self.assertLess(seconds_until_closed(connect(self.bridge, HEAD)), 4)

    def test_headers_that_come_byte_by_byte(self):
        with connect(self.bridge, HEAD + b"X-Slow: ") as peer:
            begin = time.monotonic()
            with self.assertRaises(OSError):
                while time.monotonic() - begin < WAIT:
                    peer.sendall(b"x")
                    time.sleep(0.1)
            self.assertLess(time.monotonic() - begin, 5)

    def test_body_that_never_ends(self):
        head = HEAD.replace(b"GET /api/v1/health", b"POST /api/v1/setup/strength")
        head += b"Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
        with connect(self.bridge, head) as peer:
            begin = time.monotonic()
            with self.assertRaises(OSError):
                while time.monotonic() - begin < WAIT:
                    peer.sendall(b" ")
                    time.sleep(0.1)
            self.assertLess(time.monotonic() - begin, 6)

    def test_body_that_stops_gets_an_answer(self):
        head = HEAD.replace(b"GET /api/v1/health", b"POST /api/v1/setup/strength")
        with connect(self.bridge, head + b"Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{") as peer:
            begin = time.monotonic()
            answer = read_to_end(peer)
            self.assertLess(time.monotonic() - begin, 6)
        self.assertEqual(408, status_of(answer))
        self.assertEqual("RequestTimeout", json.loads(answer.partition(b"\r\n\r\n")[2])["error_code"])

    def test_idle_between_requests(self):
        with connect(self.bridge, HEAD + b"\r\n") as peer:
            self.assertEqual(200, one_answer(peer))
            time.sleep(1.5)  # longer than headers may take: the clock is the idle one
            peer.sendall(HEAD + b"\r\n")
            self.assertEqual(200, one_answer(peer))
            self.assertLess(seconds_until_closed(peer), 6)

    def test_slow_ones_do_not_hold_up_the_others(self):
        slow = [connect(self.bridge, HEAD[:n % len(HEAD)]) for n in range(200)]
        begin = time.monotonic()
        for _ in range(20):
            self.assertEqual(200, self.bridge.raw("/api/v1/health").status)
        self.assertLess(time.monotonic() - begin, 5)
        for peer in slow:
            peer.close()


class Readers(Case):
    """Of an answer that is larger than what the kernel takes at once."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(daemon=False, fail2ban=False)
        cls.enterClassContext(cls.stack)
        web = cls.stack.folder / "web"
        web.mkdir()
        (web / "index.html").write_text(INDEX)
        (web / "large.bin").write_bytes(bytes(LARGE))
        cls.bridge = cls.stack.bridge(web_folder=web, body_timeout=1, idle_timeout=1)

    def ask(self):
        peer = socket.socket()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.settimeout(WAIT)
        peer.connect((self.bridge.host, self.bridge.port))
        peer.sendall(b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return peer

    def test_slow_one_that_goes_on_gets_everything(self):
        with self.ask() as peer:
            count, begin = 0, time.monotonic()
            while time.monotonic() - begin < 5:
                count += len(peer.recv(16384))
                time.sleep(0.05)
            self.assertLess(count, LARGE // 2, "nothing was slow")
            self.assertGreater(count + len(read_to_end(peer)), LARGE)

    def test_one_that_takes_nothing_is_cut(self):
        with self.ask() as peer:
            time.sleep(8)
            self.assertLess(len(read_to_end(peer)), LARGE)


class Crowds(Case):
    settings = {"connections-max": "8", "connections-per-address": "6", "request-limit": "0", "idle-timeout": "600",
                "header-timeout": "600"}

    def test_new_one_takes_the_place_of_the_idlest(self):
        idle = []
        for _ in range(6):
            idle.append(connect(self.bridge, HEAD + b"\r\n"))
            self.assertEqual(200, one_answer(idle[-1]))
            time.sleep(0.01)
        with connect(self.bridge, HEAD + b"Connection: close\r\n\r\n") as late:
            self.assertEqual(200, status_of(read_to_end(late)))
        self.assertEqual(b"", read_to_end(idle[0]))
        self.assertTrue(all(alive(peer) for peer in idle[1:]))
        for peer in idle:
            peer.close()

    def test_no_room_is_a_503(self):
        head = HEAD.replace(b"GET /api/v1/health", b"POST /api/v1/setup/strength")
        busy = [connect(self.bridge, head + b"Content-Type: application/json\r\nContent-Length: 9\r\n\r\n")
                for _ in range(6)]
        time.sleep(0.5)  # their headers have been read: none is idle
        answer = read_to_end(connect(self.bridge))
        self.assertEqual(503, status_of(answer))
        self.assertIn(b"\r\nRetry-After: 5\r\n", answer)
        self.assertEqual("Overloaded", json.loads(answer.partition(b"\r\n\r\n")[2])["error_code"])
        for peer in busy:
            peer.sendall(b'{"a":"b"}')
            self.assertEqual(400, one_answer(peer))
            peer.close()

    def test_sockets_of_a_proxy_share_the_whole(self):
        """A Unix socket has no address to count by."""
        peers = []
        for _ in range(8):
            peers.append(socket.socket(socket.AF_UNIX))
            peers[-1].connect(self.bridge.socket)
            peers[-1].sendall(HEAD + b"\r\n")
            self.assertEqual(200, one_answer(peers[-1]))
        self.assertTrue(all(alive(peer) for peer in peers))
        for peer in peers:
            peer.close()

    def test_two_hundred_come_and_go(self):
        for _ in range(200):
            connect(self.bridge).close()
        self.assertEqual(200, self.bridge.raw("/api/v1/health").status)


class Rates(Case):
    settings = {"request-limit": "5", "request-limit-signed-in": "20", "trusted-proxies": "127.0.0.0/8",
                "setup-anywhere": "true", "login-limit": "0"}

    def get(self, address, path="/api/v1/health", **headers):
        return self.bridge.raw(path, headers={"X-Forwarded-For": address, **headers})

    def use_up(self, address):
        for _ in range(5):
            self.assertEqual(200, self.get(address).status)
        answer = self.get(address)
        self.refused(429, "TooManyRequests", answer)
        self.assertTrue(0 < int(answer.headers["Retry-After"]) <= 60)
        self.assertEqual(int(answer.headers["Retry-After"]), json.loads(answer.body)["details"]["retry_after"])

    def test_flood_locks_out_nobody_else(self):
        self.use_up("192.0.2.1")
        self.assertEqual(200, self.get("192.0.2.2").status)

    def test_ipv6_counts_by_network(self):
        self.use_up("2001:db8:1::1")
        self.assertEqual(429, self.get("2001:db8:1::abcd").status)
        self.assertEqual(200, self.get("2001:db8:2::1").status)

    def test_leftmost_address_may_be_made_up(self):
        self.use_up("192.0.2.3")
        self.assertEqual(429, self.get("198.51.100.9, 192.0.2.3").status)
        self.assertEqual(429, self.get("192.0.2.3, 127.0.0.5").status)

    def test_files_of_the_page_are_not_counted(self):
        self.use_up("192.0.2.4")
        self.assertEqual(404, self.get("192.0.2.4", "/").status)

    def test_signed_in_has_a_limit_of_its_own(self):
        with contextlib.suppress(AssertionError):
            self.bridge.set_up(PASSWORD)
        codes = [self.get("192.0.2.5", "/api/v1/auth/session", Cookie=self.bridge.cookie).status for _ in range(25)]
        self.assertEqual([200] * 20, codes[:20])
        self.assertIn(429, codes)
        self.assertEqual(200, self.get("192.0.2.5").status)

    def test_bad_credentials_are_counted(self):
        codes = [self.get("192.0.2.6", "/api/v1/auth/session", Authorization="Bearer nonsense").status
                 for _ in range(6)]
        self.assertEqual([401] * 5 + [429], codes)

    def test_proxy_says_that_it_was_tls(self):
        answer = self.get("192.0.2.7", **{"X-Forwarded-Proto": "https"})
        self.assertIn("Strict-Transport-Security", answer.headers)
        self.assertNotIn("Strict-Transport-Security", self.get("192.0.2.7").headers)


class NoProxies(Case):
    settings = {"request-limit": "5"}

    def test_stranger_is_not_believed(self):
        codes = [self.bridge.raw("/api/v1/health", headers={"X-Forwarded-For": f"192.0.2.{n}",
                                                            "X-Forwarded-Proto": "https"}) for n in range(6)]
        self.assertEqual([200] * 5 + [429], [answer.status for answer in codes])
        self.assertNotIn("Strict-Transport-Security", codes[0].headers)


class Page(Case):
    base = "/"

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(daemon=False, fail2ban=False)
        cls.enterClassContext(cls.stack)
        web = cls.stack.folder / "web"
        (web / "assets").mkdir(parents=True)
        (web / "index.html").write_text(INDEX)
        (web / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
        (web / "assets/main-4711.js").write_text(SCRIPT)
        (web / "assets/main-4711.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
        (web / "assets/style-12.css").write_text("body { color: red }\n" * 100)
        (cls.stack.folder / "secret.txt").write_text("secret")
        (web / "linked.txt").symlink_to(cls.stack.folder / "secret.txt")
        (web / "outside").symlink_to(cls.stack.folder)
        os.mkfifo(web / "pipe.txt")
        cls.bridge = cls.stack.bridge(web_folder=web, base_path=cls.base)

    def get(self, path, **headers):
        return self.bridge.raw(self.base + path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def test_index(self):
        answer = self.get("")
        self.assertEqual((200, "text/html; charset=utf-8", "no-cache"),
                         (answer.status, answer.headers["Content-Type"], answer.headers["Cache-Control"]))
        self.assertEqual(INDEX.replace('href="/"', f'href="{self.base}"').encode(), answer.body)

    def test_deep_links_are_the_index(self):
        index = self.get("").body
        for path in ("bans", "address/192.0.2.1", "address/2001:db8::%2F32", "jails/a.b", "index.html"):
            self.assertEqual((200, index), (self.get(path)[0], self.get(path)[2]))
        self.assertEqual(404, self.get("missing.js").status)
        self.assertEqual(404, self.get("assets/missing-1.css").status)

    def test_hashed_files_are_for_ever(self):
        answer = self.get("assets/main-4711.js")
        self.assertEqual((200, SCRIPT.encode()), (answer.status, answer.body))
        self.assertEqual(("text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
                         (answer.headers["Content-Type"], answer.headers["Cache-Control"]))

    def test_compressed(self):
        for path in ("assets/main-4711.js", "assets/style-12.css"):  # one has its .gz, one is compressed at the start
            answer = self.get(path, Accept_Encoding="br, gzip")
            self.assertEqual(("gzip", "Accept-Encoding"), (answer.headers["Content-Encoding"], answer.headers["Vary"]))
            self.assertEqual(self.get(path).body, gzip.decompress(answer.body))
            self.assertNotIn("Content-Encoding", self.get(path, Accept_Encoding="gzip;q=0, br").headers)

    def test_unchanged_is_304(self):
        for path in ("", "assets/main-4711.js"):
            etag = self.get(path).headers["ETag"]
            for sent in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
                answer = self.get(path, If_None_Match=sent)
                self.assertEqual((304, b"", etag), (answer.status, answer.body, answer.headers["ETag"]))
                self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
            self.assertEqual(200, self.get(path, If_None_Match='"other"').status)

    def test_nothing_leads_out(self):
        for path in ("../secret.txt", "assets/../../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "linked.txt",
                     "outside/secret.txt", "pipe.txt", "/etc/hostname", "assets/%2e%2e/%2e%2e/secret.txt"):
            answer = talk(self.bridge, f"GET {self.base}{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                          .encode())
            self.assertNotIn(b"secret\r\n", answer)
            self.assertFalse(answer.endswith(b"secret"), path)
            self.assertTrue(status_of(answer) in (400, 404) or answer.endswith(b"</html>"), (path, answer[:60]))

    def test_only_read(self):
        answer = self.bridge.raw(self.base, "POST")
        self.refused(405, "MethodNotAllowed", answer)
        self.assertEqual("GET, HEAD", answer.headers["Allow"])
        self.assertEqual((200, b""), self.bridge.raw(self.base, "HEAD")[::2])

    def test_ranges_are_no_trouble(self):
        self.assertIn(self.get("assets/main-4711.js", Range="bytes=0-9").status, (200, 206))


class PageBelow(Page):
    base = "/bangui/"

    def test_without_its_slash(self):
        answer = self.bridge.raw("/bangui")
        self.assertEqual((308, "/bangui/"), (answer.status, answer.headers["Location"]))

    def test_nothing_is_outside(self):
        for path in ("/", "/banguix/", "/api/v1/health", "/health/live", "/assets/main-4711.js", "/bangui%2f"):
            self.refused(404, "NotFound", self.bridge.raw(path))
        self.assertEqual(200, self.bridge.raw("/bangui/api/v1/health").status)
        self.assertEqual(200, self.bridge.raw("/bangui/health/live").status)

    def test_cookie_is_for_the_path(self):
        self.bridge.set_up(PASSWORD)
        self.assertEqual(200, self.bridge.request("GET", "auth/session").status)


class Sockets(Case):
    def test_closed_ones_are_forgotten(self):
        """In whichever state they were: also between two requests, where libsoup would not notice."""
        def descriptors():
            return len(os.listdir(f"/proc/{self.bridge.process.pid}/fd"))

        self.bridge.raw("/api/v1/health")
        before = descriptors()
        for data, answered in ((b"", False), (HEAD, False), (HEAD + b"\r\n", True), (HEAD + b"\r\n" + HEAD, True)):
            peers = [connect(self.bridge, data) for _ in range(4)]
            for peer in peers:
                if answered:
                    self.assertEqual(200, one_answer(peer))
                peer.close()
        deadline = time.monotonic() + WAIT
        while descriptors() > before:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def test_unix_socket(self):
        mode = os.stat(self.bridge.socket)
        self.assertTrue(stat.S_ISSOCK(mode.st_mode))
        self.assertEqual(0o660, stat.S_IMODE(mode.st_mode))
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(self.bridge.socket)
            peer.sendall(HEAD + b"Connection: close\r\n\r\n")
            self.assertEqual(200, status_of(read_to_end(peer)))

    def test_stale_socket_is_replaced(self):
        bridge = self.stack.bridge()
        bridge.expected = -signal.SIGKILL
        bridge.stop(signal.SIGKILL)
        self.assertTrue(os.path.exists(bridge.socket))
        bridge.expected = 0
        bridge.start()
        bridge.stop()
        self.assertFalse(os.path.exists(bridge.socket))

    def fails(self, text, **settings):
        with self.assertRaises(StackError) as caught:
            self.stack.bridge(**settings)
        failed = self.stack.bridges.pop()
        self.assertNotEqual(0, failed.process.popen.wait(WAIT))
        self.assertIn(text, str(caught.exception))

    def test_socket_in_use_is_left_alone(self):
        self.fails("somebody else listens", listen=f"unix:{self.bridge.socket}")
        self.fails("in use", listen=f"127.0.0.1:{self.bridge.port}")
        self.assertEqual(200, self.bridge.raw("/api/v1/health").status)

    def test_file_is_no_socket(self):
        path = self.stack.folder / "precious"
        path.write_text("precious")
        self.fails("no socket", listen=f"unix:{path}")
        self.assertEqual("precious", path.read_text())

    def test_addresses_that_are_none(self):
        for listen in ("localhost", "8470", "127.0.0.1:x", "unix:relative", "example.org:80"):
            self.fails("listen: ", listen=listen)

    def test_ipv6(self):
        bridge = self.stack.bridge(listen="[::1]:0")
        self.assertTrue(bridge.url.startswith("http://[::1]:"))
        self.assertEqual(200, bridge.raw("/api/v1/health").status)
        bridge.stop()

    def test_signals_end_it_with_connections_open(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            bridge = self.stack.bridge()
            bridge.set_up(PASSWORD)
            peers = [connect(bridge), connect(bridge, HEAD), connect(bridge, HEAD + b"\r\n")]
            stream = connect(bridge, HEAD.replace(b"health", b"events") + f"Cookie: {bridge.cookie}\r\n\r\n".encode())
            self.assertEqual(200, status_of(stream.recv(65536)))
            bridge.stop(number)
            self.assertTrue(all(not alive(peer) or read_to_end(peer) is not None for peer in [*peers, stream]))
            for peer in [*peers, stream]:
                peer.close()


class Words(Case):
    """The command line."""

    def run_it(self, *words, **keywords):
        return subprocess.run([build_folder() / "client/rest/bangui-rest", *words], capture_output=True, text=True,
                              timeout=WAIT, env=self.stack.environment(**keywords.pop("env", {})), **keywords)

    def test_default_file_is_good(self):
        given = self.run_it("--default-settings")
        self.assertEqual(0, given.returncode)
        path = self.stack.folder / "default.conf"
        path.write_text(given.stdout.replace("\n#request-limit = ", "\nrequest-limit = "))
        self.assertEqual("yes\n", self.run_it(f"--config={path}", "--may=ban").stdout)

    def test_may(self):
        config = self.stack.folder / "grant.conf"
        config.write_text("[rest]\ngrant = read, ban\n")
        answers = {action: self.run_it(f"--config={config}", f"--may={action}") for action in ("read", "ban", "unban")}
        self.assertEqual({"read": ("yes\n", 0), "ban": ("yes\n", 0), "unban": ("no\n", 1)},
                         {action: (given.stdout, given.returncode) for action, given in answers.items()})

    def test_later_sources_win(self):
        config = self.stack.folder / "layers.conf"
        config.write_text("[rest]\ngrant = read\n")
        env = {"BANGUI_REST_GRANT": "ban"}
        self.assertEqual("yes\n", self.run_it(f"--config={config}", "--may=read").stdout)
        self.assertEqual("no\n", self.run_it(f"--config={config}", "--may=read", env=env).stdout)
        self.assertEqual("yes\n", self.run_it(f"--config={config}", "--grant=unban", "--may=unban", env=env).stdout)

    def test_bad_values_name_source_and_remedy(self):
        config = self.stack.folder / "bad.conf"
        config.write_text("[rest]\nidle-timeout = soon\n")
        for words, text in ((["--request-limit=-1"], "0 to 1000000"), (["--base-path=/a/../b/"], "without .."),
                            (["--metrics=maybe"], "open token off"), (["--tls-key=/x"], "set both or none"),
                            (["--trusted-proxies=proxy"], "trusted-proxies"), ([f"--config={config}"], str(config)),
                            (["--nonsense=1"], "nonsense"), (["word"], "options only"),
                            (["--config=/nowhere.conf"], "/nowhere.conf"), (["--setup-anywhere=perhaps"], "true or")):
            given = self.run_it(f"--store-folder={self.stack.folder}", *words)
            self.assertNotEqual(0, given.returncode, words)
            self.assertIn(text, given.stderr)

    def test_set_password(self):
        bridge = self.stack.bridge()
        bridge.stop()
        store = f"--store-folder={bridge.store}"
        self.assertEqual(0, self.run_it(store, "--set-password", input=PASSWORD + "\n").returncode)
        self.assertNotEqual(0, self.run_it(store, "--set-password", input="short\n").returncode)
        self.assertNotEqual(0, self.run_it(store, "--set-password", input="").returncode)
        bridge.start()
        bridge.sign_in(PASSWORD)
        self.assertEqual(200, bridge.request("GET", "auth/session").status)


class Tls(Case):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(daemon=False, fail2ban=False)
        cls.enterClassContext(cls.stack)
        cls.certificate, cls.key = cls.stack.folder / "cert.pem", cls.stack.folder / "key.pem"
        cls.make("first.example")
        # The leak checker dies of a signal in a process that has GnuTLS as a module; the other cases check for leaks
        # what is not TLS.
        options = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        with unittest.mock.patch.dict(os.environ, ASAN_OPTIONS=options.lstrip(":")):
            cls.bridge = cls.stack.bridge(tls_certificate=cls.certificate, tls_key=cls.key, header_timeout=1)

    @classmethod
    def make(cls, name):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-keyout", cls.key, "-out", cls.certificate, "-days", "2", "-subj", f"/CN={name}"],
                       check=True, capture_output=True)

    def connection(self):
        context = ssl.create_default_context(cafile=self.certificate)
        context.check_hostname = False
        return http.client.HTTPSConnection(self.bridge.host, self.bridge.port, timeout=WAIT, context=context)

    def test_answers_over_tls(self):
        self.assertTrue(self.bridge.url.startswith("https://127.0.0.1:"))
        connection = self.connection()
        for _ in range(2):
            answer = self.bridge.raw("/api/v1/health", connection=connection)
            self.assertEqual(200, answer.status)
            self.assertIn("max-age=", answer.headers["Strict-Transport-Security"])
        self.assertGreaterEqual(connection.sock.version(), "TLSv1.2")
        connection.close()

    def test_cookie_is_bound_to_tls(self):
        connection = self.connection()
        answer = self.bridge.request("POST", "setup", {"password": PASSWORD}, connection=connection)
        cookie = answer.headers["Set-Cookie"]
        self.assertTrue(cookie.startswith("__Host-"), cookie)
        self.assertIn("Secure", cookie)
        connection.close()

    def test_plain_text_is_no_tls(self):
        with contextlib.suppress(OSError), connect(self.bridge, HEAD + b"\r\n") as peer:
            self.assertNotIn(b"200", read_to_end(peer)[:20])

    def test_handshake_that_never_comes(self):
        self.assertLess(seconds_until_closed(connect(self.bridge)), 4)

    def test_certificate_is_read_again(self):
        self.make("second.example")
        self.bridge.process.popen.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + WAIT
        while ssl.get_server_certificate((self.bridge.host, self.bridge.port)) != self.certificate.read_text():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        good = self.certificate.read_text()
        self.certificate.write_text("nonsense")
        self.bridge.process.popen.send_signal(signal.SIGHUP)
        while "old certificate stays" not in self.bridge.process.output():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        self.assertEqual(good, ssl.get_server_certificate((self.bridge.host, self.bridge.port)))
        self.certificate.write_text(good)


if __name__ == "__main__":
    tap.main()
