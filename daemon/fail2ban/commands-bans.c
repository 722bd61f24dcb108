/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ban, unban, and who is banned. */

#include "fail2ban/commands.h"

#include <string.h>
#include <time.h>

#include "core/error.h"
#include "core/text.h"
#include "fail2ban/shape.h"

/* The arguments `before` and then the texts; borrowed. */
static const char *const *bans_arguments(GPtrArray *array, const char *const *before, const char *const *texts,
                                         guint n) {
        for (; *before; before++)
                g_ptr_array_add(array, (gpointer) *before);
        for (guint i = 0; i < n; i++)
                g_ptr_array_add(array, (gpointer) texts[i]);
        g_ptr_array_add(array, NULL);
        return (const char *const *) array->pdata;
}

/* fail2ban bans any text, so that it must be an address; written as fail2ban writes it. */
static gboolean bans_check_addresses(const char *const *texts, guint n, GError **error) {
        Address address;

        for (guint i = 0; i < n; i++)
                if (!address_parse(texts[i], &address, error))
                        return FALSE;
        return TRUE;
}

/* An id may be any text that a filter took for one, but no option. */
static gboolean bans_check_ids(const char *const *texts, guint n, GError **error) {
        for (guint i = 0; i < n; i++)
                if (texts[i][0] == '\0' || texts[i][0] == '-') {
                        g_autofree char *quoted = text_quote(texts[i]);

                        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                                    "%s is nothing that is banned; give an address as the list of bans shows it",
                                    quoted);
                        return FALSE;
                }
        return TRUE;
}

static gboolean bans_change(Fail2banClient *client, const char *jail, const char *verb, const char *const *texts,
                            guint n, guint *ret_count, GError **error) {
        const char *const before[] = { "set", jail, verb, NULL };
        g_autoptr(GPtrArray) array = g_ptr_array_new();
        g_autoptr(ValueTree) tree = NULL;
        const Value *value = NULL;

        tree = fail2ban_client_call(client, FAIL2BAN_CHANGE, bans_arguments(array, before, texts, n), &value, error);
        return tree && shape_count(value, verb, ret_count, error);
}

gboolean fail2ban_ban(Fail2banClient *client, const char *jail, const char *const *texts, guint n, guint *ret_count,
                      GError **error) {
        if (!fail2ban_check_jail_name(jail, error) || !bans_check_addresses(texts, n, error))
                return FALSE;
        if (n == 0) {
                *ret_count = 0;
                return TRUE;
        }
        return bans_change(client, jail, "banip", texts, n, ret_count, error);
}

gboolean fail2ban_unban(Fail2banClient *client, const char *jail, const char *const *texts, guint n, guint *ret_count,
                        GError **error) {
        if (!fail2ban_check_jail_name(jail, error) || !bans_check_ids(texts, n, error))
                return FALSE;
        if (n == 0) {
                *ret_count = 0;
                return TRUE;
        }
        return bans_change(client, jail, "unbanip", texts, n, ret_count, error);
}

gboolean fail2ban_unban_all(Fail2banClient *client, guint *ret_count, GError **error) {
        const Value *value = NULL;
        g_autoptr(ValueTree) tree = fail2ban_client_ask(client, FAIL2BAN_CHANGE, &value, error, "unban", "--all", NULL);

        return tree && shape_count(value, "`unban --all`", ret_count, error);
}

static gboolean bans_parse_flag(const Value *value, gboolean *ret, GError **error) {
        guint n;

        if (!shape_count(value, "`get JAIL banned`", &n, error))
                return FALSE;
        *ret = n > 0;
        return TRUE;
}

/* One id is answered with a number, several with a list of numbers. */
static gboolean bans_parse_flags(const Value *value, guint n, gboolean *ret_banned, GError **error) {
        if (n == 1 && !shape_is_sequence(value))
                return bans_parse_flag(value, ret_banned, error);
        if (!shape_is_sequence(value) || value_n_children(value) != n)
                return shape_fail(value, "`get JAIL banned`", "a list with a number for each address", error);
        for (guint i = 0; i < n; i++)
                if (!bans_parse_flag(value_child(value, i), &ret_banned[i], error))
                        return FALSE;
        return TRUE;
}

gboolean fail2ban_banned(Fail2banClient *client, const char *jail, const char *const *texts, guint n,
                         gboolean *ret_banned, GError **error) {
        const char *const before[] = { "get", jail, "banned", NULL };
        g_autoptr(GPtrArray) array = g_ptr_array_new();
        g_autoptr(ValueTree) tree = NULL;
        const Value *value = NULL;

        if (!fail2ban_check_jail_name(jail, error) || !bans_check_ids(texts, n, error))
                return FALSE;
        if (n == 0)
                return TRUE;
        tree = fail2ban_client_call(client, FAIL2BAN_READ, bans_arguments(array, before, texts, n), &value, error);
        return tree && bans_parse_flags(value, n, ret_banned, error);
}

