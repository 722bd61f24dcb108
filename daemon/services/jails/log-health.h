/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Whether jails can read their logs
 *
 * A log that is gone ends the protection without a word: fail2ban looks for it for a minute or so and then takes it out
 * of the jail (backend polling), and does not come back to it when it is there again. So it is remembered which files
 * a jail read. What is wrong is the finding "log-file" of the jail. Nothing is stored. Thread-safe, blocking.
 */

#pragma once

#include "fail2ban/client.h"
#include "services/findings.h"
#include "services/operation.h"
#include "services/probe/model.h"

#define LOG_HEALTH_JOB "log-files"
#define LOG_HEALTH_INTERVAL_S 300

typedef struct LogHealth LogHealth;

/* All are borrowed. */
LogHealth *log_health_new(Fail2banClient *client, Model *model, Findings *findings);
void log_health_free(LogHealth *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LogHealth, log_health_free)

/* The rows of Jail.CheckLogs as they are now, aa{sv}, floating; JAIL_NOT_FOUND. */
GVariant *log_health_check(LogHealth *self, const char *jail, GError **error);

/* Looks at the files of all jails; sets and takes back findings. To be called also when the list of a jail changed:
 * what fail2ban gave up may come back soon, and would look as if somebody had taken it out. */
gboolean log_health_run(LogHealth *self, gint64 now, Operation *operation, GError **error);

/* Somebody takes this path out of the jail: that is no loss. Whether fail2ban had given it up before. */
gboolean log_health_forget(LogHealth *self, const char *jail, const char *path);
