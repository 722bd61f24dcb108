/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Settings: who is told of changes
 *
 * settings.c has one of these. A change is told on the main context, ahead of what waits there; several changes may
 * become one.
 */

#pragma once

#include "core/settings.h"

typedef struct SettingsWatches SettingsWatches;

SettingsWatches *settings_watches_new(const Settings *settings);
void settings_watches_free(SettingsWatches *self);

guint settings_watches_add(SettingsWatches *self, SettingMask keys, SettingsFunc func, gpointer userdata);
void settings_watches_remove(SettingsWatches *self, guint id);

/* Any thread. */
void settings_watches_tell(SettingsWatches *self, SettingMask changed);
