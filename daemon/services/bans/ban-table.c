/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The ban table: locks and events around the slots
 *
 * Two locks. `changes` is held from before a change until the teller has it, so that events come in the order of the
 * changes; `lock` guards the slots and is held for the change alone, so that the sink, and everybody else, can read
 * while events are told. `changes` is always taken first.
 */

#include "services/bans/ban-table.h"

#include <string.h>

#include "core/log.h"
#include "services/bans/ban-query.h"
#include "services/bans/ban-slots.h"
#include "services/bans/ban-teller.h"

#define REMOVE_STEP 1000     /* bans taken out under one write lock */
#define PLACE_STEP 5000      /* bans looked up under one write lock */
#define CORRECTION_SECONDS 2 /* how far fail2ban's row may be from what we assumed, untold */

struct BanTable {
        BanTeller *teller;
        Geo *geo; /* NULL: no countries */

        GMutex changes;
        guint batches;
        guint32 told_size;

        GRWLock lock;
        BanSlots *slots;
};

typedef enum Change { CHANGE_NONE, CHANGE_ADDED, CHANGE_MOVED } Change;

BanTable *ban_table_new(const EventSink *sink) {
        BanTable *self = g_new0(BanTable, 1);

        self->teller = ban_teller_new(sink);
        g_mutex_init(&self->changes);
        g_rw_lock_init(&self->lock);
        self->slots = ban_slots_new();
        return self;
}

void ban_table_free(BanTable *self) {
        if (!self)
                return;

        ban_teller_free(self->teller);
        ban_slots_free(self->slots);
        g_rw_lock_clear(&self->lock);
        g_mutex_clear(&self->changes);
        g_free(self);
}

/* Whoever calls this holds `changes`. */
static void tell_size(BanTable *self) {
        guint32 size = ban_table_size(self);

        if (self->batches > 0 || size == self->told_size)
                return;
        self->told_size = size;
        ban_teller_tell_size(self->teller, size);
}

void ban_table_begin(BanTable *self) {
        g_autoptr(GMutexLocker) changes = g_mutex_locker_new(&self->changes);

        self->batches++;
}

void ban_table_end(BanTable *self) {
        g_autoptr(GMutexLocker) changes = g_mutex_locker_new(&self->changes);

        g_assert(self->batches > 0);
        self->batches--;
        tell_size(self);
}

void ban_table_hold(BanTable *self) {
        ban_teller_hold(self->teller);
}

void ban_table_release(BanTable *self) {
        ban_teller_release(self->teller);
}

/* Copies, to be freed with ban_clear(). */
static void copy_slot(BanTable *self, guint32 index, Ban *ret) {
        const BanSlot *slot = ban_slots_get(self->slots, index);
        char buffer[ADDRESS_TEXT_MAX];

        *ret = ban_slots_ban(self->slots, slot, buffer);
        ret->jail = g_strdup(ret->jail);
        ret->id = g_strdup(ret->id);
}

/* Moved, in a way that is to be told. */
static gboolean end_moved(const BanSlot *old, const Ban *ban) {
        gint64 by = ban->ends_at - old->ends_at;
        gboolean assumed = old->count == 0 && ban->count != 0 && old->ends_at >= 0 && ban->ends_at >= 0;

        return by != 0 && !(assumed && ABS(by) <= CORRECTION_SECONDS);
}

static Change change_slot(BanTable *self, guint32 index, const Ban *ban, gboolean assumed) {
        const BanSlot *old = ban_slots_get(self->slots, index);
        gboolean moved = end_moved(old, ban), same = ABS(ban->banned_at - old->banned_at) <= CORRECTION_SECONDS;

        if (assumed && old->banned_at >= ban->banned_at)
                return CHANGE_NONE;

        if (same && ban->count == 0)
                ban_slots_set(self->slots, index, ban->banned_at, ban->ends_at, old->failures, old->count);
        else
                ban_slots_set(self->slots, index, ban->banned_at, ban->ends_at, ban->failures, ban->count);
        return moved ? CHANGE_MOVED : CHANGE_NONE;
}

static Change add_slot(BanTable *self, const Ban *ban, const BanId *id) {
        guint32 index = ban_slots_add(self->slots, ban->jail, id);

        if (index == BAN_SLOT_NONE) {
                log_event(LOG_PRIORITY_ERROR, "ban.no-room", "the ban table has no room for one more jail", "JAIL",
                          ban->jail, "ADDRESS", ban->id, NULL);
                return CHANGE_NONE;
        }
        ban_slots_set(self->slots, index, ban->banned_at, ban->ends_at, ban->failures, ban->count);
        ban_slots_set_place(self->slots, index, ban->country, ban->network);
        return CHANGE_ADDED;
}

