# SPDX-License-Identifier: LGPL-2.1-or-later
"""The contract and those who read it: types of options, and the bridge's table of routes."""

import pathlib
import re
import sys
import unittest
import xml.etree.ElementTree as ElementTree

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/integration"))

import tap  # noqa: E402

PREFIX = "org.bangui.BanGUI1."
TYPES = {"s", "x", "b", "as", "v"}
# The same as another method that has a route.
TWINS = {("Job", "Run"): ("Jobs", "Run")}


def interfaces():
    """(name without prefix, its comment, {method: (element, comment)}, whether it has properties)"""
    for path in sorted((SOURCE / "interfaces").glob("org.*.xml")):
        parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
        root = ElementTree.parse(path, parser).getroot()
        head = "".join(node.text for node in root if node.tag is ElementTree.Comment)
        interface = root.find("interface")
        methods, comment = {}, ""
        for node in interface:
            if node.tag is ElementTree.Comment:
                comment = node.text
            elif node.tag == "method":
                methods[node.get("name")] = (node, comment)
        yield (interface.get("name").removeprefix(PREFIX), head, methods, interface.find("property") is not None)


def options(method):
    """The annotation as {name: type}, or None; the names also as they stand there."""
    for item in method.findall("annotation"):
        if item.get("name") == f"{PREFIX}Options":
            return [tuple(word.split(":")) for word in item.get("value").split()]
    return None


def rows():
    """(kind, interface, member or None) of the route table."""
    text = (SOURCE / "client/rest/api/routes.c").read_text()
    return re.findall(r'\{\s*"[A-Z]+",\s*"[^"]+",\s*[A-Z]+,\s*([A-Z_]+),\s*"(\w+)"(?:,\s*(?:"(\w+)"|NULL))?', text)


class Options(unittest.TestCase):
    def test_every_method_with_options_lists_them(self):
        for name, _, methods, _ in interfaces():
            for method, (node, _) in methods.items():
                takes = any((arg.get("name"), arg.get("direction")) == ("options", "in") for arg in node.findall("arg"))
                with self.subTest(method=f"{name}.{method}"):
                    self.assertEqual(takes, options(node) is not None)

    def test_options_have_a_type_and_stand_once(self):
        for name, _, methods, _ in interfaces():
            for method, (node, _) in methods.items():
                with self.subTest(method=f"{name}.{method}"):
                    listed = options(node) or []
                    self.assertLessEqual({kind for _, kind in listed}, TYPES)
                    self.assertEqual(len(listed), len(dict(listed)))

    def test_options_are_documented(self):
        every = list(interfaces())
        comments = {f"{name}.{method}": text for name, _, methods, _ in every for method, (_, text) in methods.items()}
        for name, head, methods, _ in every:
            for method, (node, text) in methods.items():
                # "as List", "as Jobs.Run": what is said there counts here
                said = text + head + "".join(other for other_name, other in comments.items()
                                             if re.search(rf"\b{other_name}\b", text)
                                             or (other_name.startswith(f"{name}.")
                                                 and re.search(rf"\b{other_name.partition('.')[2]}\b", text)))
                for option, _ in options(node) or []:
                    with self.subTest(method=f"{name}.{method}", option=option):
                        self.assertRegex(said, rf"\b{option}\b")


class Routes(unittest.TestCase):
    def test_every_operation_has_a_route(self):
        table = {(interface, member) for _, interface, member in rows()}
        for name, _, methods, has_properties in interfaces():
            for method in methods:
                with self.subTest(method=f"{name}.{method}"):
                    self.assertIn(TWINS.get((name, method), (name, method)), table)
            if has_properties:
                with self.subTest(properties=name):
                    self.assertIn(name, {other for kind, other, _ in rows() if kind in ("PROPERTIES", "OBJECTS")})

    def test_every_route_leads_somewhere(self):
        known = {name: methods for name, _, methods, _ in interfaces()}
        self.assertGreater(len(rows()), 80)
        for kind, interface, member in rows():
            with self.subTest(interface=interface, member=member):
                self.assertIn(interface, known)
                self.assertEqual(kind in ("PROPERTIES", "OBJECTS"), not member)
                if member:
                    self.assertIn(member, known[interface])


if __name__ == "__main__":
    tap.main()
