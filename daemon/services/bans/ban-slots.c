/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Slots in mapped blocks, an open-addressing index, a heap of ends
 *
 * Blocks of 4,096 slots are mapped and unmapped one by one: the table grows without copying and without a hole, and
 * what it gives up goes back to the system. The queue is a binary heap of slot numbers; place i of it lies in the
 * same block as slot i, so it grows with the slots. Each slot knows its place, so that any ban can be taken out.
 *
 * The index holds slot numbers, is probed linearly and has no tombstones: a removal closes the gap. Attackers
 * choose many of the ids, so hashing has a secret.
 */

#include "services/bans/ban-slots.h"

#include <string.h>
#include <sys/mman.h>

#define BLOCK_SLOTS 4096u
#define INDEX_MIN 1024u /* one page */
#define JAILS_MAX G_MAXUINT16

typedef struct Block {
        BanSlot slots[BLOCK_SLOTS];
        guint32 queue[BLOCK_SLOTS];
} Block;

G_STATIC_ASSERT(sizeof(BanSlot) == 56);
G_STATIC_ASSERT(sizeof(Block) % 4096 == 0);

typedef struct Jail {
        char *name; /* NULL = this number is free */
        guint32 count;
} Jail;

struct BanSlots {
        GPtrArray *blocks; /* of Block, mapped */
        guint32 size;
        guint32 n_queued;

        guint32 *index;     /* mapped; BAN_SLOT_NONE = empty */
        guint32 index_size; /* a power of two */
        guint64 secret;     /* odd */

        GArray *jails;            /* of Jail */
        GHashTable *jail_numbers; /* name, owned by jails -> number */
};

static gpointer map_pages(gsize size) {
        gpointer pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (pages == MAP_FAILED)
                g_error("no memory for the ban table"); /* as GLib does for all other memory */
        return pages;
}

static void index_reset(BanSlots *self, guint32 size) {
        self->index = map_pages(size * sizeof(guint32));
        self->index_size = size;
        memset(self->index, 0xff, size * sizeof(guint32));
}

BanSlots *ban_slots_new(void) {
        BanSlots *self = g_new0(BanSlots, 1);

        self->blocks = g_ptr_array_new();
        self->secret = ((guint64) g_random_int() << 32 | g_random_int()) | 1;
        self->jails = g_array_new(FALSE, TRUE, sizeof(Jail));
        self->jail_numbers = g_hash_table_new(g_str_hash, g_str_equal);
        index_reset(self, INDEX_MIN);
        return self;
}

static BanSlot *slot_at(const BanSlots *self, guint32 index) {
        return &((Block *) self->blocks->pdata[index / BLOCK_SLOTS])->slots[index % BLOCK_SLOTS];
}

static guint32 *queue_at(const BanSlots *self, guint32 place) {
        return &((Block *) self->blocks->pdata[place / BLOCK_SLOTS])->queue[place % BLOCK_SLOTS];
}

static Jail *jail_at(const BanSlots *self, guint jail) {
        return &g_array_index(self->jails, Jail, jail);
}

void ban_slots_free(BanSlots *self) {
        if (!self)
                return;

        for (guint32 i = 0; i < self->size; i++)
                g_free((char *) ban_slot_text(slot_at(self, i)));
        for (guint i = 0; i < self->blocks->len; i++)
                (void) munmap(self->blocks->pdata[i], sizeof(Block));
        (void) munmap(self->index, self->index_size * sizeof(guint32));
        for (guint i = 0; i < self->jails->len; i++)
                g_free(jail_at(self, i)->name);

        g_ptr_array_unref(self->blocks);
        g_hash_table_unref(self->jail_numbers);
        g_array_unref(self->jails);
        g_free(self);
}

/* ids */

void ban_id_from_text(BanId *id, const char *text) {
        *id = (BanId) { 0 };
        if (!address_try_parse(text, &id->address))
                id->text = text;
}

const char *ban_slot_text(const BanSlot *slot) {
        const char *text;

        if (slot->address.version != 0)
                return NULL;
        memcpy(&text, slot->address.bytes, sizeof(text));
        return text;
}

