/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Showing the allow list, ours and the administrator's
 *
 * What fail2ban ignores is known from the model, so nothing here waits for fail2ban. Which of it is ours, our marks
 * say.
 */

#include <string.h>

#include "core/error.h"
#include "fail2ban/check.h"
#include "services/allow/allow-private.h"

static const char *const kind_names[] = { "address", "network", "name" };

/* What one running jail ignores, as the model knows it. */
typedef struct Listing {
        char *jail;
        GHashTable *texts; /* canonical */
} Listing;

static void listing_free(gpointer data) {
        Listing *self = data;

        g_hash_table_unref(self->texts);
        g_free(self->jail);
        g_free(self);
}

GHashTable *allow_ignored(Model *model, const char *jail) {
        GHashTable *texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_autoptr(GVariant) properties = model_jail(model, jail);
        g_autofree const char **entries = NULL;

        if (!properties || !g_variant_lookup(properties, "IgnoreAddresses", "^a&s", &entries))
                return texts;
        for (guint i = 0; entries[i]; i++) {
                char *text = check_ignore_entry(entries[i], NULL);

                g_hash_table_add(texts, text ? text : g_strdup(entries[i]));
        }
        return texts;
}

static GPtrArray *read_listings(Model *model) {
        GPtrArray *listings = g_ptr_array_new_with_free_func(listing_free);
        g_auto(GStrv) jails = model_jails(model);

        for (guint i = 0; jails[i]; i++) {
                Listing *listing = g_new0(Listing, 1);

                listing->jail = g_strdup(jails[i]);
                listing->texts = allow_ignored(model, jails[i]);
                g_ptr_array_add(listings, listing);
        }
        return listings;
}

static void add(GVariantBuilder *row, const char *key, GVariant *value) {
        g_variant_builder_add(row, "{sv}", key, value);
}

static GVariant *text_list(const char *const *texts) {
        return g_variant_new_strv(texts ? texts : (const char *const[]) { NULL }, -1);
}

/* Whether all that the entry stands for is in a list. A name that was not found stands for nothing. */
static gboolean is_listed(const AllowEntry *entry, const Listing *listing) {
        if (allow_kind(entry->entry) != ALLOW_NAME)
                return g_hash_table_contains(listing->texts, entry->entry);
        for (guint i = 0; entry->addresses[i]; i++)
                if (!g_hash_table_contains(listing->texts, entry->addresses[i]))
                        return FALSE;
        return entry->addresses[0] != NULL;
}

static void add_force(GVariantBuilder *row, const AllowEntry *entry, const GPtrArray *listings, gint64 now) {
        g_autoptr(GStrvBuilder) in_force = g_strv_builder_new();
        g_autoptr(GStrvBuilder) waiting = g_strv_builder_new();
        g_auto(GStrv) listed = NULL;
        g_auto(GStrv) lacking = NULL;

        for (guint i = 0; i < listings->len; i++) {
                const Listing *listing = listings->pdata[i];

                if (allow_entry_counts(entry, listing->jail, now))
                        g_strv_builder_add(is_listed(entry, listing) ? in_force : waiting, listing->jail);
        }
        listed = g_strv_builder_end(in_force);
        lacking = g_strv_builder_end(waiting);
        add(row, "in_force", text_list((const char *const *) listed));
        add(row, "waiting", text_list((const char *const *) lacking));
}

