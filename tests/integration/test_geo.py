# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where addresses are: files of the build in front of a real daemon, and a service outside on this machine."""

import http.server
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest

import tap
from gi.repository import GLib
from stack import NOBODY, Stack, build_folder, can_have_polkit

FILES = build_folder() / "tests/unit"


def variants(options):
    kinds = {bool: "b", int: "x", str: "s"}
    return {name: GLib.Variant(kinds[type(value)], value) for name, value in options.items()}


class Outside:
    """ip-api.com as it might be: knows that 9.0.0.0/8 is in France, and nothing else."""

    def __init__(self):
        outside = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outside.asked.append(asked)
                places = [outside.place(text) for text in asked]
                body = json.dumps(places if outside.status == 200 else "busy").encode()
                self.send_response(outside.status)
                for name, value in outside.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words):
                pass

        self.asked, self.status, self.headers = [], 200, {}
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/batch"
        self.thread = threading.Thread(target=self.server.serve_forever)

    @staticmethod
    def place(text):
        if text.startswith("9."):
            return {"status": "success", "countryCode": "FR", "as": "AS64510 Dehors SA", "query": text}
        return {"status": "fail", "message": "invalid query", "query": text}

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class GeoTest(unittest.TestCase):
    more = {}

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="geo-")))
        self.stack = self.enterContext(Stack(**self.more))

    def lookup(self, address):
        return self.stack.call("Geo.Lookup", GLib.Variant("(s)", (address,)))

    def country(self, address):
        return self.lookup(address)["country"]

    def options(self, member, **options):
        return self.stack.call(member, GLib.Variant("(a{sv})", (variants(options),)))

    def set(self, **settings):
        changes = {name.replace("_", "-"): value for name, value in settings.items()}
        self.stack.call("Settings.Set", GLib.Variant("(a{sv}a{sv})", (variants(changes), {})))

    def put(self, name, path):
        """A file of the build, in one step."""
        part = path.with_suffix(".new")
        shutil.copy(FILES / name, part)
        part.rename(path)

    def bans(self):
        return {row["address"]: row for row in self.options("Bans.List")[0]}

    def history(self):
        return {row["address"]: row for row in self.options("History.List", kind="ban")[0]}

    def findings(self):
        return {row["kind"]: row for row in self.stack.get("Manager", "Findings")}

    def part(self):
        return next((row for row in self.stack.get("Manager", "Parts") if row["name"] == "geo"), {"state": ""})

    def run_job(self, name):
        return self.stack.call("Jobs.Run", GLib.Variant("(sa{sv})", (name, variants({"wait": 20}))))


