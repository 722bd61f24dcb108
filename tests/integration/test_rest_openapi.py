# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls every route of the API document through a real bridge; what is sent and answered has to be as it says."""

import copy
import json
import re
import unittest

import jsonschema
import tap
from stack import Stack

PASSWORD = "correct horse battery staple"
LOG = b"2026-01-02 03:04:05,678 fail2ban.actions [1]: NOTICE [sshd] Ban 203.0.113.99\n"

# What paths' parameters are.
VALUES = {"jail": "sshd", "address": "203.0.113.1", "entry": "198.51.100.0/24", "name": "probe", "job": "probe",
          "key": "log-level", "operation": "1", "id": "4711"}

# Of routes that need more than their path: a query (GET, DELETE) or a body.
GIVEN = {
    "GET /events": {"types": ["Bans.*"]},
    "GET /bans/active": {"limit": 2, "total": "true", "sort": "address"},
    "GET /dashboard/bans": {"limit": 2, "total": "true", "data": "true"},
    "GET /dashboard/bans/trend": {"by": "jail", "bucket": "hour"},
    "GET /history": {"limit": 2, "total": "true", "data": "true"},
    "GET /history/export": {"format": "csv"},
    "GET /server/log": {"lines": 5},
    "POST /setup": {"password": PASSWORD},
    "POST /setup/strength": {"password": "abc"},
    "POST /auth/login": {"password": PASSWORD},
    "POST /auth/password": {"current": PASSWORD, "password": PASSWORD + " again"},
    "POST /auth/tokens": {"name": "script", "scope": "ban", "days": 1},
    "DELETE /auth/sessions": {"others": "true"},
    "POST /bans": {"addresses": ["203.0.113.1", "203.0.113.2"], "jails": ["sshd"], "reason": "a test"},
    "DELETE /bans": {"addresses": ["203.0.113.1", "203.0.113.250"], "jails": ["sshd"]},
    "POST /allow": {"entry": "198.51.100.0/24", "note": "the office"},
    "PUT /allow/{entry}": {"note": "another"},
    "PUT /jails/{jail}": {"changes": {"maxretry": 4}},
    "PUT /jails/{jail}/idle": {"idle": False},
    "POST /jails/{jail}/ignore": {"address": "198.51.100.7"},
    "DELETE /jails/{jail}/ignore": {"address": "198.51.100.7"},
    "POST /jails/{jail}/failregex": {"regex": "^ refused by <ADDR>$"},
    "POST /jails/{jail}/ignoreregex": {"regex": "^ never mind$"},
    "DELETE /jails/{jail}/ignoreregex": {"regex": "^ never mind$"},
    "POST /jails/{jail}/journal-matches": {"match": "_COMM=sshd"},
    "DELETE /jails/{jail}/journal-matches": {"match": "_COMM=sshd"},
    "POST /geo/lookup": {"addresses": ["203.0.113.1", "::1"]},
    "POST /geo/lookup-outside": {"addresses": ["203.0.113.1"]},
    "PUT /server": {"values": {"log_level": "INFO"}},
    "POST /history/purge": {"days": 30000},
    "PUT /settings": {"changes": {"archive-days": 300}},
    "PUT /config/map-color-thresholds": {"low": 3, "high": 1000},
    "POST /settings/reset": {"keys": ["archive-days"]},
    "POST /can-do": {"action": "ban", "details": {"jail": "sshd"}},
    "POST /jails/{jail}/reload": {"wait": 20},
    "POST /server/reload": {"wait": 20},
    "POST /server/restart": {"wait": 20},
}

# What cannot end well here, and with what it ends; everything else has to.
REFUSED = {
    "POST /setup": 409, "DELETE /auth/sessions/{id}": 404, "DELETE /auth/tokens/{id}": 404,
    "GET /operations/{operation}": 404, "DELETE /operations/{operation}": 404, "POST /server/start": 409,
    "POST /geo/lookup-outside": 409, "POST /jails/{jail}/journal-matches": 400,
    "DELETE /jails/{jail}/journal-matches": 400,
}

# What takes away what others need comes last, in this order.
LAST = ["DELETE /jails/{jail}/ignore", "DELETE /jails/{jail}/failregex", "DELETE /jails/{jail}/ignoreregex",
        "DELETE /jails/{jail}/log-paths", "POST /jails/{jail}/reload", "POST /server/reload", "POST /jails/{jail}/stop",
        "POST /jails/{jail}/start", "DELETE /bans", "DELETE /bans/all", "DELETE /allow/{entry}", "POST /server/restart",
        "POST /auth/logout", "POST /auth/login", "POST /auth/password"]
FIRST = ["POST /bans", "POST /allow"]

STREAMS = {"GET /events", "GET /server/log/follow"}


