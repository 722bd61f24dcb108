/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Keeping model and ban table true
 *
 * Each function runs straight through on the caller's thread (a worker); they wait for each other, so that two
 * probes never interleave. They decide nothing about time: the watcher calls them.
 */

#pragma once

#include "fail2ban/client.h"
#include "services/ban-table.h"
#include "services/findings.h"
#include "services/model.h"

typedef struct Probe Probe;

Probe *probe_new(Fail2banClient *client, Model *model, BanTable *bans, Findings *findings, const char *socket_path);
void probe_free(Probe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Probe, probe_free)

/* The server, its jails, all counters; details of new and changed jails; compares the counters with the ban
 * table and reads anew what disagrees. FALSE: fail2ban is offline (the model says so). */
gboolean probe_full(Probe *self, gint64 now, GError **error);

/* fail2ban's database was written: takes new rows into the ban table, finds rows that went (an unban). */
gboolean probe_database(Probe *self, gint64 now, GError **error);

/* Bans whose end has come: asks fail2ban whether they are gone, and takes them out. */
gboolean probe_expired(Probe *self, gint64 now, GError **error);

/* After our own commands. */
gboolean probe_jail(Probe *self, const char *jail, gint64 now, GError **error);

/* The file to watch for writes; NULL = fail2ban has no database, so the watcher has to ask at intervals. */
char *probe_database_file(Probe *self);
int probe_dup_connection(Probe *self); /* fail2ban_client_dup_fd() */
gint64 probe_next_end(Probe *self);    /* ban_table_next_end() */
