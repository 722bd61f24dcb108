# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `make install` installs of the bridge: its unit, user, rule for polkit and page, each at work."""

import gzip
import os
import pathlib
import re
import subprocess
import time

import confine
import tap
from installed import Installed
from stack import NOBODY, Stack

EXPOSURE_MAX = 1.5
PASSWORD = "correct horse battery staple"
COMPRESSED_FROM = 1024
MEMO = 10  # seconds for which the rule remembers an answer


class Bridge(Installed):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls.path("usr/lib/systemd/system/bangui-rest.service")
        cls.program = cls.path("usr/sbin/bangui-rest")

    def test_unit_verifies(self):
        # systemd looks for the user, whom sysusers makes at the installation
        unit = pathlib.Path(self.folder) / "with-user/bangui-rest.service"
        unit.parent.mkdir()
        unit.write_text(re.sub(r"^(User|Group)=bangui-rest", r"\1=daemon", self.unit.read_text(), flags=re.M))
        self.assert_verifies(unit)

    def test_unit_is_closed(self):
        self.assert_closed(self.unit, EXPOSURE_MAX)

    def test_unit_says_why_something_is_granted(self):
        self.assert_says_why(self.unit, ("StateDirectory", "RestrictAddressFamilies"))

    def test_unit_runs_the_program_as_its_own_user(self):
        given = dict(confine.settings(self.unit))
        self.assertEqual(("/usr/sbin/bangui-rest", "bangui-rest"), (given["ExecStart"], given["User"]))
        text = self.path("usr/lib/sysusers.d/bangui.conf").read_text()
        self.assertRegex(text, r"(?m)^u bangui-rest - ")

    def test_sysusers_takes_the_user(self):
        given = subprocess.run(["systemd-sysusers", "--dry-run", self.path("usr/lib/sysusers.d/bangui.conf")],
                               capture_output=True, text=True)
        self.assertEqual(0, given.returncode, given.stderr)

    def test_settings_file_changes_nothing_as_it_is(self):
        config = self.path("etc/bangui/bangui-rest.conf")
        given = subprocess.run([self.program, f"--config={config}", "--may=ban"], capture_output=True, text=True)
        self.assertEqual((0, "yes\n"), (given.returncode, given.stdout), given.stderr)

    def test_page_is_whole_and_compressed(self):
        page = self.path("usr/share/bangui/web")
        index = (page / "index.html").read_text()
        self.assertIn('<base href="/">', index)
        self.assertNotRegex(index, r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|https?://")
        for name in re.findall(r'(?:src|href)="\./([^"]+)"', index):
            self.assertTrue((page / name).is_file(), name)
        for path in page.rglob("*.js"):
            if path.stat().st_size > COMPRESSED_FROM:
                self.assertEqual(path.read_bytes(), gzip.decompress(pathlib.Path(f"{path}.gz").read_bytes()), path)

    def test_actions_that_can_be_granted_are_those_of_polkit(self):
        policy = self.path("usr/share/polkit-1/actions/org.bangui.BanGUI1.policy").read_text()
        actions = re.findall(r'<action id="org\.bangui\.BanGUI1\.([^"]+)"', policy)
        config = pathlib.Path(self.folder) / "all.conf"
        config.write_text(f"[rest]\ngrant = {' '.join(actions)}\n")
        for action in actions:
            self.assertEqual("yes\n", self.clean(self.program, f"--config={config}", f"--may={action}"))
        config.write_text("[rest]\ngrant = read bann\n")
        given = subprocess.run([self.program, f"--config={config}", "--may=read"], capture_output=True, text=True)
        self.assertNotEqual(0, given.returncode)
        self.assertIn("bann is no action of BanGUI", given.stderr)

    # the rule

    def rules(self, config):
        """The installed rule, for a user that there is and a program that is not in its place."""
        text = self.path("usr/share/polkit-1/rules.d/org.bangui.BanGUI1.rest.rules").read_text()
        placed = text.replace('"/usr/sbin/bangui-rest",', f'"{self.program}", "--config={config}",')
        self.assertNotEqual(text, placed)
        return placed.replace('subject.user !== "bangui-rest"', 'subject.user !== "nobody"')

    def bridge_of_nobody(self, stack):
        """As the unit does it: a user who has no right of his own."""
        store = stack.folder / "store-of-nobody"
        store.mkdir(mode=0o700)
        os.chown(store, NOBODY, NOBODY)
        program = stack.folder / "as-nobody"
        become = f"setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups"
        program.write_text(f'#!/bin/sh\nexec {become} {self.program} "$@"\n')
        program.chmod(0o755)
        bridge = stack.bridge(program=program, listen="127.0.0.1:0", **{"store-folder": store})
        bridge.set_up(PASSWORD)
        return bridge

    def test_rule_grants_what_the_settings_say(self):
        config = pathlib.Path(self.folder) / "granted.conf"
        config.write_text("[rest]\ngrant = read read-sensitive ban\n")
        with Stack(polkit=True, rules=self.rules(config)) as stack:
            bridge = self.bridge_of_nobody(stack)
            self.assertEqual(200, bridge.request("GET", "bans/active").status)
            self.assertEqual(200, bridge.request("GET", "audit").status)
            body = {"addresses": ["192.0.2.7"], "jails": ["sshd"]}
            self.assertEqual(1, bridge.post("bans", body)["banned"])
            refused = bridge.request("DELETE", "bans", body)
            self.assertEqual((403, "NotAuthorized"), (refused.status, refused.body["error_code"]))
            self.assertEqual({"answer": "no"}, bridge.post("can-do", {"action": "unban", "details": {}}))

            config.write_text("[rest]\ngrant = read read-sensitive unban\n")
            time.sleep(MEMO + 1)
            self.assertEqual(1, bridge.request("DELETE", "bans", body).body["unbanned"])
            self.assertEqual(403, bridge.request("POST", "bans", body).status)

    def test_rule_grants_nothing_when_the_settings_are_broken(self):
        config = pathlib.Path(self.folder) / "broken.conf"
        config.write_text("[rest]\ngrant = read bann\n")
        with Stack(polkit=True, rules=self.rules(config)) as stack:
            bridge = self.bridge_of_nobody(stack)
            self.assertEqual(403, bridge.request("POST", "bans", {"addresses": ["192.0.2.7"], "jails": []}).status)
            self.assertEqual(403, bridge.request("GET", "bans/active").status)


if __name__ == "__main__":
    tap.main()
