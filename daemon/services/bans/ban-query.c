/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A query is one pass over all slots
 *
 * What matches becomes a pick: its slot and the first 64 bits of its place in the order, which decide nearly every
 * comparison without touching the slot. Equal ones are told apart by jail name and id, so the order is total and a
 * cursor, which is the key of the last row, has one place in it. A page keeps the best limit + 1 picks; a dump sorts
 * all of them.
 *
 * Jails are compared by rank, the place of their name in the alphabet; the cursor is made a slot of its own whose jail
 * is one more than there are.
 */

#include "services/bans/ban-query.h"

#include <stdlib.h>
#include <string.h>

#include "services/bans/ban-cursor.h"

#define SIGN_BIT (G_GUINT64_CONSTANT(1) << 63)
#define RANK_BITS 17 /* twice as many as there can be jails */
#define TIES_MANY 64

typedef struct Pick {
        guint64 key;
        const BanSlot *slot;
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
        Pick last_pick;

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

/* Of the order by jail, then id. */
static guint64 jail_key(const Search *self, const BanSlot *slot) {
        return (guint64) self->ranks[slot->jail] << (64 - RANK_BITS) | address_key(slot) >> RANK_BITS;
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
                return jail_key(self, slot);
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

static int compare_picks(gconstpointer a, gconstpointer b, gpointer userdata) {
        const Search *self = userdata;
        const Pick *pick_a = a, *pick_b = b;
        int order;

        if (pick_a->key != pick_b->key)
                order = pick_a->key < pick_b->key ? -1 : 1;
        else
                order = compare_slots(self, pick_a->slot, pick_b->slot);
        return self->query->descending ? -order : order;
}

/* Stable, by one byte of the key. */
static void sort_byte(const Pick *picks, guint n, Pick *sorted, guint shift, guint64 flip) {
        guint32 places[256] = { 0 }, before = 0;

        for (guint i = 0; i < n; i++)
                places[(picks[i].key ^ flip) >> shift & 0xff]++;
        for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
                guint32 count = places[i];

                places[i] = before;
                before += count;
        }
        for (guint i = 0; i < n; i++)
                sorted[places[(picks[i].key ^ flip) >> shift & 0xff]++] = picks[i];
}

/* By key alone, a byte at a time from the lowest; a byte that is the same everywhere, as most are in times, is passed
 * over. */
static void sort_keys(const Search *self, Pick *picks, guint n, Pick *spare) {
        guint64 flip = self->query->descending ? G_MAXUINT64 : 0, different = 0;
        Pick *from = picks, *to = spare;

        for (guint i = 0; i < n; i++)
                /* NOLINTNEXTLINE(clang-analyzer-core.*): as many picks were filled in as were counted */
                different |= picks[i].key ^ picks[0].key;
        for (guint shift = 0; shift < 64; shift += 8) {
                Pick *sorted = to;

                if ((different >> shift & 0xff) == 0)
                        continue;
                sort_byte(from, n, sorted, shift, flip);
                to = from;
                from = sorted;
        }
        if (from != picks)
                memcpy(picks, from, n * sizeof(Pick));
}

/* How many of the N, which are sorted by key, have the key of the first. */
static guint count_ties(const Pick *picks, guint n) {
        guint ties = 1;

        while (ties < n && picks[ties].key == picks[0].key)
                ties++;
        return ties;
}

static void sort_by_comparing(const Search *self, Pick *picks, guint n) {
        if (n > 1)
                qsort_r(picks, n, sizeof(Pick), compare_picks, (gpointer) self);
}

/* Picks of the same key. Many, as of bans that came in one call, get the key of the order among them instead. */
static void sort_ties(const Search *self, Pick *picks, guint n, Pick *spare) {
        if (n < TIES_MANY || self->query->sort == BAN_SORT_ADDRESS) {
                sort_by_comparing(self, picks, n);
                return;
        }
        for (guint i = 0; i < n; i++)
                picks[i].key = jail_key(self, picks[i].slot);
        sort_keys(self, picks, n, spare);
        for (guint i = 0, ties; i < n; i += ties) {
                ties = count_ties(picks + i, n - i);
                sort_by_comparing(self, picks + i, ties);
        }
}

/* Ten times faster than comparing 100,000 picks. */
static void sort_picks(Search *self) {
        g_autofree Pick *spare = g_new(Pick, self->n_picks);

        sort_keys(self, self->picks, self->n_picks, spare);
        for (guint i = 0, ties; i < self->n_picks; i += ties) {
                ties = count_ties(self->picks + i, self->n_picks - i);
                sort_ties(self, self->picks + i, ties, spare);
        }
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

static void consider(Search *self, const BanSlot *slot) {
        Pick pick = { .slot = slot };

        if (!matches(self, slot))
                return;
        self->total++;

        pick.key = sort_key(self, slot);
        if (self->continued && compare_picks(&pick, &self->last_pick, self) <= 0)
                return;

        if (self->query->limit > 0)
                keep_best(self, pick);
        else
                self->picks[self->n_picks++] = pick;
}

static void search_run(Search *self, guint32 run) {
        guint32 n;
        const BanSlot *slots = ban_slots_run(self->slots, run, &n);

        for (guint32 i = 0; i < n; i++)
                consider(self, &slots[self->query->descending ? n - 1 - i : i]);
}

static void search_all(Search *self) {
        guint32 size = ban_slots_size(self->slots), n_runs = ban_slots_n_runs(self->slots);

        if (self->query->jail) {
                if (!ban_slots_find_jail(self->slots, self->query->jail, &self->jail))
                        return;
                self->in_one_jail = TRUE;
        }

        self->room = self->query->limit > 0 ? MIN(self->query->limit + 1, size) : size;
        self->picks = g_new(Pick, self->room);

        /* Slots lie roughly in the order in which the bans came. */
        for (guint32 i = 0; i < n_runs; i++)
                search_run(self, self->query->descending ? n_runs - 1 - i : i);

        if (self->query->limit == 0)
                sort_picks(self);
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

        slot = self->picks[n - 1].slot;
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

static void hand_out(const Search *self, const BanSlot *slot, BanFunc each, gpointer userdata) {
        char buffer[ADDRESS_TEXT_MAX];
        Ban ban = ban_slots_ban(self->slots, slot, buffer);

        each(&ban, userdata);
}

static void search_clear(Search *self) {
        g_free(self->needle);
        g_free(self->ranks);
        g_free(self->picks);
        ban_cursor_clear(&self->cursor);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Search, search_clear)

gboolean ban_query_run(const BanSlots *slots, const BanQuery *query, BanFunc each, gpointer userdata, char **ret_cursor,
                       guint *ret_total, GError **error) {
        g_auto(Search) self = { .slots = slots, .query = query };
        guint n;

        if (!search_continue(&self, error))
                return FALSE;
        if (query->search && *query->search)
                self.needle = g_utf8_casefold(query->search, -1);

        rank_jails(&self);
        if (self.continued)
                self.last_pick = (Pick) { sort_key(&self, &self.last), &self.last };
        search_all(&self);

        n = query->limit > 0 ? MIN(self.n_picks, query->limit) : self.n_picks;
        for (guint i = 0; i < n; i++)
                /* NOLINTNEXTLINE(clang-analyzer-core.*): as many picks were filled in as were counted */
                hand_out(&self, self.picks[i].slot, each, userdata);

        if (ret_cursor)
                *ret_cursor = search_next_cursor(&self, n);
        if (ret_total)
                *ret_total = self.total;
        return TRUE;
}
