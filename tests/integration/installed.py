# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `make install` installs, in a folder of its own, for the tests of it."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from stack import build_folder


class Installed(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="install-"))
        # other users are let in, as to a real root folder
        os.chmod(cls.folder, 0o755)
        cls.root = pathlib.Path(cls.folder) / "root"
        words = ["meson", "install", "-C", build_folder(), "--no-rebuild", "--quiet", "--destdir", cls.root]
        given = subprocess.run(words, capture_output=True, text=True)
        if given.returncode:
            raise AssertionError(given.stdout + given.stderr)

    @classmethod
    def path(cls, name):
        return cls.root / name

    def clean(self, *argv, **keywords):
        """Runs a checker that has nothing to say; its output."""
        given = subprocess.run([str(word) for word in argv], capture_output=True, text=True, **keywords)
        self.assertEqual((0, ""), (given.returncode, given.stderr), " ".join(map(str, argv)) + "\n" + given.stdout)
        return given.stdout

    def assert_hardened(self, program):
        header = self.clean("readelf", "--wide", "--file-header", "--dynamic", "--program-headers", program)
        self.assertRegex(header, r"Type: +DYN", "position independent")
        self.assertRegex(header, r"FLAGS.*(BIND_)?NOW", "bound at the start")
        self.assertIn("GNU_RELRO", header)
        self.assertNotRegex(header, r"GNU_STACK.*RWE")

    def assert_verifies(self, unit):
        copy = pathlib.Path(self.folder) / unit.name
        copy.write_text(unit.read_text().replace("ExecStart=/", f"ExecStart={self.root}/"))
        self.clean("systemd-analyze", "verify", "--man=no", copy)

    def assert_closed(self, unit, most):
        """systemd's own measure of what a unit leaves open is at most that."""
        words = ["systemd-analyze", "security", "--no-pager", "--offline=true", f"--threshold={int(most * 10)}"]
        given = subprocess.run([*words, unit], capture_output=True, text=True)
        exposure = re.search(r"Overall exposure level .*: ([\d.]+)", given.stdout)
        self.assertTrue(exposure, given.stdout + given.stderr)
        self.assertLessEqual(float(exposure[1]), most, given.stdout)
        self.assertEqual(0, given.returncode)

    def assert_says_why(self, unit, keys):
        """What is left open stands below a comment that says what for."""
        paragraphs = re.split(r"\n(?=\n|# Grants)", unit.read_text())
        for key in keys:
            paragraph = next(text for text in paragraphs if re.search(rf"^{key}", text, re.M))
            self.assertIn("# Grants", paragraph, key)
