/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One MMDB file
 *
 * What is mapped is a copy of our own without a name, so that nobody can cut it short while we read (which would end
 * the process with SIGBUS); and every entry was looked at before the first look-up, so that a damaged file is refused
 * when it is opened. Known shapes: GeoLite2 and DB-IP (country.iso_code, autonomous_system_number) and the flat ones
 * of IPinfo (country or country_code, asn). Unchanging once open, so any thread may ask.
 */

#pragma once

#include "core/address.h"

typedef struct Mmdb Mmdb;

/* folder: where the copy lies. FILE_NOT_FOUND, DATABASE_PERMISSION_DENIED, DATABASE_CORRUPTED (also: it knows neither
 * countries nor networks), DATABASE_UNAVAILABLE (no room for the copy); messages name the path. */
Mmdb *mmdb_open(const char *path, const char *folder, GError **error);
void mmdb_free(Mmdb *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mmdb, mmdb_free)

/* Which entry an address has; a network by its first address. The entry is good for the functions below. */
gboolean mmdb_find(const Mmdb *self, const Address *address, guint32 *ret_entry);

/* 0 = the entry does not say. */
guint16 mmdb_country(const Mmdb *self, guint32 entry);
guint32 mmdb_network(const Mmdb *self, guint32 entry);

/* The network's organisation; NULL = the entry does not say. */
char *mmdb_organisation(const Mmdb *self, guint32 entry);

/* Whether any entry says one. */
gboolean mmdb_has_countries(const Mmdb *self);
gboolean mmdb_has_networks(const Mmdb *self);

const char *mmdb_type(const Mmdb *self);
gint64 mmdb_built_at(const Mmdb *self);
gint64 mmdb_bytes(const Mmdb *self);
guint mmdb_entries(const Mmdb *self);

/* Pages that were read leave the process's memory; they are read again when needed. Any time, any thread. */
void mmdb_relax(const Mmdb *self);
