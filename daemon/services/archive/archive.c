/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The archive: one order for all who write
 *
 * `order` is held from before a transaction until the listener was told of it, so changes are told in the order in
 * which they stand in the database, and a scan that takes its snapshot under it knows which changes it holds. Readers
 * never take it. `lock` guards the numbers that are shown.
 */

#include "services/archive/archive.h"

#include "core/error.h"

#define PURGE_FIRST 200
#define PURGE_MIN 20
#define PURGE_MAX 5000
#define PURGE_LONG_US (10 * 1000) /* a step that took longer is followed by a smaller one */
#define PURGE_SHORT_US (4 * 1000)
#define PLACE_STEP 2000
#define TELL_SYNCED_S 300 /* how old SyncedAt may be when nothing else changes */

struct Archive {
        ArchiveStore *store;
        Geo *geo;
        const Settings *settings;
        ArchiveListener listener;
        EventSink sink;
        ArchiveHands *hands;

        GMutex order;
        guint purge_limit;
        gint64 manual_after;
        gint64 told_synced_at;

        GMutex lock;
        ArchiveExtent extent;
        gboolean counted;
        gint64 synced_at;
};

Archive *archive_new(ArchiveStore *store, Geo *geo, const Settings *settings) {
        Archive *self = g_new0(Archive, 1);

        self->store = store;
        self->geo = geo;
        self->settings = settings;
        self->purge_limit = PURGE_FIRST;
        self->hands = archive_hands_new();
        g_mutex_init(&self->order);
        g_mutex_init(&self->lock);
        return self;
}

void archive_free(Archive *self) {
        if (!self)
                return;

        g_mutex_clear(&self->lock);
        g_mutex_clear(&self->order);
        archive_hands_free(self->hands);
        g_free(self);
}

ArchiveStore *archive_store(Archive *self) {
        return self->store;
}

ArchiveHands *archive_hands(Archive *self) {
        return self->hands;
}

void archive_set_listener(Archive *self, const ArchiveListener *listener) {
        self->listener = *listener;
}

void archive_set_sink(Archive *self, const EventSink *sink) {
        self->sink = *sink;
}

/* What is shown */

GVariant *archive_state(Archive *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        GVariantBuilder builder;

        g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&builder, "{sv}", "Bans", g_variant_new_uint64(self->counted ? self->extent.bans : 0));
        g_variant_builder_add(&builder, "{sv}", "OldestAt", g_variant_new_int64(self->extent.oldest_at));
        g_variant_builder_add(&builder, "{sv}", "NewestAt", g_variant_new_int64(self->extent.newest_at));
        g_variant_builder_add(&builder, "{sv}", "SyncedAt", g_variant_new_int64(self->synced_at));
        return g_variant_builder_end(&builder);
}

static void tell_state(Archive *self) {
        g_autoptr(GVariant) state = NULL;

        if (!self->sink.func)
                return;
        state = g_variant_ref_sink(archive_state(self));
        event_emit(&self->sink, EVENT_HISTORY, NULL, NULL, state);
        self->told_synced_at = self->synced_at;
}

/* The bans are others now: n_new more of them; the times are looked up when they cannot be derived. */
static void bans_changed(Archive *self, gint64 n_new, const ArchiveExtent *times) {
        g_mutex_lock(&self->lock);
        self->extent.bans = (guint64) MAX((gint64) self->extent.bans + n_new, 0);
        self->extent.oldest_at = times->oldest_at;
        self->extent.newest_at = times->newest_at;
        g_mutex_unlock(&self->lock);
        tell_state(self);
}

/* Times that cannot be read stay as they were: the change itself is done. */
static void look_at_times(Archive *self, gint64 n_new) {
        ArchiveExtent times = self->extent;

        (void) archive_store_extent(self->store, FALSE, &times, NULL);
        bans_changed(self, n_new, &times);
}

gboolean archive_count(Archive *self, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->order);
        ArchiveExtent extent;

        if (!archive_store_extent(self->store, TRUE, &extent, error))
                return FALSE;
        g_mutex_lock(&self->lock);
        self->extent = extent;
        self->counted = TRUE;
        g_mutex_unlock(&self->lock);
        tell_state(self);
        return TRUE;
}

void archive_set_synced(Archive *self, gint64 now) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->order);

        g_mutex_lock(&self->lock);
        self->synced_at = now;
        g_mutex_unlock(&self->lock);
        if (ABS(now - self->told_synced_at) >= TELL_SYNCED_S)
                tell_state(self);
}

/* Adding */

static void find_place(const Address *address, CountryCode *country, guint32 *network, gpointer userdata) {
        const Archive *self = userdata;
        GeoPlace place = { 0 };

        if (self->geo && geo_find(self->geo, address, &place)) {
                *country = place.country;
                *network = place.network;
        }
}

static void tell_added(Archive *self, const GArray *added, gboolean moved) {
        const ArchiveBan *bans = (const ArchiveBan *) (gconstpointer) added->data;
        ArchiveExtent times = self->extent;

        if (added->len > 0) {
                times.oldest_at = times.oldest_at == 0 ? bans[0].banned_at : MIN(times.oldest_at, bans[0].banned_at);
                times.newest_at = MAX(times.newest_at, bans[added->len - 1].banned_at);
                if (self->listener.added)
                        self->listener.added(bans, added->len, self->listener.userdata);
        }
        if (moved && self->listener.changed)
                self->listener.changed(self->listener.userdata);
        if (moved)
                look_at_times(self, added->len);
        else if (added->len > 0)
                bans_changed(self, added->len, &times);
}

static char *blocklist_jail(const Archive *self) {
        return self->settings ? settings_dup_text(self->settings, SETTING_BLOCKLIST_JAIL)
                              : g_strdup("bangui-blocklist");
}