class Files(GeoTest):
    def test_out_of_the_box(self):
        self.stack.wait_until(lambda: self.part()["state"] == "ok", "the country file")
        self.assertEqual("BanGUI-Country", self.stack.get("Geo", "CountryType"))
        self.assertEqual(str(build_folder() / "data/geo/country.mmdb"), self.stack.get("Geo", "CountryFile"))
        self.assertEqual({"address": "8.8.8.8", "country": "US", "country_name": "United States", "network": 0,
                          "organisation": "", "source": "file", "public": True}, self.lookup("8.8.8.8"))
        self.assertEqual("DE", self.country("2a02:8109::1"))
        self.assertEqual("DE", self.country("::ffff:5.145.128.1"))
        self.assertEqual(("", "", False),
                         tuple(self.lookup("10.0.0.1")[key] for key in ("country", "source", "public")))
        rows = self.stack.call("Geo.LookupMany", GLib.Variant("(as)", (["10.0.0.1", "8.8.8.0/24"],)))
        self.assertEqual([("10.0.0.1", ""), ("8.8.8.0/24", "US")], [(row["address"], row["country"]) for row in rows])
        self.assertEqual("AddressInvalid", self.stack.error("Geo.Lookup", GLib.Variant("(s)", ("8.8.8",)))[0])
        many = GLib.Variant("(as)", (["8.8.8.8"] * 1001,))
        self.assertEqual("TooLarge", self.stack.error("Geo.LookupMany", many)[0])
        self.assertGreater(self.stack.call("Geo.Statistics")["country_entries"], 200)

    def test_bans_have_a_country(self):
        seen = self.stack.subscribe("Bans", "Banned")
        self.stack.ban("8.8.8.8", "10.0.0.1")
        self.stack.wait_until(lambda: len(seen) == 2, "the signals")
        self.assertEqual({"8.8.8.8": "US", "10.0.0.1": ""}, {row[3][1]: row[3][2]["country"] for row in seen})
        self.assertEqual({"8.8.8.8": "US", "10.0.0.1": ""}, {key: row["country"] for key, row in self.bans().items()})
        self.assertEqual({0}, {row["network"] for row in self.bans().values()})
        for words in (["bans"], ["bans", "--all"]):
            lines = [line.split() for line in self.stack.banguictl(*words).stdout.splitlines()]
            self.assertEqual(("COUNTRY", {"-", "US"}), (lines[0][-1], {line[-1] for line in lines[1:]}))
        dumped = json.loads(self.stack.banguictl("bans", "--all", "--json").stdout)
        self.assertIn(("8.8.8.8", "US", 0), {(row["address"], row["country"], row["network"]) for row in dumped})
        self.stack.wait_until(lambda: len(self.history()) == 2, "the archive")
        self.assertEqual("US", self.history()["8.8.8.8"]["country"])

    def test_replaced_and_broken(self):
        country = self.folder / "my.mmdb"
        self.put("ipinfo-lite.mmdb", country)
        self.stack.ban("1.2.3.4")
        self.stack.wait_until(lambda: "1.2.3.4" in self.history(), "the archive")
        self.set(geo_country_file=str(country))
        self.stack.wait_until(lambda: self.stack.get("Geo", "CountryType").startswith("ipinfo"), "the file")
        self.assertEqual(("DE", 64501, "Flat GmbH"),
                         tuple(self.lookup("1.2.3.4")[key] for key in ("country", "network", "organisation")))
        self.assertEqual(("DE", 64501), (self.bans()["1.2.3.4"]["country"], self.bans()["1.2.3.4"]["network"]))
        self.stack.wait_until(lambda: self.history()["1.2.3.4"]["network"] == 64501, "the archive resolved anew")

        self.put("other.mmdb", country)
        self.assertEqual("DBIP-Country-Lite", self.options("Geo.Reload")["CountryType"])
        self.assertEqual("SE", self.country("1.2.3.4"))
        self.stack.wait_until(lambda: self.history()["1.2.3.4"]["country"] == "SE", "the archive resolved anew")

        # written over in place, and cut short there: the old one stays
        with open(country, "r+b") as file:
            file.truncate(1000)
        state = self.options("Geo.Reload")
        self.assertIn(str(country), state["CountryProblem"])
        self.assertEqual("DBIP-Country-Lite", state["CountryType"])
        self.assertEqual("SE", self.country("1.2.3.4"))
        self.stack.wait_until(lambda: "geo-file" in self.findings(), "the finding")
        self.assertEqual("geo-country-file", self.findings()["geo-file"]["object"])
        self.assertEqual("degraded", self.part()["state"])

        self.put("country.mmdb", country)
        self.assertEqual("", self.options("Geo.Reload")["CountryProblem"])
        self.stack.wait_until(lambda: "geo-file" not in self.findings(), "the end of the finding")
        self.assertEqual("DE", self.country("1.2.3.4"))

    def test_network_file(self):
        self.set(geo_network_file=str(FILES / "asn.mmdb"))
        self.stack.wait_until(lambda: self.stack.get("Geo", "NetworkType") == "GeoLite2-ASN", "the file")
        self.assertEqual((64500, "Example AG"),
                         tuple(self.lookup("1.2.3.4")[key] for key in ("network", "organisation")))
        self.set(geo_network_file=str(FILES / "country.mmdb"))
        self.stack.wait_until(lambda: "knows no networks" in self.stack.get("Geo", "NetworkProblem"), "the refusal")
        self.assertEqual(64500, self.lookup("1.2.3.4")["network"])

    def test_no_file(self):
        self.set(geo_country_file="/nowhere/country.mmdb")
        self.stack.wait_until(lambda: "geo-file" in self.findings(), "the finding")
        self.stack.restart_daemon()
        self.stack.wait_until(lambda: self.part()["state"] == "degraded", "the part")
        self.assertEqual("", self.country("8.8.8.8"))
        self.stack.ban("8.8.8.8")
        self.assertEqual("", self.bans()["8.8.8.8"]["country"])


