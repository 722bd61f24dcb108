/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The archive resolved anew, and what the store holds of the look-up outside. */

#include "core/error.h"
#include "core/log.h"
#include "services/places/places-private.h"

static void report(Operation *operation, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void report(Operation *operation, const char *format, ...) {
        g_autofree char *text = NULL;
        va_list arguments;

        va_start(arguments, format);
        text = g_strdup_vprintf(format, arguments);
        va_end(arguments);
        operation_report(operation, 1, text);
}

/* The generation is taken first: a file that is replaced meanwhile is another one, and asks for one more run. */
gboolean places_resolve(Places *self, Operation *operation, GError **error) {
        guint64 generation = geo_generation(self->parts.geo), changed = 0;

        if (self->parts.archive && !archive_place(self->parts.archive, operation, &changed, error))
                return FALSE;
        geo_relax(self->parts.geo);
        if (!place_store_set_generation(self->parts.store, generation, places_now(), error))
                return FALSE;
        report(operation, "%" G_GUINT64_FORMAT " rows of the archive have another country or network now", changed);
        return TRUE;
}

GeoKnown places_known(const PlaceRow *row) {
        return (GeoKnown) { .address = row->address,
                            .country = row->country,
                            .network = row->network,
                            .organisation =
                                    row->organisation[0] != '\0' ? g_ref_string_new_intern(row->organisation) : NULL,
                            .found_at = row->found_at,
                            .seen_at = row->seen_at };
}

static gboolean load_one(const PlaceRow *row, gpointer userdata) {
        GeoKnown known = places_known(row);
        gboolean room = geo_cache_load(userdata, &known);

        geo_known_clear(&known);
        return room;
}

gboolean places_load(Places *self, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        GeoCacheCounts counts;

        if (self->loaded)
                return TRUE;
        geo_cache_counts(self->parts.cache, &counts);
        self->loaded = place_store_read(self->parts.store, counts.addresses_max, load_one, self->parts.cache, error);
        return self->loaded;
}

static PlaceRow row_of(const GeoKnown *known) {
        return (PlaceRow) { .address = known->address,
                            .country = known->country,
                            .network = known->network,
                            .organisation = known->organisation ? known->organisation : "",
                            .found_at = known->found_at,
                            .seen_at = known->seen_at };
}

gboolean places_flush(Places *self, Operation *operation, GError **error) {
        g_autofree PlaceRow *rows = NULL;
        g_autoptr(GMutexLocker) locker = NULL;
        GArray *taken;
        guint n;
        gboolean stored;

        if (!places_load(self, error))
                return FALSE;
        locker = g_mutex_locker_new(&self->lock);
        taken = geo_cache_take(self->parts.cache);
        if (!taken) {
                report(operation, "nothing new");
                return TRUE;
        }

        n = taken->len;
        rows = g_new(PlaceRow, n);
        for (guint i = 0; i < n; i++)
                rows[i] = row_of(&g_array_index(taken, GeoKnown, i));
        stored = place_store_put(self->parts.store, rows, n, error);
        geo_cache_flushed(self->parts.cache, taken, stored);
        if (stored)
                report(operation, "%u addresses stored", n);
        return stored;
}

void places_end(Places *self) {
        g_autoptr(GError) error = NULL;

        if (!places_flush(self, NULL, &error))
                log_error(LOG_PRIORITY_WARNING, "geo.not-stored", "what was found outside is not stored", error);
}

gboolean places_clean(Places *self, Operation *operation, GError **error) {
        gint64 before_at = places_now() - (gint64) PLACES_UNSEEN_DAYS * 86400;
        guint64 total = 0;
        guint removed = PLACE_STORE_PURGE_STEP;

        /* what was asked for lately and is only known to be so in memory */
        if (!places_flush(self, NULL, error))
                return FALSE;
        while (removed == PLACE_STORE_PURGE_STEP) {
                if (!operation_check(operation, error) ||
                    !place_store_purge(self->parts.store, before_at, &removed, error))
                        return FALSE;
                total += removed;
        }
        report(operation, "%" G_GUINT64_FORMAT " addresses removed", total);
        return TRUE;
}
