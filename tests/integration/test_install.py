# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `make install` installs: each file before its own checker, and the daemon at work, confined as its unit says."""

import configparser
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import confine
import tap
from caller import Caller
from gi.repository import GLib
from installed import Installed
from stack import NAME, NOBODY, SOURCE, Stack

PAGES = ("man1/bangui-geo-build.1", "man1/banguictl.1", "man5/bangui.conf.5", "man5/bangui-rest.conf.5",
         "man5/org.bangui.BanGUI1.5", "man8/bangui-rest.8", "man8/banguid.8")
GROUPS = ("AllowList", "Bans", "Geo", "History", "Jail", "Job", "Jobs", "Manager", "Operation",
          "Server", "Settings", "Stats")
FILES = {
    "etc/bangui/bangui.conf",
    "etc/bangui/bangui-rest.conf",
    "usr/bin/bangui-geo-build",
    "usr/bin/banguictl",
    "usr/lib/systemd/system/bangui-rest.service",
    "usr/lib/systemd/system/banguid.service",
    "usr/lib/sysusers.d/bangui.conf",
    "usr/lib/tmpfiles.d/bangui.conf",
    "usr/libexec/banguid",
    "usr/sbin/bangui-rest",
    "usr/share/bash-completion/completions/banguictl",
    "usr/share/bangui/geo/ATTRIBUTION",
    "usr/share/bangui/geo/countries.tsv",
    "usr/share/bangui/geo/country.mmdb",
    "usr/share/dbus-1/system-services/org.bangui.BanGUI1.service",
    "usr/share/dbus-1/system.d/org.bangui.BanGUI1.conf",
    "usr/share/fish/vendor_completions.d/banguictl.fish",
    "usr/share/polkit-1/actions/org.bangui.BanGUI1.policy",
    "usr/share/polkit-1/rules.d/org.bangui.BanGUI1.rest.rules",
    "usr/share/zsh/site-functions/_banguictl",
    *(f"usr/share/dbus-1/interfaces/{NAME}.{group}.xml" for group in GROUPS),
    *(f"usr/share/man/{page}" for page in PAGES),
    *(f"usr/share/doc/bangui/{name}" for name in (
        "NEWS.md", "README.md", "architecture.md", "bus-api.md", "decisions.md", "errors.md", "fail2ban-protocol.md",
        "rest-api.md", "rest.md", "security.md", "testing.md", "examples/geo-outside.conf",
        "examples/org.bangui.BanGUI1.rules")),
}
PAGE = "usr/share/bangui/web/"
EXPOSURE_MAX = 2.0


