/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/dump.h"

#include <string.h>

#include "core/error.h"
#include "fail2ban/check.h"
#include "fail2ban/process.h"

void fail2ban_dump_free(Fail2banDump *self) {
        g_strfreev(self->jails);
        g_strfreev(self->problems);
        g_clear_pointer(&self->ignored, g_hash_table_unref);
        g_free(self);
}

/* One escape of a Python literal, behind the backslash; what repr() does not write is taken as it stands. */
static const char *read_escape(const char *p, GString *text) {
        gsize digits = *p == 'x' ? 2 : *p == 'u' ? 4 : *p == 'U' ? 8 : 0;
        gunichar c = 0;

        if (digits == 0) {
                g_string_append_c(text, *p == 'n' ? '\n' : *p == 't' ? '\t' : *p == 'r' ? '\r' : *p);
                return p + 1;
        }
        for (gsize i = 1; i <= digits; i++) {
                if (!g_ascii_isxdigit(p[i]))
                        return NULL;
                c = c << 4 | (gunichar) g_ascii_xdigit_value(p[i]);
        }
        g_string_append_unichar(text, g_unichar_validate(c) && c != 0 ? c : 0xFFFD);
        return p + 1 + digits;
}

/* A literal that starts at p with its quote; ret_end: behind it. NULL: none there, or not ended. */
static char *read_text(const char *p, const char **ret_end) {
        g_autoptr(GString) text = g_string_new(NULL);
        char quote = *p++;

        if (quote != '\'' && quote != '"')
                return NULL;
        while (p && *p && *p != quote) {
                if (*p == '\\' && p[1])
                        p = read_escape(p + 1, text);
                else
                        g_string_append_c(text, *p++);
        }
        if (!p || !*p)
                return NULL;
        *ret_end = p + 1;
        return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The texts at the start of a line "['add', 'sshd', 'auto', ...]", up to the first that is none. */
static GStrv read_words(const char *line) {
        g_autoptr(GStrvBuilder) words = g_strv_builder_new();
        const char *p = *line == '[' ? line + 1 : NULL;

        while (p) {
                g_autofree char *word = read_text(p, &p);

                if (!word)
                        break;
                g_strv_builder_add(words, word);
                p = g_str_has_prefix(p, ", ") ? p + 2 : NULL;
        }
        return g_strv_builder_end(words);
}

/* "set", jail, "addignoreip", entry, ... */
static void take_ignored(Fail2banDump *self, const char *const *words) {
        GHashTable *entries = g_hash_table_lookup(self->ignored, words[1]);

        if (!entries) {
                entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
                g_hash_table_insert(self->ignored, g_strdup(words[1]), entries);
        }
        for (const char *const *entry = words + 3; *entry; entry++) {
                char *canonical = check_ignore_entry(*entry, NULL);

                g_hash_table_add(entries, canonical ? canonical : g_strdup(*entry));
        }
}

Fail2banDump *fail2ban_dump_parse(const char *output) {
        g_autoptr(GStrvBuilder) jails = g_strv_builder_new();
        g_autoptr(GStrvBuilder) problems = g_strv_builder_new();
        g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
        Fail2banDump *self = g_new0(Fail2banDump, 1);

        self->ignored = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
        for (char **line = lines; *line; line++) {
                g_auto(GStrv) words = read_words(*line);

                if (g_strv_length(words) < 2)
                        continue;
                if (g_str_equal(words[0], "start"))
                        g_strv_builder_add(jails, words[1]);
                else if (g_str_equal(words[0], "config-error"))
                        g_strv_builder_add(problems, words[1]);
                else if (g_str_equal(words[0], "set") && g_strcmp0(words[2], "addignoreip") == 0)
                        take_ignored(self, (const char *const *) words);
        }
        self->jails = g_strv_builder_end(jails);
        self->problems = g_strv_builder_end(problems);
        return self;
}

/* The first error on stderr says why, behind the log's "]: ERROR   "; what follows only says that it failed. */
static Fail2banDump *refuse(const ProcessResult *result, GError **error) {
        g_autofree char *said = g_utf8_make_valid(result->errors->str, (gssize) result->errors->len);
        const char *mark = strstr(said, "]: ERROR ");
        const char *reason = mark ? mark + strlen("]: ERROR ") : said;
        g_autofree char *line = g_strndup(reason, strcspn(reason, "\n"));

        g_strstrip(line);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "fail2ban cannot read its configuration: %s",
                    *line ? line : "it did not say why");
        return NULL;
}

Fail2banDump *fail2ban_dump_read(const Fail2banPrograms *programs, GError **error) {
        const char *arguments[] = {
                programs->client, "-c", programs->configuration, "-s", programs->socket, "-d", NULL
        };
        g_auto(ProcessResult) result = { 0 };

        if (!process_run(arguments, programs->timeout_s, &result, error))
                return NULL;
        if (result.output->len >= PROCESS_OUTPUT_MAX) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_TOO_LARGE,
                            "fail2ban's configuration is larger than %d KiB when written out",
                            PROCESS_OUTPUT_MAX / 1024);
                return NULL;
        }
        return result.exit_status == 0 ? fail2ban_dump_parse(result.output->str) : refuse(&result, error);
}

const char *fail2ban_dump_problem(const Fail2banDump *self, const char *jail) {
        g_autofree char *start = g_strdup_printf("Jail '%s' ", jail);

        for (char **problem = self->problems; *problem; problem++)
                if (g_str_has_prefix(*problem, start))
                        return *problem;
        return NULL;
}

gboolean fail2ban_dump_ignores(const Fail2banDump *self, const char *jail, const char *entry) {
        GHashTable *entries = g_hash_table_lookup(self->ignored, jail);

        return entries && g_hash_table_contains(entries, entry);
}

static gboolean file_has_section(const char *path, const char *jail) {
        g_autofree char *section = g_strdup_printf("[%s]", jail);
        g_autofree char *text = NULL;
        gsize length = strlen(section);

        if (!g_file_get_contents(path, &text, NULL, NULL))
                return FALSE;
        for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
                if (strncmp(line, section, length) == 0)
                        return TRUE;
        return FALSE;
}

gboolean fail2ban_configuration_has_jail(const char *folder, const char *jail) {
        static const char *const files[] = { "jail.conf", "jail.local", NULL };
        g_autofree char *below = g_build_filename(folder, "jail.d", NULL);
        g_autoptr(GDir) dir = g_dir_open(below, 0, NULL);
        gboolean found = FALSE;

        for (gsize i = 0; files[i] && !found; i++) {
                g_autofree char *path = g_build_filename(folder, files[i], NULL);

                found = file_has_section(path, jail);
        }
        for (const char *name = dir ? g_dir_read_name(dir) : NULL; name && !found; name = g_dir_read_name(dir)) {
                g_autofree char *path = g_build_filename(below, name, NULL);

                if (g_str_has_suffix(name, ".conf") || g_str_has_suffix(name, ".local"))
                        found = file_has_section(path, jail);
        }
        /* Sections of these names are settings for all jails. */
        return found && !g_str_equal(jail, "DEFAULT") && !g_str_equal(jail, "INCLUDES");
}
