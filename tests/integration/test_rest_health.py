# SPDX-License-Identifier: LGPL-2.1-or-later
"""The bridge's health and its figures for Prometheus, with every part there and with parts away."""

import re
import unittest

import tap
from stack import Stack

PASSWORD = "correct horse battery staple"
SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?[0-9.e+-]+)')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')


def parse(text):
    """{(name, ((label, value), ...)): number} of a Prometheus text, which has to be a clean one."""
    samples, family, types = {}, "", {}
    for line in text.splitlines():
        if line.startswith("# HELP "):
            family = line.split()[2]
            continue
        if line.startswith("# TYPE "):
            name, kind = line.split()[2:]
            assert name == family and name not in types, line
            types[name] = kind
            continue
        name, labels, value = SAMPLE.fullmatch(line).groups()
        base = re.sub("_(bucket|sum|count)$", "", name) if types[family] == "histogram" else name
        assert base == family, f"{line} stands below {family}"
        pairs = LABEL.findall(labels or "")
        assert "".join(f'{key}="{text}",' for key, text in pairs).rstrip(",") == (labels or ""), line
        assert (name, tuple(pairs)) not in samples, f"{line} is there twice"
        samples[name, tuple(pairs)] = float(value)
    return samples


def ready(bridge):
    answer = bridge.raw(f"{bridge.base}health/ready")
    return answer.status, answer.headers


def connected(stack, **settings):
    """A bridge that has found the daemon."""
    bridge = stack.bridge(**settings)
    stack.wait_until(lambda: ready(bridge)[0] == 200, "the daemon, seen by the bridge")
    return bridge


class Health(unittest.TestCase):
    def test_all_is_well(self):
        with Stack() as stack:
            bridge = connected(stack)
            answer = bridge.request("GET", "health").body
            self.assertEqual(answer["status"], "ok")
            self.assertEqual(answer["daemon"], {"online": True, "state": "running"})
            self.assertEqual(answer["fail2ban"], {"online": True})
            self.assertEqual(answer["bridge"], {"state": "running"})
            self.assertEqual({"name", "state"}, {key for part in answer["parts"] for key in part})
            self.assertEqual(ready(bridge)[0], 200)
            self.assertEqual(bridge.raw(f"{bridge.base}health/live").status, 200)
            bridge.set_up(PASSWORD)
            answer = bridge.get("health")
            self.assertTrue(answer["daemon"]["version"])
            self.assertLess({"version", "uptime", "connections", "listeners"}, set(answer["bridge"]))
            self.assertEqual(answer["fail2ban"]["reason"], "")

    def test_fail2ban_away(self):
        with Stack(fail2ban=False) as stack:
            bridge = connected(stack, metrics="open")
            self.assertEqual(bridge.get("health")["status"], "degraded")
            self.assertEqual(ready(bridge)[0], 200)
            self.assertEqual(parse(bridge.raw(f"{bridge.base}metrics").body.decode())["bangui_fail2ban_up", ()], 0)

    def test_daemon_away(self):
        with Stack(fail2ban=False, daemon=False) as stack:
            bridge = stack.bridge(metrics="open")
            self.assertEqual(bridge.get("health")["status"], "offline")
            status, headers = ready(bridge)
            self.assertEqual(status, 503)
            self.assertTrue(headers["Retry-After"])
            self.assertEqual(bridge.raw(f"{bridge.base}health/live").status, 200)
            samples = parse(bridge.raw(f"{bridge.base}metrics").body.decode())
            self.assertEqual(samples["bangui_up", ()], 0)
            self.assertGreater(samples["process_resident_memory_bytes", ()], 0)
            stack.start_daemon(probed=False)
            stack.wait_until(lambda: ready(bridge)[0] == 200, "the daemon, seen by the bridge")


class Metrics(unittest.TestCase):
    def test_figures(self):
        with Stack(jails={"sshd": {"filter": "sshd"}, 'a"b\\c': {}}) as stack:
            stack.ban("192.0.2.1", "198.51.100.2")
            bridge = connected(stack, metrics="open")
            bridge.set_up(PASSWORD)
            bridge.get("bans/active")
            bridge.get("bans/192.0.2.1")
            self.assertEqual(bridge.request("GET", "bans/nonsense%20here").status, 400)
            self.assertEqual(bridge.request("GET", "no/such/path").status, 404)
            answer = bridge.raw(f"{bridge.base}metrics")
            self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
            samples = parse(answer.body.decode())
            self.assertEqual(samples["bangui_up", ()], 1)
            self.assertEqual(samples["bangui_bans_active", (("jail", "sshd"),)], 2)
            self.assertEqual(samples["bangui_bans_active", (("jail", 'a\\"b\\\\c'),)], 0)
            route = ("route", "/bans/{address}"), ("method", "GET")
            self.assertEqual(samples["bangui_rest_requests_total", (*route, ("status", "200"))], 1)
            self.assertEqual(samples["bangui_rest_requests_total", (*route, ("status", "400"))], 1)
            self.assertEqual(samples["bangui_rest_requests_total",
                                     (("route", "none"), ("method", "GET"), ("status", "404"))], 1)
            self.assertEqual(samples["bangui_rest_request_duration_seconds_bucket", (route[0], ("le", "+Inf"))], 2)
            self.assertFalse([key for key in samples if "nonsense" in str(key)], "a caller's text is a label")

    def test_who_may_read(self):
        with Stack(fail2ban=False, daemon=False) as stack:
            bridge = stack.bridge(metrics="token")
            path = f"{bridge.base}metrics"
            answer = bridge.raw(path)
            self.assertEqual(answer.status, 401)
            bridge.set_up(PASSWORD)
            token = bridge.post("auth/tokens", {"name": "prometheus", "scope": "read", "days": 1})["token"]
            self.assertEqual(bridge.raw(path, headers={"Authorization": f"Bearer {token}"}).status, 200)
            self.assertEqual(bridge.raw(path, headers={"Authorization": "Bearer wrong"}).status, 401)
            off = stack.bridge(metrics="off")
            self.assertEqual(off.raw(f"{off.base}metrics").status, 404)


if __name__ == "__main__":
    tap.main()
