# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may do what: the real polkitd with our policy, asked about root and about somebody else."""

import signal
import time
import unittest

import tap
from caller import NAME, ROOT, Caller
from gi.repository import GLib
from stack import NOBODY, Stack

INTERACTIVE = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"
JAILS = {"sshd": {"filter": "sshd"}, "webmail": {}}
BAN = "(['192.0.2.{n}'], ['{jail}'], @a{{sv}} {{}})"
SOON = 2  # seconds; "at once" on a busy machine under sanitizers

# Calls that change nothing when they are refused, by the action that they ask for.
GUARDED = {
    "read-sensitive": [("Bans.Lookup", "('192.0.2.1', @a{sv} {})"), ("Manager.ListAudit", "(@a{sv} {},)"),
                       ("Server.ReadLog", "(@a{sv} {},)"), ("Server.FollowLog", "(@a{sv} {},)")],
    "ban": [("Bans.Ban", BAN.format(n=1, jail="sshd"))],
    "unban": [("Bans.Unban", "(['192.0.2.1'], ['sshd'], @a{sv} {})"), ("Bans.UnbanAll", "(@a{sv} {},)")],
    "control-jail": [("Server.StopJail", "('sshd', @a{sv} {})"), ("Server.StartJail", "('sshd', @a{sv} {})"),
                     ("Server.Reload", "({'jail': <'sshd'>},)")],
    "control-server": [("Server.Set", "({'log_level': <'DEBUG'>}, @a{sv} {})"), ("Server.FlushLogs", "(@a{sv} {},)"),
                       ("Server.Reload", "(@a{sv} {},)"), ("Server.Restart", "(@a{sv} {},)"),
                       ("Server.Start", "(@a{sv} {},)")],
    "manage-settings": [("Jobs.Run", "('archive-retention', @a{sv} {})"), ("History.Purge", "({'days': <@x 1>},)"),
                        ("History.Compact", "(@a{sv} {},)"),
                        ("Settings.Set", "({'log-level': <'debug'>}, @a{sv} {})"),
                        ("Settings.Reset", "(['log-level'], @a{sv} {})"), ("Settings.Reload", "(@a{sv} {},)")],
}
ACTIONS = {"read": "yes", **dict.fromkeys(("read-sensitive", "ban", "unban", "allow", "control-jail", "control-server",
                                           "edit-config", "edit-actions", "manage-blocklists", "manage-settings",
                                           "look-up-outside"), "challenge")}

RULE_SSHD = """polkit.addRule(function (action, subject) {
    if (action.id === "org.bangui.BanGUI1.ban" && action.lookup("jail") === "sshd" && subject.user === "nobody")
        return polkit.Result.YES;
    if (action.id === "org.bangui.BanGUI1.unban" && subject.user === "nobody")
        return polkit.Result.NO;
    return polkit.Result.NOT_HANDLED;
});
"""
RULE_NO_READ = """polkit.addRule(function (action, subject) {
    return action.id === "org.bangui.BanGUI1.read" ? polkit.Result.NO : polkit.Result.NOT_HANDLED;
});
"""


class Shared(unittest.TestCase):
    """One stack for the cases of a class."""

    polkit, rules = True, ""
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(jails=JAILS, polkit=cls.polkit, rules=cls.rules))
        cls.nobody = cls.enterClassContext(Caller(cls.stack, NOBODY))

    def can(self, action, details=None, caller=None):
        text = ", ".join(f"'{key}': '{value}'" for key, value in (details or {}).items())
        return (caller or self.nobody).call("Manager.CanDo", f"('{action}', @a{{ss}} {{{text}}})")

    def banned(self):
        self.stack.call("Server.Probe", GLib.Variant("(a{sv})", ({},)))
        return sum((self.stack.fail2ban.ask("get", jail, "banip")[1] for jail in JAILS), [])


