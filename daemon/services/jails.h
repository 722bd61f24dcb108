/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Acting on jails. Blocking, called by workers; the model is true again when a function returns. */

#pragma once

#include "fail2ban/commands.h"
#include "fail2ban/programs.h"
#include "services/model.h"
#include "services/operation.h"
#include "services/probe.h"

typedef struct Jails Jails;

Jails *jails_new(Fail2banClient *client, const Fail2banPrograms *programs, Model *model, Probe *probe,
                 const char *const *log_folders);
void jails_free(Jails *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Jails, jails_free)

/* changes a{sv}: all are checked before the first is set. Gives the new values a{sv}. */
GVariant *jails_change(Jails *self, const char *jail, GVariant *changes, gint64 now, GError **error);

gboolean jails_add(Jails *self, const char *jail, Fail2banList list, const char *entry, gboolean from_tail, gint64 now,
                   GError **error);
gboolean jails_remove(Jails *self, const char *jail, Fail2banList list, const char *entry, gint64 now, GError **error);

gboolean jails_set_idle(Jails *self, const char *jail, gboolean idle, gint64 now, GError **error);

/* From the configuration (reload --if-exists). ALREADY_ACTIVE when it runs; JAIL_NOT_FOUND; REFUSED_BY_FAIL2BAN
 * when it does not run afterwards, with the likely reason. */
gboolean jails_start(Jails *self, const char *jail, gint64 now, GError **error);

/* Also when it does not run, as long as fail2ban knows the name. */
gboolean jails_stop(Jails *self, const char *jail, gint64 now, GError **error);

/* jail NULL = all, one after the other, each checked to be running afterwards; flags: restart, unban. Gives a{sv}:
 * reloaded as, missing as (jails that ran before and do not now). */
GVariant *jails_reload(Jails *self, const char *jail, gboolean restart, gboolean unban, Operation *operation, gint64 now,
                       GError **error);
