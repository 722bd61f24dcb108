/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/archive/archive-filter.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"

#define OCTETS 4
#define GROUPS 8
#define GROUP_BITS 16

static gboolean refuse(const char *option, const char *given, const char *right, GError **error) {
        g_autofree char *quoted = text_quote(given);

        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "option %s: %s %s", option, quoted, right);
        return FALSE;
}

/* "203.0.113", "203.0." or "10.": one to three octets, and not a lone number. */
static gboolean read_leading_octets(const char *text, Address *ret) {
        g_auto(GStrv) parts = g_strsplit(text, ".", OCTETS + 1);
        guint n = g_strv_length(parts);
        gboolean closed = n > 1 && parts[n - 1][0] == '\0';
        g_autoptr(GString) whole = g_string_new(text);

        if (closed) {
                g_string_truncate(whole, whole->len - 1);
                n--;
        }
        if (n >= OCTETS || (n < 2 && !closed))
                return FALSE;
        for (guint i = n; i < OCTETS; i++)
                g_string_append(whole, ".0");
        g_string_append_printf(whole, "/%u", n * 8);
        return address_try_parse(whole->str, ret);
}

static guint count_of(const char *text, char c) {
        guint n = 0;

        for (; *text; text++)
                n += *text == c;
        return n;
}

/* "2001:db8:": whole groups, each ended by its colon. */
static gboolean read_leading_groups(const char *text, Address *ret) {
        g_autofree char *whole = NULL;
        guint n = count_of(text, ':');

        if (n == 0 || n >= GROUPS || text[0] == ':' || !g_str_has_suffix(text, ":") || strstr(text, "::"))
                return FALSE;
        whole = g_strdup_printf("%s:/%u", text, n * GROUP_BITS);
        return address_try_parse(whole, ret);
}

/* What nobody would have for an id: a slip in an address would else find nothing, without a word. */
static gboolean is_meant_as_address(const char *text) {
        return (text[strspn(text, "0123456789./")] == '\0' && count_of(text, '.') >= OCTETS - 1) ||
               (text[strspn(text, "0123456789abcdefABCDEF:./")] == '\0' && count_of(text, ':') >= 2);
}

static gboolean read_address(const char *text, ArchiveFilter *ret, GError **error) {
        Address ignored;

        ret->by_address = address_try_parse(text, &ret->within) || read_leading_octets(text, &ret->within) ||
                          read_leading_groups(text, &ret->within);
        ret->text = ret->by_address ? NULL : text;
        return ret->by_address || !is_meant_as_address(text) || address_parse(text, &ignored, error);
}

static gboolean read_country(const char *text, ArchiveFilter *ret, GError **error) {
        ret->by_country = TRUE;
        if (text[0] == '\0')
                return TRUE;
        if (strlen(text) != 2 || !g_ascii_isalpha(text[0]) || !g_ascii_isalpha(text[1]))
                return refuse("country", text, "is no country; two letters such as DE, or none for bans without one",
                              error);
        ret->country = (CountryCode) ((guchar) g_ascii_toupper(text[0]) << 8 | (guchar) g_ascii_toupper(text[1]));
        return TRUE;
}

static gboolean read_origin(const char *text, ArchiveFilter *ret, GError **error) {
        ret->by_origin = TRUE;
        for (ret->origin = 0; ret->origin < _ARCHIVE_ORIGIN_MAX; ret->origin++)
                if (g_str_equal(text, archive_origin_name(ret->origin)))
                        return TRUE;
        return refuse("origin", text, "is none of self, manual, blocklist", error);
}

gboolean archive_filter_read(const ArchiveFilterInput *input, const char *fallback, gint64 now, ArchiveFilter *ret,
                             GError **error) {
        ArchiveFilter filter = { .jail = input->jail };

        if (!window_read(input->range, input->since, input->until, fallback, now, &filter.window, error) ||
            (input->country && !read_country(input->country, &filter, error)) ||
            (input->origin && !read_origin(input->origin, &filter, error)) ||
            (input->address && !read_address(input->address, &filter, error)))
                return FALSE;
        if (input->network >= 0) {
                filter.by_network = TRUE;
                filter.network = (guint32) input->network;
        }
        *ret = filter;
        return TRUE;
}
