/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who was banned, as dense numbers
 *
 * Addresses, networks and ids that are no address, numbered in the order they came. An IPv4 address takes 4 bytes, all
 * else 28 and its text. A number stays as long as the table. Not thread-safe.
 */

#pragma once

#include "core/address.h"

typedef struct WhoTable WhoTable;

WhoTable *who_table_new(void);
void who_table_free(WhoTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WhoTable, who_table_free)

guint32 who_table_size(const WhoTable *self);

/* text: who, when it is no address; else NULL, and the address counts. */
guint32 who_table_add(WhoTable *self, const Address *address, const char *text);
/* Soon it will be added: what that needs is fetched into the cache meanwhile. */
void who_table_expect(const WhoTable *self, const Address *address, const char *text);
gboolean who_table_find(const WhoTable *self, const Address *address, const char *text, guint32 *ret);

/* NULL: it is an address or network, and *ret is set. Borrowed. */
const char *who_table_get(const WhoTable *self, guint32 number, Address *ret);

/* Sets flags[number] to 1 for all addresses and networks inside `within`; flags has who_table_size() bytes. */
void who_table_mark(const WhoTable *self, const Address *within, guint8 *flags);