const char *ban_slot_format(const BanSlot *slot, char buffer[ADDRESS_TEXT_MAX]) {
        const char *text = ban_slot_text(slot);

        return text ? text : address_format(&slot->address, buffer);
}

int ban_slot_compare_ids(const BanSlot *a, const BanSlot *b) {
        const char *text_a = ban_slot_text(a), *text_b = ban_slot_text(b);

        if (text_a && text_b)
                return strcmp(text_a, text_b);
        if (text_a || text_b)
                return text_a ? 1 : -1;
        return address_compare(&a->address, &b->address);
}

static gboolean slot_is(const BanSlot *slot, guint jail, const BanId *id) {
        const char *text = ban_slot_text(slot);

        if (slot->jail != jail)
                return FALSE;
        if (text || id->text)
                return text && id->text && g_str_equal(text, id->text);
        return address_equal(&slot->address, &id->address);
}

static guint32 hash_id(const BanSlots *self, guint jail, const Address *address, const char *text) {
        guint64 hash = jail;

        if (text)
                for (const char *p = text; *p; p++)
                        hash = hash * self->secret + (guchar) *p;
        else
                hash = hash * self->secret + address_hash(address);

        hash = (hash ^ hash >> 32) * self->secret;
        return (guint32) (hash >> 32);
}

static guint32 hash_slot(const BanSlots *self, const BanSlot *slot) {
        return hash_id(self, slot->jail, &slot->address, ban_slot_text(slot));
}

/* the index */

static guint32 index_home(const BanSlots *self, guint32 hash) {
        return hash & (self->index_size - 1);
}

static guint32 index_after(const BanSlots *self, guint32 position) {
        return (position + 1) & (self->index_size - 1);
}

static void index_insert(BanSlots *self, guint32 slot) {
        guint32 position = index_home(self, hash_slot(self, slot_at(self, slot)));

        while (self->index[position] != BAN_SLOT_NONE)
                position = index_after(self, position);
        self->index[position] = slot;
}

static guint32 index_position(const BanSlots *self, guint32 slot) {
        guint32 position = index_home(self, hash_slot(self, slot_at(self, slot)));

        while (self->index[position] != slot)
                position = index_after(self, position);
        return position;
}

/* Closes the gap: whoever comes later in the run and may stand here moves here. */
static void index_erase(BanSlots *self, guint32 gap) {
        for (guint32 at = index_after(self, gap); self->index[at] != BAN_SLOT_NONE; at = index_after(self, at)) {
                guint32 home = index_home(self, hash_slot(self, slot_at(self, self->index[at])));
                guint32 mask = self->index_size - 1;

                if (((at - home) & mask) < ((at - gap) & mask))
                        continue;
                self->index[gap] = self->index[at];
                gap = at;
        }
        self->index[gap] = BAN_SLOT_NONE;
}

static void index_resize(BanSlots *self, guint32 size) {
        guint32 *old = self->index, old_size = self->index_size;

        index_reset(self, size);
        for (guint32 i = 0; i < self->size; i++)
                index_insert(self, i);
        (void) munmap(old, old_size * sizeof(guint32));
}

/* At most four fifths full, at least a fifth unless small. */
static void index_fit(BanSlots *self, guint32 size) {
        if ((guint64) size * 5 > (guint64) self->index_size * 4)
                index_resize(self, self->index_size * 2);
        else if (self->index_size > INDEX_MIN && size < self->index_size / 5)
                index_resize(self, self->index_size / 2);
}

/* the queue of ends */

static void queue_place(BanSlots *self, guint32 place, guint32 slot) {
        *queue_at(self, place) = slot;
        slot_at(self, slot)->queued = place;
}

static gint64 queue_end(const BanSlots *self, guint32 place) {
        return slot_at(self, *queue_at(self, place))->ends_at;
}

/* Puts the slot in at `place`, or above it where it belongs. */
static void queue_sift_up(BanSlots *self, guint32 place, guint32 slot) {
        gint64 end = slot_at(self, slot)->ends_at;

        while (place > 0 && queue_end(self, (place - 1) / 2) > end) {
                queue_place(self, place, *queue_at(self, (place - 1) / 2));
                place = (place - 1) / 2;
        }
        queue_place(self, place, slot);
}

