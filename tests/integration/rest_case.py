# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests of the bridge's HTTP server share."""

import contextlib
import json
import pathlib
import socket
import unittest

from stack import WAIT, Stack, build_folder

def talk(bridge, data, wait=WAIT, end=False):
    """Raw bytes to the bridge; all that it answers until it hangs up."""
    with socket.create_connection((bridge.host, bridge.port), timeout=wait) as peer:
        peer.sendall(data)
        if end:
            peer.shutdown(socket.SHUT_WR)
        return read_to_end(peer)


def read_to_end(peer):
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := peer.recv(65536):
            answer += piece
    return answer


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None


def resident(bridge):
    """KiB."""
    return int(pathlib.Path(f"/proc/{bridge.process.pid}/status").read_text().split("VmRSS:")[1].split()[0])


def is_sanitized():
    return b"__asan_init" in (build_folder() / "client/rest/bangui-rest").read_bytes()


class Case(unittest.TestCase):
    """One bus for the file, and no daemon: nothing here is the daemon's business."""

    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(daemon=False, fail2ban=False)
        cls.enterClassContext(cls.stack)
        cls.bridge = cls.stack.bridge(**cls.settings)

    def refused(self, status, code, answer):
        self.assertEqual((status, code), (answer.status, json.loads(answer.body)["error_code"]))
