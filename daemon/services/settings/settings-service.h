/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Settings at run time
 *
 * What callers set is kept in our database, wins over the file and yields to the environment and the command line. A
 * change is all or nothing: every key and value is judged, together with the rules over several keys, then stored, then
 * put in force. A stored value that does not count (a key that is not known or needs a restart, a value that is not
 * allowed, a rule that is broken) stays where it is and is ignored with a finding.
 *
 * Thread-safe and blocking. What changed is told through the sink (EVENT_SETTINGS) on the main thread.
 */

#pragma once

#include "core/settings.h"
#include "services/findings.h"
#include "store/setting-store.h"

typedef struct SettingsService SettingsService;

/* Puts the stored values in force. Never fails: what cannot be read is a finding. Main thread. */
SettingsService *settings_service_new(Settings *settings, SettingStore *store, Findings *findings,
                                      const EventSink *sink, gint64 now);
void settings_service_free(SettingsService *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettingsService, settings_service_free)

/* aa{sv}: every key. */
GVariant *settings_service_list(SettingsService *self);

/* a{sv}: one key; SETTING_NOT_FOUND. */
GVariant *settings_service_get(SettingsService *self, const char *key, GError **error);

/* changes a{sv}. Gives aa{sv}: what these keys are now. SETTING_NOT_FOUND, SETTING_PINNED, RESTART_NEEDED,
 * INVALID_ARGUMENT, DATABASE_*: nothing was changed. */
GVariant *settings_service_set(SettingsService *self, GVariant *changes, guint32 uid, gint64 now, GError **error);

/* Takes back what was set; also a stored key that is not known. Gives aa{sv}: what these keys are now. */
GVariant *settings_service_reset(SettingsService *self, const char *const *keys, gint64 now, GError **error);

/* Reads the file again. a{sv}: file; changed, problems and hidden, each aa{sv}. */
GVariant *settings_service_reload(SettingsService *self, gint64 now);
