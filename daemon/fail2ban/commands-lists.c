/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The lists of a jail that can be added to and taken from: one table row for each. */

#include "fail2ban/commands.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "fail2ban/check.h"
#include "fail2ban/shape.h"

typedef struct JailList {
        const char *get, *add, *remove;
        const char *what; /* an entry, in messages */
} JailList;

static const JailList jail_lists[] = {
        [FAIL2BAN_LIST_LOG_PATH] = { "logpath", "addlogpath", "dellogpath", "log path" },
        [FAIL2BAN_LIST_IGNORE_IP] = { "ignoreip", "addignoreip", "delignoreip", "ignored address" },
        [FAIL2BAN_LIST_FAILREGEX] = { "failregex", "addfailregex", "delfailregex", "failregex" },
        [FAIL2BAN_LIST_IGNOREREGEX] = { "ignoreregex", "addignoreregex", "delignoreregex", "ignoreregex" },
        [FAIL2BAN_LIST_JOURNAL_MATCH] = { "journalmatch", "addjournalmatch", "deljournalmatch", "journal match" },
};

/* Regular expressions go by their index: between looking it up and using it nobody else of ours may change a
 * list. */
static GMutex list_lock;

static gboolean list_is_regex(Fail2banList list) {
        return list == FAIL2BAN_LIST_FAILREGEX || list == FAIL2BAN_LIST_IGNOREREGEX;
}

/* The entries as the properties show them. */
static GStrv list_parse(Fail2banList list, const Value *value, GError **error) {
        if (list == FAIL2BAN_LIST_JOURNAL_MATCH)
                return shape_phrases(value, jail_lists[list].get, error);
        return shape_texts(value, jail_lists[list].get, error);
}

/* Sends `set JAIL verb words...`; the list that is the answer. */
static GStrv list_change(Fail2banClient *client, const char *jail, Fail2banList list, const char *verb,
                         const char *const *words, GError **error) {
        g_autoptr(GPtrArray) arguments = g_ptr_array_new();
        g_autoptr(ValueTree) tree = NULL;
        const Value *value = NULL;

        g_ptr_array_add(arguments, (gpointer) "set");
        g_ptr_array_add(arguments, (gpointer) jail);
        g_ptr_array_add(arguments, (gpointer) verb);
        for (; *words; words++)
                g_ptr_array_add(arguments, (gpointer) *words);
        g_ptr_array_add(arguments, NULL);

        tree = fail2ban_client_call(client, FAIL2BAN_CHANGE, (const char *const *) arguments->pdata, &value, error);
        return tree ? list_parse(list, value, error) : NULL;
}

static GStrv list_ask(Fail2banClient *client, const char *jail, Fail2banList list, GError **error) {
        const Value *value = NULL;
        g_autoptr(ValueTree) tree =
                fail2ban_client_ask(client, FAIL2BAN_READ, &value, error, "get", jail, jail_lists[list].get, NULL);

        return tree ? list_parse(list, value, error) : NULL;
}

/* The words of one entry to be added, checked and in canonical form. */
static GStrv list_check(Fail2banList list, const char *entry, gboolean from_tail, const char *const *log_folders,
                        GError **error) {
        g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
        g_autofree char *text = NULL;

        switch (list) {
        case FAIL2BAN_LIST_JOURNAL_MATCH:
                return check_journal_match(entry, error) ? g_strsplit(entry, " ", -1) : NULL;
        case FAIL2BAN_LIST_LOG_PATH:
                text = check_log_file(entry, log_folders, error);
                break;
        case FAIL2BAN_LIST_IGNORE_IP:
                text = check_ignore_entry(entry, error);
                break;
        case FAIL2BAN_LIST_FAILREGEX:
        case FAIL2BAN_LIST_IGNOREREGEX:
                text = check_regex(entry, error) ? g_strdup(entry) : NULL;
                break;
        }
        if (!text)
                return NULL;
        g_strv_builder_add(builder, text);
        if (list == FAIL2BAN_LIST_LOG_PATH)
                g_strv_builder_add(builder, from_tail ? "tail" : "head");
        return g_strv_builder_end(builder);
}

