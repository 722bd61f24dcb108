/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Settings: a row of the table. For those who list or change settings; to read one, core/settings.h is enough. */

#pragma once

#include "core/settings.h"

typedef enum SettingType {
        SETTING_TYPE_BUS, /* D-Bus address */
        SETTING_TYPE_INT,
        SETTING_TYPE_BOOL,
        SETTING_TYPE_PATH,    /* absolute; at most max bytes when max is set */
        SETTING_TYPE_FOLDERS, /* absolute ones, ':' between */
        SETTING_TYPE_COMMAND,
        SETTING_TYPE_URL,  /* http or https */
        SETTING_TYPE_NAME, /* of a jail */
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
        gboolean optional; /* may be empty */
        gboolean runtime;  /* may change while the daemon runs, so a text is read with settings_dup_text() */
} SettingSpec;

const SettingSpec *setting_spec(Setting key);

/* FALSE: there is no key of this name. */
gboolean setting_find(const char *name, Setting *ret);

/* The key that was most likely meant, or NULL. */
const char *setting_nearest(const char *name);

/* *ret_number: the value of an integer or a boolean, else 0. */
gboolean setting_is_valid(Setting key, const char *text, gint64 *ret_number);

/* The environment variable of a key. Free with g_free. */
#define SETTING_VARIABLE_PREFIX "BANGUI_"
char *setting_variable(Setting key);

/* A rule over several keys, integers: each is less than the next. */
typedef struct SettingOrder {
        Setting keys[3];
        guint n_keys;
} SettingOrder;

const SettingOrder *setting_orders(guint *ret_n);

/* What a value must be, after "it must be": "an integer from 5 to 3600 (seconds)". Free with g_free. */
char *setting_allowed(Setting key);