static GVariant *our_row(Allow *self, const AllowEntry *entry, const GPtrArray *listings, gint64 now) {
        const char *problem = g_hash_table_lookup(self->problems, entry->entry);
        GVariantBuilder row;

        g_variant_builder_init(&row, G_VARIANT_TYPE_VARDICT);
        add(&row, "entry", g_variant_new_string(entry->entry));
        add(&row, "origin", g_variant_new_string("bangui"));
        add(&row, "kind", g_variant_new_string(kind_names[allow_kind(entry->entry)]));
        add(&row, "jails", text_list((const char *const *) entry->jails));
        add_force(&row, entry, listings, now);
        add(&row, "note", g_variant_new_string(entry->note));
        add(&row, "uid", g_variant_new_int64(entry->uid));
        add(&row, "author", g_variant_new_string(entry->author));
        add(&row, "created_at", g_variant_new_int64(entry->created_at));
        add(&row, "expires_at", g_variant_new_int64(entry->expires_at));
        add(&row, "addresses", text_list((const char *const *) entry->addresses));
        add(&row, "resolved_at", g_variant_new_int64(entry->resolved_at));
        add(&row, "problem", g_variant_new_string(problem ? problem : ""));
        return g_variant_builder_end(&row);
}

GVariant *allow_row(Allow *self, const AllowEntry *entry, gint64 now) {
        g_autoptr(GPtrArray) listings = read_listings(self->parts.model);

        return g_variant_ref_sink(our_row(self, entry, listings, now));
}

/* A row to be, of ours or of fail2ban's. */
typedef struct Item {
        const char *text;
        const AllowEntry *entry; /* NULL: fail2ban's */
        GPtrArray *jails;        /* fail2ban's: names of those that ignore it */
        gboolean is_name;
        Address address;
} Item;

static void item_free(gpointer data) {
        Item *self = data;

        g_clear_pointer(&self->jails, g_ptr_array_unref);
        g_free(self);
}

static Item *item_new(const char *text, const AllowEntry *entry) {
        Item *item = g_new0(Item, 1);

        item->text = text;
        item->entry = entry;
        item->is_name = !address_try_parse(text, &item->address);
        return item;
}

static int compare_items(const Item *a, const Item *b) {
        if (!a->entry != !b->entry)
                return a->entry ? -1 : 1;
        if (a->is_name != b->is_name)
                return a->is_name ? 1 : -1;
        return a->is_name ? strcmp(a->text, b->text) : address_compare(&a->address, &b->address);
}

static gint compare_pointers(gconstpointer a, gconstpointer b) {
        return compare_items(*(const Item *const *) a, *(const Item *const *) b);
}

static GVariant *item_row(Allow *self, const Item *item, const GPtrArray *listings, gint64 now) {
        GVariantBuilder row;

        if (item->entry)
                return our_row(self, item->entry, listings, now);
        g_variant_builder_init(&row, G_VARIANT_TYPE_VARDICT);
        add(&row, "entry", g_variant_new_string(item->text));
        add(&row, "origin", g_variant_new_string("fail2ban"));
        add(&row, "kind", g_variant_new_string(kind_names[allow_kind(item->text)]));
        add(&row, "jails", g_variant_new_strv((const char *const *) item->jails->pdata, item->jails->len));
        add(&row, "in_force", g_variant_new_strv((const char *const *) item->jails->pdata, item->jails->len));
        add(&row, "waiting", text_list(NULL));
        return g_variant_builder_end(&row);
}

/* The texts of a jail's list that we put there. */
static GHashTable *our_texts(Allow *self, const char *jail, GError **error) {
        g_autoptr(GPtrArray) marks = allow_store_marks(self->parts.store, jail, error);
        GHashTable *texts;

        if (!marks)
                return NULL;
        texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        for (guint i = 0; i < marks->len; i++) {
                const AllowMark *mark = marks->pdata[i];

                if (mark->ours)
                        g_hash_table_add(texts, g_strdup(mark->text));
        }
        return texts;
}

static gboolean add_theirs(Allow *self, const Listing *listing, GHashTable *by_text, GPtrArray *items, GError **error) {
        g_autoptr(GHashTable) ours = our_texts(self, listing->jail, error);
        GHashTableIter iter;
        gpointer text;

        if (!ours)
                return FALSE;
        g_hash_table_iter_init(&iter, listing->texts);
        while (g_hash_table_iter_next(&iter, &text, NULL)) {
                Item *item = g_hash_table_lookup(by_text, text);

                if (g_hash_table_contains(ours, text))
                        continue;
                if (!item) {
                        item = item_new(text, NULL);
                        item->jails = g_ptr_array_new();
                        g_hash_table_insert(by_text, text, item);
                        g_ptr_array_add(items, item);
                }
                g_ptr_array_add(item->jails, listing->jail);
        }
        return TRUE;
}

