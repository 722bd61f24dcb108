# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad input from callers: each ends in a clear error that names it, and changes nothing."""

import os
import socket
import unittest
import xml.etree.ElementTree as ElementTree

import tap
from gi.repository import Gio, GLib
from stack import NAME, ROOT, SOURCE, WAIT, Stack

# An argument of each type that is well formed; what it says hardly matters, as the options are read early.
PLAUSIBLE = {
    "as": GLib.Variant("as", ["192.0.2.1"]),
    "a{sv}": GLib.Variant("a{sv}", {}),
    "b": GLib.Variant("b", True),
    "h": GLib.Variant("h", 0),
    "s": GLib.Variant("s", "csv"),
    "x": GLib.Variant("x", 1),
}


def string(value):
    return GLib.Variant("s", value)


def number(value):
    return GLib.Variant("x", value)


def only(**options):
    """Arguments of a method that takes options alone."""
    return GLib.Variant("(a{sv})", (options,))


def options_twice(name, first, second):
    """GLib.Variant takes a dict, which cannot hold a key twice."""
    builder = GLib.VariantBuilder.new(GLib.VariantType("a{sv}"))
    for value in (first, second):
        builder.add_value(GLib.Variant.new_dict_entry(string(name), GLib.Variant("v", value)))
    return builder.end()


# What the daemon's message calls a type of the annotation Options.
TYPE_NAMES = {"s": "a string (s)", "x": "an integer (x)", "b": "a boolean (b)", "as": "an array of strings (as)"}


def methods_with_options():
    """(interface, method, types of the arguments before the options, {option: type} of the annotation)"""
    for path in sorted((SOURCE / "interfaces").glob("org.*.xml")):
        for interface in ElementTree.parse(path).getroot().findall("interface"):
            for method in interface.findall("method"):
                ins = [arg for arg in method.findall("arg") if arg.get("direction") == "in"]
                if ins and ins[-1].get("name") == "options":
                    listed = next(item.get("value") for item in method.findall("annotation")
                                  if item.get("name") == f"{NAME}.Options")
                    yield (interface.get("name"), method.get("name"), [arg.get("type") for arg in ins[:-1]],
                           dict(word.split(":") for word in listed.split()))


class RawClient:
    """A connection whose messages are ours to the byte."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(WAIT)
        self.socket.connect(address.removeprefix("unix:path="))
        self.socket.sendall(b"\0AUTH EXTERNAL " + str(os.geteuid()).encode().hex().encode() + b"\r\n")
        answer = b""
        while not answer.endswith(b"\r\n"):
            answer += self.socket.recv(4096)
        assert answer.startswith(b"OK "), answer
        self.socket.sendall(b"BEGIN\r\n")
        self.send(Gio.DBusMessage.new_method_call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "Hello"))

    def send(self, message, replace=None, by=None):
        message.set_serial(1)
        data = bytes(message.to_blob(Gio.DBusCapabilityFlags.NONE))
        if replace is not None:
            assert replace in data and len(replace) == len(by)
            data = data.replace(replace, by)
        self.socket.sendall(data)

    def is_closed_by_peer(self):
        """Reads to the end, which comes or does not."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        except TimeoutError:
            return False
        return True

    def close(self):
        self.socket.close()


