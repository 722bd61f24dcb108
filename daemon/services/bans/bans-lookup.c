/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Looking up an address
 *
 * Where it is banned is told by the table; why, by fail2ban's database, whose newest event of the same jail and
 * time is the ban in force and whose others are earlier ones; by whom, by our own record. A database that cannot be
 * read takes away the why, not the rest.
 */

#include "core/error.h"
#include "core/log.h"
#include "fail2ban/database.h"
#include "services/bans/bans-private.h"

#define EVENTS_MAX 100
#define SAME_SECONDS 2 /* the table may have assumed a ban's begin a little off fail2ban's */

typedef struct Lookup {
        Bans *bans;
        const char *id;
        gboolean is_address;
        Address address;
        gint64 now;

        GPtrArray *events;  /* of Fail2banEvent, newest first; an entry is NULL once it was used for a ban in force */
        char *events_error; /* why there are none; NULL */
} Lookup;

static void lookup_clear(Lookup *self) {
        g_clear_pointer(&self->events, g_ptr_array_unref);
        g_free(self->events_error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Lookup, lookup_clear)

static void read_events(Lookup *self) {
        g_autofree char *file = model_database_file(self->bans->model);
        g_autoptr(GError) error = NULL;

        if (file)
                self->events = fail2ban_database_events(file, self->id, NULL, EVENTS_MAX, &error);
        if (self->events)
                return;

        self->events = g_ptr_array_new();
        self->events_error = g_strdup(error ? error->message : "fail2ban keeps no database");
}

/* The event that led to this ban is taken out of the list. The list's own copy is freed by the caller. */
static Fail2banEvent *take_event(Lookup *self, const Ban *ban) {
        for (guint i = 0; i < self->events->len; i++) {
                Fail2banEvent *event = self->events->pdata[i];

                if (g_str_equal(event->row.jail, ban->jail) &&
                    ABS(event->row.banned_at - ban->banned_at) <= SAME_SECONDS)
                        return g_ptr_array_steal_index(self->events, i);
        }
        return NULL;
}

static void add_evidence(GVariantBuilder *row, const Fail2banEvent *event) {
        g_variant_builder_add(row, "{sv}", "matches", g_variant_new_strv((const char *const *) event->matches, -1));
        g_variant_builder_add(row, "{sv}", "captured", event->captured);
}

static void add_no_evidence(GVariantBuilder *row) {
        g_variant_builder_add(row, "{sv}", "matches", g_variant_new_strv(NULL, 0));
        g_variant_builder_add(row, "{sv}", "captured", g_variant_new_array(G_VARIANT_TYPE("{ss}"), NULL, 0));
}

static void add_by_hand(const Lookup *self, GVariantBuilder *row, const Ban *ban) {
        g_autoptr(GError) error = NULL;
        ManualBan manual = { 0 };
        gboolean found = FALSE;

        if (!self->is_address)
                return;
        if (!manual_store_find(self->bans->manual, ban->jail, &self->address, ban->banned_at - SAME_SECONDS, &manual,
                               &found, &error)) {
                log_error(LOG_PRIORITY_WARNING, "lookup.by-hand", "who banned by hand could not be read", error);
                return;
        }
        if (!found)
                return;

        g_variant_builder_add(row, "{sv}", "banned_by", g_variant_new_int64(manual.uid));
        g_variant_builder_add(row, "{sv}", "reason", g_variant_new_string(manual.reason));
        manual_ban_clear(&manual);
}

static GVariant *ban_in_force(Lookup *self, const Ban *ban) {
        g_autoptr(GVariant) base = g_variant_ref_sink(ban_to_variant(ban, self->now));
        g_autoptr(Fail2banEvent) event = take_event(self, ban);
        GVariantBuilder row;
        GVariantIter entries;
        GVariant *entry;

        g_variant_builder_init(&row, G_VARIANT_TYPE_VARDICT);
        g_variant_iter_init(&entries, base);
        while ((entry = g_variant_iter_next_value(&entries))) {
                g_variant_builder_add_value(&row, entry);
                g_variant_unref(entry);
        }

        if (event)
                add_evidence(&row, event);
        else
                add_no_evidence(&row);
        add_by_hand(self, &row, ban);
        return g_variant_builder_end(&row);
}

static GVariant *bans_in_force(Lookup *self) {
        g_auto(GStrv) jails = model_jails(self->bans->model);
        GVariantBuilder rows;

        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; jails[i]; i++) {
                Ban ban;

                if (!ban_table_get(self->bans->table, jails[i], self->id, &ban))
                        continue;
                g_variant_builder_add_value(&rows, ban_in_force(self, &ban));
                ban_clear(&ban);
        }
        return g_variant_builder_end(&rows);
}

