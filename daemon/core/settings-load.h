/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Settings: reading the sources
 *
 * Each source fills its layer. What is wrong with one key of the file does not keep the others from being read: it is
 * added to the problems, and the caller judges.
 */

#pragma once

#include "core/settings-layers.h"

/* The layer of the file is as the file says, keys with a problem left out; `path` NULL: SETTINGS_FILE_DEFAULT, which
 * may be absent. FALSE: the file as a whole cannot be read, and the layer is as it was; that is one problem too.
 * problems: SettingProblem, added to. */
gboolean settings_read_file(SettingLayers *layers, const char *path, GPtrArray *problems);

/* The same for layers in force: a key with a problem keeps what the file said of it before, and so do keys that need a
 * restart or that break a rule (settings-reload.c). */
gboolean settings_reread_file(SettingLayers *layers, const char *path, GPtrArray *problems);

/* As for settings_load(). */
gboolean settings_read_environment(SettingLayers *layers, const char *const *environment, GError **error);
gboolean settings_read_overrides(SettingLayers *layers, const char *const *overrides, GError **error);
