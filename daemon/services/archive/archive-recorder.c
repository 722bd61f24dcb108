/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is seen live
 *
 * Ends told as "lost" or "jail-stopped" are left out: fail2ban lifts all bans when it or a jail stops, and carries the
 * same bans out again when it is back. A ban that it does not take up again ends by its time.
 *
 * A ban that comes a second time after its end, with the time of the first, is told even though the database tells of
 * bans: there it is the row of the first, which was read perhaps before its end was written.
 *
 * Notes are few, one for a running command and jail, and stay for a moment after their end, since what is seen in a
 * storm is told a second late.
 */

#include "services/archive/archive-recorder.h"

#include "core/log.h"

#define QUEUE_MAX 200000
#define BATCH 10000
#define NOTE_GRACE_US (3 * G_USEC_PER_SEC)
#define YOUNG_S 3 /* how old a ban may be that was perhaps banned again within its second */
#define YOUNG_MAX 1000
#define END_LATE_MAX_S 60 /* an expiry seen later than that happened when it was seen */

typedef struct Seen {
        char *jail; /* GRefString */
        char *text; /* NULL: an address */
        Address address;
        gint64 at, banned_at, bantime, uid;
        char *reason; /* GRefString, or NULL */
        guint count, failures;
        ArchiveEventKind kind;
        ArchiveCause cause;
} Seen;

struct ArchiveNote {
        ArchiveRecorder *recorder;
        char *jail;      /* NULL = all */
        GHashTable *ids; /* NULL = all */
        ArchiveCause cause;
        gint64 uid;
        char *reason;    /* GRefString, or NULL */
        gint64 ended_us; /* 0 = the command runs */
};

struct ArchiveRecorder {
        Archive *archive;
        void (*notify)(gpointer userdata);
        gpointer userdata;

        GMutex flushing; /* one at a time; taken before `lock` */

        GMutex lock;
        gboolean live;
        GArray *queue;     /* of Seen */
        GHashTable *young; /* "jail\nid" -> gint64 *, when the ban began that ended so soon */
        GPtrArray *notes;  /* of ArchiveNote */
        guint64 dropped;
};

static void seen_clear(gpointer data) {
        Seen *self = data;

        g_clear_pointer(&self->jail, g_ref_string_release);
        g_clear_pointer(&self->reason, g_ref_string_release);
        g_clear_pointer(&self->text, g_free);
}

static GArray *queue_new(void) {
        GArray *queue = g_array_new(FALSE, FALSE, sizeof(Seen));

        g_array_set_clear_func(queue, seen_clear);
        return queue;
}

/* Notes */

static void note_free(gpointer data) {
        ArchiveNote *self = data;

        g_clear_pointer(&self->ids, g_hash_table_unref);
        g_clear_pointer(&self->reason, g_ref_string_release);
        g_free(self->jail);
        g_free(self);
}

/* `lock` is held. */
static void sweep_notes(ArchiveRecorder *self) {
        gint64 now = g_get_monotonic_time();

        for (guint i = self->notes->len; i > 0; i--) {
                const ArchiveNote *note = self->notes->pdata[i - 1];

                if (note->ended_us > 0 && now - note->ended_us > NOTE_GRACE_US)
                        g_ptr_array_remove_index_fast(self->notes, i - 1);
        }
}

/* The newest that speaks of it. `lock` is held. */
static const ArchiveNote *find_note(ArchiveRecorder *self, const char *jail, const char *id) {
        if (self->notes->len > 0)
                sweep_notes(self);
        for (guint i = self->notes->len; i > 0; i--) {
                const ArchiveNote *note = self->notes->pdata[i - 1];

                if (note->jail && g_strcmp0(note->jail, jail) != 0)
                        continue;
                if (!note->ids || g_hash_table_contains(note->ids, id))
                        return note;
        }
        return NULL;
}

ArchiveNote *archive_recorder_note(ArchiveRecorder *self, const char *jail, const char *const *ids, guint n,
                                   ArchiveCause cause, gint64 uid, const char *reason) {
        ArchiveNote *note = g_new0(ArchiveNote, 1);

        note->recorder = self;
        note->jail = g_strdup(jail);
        note->cause = cause;
        note->uid = uid;
        note->reason = reason && *reason ? g_ref_string_new(reason) : NULL;
        if (ids) {
                note->ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
                for (guint i = 0; i < n; i++)
                        g_hash_table_add(note->ids, g_strdup(ids[i]));
        }

        g_mutex_lock(&self->lock);
        sweep_notes(self);
        g_ptr_array_add(self->notes, note);
        g_mutex_unlock(&self->lock);
        return note;
}

