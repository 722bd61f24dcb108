/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Settings of the bridge: the table, and its readers
 *
 * A row says where in RestSettings the value goes, so that reading, judging, the default file and --help all walk
 * the same table. Sources are read one after the other into the same struct.
 */

#include "client/rest/settings.h"

#include <string.h>

#include "client/rest/errors.h"
#include "interfaces/actions.h"

#define GROUP "rest"
#define FILE_DEFAULT "/etc/bangui/bangui-rest.conf"
#define VARIABLE_PREFIX "BANGUI_REST_"

typedef enum RowType {
        ROW_TEXT,
        ROW_PATH,
        ROW_LIST,
        ROW_BOOL,
        ROW_INT,
        ROW_BASE,   /* a path of URLs, with a slash at both ends */
        ROW_CHOICE, /* one of the words in `choices` */
} RowType;

typedef struct Row {
        const char *key;
        RowType type;
        gsize offset;
        const char *initial;
        gint64 min, max;
        const char *choices;
        const char *help;
} Row;

#define AT(member) G_STRUCT_OFFSET(RestSettings, member)
#define DAYS_MAX 3650

/* clang-format off */
static const Row rows[] = {
        { "listen", ROW_LIST, AT(listen), "127.0.0.1:8470",
          .help = "Where to listen: 127.0.0.1:8470, [::1]:8470, unix:/run/bangui-rest/http.sock; "
                  "port 0 takes a free one." },
        { "base-path", ROW_BASE, AT(base_path), "/",
          .help = "The path that everything is below, /bangui/ for one, when a proxy has other things beside it." },
        { "hosts", ROW_LIST, AT(hosts), "",
          .help = "Names that the Host header may have besides localhost and the addresses listened on; "
                  "* allows any." },
        { "trusted-proxies", ROW_LIST, AT(trusted_proxies), "",
          .help = "Addresses and networks of proxies whose X-Forwarded-For and -Proto are believed; "
                  "unix for all of a Unix socket." },
        { "cors-origins", ROW_LIST, AT(cors_origins), "",
          .help = "Origins whose pages may use this server: https://panel.example" },
        { "tls-certificate", ROW_PATH, AT(tls_certificate), "",
          .help = "PEM file of the certificate with its chain; with tls-key, TCP is served over TLS. "
                  "SIGHUP reads it again." },
        { "tls-key", ROW_PATH, AT(tls_key), "", .help = "PEM file of the private key." },
        { "store-folder", ROW_PATH, AT(store_folder), "/var/lib/bangui-rest",
          .help = "Folder of the bridge's own database: the password's hash, sessions and tokens." },
        { "web-folder", ROW_PATH, AT(web_folder), BANGUI_DATADIR "/bangui/web",
          .help = "Folder of the built page; empty: the API alone." },
        { "bus-address", ROW_TEXT, AT(bus_address), "", .help = "D-Bus address; empty: the system bus." },
        { "grant", ROW_LIST, AT(grant),
          "read read-sensitive ban unban allow control-jail control-server manage-settings look-up-outside",
          .help = "Actions of org.bangui.BanGUI1 that polkit lets the user bangui-rest do." },
        { "metrics", ROW_CHOICE, AT(metrics), "token", .choices = "open token off",
          .help = "Who may read /metrics: everybody, who is signed in or has a token, or nobody." },
        { "setup-anywhere", ROW_BOOL, AT(setup_anywhere), "false",
          .help = "Whether the set-up may be done from other hosts; false: from this one only." },
        { "session-days", ROW_INT, AT(session_days), "7", 1, DAYS_MAX,
          .help = "Days after its last use that a session ends." },
        { "login-limit", ROW_INT, AT(login_limit), "5", 0, 100,
          .help = "Failed logins in 60 s from an address; 0 = no limit." },
        { "request-limit", ROW_INT, AT(request_limit), "200", 0, 1000000,
          .help = "Requests in 60 s from an address of who is not signed in; 0 = no limit." },
        { "request-limit-signed-in", ROW_INT, AT(request_limit_signed_in), "6000", 0, 100000000,
          .help = "The same for each session and token." },
        { "connections-max", ROW_INT, AT(connections_max), "512", 4, 4096, .help = "Open connections." },
        { "connections-per-address", ROW_INT, AT(connections_per_address), "256", 1, 4096,
          .help = "Open connections of an address; of an IPv6 network of 64 bits; proxies do not count." },
        { "body-max", ROW_INT, AT(body_max), "1048576", 1024, 16 << 20, .help = "Bytes of a JSON body." },
        { "upload-max", ROW_INT, AT(upload_max), "67108864", 1024, G_GINT64_CONSTANT(1) << 31,
          .help = "Bytes of a log file that is uploaded." },
        { "header-timeout", ROW_INT, AT(header_timeout), "10", 1, 3600,
          .help = "Seconds that the headers of a request may take to arrive." },
        { "body-timeout", ROW_INT, AT(body_timeout), "30", 1, 3600,
          .help = "Seconds that 1 MiB of a body may take to arrive, and that nothing of an answer may be taken." },
        { "idle-timeout", ROW_INT, AT(idle_timeout), "60", 1, 3600,
          .help = "Seconds that a connection may be open between requests." },
        { "event-listeners-max", ROW_INT, AT(event_listeners_max), "256", 1, 4096,
          .help = "Streams of events that may be open at once." },
};
/* clang-format on */