class Input(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(jails={"sshd": {"filter": "sshd"}, "web": {}}))
        cls.stack.wait_until(lambda: len(cls.stack.get("Server", "Jails")) == 2, "the jails")
        cls.jail = cls.stack.call("org.freedesktop.DBus.ObjectManager.GetManagedObjects")
        cls.jail = next(path for path in cls.jail if path.endswith("/jail/sshd"))

    def tearDown(self):
        self.assertEqual(0, self.stack.get("Bans", "Active"))
        self.assertEqual("running", self.stack.get("Manager", "State"))

    def check(self, name, part, member, parameters, path=ROOT, fds=()):
        shown, message = self.stack.error(member, parameters, path, fds=fds)
        self.assertEqual(name, shown, message)
        self.assertIn(part, message)
        self.assertLess(len(message), 2000)

    def ban(self, addresses, jails=("sshd",), options=None):
        options = options if isinstance(options, GLib.Variant) else GLib.Variant("a{sv}", options or {})
        return GLib.Variant.new_tuple(GLib.Variant("as", addresses), GLib.Variant("as", jails), options)

    def check_ban_option(self, name, value):
        self.check("InvalidArgument", name, "Bans.Ban", self.ban(["203.0.113.7"], options={name: value}))

    def test_address_wrong(self):
        for text in ("300.1.2.3", "192.0.2", "192.0.2.1 ; rm -rf /", "host.example", "2001:db8::x", "192.0.2.1/",
                     "[192.0.2.1", "١٩٢.0.2.1"):
            with self.subTest(text=text):
                self.check("AddressInvalid", text, "Bans.Ban", self.ban(["203.0.113.7", text]))
        for text in ("", "x" * 5000):
            self.check("AddressInvalid", "address", "Bans.Ban", self.ban(["203.0.113.7", text]))
        self.check("AddressInvalid", "no-address", "Bans.List", only(within=string("no-address")))

    def test_prefix_too_long(self):
        for text in ("192.0.2.0/33", "2001:db8::/129", "192.0.2.0/255.0.255.0", "192.0.2.0/-1", "192.0.2.0/999999999"):
            with self.subTest(text=text):
                self.check("AddressInvalid", text, "Bans.Ban", self.ban([text]))

    def test_list_empty(self):
        self.check("InvalidArgument", "address", "Bans.Ban", self.ban([]))
        self.check("InvalidArgument", "address", "Bans.Unban", self.ban([]))

    def test_list_too_long(self):
        addresses = [f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(10001)]
        self.check("TooLarge", "10000", "Bans.Ban", self.ban(addresses))
        self.check("TooLarge", "10000", "Bans.Unban", self.ban(addresses))

    def test_jail_unknown(self):
        self.check("JailNotFound", "'sshd'", "Bans.Ban", self.ban(["203.0.113.7"], ["web", "sshdd"]))
        self.check("JailNotFound", "sshdd", "Bans.Unban", self.ban(["203.0.113.7"], ["sshdd"]))
        self.check("JailNotFound", "sshdd", "Server.StopJail", GLib.Variant("(sa{sv})", ("sshdd", {})))
        self.check("JailNotFound", "sshdd", "Server.StartJail", GLib.Variant("(sa{sv})", ("sshdd", {})))
        self.check("JailNotFound", "sshdd", "Server.Reload", only(jail=string("sshdd")))
        name, message = self.stack.error("Jail.SetIdle", GLib.Variant("(ba{sv})", (True, {})), f"{ROOT}/jail/sshdd")
        self.assertIn(name, ("org.freedesktop.DBus.Error.UnknownObject", "JailNotFound"), message)

    def test_jail_name_bad(self):
        for name in ("--all", "", "a\nb", "a<F2B_END_COMMAND>", "x" * 256, "-x"):
            with self.subTest(name=name):
                shown, message = self.stack.error("Server.StopJail", GLib.Variant("(sa{sv})", (name, {})))
                self.assertEqual("InvalidArgument", shown, message)

    def test_option_unknown(self):
        self.check("InvalidArgument", "reason", "Bans.Ban", self.ban(["203.0.113.7"], options={"raeson": string("x")}))
        found = list(methods_with_options())
        self.assertGreater(len(found), 20)
        for interface, method, types, listed in found:
            with self.subTest(method=f"{interface}.{method}"):
                shown, message = self.with_option(interface, method, types, "no_such_option", GLib.Variant("b", True))
                self.assertEqual("InvalidArgument", shown, message)
                self.assertIn("no_such_option", message)
                takes = message.rpartition("; it takes: ")[2] if "; it takes: " in message else ""
                # what the daemon takes is what the annotation says, no less and no more
                self.assertEqual(set(listed), set(filter(None, takes.split(", "))), message)

    def test_options_have_the_types_that_are_listed(self):
        for interface, method, types, listed in methods_with_options():
            for option, kind in listed.items():
                with self.subTest(method=f"{interface}.{method}", option=option):
                    shown, message = self.with_option(interface, method, types, option, GLib.Variant("(d)", (1.5,)))
                    self.assertEqual("InvalidArgument", shown, message)
                    self.assertIn(f"'{option}' must be {TYPE_NAMES.get(kind, '')}", message)

    def with_option(self, interface, method, types, option, value):
        """What is said to an option: the error's name and its message."""
        path = {"Jail": self.jail, "Job": f"{ROOT}/job/probe"}.get(interface.rpartition(".")[2], ROOT)
        options = GLib.Variant("a{sv}", {option: value})
        arguments = GLib.Variant.new_tuple(*(PLAUSIBLE[kind] for kind in types), options)
        return self.stack.error(f"{interface}.{method}", arguments, path, fds=[2] if "h" in types else ())

    def test_option_of_wrong_type(self):
        for name, value in (("reason", GLib.Variant("i", 1)), ("force", string("yes")),
                            ("wait", GLib.Variant("d", 1.5)), ("protect", string("192.0.2.1"))):
            with self.subTest(name=name):
                self.check_ban_option(name, value)

    def test_option_out_of_range(self):
        for options, part in (({"limit": number(0)}, "limit"), ({"limit": number(501)}, "limit"),
                              ({"cursor": string("none of ours")}, "cursor"), ({"sort": string("colour")}, "sort")):
            with self.subTest(part=part):
                self.check("InvalidArgument", part, "Bans.List", GLib.Variant("(a{sv})", (options,)))
        self.check_ban_option("wait", number(21))
        self.check_ban_option("reason", string("r" * 501))
        self.check("InvalidArgument", "lines", "Server.ReadLog", only(lines=number(5001)))

    def test_option_twice(self):
        twice = options_twice("reason", string("one"), string("two"))
        self.check("InvalidArgument", "reason", "Bans.Ban", self.ban(["203.0.113.7"], options=twice))
        twice = options_twice("limit", number(1), number(2))
        self.check("InvalidArgument", "limit", "Bans.List", GLib.Variant.new_tuple(twice))
        twice = options_twice("maxretry", number(1), number(2))
        arguments = GLib.Variant.new_tuple(twice, PLAUSIBLE["a{sv}"])
        self.check("InvalidArgument", "maxretry", "Jail.Change", arguments, self.jail)

    def test_change_unknown_key(self):
        changes = {"maxretry": number(9), "bamtime": number(9)}
        self.check("InvalidArgument", "bantime", "Jail.Change", GLib.Variant("(a{sv}a{sv})", (changes, {})), self.jail)
        changes = {"maxretry": number(9), "bantime": string("__import__('os').system('true')")}
        self.check("InvalidArgument", "bantime", "Jail.Change", GLib.Variant("(a{sv}a{sv})", (changes, {})), self.jail)
        self.assertEqual(3, self.stack.get("Jail", "MaxRetry", self.jail))

    def test_wrong_signature(self):
        for parameters in (GLib.Variant("(s)", ("203.0.113.7",)), None, GLib.Variant("(asas)", (["203.0.113.7"], [])),
                           GLib.Variant("(asasa{ss})", (["203.0.113.7"], [], {}))):
            name, message = self.stack.error("Bans.Ban", parameters)
            self.assertIn(name, ("InvalidArgument", "org.freedesktop.DBus.Error.InvalidArgs"), message)

    def test_unknown_member(self):
        name, message = self.stack.error("Bans.Bann", None)
        self.assertEqual("org.freedesktop.DBus.Error.UnknownMethod", name, message)

    def test_text_with_control_characters(self):
        self.check("AddressInvalid", "203.0.113.7", "Bans.Ban", self.ban(["203.0.113.7\n203.0.113.8"]))
        self.check_ban_option("reason", string("a\nb"))
        self.check_ban_option("reason", string("a\x1b[2Jb"))
        for regex in ("<HOST>\nx", "<F2B_END_COMMAND><HOST>"):
            name, message = self.stack.error("Jail.AddFailregex", GLib.Variant("(sa{sv})", (regex, {})), self.jail)
            self.assertIn(name, ("InvalidArgument", "RegexInvalid"), message)

    def raw_ban(self, by):
        """The bus itself ends a connection that sends such a message; nobody else notices."""
        client = RawClient(self.stack.address)
        self.addCleanup(client.close)
        message = Gio.DBusMessage.new_method_call(NAME, ROOT, f"{NAME}.Bans", "Ban")
        message.set_body(self.ban(["198.51.100.77"]))
        client.send(message, b"198.51.100.77", by)
        self.assertTrue(client.is_closed_by_peer())

    def test_text_with_nul(self):
        self.raw_ban(b"198.51\x00100.77")

    def test_text_of_invalid_utf8(self):
        self.raw_ban(b"198.51\xff100.77")

    def test_log_path_outside(self):
        for path in ("/etc/passwd", "relative.log", "/dev/null", str(self.stack.fail2ban.logs) + "/../etc/jail.conf"):
            with self.subTest(path=path):
                name, message = self.stack.error("Jail.AddLogPath", GLib.Variant("(sa{sv})", (path, {})), self.jail)
                self.assertIn(name, ("InvalidArgument", "FileNotFound"), message)


if __name__ == "__main__":
    tap.main()
