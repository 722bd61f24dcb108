# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rules of the house, read from the tree: who may include whom, sizes, words, and lists that have to agree."""

import ast
import functools
import os
import pathlib
import re
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/integration"))

import tap  # noqa: E402

BUILD = pathlib.Path(os.environ.get("BANGUI_BUILD", SOURCE / "build"))
PREFIX = "org.bangui.BanGUI1."

# What a room may include of the others.
MAY = {
    "core": {"core"},
    "store": {"store", "core"},
    "fail2ban": {"fail2ban", "core"},
    "http": {"http", "core"},
    "geo": {"geo", "http", "core"},
    "services": {"services", "fail2ban", "store", "geo", "http", "core"},
    "jobs": {"jobs", "services", "core"},
    "bus": {"bus", "services", "core"},
}

# Where a library's header may be included.
ONLY = {
    "sqlite3.h": ("daemon/store/", "daemon/fail2ban/", "client/rest/auth/", "tests/"),
    "systemd/sd-bus.h": ("daemon/bus/", "client/", "interfaces/", "tests/"),
    "libsoup/soup.h": ("daemon/http/", "client/rest/", "tests/"),
    "maxminddb.h": ("daemon/geo/", "tests/"),
}

# What promises something for later, or says that something is missing.
WORDS = re.compile("|".join((r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b", r"not (yet )?imple" r"mented",
                             r"place" r"holder", r"\bfor n" r"ow\b", r"\bst" r"ub(bed)?\b")))

C_LINES, C_FUNCTION, COLUMNS = 800, 90, 120

# Sources of the page and its tests.
WEB = ".ts", ".tsx", ".mjs", ".css"