static void queue_sift_down(BanSlots *self, guint32 place, guint32 slot) {
        gint64 end = slot_at(self, slot)->ends_at;

        for (;;) {
                guint32 child = 2 * place + 1;

                if (child + 1 < self->n_queued && queue_end(self, child + 1) < queue_end(self, child))
                        child++;
                if (child >= self->n_queued || queue_end(self, child) >= end)
                        break;
                queue_place(self, place, *queue_at(self, child));
                place = child;
        }
        queue_place(self, place, slot);
}

static void queue_remove(BanSlots *self, BanSlot *slot) {
        guint32 place = slot->queued, last;

        if (place == BAN_SLOT_NONE)
                return;

        slot->queued = BAN_SLOT_NONE;
        last = *queue_at(self, --self->n_queued);
        if (place == self->n_queued)
                return;
        queue_sift_down(self, place, last);
        queue_sift_up(self, slot_at(self, last)->queued, last);
}

static void queue_add(BanSlots *self, guint32 index) {
        if (slot_at(self, index)->ends_at >= 0)
                queue_sift_up(self, self->n_queued++, index);
}

gint64 ban_slots_next_end(const BanSlots *self) {
        return self->n_queued > 0 ? queue_end(self, 0) : G_MAXINT64;
}

/* Breadth first from the root; below a ban that is not due nothing is. The result is its own list of work. */
guint ban_slots_due(const BanSlots *self, gint64 now, guint limit, guint32 *ret_indices) {
        guint n = 0;

        if (limit == 0 || ban_slots_next_end(self) > now)
                return 0;

        ret_indices[n++] = *queue_at(self, 0);
        for (guint done = 0; done < n; done++) {
                guint32 child = 2 * slot_at(self, ret_indices[done])->queued + 1;

                for (guint i = 0; i < 2 && n < limit; i++, child++)
                        if (child < self->n_queued && queue_end(self, child) <= now)
                                ret_indices[n++] = *queue_at(self, child);
        }
        return n;
}

/* jails */

guint ban_slots_n_jails(const BanSlots *self) {
        return self->jails->len;
}

const char *ban_slots_jail_name(const BanSlots *self, guint jail) {
        return jail_at(self, jail)->name;
}

Ban ban_slots_ban(const BanSlots *self, const BanSlot *slot, char buffer[ADDRESS_TEXT_MAX]) {
        return (Ban) {
                .jail = (char *) ban_slots_jail_name(self, slot->jail),
                .id = (char *) ban_slot_format(slot, buffer),
                .is_address = slot->address.version != 0,
                .address = slot->address,
                .banned_at = slot->banned_at,
                .ends_at = slot->ends_at,
                .failures = slot->failures,
                .count = slot->count,
                .country = slot->country,
                .network = slot->network,
        };
}

guint32 ban_slots_jail_count(const BanSlots *self, guint jail) {
        return jail_at(self, jail)->count;
}

gboolean ban_slots_find_jail(const BanSlots *self, const char *name, guint *ret) {
        gpointer number;

        if (!g_hash_table_lookup_extended(self->jail_numbers, name, NULL, &number))
                return FALSE;
        *ret = GPOINTER_TO_UINT(number);
        return TRUE;
}

static gboolean jail_intern(BanSlots *self, const char *name, guint *ret) {
        guint number = 0;

        if (ban_slots_find_jail(self, name, ret))
                return TRUE;

        while (number < self->jails->len && jail_at(self, number)->name)
                number++;
        if (number == JAILS_MAX)
                return FALSE;
        if (number == self->jails->len)
                g_array_set_size(self->jails, number + 1);

        jail_at(self, number)->name = g_strdup(name);
        g_hash_table_insert(self->jail_numbers, jail_at(self, number)->name, GUINT_TO_POINTER(number));
        *ret = number;
        return TRUE;
}

