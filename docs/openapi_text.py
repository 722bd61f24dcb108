# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads the keys of dictionaries out of the contract's comments, and writes the API document as Markdown.

What a comment says of a dictionary is a list of keys such as

    jail, address (canonical), network (u: the autonomous system), rows (address, state), thresholds: low, high

with the type first in the parentheses where it is told. A key without one has the type that it has everywhere else;
one that is told in prose alone is left out, so what is read here is true and may be less than there is.
"""

import collections
import re

# signature: None where it is not told; keys: of the dictionary, or of each one of an array of them
Field = collections.namedtuple("Field", "signature text keys")

SIGNATURES = {"s", "o", "b", "d", "x", "t", "u", "v", "as", "ax", "at", "au", "ab", "aas", "a{sv}", "a{ss}", "aa{sv}"}
NUMBERS = {"x", "t", "u"}
ROW_WORDS = {"bans": "Bans", "entries": "AllowList", "rows": None, "row": None}  # of which interface; None: the same

# What these keys are wherever a comment does not say it. None: of several types.
TEXTS = """
action address author by caller cause component correlation_id country country_name detail entry fail2ban_version help
jail key kind level line message method name next_cursor note object offline_reason organisation origin reason result
session severity source state timezone unit version where type
"""
NUMBERS_TOO = """
bans before before_addresses bytes_after bytes_before cached cached_max hits id misses negative remaining requests since
total until low medium high currently_banned total_banned currently_failed total_failed
"""
COMMON = {**dict.fromkeys(TEXTS.split(), "s"), **dict.fromkeys(NUMBERS_TOO.split(), "x"),
          **dict.fromkeys(("by_country", "by_jail", "by_network", "by_origin", "top"), "aa{sv}"), "trend": "a{sv}",
          **dict.fromkeys(("allowed", "value", "default")), "share": "d", "online": "b", "idle": "b"}
PROSE = {"and", "or", "none", "ours", "oldest", "newest", "empty"}


def split_outside(text, marks):
    """`text` at each of `marks` that stands outside of parentheses and quotation marks; [(mark before, piece)]."""
    pieces, depth, quoted, start, before, i = [], 0, False, 0, "", 0
    while i < len(text):
        depth += {"(": 1, ")": -1}.get(text[i], 0) if not quoted else 0
        quoted ^= text[i] == '"'
        mark = next((mark for mark in marks if text.startswith(mark, i)), "") if not depth and not quoted else ""
        if mark:
            pieces.append((before, text[start:i].strip()))
            before, start, i = mark, i + len(mark), i + len(mark)
        else:
            i += 1
    return [*pieces, (before, text[start:].strip())]


def split_type(text):
    """What stands in parentheses, as (signature or None, the rest)."""
    given = re.match(r"([a-z{}]+)(?:[,:;]\s*|$)(.*)", text, re.S)
    if not given or given[1] not in SIGNATURES:
        return None, text
    if re.match(r"[sbxtduo]s?( or |\b$)", given[2]):  # one of several types
        return None, text
    return given[1], given[2]


class Reader:
    def __init__(self, methods, heads):
        """`methods`: "Bans.List" -> Doc; `heads`: "Bans" -> Doc."""
        self.methods, self.heads = methods, heads
        self.busy = set()
        self.types = {}
        self.rows = {}
        self.rows = {name: self.row_of(name, " ".join(head.text)) for name, head in heads.items()}
        told = collections.defaultdict(set)
        for name in methods:
            for argument in set(methods[name].arguments) - {"options"}:
                self.collect(self.keys(*name.split("."), argument), told)
        for rows in self.rows.values():
            self.collect(rows, told)
        for key, signatures in told.items():
            if len(signatures) == 1 or signatures <= NUMBERS:
                self.types[key] = signatures.pop() if len(signatures) == 1 else "x"
        self.types |= COMMON

    def collect(self, keys, told):
        for key, field in keys.items():
            if field.signature:
                told[key].add(field.signature)
            self.collect(field.keys, told)

    def keys(self, interface, member, argument, option=False):
        name = f"{interface}.{member}"
        doc = self.methods.get(name)
        if not doc or argument not in doc.arguments or name in self.busy:
            return {}
        self.busy.add(name)
        text = doc.arguments[argument]
        keys = self.filter_of(interface) if argument == "options" and "the filter" in text else {}
        keys |= self.keys_of_text(interface, text, option or argument == "options")
        self.busy.discard(name)
        return keys

    def filter_of(self, interface):
        """What the comment of an interface says of the filter that its methods take."""
        given = next((text for text in self.heads[interface].text if "range (s:" in text), "range: none")
        return self.read(interface, given[given.index("range"):])

    def keys_of_text(self, interface, text, option=False):
        keys = self.read(interface, text, "options" if option else None)
        keys.pop("operation", None)
        if not option and len(keys) == 1 and not next(iter(keys.values())).signature:
            return {}
        return {key: self.typed(key, field) for key, field in keys.items()}

    def typed(self, key, field):
        signature = field.signature or self.types.get(key)
        if not signature and key.endswith("_at"):
            signature = "x"
        return field._replace(signature=signature, keys={name: self.typed(name, f) for name, f in field.keys.items()})

    def row_of(self, interface, text):
        """What a comment of an interface says of its rows: "A row has ...", "A ban also has ..."."""
        keys = {}
        for given in re.findall(r"(?:An? \w+ (?:is a row:|has|also has)|Of ours also|and, where it was asked for,) "
                                r"((?:[^.(]|\([^)]*\)|\.\S)+)", text):
            keys |= {key: field for key, field in self.read(interface, given).items() if key not in keys}
        return keys if len(keys) > 1 else {}

    def reference(self, interface, text, wanted):
        """The keys of another member that the text points to, and what is said beside it."""
        given = re.match(r"(?:the same |a row |rows |the row of the job )?"
                         r"(?:as |of |what )(?:in |of |for |the answer of )?"
                         r"((?:[A-Z]\w+\.)?[A-Z]\w+)\b(?: has;|,)? ?", text)
        if given:
            name = given[1] if "." in given[1] else f"{interface}.{given[1]}"
            doc = self.methods.get(name)
            for argument in reversed(list(doc.arguments) if doc else []):
                if argument in ([wanted] if wanted else ["result", "rows", "settings", "place", "statistics", "now"]):
                    return self.keys(*name.split("."), argument), text[given.end():]
        word = re.match(r"(?:of )?(?:the |an? )?(?:\w+'s )?(\w+)", text)
        if word and word[1] in ROW_WORDS:
            return self.rows.get(ROW_WORDS[word[1]] or interface, {}), text[word.end():]
        return {}, text

    def read(self, interface, text, wanted=None):
        keys, text = self.reference(interface, re.sub(r"\s+", " ", text).strip(), wanted)
        keys = dict(keys)
        for _, clause in split_outside(text, ("; ",)):
            clause = re.sub(r"^(?:and |or |with |Also )?(?:of [a-z0-9 ]+: )?", "", clause)
            group = re.match(r"(?:.*, )?([a-z][a-z0-9_]*)( \(aa{sv}\))?: (.*)", clause, re.S)
            group = group if group and (group[2] or group.start(1) == 0) else None
            inside = self.items(interface, group[3]) if group else {}
            if len(inside) > 1:
                keys |= self.items(interface, clause[:group.start(1)])
                keys[group[1]] = Field("aa{sv}" if group[2] or group[1] == "rows" else "a{sv}", "", inside)
            else:
                keys |= self.items(interface, clause)
        return keys

    def items(self, interface, text):
        keys, waiting = {}, []
        for mark, piece in split_outside(text, (", ", " and, ", " and ", " or ", ". ", ": ")):
            given = re.match(r'(?:and |or |with )?([a-z][a-z0-9_]*)(?: \((.*)\)| "[^"]*".*)?$', piece, re.S)
            if not given or given[1] in PROSE or given[1] in SIGNATURES - {"at"}:
                waiting = []
                continue
            key, field = given[1], self.field(interface, given[1], given[2] or "")
            keys[key] = field
            if mark == " and " and field.signature:
                keys |= {name: keys[name]._replace(signature=field.signature) for name in waiting}
            waiting = [] if given[2] else [key]
        return keys

    def field(self, interface, key, text):
        signature, rest = split_type(text)
        if not signature and (key == "rows" and text or re.match(r"rows\b", text)):
            signature, rest = "aa{sv}", re.sub(r"^rows:? ?", "", text)
        inside = self.read(interface, rest) if signature in ("aa{sv}", "a{sv}") else {}
        if key in inside and inside[key].keys:  # "earlier (rows as of Lookup)": those of the same name there
            inside = inside[key].keys
        inside = inside if len(inside) > 1 else {}
        return Field(signature, "" if inside else rest.strip(), inside)


def markdown(document, scopes):
    lines = ["# The HTTP API of BanGUI", "",
             "Made from the bridge's table of routes and `interfaces/*.xml` by the build; the bridge serves the same "
             "as `GET /api/v1/openapi.json`.", "", document["info"]["description"], "",
             "Scopes, each with those before it: "
             + ", ".join(f"`{name}` {text}" for name, text in scopes.items()) + ".",
             "", "## Errors", "", "| HTTP | error_code |", "| --- | --- |"]
    for name, response in document["components"]["responses"].items():
        lines.append(f"| {name.removeprefix('Error')} | {response['description'].replace('|', '&#124;')} |")
    last = None
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method == "servers":
                continue
            if operation["tags"][0] != last:
                last = operation["tags"][0]
                lines += ["", f"## {last}"]
            base = "" if "servers" in operations else "/api/v1"
            lines += ["", f"### `{method.upper()} {base}{path}`", "", *operation_lines(operation)]
    return "\n".join(lines).rstrip() + "\n"


def operation_lines(operation):
    scope = operation.get("x-scope")
    calls = f", calls `{operation['x-bus']}`" if "x-bus" in operation else ""
    lines = [escape(operation["summary"]), "", (f"Scope: `{scope}`" if scope else "Open to everybody") + calls + "."]
    if operation.get("description", "") not in ("", operation["summary"]):
        lines += ["", escape(operation["description"])]
    given = [(p["name"], p["in"], p["schema"], p.get("description", "")) for p in operation.get("parameters", [])]
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = content["schema"]
        given += [(name, "body", field, field.get("description", "")) for name, field in
                  schema.get("properties", {}).items()] or [("", kind, schema, "")]
    if given:
        lines += ["", "| Parameter | in | type | what |", "| --- | --- | --- | --- |"]
        lines += [f"| `{name}` | {where} | {type_of(schema)} | {escape(text)} |" for name, where, schema, text in given]
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            lines += ["", f"{status}: {escape(response['description'])}", *answer_lines(response)]
    return lines


def answer_lines(response):
    lines = []
    for kind, content in response.get("content", {}).items():
        if kind == "application/json":
            lines += keys_lines(content["schema"], "")
    return [""] + lines if lines else []


def keys_lines(schema, indent):
    lines = []
    for name, field in schema.get("properties", {}).items():
        text = escape(field.get("description", ""))
        lines.append(f"{indent}- `{name}` {type_of(field)}" + (f": {text}" if text else ""))
        lines += keys_lines(field.get("items", field), indent + "  ")
    return lines


def type_of(schema):
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if schema.get("type") == "array":
        return f"array of {type_of(schema['items'])}"
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    return str(schema.get("type", schema.get("const", "any")))


def escape(text):
    return re.sub(r"([*_<>|])", r"\\\1", text).replace("\n", " ")
