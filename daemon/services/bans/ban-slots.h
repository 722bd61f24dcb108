/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The memory of the ban table: bans in slots, found by (jail, id), queued by their end
 *
 * Slots are dense: 0 to n - 1, and a removed one is filled with the last, so numbers hold only until the next
 * removal. Not thread-safe and silent: ban-table.c locks and tells.
 */

#pragma once

#include "core/address.h"
#include "services/bans/ban.h"

#define BAN_SLOT_NONE G_MAXUINT32

/* 56 bytes. With its place in the queue (4) and its share of the index (5 to 10) a ban takes about 68. */
typedef struct BanSlot {
        Address address; /* version 0: the id is a text, its pointer stands in the bytes */
        guint16 jail;
        guint32 failures;
        gint64 banned_at;
        gint64 ends_at; /* -1 = permanent */
        guint32 count;
        guint32 queued;  /* place in the queue of ends, BAN_SLOT_NONE when permanent */
        guint32 network; /* 0 = not known */
        guint16 country; /* 0 = not known */
} BanSlot;

/* Who, for a search; text is NULL when it is an address. */
typedef struct BanId {
        Address address;
        const char *text;
} BanId;

typedef struct BanSlots BanSlots;

BanSlots *ban_slots_new(void);
void ban_slots_free(BanSlots *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BanSlots, ban_slots_free)

/* `id` borrows the text; it is an address whenever it can be read as one. */
void ban_id_from_text(BanId *id, const char *text);

/* NULL when the slot's id is an address. */
const char *ban_slot_text(const BanSlot *slot);
/* Addresses are written to buffer. */
const char *ban_slot_format(const BanSlot *slot, char buffer[ADDRESS_TEXT_MAX]);

/* Order of ids: addresses as numbers, then texts. */
int ban_slot_compare_ids(const BanSlot *a, const BanSlot *b);

guint32 ban_slots_size(const BanSlots *self);
const BanSlot *ban_slots_get(const BanSlots *self, guint32 index);

/* The whole ban; jail and id are borrowed from the slot or lie in buffer. */
Ban ban_slots_ban(const BanSlots *self, const BanSlot *slot, char buffer[ADDRESS_TEXT_MAX]);

/* For a pass over all: slots lie in runs. */
guint32 ban_slots_n_runs(const BanSlots *self);
const BanSlot *ban_slots_run(const BanSlots *self, guint32 run, guint32 *ret_n);

/* Jails: number to name and back, and how many bans each has. Numbers of jails without bans are used again. */
guint ban_slots_n_jails(const BanSlots *self);                     /* numbers are below this */
const char *ban_slots_jail_name(const BanSlots *self, guint jail); /* NULL when the number is free */
guint32 ban_slots_jail_count(const BanSlots *self, guint jail);
gboolean ban_slots_find_jail(const BanSlots *self, const char *name, guint *ret);

guint32 ban_slots_find(const BanSlots *self, const char *jail, const BanId *id); /* or BAN_SLOT_NONE */

/* A ban that is not there yet; times and numbers are zero, the end permanent. BAN_SLOT_NONE when no more jails fit. */
guint32 ban_slots_add(BanSlots *self, const char *jail, const BanId *id);
void ban_slots_set(BanSlots *self, guint32 index, gint64 banned_at, gint64 ends_at, guint failures, guint count);
void ban_slots_set_place(BanSlots *self, guint32 index, guint16 country, guint32 network);
void ban_slots_remove(BanSlots *self, guint32 index);

gint64 ban_slots_next_end(const BanSlots *self); /* G_MAXINT64 = none */

/* At most `limit` slots whose end is at or before `now`, in no order; returns how many. */
guint ban_slots_due(const BanSlots *self, gint64 now, guint limit, guint32 *ret_indices);
