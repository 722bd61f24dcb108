# SPDX-License-Identifier: LGPL-2.1-or-later
"""seeds-rest.py ROUTES FOLDER: a request for each row of the table of routes, with all that its method takes."""

import json
import pathlib
import sys
import urllib.parse
import xml.etree.ElementTree

INTERFACES = pathlib.Path(__file__).resolve().parents[2] / "interfaces"
NAME = "org.bangui.BanGUI1"
EXAMPLES = {"s": "a", "o": "/a", "b": True, "x": -1, "u": 1, "t": 1, "d": 0.5, "as": ["a", "b"], "v": 1,
            "a{sv}": {"a": True, "b": ["y"], "c": 1.5}, "a{ss}": {"a": "b"}}


def read_methods():
    """(interface, method) -> its arguments and options as {name: type}."""
    found = {}
    for path in INTERFACES.glob("*.xml"):
        for interface in xml.etree.ElementTree.parse(path).getroot():
            for method in interface.iter("method"):
                taken = {arg.get("name"): arg.get("type") for arg in method.iter("arg")
                         if arg.get("direction") == "in" and arg.get("type") != "h" and arg.get("name") != "options"}
                for note in method.iter("annotation"):
                    if note.get("name") == f"{NAME}.Options":
                        taken |= dict(word.split(":") for word in note.get("value").split())
                found[interface.get("name").removeprefix(f"{NAME}."), method.get("name")] = taken
    return found


def make(route, taken):
    given = {name: EXAMPLES[kind] for name, kind in taken.items() if "{" + name + "}" not in route["path"]}
    line = f"{route['method']} {route['path']}"
    if route["method"] in ("POST", "PUT") and route["kind"] != "upload":
        return f"{line}\n{json.dumps(given)}"
    return f"{line}?{urllib.parse.urlencode(given, doseq=True)}\n".replace("=True", "=true")


def main():
    folder = pathlib.Path(sys.argv[2])
    methods = read_methods()
    for number, route in enumerate(json.loads(pathlib.Path(sys.argv[1]).read_text())):
        taken = methods.get((route.get("interface"), route.get("member")), {})
        (folder / f"route-{number}").write_text(make(route, taken))


if __name__ == "__main__":
    main()