class LookupOutside(GeoTest):
    def setUp(self):
        super().setUp()
        self.outside = self.enterContext(Outside())
        # a file that does not know these addresses
        self.set(geo_country_file=str(FILES / "country.mmdb"), geo_outside_url=self.outside.url)
        self.stack.wait_until(lambda: self.stack.get("Geo", "CountryType") == "GeoLite2-Country", "the file")

    def ask(self, *addresses):
        return self.stack.call("Geo.LookupOutside", self.words(*addresses))

    def words(self, *addresses):
        return GLib.Variant("(asa{sv})", (list(addresses), {}))

    def states(self, *addresses):
        return {row["address"]: row["state"] for row in self.ask(*addresses)["rows"]}

    def test_off(self):
        self.assertFalse(self.stack.get("Geo", "Outside"))
        self.assertEqual("OutsideOff", self.stack.error("Geo.LookupOutside", self.words("9.1.1.1"))[0])
        self.run_job("geo-retry")
        self.assertEqual([], self.outside.asked)
        self.assertNotIn("geo-outside", self.findings())

    def test_on(self):
        self.set(geo_outside=True)
        self.stack.wait_until(lambda: "geo-outside" in self.findings(), "the warning")
        self.assertEqual("warning", self.findings()["geo-outside"]["severity"])
        self.assertIn("127.0.0.1, without encryption", self.findings()["geo-outside"]["message"])
        self.assertTrue(self.stack.get("Geo", "Outside"))

        answer = self.ask("9.1.1.1", "10.0.0.1", "7.1.1.1", "9.1.1.1")
        self.assertEqual((2, 2), (answer["asked"], answer["answered"]))
        self.assertEqual(["found", "private", "unknown", "found"], [row["state"] for row in answer["rows"]])
        self.assertEqual(("FR", "France", 64510, "Dehors SA"), tuple(
            answer["rows"][0][key] for key in ("country", "country_name", "network", "organisation")))
        self.assertEqual([["9.1.1.1", "7.1.1.1"]], self.outside.asked)

        # known by now: nobody is asked again, not even about what nobody knows
        self.assertEqual(0, self.ask("9.1.1.1", "7.1.1.1")["asked"])
        self.assertEqual(("FR", "outside"), (self.country("9.1.1.1"), self.lookup("9.1.1.1")["source"]))
        self.assertEqual("", self.country("7.1.1.1"))
        self.assertEqual(1, len(self.outside.asked))

    def test_restart_loses_nothing_that_was_flushed(self):
        self.set(geo_outside=True)
        self.ask("9.1.1.1", "7.1.1.1")
        self.assertEqual((0, 1), tuple(self.stack.call("Geo.Statistics")[key] for key in ("stored", "unsaved")))
        self.run_job("geo-flush")
        self.assertEqual((1, 0), tuple(self.stack.call("Geo.Statistics")[key] for key in ("stored", "unsaved")))
        self.ask("9.1.1.2")
        self.stack.restart_daemon()
        self.stack.wait_until(lambda: self.stack.get("Geo", "Outside"), "the settings")
        # an orderly end flushes too
        self.assertEqual({"9.1.1.1": "found", "9.1.1.2": "found"}, self.states("9.1.1.1", "9.1.1.2"))
        self.assertEqual(2, len(self.outside.asked))
        # what nobody knew was not kept
        self.assertEqual({"7.1.1.1": "unknown"}, self.states("7.1.1.1"))
        self.assertEqual(3, len(self.outside.asked))

    def test_killed_after_a_flush(self):
        self.set(geo_outside=True)
        self.ask("9.1.1.1")
        self.run_job("geo-flush")
        self.ask("9.1.1.2")
        self.stack.stop_daemon(signal.SIGKILL, expect=-signal.SIGKILL)
        self.stack.start_daemon()
        self.assertEqual(1, self.stack.call("Geo.Statistics")["stored"])
        self.assertEqual({"9.1.1.1": "found"}, self.states("9.1.1.1"))
        self.assertEqual(2, len(self.outside.asked))

    def test_archive_is_resolved(self):
        self.set(geo_outside=True)
        self.stack.ban("9.1.1.1", "192.168.7.7", "7.1.1.1")
        self.stack.wait_until(lambda: len(self.history()) == 3, "the archive")
        # reading asks nobody
        self.options("History.List")
        self.options("Bans.List")
        self.stack.call("Geo.Lookup", GLib.Variant("(s)", ("9.1.1.1",)))
        self.stack.call("Stats.ByCountry", GLib.Variant("(a{sv})", ({},)))
        self.assertEqual([], self.outside.asked)

        self.run_job("geo-retry")
        self.assertEqual([{"9.1.1.1", "7.1.1.1"}], [set(asked) for asked in self.outside.asked])
        self.assertEqual({"9.1.1.1": "FR", "192.168.7.7": "", "7.1.1.1": ""},
                         {address: row["country"] for address, row in self.history().items()})
        self.assertEqual(("FR", 64510), (self.bans()["9.1.1.1"]["country"], self.bans()["9.1.1.1"]["network"]))
        self.assertEqual(1, self.stack.call("Geo.Statistics")["stored"])

    def test_service_that_fails(self):
        self.set(geo_outside=True)
        self.outside.status, self.outside.headers = 429, {"Retry-After": "600"}
        name, message = self.stack.error("Geo.LookupOutside", self.words("9.1.1.1"))
        self.assertEqual(("Busy", 1), (name, len(self.outside.asked)))
        self.assertIn("600 s", message)
        self.assertGreater(self.stack.call("Geo.Statistics")["quiet_until_at"], 0)
        self.assertEqual("Busy", self.stack.error("Geo.LookupOutside", self.words("9.1.1.2"))[0])
        self.assertEqual(1, len(self.outside.asked))

    def test_many_are_batches(self):
        self.set(geo_outside=True)
        answer = self.ask(*(f"9.1.{i // 200}.{i % 200}" for i in range(450)))
        self.assertEqual((450, 450), (answer["asked"], answer["answered"]))
        self.assertEqual([100, 100, 100, 100, 50], [len(asked) for asked in self.outside.asked])


