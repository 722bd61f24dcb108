/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Acting on fail2ban as a whole
 *
 * Blocking, called by workers; the model is true again when a function returns. Client, model and probe are
 * borrowed, the rest is copied.
 */

#pragma once

#include "fail2ban/commands.h"
#include "services/operation.h"
#include "services/probe/model.h"
#include "services/probe/probe.h"

typedef struct Server Server;

/* timeout_s: for the command, and then again until fail2ban answers. */
Server *server_new(Fail2banClient *client, Model *model, Probe *probe, const char *start_command,
                   const char *restart_command, guint timeout_s, const char *const *log_folders);
void server_free(Server *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Server, server_free)

/* values a{sv}, keys of fail2ban_server_settings(): all are checked before the first is set; when fail2ban refuses
 * one, those before it are set back. Gives all keys with what fail2ban has now. Not floating, as all that is given
 * here. */
GVariant *server_set(Server *self, GVariant *values, gint64 now, GError **error);
gboolean server_flush_logs(Server *self, GError **error);

/*
 * Runs the configured command and waits until fail2ban lists the jails that ran before (restart) or any (start), or
 * until it answers and no further jail came for 5 s. a{sv}: version s, jails as, missing as (ran before and do
 * not now). TIMEOUT when it does not answer in time; BUSY when a start or restart is under way.
 */
GVariant *server_restart(Server *self, Operation *operation, gint64 now, GError **error);
/* ALREADY_ACTIVE when it is online. */
GVariant *server_start(Server *self, Operation *operation, gint64 now, GError **error);
