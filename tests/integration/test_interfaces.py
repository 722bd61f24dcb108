# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the running daemon shows on the bus is what interfaces/*.xml says, both ways."""

import unittest
import xml.etree.ElementTree as ElementTree

import tap
from gi.repository import Gio, GLib
from stack import NAME, ROOT, SOURCE, Stack

STANDARD = {f"org.freedesktop.DBus.{name}" for name in ("Introspectable", "ObjectManager", "Peer", "Properties")}
EMITS = "org.freedesktop.DBus.Property.EmitsChangedSignal"
OPTIONS = "org.bangui.BanGUI1.Options"  # for clients that read the file; sd-bus shows no annotations of ours
ON_ROOT = {f"{NAME}.{group}" for group in ("AllowList", "Bans", "Geo", "History", "Jobs", "Manager", "Server",
                                           "Settings", "Stats")}


def shape(interface):
    """An interface reduced to what a caller can depend on."""
    members = set()
    for node in interface:
        if node.tag is ElementTree.Comment:
            continue
        annotations = {(item.get("name"), item.get("value")) for item in node.findall("annotation")
                       if item.get("name") != OPTIONS}
        if node.tag == "property":
            # "true" is what D-Bus takes for granted
            annotations.discard((EMITS, "true"))
            arguments = (node.get("type"), node.get("access"))
        else:
            default = "out" if node.tag == "signal" else "in"
            arguments = tuple((arg.get("name"), arg.get("type"), arg.get("direction", default))
                              for arg in node.findall("arg"))
        if node.tag != "annotation":
            members.add((node.tag, node.get("name"), arguments, frozenset(annotations)))
    return members


class Interfaces(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.contract = {}
        for path in (SOURCE / "interfaces").glob("org.*.xml"):
            for interface in ElementTree.parse(path).getroot().findall("interface"):
                cls.contract[interface.get("name")] = shape(interface)
        jails = {"sshd": {"filter": "sshd"}, "web mail-1.ü": {}}
        # a ban takes a while, so that it becomes an operation
        cls.stack = cls.enterClassContext(Stack(jails=jails, action="sleep 2"))
        cls.jail = next(path for path in cls.objects() if path.startswith(f"{ROOT}/jail/"))

    @classmethod
    def objects(cls):
        return cls.stack.call("org.freedesktop.DBus.ObjectManager.GetManagedObjects", path=ROOT)

    def introspect(self, path):
        text = self.stack.call("org.freedesktop.DBus.Introspectable.Introspect", path=path)
        return ElementTree.fromstring(text)

    def check(self, path, expected):
        shown = {interface.get("name"): interface for interface in self.introspect(path).findall("interface")}
        self.assertEqual(set(expected), set(shown) - STANDARD)
        for name in expected:
            self.assertEqual(self.contract[name], shape(shown[name]), name)

    def operation(self):
        answer = self.stack.ban("192.0.2.99", wait=GLib.Variant("x", 0))
        return answer["operation"]

    def test_root(self):
        self.check(ROOT, ON_ROOT)

    def test_root_manages_objects(self):
        shown = {interface.get("name") for interface in self.introspect(ROOT).findall("interface")}
        self.assertLessEqual(STANDARD, shown)

    def test_jail(self):
        self.check(self.jail, {f"{NAME}.Jail"})

    def test_operation(self):
        self.check(self.operation(), {f"{NAME}.Operation"})

    def test_every_interface_stands_somewhere(self):
        self.assertEqual(set(self.contract), ON_ROOT | {f"{NAME}.Jail", f"{NAME}.Job", f"{NAME}.Operation"})

    def test_objects_have_every_property_with_its_type(self):
        self.operation()
        flags = Gio.DBusCallFlags.NONE
        variant = self.stack.bus.call_sync(NAME, ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", None,
                                           GLib.VariantType("(a{oa{sa{sv}}})"), flags, -1, None).get_child_value(0)
        seen = set()
        for number in range(variant.n_children()):
            entry = variant.get_child_value(number)
            for interface in self.variants(entry.get_child_value(1)).items():
                name, properties = interface
                if name in STANDARD:
                    continue
                seen.add(name)
                types = {key: value.get_variant().get_type_string() for key, value in self.variants(properties).items()}
                expected = {member: arguments[0] for kind, member, arguments, _ in self.contract[name]
                            if kind == "property"}
                self.assertEqual(expected, types, f"{entry.get_child_value(0).get_string()} {name}")
        self.assertLessEqual({f"{NAME}.Jail", f"{NAME}.Job", f"{NAME}.Operation"}, seen)

    @staticmethod
    def variants(dictionary):
        children = (dictionary.get_child_value(number) for number in range(dictionary.n_children()))
        return {child.get_child_value(0).get_string(): child.get_child_value(1) for child in children}

    def test_get_all_agrees_with_managed_objects(self):
        managed = self.objects()[self.jail][f"{NAME}.Jail"]
        everything = self.stack.call("org.freedesktop.DBus.Properties.GetAll", GLib.Variant("(s)", (f"{NAME}.Jail",)),
                                     path=self.jail)
        self.assertEqual(managed, everything)

    def test_properties_cannot_be_written(self):
        value = GLib.Variant("(ssv)", (f"{NAME}.Manager", "Version", GLib.Variant("s", "9")))
        name, _ = self.stack.error("org.freedesktop.DBus.Properties.Set", value)
        self.assertEqual("org.freedesktop.DBus.Error.PropertyReadOnly", name)

    def test_no_other_object_answers(self):
        name, _ = self.stack.error("Manager.GetStatus", path="/")
        self.assertEqual("org.freedesktop.DBus.Error.UnknownObject", name)
        name, _ = self.stack.error("Jail.SetIdle", GLib.Variant("(ba{sv})", (True, {})), path=f"{ROOT}/jail/none")
        self.assertEqual("org.freedesktop.DBus.Error.UnknownObject", name)

    def test_wrong_signature_is_refused_by_type(self):
        name, _ = self.stack.error("Manager.GetStatus", GLib.Variant("(s)", ("x",)))
        self.assertEqual("org.freedesktop.DBus.Error.InvalidArgs", name)

    def test_unknown_member_is_refused(self):
        self.assertEqual("org.freedesktop.DBus.Error.UnknownMethod", self.stack.error("Manager.Nothing")[0])

    def test_what_the_bus_policy_does_not_open_is_closed(self):
        self.assertEqual("org.freedesktop.DBus.Error.AccessDenied", self.stack.error("org.example.Other.Method")[0])


if __name__ == "__main__":
    tap.main()