@unittest.skipUnless(can_have_polkit(), "needs root")
class Rights(GeoTest):
    more = {"polkit": True}

    def test_action_of_its_own(self):
        given = self.stack.run("busctl", f"--address={self.stack.address}", "call", "org.bangui.BanGUI1",
                               "/org/bangui/BanGUI1", "org.bangui.BanGUI1.Geo", "LookupOutside", "asa{sv}", "1",
                               "9.1.1.1", "0", uid=NOBODY)
        self.assertNotEqual(0, given.returncode)
        self.assertIn("org.bangui.BanGUI1.look-up-outside: a password is needed", given.stderr)
        given = self.stack.run("busctl", f"--address={self.stack.address}", "call", "org.bangui.BanGUI1",
                               "/org/bangui/BanGUI1", "org.bangui.BanGUI1.Geo", "Lookup", "s", "8.8.8.8", uid=NOBODY)
        self.assertIn('"US"', given.stdout)


class Tool(unittest.TestCase):
    """bangui-geo-build, which makes country files."""

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="geo-build-")))
        self.output = self.folder / "out.mmdb"

    def build(self, text=None, *words):
        ranges = self.folder / "ranges"
        if text is not None:
            ranges.write_text(text)
        tool = build_folder() / "data/geo/bangui-geo-build"
        argv = ["perl", tool, "--countries", build_folder() / "data/geo/countries.tsv", *words]
        if not words:
            argv += ["--output", self.output, ranges]
        return subprocess.run([str(word) for word in argv], capture_output=True, text=True,
                              env={**os.environ, "LC_ALL": "C"})

    def test_made(self):
        given = self.build("# Generated: Thu, 25 Jun 2026 04:33:59 GMT\n16909056,16909311,DE\n2a00::,2a00:ffff::,SE\n"
                           "9.0.0.0,9.0.0.3,??\n2002::,2002:ffff::,JP\n8.0.0.0,8.0.0.9,uk\n")
        self.assertEqual((0, ""), (given.returncode, given.stderr))
        self.assertIn("3 ranges, 1 of no country left out", given.stdout)
        self.assertEqual([self.output], [path for path in self.folder.iterdir() if path.name != "ranges"])
        self.assertEqual(0o644, self.output.stat().st_mode & 0o7777)
        with Stack(settings={"geo-country-file": self.output}) as stack:
            stack.wait_until(lambda: stack.get("Geo", "CountryType") == "BanGUI-Country", "the file")
            self.assertEqual(1782362039, stack.get("Geo", "CountryBuiltAt"))
            for address, country in {"1.2.3.4": "DE", "2a00:7::1": "SE", "8.0.0.9": "GB", "8.0.0.10": ""}.items():
                self.assertEqual(country, stack.call("Geo.Lookup", GLib.Variant("(s)", (address,)))["country"])

    def test_bad_input(self):
        bad = {"1.2.3.4,1.2.3.9\n": "ranges:1: a line is FIRST,LAST,COUNTRY",
               "1.2.3.0,1.2.3.9,DE\n1.2.3,1.2.3.9,DE\n": "ranges:2: '1.2.3' to '1.2.3.9' is no range",
               "1.2.3.9,1.2.3.0,DE\n": "ranges:1: the range ends before it begins",
               "1.2.3.9,2a00::1,DE\n": "ranges:1: '1.2.3.9' to '2a00::1' is no range",
               "4294967296,4294967297,DE\n": "ranges:1:",
               "# nothing\n": "there is no range of a country in it"}
        self.output.write_text("the old one")
        for text, message in bad.items():
            given = self.build(text)
            self.assertEqual(1, given.returncode, text)
            self.assertIn(message, given.stderr)
            self.assertEqual("the old one", self.output.read_text())
        self.assertEqual({"out.mmdb", "ranges"}, {path.name for path in self.folder.iterdir()})

    def test_wrong_use(self):
        for words in (["--output", self.output], ["ranges"], ["--nonsense"]):
            given = self.build(None, *words)
            self.assertEqual(2, given.returncode, words)
            self.assertIn("usage: bangui-geo-build", given.stderr)
        given = self.build(None, "--output", self.output, self.folder / "none")
        self.assertEqual(1, given.returncode)
        self.assertIn("No such file", given.stderr)
        given = self.build("1.2.3.0,1.2.3.9,DE\n", "--output", "/nowhere/out.mmdb", self.folder / "ranges")
        self.assertEqual(1, given.returncode)
        self.assertIn("/nowhere/out.mmdb: the folder is not there", given.stderr)
        self.assertEqual(0, self.build(None, "--help").returncode)


if __name__ == "__main__":
    tap.main()