static void add_tally(ArchiveTally *self, const ArchiveTally *more) {
        self->bans += more->bans;
        self->unbans += more->unbans;
        self->changed += more->changed;
        self->known += more->known;
        self->refused += more->refused;
}

gboolean archive_add(Archive *self, const ArchiveAdd *add, ArchiveTally *tally, GError **error) {
        g_autofree char *jail = blocklist_jail(self);
        g_autoptr(GArray) added = NULL;
        ArchiveBatch batch = {
                .source = add->source,
                .events = add->events,
                .n = add->n,
                .blocklist_jail = jail,
                .position = add->position,
                .now = g_get_real_time() / G_USEC_PER_SEC,
                .dry_run = add->dry_run,
        };
        ArchiveTally result = { 0 };
        gboolean moved, done;

        for (guint i = 0; i < add->n; i++)
                if (!add->events[i].text)
                        find_place(&add->events[i].address, &add->events[i].country, &add->events[i].network, self);
        archive_hands_mark(self->hands, add->events, add->n);

        g_mutex_lock(&self->order);
        done = archive_store_add(self->store, &batch, &result, &added, &moved, error);
        if (done && !add->dry_run)
                tell_added(self, added, moved);
        g_mutex_unlock(&self->order);
        add_tally(tally, &result);
        return done;
}

void archive_trim(Archive *self) {
        archive_store_trim(self->store);
}

gboolean archive_mark_manual(Archive *self, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->order);
        guint changed;

        if (!archive_store_mark_manual(self->store, &self->manual_after, g_get_real_time() / G_USEC_PER_SEC, &changed,
                                       error))
                return FALSE;
        if (changed == 0)
                return TRUE;
        if (self->listener.changed)
                self->listener.changed(self->listener.userdata);
        bans_changed(self, 0, &self->extent);
        return TRUE;
}

/* Reading all */

typedef struct Scan {
        Archive *archive;
        void (*taken)(gpointer userdata);
        ArchiveScanFunc each;
        gpointer userdata;
        gboolean ordered; /* `order` is held */
} Scan;

static void on_taken(gpointer userdata) {
        Scan *self = userdata;

        if (self->taken)
                self->taken(self->userdata);
        self->ordered = FALSE;
        g_mutex_unlock(&self->archive->order);
}

static gboolean on_bans(const ArchiveBan *bans, guint n, gpointer userdata) {
        const Scan *self = userdata;

        return self->each(bans, n, self->userdata);
}

gboolean archive_scan(Archive *self, void (*taken)(gpointer userdata), ArchiveScanFunc each, gpointer userdata,
                      GError **error) {
        Scan scan = { .archive = self, .taken = taken, .each = each, .userdata = userdata, .ordered = TRUE };
        gboolean done;

        g_mutex_lock(&self->order);
        done = archive_store_scan(self->store, FALSE, on_taken, on_bans, &scan, error);
        if (scan.ordered)
                g_mutex_unlock(&self->order);
        return done;
}

/* Care */

static void pace_purge(Archive *self, gint64 took_us) {
        if (took_us > PURGE_LONG_US)
                self->purge_limit = MAX(self->purge_limit / 2, PURGE_MIN);
        else if (took_us < PURGE_SHORT_US)
                self->purge_limit = MIN(self->purge_limit * 2, PURGE_MAX);
}

/* Rows of the last second may still be there: they are told of with the step that takes them. */
static void tell_purged(Archive *self, gint64 before_at, guint bans) {
        gint64 oldest;

        look_at_times(self, -(gint64) bans);
        oldest = self->extent.oldest_at;
        if (self->listener.removed)
                self->listener.removed(oldest == 0 ? before_at : MIN(before_at, oldest), self->listener.userdata);
}

gboolean archive_purge_step(Archive *self, gint64 before_at, guint *ret_removed, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->order);
        gint64 begin = g_get_monotonic_time();
        guint bans, unbans;

        if (!archive_store_purge(self->store, before_at, self->purge_limit, &bans, &unbans, error))
                return FALSE;
        pace_purge(self, g_get_monotonic_time() - begin);
        if (bans > 0)
                tell_purged(self, before_at, bans);
        *ret_removed = bans + unbans;
        return TRUE;
}

static void report_place(const Archive *self, Operation *operation, gint64 cursor, guint64 changed) {
        gint64 oldest = self->extent.oldest_at, span = MAX(self->extent.newest_at - oldest, 1);
        g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT " rows have another place now", changed);

        operation_report(operation, CLAMP((double) (ARCHIVE_ID_TIME(cursor) - oldest) / (double) span, 0, 1), text);
}

static gboolean place_all(Archive *self, Operation *operation, guint64 *changed, GError **error) {
        gint64 cursor = 0;
        guint step;

        while (cursor != G_MAXINT64) {
                g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->order);

                if (!operation_check(operation, error) ||
                    !archive_store_place(self->store, &cursor, PLACE_STEP, find_place, self, &step, error))
                        return FALSE;
                *changed += step;
                report_place(self, operation, cursor, *changed);
        }
        return TRUE;
}

/* What was changed before an error or the end by somebody's wish is told all the same. */
gboolean archive_place(Archive *self, Operation *operation, guint64 *ret_changed, GError **error) {
        guint64 changed = 0;
        gboolean done = place_all(self, operation, &changed, error);

        *ret_changed = changed;
        if (changed == 0)
                return done;

        g_mutex_lock(&self->order);
        if (self->listener.changed)
                self->listener.changed(self->listener.userdata);
        bans_changed(self, 0, &self->extent);
        g_mutex_unlock(&self->order);
        return done;
}
