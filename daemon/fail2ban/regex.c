/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which regular expression matches a line
 *
 * fail2ban-regex prints what it found by a template (-o), but not which expression found it. So each expression gets
 * one more group with a name of its own, which captures the last character of the match, and the template prints all
 * of them: the one that is not empty is the one that matched. The group stands last, so that the numbers of others
 * stay.
 *
 * The template's parts are told apart by control characters, which are taken out of the lines.
 */

#include "fail2ban/regex.h"

#include <string.h>

#include "core/error.h"
#include "fail2ban/process.h"

#define RULES_MAX 200
#define GROUP_END "\x1d"
#define GROUPS_END "\x1f"
#define HIT_END "\x1e"
#define SAID_MAX 500
#define SIGNAL_MAX 64

/* In a file of fail2ban's a blank and ';' begin a comment, and '%' is doubled. */
static void append_value(GString *file, const char *text) {
        for (const char *p = text; *p; p++) {
                if (*p == '%')
                        g_string_append(file, "%%");
                else if (*p == ' ' && p[1] == ';' && (p == text || p[-1] != '\\'))
                        g_string_append(file, "\\x20");
                else
                        g_string_append_c(file, *p);
        }
}

static GBytes *make_filter(const Fail2banRules *rules) {
        GString *file = g_string_new("[Definition]\n");
        gsize length;

        if (*rules->prefregex) {
                g_string_append(file, "prefregex = ");
                append_value(file, rules->prefregex);
                g_string_append_c(file, '\n');
        }
        g_string_append(file, "failregex =");
        for (guint i = 0; rules->failregex[i]; i++) {
                g_string_append(file, " (?:");
                append_value(file, rules->failregex[i]);
                g_string_append_printf(file, ")(?<=(?P<bangui%u>[\\s\\S]))\n", i);
        }
        length = file->len;
        return g_bytes_new_take(g_string_free(file, FALSE), length);
}

static char *make_template(guint n_rules) {
        GString *template = g_string_new(NULL);

        for (guint i = 0; i < n_rules; i++)
                g_string_append_printf(template, "<F-BANGUI%u>" GROUP_END, i);
        g_string_append(template, GROUPS_END "<matches>" HIT_END);
        return g_string_free(template, FALSE);
}

/* As fail2ban-regex will read and print it: it skips empty lines and those that begin with '#'. */
static char *clean_line(const char *line) {
        char *clean = g_strdup(line);

        g_strdelimit(clean, "\n\r" GROUP_END GROUPS_END HIT_END, ' ');
        return g_strchomp(clean);
}

static GStrv clean_lines(const char *const *lines, guint n) {
        GStrv all = g_new0(char *, n + 1);

        for (guint i = 0; i < n; i++)
                all[i] = clean_line(lines[i]);
        return all;
}

/* A last line without its end is not read. */
static GBytes *join_lines(GStrv lines) {
        g_autofree char *text = g_strjoinv("\n", lines);
        char *ended = g_strconcat(text, "\n", NULL);

        return g_bytes_new_take(ended, strlen(ended));
}

/* A line of several that belong together may have been found by an expression that only remembers it; the one that
 * counts the failure is meant. */
static int hit_rule(const Fail2banRules *rules, const char *groups) {
        g_auto(GStrv) captured = g_strsplit(groups, GROUP_END, -1);
        int first = -1;

        for (int i = 0; captured[i] && rules->failregex[i]; i++) {
                if (captured[i][0] == '\0')
                        continue;
                if (!strstr(rules->failregex[i], "(?P<nofail>"))
                        return i;
                if (first < 0)
                        first = i;
        }
        return first;
}

/* Hits come in the order of the lines; the last line of each is the one that made it. */
static void take_hit(const Fail2banRules *rules, char *hit, GStrv lines, guint *next, int *ret_rules) {
        char *matches = strstr(hit, GROUPS_END);
        const char *last;

        if (!matches)
                return;
        *matches++ = '\0';
        g_strchomp(matches);
        last = strrchr(matches, '\n');
        last = last ? last + 1 : matches;
        for (guint i = *next; lines[i]; i++) {
                if (!g_str_equal(lines[i], last))
                        continue;
                ret_rules[i] = hit_rule(rules, hit);
                *next = i + 1;
                return;
        }
}

