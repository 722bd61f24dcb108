/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A store full of entries to be removed, that notes each step of the removal
 *
 * A hook on the store's writing connection sees every row that goes and every transaction that ends, on the thread and
 * at the moment that it does: so a test can act between two steps.
 */

#pragma once

#include "services/archive/retention.h"

#define RETENTION_DAYS 30
#define RETENTION_DAY_S ((gint64) 24 * 60 * 60)

typedef struct RetentionFixture {
        char *folder;
        Store *store;
        AuditStore *audit;
        ManualStore *manual;
        ActivityStore *activity;
        Settings *settings;
        ArchiveStore *archive_store;
        Archive *archive;
        Retention *retention;
        GString *steps; /* rows that each step removed: "1000 500 " */
        guint n_steps;
        gboolean any_change;                           /* not removals alone */
        guint removed;                                 /* by the step under way */
        void (*step)(guint number, gpointer userdata); /* told at the end of each, from 1 on; may be NULL */
        gpointer userdata;
} RetentionFixture;

void retention_fixture_open(RetentionFixture *self);
void retention_fixture_close(RetentionFixture *self);

/* So many entries of the audit, and so many commands by hand with one address each, made at this time. */
void retention_fixture_add_audit(RetentionFixture *self, guint n, gint64 at);
void retention_fixture_add_manual(RetentionFixture *self, guint n, gint64 at);

/* So many bans in the jail sshd, one a second from this time on, each of another address and with a matched line. */
void retention_fixture_add_bans(RetentionFixture *self, guint n, gint64 at);

/* From now on steps are noted and told; nothing but a removal may write. */
void retention_fixture_watch(RetentionFixture *self);

/* Takes the table away, so that each removal fails. */
void retention_fixture_break(RetentionFixture *self);

gint64 retention_fixture_sum(RetentionFixture *self, const char *column, const char *table);

/* Rows of a table. */
guint retention_fixture_count(RetentionFixture *self, const char *table);
