/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Earlier bans: what fail2ban's database still has, and what only the archive knows
 *
 * The database has what was captured besides the lines, but forgets after a day and with each unban; the archive
 * forgets nothing, but may be a moment behind.
 */

#include "services/explain/explain-private.h"

#define PAST_MAX 100
#define SAME_SECONDS 2 /* two witnesses of one ban may differ by so much */

static gint64 banned_at(GVariant *row) {
        gint64 at = 0;

        (void) g_variant_lookup(row, "banned_at", "x", &at);
        return at;
}

static gboolean is_same(GVariant *a, GVariant *b) {
        const char *first = "", *second = "";

        (void) g_variant_lookup(a, "jail", "&s", &first);
        (void) g_variant_lookup(b, "jail", "&s", &second);
        return g_str_equal(first, second) && ABS(banned_at(a) - banned_at(b)) <= SAME_SECONDS;
}

static gboolean has_row(GVariant *rows, GVariant *row) {
        for (gsize i = 0; i < g_variant_n_children(rows); i++) {
                g_autoptr(GVariant) other = g_variant_get_child_value(rows, i);

                if (is_same(other, row))
                        return TRUE;
        }
        return FALSE;
}

/* The keys that a look-up gives, and where the ban came from. */
static GVariant *as_earlier(GVariant *row) {
        static const char *const keys[] = { "jail", "banned_at", "bantime", "failures", "count", "matches", "origin" };
        GVariantBuilder earlier;

        g_variant_builder_init(&earlier, G_VARIANT_TYPE_VARDICT);
        for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
                g_autoptr(GVariant) value = g_variant_lookup_value(row, keys[i], NULL);

                if (value)
                        g_variant_builder_add(&earlier, "{sv}", keys[i], value);
        }
        g_variant_builder_add(&earlier, "{sv}", "captured", g_variant_new_array(G_VARIANT_TYPE("{ss}"), NULL, 0));
        return g_variant_ref_sink(g_variant_builder_end(&earlier));
}

static GVariant *read_archive(Explanation *self, GError **error) {
        const HistoryQuery query = {
                .filter = { .window.until = G_MAXINT64,
                            .by_address = self->is_address,
                            .within = self->address,
                            .text = self->is_address ? NULL : self->who },
                .exact = TRUE,
                .bans = TRUE,
                .limit = PAST_MAX,
                .data = TRUE,
                .now = self->now,
        };
        g_autofree char *cursor = NULL;
        g_autoptr(Rows) rows = history_list(self->explain->parts.history, &query, &cursor, NULL, error);

        return rows ? g_variant_ref_sink(rows_to_variant(rows)) : NULL;
}

static gint newest_first(gconstpointer a, gconstpointer b) {
        gint64 first = banned_at(*(GVariant *const *) a), second = banned_at(*(GVariant *const *) b);

        return first < second ? 1 : first > second ? -1 : 0;
}

static GVariant *merge(GVariant *database, GVariant *archive, GVariant *in_force) {
        g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify) g_variant_unref);

        for (gsize i = 0; i < g_variant_n_children(database); i++)
                g_ptr_array_add(rows, g_variant_get_child_value(database, i));
        for (gsize i = 0; i < g_variant_n_children(archive); i++) {
                g_autoptr(GVariant) row = g_variant_get_child_value(archive, i);

                if (!has_row(database, row) && !has_row(in_force, row))
                        g_ptr_array_add(rows, as_earlier(row));
        }
        g_ptr_array_sort(rows, newest_first);
        return g_variant_ref_sink(
                g_variant_new_array(G_VARIANT_TYPE_VARDICT, (GVariant *const *) rows->pdata, MIN(rows->len, PAST_MAX)));
}

GVariant *explain_past(Explanation *self, GVariant *database, GVariant *in_force) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) archive = NULL;

        if (!self->explain->parts.history)
                return g_variant_ref(database);
        archive = read_archive(self, &error);
        if (archive)
                return merge(database, archive, in_force);
        explain_add_problem(self, "the archive", error->message);
        return g_variant_ref(database);
}
