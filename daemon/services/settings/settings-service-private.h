/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the files of the settings service share. Nobody else includes this. */

#pragma once

#include "services/settings/settings-service.h"

struct SettingsService {
        Settings *settings;
        SettingStore *store;
        Findings *findings;
        EventSink sink;
        guint watch;
        GMutex lock;         /* one change at a time; guards ignored */
        GHashTable *ignored; /* stored key -> why it does not count */
};

/* Puts what the database holds in force; what does not count goes to `ignored` and is shown. */
void settings_service_load(SettingsService *self, gint64 now);
void settings_service_show_ignored(SettingsService *self, gint64 now);

/* The finding of several texts, which are sorted; none of them: it is cleared. */
void settings_service_show(SettingsService *self, const char *kind, const char *object, const char *severity,
                           GPtrArray *texts, const char *advice, gint64 now);
