/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Settings: what each source says
 *
 * For every key a value from the default, and from none, some or all of the other sources; the last one counts. Plain
 * data without a lock: a change is made and judged in a copy, and then taken as a whole (settings_apply()).
 */

#pragma once

#include "core/settings.h"

/* Just the defaults. */
SettingLayers *setting_layers_new(void);
SettingLayers *setting_layers_copy(const SettingLayers *self);
void setting_layers_free(SettingLayers *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettingLayers, setting_layers_free)

/* INVALID_ARGUMENT names the key, the value and what is allowed. `where` begins the message; NULL: nothing does. */
gboolean setting_layers_set(SettingLayers *self, SettingLayer layer, Setting key, const char *text, const char *where,
                            GError **error);
void setting_layers_unset(SettingLayers *self, SettingLayer layer, Setting key);

/* What the layer says of these keys is as it was in `before`. */
void setting_layers_keep(SettingLayers *self, SettingLayer layer, SettingMask keys, const SettingLayers *before);

/* What counts; borrowed. ret_number (integers and booleans) and ret_layer may be NULL. */
const char *setting_layers_value(const SettingLayers *self, Setting key, gint64 *ret_number, SettingLayer *ret_layer);

/* What one layer says, or NULL; borrowed. */
const char *setting_layers_text(const SettingLayers *self, SettingLayer layer, Setting key);

/* The rules over several keys, with the stored values and without them, as they are at a start. On failure *ret_keys
 * are those of the rule that is broken. */
gboolean setting_layers_check(const SettingLayers *self, SettingMask *ret_keys, GError **error);

/* Where a rule is broken, the layer's keys of it are taken back to what they were in `before`, in which no rule is
 * broken; each such rule is a problem. The keys that were taken back. */
SettingMask setting_layers_settle(SettingLayers *self, SettingLayer layer, const SettingLayers *before,
                                  GPtrArray *problems);

/* Keys whose value or origin differ. */
SettingMask setting_layers_compare(const SettingLayers *a, const SettingLayers *b);
