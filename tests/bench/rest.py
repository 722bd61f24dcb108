# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the HTTP bridge costs, beside a bare server of the same library: rows of the table that run.py prints."""

import contextlib
import json
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
import figures  # noqa: E402
from stack import Stack, build_folder  # noqa: E402

PASSWORD = "correct horse battery staple"
# nothing but the bridge's own speed is to be measured
UNLIMITED = {"request-limit": 0, "request-limit-signed-in": 0, "connections-per-address": 1000}
ROUNDS = 5
SLOW = 200
LISTENERS = 100
MIB = 1 << 20


class Bare:
    """bare-http with this body."""

    def __init__(self, body, kind="application/json"):
        self.file = tempfile.NamedTemporaryFile()
        self.file.write(body)
        self.file.flush()
        self.process = subprocess.Popen([build_folder() / "tests/bench/bare-http", self.file.name, kind],
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}/"

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.process.terminate()
        self.process.wait()
        self.file.close()


class Door:
    """The bridge with a token to enter."""

    def __init__(self, stack, **settings):
        self.bridge = stack.bridge(**(UNLIMITED | settings))
        self.bridge.set_up(PASSWORD)
        self.url = self.bridge.url
        self.pid = self.bridge.process.pid
        answer = self._send("auth/login", {"password": PASSWORD})
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        answer = self._send("auth/tokens", {"name": "bench", "scope": "admin", "days": 1}, {"Cookie": cookie})
        self.header = f"Authorization: Bearer {json.load(answer)['token']}"

    def _send(self, path, body, more=None):
        headers = {"Content-Type": "application/json", "X-BanGUI": "1", **(more or {})}
        return self.ask(path, data=json.dumps(body).encode(), headers=headers)

    def ask(self, path, data=None, headers=None):
        known = dict([self.header.split(": ", 1)]) if headers is None else headers
        return urllib.request.urlopen(urllib.request.Request(f"{self.url}api/v1/{path}", data, known), timeout=30)

    @property
    def host(self):
        return re.sub(r"^http://|/$", "", self.url)


def wrk(url, *headers, connections=32, seconds=3):
    """(requests a second, p99 in milliseconds)"""
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    for header in headers:
        words += ["-H", header]
    text = subprocess.run([*words, url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx or 3xx" in text:
        raise RuntimeError(text)
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()
    return (float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
            float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit])


def interleaved(*works):
    """Medians of what each gives, in turn."""
    rounds = [[work() for work in works] for _ in range(ROUNDS)]
    return [statistics.median(column) for column in zip(*rounds)]


def bench_requests(row, door):
    answer = door.ask("server")
    body, tag = answer.read(), answer.headers["ETag"]
    url = f"{door.url}api/v1/server"
    with Bare(body) as bare:
        ours, theirs = interleaved(lambda: wrk(url, door.header)[0], lambda: wrk(bare.url)[0])
        row(f"GET server ({len(body)} bytes), 32 connections", f"{ours:,.0f} /s", f"{theirs:,.0f} /s (bare SoupServer)",
            f"{ours / theirs:.2f}", ">= 0.50")
        ours, theirs = interleaved(lambda: wrk(url, door.header, f"If-None-Match: {tag}")[0],
                                   lambda: wrk(bare.url, 'If-None-Match: "bare"')[0])
        row("  the same with its ETag: 304", f"{ours:,.0f} /s", f"{theirs:,.0f} /s (bare SoupServer)",
            f"{ours / theirs:.2f}", ">= 0.80")


def bench_overview(row, programs):
    with figures.stack_with(1000000) as stack:
        door = Door(stack)
        body = door.ask("dashboard/overview?range=all").read()
        with Bare(body) as bare:
            programs("bench-hop", stack.address, door.host, door.header, bare.port)


@contextlib.contextmanager
def slow_connections(door, count):
    """Half of them say nothing, the other half a byte of a header now and then."""
    host, port = door.host.rsplit(":", 1)
    peers = [socket.create_connection((host, int(port))) for _ in range(count)]
    ended = threading.Event()

    def drip():
        while not ended.wait(0.5):
            for peer in peers[::2]:
                with contextlib.suppress(OSError):
                    peer.send(b"X")

    for peer in peers[::2]:
        peer.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        for peer in peers:
            peer.close()


def bench_slow(row, door):
    url = f"{door.url}api/v1/server"
    calm, beset = [], []
    for _ in range(ROUNDS):
        calm.append(wrk(url, door.header)[1])
        with slow_connections(door, SLOW):
            beset.append(wrk(url, door.header)[1])
    ours, theirs = statistics.median(beset), statistics.median(calm)
    row(f"p99 beside {SLOW} slow or idle connections", f"{ours:.2f} ms", f"{theirs:.2f} ms (without them)",
        f"{ours / theirs:.2f}", "<= 2.00")


def listen(door):
    host, port = door.host.rsplit(":", 1)
    peer = socket.create_connection((host, int(port)))
    peer.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: {door.host}\r\n{door.header}\r\n\r\n".encode())
    if not peer.recv(4096).startswith(b"HTTP/1.1 200"):
        raise RuntimeError("no events")
    return peer


def refused_upload(door):
    """100 MB without a length, as long as the bridge takes them."""
    host, port = door.host.rsplit(":", 1)
    with socket.create_connection((host, int(port))) as peer:
        peer.sendall(f"POST /api/v1/bans HTTP/1.1\r\nHost: {door.host}\r\n{door.header}\r\n"
                     "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        piece = b"100000\r\n" + b"x" * MIB + b"\r\n"
        with contextlib.suppress(OSError):
            for _ in range(100):
                peer.sendall(piece)


def bench_memory(row):
    with Stack() as stack:
        door = Door(stack)
        time.sleep(1)
        row("bridge resident: idle, signed in", f"{figures.resident_mib(door.pid):.1f} MiB", "", "", "<= 16 MiB")
        refused_upload(door)
        time.sleep(1)
        row("  after a refused upload of 100 MB", f"{figures.resident_mib(door.pid):.1f} MiB", "", "", "<= 16 MiB")
        peers = [listen(door) for _ in range(LISTENERS)]
        stack.ban("203.0.113.1")
        time.sleep(1)
        row(f"  with {LISTENERS} listeners of events", f"{figures.resident_mib(door.pid):.1f} MiB", "", "", "<= 24 MiB")
        for peer in peers:
            peer.close()


def bench_page(row):
    program = pathlib.Path(__file__).parent / "page-speed.mjs"
    given = subprocess.run(["node", program], capture_output=True, text=True, timeout=300)
    if given.returncode:
        row("page-speed", "failed", given.stderr.strip()[-60:], "", "")
    else:
        row(*given.stdout.strip().split("\t"))


def main(row, programs):
    with Stack() as stack:
        door = Door(stack)
        bench_requests(row, door)
        bench_slow(row, door)
    bench_memory(row)
    bench_page(row)
    bench_overview(row, programs)
