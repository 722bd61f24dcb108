# SPDX-License-Identifier: LGPL-2.1-or-later
"""A log of fail2ban's past, as `banguictl import-log` takes it, so that `make run` has a history to show.

Weeks with a daily rhythm, a few waves, and attackers who come back; addresses as the feeder makes them.
"""

import math
import random
import time

from feeder import make_address

DAY = 86400
BAN_SECONDS = 3600


def write_past(path, jails, days=60, per_day=80, seed=2, now=None):
    """jails: names, the most attacked first. Returns how many bans the file tells of."""
    chance = random.Random(seed)
    now = int(time.time() if now is None else now)
    weights = [1 / (number + 1) ** 1.3 for number in range(len(jails))]
    known, events, bans = [], [], 0
    for day in range(days, 0, -1):
        wave = 4 if chance.random() < 0.08 else 1
        for _ in range(int(per_day * wave * chance.uniform(0.7, 1.3))):
            back = known and chance.random() < 0.25
            address = chance.choice(known[-400:]) if back else make_address(chance)
            if not back:
                known.append(address)
            at = now - day * DAY + _second_of_day(chance)
            if at >= now - BAN_SECONDS:
                continue
            jail = chance.choices(jails, weights)[0]
            bans += 1
            events += [(at, jail, "Ban", address), (at + BAN_SECONDS, jail, "Unban", address)]
    with open(path, "w") as log:
        for at, jail, what, address in sorted(events):
            stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
            log.write(f"{stamp},{chance.randrange(1000):03} fail2ban.actions        [811]: NOTICE  [{jail}] {what} "
                      f"{address}\n")
    return bans


def _second_of_day(chance):
    """More in the night than at noon."""
    while True:
        second = chance.randrange(DAY)
        if chance.random() < 0.6 + 0.4 * math.cos(2 * math.pi * second / DAY):
            return second
