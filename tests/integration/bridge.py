# SPDX-License-Identifier: LGPL-2.1-or-later
"""bangui-rest in front of a stack's bus.

    bridge = stack.bridge()
    bridge.set_up(PASSWORD)
    status, headers, body = bridge.request("GET", "dashboard/status")
"""

import http.client
import json
import os
import select
import signal
import socket
import urllib.parse

from stack import WAIT, Process, StackError, build_folder


class Answer(tuple):
    """(status, headers, body); the body as JSON where it is that, else bytes."""

    status = property(lambda self: self[0])
    headers = property(lambda self: self[1])
    body = property(lambda self: self[2])


class Bridge:
    """Listens on a free port of 127.0.0.1 and on FOLDER/rest.sock; settings by keyword, as in bangui-rest.conf(5)."""

    count = 0

    def __init__(self, folder, address, environment, settings=None, program=None):
        Bridge.count += 1
        self.name = f"bangui-rest-{Bridge.count}"
        self.store = folder / self.name
        self.store.mkdir(mode=0o700)
        self.socket = str(folder / f"{self.name}.sock")
        self.folder = folder
        self.environment = environment
        self.program = program or build_folder() / "client/rest/bangui-rest"
        self.settings = {"listen": f"127.0.0.1:0 unix:{self.socket}", "store-folder": self.store,
                         "web-folder": "", "bus-address": address, **(settings or {})}
        self.process = self.url = None
        self.cookie = ""
        self.expected = 0  # the exit status

    def start(self):
        """Returns when it says that it is ready."""
        ready = self.folder / f"{self.name}.notify"
        ready.unlink(missing_ok=True)
        config = self.folder / f"{self.name}.conf"
        config.touch()
        words = [self.program, f"--config={config}", *(f"--{key}={value}" for key, value in self.settings.items())]
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(str(ready))
            ready.chmod(0o666)  # for a bridge of another user
            self.process = Process(self.name, words, self.folder / f"{self.name}.out",
                                   env=self.environment(NOTIFY_SOCKET=str(ready), G_DEBUG="fatal-criticals"))
            self.url = self._await_ready(notify)
        parts = urllib.parse.urlsplit(self.url)
        self.host, self.port, self.base = parts.hostname, parts.port, parts.path
        return self

    def _await_ready(self, notify):
        descriptor = os.pidfd_open(self.process.pid)
        try:
            readable = select.select([notify, descriptor], [], [], WAIT)[0]
        finally:
            os.close(descriptor)
        if notify not in readable:
            raise StackError(f"{self.name} did not start:\n" + self.process.output())
        for line in notify.recv(4096).decode().splitlines():
            if line.startswith("STATUS=Listening on "):
                return line.removeprefix("STATUS=Listening on ").split()[0]
        raise StackError(f"{self.name} does not say where it listens:\n" + self.process.output())

    def stop(self, number=signal.SIGTERM):
        """Ends it; a status that is not expected, a sanitizer's for one, is a failure."""
        if not self.process:
            return
        process, self.process = self.process, None
        status = process.stop(number)
        if status != self.expected:
            raise StackError(f"{self.name} ended with {status}, not {self.expected}:\n" + process.output())

    # using it

    def connection(self, timeout=WAIT):
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def raw(self, path, method="GET", body=None, headers=None, connection=None):
        """Any path; (status, headers, body as bytes)."""
        own = connection or self.connection()
        try:
            own.request(method, path, body=body, headers=headers or {})
            answer = own.getresponse()
            return Answer((answer.status, answer.headers, answer.read()))
        finally:
            if own is not connection:
                own.close()

    def request(self, method, path, body=None, query=None, headers=None, token=None, connection=None):
        """A path below api/v1, as who is signed in, or by `token`; a body that is no bytes goes as JSON."""
        place = f"{self.base}api/v1/{path}"
        if query:
            place += "?" + urllib.parse.urlencode(query, doseq=True)
        sent = {"X-BanGUI": "1"}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        elif self.cookie:
            sent["Cookie"] = self.cookie
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        status, answer_headers, data = self.raw(place, method, body, sent | (headers or {}), connection)
        if answer_headers.get_content_type() == "application/json" and data:
            data = json.loads(data)
        return Answer((status, answer_headers, data))

    def get(self, path, **query):
        """The body of a GET that has to succeed."""
        return self._good(self.request("GET", path, query=query))

    def post(self, path, body=None):
        return self._good(self.request("POST", path, {} if body is None else body))

    def _good(self, answer):
        if answer.status not in (200, 201, 202):
            raise AssertionError(f"{answer.status}: {answer.body!r}")
        return answer.body

    def set_up(self, password):
        """The set-up, which signs in."""
        self._sign_in("setup", password)

    def sign_in(self, password):
        self._sign_in("auth/login", password)

    def _sign_in(self, path, password):
        answer = self.request("POST", path, {"password": password})
        if answer.status not in (200, 201):
            raise AssertionError(f"{path}: {answer.status} {answer.body!r}")
        self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
