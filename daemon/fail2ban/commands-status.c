/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which jails run, and their counters. */

#include "fail2ban/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "fail2ban/shape.h"

typedef struct JailCounters {
        char *jail;
        Fail2banCounters counters;
} JailCounters;

static void jail_counters_clear(gpointer data) {
        g_free(((JailCounters *) data)->jail);
}

static int jail_counters_compare(gconstpointer a, gconstpointer b) {
        return strcmp(((const JailCounters *) a)->jail, ((const JailCounters *) b)->jail);
}

static GArray *jail_counters_new(void) {
        GArray *all = g_array_new(FALSE, FALSE, sizeof(JailCounters));

        g_array_set_clear_func(all, jail_counters_clear);
        return all;
}

char *fail2ban_version(Fail2banClient *client, GError **error) {
        const Value *value = NULL;
        g_autoptr(ValueTree) tree = fail2ban_client_ask(client, FAIL2BAN_READ, &value, error, "version", NULL);
        char *version = tree ? shape_text(value, "`version`", error) : NULL;
        guint major, minor;

        /* to try an unknown command would leave an error in fail2ban's log */
        if (version && sscanf(version, "%u.%u", &major, &minor) == 2 && (major < 1 || (major == 1 && minor < 1)))
                fail2ban_client_set_lacking(client, FAIL2BAN_FEATURE_STATS);
        return version;
}

/* One (current, total) pair of `stats`. */
static gboolean status_parse_pair(const Value *pair, guint *ret_current, guint *ret_total, GError **error) {
        if (!shape_is_sequence(pair) || value_n_children(pair) != 2)
                return shape_fail(pair, "`stats`", "a pair of counters", error);
        return shape_count(value_child(pair, 0), "`stats`", ret_current, error) &&
               shape_count(value_child(pair, 1), "`stats`", ret_total, error);
}

/* {jail: [backend, (failed, total failed), (banned, total banned)]} */
static gboolean status_parse_stats(const Value *stats, GArray *all, GError **error) {
        if (value_type(stats) != VALUE_DICT)
                return shape_fail(stats, "`stats`", "a dictionary of jails", error);

        for (guint i = 0; i + 1 < value_n_children(stats); i += 2) {
                const Value *row = value_child(stats, i + 1);
                JailCounters entry = { 0 };

                if (!shape_is_sequence(row) || value_n_children(row) < 3)
                        return shape_fail(row, "`stats`", "a list of backend and two pairs", error);
                if (!status_parse_pair(value_child(row, 1), &entry.counters.currently_failed,
                                       &entry.counters.total_failed, error) ||
                    !status_parse_pair(value_child(row, 2), &entry.counters.currently_banned,
                                       &entry.counters.total_banned, error))
                        return FALSE;
                entry.jail = shape_text(value_child(stats, i), "`stats`", error);
                if (!entry.jail)
                        return FALSE;
                g_array_append_val(all, entry);
        }
        return TRUE;
}

/* NULL without an error: this server does not know `stats`. */
static GArray *status_ask_stats(Fail2banClient *client, GError **error) {
        g_autoptr(GError) failure = NULL;
        g_autoptr(GArray) all = jail_counters_new();
        g_autoptr(ValueTree) tree = NULL;
        const Value *value = NULL;

        if (fail2ban_client_lacks(client, FAIL2BAN_FEATURE_STATS))
                return NULL;
        tree = fail2ban_client_ask(client, FAIL2BAN_READ, &value, &failure, "stats", NULL);
        if (!tree) {
                if (g_error_matches(failure, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN))
                        fail2ban_client_set_lacking(client, FAIL2BAN_FEATURE_STATS);
                else
                        g_propagate_error(error, g_steal_pointer(&failure));
                return NULL;
        }
        if (!status_parse_stats(value, all, error))
                return NULL;
        g_array_sort(all, jail_counters_compare);
        return g_steal_pointer(&all);
}

