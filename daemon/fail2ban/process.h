/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A bounded subprocess
 *
 * No shell, standard input empty, environment PATH and LANG alone, a process group of its own. It is over when the
 * process itself ends: a daemon that it left behind may hold the pipes. At the time limit the whole group is killed.
 */

#pragma once

#include <glib.h>

#define PROCESS_OUTPUT_MAX (16 * 1024 * 1024) /* of each; the rest is read and dropped */

typedef struct ProcessResult {
        int exit_status; /* 128 + n when signal n ended it */
        GString *output;
        GString *errors;
} ProcessResult;

void process_result_clear(ProcessResult *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ProcessResult, process_result_clear)

/* arguments[0]: a path, or a name looked up in PATH. FILE_NOT_FOUND or INTERNAL when it cannot be started, TIMEOUT.
 * ret is set on success only. */
gboolean process_run(const char *const *arguments, guint timeout_s, ProcessResult *ret, GError **error);

/* The same, but confined (fail2ban/confinement.h) and in a session of its own. arguments[0] is a path. files: what it
 * reads as /proc/self/fd/0 and /proc/self/fd/3. */
gboolean process_run_confined(const char *const *arguments, GBytes *const files[2], guint timeout_s, ProcessResult *ret,
                              GError **error);
