/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What fail2ban's configuration says, as fail2ban itself reads it
 *
 * `fail2ban-client -d` prints the commands that a start would send, one Python list a line. Blocking.
 */

#pragma once

#include "fail2ban/programs.h"

typedef struct Fail2banDump {
        GStrv jails;         /* enabled and well defined, in the order of their start */
        GStrv problems;      /* what fail2ban says of jails that it would leave out, a sentence each */
        GHashTable *ignored; /* jail -> GHashTable: canonical entries of its ignoreip */
} Fail2banDump;

void fail2ban_dump_free(Fail2banDump *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fail2banDump, fail2ban_dump_free)

/* REFUSED_BY_FAIL2BAN with what it said when it cannot read the configuration at all. */
Fail2banDump *fail2ban_dump_read(const Fail2banPrograms *programs, GError **error);

/* As fail2ban_dump_read() from what was printed. Lines that are no list of texts and numbers are left out. */
Fail2banDump *fail2ban_dump_parse(const char *output);

/* Whether the configuration itself has that entry (canonical text) in the list of what the jail ignores. */
gboolean fail2ban_dump_ignores(const Fail2banDump *self, const char *jail, const char *entry);

/* The problem of one jail; NULL = none. */
const char *fail2ban_dump_problem(const Fail2banDump *self, const char *jail);

/* Whether a jail file has a section of that name, enabled or not. */
gboolean fail2ban_configuration_has_jail(const char *folder, const char *jail);