/* Gives what is to be told, and the ban as it now is. */
static Change put_slot(BanTable *self, const Ban *ban, gboolean quiet, gboolean assumed, Ban *ret) {
        g_autoptr(GRWLockWriterLocker) lock = g_rw_lock_writer_locker_new(&self->lock);
        BanId id = { .address = ban->address };
        Change change;
        guint32 index;

        if (!ban->is_address)
                ban_id_from_text(&id, ban->id);

        index = ban_slots_find(self->slots, ban->jail, &id);
        if (index == BAN_SLOT_NONE)
                change = add_slot(self, ban, &id);
        else
                change = change_slot(self, index, ban, assumed);

        if (change == CHANGE_ADDED && quiet)
                return CHANGE_NONE;
        if (change != CHANGE_NONE)
                copy_slot(self, ban_slots_find(self->slots, ban->jail, &id), ret);
        return change;
}

static void find_place(BanTable *self, Ban *ban) {
        GeoPlace place = { 0 };

        if (self->geo && ban->is_address)
                geo_find(self->geo, &ban->address, &place);
        ban->country = place.country;
        ban->network = place.network;
}

static void put(BanTable *self, const Ban *ban, gint64 now, gboolean quiet, gboolean assumed) {
        g_autoptr(GMutexLocker) changes = g_mutex_locker_new(&self->changes);
        Ban clean = *ban, told = { 0 };
        Change change;

        find_place(self, &clean);
        clean.ends_at = MAX(ban->ends_at, -1);
        change = put_slot(self, &clean, quiet, assumed, &told);
        if (change != CHANGE_NONE)
                ban_teller_tell(self->teller, change == CHANGE_ADDED ? EVENT_BANNED : EVENT_BAN_CHANGED, &told, now,
                                NULL);
        tell_size(self);
}

void ban_table_put(BanTable *self, const Ban *ban, gint64 now, gboolean quiet) {
        put(self, ban, now, quiet, FALSE);
}

void ban_table_assume(BanTable *self, const Ban *ban, gint64 now) {
        put(self, ban, now, FALSE, TRUE);
}

void ban_table_set_geo(BanTable *self, Geo *geo) {
        self->geo = geo;
}

/* From *from downwards, as the last slot fills a removed one's place. Moves *from on. */
static void place_some(BanTable *self, guint32 *from) {
        g_autoptr(GRWLockWriterLocker) lock = g_rw_lock_writer_locker_new(&self->lock);

        *from = MIN(*from, ban_slots_size(self->slots));
        for (guint i = 0; i<PLACE_STEP && * from> 0; i++) {
                const BanSlot *slot = ban_slots_get(self->slots, --*from);
                GeoPlace place = { 0 };

                if (slot->address.version == 0)
                        continue;
                geo_find(self->geo, &slot->address, &place);
                ban_slots_set_place(self->slots, *from, place.country, place.network);
        }
}

void ban_table_place(BanTable *self) {
        guint32 from = ban_table_size(self);

        while (self->geo && from > 0)
                place_some(self, &from);
}

static gboolean take_out(BanTable *self, const char *jail, const char *text, Ban *ret) {
        g_autoptr(GRWLockWriterLocker) lock = g_rw_lock_writer_locker_new(&self->lock);
        BanId id;
        guint32 index;

        ban_id_from_text(&id, text);
        index = ban_slots_find(self->slots, jail, &id);
        if (index == BAN_SLOT_NONE)
                return FALSE;

        copy_slot(self, index, ret);
        ban_slots_remove(self->slots, index);
        return TRUE;
}

gboolean ban_table_remove(BanTable *self, const char *jail, const char *id, gint64 now, const char *cause) {
        g_autoptr(GMutexLocker) changes = g_mutex_locker_new(&self->changes);
        Ban ban;

        if (!take_out(self, jail, id, &ban))
                return FALSE;

        ban_teller_tell(self->teller, EVENT_UNBANNED, &ban, now, cause);
        tell_size(self);
        return TRUE;
}

/* From *from downwards, as the last slot fills a removed one's place. Moves *from on; takes at most REMOVE_STEP. */
static void take_out_some(BanTable *self, const char *jail, guint32 *from, GArray *taken) {
        g_autoptr(GRWLockWriterLocker) lock = g_rw_lock_writer_locker_new(&self->lock);
        guint number = 0;

        if (jail && !ban_slots_find_jail(self->slots, jail, &number)) {
                *from = 0;
                return;
        }

        while (*from > 0 && taken->len < REMOVE_STEP) {
                Ban ban;

                (*from)--;
                if (jail && ban_slots_get(self->slots, *from)->jail != number)
                        continue;
                copy_slot(self, *from, &ban);
                g_array_append_val(taken, ban);
                ban_slots_remove(self->slots, *from);
        }
}

