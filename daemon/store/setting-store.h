/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Values that were set at run time, as text. What a key means is not known here. Blocking. */

#pragma once

#include "store/store.h"

typedef struct SettingStore SettingStore;

SettingStore *setting_store_new(Store *store);
void setting_store_free(SettingStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettingStore, setting_store_free)

/* Key -> value, both just as they stand there, which may be what a person wrote into the database; at most `max` of
 * them. Free with g_hash_table_unref; NULL on error. */
GHashTable *setting_store_read(SettingStore *self, guint max, GError **error);

/* One transaction: sets keys[i] to values[i], or removes it where values[i] is NULL. */
gboolean setting_store_change(SettingStore *self, const char *const *keys, const char *const *values, guint n,
                              guint32 uid, gint64 now, GError **error);
