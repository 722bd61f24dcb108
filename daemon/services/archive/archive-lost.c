/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/archive/archive-lost.h"

#define RUNS 2
#define BATCH 10000
#define WATCHED_MAX 1000 /* more than that: all is looked at */

/* A ban that the database told of and the ban table does not have. */
typedef struct Watched {
        char *jail;
        char *id;
        gint64 banned_at, bantime;
        gboolean missing; /* in the last run as well */
} Watched;

struct ArchiveLost {
        Archive *archive;
        Model *model;
        BanTable *table;
        guint runs;
        GHashTable *suspects; /* ids of bans, as gint64 * */
        GArray *watched;      /* of Watched */
};

static void watched_clear(gpointer data) {
        Watched *self = data;

        g_free(self->jail);
        g_free(self->id);
}

ArchiveLost *archive_lost_new(Archive *archive, Model *model, BanTable *table) {
        ArchiveLost *self = g_new0(ArchiveLost, 1);

        self->archive = archive;
        self->model = model;
        self->table = table;
        self->suspects = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
        self->watched = g_array_new(FALSE, FALSE, sizeof(Watched));
        g_array_set_clear_func(self->watched, watched_clear);
        return self;
}

void archive_lost_free(ArchiveLost *self) {
        if (!self)
                return;

        g_array_unref(self->watched);
        g_hash_table_unref(self->suspects);
        g_free(self);
}

/* One look over what the archive has. */
typedef struct Look {
        ArchiveLost *lost;
        gint64 now;
        GHashTable *jails; /* number + 1 -> whether our table has its bans as fail2ban counts them */
        GHashTable *missing;
        GArray *events; /* of ArchiveEvent */
        GStringChunk *texts;
} Look;