guint ban_table_remove_jail(BanTable *self, const char *jail, gint64 now, const char *cause) {
        g_autoptr(GMutexLocker) changes = g_mutex_locker_new(&self->changes);
        guint32 from = ban_table_size(self);
        guint n = 0;

        while (from > 0) {
                g_autoptr(GArray) taken = g_array_new(FALSE, FALSE, sizeof(Ban));

                take_out_some(self, jail, &from, taken);
                for (guint i = 0; i < taken->len; i++)
                        ban_teller_tell(self->teller, EVENT_UNBANNED, &g_array_index(taken, Ban, i), now, cause);
                n += taken->len;
        }

        tell_size(self);
        return n;
}

guint ban_table_size(BanTable *self) {
        g_autoptr(GRWLockReaderLocker) lock = g_rw_lock_reader_locker_new(&self->lock);

        return ban_slots_size(self->slots);
}

guint ban_table_count(BanTable *self, const char *jail) {
        g_autoptr(GRWLockReaderLocker) lock = g_rw_lock_reader_locker_new(&self->lock);
        guint number;

        return ban_slots_find_jail(self->slots, jail, &number) ? ban_slots_jail_count(self->slots, number) : 0;
}

gboolean ban_table_get(BanTable *self, const char *jail, const char *text, Ban *ret) {
        g_autoptr(GRWLockReaderLocker) lock = g_rw_lock_reader_locker_new(&self->lock);
        BanId id;
        guint32 index;

        ban_id_from_text(&id, text);
        index = ban_slots_find(self->slots, jail, &id);
        if (index == BAN_SLOT_NONE)
                return FALSE;

        copy_slot(self, index, ret);
        return TRUE;
}

gboolean ban_table_has(BanTable *self, const char *jail, const char *text) {
        g_autoptr(GRWLockReaderLocker) lock = g_rw_lock_reader_locker_new(&self->lock);
        BanId id;

        ban_id_from_text(&id, text);
        return ban_slots_find(self->slots, jail, &id) != BAN_SLOT_NONE;
}

static Ban *copy_due(BanTable *self, gint64 now, guint limit, guint *ret_n) {
        g_autoptr(GRWLockReaderLocker) lock = g_rw_lock_reader_locker_new(&self->lock);
        g_autofree guint32 *indices = NULL;
        guint room = MIN(limit, ban_slots_size(self->slots));
        Ban *bans;

        indices = g_new(guint32, room);
        *ret_n = ban_slots_due(self->slots, now, room, indices);
        bans = g_new(Ban, *ret_n);
        for (guint i = 0; i < *ret_n; i++)
                copy_slot(self, indices[i], &bans[i]);
        return bans;
}

void ban_table_due(BanTable *self, gint64 now, guint limit, BanFunc each, gpointer userdata) {
        guint n;
        g_autofree Ban *bans = copy_due(self, now, limit, &n);

        for (guint i = 0; i < n; i++) {
                each(&bans[i], userdata);
                ban_clear(&bans[i]);
        }
}

gint64 ban_table_next_end(BanTable *self) {
        g_autoptr(GRWLockReaderLocker) lock = g_rw_lock_reader_locker_new(&self->lock);

        return ban_slots_next_end(self->slots);
}

static int compare_texts(gconstpointer a, gconstpointer b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *copy_ids(BanTable *self, const char *jail) {
        g_autoptr(GRWLockReaderLocker) lock = g_rw_lock_reader_locker_new(&self->lock);
        GPtrArray *ids = g_ptr_array_new();
        guint number;

        if (!ban_slots_find_jail(self->slots, jail, &number))
                return ids;

        for (guint32 i = 0; i < ban_slots_size(self->slots); i++) {
                const BanSlot *slot = ban_slots_get(self->slots, i);
                char buffer[ADDRESS_TEXT_MAX];

                if (slot->jail == number)
                        g_ptr_array_add(ids, g_strdup(ban_slot_format(slot, buffer)));
        }
        return ids;
}

GStrv ban_table_ids(BanTable *self, const char *jail) {
        GPtrArray *ids = copy_ids(self, jail);

        g_ptr_array_sort(ids, compare_texts);
        g_ptr_array_add(ids, NULL);
        return (GStrv) g_ptr_array_free(ids, FALSE);
}

gboolean ban_table_query(BanTable *self, const BanQuery *query, BanFunc each, gpointer userdata, char **ret_cursor,
                         guint *ret_total, GError **error) {
        g_autoptr(GRWLockReaderLocker) lock = g_rw_lock_reader_locker_new(&self->lock);

        return ban_query_run(self->slots, query, each, userdata, ret_cursor, ret_total, error);
}
