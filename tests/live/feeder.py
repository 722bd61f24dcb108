# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes what attackers leave in the logs of sshd and nginx, so that a private fail2ban has work to do.

The addresses are made up: pseudo-random ones of the blocks that the regional registries give out, so that they spread
over many countries. They are only ever written to a private log; nothing is sent anywhere, and names are not resolved.
The same seed gives the same attackers.
"""

import heapq
import ipaddress
import itertools
import random
import time

# First octets that the registries hand out, a few of each region: ARIN, RIPE, APNIC, LACNIC, AFRINIC.
IPV4 = {
    "north america": (3, 8, 23, 34, 45, 50, 64, 67, 98, 104, 137, 162, 199, 206),
    "europe": (2, 5, 31, 46, 62, 77, 80, 87, 91, 141, 178, 185, 193, 194, 212),
    "asia and pacific": (1, 14, 27, 36, 42, 58, 61, 101, 110, 114, 121, 139, 171, 202, 218, 222),
    "south america": (131, 138, 143, 152, 168, 177, 179, 181, 186, 187, 190, 200, 201),
    "africa": (41, 102, 105, 154, 196, 197),
}
IPV6 = ("2001:4000::/23", "2001:1200::/23", "2001:200::/23", "2400::/12", "2600::/12", "2800::/12", "2a00::/12",
        "2c00::/12")

USERS = ("root", "admin", "ubuntu", "test", "oracle", "postgres", "git", "deploy", "pi", "ftpuser", "jenkins",
         "minecraft")
PAGES = ("/admin", "/wp-login.php", "/phpmyadmin/", "/status", "/manager/html", "/.git/config", "/api/v1/users")


def make_address(chance):
    """A global unicast address; one in six is IPv6."""
    while True:
        if chance.random() < 1 / 6:
            block = ipaddress.ip_network(chance.choice(IPV6))
            # a site's /48, a few of its subnets, and a host in it
            site = chance.getrandbits(48 - block.prefixlen) << 80
            address = block.network_address + (site | chance.getrandbits(3) << 64 | chance.getrandbits(16) + 1)
        else:
            first = chance.choice(IPV4[chance.choice(tuple(IPV4))])
            address = ipaddress.IPv4Address(first << 24 | chance.getrandbits(24))
        if address.is_global and not address.is_multicast:
            return str(address)


def sshd_line(chance, address, user, now):
    process = chance.randrange(600, 60000)
    port = chance.randrange(1024, 65535)
    text = chance.choice((
        f"Failed password for invalid user {user} from {address} port {port} ssh2",
        f"Failed password for root from {address} port {port} ssh2",
        f"Invalid user {user} from {address} port {port}",
        f"Received disconnect from {address} port {port}:3: com.jcraft.jsch.JSchException: Auth fail [preauth]",
    ))
    zone = time.strftime("%z", time.localtime(now))
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(now)) + f".{int(now % 1 * 1e6):06}{zone[:3]}:{zone[3:]}"
    return f"{stamp} server sshd[{process}]: {text}"


def nginx_line(chance, address, user, now):
    stamp = time.strftime("%Y/%m/%d %H:%M:%S", time.localtime(now))
    what = chance.choice(("password mismatch", 'was not found in "/etc/nginx/.htpasswd"'))
    return (f'{stamp} [error] {chance.randrange(600, 700)}#0: *{chance.randrange(1, 10 ** 6)} user "{user}": {what}, '
            f'client: {address}, server: www.example.org, request: "GET {chance.choice(PAGES)} HTTP/1.1", '
            'host: "www.example.org"')


LINES = {"sshd": sshd_line, "nginx-http-auth": nginx_line}


class Feeder:
    """logs: jail -> path of its log. step() writes what is due and says how many seconds nothing will be."""

    def __init__(self, logs, seed=1, start=None):
        self.logs = dict(logs)
        self.chance = random.Random(seed)
        self.known = []
        self.due = []  # heap of (when, number, jail, address, tries left)
        self.number = itertools.count()
        now = time.time() if start is None else start
        for _ in range(6):  # something to see at once
            self._arrive(now + self.chance.random())
        self.next_arrival = now + 2
        self.next_wave = now + 15

    def _arrive(self, when, tries=None):
        back = self.known and self.chance.random() < 0.3
        address = self.chance.choice(self.known) if back else make_address(self.chance)
        if not back:
            self.known.append(address)
        jail = self.chance.choices(tuple(self.logs), weights=(4, 1)[:len(self.logs)])[0]
        # most go on until they are banned, some give up before
        tries = tries or self.chance.choice((1, 2, 3, 3, 3, 4, 4, 5))
        heapq.heappush(self.due, (when, next(self.number), jail, address, tries))

    def step(self, now=None):
        now = time.time() if now is None else now
        if now >= self.next_arrival:
            self._arrive(now)
            self.next_arrival = now + self.chance.expovariate(1 / 1.5)
        if now >= self.next_wave:  # a botnet: many at once
            for _ in range(self.chance.randrange(8, 20)):
                self._arrive(now + 4 * self.chance.random(), tries=3)
            self.next_wave = now + self.chance.uniform(30, 60)
        while self.due and self.due[0][0] <= now:
            _, _, jail, address, tries = heapq.heappop(self.due)
            with open(self.logs[jail], "a") as log:
                print(LINES[jail](self.chance, address, self.chance.choice(USERS), now), file=log)
            if tries > 1:
                again = now + self.chance.uniform(0.05, 0.6)
                heapq.heappush(self.due, (again, next(self.number), jail, address, tries - 1))
        upcoming = min(self.next_arrival, self.next_wave, *(entry[0] for entry in self.due[:1]))
        return max(0.02, upcoming - now)