/* A log path for a jail that reads the journal, and the other way round, is taken without a word and forgotten. */
static gboolean list_check_added(Fail2banList list, char **now, const char *entry, GError **error) {
        if (list == FAIL2BAN_LIST_LOG_PATH && !g_strv_contains((const char *const *) now, entry)) {
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN,
                                    "the jail reads the journal and takes no log paths");
                return FALSE;
        }
        if (list == FAIL2BAN_LIST_JOURNAL_MATCH && !*now) {
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN,
                                    "the jail reads files and takes no journal matches");
                return FALSE;
        }
        return TRUE;
}

GStrv fail2ban_list_read(Fail2banClient *client, const char *jail, Fail2banList list, GError **error) {
        return fail2ban_check_jail_name(jail, error) ? list_ask(client, jail, list, error) : NULL;
}

gboolean fail2ban_ignore(Fail2banClient *client, const char *jail, const char *const *addresses, guint n,
                         GError **error) {
        g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
        g_auto(GStrv) words = NULL;
        g_auto(GStrv) now = NULL;

        if (!fail2ban_check_jail_name(jail, error))
                return FALSE;
        for (guint i = 0; i < n; i++) {
                g_autofree char *text = check_ignore_entry(addresses[i], error);

                if (!text)
                        return FALSE;
                g_strv_builder_add(builder, text);
        }
        words = g_strv_builder_end(builder);
        now = list_change(client, jail, FAIL2BAN_LIST_IGNORE_IP, "addignoreip", (const char *const *) words, error);
        return now != NULL;
}

gboolean fail2ban_list_add(Fail2banClient *client, const char *jail, Fail2banList list, const char *entry,
                           gboolean from_tail, const char *const *log_folders, GError **error) {
        g_auto(GStrv) words = NULL;
        g_auto(GStrv) now = NULL;

        if (!fail2ban_check_jail_name(jail, error))
                return FALSE;
        words = list_check(list, entry, from_tail, log_folders, error);
        if (!words)
                return FALSE;
        g_mutex_lock(&list_lock);
        now = list_change(client, jail, list, jail_lists[list].add, (const char *const *) words, error);
        g_mutex_unlock(&list_lock);
        return now && list_check_added(list, now, words[0], error);
}

/* An address is found in any way of writing it, a regular expression also by its index. */
static gboolean list_find(Fail2banList list, char **entries, const char *entry, guint *ret_index) {
        g_autofree char *canonical = list == FAIL2BAN_LIST_IGNORE_IP ? check_ignore_entry(entry, NULL) : NULL;
        guint n = g_strv_length(entries);
        guint64 index;

        for (guint i = 0; i < n; i++)
                if (g_str_equal(entries[i], entry) || (canonical && g_str_equal(entries[i], canonical))) {
                        *ret_index = i;
                        return TRUE;
                }
        if (!list_is_regex(list) || n == 0 || !g_ascii_string_to_unsigned(entry, 10, 0, n - 1, &index, NULL))
                return FALSE;
        *ret_index = (guint) index;
        return TRUE;
}

/* Looks the entry up and takes it away; called with the lock held. */
static gboolean list_take(Fail2banClient *client, const char *jail, Fail2banList list, const char *entry,
                          GError **error) {
        g_auto(GStrv) before = list_ask(client, jail, list, error);
        g_auto(GStrv) words = NULL;
        g_auto(GStrv) now = NULL;
        guint index;

        if (!before)
                return FALSE;
        if (!list_find(list, before, entry, &index)) {
                g_autofree char *quoted = text_quote(entry);

                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "the jail has no %s %s",
                            jail_lists[list].what, quoted);
                return FALSE;
        }
        if (list_is_regex(list)) {
                g_autofree char *digits = g_strdup_printf("%u", index);

                words = g_strsplit(digits, " ", 1);
        } else {
                words = g_strsplit(before[index], " ", list == FAIL2BAN_LIST_JOURNAL_MATCH ? -1 : 1);
        }

        now = list_change(client, jail, list, jail_lists[list].remove, (const char *const *) words, error);
        if (!now)
                return FALSE;
        if (g_strv_length(now) >= g_strv_length(before)) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "fail2ban kept the %s",
                            jail_lists[list].what);
                return FALSE;
        }
        return TRUE;
}

gboolean fail2ban_list_remove(Fail2banClient *client, const char *jail, Fail2banList list, const char *entry,
                              GError **error) {
        gboolean done;

        if (!fail2ban_check_jail_name(jail, error))
                return FALSE;
        g_mutex_lock(&list_lock);
        done = list_take(client, jail, list, entry, error);
        g_mutex_unlock(&list_lock);
        return done;
}