#define BANS_MINUTE_LENGTH (sizeof("2026-11-21 00:43") - 1)

/* Reads wall clock times. Most bans of a list share a minute with the one before, and mktime() is dear. */
typedef struct ClockReader {
        char minute[BANS_MINUTE_LENGTH + 1];
        gint64 starts_at;
} ClockReader;

static gboolean clock_reader_start_minute(ClockReader *self, const char *text) {
        struct tm clock = { .tm_isdst = -1 };
        char minute[BANS_MINUTE_LENGTH + 1];
        time_t seconds;

        g_strlcpy(minute, text, sizeof(minute));
        if (!strptime(minute, "%Y-%m-%d %H:%M", &clock))
                return FALSE;
        clock.tm_isdst = -1;
        seconds = mktime(&clock);
        if (seconds == (time_t) -1)
                return FALSE;
        memcpy(self->minute, minute, sizeof(minute));
        self->starts_at = seconds;
        return TRUE;
}

/* "2026-11-21 00:43:04" at the start of text: the server's wall clock, taken for ours. */
static gboolean clock_reader_parse(ClockReader *self, const char *text, gint64 *ret) {
        const char *rest = text + BANS_MINUTE_LENGTH;

        if (strnlen(text, BANS_MINUTE_LENGTH + 3) < BANS_MINUTE_LENGTH + 3 || rest[0] != ':' ||
            !g_ascii_isdigit(rest[1]) || !g_ascii_isdigit(rest[2]))
                return FALSE;
        if (strncmp(text, self->minute, BANS_MINUTE_LENGTH) != 0 && !clock_reader_start_minute(self, text))
                return FALSE;
        *ret = self->starts_at + 10 * g_ascii_digit_value(rest[1]) + g_ascii_digit_value(rest[2]);
        return TRUE;
}

/* "ID BLANK TAB begin + seconds = end". An id may hold blanks, and a tab behind a blank too: the last one counts. */
static gboolean bans_parse_line(ClockReader *clock, const char *line, gsize *length, gint64 *ret_banned_at,
                                gint64 *ret_ends_at) {
        const char *times = g_strrstr_len(line, (gssize) *length, " \t");
        const char *plus;
        gint64 seconds;
        char *end;

        if (!times)
                return FALSE;
        plus = strstr(times, " + ");
        if (!plus || !clock_reader_parse(clock, times + 2, ret_banned_at))
                return FALSE;
        seconds = g_ascii_strtoll(plus + 3, &end, 10);
        if (end == plus + 3 || (*end != '.' && !g_str_has_prefix(end, " = ")))
                return FALSE;
        *length = (gsize) (times - line);
        *ret_ends_at = seconds == -1 ? -1 : *ret_banned_at + seconds;
        return TRUE;
}

static gboolean bans_walk(const Value *list, gboolean with_times, Fail2banBanFunc each, gpointer userdata,
                          GError **error) {
        ClockReader clock = { 0 };

        for (guint i = 0; i < value_n_children(list); i++) {
                const Value *item = value_child(list, i);
                g_autofree char *text = shape_display(item);
                gint64 banned_at = 0, ends_at = 0;
                gsize length;

                if (!text)
                        return shape_fail(item, "the list of bans", "an address", error);
                length = strlen(text);
                if (with_times && !bans_parse_line(&clock, text, &length, &banned_at, &ends_at))
                        return shape_fail(item, "the list of bans", "an address, a tab and its times", error);
                text[length] = '\0';
                each(text, length, banned_at, ends_at, userdata);
        }
        return TRUE;
}

gboolean fail2ban_ban_list(Fail2banClient *client, const char *jail, gboolean with_times, Fail2banBanFunc each,
                           gpointer userdata, GError **error) {
        g_autoptr(ValueTree) tree = NULL;
        const Value *value = NULL;

        if (!fail2ban_check_jail_name(jail, error))
                return FALSE;
        tree = fail2ban_client_ask(client, FAIL2BAN_READ, &value, error, "get", jail, "banip",
                                   with_times ? "--with-time" : NULL, NULL);
        if (!tree)
                return FALSE;
        if (!shape_is_sequence(value))
                return shape_fail(value, "the list of bans", "a list", error);
        return bans_walk(value, with_times, each, userdata, error);
}
