/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading fail2ban's history
 *
 * The last row read is marked, and is the first one asked for: when it is still the same, only what is new is read.
 * When somebody is unbanned fail2ban deletes his rows, perhaps the marked one, and then gives its number away anew; a
 * purge can take all. So some older rows are marked as well, the older the farther apart, and reading goes back to the
 * newest that still stands, or to the beginning. What is read again is known to the archive.
 *
 * When fail2ban has no database that we can read, the ban table is what is told: from time to time all of it, since the
 * bans of the first look at fail2ban come without an event.
 */

#include "services/archive/archive-sync.h"

#include "core/error.h"
#include "fail2ban/database.h"
#include "services/archive/archive-lost.h"

#define PIECE_FIRST 2000
#define PIECE_MIN 100
#define PIECE_MAX 10000
#define PIECE_BYTES (4 * 1024 * 1024)
#define MANY 5000 /* new bans in one run, after which memory is given back */
#define LISTING_CHUNK 4096
#define LIST_PAUSE_US (60 * G_USEC_PER_SEC)

struct ArchiveSync {
        Archive *archive;
        Model *model;
        BanTable *table;
        ArchiveRecorder *recorder;
        ArchiveLost *lost;

        GMutex lock;
        gboolean loaded;
        GArray *marks; /* of Fail2banMark, newest first */
        guint piece;
        gint64 listed_us; /* when the ban table was read; 0 = not yet, or it was empty */
};

static void mark_clear(gpointer data) {
        fail2ban_mark_clear(data);
}

ArchiveSync *archive_sync_new(Archive *archive, Model *model, BanTable *table, ArchiveRecorder *recorder) {
        ArchiveSync *self = g_new0(ArchiveSync, 1);

        self->archive = archive;
        self->model = model;
        self->table = table;
        self->recorder = recorder;
        self->lost = archive_lost_new(archive, model, table);
        self->piece = PIECE_FIRST;
        self->marks = g_array_new(FALSE, FALSE, sizeof(Fail2banMark));
        g_array_set_clear_func(self->marks, mark_clear);
        g_mutex_init(&self->lock);
        return self;
}

void archive_sync_free(ArchiveSync *self) {
        if (!self)
                return;

        archive_lost_free(self->lost);
        g_array_unref(self->marks);
        g_mutex_clear(&self->lock);
        g_free(self);
}

/* Marks */

static gboolean load_mark(ArchiveSync *self, GError **error) {
        ArchivePosition position;

        if (self->loaded)
                return TRUE;
        if (!archive_store_position(archive_store(self->archive), &position, error))
                return FALSE;
        if (position.rowid > 0) {
                Fail2banMark mark = { .rowid = position.rowid, .banned_at = position.banned_at };

                mark.jail = g_steal_pointer(&position.jail);
                mark.id = g_steal_pointer(&position.id);
                g_array_append_val(self->marks, mark);
        }
        archive_position_clear(&position);
        self->loaded = TRUE;
        return TRUE;
}

/* The last row, and others 1, 3, 7, 15, ... rows before it; of the older marks those that go on in this manner. */
static void set_marks(ArchiveSync *self, const Fail2banHistory *history) {
        GArray *marks = g_array_new(FALSE, FALSE, sizeof(Fail2banMark));
        gint64 last = g_array_index(history->rows, Fail2banHistoryRow, history->rows->len - 1).row.rowid;
        gint64 distance = 0;

        g_array_set_clear_func(marks, mark_clear);
        for (guint step = 1; step <= history->rows->len; step *= 2) {
                const Fail2banRow *row =
                        &g_array_index(history->rows, Fail2banHistoryRow, history->rows->len - step).row;
                Fail2banMark mark = { 0 };

                fail2ban_mark_set(&mark, row);
                g_array_append_val(marks, mark);
                distance = last - row->rowid;
        }
        for (guint i = 0; i < self->marks->len; i++) {
                const Fail2banMark *old = &g_array_index(self->marks, Fail2banMark, i);
                Fail2banMark mark = { 0 };

                if (last - old->rowid <= distance * 2)
                        continue;
                fail2ban_mark_copy(&mark, old);
                g_array_append_val(marks, mark);
                distance = last - old->rowid;
        }
        g_array_unref(self->marks);
        self->marks = marks;
}

/* fail2ban's database */

static void fill_event(ArchiveEvent *event, const Fail2banHistoryRow *row) {
        *event = (ArchiveEvent) {
                .kind = ARCHIVE_EVENT_BAN,
                .jail = row->row.jail,
                .at = row->row.banned_at,
                .bantime = MAX(row->row.bantime, -2),
                .count = row->row.count,
                .failures = row->row.failures,
                .data = row->data,
                .uid = -1,
        };
        if (!address_try_parse(row->row.id, &event->address))
                event->text = row->row.id;
}

static gboolean add_rows(ArchiveSync *self, const Fail2banHistory *history, ArchiveTally *tally, GError **error) {
        guint n = history->rows->len;
        g_autofree ArchiveEvent *events = g_new(ArchiveEvent, n);
        const Fail2banRow *last = &g_array_index(history->rows, Fail2banHistoryRow, n - 1).row;
        const ArchivePosition position = {
                .rowid = last->rowid,
                .jail = last->jail,
                .id = last->id,
                .banned_at = last->banned_at,
        };
        const ArchiveAdd add = {
                .source = ARCHIVE_SOURCE_DATABASE,
                .events = events,
                .n = n,
                .position = &position,
        };

        for (guint i = 0; i < n; i++)
                fill_event(&events[i], &g_array_index(history->rows, Fail2banHistoryRow, i));
        if (!archive_add(self->archive, &add, tally, error))
                return FALSE;
        archive_lost_watch(self->lost, events, n, g_get_real_time() / G_USEC_PER_SEC);
        set_marks(self, history);
        self->piece = (guint) CLAMP(PIECE_BYTES / MAX(history->bytes / n, 1), PIECE_MIN, PIECE_MAX);
        return TRUE;
}

