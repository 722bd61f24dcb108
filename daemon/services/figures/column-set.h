/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The archive as columns
 *
 * Plain arrays, one entry a ban, sorted by time: 12 bytes a ban, 16 where networks are known. What repeats is a dense
 * number: who was banned, the jail, the country, the network. So counting is an array that is added to. Not
 * thread-safe.
 */

#pragma once

#include "services/figures/who-table.h"
#include "store/archive-store.h"

/* Jail and origin in one number: the jail's dense number times COLUMN_ORIGINS, and the origin. */
#define COLUMN_ORIGINS 4
#define COLUMN_JAILS_MAX (G_MAXUINT16 / COLUMN_ORIGINS)

typedef struct ColumnView {
        const guint32 *time; /* seconds since 1970 */
        const guint32 *who;
        const guint16 *country;
        const guint16 *kind;    /* jail and origin */
        const guint32 *network; /* NULL: no network is known of any ban */
        guint32 n;
} ColumnView;

typedef struct ColumnSet ColumnSet;

ColumnSet *column_set_new(void);
void column_set_free(ColumnSet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ColumnSet, column_set_free)

/* In any order; appending in the order of time is cheap, else all that is newer is moved. */
void column_set_add(ColumnSet *self, const ArchiveBan *bans, guint n);

/* What is older goes, and whom nothing is known of any more. */
void column_set_remove(ColumnSet *self, gint64 before_at);

/* Borrowed until the set changes. */
ColumnView column_set_view(const ColumnSet *self);

/* The first row at or behind this time. */
guint32 column_view_find(const ColumnView *view, gint64 at);

const WhoTable *column_set_whos(const ColumnSet *self);

/* Dense numbers and what they stand for. Number 0 is the country and the network 0, which is not known. */
guint column_set_jails(const ColumnSet *self, const guint **ret_numbers);
guint column_set_countries(const ColumnSet *self, const CountryCode **ret_codes);
guint column_set_networks(const ColumnSet *self, const guint32 **ret_networks);

gboolean column_set_find_jail(const ColumnSet *self, guint jail, guint *ret);
gboolean column_set_find_country(const ColumnSet *self, CountryCode country, guint16 *ret);
gboolean column_set_find_network(const ColumnSet *self, guint32 network, guint32 *ret);