static void look_clear(Look *self) {
        g_clear_pointer(&self->jails, g_hash_table_unref);
        g_clear_pointer(&self->missing, g_hash_table_unref);
        g_clear_pointer(&self->events, g_array_unref);
        g_clear_pointer(&self->texts, g_string_chunk_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Look, look_clear)

/* FALSE when the jail does not run. */
static gboolean read_counter(Model *model, const char *jail, guint32 *ret) {
        g_autoptr(GVariant) properties = model_jail(model, jail);

        if (!properties)
                return FALSE;
        return g_variant_lookup(properties, "CurrentlyBanned", "u", ret);
}

static gboolean is_certain(Look *self, guint jail, const char *name) {
        gpointer key = GUINT_TO_POINTER(jail + 1), known;
        guint32 counter;
        gboolean certain;

        if (g_hash_table_lookup_extended(self->jails, key, NULL, &known))
                return GPOINTER_TO_INT(known);
        certain =
                read_counter(self->lost->model, name, &counter) && counter == ban_table_count(self->lost->table, name);
        g_hash_table_insert(self->jails, key, GINT_TO_POINTER(certain));
        return certain;
}

static void add_end(Look *self, const ArchiveBan *ban, const char *jail) {
        const ArchiveEvent event = {
                .kind = ARCHIVE_EVENT_UNBAN,
                .jail = jail,
                .text = ban->text ? g_string_chunk_insert(self->texts, ban->text) : NULL,
                .address = ban->address,
                .at = self->now,
                .banned_at = ban->banned_at,
                .bantime = ban->bantime,
                .cause = ARCHIVE_CAUSE_LOST,
                .uid = -1,
        };

        g_array_append_val(self->events, event);
}

static void look_at(Look *self, const ArchiveBan *ban) {
        const char *jail = archive_store_jail_name(archive_store(self->lost->archive), ban->jail);
        char buffer[ADDRESS_TEXT_MAX];
        const char *id = ban->text ? ban->text : address_format(&ban->address, buffer);

        if (!is_certain(self, ban->jail, jail) || ban_table_has(self->lost->table, jail, id))
                return;
        if (g_hash_table_contains(self->lost->suspects, &ban->id))
                add_end(self, ban, jail);
        else
                g_hash_table_add(self->missing, g_memdup2(&ban->id, sizeof(ban->id)));
}

static gboolean look_at_all(const ArchiveBan *bans, guint n, gpointer userdata) {
        for (guint i = 0; i < n; i++)
                look_at(userdata, &bans[i]);
        return TRUE;
}

static gboolean end_lost(Look *self, GError **error) {
        for (guint from = 0; from < self->events->len; from += BATCH) {
                const ArchiveAdd add = {
                        .source = ARCHIVE_SOURCE_LIVE,
                        .events = &g_array_index(self->events, ArchiveEvent, from),
                        .n = MIN(self->events->len - from, BATCH),
                };
                ArchiveTally tally = { 0 };

                if (!archive_add(self->lost->archive, &add, &tally, error))
                        return FALSE;
        }
        return TRUE;
}

/* What is watched */

static gboolean is_over(gint64 banned_at, gint64 bantime, gint64 now) {
        return bantime != -1 && banned_at + bantime <= now;
}

static void watch(ArchiveLost *self, const ArchiveEvent *event) {
        char buffer[ADDRESS_TEXT_MAX];
        const char *id = event->text ? event->text : address_format(&event->address, buffer);
        Watched watched = { .banned_at = event->at, .bantime = event->bantime };

        if (ban_table_has(self->table, event->jail, id))
                return;
        watched.jail = g_strdup(event->jail);
        watched.id = g_strdup(id);
        g_array_append_val(self->watched, watched);
}

void archive_lost_watch(ArchiveLost *self, const ArchiveEvent *events, guint n, gint64 now) {
        if (self->runs == 0)
                return;
        for (guint i = 0; i < n; i++)
                if (!is_over(events[i].at, events[i].bantime, now))
                        watch(self, &events[i]);
        if (self->watched->len <= WATCHED_MAX)
                return;
        g_array_set_size(self->watched, 0);
        self->runs = 0;
}

static void end_watched(Look *look, const Watched *watched) {
        ArchiveBan ban = { .banned_at = watched->banned_at, .bantime = watched->bantime };

        if (!address_try_parse(watched->id, &ban.address))
                ban.text = watched->id;
        add_end(look, &ban, g_string_chunk_insert_const(look->texts, watched->jail));
}

/* TRUE: it is settled. */
static gboolean settle(Look *look, Watched *watched) {
        guint jail = archive_store_jail_number(archive_store(look->lost->archive), watched->jail);

        if (is_over(watched->banned_at, watched->bantime, look->now) ||
            ban_table_has(look->lost->table, watched->jail, watched->id))
                return TRUE;
        if (!is_certain(look, jail, watched->jail)) {
                watched->missing = FALSE;
                return FALSE;
        }
        if (!watched->missing) {
                watched->missing = TRUE;
                return FALSE;
        }
        end_watched(look, watched);
        return TRUE;
}

static void look_at_watched(Look *look) {
        GArray *watched = look->lost->watched;

        for (guint i = watched->len; i > 0; i--)
                if (settle(look, &g_array_index(watched, Watched, i - 1)))
                        g_array_remove_index_fast(watched, i - 1);
}

/* all: the whole archive. Ends that cannot be written are found again by looking at all. */
static gboolean look_once(ArchiveLost *self, gboolean all, gint64 now, GError **error) {
        g_auto(Look) look = {
                .lost = self,
                .now = now,
                .jails = g_hash_table_new(NULL, NULL),
                .missing = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
                .events = g_array_new(FALSE, FALSE, sizeof(ArchiveEvent)),
                .texts = g_string_chunk_new(1024),
        };

        if (all && !archive_store_running(archive_store(self->archive), now, look_at_all, &look, error))
                return FALSE;
        look_at_watched(&look);
        if (!end_lost(&look, error)) {
                self->runs = 0;
                return FALSE;
        }
        if (!all)
                return TRUE;
        g_hash_table_unref(self->suspects);
        self->suspects = g_steal_pointer(&look.missing);
        return TRUE;
}

gboolean archive_lost_run(ArchiveLost *self, gint64 now, GError **error) {
        gboolean all = self->runs < RUNS;

        if (!model_is_online(self->model)) {
                self->runs = 0;
                g_hash_table_remove_all(self->suspects);
                g_array_set_size(self->watched, 0);
                return TRUE;
        }
        if (!all && self->watched->len == 0)
                return TRUE;
        if (!look_once(self, all, now, error))
                return FALSE;
        if (all && ++self->runs == RUNS)
                g_hash_table_remove_all(self->suspects);
        return TRUE;
}
