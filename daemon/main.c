/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* banguid: options, signals, main loop */

#include <glib-unix.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>

#include "core/error.h"
#include "core/log.h"
#include "core/settings.h"
#include "startup.h"

typedef struct Options {
        char *config;
        char **set;
        gboolean print_settings;
        gboolean default_settings;
        gboolean version;
} Options;

typedef struct Main {
        GMainLoop *loop;
        Daemon *daemon;
        int status;
} Main;

static gboolean parse_options(int *argc, char ***argv, Options *ret, GError **error) {
        const GOptionEntry entries[] = {
                { "config", 'c', 0, G_OPTION_ARG_FILENAME, &ret->config, "Settings file (" SETTINGS_FILE_DEFAULT ")",
                  "FILE" },
                { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &ret->set, "Set one key, may be repeated", "KEY=VALUE" },
                { "print-settings", 0, 0, G_OPTION_ARG_NONE, &ret->print_settings,
                  "Show every key with value and origin, and leave", NULL },
                { "default-settings", 0, 0, G_OPTION_ARG_NONE, &ret->default_settings,
                  "Write a commented settings file, and leave", NULL },
                { "version", 0, 0, G_OPTION_ARG_NONE, &ret->version, "Show the version, and leave", NULL },
                {},
        };
        g_autoptr(GOptionContext) context = g_option_context_new(NULL);

        g_option_context_set_summary(context, "Publishes fail2ban on the system bus as org.bangui.BanGUI1.");
        g_option_context_set_description(context, "See banguid(8) and bangui.conf(5).");
        g_option_context_add_main_entries(context, entries, NULL);
        if (!g_option_context_parse(context, argc, argv, error))
                return FALSE;
        if (*argc > 1) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "\"%s\": banguid takes options only; see banguid --help", (*argv)[1]);
                return FALSE;
        }
        return TRUE;
}

static void options_clear(Options *self) {
        g_free(self->config);
        g_strfreev(self->set);
}

static int print_and_free(char *text) {
        g_print("%s", text);
        g_free(text);
        return EXIT_SUCCESS;
}

static void on_ended(int status, gpointer userdata) {
        Main *self = userdata;

        self->status = status;
        g_main_loop_quit(self->loop);
}

static gboolean on_signal(gpointer userdata) {
        Main *self = userdata;

        daemon_stop(self->daemon);
        return G_SOURCE_CONTINUE;
}

static void set_up_log(const Settings *settings) {
        g_autofree char *text = settings_dup_text(settings, SETTING_LOG_LEVEL);
        LogPriority level = LOG_PRIORITY_NOTICE;

        log_level_from_text(text, &level);
        log_setup(level);
}

static gboolean on_hangup(gpointer userdata) {
        Main *self = userdata;

        daemon_reload(self->daemon);
        return G_SOURCE_CONTINUE;
}

static int run(Settings *settings) {
        g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
        g_autoptr(GError) error = NULL;
        Main self = { .loop = loop, .status = EXIT_FAILURE };

        /* Before the start, so that a signal that comes too early is no end. */
        g_unix_signal_add(SIGHUP, on_hangup, &self);
        self.daemon = daemon_start(settings, on_ended, &self, &error);
        if (!self.daemon) {
                log_error(LOG_PRIORITY_ERROR, "daemon.failed", "banguid cannot start", error);
                return EXIT_FAILURE;
        }
        g_unix_signal_add(SIGTERM, on_signal, &self);
        g_unix_signal_add(SIGINT, on_signal, &self);
        g_main_loop_run(loop);
        daemon_free(self.daemon);
        return self.status;
}

/* glibc gives each thread a heap of its own by default; with a handful of workers that is memory for nothing. */
static void limit_heaps(void) {
        mallopt(M_ARENA_MAX, 2);
        mallopt(M_TRIM_THRESHOLD, 256 * 1024);
}

int main(int argc, char *argv[]) {
        g_auto(GStrv) environment = g_get_environ();
        g_autoptr(GError) error = NULL;
        g_autoptr(Settings) settings = NULL;
        Options options = {};
        int status;

        limit_heaps();
        setlocale(LC_CTYPE, "C.UTF-8");
        signal(SIGPIPE, SIG_IGN);
        if (!parse_options(&argc, &argv, &options, &error)) {
                g_printerr("banguid: %s\n", error->message);
                options_clear(&options);
                return BANGUI_EXIT_USAGE;
        }
        if (!options.version && !options.default_settings)
                settings = settings_load(options.config, (const char *const *) environment,
                                         (const char *const *) options.set, &error);
        if (options.version)
                status = print_and_free(g_strdup("banguid " BANGUI_VERSION "\n"));
        else if (options.default_settings)
                status = print_and_free(settings_default_file());
        else if (!settings) {
                g_printerr("banguid: %s\n", error->message);
                status = BANGUI_EXIT_USAGE;
        } else if (options.print_settings)
                status = print_and_free(settings_to_text(settings));
        else {
                set_up_log(settings);
                status = run(settings);
        }
        options_clear(&options);
        return status;
}
