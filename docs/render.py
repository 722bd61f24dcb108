# SPDX-License-Identifier: LGPL-2.1-or-later
"""Turns the contract into documents, so that there is no second text to keep true.

    render.py bus-md INTERFACE.xml...            the bus reference, Markdown
    render.py bus-rst TEMPLATE INTERFACE.xml...  org.bangui.BanGUI1(5), reStructuredText for rst2man
    render.py errors-md errors.h                 the error table, Markdown
    render.py errors-rst TEMPLATE errors.h       banguid(8): the template with the error table at @errors@
    render.py settings-rst TEMPLATE FILE         bangui.conf(5): the template with the default file's keys at @settings@
    render.py rest-settings-rst TEMPLATE FILE    bangui-rest.conf(5), the same

The result goes to standard output. A member without documentation, or a documented argument that is not there, ends it.
"""

import collections
import pathlib
import re
import sys
import textwrap
import xml.etree.ElementTree as ElementTree

PREFIX = "org.bangui.BanGUI1."
KINDS = (("property", "Properties"), ("method", "Methods"), ("signal", "Signals"))
EMITS = "org.freedesktop.DBus.Property.EmitsChangedSignal"

# arguments: name -> text; text: paragraphs
Doc = collections.namedtuple("Doc", "title arguments text")


class Fault(Exception):
    """The source says something that cannot be rendered."""


def parse_comment(comment, where):
    """A comment "Name: title", "@argument: text" lines, then paragraphs."""
    lines = textwrap.dedent(comment).strip("\n").splitlines()
    name, colon, title = (lines or [""])[0].strip().partition(":")
    if not colon:
        raise Fault(f"{where}: the comment does not start with the name and a colon")
    arguments, paragraphs, current = {}, [], None
    for line in [title.strip(), *map(str.strip, lines[1:])]:
        argument = re.match(r"@(\w+): *(.*)", line)
        if argument:
            current = argument[1]
            arguments[current] = argument[2]
        elif not line:
            current = None
            paragraphs.append("")
        elif current:
            arguments[current] += " " + line
        else:
            paragraphs = paragraphs or [""]
            paragraphs[-1] = f"{paragraphs[-1]} {line}".strip()
    return name.strip(), Doc(title.strip(), arguments, [text for text in paragraphs if text])


def read_interface(path):
    """(name, Doc, {kind: [(element, Doc)]}) of an introspection file with one interface."""
    parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
    root = ElementTree.parse(path, parser).getroot()
    nodes = list(root)
    interface = next(node for node in nodes if node.tag == "interface")
    name = interface.get("name")
    documented, head = parse_comment(nodes[nodes.index(interface) - 1].text or "", path)
    if documented != name:
        raise Fault(f"{path}: the comment before the interface is about {documented}, not {name}")
    members, pending = collections.defaultdict(list), None
    for node in interface:
        if node.tag is ElementTree.Comment:
            pending = parse_comment(node.text, path)
            continue
        member = node.get("name")
        if node.tag not in dict(KINDS):
            raise Fault(f"{path}: <{node.tag}> is not expected in an interface")
        if not pending or pending[0] != member:
            raise Fault(f"{path}: {node.tag} {member} has no comment of its own")
        doc = pending[1]
        given, described = [arg.get("name") for arg in node.findall("arg")], list(doc.arguments)
        if given != described:
            raise Fault(f"{path}: {member} has the arguments {given}, but {described} are described")
        if not given and not doc.text:
            raise Fault(f"{path}: {node.tag} {member} is not described")
        members[node.tag].append((node, doc))
        pending = None
    return name, head, members


def signature(node):
    if node.tag == "property":
        emits = next((a.get("value") for a in node.findall("annotation") if a.get("name") == EMITS), "true")
        how = {"const": "never changes", "false": "changes untold", "invalidates": "told without value"}.get(emits, "")
        return f"{node.get('name')} {node.get('type')}" + (f" ({how})" if how else "")
    sides = {"in": [], "out": []}
    for arg in node.findall("arg"):
        direction = arg.get("direction", "out" if node.tag == "signal" else "in")
        sides[direction].append(f"{arg.get('type')} {arg.get('name')}")
    if node.tag == "signal":
        return f"{node.get('name')}({', '.join(sides['out'])})"
    return f"{node.get('name')}({', '.join(sides['in'])})" + (f" → {', '.join(sides['out'])}" if sides["out"] else "")


def short(name):
    return name.removeprefix(PREFIX)


def description(head):
    return [head.arguments["short_description"].capitalize() + ".", *head.text]


def bus_md(paths):
    interfaces = [read_interface(path) for path in paths]
    lines = ["# The bus interface of BanGUI", "",
             "Made from `interfaces/*.xml` by the build; the daemon makes what it serves from the same files.", "",
             "Bus name `org.bangui.BanGUI1` on the system bus, root object `/org/bangui/BanGUI1`, with "
             "`org.freedesktop.DBus.ObjectManager`. Types are D-Bus signatures; errors are listed in "
             "[errors](errors.md).", ""]
    for name, head, members in interfaces:
        lines.append(f"- [{name}](#{name.lower().replace('.', '')}): {head.arguments['short_description']}")
    for name, head, members in interfaces:
        lines += ["", f"## {name}", ""]
        lines += sum(([md(text), ""] for text in description(head)), [])
        for kind, title in KINDS:
            if not members[kind]:
                continue
            lines += [f"### {title} of {short(name)}", ""]
            for node, doc in members[kind]:
                lines += [f"#### `{signature(node)}`", ""]
                lines += [f"- `{argument}`: {md(text)}" for argument, text in doc.arguments.items()]
                lines += [""] * bool(doc.arguments)
                lines += sum(([md(text), ""] for text in doc.text), [])
    return "\n".join(lines).rstrip() + "\n"


