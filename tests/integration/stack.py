# SPDX-License-Identifier: LGPL-2.1-or-later
"""A private BanGUI: bus, polkit, fail2ban and banguid in one folder, ended with it.

    with Stack() as stack:
        stack.fail("sshd", "192.0.2.1", times=3)
        stack.wait_until(lambda: stack.get("Bans", "Active") == 1)

The bus has the default-deny policy of a real system bus and includes the bus policy that we ship. fail2ban is
the real one with its stock filters and a do-nothing action. polkitd is the real one and sees our actions alone, by bind
mounts in a mount namespace of its own, which needs root; without root there is none. Nothing of the machine is
touched: every path lies in the folder, and every process is ended by its id, the youngest first. Helpers die with
this process even when it is killed.

Programs come from the build folder that the environment variable BANGUI_BUILD names (default: build).
"""

import atexit
import contextlib
import os
import pathlib
import pickle
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parents[2]
NAME = "org.bangui.BanGUI1"
ROOT = "/org/bangui/BanGUI1"
WAIT = 30  # seconds for anything awaited; a slow machine under sanitizers needs some
NOBODY = 65534

# What a line of a log looks like that the stock filter counts as one failure.
LINES = {
    "sshd": "{iso} host sshd[4711]: Failed password for root from {address} port 50022 ssh2",
    "nginx-http-auth": '{slashed} [error] 4712#4712: *1 user "admin": password mismatch, client: {address}, '
                       'server: www.example.org, request: "GET /admin HTTP/1.1", host: "www.example.org"',
    "plain": "{epoch} login failed from {address}",
}

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
        "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Introspectable"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Properties"/>
  </policy>
  <policy user="{user}">
    <allow own="org.bangui.BanGUI1"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Monitoring"/>
  </policy>
  <policy user="root">
    <allow own="org.freedesktop.PolicyKit1"/>
  </policy>
  <include>{policy}</include>
  <include ignore_missing="yes">/usr/share/dbus-1/system.d/org.freedesktop.PolicyKit1.conf</include>
{limits}</busconfig>
"""


class StackError(Exception):
    """Something of the stack did not start, or did not end well."""


def build_folder():
    return pathlib.Path(os.environ.get("BANGUI_BUILD", SOURCE / "build")).resolve()


def is_root():
    return os.geteuid() == 0


def can_have_polkit():
    """Whether a private polkitd is possible: for root, where mount namespaces are allowed (many containers do not)."""
    words = ["unshare", "--mount", "--propagation", "private", "true"]
    return is_root() and subprocess.run(words, stderr=subprocess.DEVNULL).returncode == 0


def log_line(kind, address):
    """One failure as the filter `kind` wants it, at this moment."""
    now = time.time()
    local = time.localtime(now)
    return LINES[kind].format(address=address, epoch=int(now),
                              iso=time.strftime("%Y-%m-%dT%H:%M:%S", local) + f".{int(now % 1 * 1e6):06}"
                              + time.strftime("%z", local)[:3] + ":" + time.strftime("%z", local)[3:],
                              slashed=time.strftime("%Y/%m/%d %H:%M:%S", local))


class Process:
    """A child in a process group of its own, so that Ctrl-C reaches us alone, with its output in a file."""

    def __init__(self, name, argv, log, env=None, pass_fds=()):
        self.name = name
        self.log = pathlib.Path(log)
        with open(self.log, "ab") as output:
            self.popen = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *map(str, argv)],
                                          stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                          env=env, pass_fds=pass_fds, process_group=0)
        self.pid = self.popen.pid

    def running(self):
        return self.popen.poll() is None

    def stop(self, number=signal.SIGTERM, timeout=WAIT):
        """Ends it; its exit status, or minus the signal that it died of."""
        if self.running():
            self.popen.send_signal(number)
            self.popen.send_signal(signal.SIGCONT)
        try:
            return self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise StackError(f"{self.name} did not end within {timeout} s of signal {number}") from None

    def output(self):
        return self.log.read_text(errors="replace")


class Fail2ban:
    """A private fail2ban-server: FOLDER/fail2ban/{fail2ban.sock,fail2ban.sqlite3,...}, configuration in FOLDER/etc."""

    def __init__(self, folder, jails, action="", dbfile=None, default=None):
        self.folder = pathlib.Path(folder)
        self.etc = self.folder / "etc"
        self.logs = self.folder / "log"
        self.state = self.folder / "fail2ban"
        self.socket = self.state / "fail2ban.sock"
        self.database = dbfile or str(self.state / "fail2ban.sqlite3")
        self.process = None
        self.jails = {}
        self.kinds = {}
        for path in (self.logs, self.state, self.etc / "jail.d"):
            path.mkdir(parents=True, exist_ok=True)
        shutil.copytree("/etc/fail2ban/filter.d", self.etc / "filter.d")
        (self.etc / "filter.d/plain.conf").write_text(
            "[Definition]\nfailregex = ^ login failed from <ADDR>$\ndatepattern = {^LN-BEG}EPOCH\n")
        self._write_action(action)
        self._write_server()
        options = {"bantime": "10m", "findtime": "10m", "maxretry": "3", "backend": "polling", "usedns": "no",
                   "ignoreself": "false", "action": "noop", **(default or {})}
        self._write_section(self.etc / "jail.conf", "DEFAULT", options)
        for name, given in jails.items():
            self.write_jail(name, **given)

    def _write_action(self, action):
        (self.etc / "action.d").mkdir()
        (self.etc / "action.d/noop.conf").write_text(f"[Definition]\nactionban = {action}\nactionunban =\n[Init]\n")

    def _write_server(self):
        self._write_section(self.etc / "fail2ban.conf", "Definition", {
            "loglevel": "INFO", "logtarget": self.logs / "fail2ban.log", "syslogsocket": "auto", "allowipv6": "auto",
            "socket": self.socket, "pidfile": self.state / "fail2ban.pid", "dbfile": self.database,
            "dbpurgeage": "1d", "dbmaxmatches": "10"})

    @staticmethod
    def _write_section(path, section, options):
        path.write_text(f"[{section}]\n" + "".join(f"{key} = {value}\n" for key, value in options.items()))

    def write_jail(self, name, **options):
        """A jail in a file of its own; filter defaults to "plain". `enabled` false leaves it to be started later."""
        options = {"enabled": True, "filter": "plain", "logpath": self.log_path(name), **options}
        self.kinds[name] = options["filter"].partition("[")[0]
        self.jails[name] = str(options["enabled"]).lower() == "true"
        if options["logpath"]:
            pathlib.Path(options["logpath"]).touch()
        number = len(list((self.etc / "jail.d").iterdir()))
        self._write_section(self.etc / "jail.d" / f"{number:04}.conf", name, options)

    def log_path(self, jail):
        return self.logs / ("".join(c if c.isalnum() or c in "-_" else "-" for c in jail) + ".log")

    def start(self):
        words = ["/usr/bin/python3", "/usr/bin/fail2ban-server", "-c", self.etc, "-f", "start"]
        self.process = Process("fail2ban", words, self.folder / "fail2ban.out", env=os.environ | {"LC_ALL": "C.UTF-8"})
        expected = {name for name, enabled in self.jails.items() if enabled}
        deadline = time.monotonic() + WAIT
        while self.running_jails() != expected:
            if not self.process.running() or time.monotonic() > deadline:
                raise StackError("fail2ban did not start:\n" + self.process.output() + self.log())
            time.sleep(0.01)

    def running_jails(self):
        """Names of the jails that run; None while the server does not answer."""
        try:
            code, answer = self.ask("status")
        except (OSError, EOFError):
            return None
        if code != 0:
            return None
        names = dict(answer)["Jail list"]
        return set(names.split(", ")) if names else set()

    def ask(self, *command, timeout=WAIT):
        """One command straight to the socket; fail2ban's own answer."""
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(timeout)
            peer.connect(str(self.socket))
            peer.sendall(pickle.dumps([str(word) for word in command], 2) + b"<F2B_END_COMMAND>")
            reply = b""
            while not reply.endswith(b"<F2B_END_COMMAND>"):
                piece = peer.recv(65536)
                if not piece:
                    raise EOFError("fail2ban hung up")
                reply += piece
        return _Answer(reply).load()

    def stop(self):
        """Ends the server, be it ours or one that a restart through fail2ban-client put in its place."""
        for pid in self._strangers():
            with contextlib.suppress(ProcessLookupError):
                descriptor = os.pidfd_open(pid)
                signal.pidfd_send_signal(descriptor, signal.SIGTERM)
                select.select([descriptor], [], [], WAIT)
                os.close(descriptor)
        if self.process:
            try:
                self.process.stop()
            except StackError:  # it hangs when the signal meets a command (docs/fail2ban-protocol.md), and is dead now
                self._clear_away()
            self.process = None

    def kill(self):
        """Ends it with signal 9, and clears away what a dead server leaves, so that start() works."""
        self.process.stop(signal.SIGKILL)
        self.process = None
        self._clear_away()

    def _clear_away(self):
        for name in ("fail2ban.sock", "fail2ban.pid"):
            (self.state / name).unlink(missing_ok=True)

    def _strangers(self):
        own = self.process.pid if self.process else 0
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == own:
                continue
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if any(word.endswith(b"fail2ban-server") for word in words) and str(self.socket).encode() in words:
                    yield int(entry.name)

    def log(self):
        path = self.logs / "fail2ban.log"
        return path.read_text(errors="replace") if path.exists() else ""


