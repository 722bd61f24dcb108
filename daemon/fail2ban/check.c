/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/error.h"
#include "core/text.h"
#include "fail2ban/commands.h"
#include "fail2ban/pickle.h"

#define CHECK_HOST_NAME_MAX 253
#define CHECK_HOST_LABEL_MAX 63
#define CHECK_JOURNAL_MATCH_MAX 4096
#define CHECK_MULTIPLIERS_MAX 1024

G_GNUC_PRINTF(2, 3)
static gboolean check_fail(GError **error, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        if (error)
                *error = g_error_new_valist(BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, format, arguments);
        va_end(arguments);
        return FALSE;
}

gboolean check_text(const char *text, const char *what, gsize max, GError **error) {
        if (strlen(text) > max)
                return check_fail(error, "%s is longer than %" G_GSIZE_FORMAT " bytes", what, max);
        if (!text_is_plain(text))
                return check_fail(error, "%s must be valid UTF-8 without line ends or other control characters", what);
        if (strstr(text, PICKLE_END_MARKER))
                return check_fail(error, "%s holds %s, which ends a command", what, PICKLE_END_MARKER);
        return TRUE;
}

gboolean fail2ban_check_jail_name(const char *name, GError **error) {
        /* `get NAME ...` and `set NAME ...` are settings of the server for these. */
        static const char *const taken[] = { "allowipv6", "dbfile",       "dbmaxmatches", "dbpurgeage", "loglevel",
                                             "logtarget", "syslogsocket", "thread",       NULL };

        if (*name == '\0')
                return check_fail(error, "a jail's name is empty");
        if (!check_text(name, "a jail's name", FAIL2BAN_JAIL_NAME_MAX, error))
                return FALSE;
        if (*name == '-')
                return check_fail(error, "a jail's name does not start with '-'");
        if (g_strv_contains(taken, name))
                return check_fail(error, "\"%s\" is a setting of fail2ban and cannot name a jail", name);
        return TRUE;
}

const char *check_choice(const char *text, const char *what, const char *const *choices, GError **error) {
        g_autofree char *quoted = NULL;
        g_autofree char *all = NULL;

        for (const char *const *choice = choices; *choice; choice++)
                if (g_ascii_strcasecmp(text, *choice) == 0)
                        return *choice;

        quoted = text_quote(text);
        all = g_strjoinv(", ", (char **) choices);
        check_fail(error, "%s cannot be %s; it is one of %s", what, quoted, all);
        return NULL;
}