class AsShipped(Shared):
    def test_everybody_may_read(self):
        self.assertIn("jails", self.nobody.call("Manager.GetStatus"))
        self.nobody.call("Bans.List", "(@a{sv} {},)")
        self.nobody.call("Server.Probe", "(@a{sv} {},)")

    def test_everybody_may_read_properties(self):
        get = "org.freedesktop.DBus.Properties.Get"
        self.assertEqual(0, self.nobody.call(get, f"('{NAME}.Bans', 'Active')"))
        self.assertEqual(["sshd", "webmail"], sorted(self.nobody.call(get, f"('{NAME}.Server', 'Jails')")))
        objects = self.nobody.call("org.freedesktop.DBus.ObjectManager.GetManagedObjects")
        self.assertEqual(2, sum(path.startswith(f"{ROOT}/jail/") for path in objects))

    def test_everybody_may_introspect_and_ping(self):
        self.assertIn("Bans", self.nobody.call("org.freedesktop.DBus.Introspectable.Introspect"))
        self.nobody.call("org.freedesktop.DBus.Peer.Ping")

    def test_guarded_calls_ask_for_interaction(self):
        for action, calls in GUARDED.items():
            for member, arguments in calls:
                with self.subTest(action=action, member=member):
                    name, message = self.nobody.error(member, arguments)
                    self.assertEqual(INTERACTIVE, name, message)
        self.assertEqual([], self.banned())
        self.assertEqual({"sshd", "webmail"}, self.stack.fail2ban.running_jails())

    def test_guarded_calls_on_a_jail_ask_for_interaction(self):
        jail = f"{ROOT}/jail/sshd"
        for member, arguments in (("Jail.SetIdle", "(true, @a{sv} {})"),
                                  ("Jail.Change", "({'maxretry': <@x 9>}, @a{sv} {})"),
                                  ("Jail.AddIgnoreAddress", "('192.0.2.1', @a{sv} {})"),
                                  ("Jail.GetAction", "('noop',)")):
            with self.subTest(member=member):
                self.assertEqual(INTERACTIVE, self.nobody.error(member, arguments, path=jail)[0])

    def test_root_passes(self):
        answer = self.stack.ban("192.0.2.50", jails=("webmail",))
        self.assertEqual(1, answer["banned"])
        self.stack.call("Bans.Unban", GLib.Variant("(asasa{sv})", (["192.0.2.50"], ["webmail"], {})))

    def test_can_do_tells_what_polkit_would(self):
        self.assertEqual(ACTIONS, {action: self.can(action) for action in ACTIONS})
        self.assertEqual("challenge", self.can(f"{NAME}.ban"))

    def test_can_do_of_root_is_yes(self):
        with Caller(self.stack) as root:
            self.assertEqual({"yes"}, {self.can(action, caller=root) for action in ACTIONS})

    def test_can_do_names_an_unknown_action(self):
        name, message = self.nobody.error("Manager.CanDo", "('fly', @a{ss} {})")
        self.assertEqual("InvalidArgument", name)
        self.assertIn("fly", message)

    def test_an_agent_is_asked_only_when_the_call_allows_it(self):
        with Caller(self.stack, NOBODY) as person:
            person.register_agent()
            self.assertEqual(INTERACTIVE, person.error("Bans.Ban", BAN.format(n=5, jail="sshd"))[0])
            self.assertEqual([], person.asked())
            name, _ = person.error("Bans.Ban", BAN.format(n=5, jail="sshd"), interactive=True)
            self.assertEqual("NotAuthorized", name)
            (action, message, _), = person.asked()
            self.assertEqual(f"{NAME}.ban", action)
            self.assertEqual("Authentication is required for Bans.Ban: '192.0.2.5 in sshd'", message)
        self.assertNotIn("192.0.2.5", self.banned())

    def test_the_authorization_part_is_ok(self):
        parts = {part["name"]: part["state"] for part in self.stack.get("Manager", "Parts")}
        self.assertEqual("ok", parts["authorization"])


