# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls on a stack's bus as another user, by a child process that stays.

    with Caller(stack, uid=65534) as nobody:
        nobody.call("Manager.GetStatus")
        nobody.error("Bans.UnbanAll", "({},)")        # arguments in GVariant's text form

The child gets its program as text, so that the user needs no access to the source tree.
"""

import json
import pathlib
import subprocess
import sys

NAME = "org.bangui.BanGUI1"
ROOT = "/org/bangui/BanGUI1"
AGENT = """<node><interface name="org.freedesktop.PolicyKit1.AuthenticationAgent">
<method name="BeginAuthentication"><arg type="s"/><arg type="s"/><arg type="s"/><arg type="a{ss}"/><arg type="s"/>
<arg type="a(sa{sv})"/></method><method name="CancelAuthentication"><arg type="s"/></method></interface></node>"""


class CallError(Exception):
    def __init__(self, name, message):
        super().__init__(f"{name}: {message}")
        self.name = name.removeprefix(f"{NAME}.Error.")
        self.message = message


class Caller:
    def __init__(self, stack, uid=None):
        user = [] if uid is None else ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups",
                                       "--pdeathsig", "TERM"]
        self.child = subprocess.Popen([*user, sys.executable, "-c", pathlib.Path(__file__).read_text(), stack.address],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.close()

    def close(self):
        """Hangs up, be something under way or not."""
        self.child.stdin.close()
        self.child.terminate()
        self.child.wait()
        self.child.stdout.close()

    def start(self, member, arguments="()", path=ROOT, interactive=False, times=1):
        """Sends calls; finish() gives their answers."""
        self._tell({"do": "call", "member": member, "arguments": arguments, "path": path, "interactive": interactive,
                    "times": times})

    def finish(self):
        """The answers of a start(): (None, value) or (error's name, message) each."""
        return [tuple(answer) for answer in json.loads(self.child.stdout.readline())]

    def call(self, *arguments, **keywords):
        self.start(*arguments, **keywords)
        error, value = self.finish()[0]
        if error:
            raise CallError(error, value)
        return value

    def error(self, *arguments, **keywords):
        """(name, message) of the error."""
        try:
            answer = self.call(*arguments, **keywords)
        except CallError as error:
            return error.name, error.message
        raise AssertionError(f"{arguments[0]} succeeded with {answer!r}")

    def register_agent(self):
        """An authentication agent of polkit in the child, which writes down what it is asked and says no."""
        self._tell({"do": "agent"})
        return self.finish()

    def asked(self):
        """What the agent was asked: [action, message, details]."""
        self._tell({"do": "asked"})
        return self.finish()

    def _tell(self, what):
        print(json.dumps(what), file=self.child.stdin, flush=True)


class Child:
    """The other side: a line of JSON in, a line of JSON out."""

    def __init__(self, address):
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.bus = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        self.questions = []

    def run(self):
        for line in sys.stdin:
            request = json.loads(line)
            print(json.dumps(getattr(self, request.pop("do"))(**request), default=str), flush=True)

    def call(self, member, arguments, path, interactive, times):
        interface, _, method = member.rpartition(".")
        flags = Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION if interactive else Gio.DBusCallFlags.NONE
        answers = []

        def done(bus, result):
            try:
                value = bus.call_finish(result).unpack()
                answers.append((None, value[0] if len(value) == 1 else value))
            except GLib.Error as error:
                name = Gio.dbus_error_get_remote_error(error) or error.domain
                answers.append((name, error.message.removeprefix(f"GDBus.Error:{name}: ")))

        for _ in range(times):
            self.bus.call(NAME, path, interface if "." in interface else f"{NAME}.{interface}", method,
                          GLib.Variant.parse(None, arguments, None, None), None, flags, 60000, None, done)
        while len(answers) < times:
            GLib.MainContext.default().iteration(True)
        return answers

    def agent(self):
        interface = Gio.DBusNodeInfo.new_for_xml(AGENT).interfaces[0]
        self.bus.register_object("/agent", interface, self.on_question, None, None)
        start = int(pathlib.Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        subject = ("unix-process", {"pid": GLib.Variant("u", os.getpid()), "start-time": GLib.Variant("t", start)})
        self.bus.call_sync("org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
                           "org.freedesktop.PolicyKit1.Authority", "RegisterAuthenticationAgent",
                           GLib.Variant("((sa{sv})ss)", (subject, "C", "/agent")), None, Gio.DBusCallFlags.NONE, -1,
                           None)
        return []

    def on_question(self, bus, sender, path, interface, method, arguments, invocation):
        if method == "BeginAuthentication":
            action, message, _, details, _, _ = arguments.unpack()
            self.questions.append((action, message, details))
        invocation.return_dbus_error("org.freedesktop.PolicyKit1.Error.Cancelled", "the person said no")

    def asked(self):
        return self.questions


if __name__ == "__main__":
    import os

    from gi.repository import Gio, GLib

    Child(sys.argv[1]).run()