char *check_number(gint64 number, const char *what, gint64 min, gint64 max, GError **error) {
        if (number < min || number > max) {
                check_fail(error, "%s must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, what, min, max);
                return NULL;
        }
        return g_strdup_printf("%" G_GINT64_FORMAT, number);
}

gboolean check_regex(const char *regex, GError **error) {
        if (*regex == '\0')
                return check_fail(error, "a regular expression is empty");
        return check_text(regex, "a regular expression", FAIL2BAN_REGEX_MAX, error);
}

static gboolean check_is_host_label(const char *label) {
        gsize length = strlen(label);

        if (length == 0 || length > CHECK_HOST_LABEL_MAX || *label == '-' || label[length - 1] == '-')
                return FALSE;
        for (const char *p = label; *p; p++)
                if (!g_ascii_isalnum(*p) && *p != '-' && *p != '_')
                        return FALSE;
        return TRUE;
}

static gboolean check_is_host_name(const char *name) {
        g_auto(GStrv) labels = NULL;
        guint n;

        if (strlen(name) > CHECK_HOST_NAME_MAX)
                return FALSE;
        labels = g_strsplit(name, ".", -1);
        n = g_strv_length(labels);
        for (guint i = 0; i < n; i++)
                if (!check_is_host_label(labels[i]))
                        return FALSE;
        /* A name that ends in a number is a mistyped address. */
        return n > 0 && strspn(labels[n - 1], "0123456789") < strlen(labels[n - 1]);
}

char *check_ignore_entry(const char *entry, GError **error) {
        g_autofree char *quoted = NULL;
        char buffer[ADDRESS_TEXT_MAX];
        Address address;

        if (address_try_parse(entry, &address))
                return g_strdup(address_format(&address, buffer));
        if (check_is_host_name(entry))
                return g_strdup(entry);

        quoted = text_quote(entry);
        check_fail(error, "%s is no IP address, no network in CIDR form and no host name", quoted);
        return NULL;
}

static gboolean check_is_journal_word(const char *word) {
        const char *equals = strchr(word, '=');

        if (!equals || equals == word)
                return FALSE;
        for (const char *p = word; p < equals; p++)
                if (!g_ascii_isupper(*p) && !g_ascii_isdigit(*p) && *p != '_')
                        return FALSE;
        return TRUE;
}

gboolean check_journal_match(const char *match, GError **error) {
        g_auto(GStrv) words = NULL;
        gboolean after_word = FALSE;

        if (!check_text(match, "a journal match", CHECK_JOURNAL_MATCH_MAX, error))
                return FALSE;
        words = g_strsplit(match, " ", -1);
        for (char **word = words; *word; word++) {
                gboolean plus = g_str_equal(*word, "+");

                if (plus ? !after_word : !check_is_journal_word(*word)) {
                        g_autofree char *quoted = text_quote(*word);

                        return check_fail(error, "%s in a journal match is no FIELD=value, nor a + between them",
                                          quoted);
                }
                after_word = !plus;
        }
        if (!after_word)
                return check_fail(error, "a journal match is words FIELD=value separated by blanks");
        return TRUE;
}

gboolean check_multipliers(const char *text, GError **error) {
        g_auto(GStrv) words = NULL;

        if (*text == '\0')
                return TRUE;
        if (!check_text(text, "the multipliers", CHECK_MULTIPLIERS_MAX, error))
                return FALSE;
        words = g_strsplit(text, " ", -1);
        for (char **word = words; *word; word++) {
                gsize length = strlen(*word);

                if (length == 0 || length > 9 || strspn(*word, "0123456789") < length || **word == '0')
                        return check_fail(error, "the multipliers are positive whole numbers up to 999999999 with "
                                                 "one blank between them");
        }
        return TRUE;
}

static gboolean check_is_below(const char *path, const char *const *folders) {
        for (const char *const *folder = folders; folder && *folder; folder++) {
                g_autofree char *resolved = NULL;
                char *real = realpath(*folder, NULL);
                gsize length;

                if (!real)
                        continue;
                resolved = g_strdup(g_str_equal(real, "/") ? "" : real);
                free(real);
                length = strlen(resolved);
                if (strncmp(path, resolved, length) == 0 && path[length] == '/')
                        return TRUE;
        }
        return FALSE;
}

/* Where the file may lie is said whether it is there or not, so that nothing is told of other folders. */
static gboolean check_fail_folder(const char *what, const char *const *folders, GError **error) {
        g_autofree char *all = folders && *folders ? g_strjoinv(", ", (char **) folders) : NULL;

        return check_fail(error, "%s must be a file below one of the allowed folders (%s)", what,
                          all ? all : "none is set");
}

static gboolean check_is_plain_path(const char *path, const char *what, GError **error) {
        if (!check_text(path, what, 4095, error))
                return FALSE;
        if (*path != '/' || g_str_has_suffix(path, "/"))
                return check_fail(error, "%s must be the absolute path of a file", what);
        return TRUE;
}

/* The folder of the path resolved, with its last part as it is. */
static char *check_resolve_folder(const char *path) {
        g_autofree char *folder = g_path_get_dirname(path);
        g_autofree char *name = g_path_get_basename(path);
        char *real = realpath(folder, NULL);
        char *result;

        if (!real || g_str_equal(name, ".") || g_str_equal(name, "..")) {
                free(real);
                return NULL;
        }
        result = g_build_filename(real, name, NULL);
        free(real);
        return result;
}

static char *check_resolve(const char *path) {
        char *real = realpath(path, NULL);
        char *result = g_strdup(real);

        free(real);
        return result;
}

char *check_log_file(const char *path, const char *const *folders, GError **error) {
        g_autofree char *resolved = NULL;
        g_autofree char *place = NULL;
        struct stat status;

        if (!check_is_plain_path(path, "a log path", error))
                return NULL;
        resolved = check_resolve(path);
        place = resolved ? g_strdup(resolved) : check_resolve_folder(path);
        if (!place || !check_is_below(place, folders)) {
                check_fail_folder("a log path", folders, error);
                return NULL;
        }
        if (!resolved || stat(resolved, &status) < 0) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FILE_NOT_FOUND, "the file %s does not exist", path);
                return NULL;
        }
        if (!S_ISREG(status.st_mode)) {
                check_fail(error, "%s is no regular file", path);
                return NULL;
        }
        if (!check_is_plain_path(resolved, "a log path", error))
                return NULL;
        return g_steal_pointer(&resolved);
}

char *check_new_file(const char *path, const char *what, const char *const *folders, GError **error) {
        g_autofree char *resolved = NULL;
        struct stat status;

        if (!check_is_plain_path(path, what, error))
                return NULL;
        resolved = check_resolve(path);
        if (!resolved)
                resolved = check_resolve_folder(path);
        if (!resolved || !check_is_below(resolved, folders)) {
                check_fail_folder(what, folders, error);
                return NULL;
        }
        /* A link that leads nowhere would let fail2ban make a file anywhere. */
        if (lstat(resolved, &status) == 0 && !S_ISREG(status.st_mode)) {
                check_fail(error, "%s must be a regular file", what);
                return NULL;
        }
        if (!check_is_plain_path(resolved, what, error))
                return NULL;
        return g_steal_pointer(&resolved);
}