static gboolean bad_value(const Row *row, const char *source, const char *value, const char *right, GError **error) {
        g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST, "%s: %s = \"%s\": must be %s", source, row->key, value,
                    right);
        return FALSE;
}

static char **split_list(const char *value) {
        g_auto(GStrv) words = g_strsplit_set(value, " ,\t\n", -1);
        g_autoptr(GPtrArray) kept = g_ptr_array_new();

        for (char **word = words; *word; word++)
                if (**word)
                        g_ptr_array_add(kept, g_strdup(*word));
        g_ptr_array_add(kept, NULL);
        return (char **) g_ptr_array_free(g_steal_pointer(&kept), FALSE);
}

static void put_text(char **at, char *text) {
        g_free(*at);
        *at = text;
}

static gboolean set_number(const Row *row, gint64 *at, const char *value, const char *source, GError **error) {
        g_autofree char *right =
                g_strdup_printf("a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, row->min, row->max);

        return g_ascii_string_to_signed(value, 10, row->min, row->max, at, NULL) ||
               bad_value(row, source, value, right, error);
}

static gboolean set_bool(const Row *row, gboolean *at, const char *value, const char *source, GError **error) {
        if (!g_str_equal(value, "true") && !g_str_equal(value, "false"))
                return bad_value(row, source, value, "true or false", error);
        *at = g_str_equal(value, "true");
        return TRUE;
}

static gboolean set_choice(const Row *row, char **at, const char *value, const char *source, GError **error) {
        g_auto(GStrv) words = split_list(row->choices);
        g_autofree char *right = g_strdup_printf("one of: %s", row->choices);

        if (!g_strv_contains((const char *const *) words, value))
                return bad_value(row, source, value, right, error);
        put_text(at, g_strdup(value));
        return TRUE;
}

/* "bangui" and "/bangui" are as good as "/bangui/". */
static gboolean set_base(const Row *row, char **at, const char *value, const char *source, GError **error) {
        gsize begin = strspn(value, "/");
        gsize end = strlen(value);

        while (end > begin && value[end - 1] == '/')
                end--;
        for (const char *p = value; *p; p++)
                if (!g_ascii_isalnum(*p) && !strchr("/-_.~", *p))
                        return bad_value(row, source, value, "a path such as /bangui/, of letters, digits and -_.~",
                                         error);
        if (strstr(value, "..") || strstr(value + begin, "//"))
                return bad_value(row, source, value, "a path such as /bangui/, without .. and //", error);
        put_text(at, end == begin ? g_strdup("/") : g_strdup_printf("/%.*s/", (int) (end - begin), value + begin));
        return TRUE;
}

static gboolean set_value(RestSettings *self, const Row *row, const char *value, const char *source, GError **error) {
        gpointer at = G_STRUCT_MEMBER_P(self, row->offset);

        switch (row->type) {
        case ROW_TEXT:
                put_text(at, g_strdup(value));
                return TRUE;
        case ROW_PATH:
                if (*value && !g_path_is_absolute(value))
                        return bad_value(row, source, value, "an absolute path", error);
                put_text(at, g_strdup(value));
                return TRUE;
        case ROW_LIST:
                g_strfreev(*(char ***) at);
                *(char ***) at = split_list(value);
                return TRUE;
        case ROW_BOOL:
                return set_bool(row, at, value, source, error);
        case ROW_INT:
                return set_number(row, at, value, source, error);
        case ROW_BASE:
                return set_base(row, at, value, source, error);
        case ROW_CHOICE:
                return set_choice(row, at, value, source, error);
        }
        g_return_val_if_reached(FALSE);
}

static const Row *find_row(const char *key) {
        for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
                if (g_str_equal(rows[i].key, key))
                        return &rows[i];
        return NULL;
}

/* `required`: a file that was named has to be there. */
static gboolean read_file(RestSettings *self, const char *path, gboolean required, GError **error) {
        g_autoptr(GKeyFile) file = g_key_file_new();
        g_autoptr(GError) failure = NULL;
        g_auto(GStrv) keys = NULL;

        if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &failure)) {
                if (!required && g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NOENT))
                        return TRUE;
                g_propagate_prefixed_error(error, g_steal_pointer(&failure), "%s: ", path);
                return FALSE;
        }
        keys = g_key_file_get_keys(file, GROUP, NULL, NULL);
        for (char **key = keys; keys && *key; key++) {
                g_autofree char *value = g_key_file_get_value(file, GROUP, *key, NULL);
                const Row *row = find_row(*key);

                if (!row) {
                        g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST,
                                    "%s: there is no setting \"%s\"; bangui-rest --default-settings lists all", path,
                                    *key);
                        return FALSE;
                }
                if (!set_value(self, row, value, path, error))
                        return FALSE;
        }
        return TRUE;
}