/* With the lock held. All rows in their order; they borrow from entries and listings. */
static GPtrArray *collect(Allow *self, const GPtrArray *listings, gint64 now, GError **error) {
        g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(item_free);
        g_autoptr(GHashTable) by_text = g_hash_table_new(g_str_hash, g_str_equal);

        for (guint i = 0; i < self->entries->len; i++) {
                const AllowEntry *entry = self->entries->pdata[i];

                if (allow_entry_counts(entry, NULL, now))
                        g_ptr_array_add(items, item_new(entry->entry, entry));
        }
        for (guint i = 0; i < listings->len; i++)
                if (!add_theirs(self, listings->pdata[i], by_text, items, error))
                        return NULL;
        g_ptr_array_sort(items, compare_pointers);
        return g_steal_pointer(&items);
}

/* Pages */

static gboolean holds(const char *text, const char *part) {
        g_autofree char *lower = g_utf8_strdown(text, -1);
        g_autofree char *lower_part = g_utf8_strdown(part, -1);

        return strstr(lower, lower_part) != NULL;
}

static gboolean counts_in(const Item *item, const char *jail, gint64 now) {
        if (item->entry)
                return allow_entry_counts(item->entry, jail, now);
        for (guint i = 0; i < item->jails->len; i++)
                if (g_str_equal(item->jails->pdata[i], jail))
                        return TRUE;
        return FALSE;
}

static gboolean matches(const Item *item, const AllowQuery *query) {
        if (query->origin && g_str_equal(query->origin, "bangui") != (item->entry != NULL))
                return FALSE;
        if (query->jail && !counts_in(item, query->jail, query->now))
                return FALSE;
        return !query->search || holds(item->text, query->search) ||
               (item->entry && holds(item->entry->note, query->search));
}

/* "bangui:ENTRY" or "fail2ban:ENTRY": the last row that was shown. */
static gboolean read_cursor(const char *cursor, Item *ret, GError **error) {
        static const AllowEntry any_of_ours;
        gboolean ours = g_str_has_prefix(cursor, "bangui:");

        if (!ours && !g_str_has_prefix(cursor, "fail2ban:")) {
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                                    "the cursor is none that a page of the allow list gave");
                return FALSE;
        }
        *ret = (Item) { .text = strchr(cursor, ':') + 1, .entry = ours ? &any_of_ours : NULL };
        ret->is_name = !address_try_parse(ret->text, &ret->address);
        return TRUE;
}

static char *cursor_of(const Item *last) {
        return g_strconcat(last->entry ? "bangui:" : "fail2ban:", last->text, NULL);
}

static GVariant *page(Allow *self, const AllowQuery *query, const Item *after, const GPtrArray *items,
                      const GPtrArray *listings, char **ret_cursor, guint *ret_total) {
        const Item *last = NULL;
        guint shown = 0, left = 0, total = 0;
        GVariantBuilder rows;

        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; i < items->len; i++) {
                const Item *item = items->pdata[i];

                if (!matches(item, query))
                        continue;
                total++;
                if (after && compare_items(item, after) <= 0)
                        continue;
                if (shown == query->limit) {
                        left++;
                        continue;
                }
                g_variant_builder_add_value(&rows, item_row(self, item, listings, query->now));
                last = item;
                shown++;
        }
        if (ret_cursor)
                *ret_cursor = last && left > 0 ? cursor_of(last) : g_strdup("");
        if (ret_total)
                *ret_total = total;
        return g_variant_ref_sink(g_variant_builder_end(&rows));
}