def md(text):
    return re.sub(r"([*_<>|])", r"\\\1", text)


def rst(text):
    return re.sub(r"([*`|_\\])", r"\\\1", text)


def bus_rst(template, paths):
    lines = []
    for path in paths:
        name, head, members = read_interface(path)
        lines += ["", name, "=" * len(name), ""]
        lines += sum(([rst(text), ""] for text in description(head)), [])
        for kind, title in KINDS:
            if not members[kind]:
                continue
            heading = f"{title} of {short(name)}"
            lines += [heading, "-" * len(heading), ""]
            for node, doc in members[kind]:
                lines.append(f"**{rst(signature(node))}**")
                body = [f"*{rst(argument)}*: {rst(text)}" for argument, text in doc.arguments.items()] + \
                       [rst(text) for text in doc.text]
                lines += sum(([f"    {text}", ""] for text in body), [])
    return fill(template, "interfaces", "\n".join(lines))


def read_errors(path):
    """[(name, HTTP status, exit status, when)] of the table in errors.h."""
    text = pathlib.Path(path).read_text().replace("\\\n", " ")
    rows = re.findall(r'\bX\([A-Z0-9_]+,\s*"(\w+)",\s*(\d+),\s*(\d+),\s*"([^"]*)"\s*\)', text)
    if len(rows) < 2 or len(rows) != len(re.findall(r"\bX\([A-Z0-9_]+,\s*\"", text)):
        raise Fault(f"{path}: the error table is not what it was")
    return rows


def errors_md(path):
    lines = ["# Errors", "", "Made from `interfaces/errors.h` by the build. Names on the bus start with "
             "`org.bangui.BanGUI1.Error.`; a message says what was wrong with which input and what would be right.", "",
             "Where polkit would let the caller in after a question, and the call did not allow one, the answer "
             "is D-Bus's own `org.freedesktop.DBus.Error.InteractiveAuthorizationRequired`.", "",
             "| Error | HTTP | exit status | when |", "| --- | --- | --- | --- |"]
    lines += [f"| `{name}` | {http} | {status} | {md(when)} |" for name, http, status, when in read_errors(path)]
    return "\n".join(lines) + "\n"


def errors_rst(template, path):
    lines = []
    for name, _, status, when in read_errors(path):
        lines += [f"**{name}** ({status})", f"    {rst(when)}", ""]
    return fill(template, "errors", "\n".join(lines))


def settings_rst(template, path):
    rows = re.findall(r"^# (.+)\n# Allowed: (.+)\.\n(?:# (.+)\n)?#([a-z0-9-]+)=(.*)$", pathlib.Path(path).read_text(),
                      re.M)
    if not rows:
        raise Fault(f"{path}: no keys found")
    lines = []
    for text, allowed, note, key, default in rows:
        lines += [f"**{key}=**", f"    {rst(text)}", "", f"    Allowed: {rst(allowed)}.",
                  f"    Default: {rst(default) if default else 'empty'}.",
                  f"    Environment: BANGUI\\_{rst(key.upper().replace('-', '_'))}.",
                  *([f"    {rst(note)}"] if note else []), ""]
    return fill(template, "settings", "\n".join(lines))


def rest_settings_rst(template, path):
    rows = re.findall(r"^# (.+)\n(?:# (.+)\.\n)?#([a-z0-9-]+) = (.*)$", pathlib.Path(path).read_text(), re.M)
    if not rows:
        raise Fault(f"{path}: no keys found")
    lines = []
    for text, allowed, key, default in rows:
        lines += [f"**{key}=**", f"    {rst(text)}", "", *([f"    {rst(allowed)}."] if allowed else []),
                  f"    Default: {rst(default) if default else 'empty'}.",
                  f"    Environment: BANGUI\\_REST\\_{rst(key.upper().replace('-', '_'))}.", ""]
    return fill(template, "settings", "\n".join(lines))


def fill(template, place, text):
    page = pathlib.Path(template).read_text()
    if page.count(f"@{place}@") != 1:
        raise Fault(f"{template}: @{place}@ must stand there once")
    return page.replace(f"@{place}@", text)


def main():
    what, *given = sys.argv[1:]
    try:
        if what in ("bus-md", "errors-md"):
            result = bus_md(given) if what == "bus-md" else errors_md(*given)
        elif what == "bus-rst":
            result = bus_rst(given[0], given[1:])
        else:
            result = {"errors-rst": errors_rst, "settings-rst": settings_rst,
                      "rest-settings-rst": rest_settings_rst}[what](*given)
    except Fault as fault:
        sys.exit(f"render.py: {fault}")
    sys.stdout.write(result)


if __name__ == "__main__":
    main()