class WithRules(Shared):
    rules = RULE_SSHD

    def test_a_rule_sees_the_jail(self):
        self.assertEqual(1, self.nobody.call("Bans.Ban", BAN.format(n=10, jail="sshd"))["banned"])
        self.assertEqual(INTERACTIVE, self.nobody.error("Bans.Ban", BAN.format(n=11, jail="webmail"))[0])

    def test_a_rule_for_one_jail_does_not_allow_several_or_all(self):
        for jails in ("['sshd', 'webmail']", "['webmail', 'sshd']", "@as []", "['sshd', 'sshd']"):
            with self.subTest(jails=jails):
                arguments = f"(['192.0.2.12'], {jails}, @a{{sv}} {{}})"
                self.assertEqual(INTERACTIVE, self.nobody.error("Bans.Ban", arguments)[0])
        self.assertNotIn("192.0.2.12", self.banned())

    def test_what_a_rule_forbids_is_not_authorized(self):
        name, message = self.nobody.error("Bans.Unban", "(['192.0.2.1'], ['sshd'], @a{sv} {})")
        self.assertEqual("NotAuthorized", name)
        self.assertIn("unban", message)

    def test_what_was_forbidden_stands_in_the_audit(self):
        self.nobody.error("Bans.Unban", "(['192.0.2.77'], ['sshd'], @a{sv} {})")
        rows, _ = self.stack.call("Manager.ListAudit", GLib.Variant("(a{sv})", ({"uid": GLib.Variant("x", NOBODY)},)))
        self.assertEqual([("Bans.Unban", "NotAuthorized")],
                         [(row["method"], row["result"]) for row in rows if "192.0.2.77" in row["object"]])

    def test_can_do_takes_details(self):
        self.assertEqual("yes", self.can("ban", {"jail": "sshd"}))
        self.assertEqual("challenge", self.can("ban", {"jail": "webmail"}))
        self.assertEqual("challenge", self.can("ban"))
        self.assertEqual("no", self.can("unban", {"jail": "sshd"}))