static void jail_release(BanSlots *self, guint number) {
        Jail *jail = jail_at(self, number);

        if (--jail->count > 0)
                return;
        g_hash_table_remove(self->jail_numbers, jail->name);
        g_clear_pointer(&jail->name, g_free);
}

/* slots */

guint32 ban_slots_size(const BanSlots *self) {
        return self->size;
}

const BanSlot *ban_slots_get(const BanSlots *self, guint32 index) {
        return slot_at(self, index);
}

guint32 ban_slots_n_runs(const BanSlots *self) {
        return (self->size + BLOCK_SLOTS - 1) / BLOCK_SLOTS;
}

const BanSlot *ban_slots_run(const BanSlots *self, guint32 run, guint32 *ret_n) {
        *ret_n = MIN(self->size - run * BLOCK_SLOTS, BLOCK_SLOTS);
        return slot_at(self, run * BLOCK_SLOTS);
}

guint32 ban_slots_find(const BanSlots *self, const char *jail, const BanId *id) {
        guint number;
        guint32 position;

        if (!ban_slots_find_jail(self, jail, &number))
                return BAN_SLOT_NONE;

        position = index_home(self, hash_id(self, number, &id->address, id->text));
        while (self->index[position] != BAN_SLOT_NONE) {
                if (slot_is(slot_at(self, self->index[position]), number, id))
                        return self->index[position];
                position = index_after(self, position);
        }
        return BAN_SLOT_NONE;
}

guint32 ban_slots_add(BanSlots *self, const char *jail, const BanId *id) {
        guint number;
        guint32 index = self->size;
        BanSlot *slot;

        if (!jail_intern(self, jail, &number))
                return BAN_SLOT_NONE;

        index_fit(self, index + 1);
        if (index / BLOCK_SLOTS == self->blocks->len)
                g_ptr_array_add(self->blocks, map_pages(sizeof(Block)));

        slot = slot_at(self, index);
        *slot = (BanSlot) { .address = id->address, .ends_at = -1, .queued = BAN_SLOT_NONE };
        slot->jail = (guint16) number;
        if (id->text) {
                char *copy = g_strdup(id->text);

                slot->address = (Address) { 0 };
                memcpy(slot->address.bytes, &copy, sizeof(copy));
        }

        jail_at(self, number)->count++;
        self->size++;
        index_insert(self, index);
        return index;
}

void ban_slots_set(BanSlots *self, guint32 index, gint64 banned_at, gint64 ends_at, guint failures, guint count) {
        BanSlot *slot = slot_at(self, index);

        slot->banned_at = banned_at;
        slot->failures = failures;
        slot->count = count;
        if (slot->ends_at == ends_at)
                return;

        queue_remove(self, slot);
        slot->ends_at = ends_at;
        queue_add(self, index);
}

void ban_slots_set_place(BanSlots *self, guint32 index, guint16 country, guint32 network) {
        BanSlot *slot = slot_at(self, index);

        slot->country = country;
        slot->network = network;
}

/* Index and queue are told the last slot's new number. */
static void move_last(BanSlots *self, guint32 to) {
        guint32 last = self->size - 1;

        if (to == last)
                return;
        self->index[index_position(self, last)] = to;
        *slot_at(self, to) = *slot_at(self, last);
        if (slot_at(self, to)->queued != BAN_SLOT_NONE)
                *queue_at(self, slot_at(self, to)->queued) = to;
}

/* One block more than needed is kept, so that a ban that comes and goes maps nothing. */
static void drop_blocks(BanSlots *self) {
        while (self->blocks->len > ban_slots_n_runs(self) + 1)
                (void) munmap(g_ptr_array_steal_index(self->blocks, self->blocks->len - 1), sizeof(Block));
}

void ban_slots_remove(BanSlots *self, guint32 index) {
        BanSlot *slot = slot_at(self, index);

        index_erase(self, index_position(self, index));
        queue_remove(self, slot);
        g_free((char *) ban_slot_text(slot));
        jail_release(self, slot->jail);

        move_last(self, index);
        self->size--;
        drop_blocks(self);
        index_fit(self, self->size);
}
