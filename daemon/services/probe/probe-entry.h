/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A ban as the database or fail2ban's list has it, made fit for the ban table. Under the probe's lock. */

#pragma once

#include "fail2ban/database.h"
#include "services/probe/probe-private.h"

/* A ban whose texts are borrowed. Do not copy it: its id may point into itself. */
typedef struct ProbeEntry {
        Ban ban;
        char text[ADDRESS_TEXT_MAX];
} ProbeEntry;

void probe_entry_from_row(ProbeEntry *self, const ProbeJail *jail, const Fail2banRow *row);

typedef struct ProbeTimes {
        gint64 banned_at, ends_at;
} ProbeTimes;

/* fail2ban's list of one jail. */
typedef struct ProbeList {
        GHashTable *ids; /* id as the table has it -> ProbeTimes, NULL when not asked for */
        guint listed;
} ProbeList;

void probe_list_clear(ProbeList *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ProbeList, probe_list_clear)

gboolean probe_list_read(Probe *self, ProbeJail *jail, gboolean with_times, ProbeList *ret, GError **error);
/* Puts those of `wanted` that the list has, which was read with times. */
void probe_list_put(Probe *self, ProbeJail *jail, GHashTable *wanted, const ProbeList *list, gboolean quiet);