typedef struct Covering {
        const Lookup *lookup;
        GVariantBuilder rows;
} Covering;

static void add_covering(const Ban *ban, gpointer userdata) {
        Covering *covering = userdata;

        if (!address_equal(&ban->address, &covering->lookup->address))
                g_variant_builder_add_value(&covering->rows, ban_to_variant(ban, covering->lookup->now));
}

static GVariant *bans_covering(const Lookup *self) {
        Covering covering = { .lookup = self };
        BanQuery query = { .covering = &self->address, .sort = BAN_SORT_JAIL };

        g_variant_builder_init(&covering.rows, G_VARIANT_TYPE("aa{sv}"));
        if (self->is_address)
                (void) ban_table_query(self->bans->table, &query, add_covering, &covering, NULL, NULL, NULL);
        return g_variant_builder_end(&covering.rows);
}

static GVariant *earlier_bans(const Lookup *self) {
        GVariantBuilder rows;

        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; i < self->events->len; i++) {
                const Fail2banEvent *event = self->events->pdata[i];

                g_variant_builder_open(&rows, G_VARIANT_TYPE_VARDICT);
                g_variant_builder_add(&rows, "{sv}", "jail", g_variant_new_string(event->row.jail));
                g_variant_builder_add(&rows, "{sv}", "banned_at", g_variant_new_int64(event->row.banned_at));
                g_variant_builder_add(&rows, "{sv}", "bantime", g_variant_new_int64(event->row.bantime));
                g_variant_builder_add(&rows, "{sv}", "failures", g_variant_new_uint32(event->row.failures));
                g_variant_builder_add(&rows, "{sv}", "count", g_variant_new_uint32(event->row.count));
                add_evidence(&rows, event);
                g_variant_builder_close(&rows);
        }
        return g_variant_builder_end(&rows);
}

static GVariant *lookup_result(Lookup *self, GVariant *in_force) {
        GVariantBuilder result;

        g_variant_builder_init(&result, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&result, "{sv}", "address", g_variant_new_string(self->id));
        g_variant_builder_add(&result, "{sv}", "banned", g_variant_new_boolean(g_variant_n_children(in_force) > 0));
        g_variant_builder_add(&result, "{sv}", "bans", in_force);
        g_variant_builder_add(&result, "{sv}", "covered_by", bans_covering(self));
        g_variant_builder_add(&result, "{sv}", "earlier", earlier_bans(self));
        if (self->events_error)
                g_variant_builder_add(&result, "{sv}", "earlier_error", g_variant_new_string(self->events_error));
        return g_variant_builder_end(&result);
}

GVariant *bans_lookup(Bans *self, const char *text, gint64 now, GError **error) {
        g_auto(Lookup) lookup = { .bans = self, .id = text, .now = now };
        g_autoptr(GVariant) in_force = NULL;
        char buffer[ADDRESS_TEXT_MAX];

        lookup.is_address = address_try_parse(text, &lookup.address);
        if (lookup.is_address)
                lookup.id = address_format(&lookup.address, buffer);

        read_events(&lookup);
        in_force = g_variant_ref_sink(bans_in_force(&lookup));

        /* A text that is no address is an id only when somebody knows it. */
        if (!lookup.is_address && g_variant_n_children(in_force) == 0 && lookup.events->len == 0) {
                (void) address_parse(text, &lookup.address, error);
                return NULL;
        }
        return lookup_result(&lookup, in_force);
}
