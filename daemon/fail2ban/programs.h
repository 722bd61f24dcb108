/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * fail2ban's own programs, as bounded subprocesses
 *
 * No shell; empty environment but PATH and LANG=C.UTF-8; output cut at 256 KiB; killed with its group at the
 * time limit (TIMEOUT). Exit 255 is REFUSED_BY_FAIL2BAN with what the program said, without WARNING lines. Blocking.
 */

#pragma once

#include <glib.h>

typedef struct Fail2banPrograms {
        const char *client;        /* path of fail2ban-client */
        const char *configuration; /* its folder */
        const char *socket;
        guint timeout_s;
} Fail2banPrograms;

typedef enum Fail2banReload {
        FAIL2BAN_RELOAD_RESTART = 1 << 0,   /* --restart: stop and start the jails anew */
        FAIL2BAN_RELOAD_UNBAN = 1 << 1,     /* --unban */
        FAIL2BAN_RELOAD_IF_EXISTS = 1 << 2, /* --if-exists: also start an enabled, stop a disabled jail */
} Fail2banReload;

/* jail NULL = all. JAIL_NOT_FOUND when the configuration has no such section. */
gboolean fail2ban_programs_reload(const Fail2banPrograms *self, const char *jail, guint flags, GError **error);

/* Runs a configured command line (g_shell_parse_argv rules), e.g. "systemctl restart fail2ban.service". */
gboolean fail2ban_programs_run(const char *command_line, guint timeout_s, GError **error);
