/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A query is one pass over all slots
 *
 * What matches becomes a pick: its slot and the first 64 bits of its sort key, which decide nearly every comparison
 * without touching the slot. Equal ones are told apart by jail name and id, so the order is total and a cursor, which
 * is the key of the last row, has one place in it. A page keeps the best limit + 1 picks; a dump sorts them all.
 *
 * Jails are compared by rank, the place of their name in the alphabet; the cursor is made a slot of its own whose jail
 * is one more than there are.
 */

#include "services/ban-query.h"

#include <stdlib.h>
#include <string.h>

#include "services/ban-cursor.h"

#define SIGN_BIT (G_GUINT64_CONSTANT(1) << 63)

typedef struct Pick {
        guint64 key;
        guint32 slot;
} Pick;

typedef struct Search {
        const BanSlots *slots;
        const BanQuery *query;

        gboolean in_one_jail;
        guint jail;
        char *needle; /* case-folded; NULL = none */
        guint32 *ranks;

        gboolean continued;
        BanCursor cursor;
        BanSlot last; /* the cursor as a slot */
        guint64 last_key;

        Pick *picks; /* in order when there is a limit */
        guint n_picks, room;
        guint total;
} Search;

/* order */

static int compare_names(gconstpointer a, gconstpointer b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* Names have odd ranks, so that there is one between any two for a jail that has gone. */
static guint32 rank_name(const GPtrArray *names, const char *name) {
        guint below = 0, above = names->len;

        while (below < above) {
                guint middle = (below + above) / 2;
                int order = strcmp(g_ptr_array_index(names, middle), name);

                if (order == 0)
                        return 2 * middle + 1;
                if (order < 0)
                        below = middle + 1;
                else
                        above = middle;
        }
        return 2 * below;
}

static void rank_jails(Search *self) {
        g_autoptr(GPtrArray) names = g_ptr_array_new();
        guint n = ban_slots_n_jails(self->slots);

        for (guint i = 0; i < n; i++)
                if (ban_slots_jail_name(self->slots, i))
                        g_ptr_array_add(names, (gpointer) ban_slots_jail_name(self->slots, i));
        g_ptr_array_sort(names, compare_names);

        self->ranks = g_new0(guint32, n + 1);
        for (guint i = 0; i < n; i++)
                if (ban_slots_jail_name(self->slots, i))
                        self->ranks[i] = rank_name(names, ban_slots_jail_name(self->slots, i));
        if (self->cursor.jail)
                self->ranks[n] = rank_name(names, self->cursor.jail);
}

/* Version, then the first seven bytes; texts come last. */
static guint64 address_key(const BanSlot *slot) {
        const char *text = ban_slot_text(slot);
        guint8 bytes[8] = { slot->address.version };
        guint64 key;

        if (text) {
                bytes[0] = 0xff;
                memcpy(bytes + 1, text, strnlen(text, 7));
        } else {
                memcpy(bytes + 1, slot->address.bytes, 7);
        }
        memcpy(&key, bytes, sizeof(key));
        return GUINT64_FROM_BE(key);
}

static guint64 sort_key(const Search *self, const BanSlot *slot) {
        switch (self->query->sort) {
        case BAN_SORT_ADDRESS:
                return address_key(slot);
        case BAN_SORT_BANNED_AT:
                return (guint64) slot->banned_at ^ SIGN_BIT;
        case BAN_SORT_ENDS_AT:
                return slot->ends_at < 0 ? G_MAXUINT64 : (guint64) slot->ends_at ^ SIGN_BIT;
        case BAN_SORT_FAILURES:
                return slot->failures;
        case BAN_SORT_JAIL:
                return self->ranks[slot->jail];
        }
        g_assert_not_reached();
}

static int compare_slots(const Search *self, const BanSlot *a, const BanSlot *b) {
        guint32 rank_a = self->ranks[a->jail], rank_b = self->ranks[b->jail];
        int by_id;

        if (self->query->sort != BAN_SORT_ADDRESS && rank_a != rank_b)
                return rank_a < rank_b ? -1 : 1;

        by_id = ban_slot_compare_ids(a, b);
        return by_id != 0 ? by_id : (rank_a > rank_b) - (rank_a < rank_b);
}

static int compare(const Search *self, guint64 key_a, const BanSlot *a, guint64 key_b, const BanSlot *b) {
        int order;

        if (key_a != key_b)
                order = key_a < key_b ? -1 : 1;
        else
                order = compare_slots(self, a, b);
        return self->query->descending ? -order : order;
}

static int compare_picks(gconstpointer a, gconstpointer b, gpointer userdata) {
        const Search *self = userdata;
        const Pick *pick_a = a, *pick_b = b;

        return compare(self, pick_a->key, ban_slots_get(self->slots, pick_a->slot), pick_b->key,
                       ban_slots_get(self->slots, pick_b->slot));
}

/* filter */

static gboolean matches_text(const Search *self, const BanSlot *slot) {
        const char *text = ban_slot_text(slot);
        char buffer[ADDRESS_TEXT_MAX];
        g_autofree char *folded = NULL;

        if (!text)
                return strstr(address_format(&slot->address, buffer), self->needle) != NULL;

        folded = g_utf8_casefold(text, -1);
        return strstr(folded, self->needle) != NULL;
}

static gboolean matches(const Search *self, const BanSlot *slot) {
        const BanQuery *query = self->query;

        if (self->in_one_jail && slot->jail != self->jail)
                return FALSE;
        if (query->within && !address_contains(query->within, &slot->address))
                return FALSE;
        if (query->covering && !address_contains(&slot->address, query->covering))
                return FALSE;
        return !self->needle || matches_text(self, slot);
}

/* Sorted insertion: the pass goes the way in which most later bans are worse, so that few come so far. */
static void keep_best(Search *self, Pick pick) {
        guint below = 0, above = self->n_picks;

        if (self->n_picks == self->room && compare_picks(&self->picks[self->room - 1], &pick, self) <= 0)
                return;

        while (below < above) {
                guint middle = (below + above) / 2;

                if (compare_picks(&self->picks[middle], &pick, self) < 0)
                        below = middle + 1;
                else
                        above = middle;
        }

        if (self->n_picks < self->room)
                self->n_picks++;
        memmove(&self->picks[below + 1], &self->picks[below], (self->n_picks - 1 - below) * sizeof(Pick));
        self->picks[below] = pick;
}

static void consider(Search *self, guint32 index) {
        const BanSlot *slot = ban_slots_get(self->slots, index);
        Pick pick = { .slot = index };

        if (!matches(self, slot))
                return;
        self->total++;

        pick.key = sort_key(self, slot);
        if (self->continued && compare(self, pick.key, slot, self->last_key, &self->last) <= 0)
                return;

        if (self->query->limit > 0)
                keep_best(self, pick);
        else
                self->picks[self->n_picks++] = pick;
}

static void search_all(Search *self) {
        guint32 size = ban_slots_size(self->slots);

        if (self->query->jail) {
                if (!ban_slots_find_jail(self->slots, self->query->jail, &self->jail))
                        return;
                self->in_one_jail = TRUE;
        }

        self->room = self->query->limit > 0 ? MIN(self->query->limit + 1, size) : size;
        self->picks = g_new(Pick, self->room);

        /* Slots lie roughly in the order in which the bans came. */
        for (guint32 i = 0; i < size; i++)
                consider(self, self->query->descending ? size - 1 - i : i);

        if (self->query->limit == 0)
                qsort_r(self->picks, self->n_picks, sizeof(Pick), compare_picks, self);
}

/* cursor */

static gboolean search_continue(Search *self, GError **error) {
        BanId id;

        if (!self->query->cursor || !*self->query->cursor)
                return TRUE;
        if (!ban_cursor_read(self->query, &self->cursor, error))
                return FALSE;

        ban_id_from_text(&id, self->cursor.id);
        self->last = (BanSlot) {
                .address = id.address,
                .jail = (guint16) ban_slots_n_jails(self->slots),
                .banned_at = self->cursor.value,
                .ends_at = self->cursor.value,
                .failures = (guint32) self->cursor.value,
        };
        if (id.text)
                memcpy(self->last.address.bytes, &id.text, sizeof(id.text));
        self->continued = TRUE;
        return TRUE;
}

static char *search_next_cursor(const Search *self, guint n) {
        const BanSlot *slot;
        char buffer[ADDRESS_TEXT_MAX];
        gint64 value = 0;

        if (n == self->n_picks)
                return g_strdup("");

        slot = ban_slots_get(self->slots, self->picks[n - 1].slot);
        if (self->query->sort == BAN_SORT_BANNED_AT)
                value = slot->banned_at;
        else if (self->query->sort == BAN_SORT_ENDS_AT)
                value = slot->ends_at;
        else if (self->query->sort == BAN_SORT_FAILURES)
                value = slot->failures;
        return ban_cursor_write(self->query, value, ban_slots_jail_name(self->slots, slot->jail),
                                ban_slot_format(slot, buffer));
}

/* the whole */

static void hand_out(const Search *self, guint32 index, BanFunc each, gpointer userdata) {
        const BanSlot *slot = ban_slots_get(self->slots, index);
        char buffer[ADDRESS_TEXT_MAX];
        Ban ban = {
                .jail = (char *) ban_slots_jail_name(self->slots, slot->jail),
                .id = (char *) ban_slot_format(slot, buffer),
                .is_address = slot->address.version != 0,
                .address = slot->address,
                .banned_at = slot->banned_at,
                .ends_at = slot->ends_at,
                .failures = slot->failures,
                .count = slot->count,
        };

        each(&ban, userdata);
}

static void search_clear(Search *self) {
        g_free(self->needle);
        g_free(self->ranks);
        g_free(self->picks);
        ban_cursor_clear(&self->cursor);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Search, search_clear)

gboolean ban_query_run(const BanSlots *slots, const BanQuery *query, BanFunc each, gpointer userdata,
                       char **ret_cursor, guint *ret_total, GError **error) {
        g_auto(Search) self = { .slots = slots, .query = query };
        guint n;

        if (!search_continue(&self, error))
                return FALSE;
        if (query->search && *query->search)
                self.needle = g_utf8_casefold(query->search, -1);

        rank_jails(&self);
        if (self.continued)
                self.last_key = sort_key(&self, &self.last);
        search_all(&self);

        n = query->limit > 0 ? MIN(self.n_picks, query->limit) : self.n_picks;
        for (guint i = 0; i < n; i++)
                hand_out(&self, self.picks[i].slot, each, userdata);

        if (ret_cursor)
                *ret_cursor = search_next_cursor(&self, n);
        if (ret_total)
                *ret_total = self.total;
        return TRUE;
}