static gboolean read_environment(RestSettings *self, GError **error) {
        for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
                g_autofree char *upper = g_ascii_strup(rows[i].key, -1);
                g_autofree char *name = g_strconcat(VARIABLE_PREFIX, g_strdelimit(upper, "-", '_'), NULL);
                const char *value = g_getenv(name);

                if (value && !set_value(self, &rows[i], value, name, error))
                        return FALSE;
        }
        return TRUE;
}

/* The row that an argument --key=VALUE sets, and its value; NULL: it is none of ours. */
static const Row *argument_row(const char *argument, const char **ret_value) {
        const char *equals = strchr(argument, '=');
        g_autofree char *key = NULL;

        if (!g_str_has_prefix(argument, "--") || !equals)
                return NULL;
        key = g_strndup(argument + 2, (gsize) (equals - argument - 2));
        *ret_value = equals + 1;
        return find_row(key);
}

static gboolean read_arguments(RestSettings *self, int *argc, char **argv, GError **error) {
        int kept = 1;

        for (int i = 1; i < *argc; i++) {
                const char *value = NULL;
                const Row *row = argument_row(argv[i], &value);
                g_autofree char *source = row ? g_strdup_printf("--%s", row->key) : NULL;

                if (!row)
                        argv[kept++] = argv[i];
                else if (!set_value(self, row, value, source, error))
                        return FALSE;
        }
        *argc = kept;
        argv[kept] = NULL;
        return TRUE;
}

/* Takes --config=FILE out of the arguments. */
static const char *take_config(int *argc, char **argv) {
        const char *path = NULL;
        int kept = 1;

        for (int i = 1; i < *argc; i++)
                if (g_str_has_prefix(argv[i], "--config="))
                        path = argv[i] + strlen("--config=");
                else
                        argv[kept++] = argv[i];
        *argc = kept;
        argv[kept] = NULL;
        return path;
}

static gboolean judge_grant(const RestSettings *self, GError **error) {
        static const char *const actions[] = { BANGUI_ACTIONS, NULL };

        for (char **action = self->grant; *action; action++)
                if (!g_strv_contains(actions, *action)) {
                        g_autofree char *all = g_strjoinv(" ", (char **) actions);

                        g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST,
                                    "grant: %s is no action of BanGUI; must be some of %s", *action, all);
                        return FALSE;
                }
        return TRUE;
}

/* What no single value can say. */
static gboolean judge(const RestSettings *self, GError **error) {
        if (!*self->listen) {
                g_set_error_literal(error, REST_ERROR, REST_ERROR_BAD_REQUEST,
                                    "listen is empty: must name an address such as 127.0.0.1:8470");
                return FALSE;
        }
        if (!*self->tls_certificate != !*self->tls_key) {
                g_set_error_literal(error, REST_ERROR, REST_ERROR_BAD_REQUEST,
                                    "tls-certificate and tls-key: one is set, the other is empty; set both or none");
                return FALSE;
        }
        if (!*self->store_folder) {
                g_set_error_literal(error, REST_ERROR, REST_ERROR_BAD_REQUEST,
                                    "store-folder is empty: must be a folder that bangui-rest may write to");
                return FALSE;
        }
        return judge_grant(self, error);
}

RestSettings *rest_settings_load(int *argc, char ***argv, GError **error) {
        g_autoptr(RestSettings) self = g_new0(RestSettings, 1);
        const char *config = take_config(argc, *argv);

        for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
                if (!set_value(self, &rows[i], rows[i].initial, "default", error))
                        return NULL;
        if (!read_file(self, config ? config : FILE_DEFAULT, config != NULL, error) || !read_environment(self, error) ||
            !read_arguments(self, argc, *argv, error) || !judge(self, error))
                return NULL;
        return g_steal_pointer(&self);
}

void rest_settings_free(RestSettings *self) {
        for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
                gpointer at = G_STRUCT_MEMBER_P(self, rows[i].offset);

                if (rows[i].type == ROW_LIST)
                        g_strfreev(*(char ***) at);
                else if (rows[i].type != ROW_BOOL && rows[i].type != ROW_INT)
                        g_free(*(char **) at);
        }
        g_free(self);
}

char *rest_settings_default_file(void) {
        GString *text =
                g_string_new("# SPDX-License-Identifier: LGPL-2.1-or-later\n#\n"
                             "# Settings of bangui-rest, see bangui-rest.conf(5). Each line that is commented out "
                             "shows the default.\n# Lists have blanks or commas between their words.\n\n"
                             "[" GROUP "]\n");

        for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
                g_string_append_printf(text, "\n# %s\n", rows[i].help);
                if (rows[i].type == ROW_INT)
                        g_string_append_printf(text, "# %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ".\n", rows[i].min,
                                               rows[i].max);
                if (rows[i].choices)
                        g_string_append_printf(text, "# One of: %s.\n", rows[i].choices);
                g_string_append_printf(text, "#%s = %s\n", rows[i].key, rows[i].initial);
        }
        return g_string_free(text, FALSE);
}
