/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The settings for people: the table of --print-settings and the commented default file. */

#include "core/settings-table.h"

#define COLUMNS 6
#define COLUMN_GAP 2

static char *allowed_of_type(const SettingSpec *spec) {
        g_autofree char *choices = NULL;

        switch (spec->type) {
        case SETTING_TYPE_BUS:
                return g_strdup("a D-Bus address such as unix:path=/run/bus");
        case SETTING_TYPE_INT:
                return g_strdup_printf("an integer from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " (%s)", spec->min,
                                       spec->max, spec->unit);
        case SETTING_TYPE_BOOL:
                return g_strdup("true or false (also yes, no, on, off, 1, 0)");
        case SETTING_TYPE_PATH:
                if (spec->max > 0)
                        return g_strdup_printf("an absolute path of at most %" G_GINT64_FORMAT " bytes", spec->max);
                return g_strdup("an absolute path");
        case SETTING_TYPE_FOLDERS:
                return g_strdup("absolute paths of folders, separated by ':'");
        case SETTING_TYPE_COMMAND:
                return g_strdup("a command line, quoted as for a shell");
        case SETTING_TYPE_URL:
                return g_strdup("an address that begins with http:// or https://");
        case SETTING_TYPE_NAME:
                return g_strdup("a name of letters, digits, '-', '_' and '.'");
        case SETTING_TYPE_CHOICE:
                choices = g_strjoinv(", ", (char **) spec->choices);
                return g_strdup_printf("one of %s", choices);
        }
        g_assert_not_reached();
}

char *setting_allowed(Setting key) {
        const SettingSpec *spec = setting_spec(key);
        g_autofree char *allowed = allowed_of_type(spec);

        return spec->optional ? g_strconcat(allowed, ", or empty", NULL) : g_steal_pointer(&allowed);
}

/* The cells of one line; free with g_strfreev. */
static GStrv settings_row(const Settings *self, Setting key) {
        const SettingSpec *spec = setting_spec(key);
        g_autoptr(GStrvBuilder) row = g_strv_builder_new();
        g_autofree char *allowed = setting_allowed(key);
        g_auto(SettingView) view = {};

        settings_view(self, key, &view);
        g_strv_builder_add(row, spec->key);
        g_strv_builder_add(row, view.text[0] ? view.text : "(empty)");
        g_strv_builder_add(row, view.layer == SETTING_LAYER_FILE ? view.where : setting_layer_name(view.layer));
        g_strv_builder_add(row, spec->fallback[0] ? spec->fallback : "(empty)");
        g_strv_builder_add(row, allowed);
        g_strv_builder_add(row, spec->help);
        return g_strv_builder_end(row);
}

static void append_row(GString *text, const char *const *row, const glong widths[COLUMNS]) {
        for (guint i = 0; i < COLUMNS; i++) {
                g_string_append(text, row[i]);
                if (i + 1 == COLUMNS)
                        break;
                for (glong n = g_utf8_strlen(row[i], -1); n < widths[i] + COLUMN_GAP; n++)
                        g_string_append_c(text, ' ');
        }
        g_string_append_c(text, '\n');
}

static void widen(glong widths[COLUMNS], const char *const *row) {
        for (guint i = 0; i < COLUMNS; i++)
                widths[i] = MAX(widths[i], g_utf8_strlen(row[i], -1));
}

char *settings_to_text(const Settings *self) {
        static const char *const head[] = { "KEY", "VALUE", "ORIGIN", "DEFAULT", "ALLOWED", "HELP", NULL };
        GStrv rows[_SETTING_MAX];
        glong widths[COLUMNS] = { 0 };
        GString *text = g_string_new(NULL);

        G_STATIC_ASSERT(G_N_ELEMENTS(head) == COLUMNS + 1);

        widen(widths, head);
        for (guint i = 0; i < _SETTING_MAX; i++) {
                rows[i] = settings_row(self, (Setting) i);
                widen(widths, (const char *const *) rows[i]);
        }

        append_row(text, head, widths);
        for (guint i = 0; i < _SETTING_MAX; i++) {
                append_row(text, (const char *const *) rows[i], widths);
                g_strfreev(rows[i]);
        }
        return g_string_free(text, FALSE);
}

char *settings_default_file(void) {
        GString *text = g_string_new(
                "# Settings of banguid. A line that is a comment shows the default.\n"
                "# What was set at run time (banguictl settings log-level=info), the environment (BANGUI_LOG_LEVEL)\n"
                "# and the command line (--set log-level=info) win over this file, in this order. banguictl settings\n"
                "# shows what counts and where it comes from; systemctl reload banguid reads this file again.\n"
                "\n"
                "[bangui]\n");

        for (guint i = 0; i < _SETTING_MAX; i++) {
                const SettingSpec *spec = setting_spec((Setting) i);
                g_autofree char *allowed = setting_allowed((Setting) i);

                g_string_append_printf(text, "\n# %s\n# Allowed: %s.\n%s#%s=%s\n", spec->help, allowed,
                                       spec->runtime ? "" : "# A change needs a restart.\n", spec->key, spec->fallback);
        }
        return g_string_free(text, FALSE);
}