static gboolean check_query(const AllowQuery *query, GError **error) {
        if (!query->origin || g_str_equal(query->origin, "bangui") || g_str_equal(query->origin, "fail2ban"))
                return TRUE;
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "option origin: \"%s\" is neither bangui nor fail2ban", query->origin);
        return FALSE;
}

GVariant *allow_list(Allow *self, const AllowQuery *query, char **ret_cursor, guint *ret_total, GError **error) {
        g_autoptr(GMutexLocker) locker = NULL;
        g_autoptr(GPtrArray) listings = NULL;
        g_autoptr(GPtrArray) items = NULL;
        gboolean started = query->cursor && *query->cursor;
        Item after;

        if (!check_query(query, error) || (started && !read_cursor(query->cursor, &after, error)))
                return NULL;
        locker = g_mutex_locker_new(&self->lock);
        listings = read_listings(self->parts.model);
        items = collect(self, listings, query->now, error);
        return items ? page(self, query, started ? &after : NULL, items, listings, ret_cursor, ret_total) : NULL;
}

/* One address */

static gboolean text_covers(const char *text, const Address *address) {
        Address own;

        return address_try_parse(text, &own) && address_contains(&own, address);
}

static gboolean covers(const Item *item, const Address *address) {
        if (!item->is_name)
                return address_contains(&item->address, address);
        for (guint i = 0; item->entry && item->entry->addresses[i]; i++)
                if (text_covers(item->entry->addresses[i], address))
                        return TRUE;
        return FALSE;
}

/* Jails that run and in which something of `items` covers it are put into `jails`, when that is not NULL. */
static GVariant *covering_rows(Allow *self, const Address *address, const GPtrArray *items, const GPtrArray *listings,
                               GStrvBuilder *jails, gint64 now) {
        g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
        GVariantBuilder rows;

        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; i < items->len; i++) {
                const Item *item = items->pdata[i];

                if (!covers(item, address))
                        continue;
                g_variant_builder_add_value(&rows, item_row(self, item, listings, now));
                for (guint j = 0; jails && j < listings->len; j++) {
                        const Listing *listing = listings->pdata[j];

                        if (counts_in(item, listing->jail, now) && g_hash_table_add(seen, listing->jail))
                                g_strv_builder_add(jails, listing->jail);
                }
        }
        return g_variant_builder_end(&rows);
}

GVariant *allow_covering(Allow *self, const Address *address, gint64 now) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        g_autoptr(GPtrArray) listings = read_listings(self->parts.model);
        g_autoptr(GPtrArray) items = collect(self, listings, now, NULL);

        return items ? covering_rows(self, address, items, listings, NULL, now)
                     : g_variant_new_array(G_VARIANT_TYPE_VARDICT, NULL, 0);
}

GVariant *allow_check(Allow *self, const char *text, gint64 now, GError **error) {
        g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
        g_autoptr(GMutexLocker) locker = NULL;
        g_autoptr(GPtrArray) listings = NULL;
        g_autoptr(GPtrArray) items = NULL;
        g_auto(GStrv) jails = NULL;
        char buffer[ADDRESS_TEXT_MAX];
        GVariantBuilder result;
        GVariant *rows;
        Address address;

        if (!address_parse(text, &address, error))
                return NULL;
        locker = g_mutex_locker_new(&self->lock);
        listings = read_listings(self->parts.model);
        items = collect(self, listings, now, error);
        if (!items)
                return NULL;
        rows = covering_rows(self, &address, items, listings, builder, now);
        jails = g_strv_builder_end(builder);

        g_variant_builder_init(&result, G_VARIANT_TYPE_VARDICT);
        add(&result, "address", g_variant_new_string(address_format(&address, buffer)));
        add(&result, "allowed", g_variant_new_boolean(g_variant_n_children(rows) > 0));
        add(&result, "jails", text_list((const char *const *) jails));
        add(&result, "entries", rows);
        return g_variant_ref_sink(g_variant_builder_end(&result));
}
