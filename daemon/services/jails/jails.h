/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Acting on jails
 *
 * Blocking, called by workers; the model is true again when a function returns. Reloads, starts and stops wait
 * for each other, at most 10 s, then BUSY. Client, model and probe are borrowed; the rest is copied.
 */

#pragma once

#include "fail2ban/commands.h"
#include "fail2ban/programs.h"
#include "services/operation.h"
#include "services/probe/model.h"
#include "services/probe/probe.h"

typedef struct Jails Jails;

Jails *jails_new(Fail2banClient *client, const Fail2banPrograms *programs, Model *model, Probe *probe,
                 const char *const *log_folders);
void jails_free(Jails *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Jails, jails_free)

/* changes a{sv}: all are checked before the first is set; when fail2ban refuses one, those before it are set back.
 * Gives all keys with what the jail has now, a{sv}. Not floating, as all that is given here. */
GVariant *jails_change(Jails *self, const char *jail, GVariant *changes, gint64 now, GError **error);

/* ALREADY_EXISTS when the list has it. */
gboolean jails_add(Jails *self, const char *jail, Fail2banList list, const char *entry, gboolean from_tail, gint64 now,
                   GError **error);
/* INVALID_ARGUMENT when the list does not have it. */
gboolean jails_remove(Jails *self, const char *jail, Fail2banList list, const char *entry, gint64 now, GError **error);

/* The properties of one of its actions as text, a{ss}; ACTION_NOT_FOUND. Not floating. */
GVariant *jails_action(Jails *self, const char *jail, const char *action, GError **error);

gboolean jails_set_idle(Jails *self, const char *jail, gboolean idle, gint64 now, GError **error);

/* From the configuration (reload --if-exists). ALREADY_ACTIVE when it runs; JAIL_NOT_FOUND; REFUSED_BY_FAIL2BAN
 * when it does not run afterwards, with the likely reason. */
gboolean jails_start(Jails *self, const char *jail, gint64 now, GError **error);

/* Also when it does not run, as long as fail2ban's database or configuration knows the name. */
gboolean jails_stop(Jails *self, const char *jail, gint64 now, GError **error);

/*
 * jail NULL = all, one after the other, so that a broken one takes no other with it: running ones and those that the
 * configuration enables by now; one that it does not enable any more stops. Each is checked to run afterwards.
 * Gives a{sv}: reloaded as, missing as (jails that ran before and do not now), failed a{ss} (jail and why; it
 * runs on as it was, unless it is missing). One jail: what would be in missing or failed is an error that says why.
 */
GVariant *jails_reload(Jails *self, const char *jail, gboolean restart, gboolean unban, Operation *operation,
                       gint64 now, GError **error);
