/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What can be changed of a running jail: one table row for each option; and idle, stop. */

#include "fail2ban/commands.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "fail2ban/check.h"

#define OPTION_SECONDS_MAX (G_GINT64_CONSTANT(100) * 365 * 86400)
#define OPTION_WORD_MAX 64
#define OPTION_PATTERN_MAX 4096

typedef struct JailOption JailOption;

/* Turns a value that a caller gave into the text that goes out, or fails. */
typedef char *(*OptionCheck)(const JailOption *option, GVariant *value, GError **error);

struct JailOption {
        const char *key;
        const char *type;
        const char *item; /* `set JAIL item VALUE` */
        OptionCheck check;
        gint64 min, max; /* of numbers */
};

/* fail2ban evaluates times as Python, so nothing but digits goes out. */
static char *option_check_number(const JailOption *option, GVariant *value, GError **error) {
        return check_number(g_variant_get_int64(value), option->key, option->min, option->max, error);
}

static char *option_check_ban_time(const JailOption *option, GVariant *value, GError **error) {
        if (g_variant_get_int64(value) == -1)
                return g_strdup("-1");
        return check_number(g_variant_get_int64(value), "bantime (if not -1, which is for ever)", option->min,
                            option->max, error);
}

/* 0 clears the limit. */
static char *option_check_limit(const JailOption *option, GVariant *value, GError **error) {
        if (g_variant_get_int64(value) == 0)
                return g_strdup("");
        return option_check_number(option, value, error);
}

static char *option_check_bool(const JailOption *option, GVariant *value, GError **error) {
        return g_strdup(g_variant_get_boolean(value) ? "true" : "false");
}

static char *option_check_use_dns(const JailOption *option, GVariant *value, GError **error) {
        static const char *const choices[] = { "yes", "warn", "no", "raw", NULL };

        return g_strdup(check_choice(g_variant_get_string(value, NULL), option->key, choices, error));
}

/* Letters, digits and a few signs: names of encodings and time zones. */
static char *option_check_word(const JailOption *option, GVariant *value, const char *signs, GError **error) {
        const char *text = g_variant_get_string(value, NULL);
        const char *p = text;

        while (g_ascii_isalnum(*p) || (*p != '\0' && strchr(signs, *p)))
                p++;
        if (*p == '\0' && p - text <= OPTION_WORD_MAX)
                return g_strdup(text);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "%s may be up to %d letters, digits and signs of %s", option->key, OPTION_WORD_MAX, signs);
        return NULL;
}

static char *option_check_encoding(const JailOption *option, GVariant *value, GError **error) {
        if (*g_variant_get_string(value, NULL) != '\0')
                return option_check_word(option, value, "-_", error);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "%s is empty; \"auto\" is the server's own",
                    option->key);
        return NULL;
}

static char *option_check_timezone(const JailOption *option, GVariant *value, GError **error) {
        return option_check_word(option, value, "+-:", error);
}

static char *option_check_prefregex(const JailOption *option, GVariant *value, GError **error) {
        const char *text = g_variant_get_string(value, NULL);

        return *text == '\0' || check_regex(text, error) ? g_strdup(text) : NULL;
}

static char *option_check_date_pattern(const JailOption *option, GVariant *value, GError **error) {
        const char *text = g_variant_get_string(value, NULL);

        return check_text(text, option->key, OPTION_PATTERN_MAX, error) ? g_strdup(text) : NULL;
}

static char *option_check_multipliers(const JailOption *option, GVariant *value, GError **error) {
        const char *text = g_variant_get_string(value, NULL);

        return check_multipliers(text, error) ? g_strdup(text) : NULL;
}

