/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* KEY=VALUE words. */

#pragma once

#include "client/cli/cli.h"

typedef enum SettingKind {
        SETTING_TEXT,
        SETTING_NUMBER,
        SETTING_BOOL,
        SETTING_DURATION,
} SettingKind;

/* A key as the bus has it; on the command line '-' may stand for '_'. */
typedef struct Setting {
        const char *key;
        SettingKind kind;
} Setting;

/*
 * The words from FIRST on as a map with the types of the table. Returns 0, or the exit status after a line about
 * what is wrong.
 */
int assignments_read(Cli *cli, size_t first, const Setting *settings, size_t n_settings, Value **ret_map);

/* The same without a table: all values are text, keys are as they stand. */
int assignments_read_details(Cli *cli, size_t first, Value **ret_map);

/* What there is NOW, a line for each key that was given. */
void assignments_print(Cli *cli, const Value *given, const Value *now, const Setting *settings, size_t n_settings);