class _Answer:
    """Answers of fail2ban hold classes of its own (addresses as objects): read as their text."""

    def __init__(self, data):
        self.data = data

    def load(self):
        class Unpickler(pickle.Unpickler):
            def find_class(self, module, name):
                return lambda *arguments: " ".join(map(str, arguments))

        import io
        return Unpickler(io.BytesIO(self.data)).load()


class Stack:
    """See the module. All parts are given by keyword.

    jails     name -> options of the jail; "filter" is a stock filter, or "plain" (the default)
    default   options for the section [DEFAULT] of all jails
    action    the command that bans; "" does nothing
    fail2ban  False: none is started (start_fail2ban() can do it later)
    daemon    False: banguid is not started (start_daemon() can do it later)
    polkit    True: a real polkitd; needs root
    rules     text of a polkit rules file
    dbfile    fail2ban's database; "None" for none
    settings  of banguid, "fail2ban-read-timeout" and so on
    limits    of the bus, "max_connections_per_user" and so on
    policy    the polkit policy file; bus_policy: the bus policy file; program: banguid (all: the ones of the tree)
    wrapper   words before the command of banguid, in which {folder} stands for the stack's
    """

    def __init__(self, *, folder=None, jails=None, default=None, action="", fail2ban=True, daemon=True, polkit=False,
                 rules="", dbfile=None, settings=None, limits=None, policy=None, bus_policy=None, program=None,
                 wrapper=()):
        self.build = build_folder()
        self.folder = None
        self.parent = folder
        self.jails = {"sshd": {"filter": "sshd"}} if jails is None else jails
        self.default = default
        self.action = action
        self.want_fail2ban = fail2ban
        self.want_daemon = daemon
        self.want_polkit = polkit
        self.rules = rules
        self.dbfile = dbfile
        self.settings = dict(settings or {})
        self.limits = limits or {}
        self.policy = pathlib.Path(policy or SOURCE / "polkit/org.bangui.BanGUI1.policy")
        self.bus_policy = pathlib.Path(bus_policy or SOURCE / "data/dbus-1/org.bangui.BanGUI1.conf")
        self.wrapper = wrapper
        self.program = pathlib.Path(program or self.build / "daemon/banguid")
        self.daemon_status = 0  # what banguid is expected to end with
        self.bus_process = self.polkit_process = self.daemon = self.fail2ban = self._connection = None
        self.bridges = []

    # coming and going

    def __enter__(self):
        # also where a test is interrupted, which runs no clean-up of unittest's
        atexit.register(self._end)
        try:
            self._make_folder()
            self.start_bus()
            if self.want_polkit:
                self.start_polkit()
            self.fail2ban = Fail2ban(self.folder, self.jails, self.action, self.dbfile, self.default)
            if self.want_fail2ban:
                self.start_fail2ban()
            if self.want_daemon:
                self.start_daemon()
        except BaseException as error:
            self._leave(error)
            raise
        return self

    def __exit__(self, kind, error, trace):
        self._leave(error)

    def _leave(self, error):
        # what is no Exception is a person's wish to end, and needs no logs
        if isinstance(error, Exception):
            self.print_logs()
        failure = self._end()
        if failure and error is None:
            raise StackError(failure)

    def _make_folder(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bangui-", dir=self.parent))
        if len(str(self.folder)) > 70:  # a socket's path has 107 bytes
            self.folder.rmdir()
            self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bangui-", dir="/tmp"))
        if is_root():  # so that a test can call as somebody else
            self.folder.chmod(0o711)
        for name in ("bus", "store", "polkit/actions", "polkit/rules"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "store").chmod(0o700)
        self.address = f"unix:path={self.folder}/bus/socket"

    def _end(self):
        atexit.unregister(self._end)
        failure = ""
        if self._connection:
            with contextlib.suppress(GLib.Error):
                self._connection.close_sync(None)
            self._connection = None
        bridges = [bridge.stop for bridge in self.bridges]
        for stop in (*bridges, self.stop_daemon, self.stop_fail2ban, self.stop_polkit, self.stop_bus):
            try:
                stop()
            except StackError as error:
                failure += f"{error}\n"
        if failure:
            self.print_logs()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        return failure

    def print_logs(self):
        """To stderr, for who reads a failed test."""
        if not self.folder:
            return
        for path in [*sorted(self.folder.glob("*.out")), *sorted(self.folder.glob("log/fail2ban.log"))]:
            lines = path.read_text(errors="replace").splitlines()
            less = f" (last 200 of {len(lines)} lines)" if len(lines) > 200 else ""
            print(f"---- {path.name}{less}", file=sys.stderr)
            print("\n".join(lines[-200:]), file=sys.stderr)
        sys.stderr.flush()

    # the parts

    def start_bus(self):
        limits = "".join(f'  <limit name="{name}">{value}</limit>\n' for name, value in self.limits.items())
        config = self.folder / "bus.conf"
        config.write_text(BUS_CONFIG.format(socket=self.folder / "bus/socket", policy=self.bus_policy, limits=limits,
                                            user=os.geteuid()))
        reader, writer = os.pipe()
        words = ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile", f"--print-address={writer}"]
        self.bus_process = Process("dbus-daemon", words, self.folder / "bus.out", pass_fds=[writer])
        os.close(writer)
        with open(reader) as answer:
            if not answer.readline():
                raise StackError("dbus-daemon did not start:\n" + self.bus_process.output())

    def stop_bus(self):
        if self.bus_process:
            self.bus_process.stop()
            self.bus_process = None

    def start_polkit(self):
        """polkitd, in a mount namespace where it sees our policy and our rules alone."""
        if not is_root():
            raise StackError("a private polkitd needs root")
        shutil.copy(self.policy, self.folder / "polkit/actions")
        self.write_rules(self.rules)
        polkit = self.folder / "polkit"
        script = (f"mount --bind {polkit}/actions /usr/share/polkit-1/actions && "
                  f"mount --bind {polkit}/rules /etc/polkit-1/rules.d && "
                  "exec /usr/lib/polkit-1/polkitd --no-debug")
        self.polkit_process = Process("polkitd", ["unshare", "--mount", "--propagation", "private", "sh", "-c", script],
                                      self.folder / "polkit.out", env=self.environment())
        self.wait_for_owner("org.freedesktop.PolicyKit1")

    def write_rules(self, text):
        """The rules of the private polkitd; it takes up a change by itself, and says so by its signal Changed."""
        path = self.folder / "polkit/rules/50-test.rules"
        path.with_suffix(".new").write_text(text)
        path.with_suffix(".new").rename(path)

    def stop_polkit(self, number=signal.SIGTERM):
        if self.polkit_process:
            self.polkit_process.stop(number)
            self.polkit_process = None

    def start_fail2ban(self):
        self.fail2ban.start()

    def stop_fail2ban(self):
        if self.fail2ban:
            self.fail2ban.stop()

    def daemon_arguments(self):
        client = f"/usr/bin/fail2ban-client -c {self.fail2ban.etc}"
        values = {"bus-address": self.address, "fail2ban-socket": self.fail2ban.socket,
                  "fail2ban-configuration": self.fail2ban.etc, "fail2ban-log-folders": self.fail2ban.logs,
                  "fail2ban-start-command": f"{client} start", "fail2ban-restart-command": f"{client} restart",
                  "store-folder": self.folder / "store", "log-level": "info",
                  "geo-folder": build_folder() / "data/geo", **self.settings}
        # None leaves a key to the file and to what is set at run time
        values = {key: value for key, value in values.items() if value is not None}
        # An own file: what the machine has in /etc/bangui is none of ours.
        config = self.folder / "bangui.conf"
        config.touch()
        return ["--config", config, *(word for key, value in values.items() for word in ("--set", f"{key}={value}"))]

    def start_daemon(self, wait=True, probed=True):
        """banguid; returns when it says that it is ready, which a socket tells as systemd would be told, and when it
        has looked at fail2ban once (probed)."""
        ready = self.folder / "notify"
        ready.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(str(ready))
            words = [word.format(folder=self.folder) for word in self.wrapper]
            words += [self.program, *self.daemon_arguments()]
            self.daemon = Process("banguid", words, self.folder / "banguid.out",
                                  env=self.environment(NOTIFY_SOCKET=str(ready), G_DEBUG="fatal-criticals"))
            if wait:
                self._await_ready(notify)
        if wait and probed:
            self.subscribe("org.freedesktop.DBus.Properties", "PropertiesChanged")
            self.wait_until(lambda: self.get("Server", "State") != "unknown", "the first look at fail2ban")
            if self.get("Server", "Online"):
                self.wait_until(lambda: self.get("Server", "Jails"), "the jails")

    def _await_ready(self, notify):
        descriptor = os.pidfd_open(self.daemon.pid)
        try:
            while True:
                readable = select.select([notify, descriptor], [], [], WAIT)[0]
                if notify in readable:
                    if b"READY=1" in notify.recv(4096).split(b"\n"):
                        return
                elif descriptor in readable:
                    raise StackError(f"banguid ended with {self.daemon.popen.wait()} before it was ready:\n"
                                     + self.daemon.output())
                else:
                    raise StackError("banguid is not ready:\n" + self.daemon.output())
        finally:
            os.close(descriptor)

    def stop_daemon(self, number=signal.SIGTERM, expect=None):
        """Ends banguid; a status that is not expected, a sanitizer's for one, is a failure."""
        if not self.daemon:
            return
        daemon, self.daemon = self.daemon, None
        status = daemon.stop(number)
        expected = self.daemon_status if expect is None else expect
        if status != expected:
            raise StackError(f"banguid ended with {status}, not {expected}:\n" + daemon.output())

    def restart_daemon(self):
        self.stop_daemon()
        self.start_daemon()

    def wait_daemon_gone(self, expect):
        """For a daemon that ends by itself."""
        daemon, self.daemon = self.daemon, None
        status = daemon.popen.wait(WAIT)
        if status != expect:
            raise StackError(f"banguid ended with {status}, not {expect}:\n" + daemon.output())

    def bridge(self, program=None, **settings):
        """A bangui-rest that runs (bridge.py), until it is stopped or the stack ends."""
        from bridge import Bridge

        given = {key.replace("_", "-"): value for key, value in settings.items()}
        self.bridges.append(Bridge(self.folder, self.address, self.environment, given, program))
        return self.bridges[-1].start()

    # using it

    def environment(self, **more):
        """For programs that look for the system bus."""
        kept = {key: value for key, value in os.environ.items()
                if not key.startswith("BANGUI_") and key != "NOTIFY_SOCKET"}
        return kept | {"DBUS_SYSTEM_BUS_ADDRESS": self.address} | more

    @property
    def bus(self):
        """Our connection; a new one after the old one broke."""
        if self._connection is None or self._connection.is_closed():
            flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
            self._connection = Gio.DBusConnection.new_for_address_sync(self.address, flags, None, None)
            self._connection.set_exit_on_close(False)
        return self._connection

    def call(self, member, parameters=None, path=ROOT, interactive=False, timeout=WAIT, fds=()):
        """call("Bans.Ban", GLib.Variant("(asasa{sv})", ...)): the answer unpacked, a single value without its tuple.
        A handle in the parameters is the index of one of fds."""
        flags = Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION if interactive else Gio.DBusCallFlags.NONE
        answer = self.bus.call_with_unix_fd_list_sync(*self._call(member, parameters, path, flags, timeout, fds))
        answer = answer[0].unpack()
        return answer[0] if len(answer) == 1 else answer

    def send(self, member, parameters=None, path=ROOT, fds=()):
        """The same without waiting for the answer."""
        self.bus.call_with_unix_fd_list(*self._call(member, parameters, path, Gio.DBusCallFlags.NONE, WAIT, fds),
                                        lambda *ignored: None)
        self.bus.flush_sync(None)

    def _call(self, member, parameters, path, flags, timeout, fds):
        interface, _, method = member.rpartition(".")
        handles = Gio.UnixFDList.new_from_array([os.dup(fd) for fd in fds]) if fds else None
        return (NAME, path, self._interface(interface), method, parameters, None, flags, timeout * 1000, handles, None)

    def get(self, interface, name, path=ROOT):
        """A property, unpacked."""
        return self.call("org.freedesktop.DBus.Properties.Get",
                         GLib.Variant("(ss)", (self._interface(interface), name)), path)

    @staticmethod
    def _interface(name):
        return name if "." in name else f"{NAME}.{name}"

    def error(self, *arguments, **keywords):
        """The name of the error that a call ends with (without our prefix) and its message."""
        try:
            answer = self.call(*arguments, **keywords)
        except GLib.Error as error:
            name = Gio.dbus_error_get_remote_error(error) or error.domain
            return name.removeprefix(f"{NAME}.Error."), error.message.removeprefix(f"GDBus.Error:{name}: ")
        raise AssertionError(f"{arguments[0]} succeeded with {answer!r}")

    def subscribe(self, interface=None, member=None, sender=NAME):
        """Signals from now on, as a list that grows of (interface, member, path, unpacked arguments)."""
        seen = []
        self.bus.signal_subscribe(sender, self._interface(interface) if interface else None, member, None, None,
                                  Gio.DBusSignalFlags.NONE,
                                  lambda bus, who, path, iface, name, arguments, *rest:
                                  seen.append((iface.removeprefix(f"{NAME}."), name, path, arguments.unpack())))
        # the bus knows of the match once it answered something later
        self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId", None, None,
                           Gio.DBusCallFlags.NONE, WAIT * 1000, None)
        return seen

    def wait_until(self, condition, what="", timeout=WAIT):
        """Runs the main context, so that signals arrive, until `condition` gives something; gives that."""
        context = GLib.MainContext.default()
        deadline = time.monotonic() + timeout
        while True:
            result = condition()
            if result:
                return result
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"waited {timeout} s in vain" + (f" for {what}" if what else ""))
            # what is awaited may be something that no signal tells of: look at least twenty times a second
            timer = GLib.timeout_add(min(50, int(left * 1000) + 1), lambda: GLib.SOURCE_CONTINUE)
            context.iteration(True)
            GLib.source_remove(timer)

    def wait_for_owner(self, name):
        def owned():
            if self.polkit_process and not self.polkit_process.running():
                raise StackError("polkitd ended:\n" + self.polkit_process.output())
            return self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                      "NameHasOwner", GLib.Variant("(s)", (name,)), None, Gio.DBusCallFlags.NONE,
                                      WAIT * 1000, None).unpack()[0]
        self.subscribe("org.freedesktop.DBus", "NameOwnerChanged", sender="org.freedesktop.DBus")
        self.wait_until(owned, f"an owner of {name}")

    def fail(self, jail, address, times=1):
        """Failures in a jail's log."""
        with open(self.fail2ban.log_path(jail), "a") as log:
            for _ in range(times):
                log.write(log_line(self.fail2ban.kinds[jail], address) + "\n")

    def ban(self, *addresses, jails=("sshd",), **options):
        """By our own operation; its answer."""
        return self.call("Bans.Ban", GLib.Variant("(asasa{sv})", (list(addresses), list(jails), options)))

    def run(self, *argv, uid=None, timeout=WAIT, check=False, env=None, **keywords):
        """A program on this bus, as another user when `uid` is given; output is captured as text."""
        words = [str(word) for word in argv]
        if uid is not None:
            words = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", *words]
        return subprocess.run(words, capture_output=True, text=True, timeout=timeout, check=check,
                              stdin=subprocess.DEVNULL, env=self.environment(**(env or {})), **keywords)

    def banguictl(self, *argv, **keywords):
        return self.run(self.client, *argv, **keywords)

    @property
    def client(self):
        """The built banguictl."""
        for place in ("client/cli/banguictl", "client/banguictl"):
            if (self.build / place).exists():
                return self.build / place
        raise StackError(f"banguictl is not built in {self.build}")
