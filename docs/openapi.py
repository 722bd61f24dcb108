# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes the document of the HTTP API from what the bridge itself works with.

    openapi.py json VERSION ROUTES errors.h rest-errors.h INTERFACE.xml...   OpenAPI 3.1, JSON
    openapi.py md openapi.json                                               the same for people, Markdown

ROUTES is the bridge's table of routes, as list-routes prints it. Arguments, options and answers of a route are those
of the bus method that it calls: types are the contract's, keys of dictionaries are read out of its comments. The
result goes to standard output.
"""

import json
import pathlib
import re
import sys

import openapi_own
import openapi_text
import render

OPTIONS = render.PREFIX + "Options"
SCOPES = {"read": "may read, matched lines too", "ban": "may ban, unban and allow as well",
          "admin": "may do everything"}

SIMPLE = {"s": {"type": "string"}, "o": {"type": "string"}, "b": {"type": "boolean"}, "d": {"type": "number"},
          "x": {"type": "integer"}, "t": {"type": "integer", "minimum": 0}, "u": {"type": "integer", "minimum": 0},
          "v": {}, "a{sv}": {"type": "object"}, "a{ss}": {"type": "object", "additionalProperties": {"type": "string"}}}


def schema_of(signature):
    """What a value of a D-Bus type is in JSON."""
    if signature in SIMPLE:
        return dict(SIMPLE[signature])
    if signature.startswith("a"):
        return {"type": "array", "items": schema_of(signature[1:])}
    raise render.Fault(f"no JSON is known for the D-Bus type {signature}")


def snake_case(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


class Contract:
    """The interfaces: members by name, and what their comments say of dictionaries."""

    def __init__(self, paths):
        self.members, self.properties, self.heads = {}, {}, {}
        for path in paths:
            name, head, members = render.read_interface(path)
            short = render.short(name)
            self.heads[short] = head
            self.properties[short] = members["property"]
            self.members |= {f"{short}.{node.get('name')}": (node, doc) for node, doc in members["method"]}
        self.reader = openapi_text.Reader({name: doc for name, (node, doc) in self.members.items()}, self.heads)

    def fields(self, name, argument, schema):
        """The schema of an argument, with the keys that its comment tells of."""
        interface, _, member = name.partition(".")
        return self.complete(schema, self.reader.keys(interface, member, argument))

    def complete(self, schema, keys):
        if not keys:
            return schema
        if schema.get("type") == "array":
            return {**schema, "items": self.complete(schema["items"], keys)}
        if schema.get("type") != "object" or "additionalProperties" in schema:
            return schema
        return {**schema, "properties": {key: self.field(key, field) for key, field in keys.items()}}

    def field(self, key, field):
        schema = schema_of(field.signature) if field.signature else {}
        schema = self.complete(schema, field.keys)
        return {**schema, "description": field.text} if field.text else schema

    def options(self, name):
        """{option: schema} of a method."""
        node, doc = self.members[name]
        value = next((a.get("value") for a in node.findall("annotation") if a.get("name") == OPTIONS), "")
        keys = self.reader.keys(*name.split("."), "options", option=True)
        result = {}
        for word in value.split():
            option, _, signature = word.partition(":")
            text = keys[option].text if option in keys else ""
            result[option] = {**schema_of(signature), **({"description": text} if text else {})}
        return result

    def arguments(self, name, direction):
        """[(argument, signature, text)] without options."""
        node, doc = self.members[name]
        return [(arg.get("name"), arg.get("type"), doc.arguments[arg.get("name")]) for arg in node.findall("arg")
                if arg.get("direction", "in") == direction and (arg.get("name"), direction) != ("options", "in")]


class Errors:
    """Both tables, by status."""

    def __init__(self, bus, rest):
        self.rows = {}
        for name, status, when in [*((row[0], row[1], row[3]) for row in render.read_errors(bus)), *self.read(rest)]:
            self.rows.setdefault(status, {}).setdefault(name, when)

    @staticmethod
    def read(path):
        text = pathlib.Path(path).read_text().replace("\\\n", " ")
        rows = re.findall(r'\bX\([A-Z0-9_]+,\s*"(\w+)",\s*(\d+),\s*"([^"]*)"\s*\)', text)
        if len(rows) < 2:
            raise render.Fault(f"{path}: the error table is not what it was")
        return rows

    def responses(self):
        result = {}
        for status, names in self.rows.items():
            text = "; ".join(f"`{name}`: {when}" for name, when in names.items())
            schema = {"allOf": [{"$ref": "#/components/schemas/Error"},
                                {"properties": {"error_code": {"enum": sorted(names)}}}]}
            result[f"Error{status}"] = {"description": text, "content": {"application/json": {"schema": schema}}}
            if status in ("429", "503"):
                result[f"Error{status}"]["headers"] = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
        return result

    def of(self, route):
        """Those that a route may end with."""
        statuses = {"400", "403", "408", "413", "421", "429", "431", "500", "503"}
        if route["scope"] != "none" or "/auth/" in route["path"]:
            statuses |= {"401"}
        if "{" in route["path"]:
            statuses |= {"404"}
        if route["method"] != "GET":
            statuses |= {"409", "415"}
        if "interface" in route or route["path"].startswith("/config/"):
            statuses |= {"404", "409", "502", "504"}
        return {status: {"$ref": f"#/components/responses/Error{status}"}
                for status in sorted(statuses & set(self.rows))}


class Builder:
    def __init__(self, contract, errors):
        self.contract = contract
        self.errors = errors

    def operation(self, route):
        path, method = route["path"], route["method"].lower()
        words = re.findall(r"[a-z]+", path.replace(".json", ""))
        result = {"operationId": "_".join([method, *words]), "tags": [words[0]]}
        result |= self.own(route) if route["kind"] == "own" else self.bus(route)
        names = re.findall(r"{(\w+)}", path)
        parameters = [{"name": name, "in": "path", "required": True, **self.path_parameter(route, name)}
                      for name in names] + result.pop("parameters", [])
        if parameters:
            result["parameters"] = parameters
        result["responses"] |= self.errors.of(route)
        if method == "get":
            result["responses"]["304"] = {"description": "The caller has it already, by the ETag of If-None-Match."}
        if route["scope"] == "none":
            result["security"] = []
        else:
            result["security"] = [{"session": [route["scope"]]}, {"token": [route["scope"]]}]
            result["x-scope"] = route["scope"]
        return result

    def path_parameter(self, route, name):
        if route["kind"] != "own" and route.get("member"):
            for argument, signature, text in self.contract.arguments(f"{route['interface']}.{route['member']}", "in"):
                if argument == name:
                    return {"description": text, "schema": schema_of(signature)}
        return {"schema": {"type": "string"}}

    def own(self, route):
        known = openapi_own.ROUTES.get(f"{route['method']} {route['path']}")
        if not known:
            raise render.Fault(f"openapi_own.py does not describe {route['method']} {route['path']}")
        result = {"summary": sentence(route["about"]), "responses": {}}
        if "query" in known:
            result["parameters"] = [{"name": name, "in": "query", "schema": schema}
                                    for name, schema in known["query"].items()]
        if "body" in known:
            result["requestBody"] = body_of(known["body"], known.get("required", list(known["body"])))
        for status, content in known["answers"].items():
            result["responses"][status] = answer(known.get("text", "The answer."), content)
        return result

    def bus(self, route):
        interface, member = route["interface"], route.get("member")
        if not member:
            return self.properties(route, interface)
        name = f"{interface}.{member}"
        node, doc = self.contract.members[name]
        result = {"summary": summary(member, doc), "description": "\n\n".join(doc.text), "x-bus": name, "responses": {}}
        self.inputs(route, name, result)
        self.outputs(route, name, result)
        return result

    def properties(self, route, interface):
        rows = {}
        for node, doc in self.contract.properties[interface]:
            schema = self.contract.complete(schema_of(node.get("type")),
                                            self.contract.reader.keys_of_text(interface, " ".join(doc.text)))
            rows[snake_case(node.get("name"))] = {**schema, "description": " ".join([doc.title, *doc.text]).strip()}
        if "object" in route or route["kind"] == "objects":
            rows = {"id": {"type": "string", "description": "its name in paths"}, **rows}
        schema = {"type": "object", "properties": rows, "required": list(rows)}
        head = self.contract.heads[interface]
        title = sentence(head.arguments["short_description"])
        if route["kind"] == "objects":
            schema = {"type": "object", "properties": {"rows": {"type": "array", "items": schema}},
                      "required": ["rows"]}
            title = "All of these objects: " + head.arguments["short_description"] + "."
        return {"summary": title, "description": "\n\n".join(head.text), "x-bus": interface,
                "responses": {"200": answer("The properties.", schema)}}

    def inputs(self, route, name, result):
        fixed = [word.partition("=")[0] for word in route.get("fixed", "").split("&") if word]
        taken = set(re.findall(r"{(\w+)}", route["path"])) | set(fixed)
        members = {}
        required = []
        for argument, signature, text in self.contract.arguments(name, "in"):
            if argument in taken or signature == "h":
                continue
            schema = self.contract.fields(name, argument, schema_of(signature))
            members[argument] = {**schema, "description": text}
            required += [argument]
        members |= {option: schema for option, schema in self.contract.options(name).items() if option not in taken}
        if route["method"] in ("GET", "DELETE") or route["kind"] == "upload":
            result["parameters"] = [query_parameter(key, schema, key in required) for key, schema in members.items()]
        elif members:
            result["requestBody"] = body_of(members, required)
        if route["kind"] == "upload":
            result["requestBody"] = {"required": True, "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}

    def outputs(self, route, name, result):
        responses = result["responses"]
        if route["kind"] in ("download", "lines"):
            kind = "application/x-ndjson" if route["kind"] == "lines" else "application/octet-stream"
            responses["200"] = {"description": "The file, as it is made.", "content": {
                kind: {"schema": {"type": "string"}}, "*/*": {"schema": {"type": "string"}}}}
            return
        given = self.contract.arguments(name, "out")
        if len(given) == 1 and given[0][1].startswith("a{s"):
            argument, signature, text = given[0]
            schema = self.contract.fields(name, argument, schema_of(signature))
            responses["200"] = answer(sentence(text), schema)
        else:
            members = {argument: {**self.contract.fields(name, argument, schema_of(signature)), "description": text}
                       for argument, signature, text in given}
            responses["200"] = answer("The answer.", {"type": "object", "properties": members,
                                                      "required": list(members)})
        if "wait" in self.contract.options(name):
            responses["202"] = {
                "description": "It takes longer: the work goes on as an operation.",
                "headers": {"Location": {"schema": {"type": "string"}, "description": "Where it can be looked at."}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OperationStarted"}}}}


def sentence(text):
    return text[:1].upper() + text[1:].rstrip(".") + "."


def summary(member, doc):
    text = re.split(r"(?<=\.)\s", doc.text[0], maxsplit=1)[0] if doc.text else ""
    if not text or text.startswith("Action:") or re.match(r"[A-Z][a-z]+[A-Z]", text):
        text = sentence(snake_case(member).replace("_", " "))
    return text


def answer(text, content):
    """`content` is a schema, or one of another type as (media type, schema)."""
    kind, schema = content if isinstance(content, tuple) else ("application/json", content)
    return {"description": text, "content": {kind: {"schema": schema}}}


def body_of(members, required):
    schema = {"type": "object", "properties": members, "additionalProperties": False}
    if required:
        schema["required"] = list(required)
    return {"required": bool(required), "content": {"application/json": {"schema": schema}}}


def query_parameter(name, schema, required):
    schema = dict(schema)
    text = schema.pop("description", "")
    return {"name": name, "in": "query", "schema": schema, **({"required": True} if required else {}),
            **({"description": text} if text else {})}


def make_json(version, routes, bus_errors, rest_errors, *interfaces):
    errors = Errors(bus_errors, rest_errors)
    builder = Builder(Contract(interfaces), errors)
    paths = {}
    for route in json.loads(pathlib.Path(routes).read_text()):
        paths.setdefault(route["path"], {})[route["method"].lower()] = builder.operation(route)
    paths |= openapi_own.OUTSIDE
    document = {
        "openapi": "3.1.0",
        "info": {"title": "BanGUI", "version": version, "summary": "fail2ban over HTTP",
                 "description": openapi_own.ABOUT, "license": {"name": "LGPL-2.1-or-later",
                                                               "identifier": "LGPL-2.1-or-later"}},
        "servers": [{"url": "../v1"}],
        "paths": paths,
        "components": {
            "schemas": openapi_own.SCHEMAS,
            "responses": errors.responses(),
            "headers": {"RetryAfter": {"description": "Seconds to wait before the next try.",
                                       "schema": {"type": "integer", "minimum": 0}}},
            "securitySchemes": openapi_own.SECURITY,
        },
    }
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False) + "\n"


def make_md(path):
    return openapi_text.markdown(json.loads(pathlib.Path(path).read_text()), SCOPES)


def main():
    what, *given = sys.argv[1:]
    try:
        sys.stdout.write({"json": make_json, "md": make_md}[what](*given))
    except render.Fault as fault:
        sys.exit(f"openapi.py: {fault}")


if __name__ == "__main__":
    main()
