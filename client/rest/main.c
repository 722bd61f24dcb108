/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bangui-rest: options, signals, main loop */

#include <glib-unix.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "client/rest/bridge.h"
#include "client/rest/errors.h"

#define PASSWORD_BYTES_MAX 1024
#define EXIT_USAGE 2

typedef struct Options {
        char *may;
        gboolean set_password;
        gboolean default_settings;
        gboolean version;
} Options;

typedef struct Main {
        GMainLoop *loop;
        Bridge *bridge;
} Main;

/* To the journal with its fields when stderr leads there, else a short line. */
static GLogWriterOutput write_log(GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer userdata) {
        const char *message = "";

        if (g_log_writer_default_would_drop(level, G_LOG_DOMAIN))
                return G_LOG_WRITER_HANDLED;
        if (g_log_writer_is_journald(STDERR_FILENO))
                return g_log_writer_journald(level, fields, n_fields, userdata);
        for (gsize i = 0; i < n_fields; i++)
                if (g_str_equal(fields[i].key, "MESSAGE"))
                        message = fields[i].value;
        (void) fprintf(stderr, "bangui-rest: %s%s\n", level & G_LOG_LEVEL_WARNING ? "warning: " : "", message);
        return G_LOG_WRITER_HANDLED;
}

static gboolean parse_options(int *argc, char ***argv, Options *ret, GError **error) {
        const GOptionEntry entries[] = {
                { "default-settings", 0, 0, G_OPTION_ARG_NONE, &ret->default_settings,
                  "Write a commented settings file, and leave", NULL },
                { "set-password", 0, 0, G_OPTION_ARG_NONE, &ret->set_password,
                  "Read a password from standard input, set it, end all sessions, and leave", NULL },
                { "may", 0, 0, G_OPTION_ARG_STRING, &ret->may,
                  "Say whether the setting grant has this action of polkit (yes and 0, or no and 1), and leave",
                  "ACTION" },
                { "version", 0, 0, G_OPTION_ARG_NONE, &ret->version, "Show the version, and leave", NULL },
                {},
        };
        g_autoptr(GOptionContext) context = g_option_context_new(NULL);

        g_option_context_set_summary(
                context, "Serves BanGUI over HTTP: the page, and the API below /api/v1.\n\n"
                         "--config=FILE names the settings file (/etc/bangui/bangui-rest.conf), and --KEY=VALUE "
                         "sets one of its keys;\n--default-settings lists them.");
        g_option_context_set_description(context, "See bangui-rest(8) and bangui-rest.conf(5).");
        g_option_context_add_main_entries(context, entries, NULL);
        if (!g_option_context_parse(context, argc, argv, error))
                return FALSE;
        if (*argc > 1) {
                g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST,
                            "\"%s\": bangui-rest takes options only; see bangui-rest --help", (*argv)[1]);
                return FALSE;
        }
        return TRUE;
}

static int fail(const GError *error, int status) {
        (void) fprintf(stderr, "bangui-rest: %s\n", error->message);
        return status;
}

static int say_whether(const RestSettings *settings, const char *action) {
        gboolean granted = g_strv_contains((const char *const *) settings->grant, action);

        g_print("%s\n", granted ? "yes" : "no");
        return granted ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* One line; its end is not part of the password. */
static int set_password(const RestSettings *settings) {
        g_autoptr(GError) error = NULL;
        g_autoptr(RestAuth) auth = NULL;
        char line[PASSWORD_BYTES_MAX + 2];
        gboolean done = FALSE;

        if (!fgets(line, sizeof(line), stdin)) {
                (void) fprintf(stderr, "bangui-rest: standard input has no password; give it as a line\n");
                return EXIT_USAGE;
        }
        line[strcspn(line, "\n")] = '\0';
        auth = rest_auth_new(settings, NULL, NULL, &error);
        if (auth)
                done = rest_auth_set_password(auth, line, &error);
        explicit_bzero(line, sizeof(line));
        return done ? EXIT_SUCCESS : fail(error, EXIT_FAILURE);
}

static gboolean on_terminate(gpointer userdata) {
        Main *self = userdata;

        (void) sd_notify(0, "STOPPING=1");
        g_main_loop_quit(self->loop);
        return G_SOURCE_CONTINUE;
}

static gboolean on_hang_up(gpointer userdata) {
        Main *self = userdata;
        g_autoptr(GError) error = NULL;

        if (rest_server_reload_certificate(self->bridge->server, &error))
                g_message("the certificate was read again");
        else
                g_warning("%s; the old certificate stays", error->message);
        return G_SOURCE_CONTINUE;
}

static void announce(const Bridge *bridge) {
        g_auto(GStrv) urls = rest_server_urls(bridge->server);
        g_autofree char *list = g_strjoinv(" ", urls);

        g_message("listening on %s", list);
        if (!rest_auth_is_set_up(bridge->auth))
                g_message("no password is set yet: open the page, or use bangui-rest --set-password");
        (void) sd_notifyf(0, "READY=1\nSTATUS=Listening on %s", list);
}

static int serve(const RestSettings *settings) {
        g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
        g_autoptr(GError) error = NULL;
        g_autoptr(Bridge) bridge = bridge_new(settings, &error);
        Main self = { loop, bridge };
        guint sources[3];

        if (!bridge)
                return fail(error, EXIT_FAILURE);
        sources[0] = g_unix_signal_add(SIGTERM, on_terminate, &self);
        sources[1] = g_unix_signal_add(SIGINT, on_terminate, &self);
        sources[2] = g_unix_signal_add(SIGHUP, on_hang_up, &self);
        announce(bridge);
        g_main_loop_run(loop);
        for (guint i = 0; i < G_N_ELEMENTS(sources); i++)
                (void) g_source_remove(sources[i]);
        g_clear_pointer(&bridge, bridge_free);
        /* what was cancelled with it says so once more */
        while (g_main_context_iteration(NULL, FALSE))
                ;
        return EXIT_SUCCESS;
}

int main(int argc, char *argv[]) {
        g_autoptr(RestSettings) settings = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *may = NULL;
        Options options = { 0 };

        (void) setlocale(LC_ALL, "");
        (void) mallopt(M_ARENA_MAX, 2);
        (void) signal(SIGPIPE, SIG_IGN);
        g_set_prgname("bangui-rest");
        g_log_set_writer_func(write_log, NULL, NULL);

        settings = rest_settings_load(&argc, &argv, &error);
        if (!settings || !parse_options(&argc, &argv, &options, &error))
                return fail(error, EXIT_USAGE);
        may = options.may;
        if (options.version) {
                g_print("bangui-rest " BANGUI_VERSION "\n");
                return EXIT_SUCCESS;
        }
        if (options.default_settings) {
                g_autofree char *text = rest_settings_default_file();

                g_print("%s", text);
                return EXIT_SUCCESS;
        }
        if (may)
                return say_whether(settings, may);
        return options.set_password ? set_password(settings) : serve(settings);
}