static gboolean read_piece(ArchiveSync *self, const char *path, Fail2banHistory *history, ArchiveTally *tally,
                           gboolean *ret_more, GError **error) {
        const Fail2banMark none = { 0 };
        const Fail2banMark *mark = self->marks->len > 0 ? &g_array_index(self->marks, Fail2banMark, 0) : &none;
        guint limit = self->piece;
        Fail2banDelta delta;

        if (!fail2ban_database_history(path, mark, limit, history, &delta, error))
                return FALSE;
        *ret_more = delta == FAIL2BAN_DELTA_RESTART || history->rows->len == limit;
        if (delta == FAIL2BAN_DELTA_RESTART)
                g_array_remove_index(self->marks, 0);
        return delta != FAIL2BAN_DELTA_ROWS || add_rows(self, history, tally, error);
}

static void report(Operation *operation, const ArchiveTally *tally) {
        g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT " new bans", tally->bans);

        operation_report(operation, 0, text);
}

static gboolean read_database(ArchiveSync *self, const char *path, Operation *operation, ArchiveTally *tally,
                              GError **error) {
        g_auto(Fail2banHistory) history = { 0 };
        gboolean more = TRUE;

        if (!load_mark(self, error))
                return FALSE;
        fail2ban_history_init(&history);
        while (more) {
                if (!operation_check(operation, error) || !read_piece(self, path, &history, tally, &more, error))
                        return FALSE;
                report(operation, tally);
        }
        archive_set_synced(self->archive, g_get_real_time() / G_USEC_PER_SEC);
        return TRUE;
}

/* The ban table */

typedef struct Listing {
        GArray *events;      /* of ArchiveEvent */
        GStringChunk *texts; /* theirs */
} Listing;

static void list_ban(const Ban *ban, gpointer userdata) {
        Listing *self = userdata;
        ArchiveEvent event = {
                .kind = ARCHIVE_EVENT_BAN,
                .jail = g_string_chunk_insert_const(self->texts, ban->jail),
                .at = ban->banned_at,
                .bantime = ban->ends_at < 0 ? -1 : MAX(ban->ends_at - ban->banned_at, 0),
                .count = ban->count,
                .failures = ban->failures,
                .uid = -1,
        };

        event.address = ban->address;
        if (!ban->is_address)
                event.text = g_string_chunk_insert(self->texts, ban->id);
        g_array_append_val(self->events, event);
}

static gboolean add_listed(ArchiveSync *self, GArray *events, Operation *operation, ArchiveTally *tally,
                           GError **error) {
        for (guint from = 0; from < events->len; from += PIECE_MAX) {
                const ArchiveAdd add = {
                        .source = ARCHIVE_SOURCE_LIVE,
                        .events = &g_array_index(events, ArchiveEvent, from),
                        .n = MIN(events->len - from, PIECE_MAX),
                };

                if (!operation_check(operation, error) || !archive_add(self->archive, &add, tally, error))
                        return FALSE;
        }
        return TRUE;
}

/* Between two of these, events tell. */
static gboolean read_table(ArchiveSync *self, Operation *operation, ArchiveTally *tally, GError **error) {
        const BanQuery all = { .sort = BAN_SORT_BANNED_AT };
        Listing listing;
        gboolean done;

        if (self->listed_us > 0 && g_get_monotonic_time() - self->listed_us < LIST_PAUSE_US)
                return TRUE;
        listing.events = g_array_new(FALSE, FALSE, sizeof(ArchiveEvent));
        listing.texts = g_string_chunk_new(LISTING_CHUNK);
        done = ban_table_query(self->table, &all, list_ban, &listing, NULL, NULL, error) &&
               add_listed(self, listing.events, operation, tally, error);
        if (done && listing.events->len > 0)
                self->listed_us = g_get_monotonic_time();

        g_array_unref(listing.events);
        g_string_chunk_free(listing.texts);
        return done;
}

/* One run */

static gboolean is_unreadable(const GError *error) {
        return g_error_matches(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_PATH_INVALID) ||
               g_error_matches(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_PERMISSION_DENIED);
}

/* Of a database that cannot be read the probe makes a finding; here it is as if there were none. */
static gboolean read_bans(ArchiveSync *self, Operation *operation, ArchiveTally *tally, GError **error) {
        g_autofree char *path = model_database_file(self->model);
        GError *failure = NULL;

        if (path) {
                if (read_database(self, path, operation, tally, &failure)) {
                        archive_recorder_set_live(self->recorder, FALSE);
                        return TRUE;
                }
                if (!is_unreadable(failure)) {
                        g_propagate_error(error, failure);
                        return FALSE;
                }
                g_error_free(failure);
        }
        archive_recorder_set_live(self->recorder, TRUE);
        return read_table(self, operation, tally, error);
}

gboolean archive_sync_run(ArchiveSync *self, Operation *operation, ArchiveTally *ret, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        ArchiveTally tally = { 0 };
        gboolean done;

        /* ends are kept even when the bans cannot be read */
        done = read_bans(self, operation, &tally, error);
        done = archive_recorder_flush(self->recorder, done ? error : NULL) && done;
        done = done && archive_mark_manual(self->archive, error);
        if (tally.bans > MANY)
                archive_trim(self->archive);
        if (ret)
                *ret = tally;
        return done;
}

gboolean archive_sync_check(ArchiveSync *self, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        return archive_lost_run(self->lost, g_get_real_time() / G_USEC_PER_SEC, error);
}
