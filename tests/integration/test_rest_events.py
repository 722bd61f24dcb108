# SPDX-License-Identifier: LGPL-2.1-or-later
"""Server-sent events of the bridge: what is told, to whom, again after a break, and to listeners that are slow, many
or no longer allowed."""

import json
import time
import unittest

import tap
from gi.repository import Gio, GLib
from stack import NAME, ROOT, WAIT, Stack

PASSWORD = "correct horse battery staple"


class Listener:
    """One who listens; reads only when asked to."""

    def __init__(self, bridge, types="", last_id="", cookie=None, wait=WAIT):
        self.connection = bridge.connection(timeout=wait)
        headers = {"Cookie": bridge.cookie if cookie is None else cookie}
        if last_id:
            headers["Last-Event-ID"] = last_id
        query = f"?types={types}" if types else ""
        self.connection.request("GET", f"{bridge.base}api/v1/events{query}", headers=headers)
        self.answer = self.connection.getresponse()
        self.id = ""

    def next(self):
        """The next event as (type, data); a comment is ("", None); None at the end."""
        fields = {}
        while True:
            line = self.answer.readline().decode()
            if not line:
                return None
            if line == "\n":
                break
            name, _, value = line.rstrip("\n").partition(": ")
            fields[name] = value
        self.id = fields.get("id", self.id)
        return (fields["event"], json.loads(fields["data"])) if "event" in fields else ("", None)

    def until(self, kind):
        """What came up to an event of that type, it included."""
        seen = []
        while not seen or seen[-1][0] != kind:
            event = self.next()
            if event is None:
                raise AssertionError(f"the stream ended before {kind}: {seen[-5:]}")
            seen.append(event)
        return seen

    def close(self):
        self.connection.close()
        self.answer.close()


def online(stack, **settings):
    bridge = stack.bridge(**settings)
    bridge.set_up(PASSWORD)
    stack.wait_until(lambda: bridge.get("health")["daemon"]["online"], "the daemon, seen by the bridge")
    return bridge


class Events(unittest.TestCase):
    def test_what_is_told(self):
        with Stack() as stack:
            bridge = online(stack)
            listener, bans = Listener(bridge), Listener(bridge, "Bans.Banned,Bans.Un*")
            for each in (listener, bans):
                self.assertEqual(each.answer.headers["Content-Type"], "text/event-stream")
                self.assertEqual(each.answer.headers["Cache-Control"], "no-store")
                self.assertEqual(each.answer.headers["X-Accel-Buffering"], "no")
                kind, data = each.next()
                self.assertEqual((kind, data["online"], set(data)), ("Bridge.Hello", True, {"online", "version"}))
            began = time.monotonic()
            stack.ban("203.0.113.7")
            kind, data = bans.next()
            self.assertLess(time.monotonic() - began, 2)
            self.assertEqual((kind, data["jail"], data["address"]), ("Bans.Banned", "sshd", "203.0.113.7"))
            self.assertEqual(data["ban"]["address"], "203.0.113.7")
            stack.call("Bans.Unban", GLib.Variant("(asasa{sv})", (["203.0.113.7"], [], {})))
            self.assertEqual(bans.next()[0], "Bans.Unbanned", "a filter lets nothing else through")
            seen = dict(listener.until("Bans.Unbanned"))
            self.assertIn("Bans.Banned", seen)
            self.assertEqual(bridge.get("health")["bridge"]["listeners"], 2)
            bans.close()
            stack.wait_until(lambda: bridge.get("health")["bridge"]["listeners"] == 1, "the listener's leave")
            # a jail is an object, and named as in the bridge's paths
            stack.call("Jail.SetIdle", GLib.Variant("(ba{sv})", (True, {})), path=f"{ROOT}/jail/sshd")
            changed = {}
            while "idle" not in changed:
                data = listener.until("Jail.Properties")[-1][1]
                self.assertEqual((data["object"], data["invalidated"]), ("jail/sshd", []))
                changed |= data["changed"]
            self.assertIs(changed["idle"], True)

    def test_the_daemon_comes_and_goes(self):
        with Stack() as stack:
            bridge = online(stack)
            listener = Listener(bridge, "Bans.*")
            listener.next()
            stack.stop_daemon()
            self.assertEqual(listener.until("Bridge.Offline")[-1][1], {})
            stack.start_daemon()
            listener.until("Bridge.Online")

    def test_signals_of_others_are_none(self):
        """Whoever is on the bus may send the bridge a signal that looks like one of the daemon or of the bus."""
        with Stack() as stack:
            bridge = online(stack)
            listener = Listener(bridge, "Bans.*,Bridge.*")
            listener.next()
            ban = GLib.Variant("(ssa{sv})", ("sshd", "192.0.2.66", {}))
            gone = GLib.Variant("(sss)", (NAME, ":1.1", ""))
            names = self._connections_of(stack, bridge.process.pid)
            self.assertEqual(1, len(names))
            for name in names:
                stack.bus.emit_signal(name, ROOT, f"{NAME}.Bans", "Banned", ban)
                stack.bus.emit_signal(name, "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged", gone)
            stack.bus.flush_sync(None)
            stack.ban("203.0.113.7")
            kind, data = listener.next()
            self.assertEqual((kind, data["address"]), ("Bans.Banned", "203.0.113.7"))

    @staticmethod
    def _connections_of(stack, pid):
        def ask(member, *arguments):
            parameters = GLib.Variant("(s)", arguments) if arguments else None
            return stack.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", member,
                                       parameters, None, Gio.DBusCallFlags.NONE, WAIT * 1000, None).unpack()[0]

        names = [name for name in ask("ListNames") if name.startswith(":")]
        return [name for name in names if ask("GetConnectionUnixProcessID", name) == pid]

    def test_again_after_a_break(self):
        with Stack() as stack:
            bridge = online(stack)
            listener = Listener(bridge, "Bans.Banned")
            listener.next()
            hello = listener.id
            for last in range(3):
                stack.ban(f"203.0.113.{last}")
            first = listener.next()
            after_first = listener.id
            listener.close()
            again = Listener(bridge, "Bans.Banned", after_first)
            self.assertEqual(again.next()[0], "Bridge.Hello")
            self.assertEqual([again.next()[1]["address"] for _ in range(2)], ["203.0.113.1", "203.0.113.2"])
            whole = Listener(bridge, "Bans.Banned", hello)
            self.assertEqual(whole.next()[0], "Bridge.Hello")
            self.assertEqual(whole.next(), first)
            for strange in ("nonsense", "1234-1", after_first + "0000"):
                lost = Listener(bridge, "", strange)
                self.assertEqual([lost.next()[0] for _ in range(2)], ["Bridge.Hello", "Bridge.Reset"], strange)

    def test_who_may_listen(self):
        with Stack(fail2ban=False, daemon=False) as stack:
            bridge = stack.bridge(event_listeners_max=2)
            bridge.set_up(PASSWORD)
            self.assertEqual(Listener(bridge, cookie="").answer.status, 401)
            self.assertEqual(bridge.request("GET", "events", query={"types": "Bans.*,no good"}).status, 400)
            one, two = Listener(bridge), Listener(bridge)
            self.assertEqual(one.next()[1]["online"], False)
            answer = bridge.request("GET", "events")
            self.assertEqual((answer.status, answer.body["error_code"]), (503, "Overloaded"))
            self.assertTrue(answer.headers["Retry-After"])
            two.close()
            stack.wait_until(lambda: bridge.get("health")["bridge"]["listeners"] == 1, "the listener's leave")
            # who signs out hears no more
            self.assertEqual(bridge.request("POST", "auth/logout").status, 200)
            self.assertIsNone(one.next())

    def test_heartbeat(self):
        with Stack(fail2ban=False, daemon=False) as stack:
            bridge = stack.bridge()
            bridge.set_up(PASSWORD)
            listener = Listener(bridge, wait=25)
            self.assertEqual(listener.next()[0], "Bridge.Hello")
            self.assertEqual(listener.next(), ("", None))


