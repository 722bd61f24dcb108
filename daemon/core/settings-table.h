/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the two files of the settings share: a row of the table. Nobody else includes this. */

#pragma once

#include "core/settings.h"

typedef enum SettingType {
        SETTING_TYPE_BUS, /* D-Bus address or empty */
        SETTING_TYPE_INT,
        SETTING_TYPE_BOOL,
        SETTING_TYPE_PATH,    /* absolute; at most max bytes when max is set */
        SETTING_TYPE_FOLDERS, /* absolute ones, ':' between */
        SETTING_TYPE_COMMAND,
        SETTING_TYPE_CHOICE,
} SettingType;

typedef struct SettingSpec {
        const char *key;
        SettingType type;
        const char *fallback; /* the default, as written in a file */
        gint64 min, max;
        const char *unit; /* NULL: none */
        const char *const *choices;
        const char *help;
} SettingSpec;

const SettingSpec *setting_spec(Setting key);

/* "default", the file's path, "environment" or "command line". */
const char *settings_origin(const Settings *self, Setting key);

/* What a value must be, after "it must be": "an integer from 5 to 3600 (seconds)". Free with g_free. */
char *setting_allowed(Setting key);
