/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is known of fail2ban, apart from the bans: is it there, its settings, its jails and their counters
 *
 * Filled by the probe, read by everybody, told through the sink when it changes (EVENT_SERVER, EVENT_JAIL,
 * EVENT_JAIL_REMOVED: whole dictionaries; the receiver finds the differences). Thread-safe. Events are given in the
 * order in which things changed, so the receiver must not call the model back on the same thread.
 */

#pragma once

#include "fail2ban/commands.h"
#include "services/events.h"

typedef struct Model Model;

Model *model_new(const EventSink *sink);
void model_free(Model *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Model, model_free)

/* Between the two, EVENT_SERVER waits: many changes are told as one. They nest. */
void model_hold(Model *self);
void model_release(Model *self);

/* settings: as fail2ban_server_settings() gives them. Tells when something changed. */
void model_set_online(Model *self, const char *version, GVariant *settings, gint64 now);
void model_set_offline(Model *self, const char *why, gint64 now); /* also: all jails are removed */
/* When model_set_online() or _offline() was last called; 0 = never. No property: it changes with each probe. */
gint64 model_seen_at(Model *self);
gboolean model_is_online(Model *self);

/* A new jail needs settings, as fail2ban_jail_settings() gives them; NULL: only the counters are new. */
void model_put_jail(Model *self, const char *name, const Fail2banCounters *counters, GVariant *settings);
/* fail2ban does not tell whether a jail is idle, so whoever sets it says so here; a jail starts as not idle. */
void model_set_idle(Model *self, const char *name, gboolean idle);
void model_remove_jail(Model *self, const char *name);

GStrv model_jails(Model *self); /* names, sorted */
/* JAIL_NOT_FOUND quotes the name and the nearest known; FAIL2BAN_OFFLINE when offline. */
gboolean model_check_jail(Model *self, const char *name, GError **error);
GVariant *model_jail(Model *self, const char *name); /* a{sv} of the Jail interface's properties, or NULL */

GVariant *model_server(Model *self);    /* a{sv} of the Server interface's properties */
char *model_database_file(Model *self); /* NULL: fail2ban has none, or is offline and never told one */
