/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Keeping model and ban table true
 *
 * Each function runs straight through on the caller's thread (a worker); they wait for each other, so that two
 * probes never interleave. They decide nothing about time: the watcher calls them. FALSE with FAIL2BAN_OFFLINE: the
 * model says so as well. Other errors are shown as the part "fail2ban" being degraded.
 */

#pragma once

#include "fail2ban/client.h"
#include "services/bans/ban-table.h"
#include "services/findings.h"
#include "services/probe/model.h"

typedef struct Probe Probe;

Probe *probe_new(Fail2banClient *client, Model *model, BanTable *bans, Findings *findings, const char *socket_path);
void probe_free(Probe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Probe, probe_free)

/* The server, its jails, all counters; details of new jails and, in turn, of some known ones; compares the
 * counters with the ban table and reads anew what disagrees. */
gboolean probe_full(Probe *self, gint64 now, GError **error);

/* fail2ban's database was written, or nothing can say whether something happened: takes new rows into the ban
 * table, then looks at list of jails and counters, so that unbans and starts and stops of jails show. */
gboolean probe_database(Probe *self, gint64 now, GError **error);

/* Bans whose end has come: finds out whether they are gone, and takes them out. */
gboolean probe_expired(Probe *self, gint64 now, GError **error);

/* After our own commands: the list of jails, this jail's settings, counters and bans. fail2ban does not tell whether a
 * jail is idle: that is model_set_idle(). */
gboolean probe_jail(Probe *self, const char *jail, gint64 now, GError **error);

/* The same without the settings: after a ban or unban. */
gboolean probe_bans(Probe *self, const char *jail, gint64 now, GError **error);

/* After a reload: the next probes read the settings of all jails anew. Does not wait. */
void probe_refresh_settings(Probe *self);

/* fail2ban closed the connection that probe_dup_connection() gave: it is offline until a probe reaches it again. */
void probe_connection_ended(Probe *self, guint64 connection, gint64 now);

/* Waits until a probe has ended once, at most so long: before that nothing is known, and a call that started the daemon
 * would learn that there are no jails. */
void probe_await_first(Probe *self, guint timeout_s);

/* These do not wait for a running probe. */

/* The file to watch for writes; NULL = fail2ban has no database that can be read, so the watcher has to ask at
 * intervals. */
char *probe_database_file(Probe *self);
/* The file to watch for signs of a reload or of changed settings, which fail2ban logs; NULL = it logs elsewhere, or so
 * much that it would tell of our own questions. */
char *probe_log_file(Probe *self);
void probe_log_written(Probe *self);
gint64 probe_next_end(Probe *self); /* ban_table_next_end() */
/* Something is under way (jails are starting, bans are restored, a row is to come): look again in a second. */
gboolean probe_is_unsettled(Probe *self);

/* fail2ban_client_dup_fd(), and which connection that is; -1 when there is none. On a worker. */
int probe_dup_connection(Probe *self, guint64 *ret_connection);
