# SPDX-License-Identifier: LGPL-2.1-or-later
"""The HTTP server of the bridge: who may talk to it, how much, how slowly, and what it answers beside the API."""

import unittest

import tap
from stack import Stack


class Answers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(daemon=False, fail2ban=False).__enter__()
        cls.addClassCleanup(cls.stack.__exit__, None, None, None)
        cls.bridge = cls.stack.bridge()

    def test_health_is_open(self):
        self.assertEqual(200, self.bridge.request("GET", "health").status)


if __name__ == "__main__":
    tap.main()
