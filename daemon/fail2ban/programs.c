/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/programs.h"

#include <string.h>

#include "core/error.h"
#include "fail2ban/commands.h"
#include "fail2ban/process.h"

#define PROGRAMS_SAID_MAX 1000 /* characters of what a program said that go into a message */

/* "2026-11-21 00:46:02,148 fail2ban  [8398]: ERROR   text": what fail2ban's programs write on stderr. */
#define PROGRAMS_LOG_LINE "^\\d{4}-\\d\\d-\\d\\d [\\d:,]+ \\S+ +\\[\\d+\\]: ([A-Z]+) +(?:NOK: +)?(.*)$"

/* A line that says why, or NULL: reports below ERROR and the "OK" of the reply do not. */
static char *programs_reason(const char *line) {
        g_autoptr(GRegex) regex = g_regex_new(PROGRAMS_LOG_LINE, G_REGEX_DEFAULT, 0, NULL);
        g_autoptr(GMatchInfo) match = NULL;
        g_autofree char *level = NULL;

        if (*line == '\0' || g_str_equal(line, "OK"))
                return NULL;
        if (!g_regex_match(regex, line, 0, &match))
                return g_strdup(line);
        level = g_match_info_fetch(match, 1);
        if (!g_str_equal(level, "ERROR") && !g_str_equal(level, "CRITICAL"))
                return NULL;
        return g_match_info_fetch(match, 2);
}

/* The lines that say why, joined and shortened; empty when there is none. */
static char *programs_reasons(const GString *text) {
        g_autofree char *valid = g_utf8_make_valid(text->str, -1);
        g_auto(GStrv) lines = g_strsplit_set(valid, "\r\n", -1);
        g_autoptr(GString) reasons = g_string_new(NULL);

        for (char **line = lines; *line; line++) {
                g_autofree char *reason = programs_reason(g_strstrip(*line));

                if (reason)
                        g_string_append_printf(reasons, "%s%s", reasons->len > 0 ? "; " : "", reason);
        }
        return g_utf8_substring(reasons->str, 0, MIN(g_utf8_strlen(reasons->str, -1), PROGRAMS_SAID_MAX));
}

/* stderr repeats in the log's form what stdout says. */
static char *programs_said(const ProcessResult *result) {
        g_autofree char *output = programs_reasons(result->output);

        if (*output != '\0')
                return g_steal_pointer(&output);
        return programs_reasons(result->errors);
}

static gboolean programs_refused(const char *program, const ProcessResult *result, const char *said, GError **error) {
        g_autofree char *name = g_path_get_basename(program);

        if (*said != '\0')
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "%s: %s", name, said);
        else
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN,
                            "%s ended with status %d and said nothing", name, result->exit_status);
        return FALSE;
}

static gboolean programs_judge_reload(const Fail2banPrograms *self, const ProcessResult *result, const char *jail,
                                      GError **error) {
        g_autofree char *said = NULL;

        if (result->exit_status == 0)
                return TRUE;
        said = programs_said(result);
        if (strstr(said, "Could not find server")) {
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE, "fail2ban is not running");
                return FALSE;
        }
        if (jail && strstr(said, "No section: ")) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND,
                            "fail2ban's configuration has no jail '%s'", jail);
                return FALSE;
        }
        if (jail && strstr(said, "Sorry but the jail")) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND, "no jail '%s' is running", jail);
                return FALSE;
        }
        return programs_refused(self->client, result, said, error);
}

gboolean fail2ban_programs_reload(const Fail2banPrograms *self, const char *jail, guint flags, GError **error) {
        g_autoptr(GPtrArray) arguments = g_ptr_array_new();
        g_auto(ProcessResult) result = { 0 };

        if (jail && !fail2ban_check_jail_name(jail, error))
                return FALSE;
        g_ptr_array_add(arguments, (gpointer) self->client);
        g_ptr_array_add(arguments, (gpointer) "-c");
        g_ptr_array_add(arguments, (gpointer) self->configuration);
        g_ptr_array_add(arguments, (gpointer) "-s");
        g_ptr_array_add(arguments, (gpointer) self->socket);
        g_ptr_array_add(arguments, (gpointer) "reload");
        if (flags & FAIL2BAN_RELOAD_RESTART)
                g_ptr_array_add(arguments, (gpointer) "--restart");
        if (flags & FAIL2BAN_RELOAD_UNBAN)
                g_ptr_array_add(arguments, (gpointer) "--unban");
        if (flags & FAIL2BAN_RELOAD_IF_EXISTS)
                g_ptr_array_add(arguments, (gpointer) "--if-exists");
        g_ptr_array_add(arguments, (gpointer) jail);
        if (jail)
                g_ptr_array_add(arguments, NULL);

        return process_run((const char *const *) arguments->pdata, self->timeout_s, &result, error) &&
               programs_judge_reload(self, &result, jail, error);
}

gboolean fail2ban_programs_run(const char *command_line, guint timeout_s, GError **error) {
        g_auto(GStrv) arguments = NULL;
        g_auto(ProcessResult) result = { 0 };
        g_autoptr(GError) failure = NULL;
        g_autofree char *said = NULL;

        if (!g_shell_parse_argv(command_line, NULL, &arguments, &failure)) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "the command line '%s' cannot be split into words: %s", command_line, failure->message);
                return FALSE;
        }
        if (!process_run((const char *const *) arguments, timeout_s, &result, error))
                return FALSE;
        if (result.exit_status == 0)
                return TRUE;
        said = programs_said(&result);
        return programs_refused(arguments[0], &result, said, error);
}