static void take_output(const Fail2banRules *rules, const char *output, GStrv lines, int *ret_rules) {
        g_autofree char *valid = g_utf8_make_valid(output, -1);
        g_auto(GStrv) hits = g_strsplit(valid, HIT_END "\n", -1);
        guint next = 0;

        for (guint i = 0; hits[i]; i++)
                take_hit(rules, hits[i], lines, &next, ret_rules);
}

/* It says what is wrong on standard output, in its first line. */
static gboolean refused(const ProcessResult *result, GError **error) {
        g_autofree char *valid =
                g_utf8_make_valid(result->output->len > 0 ? result->output->str : result->errors->str, -1);
        g_auto(GStrv) lines = g_strsplit(g_strstrip(valid), "\n", 2);
        g_autofree char *said = g_utf8_substring(lines[0] ? lines[0] : "", 0,
                                                 MIN(g_utf8_strlen(lines[0] ? lines[0] : "", -1), SAID_MAX));

        if (result->exit_status > 128 && result->exit_status <= 128 + SIGNAL_MAX)
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_TIMEOUT,
                            "fail2ban-regex was ended by signal %d: an expression takes too long or too much memory",
                            result->exit_status - 128);
        else
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_REGEX_INVALID, "fail2ban-regex: %s",
                            *said ? said : "it ended without a word");
        return FALSE;
}

G_GNUC_NULL_TERMINATED
static void add_words(GPtrArray *words, const char *first, ...) {
        va_list rest;

        va_start(rest, first);
        for (const char *word = first; word; word = va_arg(rest, const char *))
                g_ptr_array_add(words, (gpointer) word);
        va_end(rest);
}

static gboolean ask(const char *program, const Fail2banRules *rules, GStrv lines, guint timeout_s, ProcessResult *ret,
                    GError **error) {
        g_autoptr(GBytes) text = join_lines(lines);
        g_autoptr(GBytes) filter = make_filter(rules);
        g_autofree char *template = make_template(g_strv_length((GStrv) rules->failregex));
        g_autofree char *maxlines = g_strdup_printf("%u", MAX(rules->maxlines, 1));
        GBytes *files[] = { text, filter };
        g_autoptr(GPtrArray) words = g_ptr_array_new();

        add_words(words, program, "--raw", "--encoding=UTF-8", "--maxlines", maxlines, "--out", template, NULL);
        if (*rules->datepattern)
                add_words(words, "--datepattern", rules->datepattern, NULL);
        if (*rules->timezone)
                add_words(words, "--timezone", rules->timezone, NULL);
        add_words(words, "--", "/proc/self/fd/0", "/proc/self/fd/3", NULL);
        g_ptr_array_add(words, NULL);
        return process_run_confined((const char *const *) words->pdata, files, timeout_s, ret, error);
}

gboolean fail2ban_regex_match(const char *program, const Fail2banRules *rules, const char *const *lines, guint n,
                              guint timeout_s, int *ret_rules, GError **error) {
        g_auto(ProcessResult) result = { 0 };
        g_auto(GStrv) clean = NULL;
        guint n_rules = g_strv_length((GStrv) rules->failregex);

        for (guint i = 0; i < n; i++)
                ret_rules[i] = -1;
        if (n == 0 || n_rules == 0)
                return TRUE;
        if (n > FAIL2BAN_REGEX_LINES_MAX || n_rules > RULES_MAX) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_TOO_LARGE,
                            "%u lines and %u expressions are more than fail2ban-regex is asked about", n, n_rules);
                return FALSE;
        }
        clean = clean_lines(lines, n);
        if (!ask(program, rules, clean, timeout_s, &result, error))
                return FALSE;
        if (result.exit_status != 0)
                return refused(&result, error);
        take_output(rules, result.output->str, clean, ret_rules);
        return TRUE;
}