class Burst(unittest.TestCase):
    """Somebody else under the daemon's name tells more than anybody can take."""

    def own_name(self, stack):
        bus = stack.bus
        bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                      GLib.Variant("(su)", (NAME, 0)), None, Gio.DBusCallFlags.NONE, WAIT * 1000, None)
        return bus

    def tell(self, bus, count):
        for number in range(count):
            address = f"10.0.{number >> 8}.{number & 255}"
            ban = {"address": GLib.Variant("s", address), "note": GLib.Variant("s", "x" * 100)}
            bus.emit_signal(None, ROOT, f"{NAME}.Bans", "Banned", GLib.Variant("(ssa{sv})", ("sshd", address, ban)))
        bus.emit_signal(None, ROOT, f"{NAME}.Bans", "Reset", None)
        bus.flush_sync(None)

    def test_who_reads_late(self):
        with Stack(fail2ban=False, daemon=False) as stack:
            bridge = stack.bridge()
            bridge.set_up(PASSWORD)
            bus = self.own_name(stack)
            listeners = [Listener(bridge), Listener(bridge, "Bans.*")]
            for each in listeners:
                each.next()
            self.tell(bus, 20000)
            began = time.monotonic()
            self.assertEqual(bridge.raw(f"{bridge.base}health/live").status, 200)
            self.assertLess(time.monotonic() - began, WAIT / 3)
            # everybody is told all, or that he missed something
            for each in listeners:
                events = self.rest(each)
                numbers = [data["address"] for kind, data in events if kind == "Bans.Banned"]
                self.assertTrue(len(numbers) == 20000 or events[-1][0] == "Bridge.Reset", len(numbers))
                self.assertEqual(len(numbers), len(set(numbers)))
            self.assertEqual(bridge.get("health")["bridge"]["listeners"], 2)

    @staticmethod
    def rest(listener):
        """Up to the last event, whether that is told or was passed over."""
        seen = [listener.next()]
        while seen[-1][0] not in ("Bans.Reset", "Bridge.Reset"):
            seen.append(listener.next())
        return seen


if __name__ == "__main__":
    tap.main()
