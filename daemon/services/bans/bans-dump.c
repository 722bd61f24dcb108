/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * All bans as JSON lines in a sealed memory file
 *
 * Written straight from the table's slots, under its read lock, in large pieces: 100,000 lines in some 20 ms, and none
 * of it in our own memory. json-glib escapes what needs it: each jail once, and ids that are no address.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <json-glib/json-glib.h>

#include "core/error.h"
#include "services/bans/bans-private.h"

#define PIECE (128 * 1024)
#define NUMBERS_MAX 256 /* bytes of a line apart from jail and address */
#define DIGITS_MAX 20

typedef struct Dump {
        int fd;
        int errsv; /* of the first write that failed */
        gint64 now;
        GHashTable *heads; /* jail, as the table holds it -> GString, the beginning of its lines */
        const char *last_jail;
        const GString *last_head;
        char *piece;
        gsize used, room;
} Dump;

static void dump_flush(Dump *self) {
        const char *at = self->piece;
        gsize left = self->used;

        while (left > 0 && self->errsv == 0) {
                gssize n = write(self->fd, at, left);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0) {
                        self->errsv = errno;
                        break;
                }
                at += n;
                left -= (gsize) n;
        }
        self->used = 0;
}

/* Where so many bytes may be written. */
static char *dump_room(Dump *self, gsize needed) {
        if (self->room - self->used < needed)
                dump_flush(self);
        if (self->room < needed) {
                self->room = needed;
                self->piece = g_realloc(self->piece, self->room);
        }
        return self->piece + self->used;
}

static char *json_text(const char *text) {
        g_autoptr(JsonNode) node = json_node_init_string(json_node_alloc(), text);

        return json_to_string(node, FALSE);
}

static void free_head(gpointer head) {
        g_string_free(head, TRUE);
}

/* The pointer is the key: the table has each name once, and keeps it while it is locked. */
static const GString *jail_head(Dump *self, const char *jail) {
        GString *head;

        if (jail == self->last_jail)
                return self->last_head;

        head = g_hash_table_lookup(self->heads, jail);
        if (!head) {
                g_autofree char *quoted = json_text(jail);

                head = g_string_new(NULL);
                g_string_printf(head, "{\"jail\":%s,\"address\":", quoted);
                g_hash_table_insert(self->heads, (gpointer) jail, head);
        }
        self->last_jail = jail;
        self->last_head = head;
        return head;
}

static inline char *put_text(char *p, const char *text, gsize length) {
        memcpy(p, text, length);
        return p + length;
}

static const char digit_pairs[] = "0001020304050607080910111213141516171819"
                                  "2021222324252627282930313233343536373839"
                                  "4041424344454647484950515253545556575859"
                                  "6061626364656667686970717273747576777879"
                                  "8081828384858687888990919293949596979899";

static inline void put_pair(char *p, guint32 number) {
        memcpy(p, digit_pairs + 2 * number, 2);
}

/* Ten digits, as all times from 2001 to 2286 have, none of which waits for another. */
static inline char *put_time(char *p, guint64 number) {
        guint32 rest = (guint32) (number % 100000000);

        put_pair(p, (guint32) (number / 100000000));
        put_pair(p + 2, rest / 1000000);
        put_pair(p + 4, rest / 10000 % 100);
        put_pair(p + 6, rest / 100 % 100);
        put_pair(p + 8, rest % 100);
        return p + 10;
}

static char *put_number(char *p, gint64 number) {
        char digits[DIGITS_MAX], *first = digits + sizeof(digits);
        guint64 rest = number < 0 ? 0 - (guint64) number : (guint64) number;

        if (number >= G_GINT64_CONSTANT(1000000000) && number < G_GINT64_CONSTANT(10000000000))
                return put_time(p, rest);

        do
                *--first = (char) ('0' + rest % 10);
        while ((rest /= 10) > 0);

        if (number < 0)
                *p++ = '-';
        while (first < digits + sizeof(digits))
                *p++ = *first++;
        return p;
}

#define PUT_LITERAL(p, literal) put_text(p, literal, sizeof(literal) - 1)

static char *put_numbers(char *p, const Ban *ban, gint64 now) {
        p = PUT_LITERAL(p, ",\"banned_at\":");
        p = put_number(p, ban->banned_at);
        p = PUT_LITERAL(p, ",\"ends_at\":");
        p = put_number(p, ban->ends_at);
        p = PUT_LITERAL(p, ",\"remaining\":");
        p = put_number(p, ban_remaining(ban, now));
        p = PUT_LITERAL(p, ",\"failures\":");
        p = put_number(p, ban->failures);
        p = PUT_LITERAL(p, ",\"count\":");
        p = put_number(p, ban->count);
        return p;
}

static char *put_place(char *p, const Ban *ban) {
        p = PUT_LITERAL(p, ",\"country\":\"");
        if (ban->country != 0) {
                *p++ = (char) (ban->country >> 8);
                *p++ = (char) (ban->country & 0xff);
        }
        p = PUT_LITERAL(p, "\",\"network\":");
        p = put_number(p, ban->network);
        return PUT_LITERAL(p, "}\n");
}

static void dump_ban(const Ban *ban, gpointer userdata) {
        Dump *self = userdata;
        const GString *head = jail_head(self, ban->jail);
        g_autofree char *quoted = ban->is_address ? NULL : json_text(ban->id);
        gsize id_length = strlen(quoted ? quoted : ban->id);
        char *p = dump_room(self, head->len + id_length + NUMBERS_MAX);

        p = put_text(p, head->str, head->len);
        if (!quoted)
                *p++ = '"';
        p = put_text(p, quoted ? quoted : ban->id, id_length);
        if (!quoted)
                *p++ = '"';
        p = put_place(put_numbers(p, ban, self->now), ban);
        self->used = (gsize) (p - self->piece);
}

static void dump_clear(Dump *self) {
        if (self->fd >= 0)
                close(self->fd);
        g_hash_table_unref(self->heads);
        g_free(self->piece);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Dump, dump_clear)

static gboolean dump_seal(Dump *self) {
        dump_flush(self);
        if (self->errsv == 0 &&
            (lseek(self->fd, 0, SEEK_SET) < 0 ||
             fcntl(self->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0))
                self->errsv = errno;
        return self->errsv == 0;
}

static int fail_dump(int errsv, GError **error) {
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INTERNAL, "The memory file of the bans could not be written: %s",
                    g_strerror(errsv));
        return -1;
}

int bans_dump(Bans *self, const BanQuery *query, gint64 now, GError **error) {
        BanQuery all = *query;
        g_auto(Dump) dump = {
                .fd = -1,
                .now = now,
                .heads = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free_head),
                .piece = g_malloc(PIECE),
                .room = PIECE,
        };

        if (!bans_check_query(self, query, error))
                return -1;

        dump.fd = memfd_create("bans", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (dump.fd < 0)
                return fail_dump(errno, error);

        all.limit = 0;
        all.cursor = NULL;
        if (!ban_table_query(self->table, &all, dump_ban, &dump, NULL, NULL, error))
                return -1;
        if (!dump_seal(&dump))
                return fail_dump(dump.errsv, error);
        return g_steal_fd(&dump.fd);
}
