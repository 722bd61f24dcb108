/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Work that makes fail2ban, or a jail of it, begin anew. */

#pragma once

#include "client/cli/cli.h"

/* Reloads a jail, or all when JAIL is NULL. Returns the exit status. */
int reload_jails(Cli *cli, const char *jail, bool restart, bool unban);

/* Server.Start or Server.Restart. Returns the exit status. */
int reload_server(Cli *cli, const char *member);