static const JailOption jail_options[] = {
        { "bantime", "x", "bantime", option_check_ban_time, 1, OPTION_SECONDS_MAX },
        { "findtime", "x", "findtime", option_check_number, 1, OPTION_SECONDS_MAX },
        { "maxretry", "x", "maxretry", option_check_number, 1, 1000000 },
        { "maxmatches", "x", "maxmatches", option_check_number, 0, 10000 },
        { "maxlines", "x", "maxlines", option_check_number, 1, 10000 },
        { "usedns", "s", "usedns", option_check_use_dns, 0, 0 },
        { "ignoreself", "b", "ignoreself", option_check_bool, 0, 0 },
        { "prefregex", "s", "prefregex", option_check_prefregex, 0, 0 },
        { "datepattern", "s", "datepattern", option_check_date_pattern, 0, 0 },
        { "log_encoding", "s", "logencoding", option_check_encoding, 0, 0 },
        { "log_timezone", "s", "logtimezone", option_check_timezone, 0, 0 },
        { "bantime_increment", "b", "bantime.increment", option_check_bool, 0, 0 },
        { "bantime_maxtime", "x", "bantime.maxtime", option_check_limit, 1, OPTION_SECONDS_MAX },
        { "bantime_rndtime", "x", "bantime.rndtime", option_check_limit, 1, OPTION_SECONDS_MAX },
        { "bantime_multipliers", "s", "bantime.multipliers", option_check_multipliers, 0, 0 },
        { "bantime_overalljails", "b", "bantime.overalljails", option_check_bool, 0, 0 },
};

const char *const *fail2ban_jail_option_names(void) {
        static const char *names[G_N_ELEMENTS(jail_options) + 1];
        static gsize filled;

        if (g_once_init_enter(&filled)) {
                for (guint i = 0; i < G_N_ELEMENTS(jail_options); i++)
                        names[i] = jail_options[i].key;
                g_once_init_leave(&filled, 1);
        }
        return names;
}

static const JailOption *option_find(const char *key, GVariant *value, GError **error) {
        g_autofree char *quoted = NULL;
        g_autofree char *all = NULL;

        for (guint i = 0; i < G_N_ELEMENTS(jail_options); i++) {
                const JailOption *option = &jail_options[i];

                if (!g_str_equal(key, option->key))
                        continue;
                if (g_variant_is_of_type(value, G_VARIANT_TYPE(option->type)))
                        return option;
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "%s must have the type %s, not %s", key,
                            option->type, g_variant_get_type_string(value));
                return NULL;
        }
        quoted = text_quote(key);
        all = g_strjoinv(", ", (char **) fail2ban_jail_option_names());
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "%s is no option of a jail that can be changed; these are: %s", quoted, all);
        return NULL;
}

static char *option_to_text(const char *key, GVariant *value, const JailOption **ret_option, GError **error) {
        const JailOption *option = option_find(key, value, error);

        if (!option)
                return NULL;
        *ret_option = option;
        return option->check(option, value, error);
}

gboolean fail2ban_jail_option_check(const char *key, GVariant *value, GError **error) {
        const JailOption *option;
        g_autofree char *text = option_to_text(key, value, &option, error);

        return text != NULL;
}

gboolean fail2ban_jail_option_set(Fail2banClient *client, const char *jail, const char *key, GVariant *value,
                                  GError **error) {
        const JailOption *option = NULL;
        g_autoptr(ValueTree) tree = NULL;
        g_autofree char *text = NULL;

        if (!fail2ban_check_jail_name(jail, error))
                return FALSE;
        text = option_to_text(key, value, &option, error);
        if (!text)
                return FALSE;
        tree = fail2ban_client_ask(client, FAIL2BAN_CHANGE, NULL, error, "set", jail, option->item, text, NULL);
        return tree != NULL;
}

gboolean fail2ban_jail_idle(Fail2banClient *client, const char *jail, gboolean idle, GError **error) {
        g_autoptr(ValueTree) tree = NULL;

        if (!fail2ban_check_jail_name(jail, error))
                return FALSE;
        tree = fail2ban_client_ask(client, FAIL2BAN_CHANGE, NULL, error, "set", jail, "idle", idle ? "on" : "off",
                                   NULL);
        return tree != NULL;
}

gboolean fail2ban_jail_stop(Fail2banClient *client, const char *jail, GError **error) {
        g_autoptr(ValueTree) tree = NULL;

        if (!fail2ban_check_jail_name(jail, error))
                return FALSE;
        tree = fail2ban_client_ask(client, FAIL2BAN_CHANGE, NULL, error, "stop", jail, NULL);
        return tree != NULL;
}
