/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "archive-generator.h"

#include <math.h>
#include <string.h>

#define DAYS 365
#define ADDRESSES 150000
#define COUNTRIES 60
#define NETWORKS 5000
#define BATCH 10000
#define DATA_BYTES 235

static const char *const jails[] = {
        "sshd",        "recidive",        "postfix-sasl", "nginx-http-auth", "dovecot",  "bangui-blocklist",
        "apache-auth", "nginx-botsearch", "vsftpd",       "roundcube-auth",  "asterisk", "mysqld-auth",
};

/* Spreads an index over 32 bits. */
static guint32 mix(guint32 x) {
        x = (x ^ (x >> 16)) * 0x7feb352dU;
        x = (x ^ (x >> 15)) * 0x846ca68bU;
        return x ^ (x >> 16);
}

void archive_generate_address(guint index, Address *ret) {
        guint32 word = mix(index + 1);

        *ret = (Address) { .version = index % 7 ? 4 : 6, .prefix = index % 7 ? 32 : 128 };
        if (ret->version == 6) {
                memcpy(ret->bytes, "\x20\x01\x0d\xb8", 4);
                memcpy(ret->bytes + 4, &word, sizeof(word));
                memcpy(ret->bytes + 12, &index, sizeof(index));
                return;
        }
        memcpy(ret->bytes, &word, sizeof(word));
        ret->bytes[0] = (guint8) (11 + ret->bytes[0] % 200);
}

/* 0..n-1, small ones more often: how much more says `power`. */
static guint pick(GRand *rand, guint n, double power) {
        return MIN((guint) (pow(g_rand_double(rand), power) * n), n - 1);
}

typedef struct Generator {
        Archive *archive;
        GRand *rand;
        ArchiveEvent events[BATCH];
        char data[BATCH][DATA_BYTES + 1];
        guint n;
} Generator;

static void flush(Generator *self) {
        const ArchiveAdd add = { .source = ARCHIVE_SOURCE_DATABASE, .events = self->events, .n = self->n };
        g_autoptr(GError) error = NULL;
        ArchiveTally tally = { 0 };

        if (self->n > 0 && !archive_add(self->archive, &add, &tally, &error))
                g_error("%s", error->message);
        self->n = 0;
}

static const char *make_data(Generator *self, const Address *address) {
        char *data = self->data[self->n], text[ADDRESS_TEXT_MAX];
        int length = g_snprintf(data, DATA_BYTES,
                                "{\"captured\":{\"user\":\"root\"},\"matches\":[\"host sshd[4711]: Failed password for "
                                "root from %s port %u ssh2",
                                address_format(address, text), 1024 + g_rand_int_range(self->rand, 0, 60000));

        memset(data + length, '.', (gsize) (DATA_BYTES - 3 - length));
        memcpy(data + DATA_BYTES - 3, "\"]}", 4);
        return data;
}

/* Country and network follow from the address, as they do in the world. */
static void add_ban(Generator *self, gint64 at) {
        guint who = pick(self->rand, ADDRESSES, 2.5), where = mix(who + 77) % 10000;
        guint country = (guint) (pow(where / 10000.0, 3) * COUNTRIES);
        ArchiveEvent *event = &self->events[self->n];

        *event = (ArchiveEvent) {
                .kind = ARCHIVE_EVENT_BAN,
                .jail = jails[pick(self->rand, G_N_ELEMENTS(jails), 2)],
                .at = at,
                .bantime = 600U << pick(self->rand, 10, 3),
                .count = 1 + pick(self->rand, 8, 4),
                .failures = 3 + pick(self->rand, 10, 2),
                .country = (CountryCode) (where % 50 == 0 ? 0 : ('A' + country / 26) << 8 | ('A' + country % 26)),
                .network = where % 40 == 0 ? 0 : 1000 + where % NETWORKS,
                .uid = -1,
        };
        archive_generate_address(who, &event->address);
        event->data = make_data(self, &event->address);
        self->n++;
}

static void add_end(Generator *self) {
        const ArchiveEvent *ban = &self->events[self->n - 1];
        ArchiveEvent *event = &self->events[self->n++];

        *event = *ban;
        event->kind = ARCHIVE_EVENT_UNBAN;
        event->banned_at = ban->at;
        event->at = ban->at + ban->bantime / 2;
        event->cause = ARCHIVE_CAUSE_HAND;
        event->uid = 1000;
        event->data = NULL;
}

void archive_generate(Archive *archive, guint n, gint64 now) {
        Generator *self = g_new0(Generator, 1);
        gint64 start = now - (gint64) DAYS * 24 * 60 * 60;

        self->archive = archive;
        self->rand = g_rand_new_with_seed(1);
        for (guint i = 0; i < n; i++) {
                add_ban(self, start + (gint64) ((double) i * (double) (now - start) / n));
                if (i % 10 == 0)
                        add_end(self);
                if (self->n > BATCH - 2)
                        flush(self);
        }
        flush(self);
        g_rand_free(self->rand);
        g_free(self);
}