void archive_note_end(ArchiveNote *self) {
        ArchiveRecorder *recorder;

        if (!self)
                return;
        recorder = self->recorder;
        g_mutex_lock(&recorder->lock);
        self->ended_us = g_get_monotonic_time();
        g_mutex_unlock(&recorder->lock);
}

/* Events */

typedef struct Row {
        gint64 banned_at, ends_at;
        guint32 count, failures;
        const char *cause;
} Row;

static void read_row(GVariant *properties, Row *ret) {
        GVariantIter iter;
        GVariant *value;
        const char *key;

        *ret = (Row) { .cause = "" };
        g_variant_iter_init(&iter, properties);
        while (g_variant_iter_loop(&iter, "{&sv}", &key, &value)) {
                if (g_str_equal(key, "banned_at"))
                        ret->banned_at = g_variant_get_int64(value);
                else if (g_str_equal(key, "ends_at"))
                        ret->ends_at = g_variant_get_int64(value);
                else if (g_str_equal(key, "count"))
                        ret->count = g_variant_get_uint32(value);
                else if (g_str_equal(key, "failures"))
                        ret->failures = g_variant_get_uint32(value);
                else if (g_str_equal(key, "cause"))
                        ret->cause = g_intern_string(g_variant_get_string(value, NULL));
        }
}

/* An end by time lies at that time, and not at the moment in which it was noticed. */
static gint64 time_of_end(const Row *row, gboolean expired) {
        gint64 now = g_get_real_time() / G_USEC_PER_SEC;

        return expired && row->ends_at > 0 && row->ends_at <= now && now - row->ends_at <= END_LATE_MAX_S ? row->ends_at
                                                                                                          : now;
}

/* `lock` is held. FALSE: no end that counts. */
static gboolean read_end(ArchiveRecorder *self, const char *jail, const char *id, const Row *row, Seen *seen) {
        gboolean expired = g_str_equal(row->cause, "expired");
        const ArchiveNote *note = find_note(self, jail, id);

        if (!note && !expired && !g_str_equal(row->cause, "unbanned"))
                return FALSE;
        seen->kind = ARCHIVE_EVENT_UNBAN;
        seen->at = time_of_end(row, expired && !note);
        seen->cause = note ? note->cause : expired ? ARCHIVE_CAUSE_EXPIRED : ARCHIVE_CAUSE_HAND;
        seen->uid = note ? note->uid : -1;
        seen->reason = note && note->reason ? g_ref_string_acquire(note->reason) : NULL;
        return TRUE;
}

/* `lock` is held. Takes what `seen` points to. */
static void enqueue(ArchiveRecorder *self, const char *jail, const char *id, const Row *row, Seen *seen) {
        if (self->queue->len >= QUEUE_MAX) {
                self->dropped++;
                seen_clear(seen);
                return;
        }
        seen->jail = g_ref_string_new_intern(jail);
        if (!address_try_parse(id, &seen->address))
                seen->text = g_strdup(id);
        seen->banned_at = row->banned_at;
        seen->bantime = row->ends_at < 0 ? -1 : MAX(row->ends_at - row->banned_at, 0);
        seen->count = row->count;
        seen->failures = row->failures;
        g_array_append_val(self->queue, *seen);
}

static char *young_key(const char *jail, const char *id) {
        return g_strconcat(jail, "\n", id, NULL);
}

/* `lock` is held. */
static void remember_young(ArchiveRecorder *self, const char *jail, const char *id, gint64 banned_at, gint64 ended_at) {
        gint64 began_at = banned_at > 0 ? banned_at : ended_at;

        if (ended_at - began_at > YOUNG_S)
                return;
        if (g_hash_table_size(self->young) >= YOUNG_MAX)
                g_hash_table_remove_all(self->young);
        g_hash_table_replace(self->young, young_key(jail, id), g_memdup2(&began_at, sizeof(began_at)));
}

/* Whether it ended before with the same beginning, which may be known to a second. `lock` is held. */
static gboolean is_again(ArchiveRecorder *self, const char *jail, const char *id, gint64 banned_at) {
        g_autofree char *key = NULL;
        const gint64 *began_at;

        if (g_hash_table_size(self->young) == 0)
                return FALSE;
        key = young_key(jail, id);
        began_at = g_hash_table_lookup(self->young, key);
        return began_at && *began_at - banned_at >= 0 && *began_at - banned_at <= 1;
}

/* `lock` is held. */
static void keep(ArchiveRecorder *self, EventType type, const char *jail, const char *id, GVariant *properties) {
        Seen seen = { .kind = ARCHIVE_EVENT_BAN, .uid = -1 };
        Row row;

        if (type != EVENT_UNBANNED && !self->live && g_hash_table_size(self->young) == 0)
                return;
        read_row(properties, &row);
        seen.at = row.banned_at;
        if (type != EVENT_UNBANNED) {
                if (self->live || is_again(self, jail, id, row.banned_at))
                        enqueue(self, jail, id, &row, &seen);
                return;
        }
        if (!read_end(self, jail, id, &row, &seen))
                return;
        remember_young(self, jail, id, row.banned_at, seen.at);
        enqueue(self, jail, id, &row, &seen);
}