@functools.cache
def files(*suffixes):
    """Paths in the tree, those that are not committed yet included, relative to it."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=SOURCE,
                            capture_output=True, check=True).stdout.decode().split("\0")
    return [path for path in listed if path and path.endswith(suffixes) and (SOURCE / path).is_file()
            and not path.startswith(("tests/data/", "tests/fuzz/corpus"))]


@functools.cache
def read(path):
    return (SOURCE / path).read_text()


def interfaces():
    return [path for path in files(".xml") if path.startswith("interfaces/") and not path.endswith(".gresource.xml")]


def without_comments(text):
    return re.sub(r"/\*.*?\*/", lambda match: "\n" * match[0].count("\n"), text, flags=re.S)


class House(unittest.TestCase):
    maxDiff = None

    def none(self, faults):
        self.assertEqual([], sorted(faults))

    def test_rooms_include_downward_only(self):
        faults = []
        for path in files(".c", ".h"):
            parts = path.split("/")
            room = parts[1] if parts[0] == "daemon" and len(parts) > 2 else None
            for included in re.findall(r'^\s*#\s*include\s+"([^"]+)"', read(path), re.M):
                other = included.removeprefix("daemon/").split("/")[0]
                if room and other in MAY and other not in MAY[room]:
                    faults.append(f"{path}: {room} includes {included}")
                if room and included in ("startup.h", "daemon/startup.h"):
                    faults.append(f"{path}: {included} joins the rooms and is included by main.c alone")
                if room and room != "bus" and included.startswith("interfaces/bus-"):
                    faults.append(f"{path}: {included} is for the room bus and for clients")
                if parts[0] == "interfaces" and not included.startswith("interfaces/"):
                    faults.append(f"{path}: what both sides need includes {included} of one of them")
                if parts[0] == "client" and (other in MAY or included.startswith("daemon/")):
                    faults.append(f"{path}: a client includes {included} of the daemon")
        self.none(faults)

    def test_libraries_stay_in_their_rooms(self):
        self.none(f"{path} includes <{header}>" for header, homes in ONLY.items() for path in files(".c", ".h")
                  if re.search(rf"#\s*include\s+<{re.escape(header)}>", read(path)) and not path.startswith(homes))

    def test_files_have_one_subject(self):
        self.none(f"{path} has {lines} lines" for path in files(".c", ".h", ".py", *WEB)
                  if (lines := read(path).count("\n")) > C_LINES)

    def test_functions_fit(self):
        faults = []
        for path in files(".c"):
            start = None
            for number, line in enumerate(without_comments(read(path)).splitlines(), 1):
                if re.match(r"[A-Za-z_].*\)\s*\{$", line):
                    start = number
                elif start is None and re.match(r"[A-Za-z_ \t].*\)\s*\{$", line) and not line.startswith("        "):
                    start = number
                elif line.startswith("}") and start:
                    if number - start + 1 > C_FUNCTION:
                        faults.append(f"{path}:{start}: a function of {number - start + 1} lines")
                    start = None
        self.none(faults)

    def test_python_functions_fit(self):
        faults = []
        for path in files(".py"):
            for node in ast.walk(ast.parse(read(path), path)):
                if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno > C_FUNCTION:
                    faults.append(f"{path}:{node.lineno}: {node.name} has {node.end_lineno - node.lineno} lines")
        self.none(faults)

    def test_lines_fit(self):
        self.none(f"{path}:{number}: {len(line)} columns" for path in files(".c", ".h", ".py", ".build")
                  for number, line in enumerate(read(path).splitlines(), 1) if len(line.expandtabs(8)) > COLUMNS)

    def test_no_tabs_and_no_blanks_at_the_end(self):
        self.none(f"{path}:{number}" for path in files(".c", ".h", ".py", ".build", ".xml", ".md", ".rst", *WEB)
                  for number, line in enumerate(read(path).splitlines(), 1) if "\t" in line or line != line.rstrip())

    def test_every_source_names_its_licence(self):
        every = files(".c", ".h", ".py", ".xml", ".build", ".sh", ".conf", ".service", ".in", ".policy", ".rules",
                      ".bash", ".fish", "Makefile", ".clang-format", ".clang-tidy", ".supp", *WEB)
        self.none(path for path in every if "SPDX-License-Identifier: LGPL-2.1-or-later" not in read(path)[:400])

    def test_nothing_is_promised_for_later(self):
        every = files(".c", ".h", ".py", ".xml", ".build", ".sh", ".md", ".rst", ".in", ".rules", "Makefile")
        self.none(f"{path}:{number}: {line.strip()}" for path in every
                  for number, line in enumerate(read(path).splitlines(), 1) if WORDS.search(line))

    def test_every_source_is_built(self):
        faults = []
        for path in files(".c"):
            folder, _, name = path.rpartition("/")
            lists = [f"{place}/meson.build" for place in (folder, folder.rpartition("/")[0]) if place]
            text = "".join(read(place) for place in lists if place in files(".build"))
            program = re.match(r"(?:test|bench|fuzz)-(.+)\.c$", name)
            if f"'{name}'" not in text and f"{name}'" not in text and not (program and f"'{program[1]}'" in text):
                faults.append(f"{path} stands in no meson.build")
        self.none(faults)

    def test_format(self):
        given = subprocess.run(["clang-format", "--dry-run", "-Werror", *files(".c", ".h")], cwd=SOURCE, text=True,
                               capture_output=True)
        faults = sorted({match[1] for match in re.finditer(r"^(\S+?):\d+:\d+: error", given.stderr, re.M)})
        self.assertEqual([], faults, "`make format` mends it\n" + given.stderr[:4000])
        self.assertEqual(0, given.returncode, given.stderr[:4000])

    def test_scripts_parse(self):
        for path in files(".sh", ".bash", ".ci/deps", ".ci/run"):
            given = subprocess.run(["bash", "-n", path], cwd=SOURCE, capture_output=True, text=True)
            self.assertEqual((0, ""), (given.returncode, given.stderr), path)


class Lists(unittest.TestCase):
    """What stands in two places is the same in both."""

    maxDiff = None

    @staticmethod
    def policy():
        return ElementTree.parse(SOURCE / "polkit/org.bangui.BanGUI1.policy").getroot().findall("action")

    @staticmethod
    def methods():
        """{(group, method): action} of the tables in daemon/bus; None where a method is open."""
        found = {}
        for path in files(".c"):
            group = re.search(r'MethodGroup \w+ = \{\s*(?:\.group = )?"(\w+)"', read(path))
            if not path.startswith("daemon/bus/") or not group:
                continue
            for name, action in re.findall(r'\{\s*(?:\.name = )?"([A-Z]\w+)",\s*'
                                           r'(?:(?:\.action = )?("[a-z-]+"|NULL),\s*)?(?:\.lane = )?LANE_', read(path)):
                found[group[1], name] = action.strip('"') if action.startswith('"') else None
        return found

    def test_policy_and_daemon_know_the_same_actions(self):
        listed = {action.get("id").removeprefix(PREFIX) for action in self.policy()}
        table = re.search(r"define BANGUI_ACTIONS((?:.*\\\n)*.*)", read("interfaces/actions.h"))
        self.assertEqual(listed, set(re.findall(r'"([a-z-]+)"', table[1])))
        self.assertLessEqual({action for action in self.methods().values() if action}, listed)

    def test_methods_ask_for_the_action_that_is_documented(self):
        asked = self.methods()
        self.assertGreater(len(asked), 15)
        for path in interfaces():
            group = pathlib.Path(path).stem.removeprefix(PREFIX)
            for name, text in re.findall(r"<!--\s+(\w+):(.*?)-->\s*<method", read(path), re.S):
                documented = re.findall(r"\bAction: ([a-z-]+)", text)
                if (group, name) in asked and asked[group, name]:
                    self.assertEqual([asked[group, name]], documented, f"{group}.{name}")
                elif (group, name) in asked:
                    self.assertEqual([], documented, f"{group}.{name} is open")

    def test_every_action_speaks_english_and_german(self):
        lang = "{http://www.w3.org/XML/1998/namespace}lang"
        for action in self.policy():
            for tag in ("description", "message"):
                self.assertEqual([None, "de"], [node.get(lang) for node in action.findall(tag)], action.get("id"))
                self.assertTrue(all(node.text.strip() for node in action.findall(tag)), action.get("id"))

    def test_policy_has_an_answer_for_every_session(self):
        for action in self.policy():
            answers = {node.tag: node.text for node in action.find("defaults")}
            self.assertEqual({"allow_any", "allow_inactive", "allow_active"}, set(answers), action.get("id"))
            name = action.get("id").removeprefix(PREFIX)
            expected = {"read": "yes", "edit-actions": "auth_admin"}.get(name, "auth_admin_keep")
            self.assertEqual({expected}, set(answers.values()), name)

    def test_bus_policy_opens_every_interface(self):
        ours = {pathlib.Path(path).stem for path in interfaces()}
        names = ("Introspectable", "ObjectManager", "Peer", "Properties")
        standard = {f"org.freedesktop.DBus.{name}" for name in names}
        rules = ElementTree.parse(SOURCE / "data/dbus-1/org.bangui.BanGUI1.conf").iter("allow")
        self.assertEqual(ours | standard, {rule.get("send_interface") for rule in rules} - {None})

    def test_interfaces_are_installed_and_compiled_in(self):
        names = {pathlib.Path(path).name for path in interfaces()}
        self.assertEqual(names, set(re.findall(r"'(org\.\S+\.xml)'", read("interfaces/meson.build"))))
        resource = read("interfaces/interfaces.gresource.xml")
        self.assertEqual(names, {pathlib.Path(match).name for match in re.findall(r">([^<]*\.xml)<", resource)})

    def test_interfaces_are_well_formed(self):
        given = subprocess.run(["xmllint", "--noout", "--nonet", *interfaces()], cwd=SOURCE, capture_output=True,
                               text=True)
        self.assertEqual((0, ""), (given.returncode, given.stderr))

    def test_every_error_is_documented(self):
        names = re.findall(r'\bX\([A-Z0-9_]+,\s*"(\w+)"', read("interfaces/errors.h").replace("\\\n", " "))
        self.assertEqual(names, re.findall(r"^\| `(\w+)`", (BUILD / "docs/errors.md").read_text(), re.M))

    def test_every_setting_is_documented(self):
        keys = re.findall(r"^#([a-z0-9-]+)=", (BUILD / "data/bangui.conf").read_text(), re.M)
        page = (BUILD / "docs/bangui.conf.5.rst").read_text()
        self.assertEqual(keys, re.findall(r"^\*\*([a-z0-9-]+)=\*\*$", page, re.M))
        enum = re.search(r"typedef enum Setting \{(.*?)\}", without_comments(read("daemon/core/settings.h")), re.S)[1]
        self.assertEqual([name.lower().replace("_", "-") for name in re.findall(r"\bSETTING_(\w+)", enum)
                          if not name.startswith("_")], keys)

    def test_every_setting_of_the_bridge_is_documented(self):
        keys = re.findall(r"^#([a-z0-9-]+) = ", (BUILD / "data/bangui-rest.conf").read_text(), re.M)
        self.assertIn("listen", keys)
        page = (BUILD / "docs/bangui-rest.conf.5.rst").read_text()
        self.assertEqual(keys, re.findall(r"^\*\*([a-z0-9-]+)=\*\*$", page, re.M))

    def test_every_member_is_documented(self):
        page = (BUILD / "docs/bus-api.md").read_text()
        for path in interfaces():
            for node in ElementTree.parse(SOURCE / path).getroot().iter():
                if node.tag in ("method", "signal", "property"):
                    self.assertRegex(page, rf"#### `{node.get('name')}\b", path)

    def test_packages_say_what_for(self):
        seen, section = {}, None
        for line in read("dependencies.txt").splitlines():
            if line.startswith("["):
                section = line
            elif line and not line.startswith("#"):
                package, tab, why = line.partition("\t")
                self.assertTrue(tab and why.strip(), line)
                self.assertNotIn((section, package), seen, line)
                seen[section, package] = why

    def test_news_knows_this_version(self):
        version = re.search(r"version: '([\d.]+)'", read("meson.build"))[1]
        self.assertIn(f"\n## {version}\n", read("NEWS.md"))

    def test_links_in_documents_lead_somewhere(self):
        made = {"bus-api.md", "errors.md"}
        for path in files(".md"):
            for link in re.findall(r"\]\((?!https?:)([^)#]+)", read(path)):
                target = (SOURCE / path).parent / link
                self.assertTrue(target.exists() or target.name in made, f"{path}: {link}")


if __name__ == "__main__":
    tap.main()