static int status_compare_names(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

/* The keys of `banned`, a list of {jail: [addresses]}: exact names at the price of the full list. */
static GStrv status_ask_exact_names(Fail2banClient *client, GError **error) {
        const Value *value = NULL;
        g_autoptr(ValueTree) tree = fail2ban_client_ask(client, FAIL2BAN_READ, &value, error, "banned", NULL);
        g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
        GStrv names;

        if (!tree)
                return NULL;
        if (!shape_is_sequence(value)) {
                shape_fail(value, "`banned`", "a list of dictionaries", error);
                return NULL;
        }
        for (guint i = 0; i < value_n_children(value); i++) {
                const Value *jail = value_child(value, i);
                g_autofree char *name = NULL;

                if (value_type(jail) != VALUE_DICT || value_n_children(jail) != 2) {
                        shape_fail(jail, "`banned`", "a dictionary of one jail", error);
                        return NULL;
                }
                name = shape_text(value_child(jail, 0), "`banned`", error);
                if (!name)
                        return NULL;
                g_strv_builder_add(builder, name);
        }
        names = g_strv_builder_end(builder);
        qsort(names, g_strv_length(names), sizeof(char *), status_compare_names);
        return names;
}

GStrv fail2ban_jails(Fail2banClient *client, GError **error) {
        const Value *value = NULL;
        g_autoptr(ValueTree) tree = fail2ban_client_ask(client, FAIL2BAN_READ, &value, error, "status", NULL);
        g_autofree char *joined = NULL;
        g_auto(GStrv) names = NULL;
        guint n;

        if (!tree || !shape_count(shape_labelled(value, "Number of jail"), "`status`, Number of jail", &n, error))
                return NULL;
        joined = shape_text(shape_labelled(value, "Jail list"), "`status`, Jail list", error);
        if (!joined)
                return NULL;

        /* As many pieces as jails: no name holds the separator. */
        names = g_strsplit(joined, ", ", -1);
        if (g_strv_length(names) == n)
                return g_steal_pointer(&names);
        return status_ask_exact_names(client, error);
}

gboolean fail2ban_parse_counters(const Value *status, Fail2banCounters *ret, GError **error) {
        const Value *filter = shape_labelled(status, "Filter");
        const Value *actions = shape_labelled(status, "Actions");
        Fail2banCounters counters;

        if (!filter || !actions)
                return shape_fail(filter ? actions : filter, "a jail's status", "the pairs Filter and Actions", error);
        if (!shape_count(shape_labelled(filter, "Currently failed"), "a jail's status, Currently failed",
                         &counters.currently_failed, error) ||
            !shape_count(shape_labelled(filter, "Total failed"), "a jail's status, Total failed",
                         &counters.total_failed, error) ||
            !shape_count(shape_labelled(actions, "Currently banned"), "a jail's status, Currently banned",
                         &counters.currently_banned, error) ||
            !shape_count(shape_labelled(actions, "Total banned"), "a jail's status, Total banned",
                         &counters.total_banned, error))
                return FALSE;
        *ret = counters;
        return TRUE;
}

/* Any running jail has counters, also one whose name fail2ban_check_jail_name() would not let through. */
static gboolean status_ask_counters(Fail2banClient *client, const char *jail, Fail2banCounters *ret, GError **error) {
        const Value *value = NULL;
        g_autoptr(ValueTree) tree =
                fail2ban_client_ask(client, FAIL2BAN_READ, &value, error, "status", jail, "short", NULL);

        return tree && fail2ban_parse_counters(value, ret, error);
}

gboolean fail2ban_counters(Fail2banClient *client, const char *jail, Fail2banCounters *ret, GError **error) {
        return fail2ban_check_jail_name(jail, error) && status_ask_counters(client, jail, ret, error);
}

static GArray *status_ask_each(Fail2banClient *client, GError **error) {
        g_autoptr(GArray) all = jail_counters_new();
        g_auto(GStrv) jails = fail2ban_jails(client, error);

        if (!jails)
                return NULL;
        for (char **jail = jails; *jail; jail++) {
                g_autoptr(GError) failure = NULL;
                JailCounters entry = { 0 };

                if (status_ask_counters(client, *jail, &entry.counters, &failure)) {
                        entry.jail = g_strdup(*jail);
                        g_array_append_val(all, entry);
                } else if (!g_error_matches(failure, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND)) {
                        g_propagate_error(error, g_steal_pointer(&failure));
                        return NULL;
                }
        }
        return g_steal_pointer(&all);
}

gboolean fail2ban_all_counters(Fail2banClient *client, Fail2banCountersFunc each, gpointer userdata, GError **error) {
        g_autoptr(GError) failure = NULL;
        g_autoptr(GArray) all = status_ask_stats(client, &failure);

        if (!all && !failure)
                all = status_ask_each(client, &failure);
        if (!all) {
                g_propagate_error(error, g_steal_pointer(&failure));
                return FALSE;
        }
        for (guint i = 0; i < all->len; i++) {
                const JailCounters *entry = &g_array_index(all, JailCounters, i);

                each(entry->jail, &entry->counters, userdata);
        }
        return TRUE;
}
