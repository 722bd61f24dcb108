/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/assignments.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "client/cli/card.h"
#include "client/lib/memory.h"

#define SETTINGS_MAX 32

static bool key_is(const char *key, const char *word, size_t length) {
        if (strlen(key) != length)
                return false;
        for (size_t i = 0; i < length; i++)
                if (key[i] != (word[i] == '-' ? '_' : word[i]))
                        return false;
        return true;
}

static const Setting *find_setting(const Setting *settings, size_t n_settings, const char *word, size_t length) {
        for (size_t i = 0; i < n_settings; i++)
                if (key_is(settings[i].key, word, length))
                        return &settings[i];
        return NULL;
}

static char *shown_key(const char *key) {
        char *shown = memory_text(key, strlen(key));

        for (char *at = shown; *at != '\0'; at++)
                if (*at == '_')
                        *at = '-';
        return shown;
}

static int unknown_key(const Cli *cli, const char *word, size_t length, const Setting *settings, size_t n_settings) {
        auto_value Value *known = value_new(VALUE_LIST);
        auto_free char *asked = memory_text(word, length);

        for (size_t i = 0; i < n_settings; i++) {
                auto_free char *shown = shown_key(settings[i].key);

                value_add(known, value_new_string(shown));
        }
        return cli_unknown(cli, "key", asked, known);
}

static Value *parse_bool(const char *text) {
        static const char *const yes[] = { "yes", "true", "on", "1" };
        static const char *const no[] = { "no", "false", "off", "0" };

        for (size_t i = 0; i < 4; i++) {
                if (strcasecmp(text, yes[i]) == 0)
                        return value_new_bool(true);
                if (strcasecmp(text, no[i]) == 0)
                        return value_new_bool(false);
        }
        return NULL;
}

static Value *parse_number(const char *text) {
        char *end = NULL;
        int64_t number;

        errno = 0;
        number = strtoll(text, &end, 10);
        return errno == 0 && end != text && *end == '\0' ? value_new_int(number) : NULL;
}

static Value *parse_duration(const char *text) {
        int64_t seconds = 0;

        return duration_parse(text, &seconds) == 0 ? value_new_int(seconds) : NULL;
}

static Value *parse_value(SettingKind kind, const char *text) {
        switch (kind) {
        case SETTING_NUMBER:
                return parse_number(text);
        case SETTING_BOOL:
                return parse_bool(text);
        case SETTING_DURATION:
                return parse_duration(text);
        default:
                return value_new_string(text);
        }
}

static const char *wanted(SettingKind kind) {
        switch (kind) {
        case SETTING_NUMBER:
                return "a whole number";
        case SETTING_BOOL:
                return "yes or no";
        default:
                return "seconds, or a duration as in 10m, 1h30m, 2d";
        }
}

static int read_assignment(Cli *cli, const char *word, const Setting *settings, size_t n_settings, Value *map) {
        size_t length = strcspn(word, "=");
        const Setting *setting;
        Value *value;

        if (word[length] == '\0')
                return cli_usage(cli, "%s: KEY=VALUE is needed", word);
        setting = find_setting(settings, n_settings, word, length);
        if (setting == NULL)
                return unknown_key(cli, word, length, settings, n_settings);
        if (value_get(map, setting->key) != NULL)
                return cli_usage(cli, "%.*s is given twice", (int) length, word);
        value = parse_value(setting->kind, word + length + 1);
        if (value == NULL)
                return cli_usage(cli, "%s: %s is needed", word, wanted(setting->kind));
        value_set(map, setting->key, value);
        return 0;
}

int assignments_read(Cli *cli, size_t first, const Setting *settings, size_t n_settings, Value **ret_map) {
        auto_value Value *map = value_new(VALUE_MAP);

        for (size_t i = first; i < cli_n_words(cli); i++) {
                int status = read_assignment(cli, cli_word(cli, i), settings, n_settings, map);

                if (status != 0)
                        return status;
        }
        *ret_map = take_pointer(map);
        return 0;
}

int assignments_read_details(Cli *cli, size_t first, Value **ret_map) {
        auto_value Value *map = value_new(VALUE_MAP);

        for (size_t i = first; i < cli_n_words(cli); i++) {
                const char *word = cli_word(cli, i);
                size_t length = strcspn(word, "=");
                auto_free char *key = memory_text(word, length);

                if (word[length] == '\0' || length == 0)
                        return cli_usage(cli, "%s: KEY=VALUE is needed", word);
                value_set_string(map, key, word + length + 1);
        }
        *ret_map = take_pointer(map);
        return 0;
}

void assignments_print(Cli *cli, const Value *given, const Value *now, const Setting *settings, size_t n_settings) {
        static const CardKind kinds[] = {
                [SETTING_TEXT] = CARD_TEXT,
                [SETTING_NUMBER] = CARD_NUMBER,
                [SETTING_BOOL] = CARD_BOOL,
                [SETTING_DURATION] = CARD_DURATION,
        };
        CardRow rows[SETTINGS_MAX] = { 0 };
        char *labels[SETTINGS_MAX] = { 0 };
        size_t n_rows = 0;

        for (size_t i = 0; i < n_settings; i++) {
                if (value_get(given, settings[i].key) == NULL)
                        continue;
                labels[n_rows] = shown_key(settings[i].key);
                rows[n_rows] = (CardRow) { labels[n_rows], settings[i].key, kinds[settings[i].kind] };
                n_rows++;
        }
        card_print(cli, rows, n_rows, now);
        for (size_t i = 0; i < n_rows; i++)
                free(labels[i]);
}