static void tell(ArchiveRecorder *self) {
        if (self->notify)
                self->notify(self->userdata);
}

void archive_recorder_ended(ArchiveRecorder *self, const char *jail, const char *id) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        Seen seen = { .uid = -1 };
        const Row row = { .cause = "unbanned" };

        if (!read_end(self, jail, id, &row, &seen))
                return;
        remember_young(self, jail, id, 0, seen.at);
        enqueue(self, jail, id, &row, &seen);
        tell(self);
}

static void on_event(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
        ArchiveRecorder *self = userdata;
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        switch (type) {
        case EVENT_BANNED:
        case EVENT_BAN_CHANGED:
        case EVENT_UNBANNED:
                keep(self, type, name, address, properties);
                break;
        case EVENT_SERVER: /* perhaps it has another database now */
                break;
        default:
                return;
        }
        tell(self);
}

EventSink archive_recorder_sink(ArchiveRecorder *self) {
        return (EventSink) { .func = on_event, .userdata = self };
}

ArchiveRecorder *archive_recorder_new(Archive *archive) {
        ArchiveRecorder *self = g_new0(ArchiveRecorder, 1);

        self->archive = archive;
        g_mutex_init(&self->flushing);
        g_mutex_init(&self->lock);
        self->queue = queue_new();
        self->notes = g_ptr_array_new_with_free_func(note_free);
        self->young = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        return self;
}

Archive *archive_recorder_archive(ArchiveRecorder *self) {
        return self->archive;
}

void archive_recorder_free(ArchiveRecorder *self) {
        g_autoptr(GError) error = NULL;

        if (!self)
                return;
        if (!archive_recorder_flush(self, &error))
                log_error(LOG_PRIORITY_WARNING, "archive.flush", "the last ends of bans could not be kept", error);

        g_array_unref(self->queue);
        g_ptr_array_unref(self->notes);
        g_hash_table_unref(self->young);
        g_mutex_clear(&self->lock);
        g_mutex_clear(&self->flushing);
        g_free(self);
}

void archive_recorder_set_notify(ArchiveRecorder *self, void (*notify)(gpointer userdata), gpointer userdata) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        self->notify = notify;
        self->userdata = userdata;
}

void archive_recorder_set_live(ArchiveRecorder *self, gboolean live) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        self->live = live;
}

/* Writing */

static void fill_event(ArchiveEvent *event, const Seen *seen) {
        *event = (ArchiveEvent) {
                .kind = seen->kind,
                .jail = seen->jail,
                .text = seen->text,
                .address = seen->address,
                .at = seen->at,
                .banned_at = seen->banned_at,
                .bantime = seen->bantime,
                .count = seen->count,
                .failures = seen->failures,
                .cause = seen->cause,
                .uid = seen->uid,
                .reason = seen->reason,
        };
}

static gboolean write_seen(ArchiveRecorder *self, const GArray *seen, guint from, guint n, GError **error) {
        g_autofree ArchiveEvent *events = g_new(ArchiveEvent, n);
        const ArchiveAdd add = { .source = ARCHIVE_SOURCE_LIVE, .events = events, .n = n };
        ArchiveTally tally = { 0 };

        for (guint i = 0; i < n; i++)
                fill_event(&events[i], &g_array_index(seen, Seen, from + i));
        return archive_add(self->archive, &add, &tally, error);
}

/* In front of what came meanwhile. */
static void put_back(ArchiveRecorder *self, GArray *seen) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        g_array_append_vals(seen, self->queue->data, self->queue->len);
        g_array_set_clear_func(self->queue, NULL);
        g_array_unref(self->queue);
        self->queue = seen;
}

static GArray *take_queue(ArchiveRecorder *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        GArray *queue = self->queue;

        if (self->dropped > 0)
                log_event(LOG_PRIORITY_WARNING, "archive.dropped",
                          "ends of bans were not kept: the archive could not be written for too long", NULL);
        self->dropped = 0;
        if (queue->len == 0)
                return NULL;
        self->queue = queue_new();
        return queue;
}

gboolean archive_recorder_flush(ArchiveRecorder *self, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->flushing);
        g_autoptr(GArray) seen = take_queue(self);

        while (seen && seen->len > 0) {
                guint n = MIN(seen->len, BATCH);

                if (!write_seen(self, seen, 0, n, error)) {
                        put_back(self, g_steal_pointer(&seen));
                        return FALSE;
                }
                g_array_remove_range(seen, 0, n);
        }
        return TRUE;
}
