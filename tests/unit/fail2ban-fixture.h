/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A real fail2ban-server of our own for a test: own folder, socket and database, no network, no root
 *
 * It is there, with all its jails listed, when fail2ban_fixture_start() returns, and is gone with its folder after
 * fail2ban_fixture_free(). Start it on the main thread: it is killed when that ends.
 */

#pragma once

#include <glib.h>

typedef struct Fail2banFixture Fail2banFixture;

typedef struct Fail2banFixtureOptions {
        const char *const *jails;  /* NULL-terminated names; NULL = n_jails of them, "jail0", "jail1", ... */
        guint n_jails;             /* 0 = one */
        const char *action_ban;    /* shell command that runs at each ban; NULL = none */
        const char *jail_lines;    /* of [DEFAULT], over what the fixture sets; each with its line end; NULL = none */
        gboolean without_database; /* dbfile = None */
} Fail2banFixtureOptions;

/* options NULL: one jail, no action, a database. */
Fail2banFixture *fail2ban_fixture_start(const Fail2banFixtureOptions *options);
void fail2ban_fixture_free(Fail2banFixture *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fail2banFixture, fail2ban_fixture_free)

/* kill -9: socket and pid file stay. */
void fail2ban_fixture_kill(Fail2banFixture *self);

/* As SIGTERM does it: jails are stopped, the socket goes, the database stays. */
void fail2ban_fixture_stop(Fail2banFixture *self);

/* After either of the two: the same server again. Returns when all jails are listed. */
void fail2ban_fixture_restart(Fail2banFixture *self);

const char *fail2ban_fixture_folder(const Fail2banFixture *self);
const char *fail2ban_fixture_socket(const Fail2banFixture *self);
const char *fail2ban_fixture_database(const Fail2banFixture *self);
const char *fail2ban_fixture_configuration(const Fail2banFixture *self);
const char *fail2ban_fixture_log_folder(const Fail2banFixture *self);
GPid fail2ban_fixture_pid(const Fail2banFixture *self);

/* Appends a failed login from address to the log of the jail with that index; three of them are a ban. */
void fail2ban_fixture_fail(Fail2banFixture *self, guint jail, const char *address);