class PolkitComesAndGoes(unittest.TestCase):
    def setUp(self):
        self.stack = self.enterContext(Stack(jails=JAILS, polkit=True))
        self.nobody = self.enterContext(Caller(self.stack, NOBODY))

    def at_once(self, what):
        start = time.monotonic()
        what()
        self.assertLess(time.monotonic() - start, SOON)

    def authorization(self):
        return {part["name"]: part["state"] for part in self.stack.get("Manager", "Parts")}["authorization"]

    def test_gone(self):
        self.nobody.call("Manager.GetStatus")
        self.stack.stop_polkit()
        self.stack.wait_until(lambda: self.authorization() != "ok", "the part to say that polkit is gone")
        for member, arguments in (("Manager.GetStatus", "()"), *GUARDED["ban"]):
            name, message = self.nobody.error(member, arguments)
            self.assertEqual("NotAuthorized", name, member)
            self.assertIn("polkit", message)
        self.assertEqual(1, self.stack.ban("192.0.2.1")["banned"])

    def test_restarted(self):
        self.stack.stop_polkit(signal.SIGKILL)
        self.stack.wait_until(lambda: self.authorization() != "ok", "the part to say that polkit is gone")
        self.stack.start_polkit()
        self.stack.wait_until(lambda: self.authorization() == "ok", "the part to say that polkit is back")
        self.nobody.call("Manager.GetStatus")
        self.assertEqual(INTERACTIVE, self.nobody.error(*GUARDED["ban"][0])[0])

    def test_restarted_with_other_rules(self):
        self.nobody.call("Manager.GetStatus")
        self.stack.stop_polkit()
        self.stack.rules = RULE_NO_READ
        self.stack.start_polkit()
        self.stack.wait_until(lambda: self.authorization() == "ok", "the part to say that polkit is back")
        self.assertEqual("NotAuthorized", self.nobody.error("Manager.GetStatus")[0])

    def test_rules_that_change_count_at_once(self):
        self.nobody.call("Manager.GetStatus")
        polkit = "org.freedesktop.PolicyKit1"
        changes = self.stack.subscribe(f"{polkit}.Authority", "Changed", sender=polkit)
        self.stack.write_rules(RULE_NO_READ)
        self.stack.wait_until(lambda: changes, "polkit's signal Changed")

        def refused():
            self.nobody.start("Manager.GetStatus")
            return self.nobody.finish()[0][0] == f"{NAME}.Error.NotAuthorized"
        self.stack.wait_until(refused, "the new rule to count", timeout=5)
        get = "org.freedesktop.DBus.Properties.Get"
        self.assertEqual("NotAuthorized", self.nobody.error(get, f"('{NAME}.Bans', 'Active')")[0])
        self.assertEqual("NotAuthorized", self.nobody.error("org.freedesktop.DBus.ObjectManager.GetManagedObjects")[0])

    def test_hanging_keeps_nobody_else_waiting(self):
        self.stack.polkit_process.popen.send_signal(signal.SIGSTOP)
        self.nobody.start(*GUARDED["ban"][0], times=50)
        with Caller(self.stack) as root:
            self.at_once(lambda: root.call("Manager.GetStatus"))
            self.at_once(lambda: root.call("Bans.Ban", BAN.format(n=20, jail="sshd")))
            self.at_once(lambda: root.call("org.freedesktop.DBus.Properties.Get", f"('{NAME}.Bans', 'Active')"))
        self.stack.polkit_process.popen.send_signal(signal.SIGCONT)
        self.assertEqual({INTERACTIVE}, {name for name, _ in self.nobody.finish()})

    def test_hanging_and_the_caller_goes(self):
        self.stack.polkit_process.popen.send_signal(signal.SIGSTOP)
        with Caller(self.stack, NOBODY) as leaver:
            leaver.start(*GUARDED["ban"][0], times=50)
            self.nobody.start("Manager.GetStatus")  # the bus keeps the order of what two send no more than it must
            leaver.close()
        self.at_once(lambda: self.stack.call("Manager.GetStatus"))
        self.stack.polkit_process.popen.send_signal(signal.SIGCONT)
        self.assertIsNone(self.nobody.finish()[0][0])
        self.assertEqual(INTERACTIVE, self.nobody.error(*GUARDED["ban"][0])[0])

    def test_hanging_and_the_daemon_ends(self):
        self.stack.polkit_process.popen.send_signal(signal.SIGSTOP)
        self.nobody.start(*GUARDED["ban"][0], times=5)
        self.at_once(lambda: self.stack.call("Manager.GetStatus"))
        self.at_once(self.stack.stop_daemon)
        self.assertEqual(5, len(self.nobody.finish()))

    def test_hanging_and_then_gone(self):
        self.stack.polkit_process.popen.send_signal(signal.SIGSTOP)
        self.nobody.start(*GUARDED["ban"][0], times=3)
        self.at_once(lambda: self.stack.call("Manager.GetStatus"))
        self.stack.stop_polkit(signal.SIGKILL)
        self.assertEqual({f"{NAME}.Error.NotAuthorized"}, {name for name, _ in self.nobody.finish()})


class WithoutPolkit(Shared):
    polkit = False

    def test_root_passes(self):
        self.assertEqual(1, self.stack.ban("192.0.2.1")["banned"])

    def test_everybody_else_is_refused_with_the_reason(self):
        for member, arguments in (("Manager.GetStatus", "()"), ("Bans.List", "(@a{sv} {},)"), *GUARDED["ban"]):
            name, message = self.nobody.error(member, arguments)
            self.assertEqual("NotAuthorized", name, member)
            self.assertIn("polkit", message)

    def test_properties_are_refused_too(self):
        name, _ = self.nobody.error("org.freedesktop.DBus.Properties.GetAll", f"('{NAME}.Bans',)")
        self.assertEqual("NotAuthorized", name)

    def test_can_do_is_no(self):
        self.assertEqual({"no"}, {self.can(action) for action in ACTIONS})

    def test_introspection_stays_open(self):
        self.nobody.call("org.freedesktop.DBus.Introspectable.Introspect")


if __name__ == "__main__":
    tap.main()