class Document(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # started in here, so that one stack serves all
        cls.stack = Stack(jails={"sshd": {"filter": "sshd"}}).__enter__()
        cls.bridge = cls.stack.bridge(metrics="open", login_limit=0)
        cls.bridge.set_up(PASSWORD)
        cls.stack.wait_until(lambda: cls.bridge.get("health")["daemon"]["online"], "the daemon, seen by the bridge")
        cls.document = cls.bridge.get("openapi.json")

    @classmethod
    def tearDownClass(cls):
        cls.stack.__exit__(None, None, None)

    def whole(self, schema):
        """With the components that it refers to."""
        return {"components": self.document["components"], **copy.deepcopy(schema)}

    def operations(self):
        every = {f"{method.upper()} {path}": operation for path, item in self.document["paths"].items()
                 for method, operation in item.items() if method != "servers"}
        middle = sorted(set(every) - set(FIRST) - set(LAST), key=lambda name: (not name.startswith("POST"), name))
        return [(name, every[name]) for name in FIRST + middle + LAST]

    def send(self, name, operation):
        method, _, path = name.partition(" ")
        given = GIVEN.get(name, {})
        if name.endswith("/log-paths"):
            given = {"path": str(self.stack.fail2ban.log_path("other"))}
            open(given["path"], "a").close()
        if name == "DELETE /jails/{jail}/failregex":  # fail2ban shows it with its tags filled in
            given = {"regex": self.bridge.get("jails/sshd")["failregex"][-1]}
        values = VALUES | ({"name": "noop"} if "/actions/" in path else {})
        filled = re.sub(r"{(\w+)}", lambda match: values[match[1]].replace("/", "%2F"), path).removeprefix("/")
        if path in ("/metrics", "/health/live", "/health/ready"):
            return self.bridge.raw(self.bridge.base + filled)
        if name in STREAMS:
            return self.head_of_stream(filled, given)
        if method in ("GET", "DELETE"):
            return self.bridge.request(method, filled, query=given)
        if "application/octet-stream" in operation.get("requestBody", {}).get("content", {}):
            return self.bridge.request(method, filled, LOG, {"timezone": "UTC"},
                                       {"Content-Type": "application/octet-stream"})
        self.check_body(name, operation, given)
        return self.bridge.request(method, filled, given)

    def head_of_stream(self, path, query):
        connection = self.bridge.connection()
        connection.request("GET", f"{self.bridge.base}api/v1/{path}" + ("?types=Bans.*" if query else ""),
                           headers={"Cookie": self.bridge.cookie})
        answer = connection.getresponse()
        connection.close()
        return answer.status, answer.headers, b""

    def check_body(self, name, operation, given):
        """What we send is what the document asks for."""
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        self.assertTrue(content or not given, f"{name} has a body that is not documented")
        if content:
            jsonschema.Draft202012Validator(self.whole(content["schema"])).validate(given)

    def check_answer(self, name, operation, answer):
        status, headers, body = answer
        self.assertIn(str(status), operation["responses"], f"{name} answers {status}: {body!r}")
        response = operation["responses"][str(status)]
        if "$ref" in response:
            response = self.document["components"]["responses"][response["$ref"].rpartition("/")[2]]
        content = response.get("content", {})
        kind = headers.get_content_type()
        schema = content.get(kind, content.get("*/*"))
        self.assertIsNotNone(schema, f"{name} answers {kind}, documented are {list(content)}")
        if kind == "application/json":
            body = json.loads(body) if isinstance(body, bytes) else body
            jsonschema.Draft202012Validator(self.whole(schema["schema"])).validate(body)

    def test_every_route(self):
        for name, operation in self.operations():
            with self.subTest(name):
                answer = self.send(name, operation)
                if "Set-Cookie" in answer[1]:
                    self.bridge.cookie = answer[1]["Set-Cookie"].partition(";")[0]
                expected = REFUSED.get(name)
                self.assertEqual(answer[0] if expected else answer[0] // 100 * 100, expected or 200, answer[2])
                self.check_answer(name, operation, answer)

    def test_document(self):
        names = [operation["operationId"] for name, operation in self.operations()]
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual(self.document["openapi"], "3.1.0")
        for name, operation in self.operations():
            self.assertTrue(operation["summary"], name)
            for status, response in operation["responses"].items():
                for content in response.get("content", {}).values():
                    jsonschema.Draft202012Validator.check_schema(content["schema"])
            told = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "path"}
            self.assertEqual(told, set(re.findall(r"{(\w+)}", name)), name)

    def test_unchanged(self):
        first = self.bridge.request("GET", "openapi.json")
        again = self.bridge.request("GET", "openapi.json", headers={"If-None-Match": first.headers["ETag"]})
        self.assertEqual((again.status, again.body), (304, b""))


if __name__ == "__main__":
    tap.main()
