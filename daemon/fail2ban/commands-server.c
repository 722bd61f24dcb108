/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fail2ban's own settings. */

#include "fail2ban/commands.h"

#include <string.h>
#include <sys/stat.h>

#include "core/error.h"
#include "core/text.h"
#include "fail2ban/check.h"
#include "fail2ban/shape.h"

#define SERVER_PURGE_AGE_MAX (G_GINT64_CONSTANT(100) * 365 * 86400)
#define SERVER_MAX_MATCHES_MAX 10000

/* Turns a value that a caller gave into the text that goes out, or fails. */
typedef char *(*ServerCheck)(GVariant *value, const char *const *log_folders, GError **error);
typedef GVariant *(*ServerReader)(const Value *value, const char *what, GError **error);

typedef struct ServerSetting {
        const char *key;
        const char *type;
        const char *item; /* `get item`, `set item VALUE` */
        ServerCheck check;
        ServerReader read;
} ServerSetting;

static char *server_check_level(GVariant *value, const char *const *log_folders, GError **error) {
        static const char *const levels[] = { "CRITICAL", "ERROR",      "WARNING",    "NOTICE", "INFO",
                                              "DEBUG",    "TRACEDEBUG", "HEAVYDEBUG", NULL };

        return g_strdup(check_choice(g_variant_get_string(value, NULL), "the log level", levels, error));
}

static char *server_check_target(GVariant *value, const char *const *log_folders, GError **error) {
        static const char *const targets[] = { "STDOUT", "STDERR", "SYSLOG", "SYSOUT", "SYSTEMD-JOURNAL", NULL };
        const char *text = g_variant_get_string(value, NULL);

        if (*text != '/') {
                const char *target =
                        check_choice(text, "the log target (if not the absolute path of a file)", targets, error);

                return g_strdup(target);
        }
        /* fail2ban reads options of the target from brackets. */
        if (strpbrk(text, "[]")) {
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                                    "the log target must not hold '[' or ']'");
                return NULL;
        }
        return check_new_file(text, "the log target", log_folders, error);
}

static char *server_check_syslog_socket(GVariant *value, const char *const *log_folders, GError **error) {
        const char *text = g_variant_get_string(value, NULL);
        struct stat status;

        if (g_ascii_strcasecmp(text, "auto") == 0)
                return g_strdup("auto");
        if (!check_text(text, "the syslog socket", 107, error))
                return NULL;
        if (*text != '/' || stat(text, &status) < 0 || !S_ISSOCK(status.st_mode)) {
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                                    "the syslog socket must be \"auto\" or the absolute path of a socket");
                return NULL;
        }
        return g_strdup(text);
}

static char *server_check_database(GVariant *value, const char *const *log_folders, GError **error) {
        const char *text = g_variant_get_string(value, NULL);

        if (g_ascii_strcasecmp(text, "None") == 0)
                return g_strdup("None");
        return check_new_file(text, "the database file (if not \"None\")", log_folders, error);
}

static char *server_check_purge_age(GVariant *value, const char *const *log_folders, GError **error) {
        return check_number(g_variant_get_int64(value), "the purge age in seconds", 1, SERVER_PURGE_AGE_MAX, error);
}

static char *server_check_max_matches(GVariant *value, const char *const *log_folders, GError **error) {
        return check_number(g_variant_get_int64(value), "the number of matched lines", 0, SERVER_MAX_MATCHES_MAX,
                            error);
}

static GVariant *server_read_text(const Value *value, const char *what, GError **error) {
        char *text;

        if (value_type(value) == VALUE_NONE)
                return g_variant_new_string("");
        text = shape_text(value, what, error);
        return text ? g_variant_new_take_string(text) : NULL;
}

static GVariant *server_read_number(const Value *value, const char *what, GError **error) {
        gint64 number = 0;

        if (value_type(value) != VALUE_NONE && !shape_seconds(value, what, &number, error))
                return NULL;
        return g_variant_new_int64(number);
}

static const ServerSetting server_settings[] = {
        { "log_level", "s", "loglevel", server_check_level, server_read_text },
        { "log_target", "s", "logtarget", server_check_target, server_read_text },
        { "syslog_socket", "s", "syslogsocket", server_check_syslog_socket, server_read_text },
        { "database_file", "s", "dbfile", server_check_database, server_read_text },
        { "database_purge_age", "x", "dbpurgeage", server_check_purge_age, server_read_number },
        { "database_max_matches", "x", "dbmaxmatches", server_check_max_matches, server_read_number },
};

static GVariant *server_ask(Fail2banClient *client, const ServerSetting *setting, GError **error) {
        const Value *value = NULL;
        g_autoptr(ValueTree) tree =
                fail2ban_client_ask(client, FAIL2BAN_READ, &value, error, "get", setting->item, NULL);

        return tree ? setting->read(value, setting->item, error) : NULL;
}

GVariant *fail2ban_server_settings(Fail2banClient *client, GError **error) {
        g_auto(GVariantBuilder) settings = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        for (guint i = 0; i < G_N_ELEMENTS(server_settings); i++) {
                GVariant *value = server_ask(client, &server_settings[i], error);

                if (!value)
                        return NULL;
                g_variant_builder_add(&settings, "{sv}", server_settings[i].key, value);
        }
        return g_variant_ref_sink(g_variant_builder_end(&settings));
}

static const ServerSetting *server_find(const char *key, GVariant *value, GError **error) {
        g_autofree char *quoted = NULL;

        for (guint i = 0; i < G_N_ELEMENTS(server_settings); i++) {
                const ServerSetting *setting = &server_settings[i];

                if (!g_str_equal(key, setting->key))
                        continue;
                if (g_variant_is_of_type(value, G_VARIANT_TYPE(setting->type)))
                        return setting;
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "%s must have the type %s, not %s", key,
                            setting->type, g_variant_get_type_string(value));
                return NULL;
        }
        quoted = text_quote(key);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "%s is no setting of fail2ban; known are log_level, log_target, syslog_socket, database_file, "
                    "database_purge_age, database_max_matches",
                    quoted);
        return NULL;
}

gboolean fail2ban_server_option_check(const char *key, GVariant *value, const char *const *log_folders,
                                      GError **error) {
        const ServerSetting *setting = server_find(key, value, error);
        g_autofree char *text = setting ? setting->check(value, log_folders, error) : NULL;

        return text != NULL;
}

GVariant *fail2ban_server_set(Fail2banClient *client, const char *key, GVariant *value, const char *const *log_folders,
                              GError **error) {
        const ServerSetting *setting = server_find(key, value, error);
        g_autofree char *text = setting ? setting->check(value, log_folders, error) : NULL;
        g_autoptr(ValueTree) tree = NULL;
        GVariant *now;

        if (!text)
                return NULL;
        tree = fail2ban_client_ask(client, FAIL2BAN_CHANGE, NULL, error, "set", setting->item, text, NULL);
        if (!tree)
                return NULL;
        now = server_ask(client, setting, error);
        return now ? g_variant_ref_sink(now) : NULL;
}

gboolean fail2ban_flush_logs(Fail2banClient *client, GError **error) {
        const Value *value = NULL;
        g_autoptr(ValueTree) tree = fail2ban_client_ask(client, FAIL2BAN_CHANGE, &value, error, "flushlogs", NULL);
        g_autofree char *text = tree ? shape_text(value, "`flushlogs`", error) : NULL;

        return text != NULL;
}