class Daemon(Installed):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls.path("usr/lib/systemd/system/banguid.service")

    def test_exactly_these_files(self):
        found = {str(path.relative_to(self.root)) for path in self.root.rglob("*") if not path.is_dir()}
        page = {path for path in found if path.startswith(PAGE)}
        self.assertEqual(sorted(FILES), sorted(found - page))
        self.assertIn(f"{PAGE}index.html", page)

    def test_modes(self):
        for path in self.root.rglob("*"):
            mode = path.stat().st_mode & 0o7777
            program = path.is_dir() or path.parent.name in ("bin", "sbin", "libexec")
            self.assertEqual(0o755 if program else 0o644, mode, path)

    def test_programs_are_hardened(self):
        for name in ("usr/libexec/banguid", "usr/bin/banguictl", "usr/sbin/bangui-rest"):
            self.assert_hardened(self.path(name))

    def test_client_needs_libsystemd_alone(self):
        dynamic = self.clean("readelf", "--wide", "--dynamic", self.path("usr/bin/banguictl"))
        needed = set(re.findall(r"NEEDED.*\[(.*)\]", dynamic))
        self.assertEqual({"libsystemd.so.0", "libc.so.6"}, needed)

    # the unit

    def test_unit_verifies(self):
        self.assert_verifies(self.unit)

    def test_unit_is_closed(self):
        self.assert_closed(self.unit, EXPOSURE_MAX)

    def test_unit_is_closed_with_the_look_up_outside(self):
        """The drop-in that is shipped as an example opens the network, and little else."""
        drop_in = self.path("usr/share/doc/bangui/examples/geo-outside.conf").read_text().partition("[Service]\n")[2]
        self.assertIn("# Grants", drop_in)
        copy = pathlib.Path(self.folder) / "outside/banguid.service"
        copy.parent.mkdir()
        copy.write_text(self.unit.read_text().replace("[Install]", f"{drop_in}\n[Install]"))
        self.assertIn("RestrictAddressFamilies=AF_INET AF_INET6", copy.read_text())
        self.assert_closed(copy, EXPOSURE_MAX)

    def test_unit_knows_bus_and_pages(self):
        given = dict(confine.settings(self.unit))
        shown = (given["Type"], given["BusName"], given["ExecStart"])
        self.assertEqual(("notify", NAME, "/usr/libexec/banguid"), shown)
        for page, section in re.findall(r"man:(\S+)\((\d)\)", given["Documentation"]):
            self.assertIn(f"man{section}/{page}.{section}", PAGES)

    def test_unit_says_why_something_is_granted(self):
        self.assert_says_why(self.unit, ("StateDirectory", "User", "RestrictAddressFamilies", "ProtectProc",
                                         "SystemCallFilter=@"))

    # the bus

    def test_activation_file_names_the_alias_of_the_unit(self):
        parser = configparser.ConfigParser()
        parser.optionxform = str
        parser.read(self.path("usr/share/dbus-1/system-services/org.bangui.BanGUI1.service"))
        service = parser["D-BUS Service"]
        self.assertEqual((NAME, "root", "/bin/false"), (service["Name"], service["User"], service["Exec"]))
        self.assertEqual(dict(confine.settings(self.unit))["Alias"], service["SystemdService"])

    def test_bus_policy_and_interfaces_are_well_formed(self):
        self.clean("xmllint", "--noout", "--nonet", self.path("usr/share/dbus-1/system.d/org.bangui.BanGUI1.conf"),
                   *self.path("usr/share/dbus-1/interfaces").iterdir())

    def test_interfaces_can_be_read_by_code_generators(self):
        for path in self.path("usr/share/dbus-1/interfaces").iterdir():
            with tempfile.TemporaryDirectory() as folder:
                self.clean("gdbus-codegen", "--generate-c-code", f"{folder}/code", path)

    # polkit

    def test_polkit_policy_is_valid(self):
        self.clean("xmllint", "--noout", "--nonet", "--dtdvalid", "/usr/share/polkit-1/policyconfig-1.dtd",
                   self.path("usr/share/polkit-1/actions/org.bangui.BanGUI1.policy"))

    def test_polkit_knows_every_action(self):
        policy = self.path("usr/share/polkit-1/actions/org.bangui.BanGUI1.policy")
        actions = re.findall(r'<action id="([^"]+)"', policy.read_text())
        self.assertEqual(12, len(actions))
        with Stack(polkit=True, policy=policy, fail2ban=False, daemon=False) as stack:
            self.assertEqual(sorted(actions), sorted(stack.run("pkaction", check=True).stdout.split()))
            for action in actions:
                shown = stack.run("pkaction", "--verbose", "--action-id", action, check=True).stdout
                name = action.rpartition(".")[2]
                expected = {"read": "yes", "edit-actions": "auth_admin"}.get(name, "auth_admin_keep")
                self.assertEqual([expected] * 3, re.findall(r"implicit \w+: +(\w+)", shown), action)

    def test_example_rules_do_what_they_say(self):
        text = self.path("usr/share/doc/bangui/examples/org.bangui.BanGUI1.rules").read_text()
        # groups of a help desk are the business of the house; here one user stands for them
        rules = re.sub(r'subject\.isInGroup\("helpdesk"\)', 'subject.user === "nobody"', text)
        self.assertNotEqual(text, rules)
        jails = {"webmail": {}, "sshd": {"filter": "sshd"}}
        with Stack(polkit=True, rules=rules, jails=jails) as stack, Caller(stack, NOBODY) as nobody:
            answers = [nobody.call("Manager.CanDo", f"('unban', {{'jail': '{jail}'}})")
                       for jail in ("webmail", "sshd", "webmail,sshd", "*")]
            self.assertEqual(["yes", "challenge", "challenge", "challenge"], answers)
            self.assertEqual(0, nobody.call("Bans.Unban", "(['192.0.2.1'], ['webmail'], @a{sv} {})")["unbanned"])

    # settings, folders, pages, completions

    def settings(self, config):
        given = subprocess.run([self.path("usr/libexec/banguid"), "--config", config, "--print-settings"],
                               capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
        self.assertEqual((0, ""), (given.returncode, given.stderr))
        return given.stdout

    def test_settings_file_changes_nothing_as_it_is(self):
        config = self.path("etc/bangui/bangui.conf")
        table = self.settings(config)
        self.assertIn("default", table)
        self.assertNotIn(str(config), table)

    def test_settings_file_is_right_when_every_key_is_uncommented(self):
        config = self.path("etc/bangui/bangui.conf")
        copy = pathlib.Path(self.folder) / "uncommented.conf"
        copy.write_text(re.sub(r"^#([a-z0-9-]+=)", r"\1", config.read_text(), flags=re.M))
        rows = [line.split() for line in self.settings(config).splitlines()[1:]]
        changed = [line.split() for line in self.settings(copy).splitlines()[1:]]
        self.assertEqual([row[:2] for row in rows], [row[:2] for row in changed])
        self.assertTrue(all(str(copy) in row for row in changed if row), changed)

    def test_tmpfiles_makes_the_folder(self):
        with tempfile.TemporaryDirectory() as root:
            self.clean("systemd-tmpfiles", "--create", f"--root={root}", self.path("usr/lib/tmpfiles.d/bangui.conf"))
            folder = pathlib.Path(root) / "var/lib/bangui"
            self.assertEqual((0o700, 0), (folder.stat().st_mode & 0o7777, folder.stat().st_uid))

    def test_manual_pages_are_clean(self):
        for page in PAGES:
            path = self.path(f"usr/share/man/{page}")
            environment = {**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": "", "MANWIDTH": "80"}
            self.clean("man", "--warnings", "--encoding=UTF-8", "--local-file", "--troff-device=utf8", "--ditroff",
                       path, env=environment)
            self.assertRegex(self.clean("lexgrog", path), rf'"{re.escape(path.stem)} - \S')

    def test_manual_has_every_member(self):
        text = self.path("usr/share/man/man5/org.bangui.BanGUI1.5").read_text().replace("\\-", "-")
        for path in self.path("usr/share/dbus-1/interfaces").iterdir():
            for member in re.findall(r'<(?:method|property|signal) name="(\w+)"', path.read_text()):
                self.assertRegex(text, rf"\\fB{member}\b", path)

    def test_manual_of_the_settings_has_every_key(self):
        text = self.path("usr/share/man/man5/bangui.conf.5").read_text().replace("\\-", "-")
        for key in re.findall(r"^#([a-z0-9-]+)=", self.path("etc/bangui/bangui.conf").read_text(), re.M):
            self.assertIn(f"\\fB{key}=\\fP", text)

    def test_completion_for_bash_parses(self):
        self.clean("bash", "-n", self.path("usr/share/bash-completion/completions/banguictl"))

    # at work

    def confined(self):
        """Words that run the daemon as its unit does. The program lies where other users may read it."""
        script = pathlib.Path(self.folder) / "confine.py"
        shutil.copy(SOURCE / "tests/integration/confine.py", script)
        return ["unshare", "--mount", "--propagation", "private", "/usr/bin/python3", "-B", str(script), "files",
                str(self.unit), "{folder}/store", "--"]

    def test_installed_daemon_works_confined_as_its_unit_says(self):
        with Stack(polkit=True, program=self.path("usr/libexec/banguid"), wrapper=self.confined(),
                   policy=self.path("usr/share/polkit-1/actions/org.bangui.BanGUI1.policy"),
                   bus_policy=self.path("usr/share/dbus-1/system.d/org.bangui.BanGUI1.conf")) as stack:
            status = pathlib.Path(f"/proc/{stack.daemon.pid}/status").read_text()
            self.assertRegex(status, r"CapEff:\s+0+\n")
            self.assertRegex(status, r"Seccomp:\s+2\n")
            stack.fail("sshd", "192.0.2.44", times=3)
            stack.wait_until(lambda: stack.get("Bans", "Active") == 1, "a ban by fail2ban to be seen")
            client = self.path("usr/bin/banguictl")
            for words in (["ban", "192.0.2.45", "--jail", "sshd"], ["lookup", "192.0.2.44"], ["log"], ["audit"],
                          ["reload", "sshd"], ["jail", "sshd", "set", "maxretry=4"],
                          ["server", "set", "log-level=DEBUG"], ["unban", "192.0.2.44"]):
                given = stack.run(client, *words)
                self.assertEqual(0, given.returncode, f"{words}: {given.stdout}{given.stderr}")
            shown = json.loads(stack.run(client, "--json", "lookup", "192.0.2.45", check=True).stdout)
            self.assertIn("192.0.2.45", json.dumps(shown))
            self.assertTrue((stack.folder / "store/bangui.sqlite3").exists())
            # loopback is of the host, which the guard learns by netlink
            refused = stack.run(client, "ban", "127.0.0.1", "--jail", "sshd")
            self.assertEqual(6, refused.returncode, refused.stderr)
            self.assertEqual(0, stack.run(client, "status", uid=NOBODY).returncode)
            self.assertEqual(3, stack.run(client, "ban", "192.0.2.46", uid=NOBODY).returncode)

    def test_fail2ban_regex_runs_confined_as_the_unit_says(self):
        """Root without capabilities cannot become another user: there Landlock takes root's files away."""
        with Stack(jails={"plain": {}}, program=self.path("usr/libexec/banguid"), wrapper=self.confined()) as stack:
            stack.fail("plain", "192.0.2.44", times=3)
            stack.wait_until(lambda: stack.get("Bans", "Active") == 1, "the ban")
            explain = GLib.Variant("(sa{sv})", ("192.0.2.44", {}))
            stack.wait_until(lambda: stack.call("Bans.Explain", explain)["jails"][0]["lines"], "its lines")
            row = stack.call("Bans.Explain", explain)["jails"][0]
            self.assertEqual([line["rule"] for line in row["lines"]], [0] * 3, row.get("problem"))


if __name__ == "__main__":
    tap.main()
