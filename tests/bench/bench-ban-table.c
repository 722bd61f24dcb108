/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Memory and time of the ban table: bench-ban-table [BANS]. One line a figure: name, value, unit. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "services/bans.h"

#define NOW 1700000000
#define ROUNDS 9

static void ignore(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
}

static double milliseconds_since(gint64 start) {
        return (double) (g_get_monotonic_time() - start) / 1000;
}

static gsize resident_bytes(void) {
        g_autofree char *text = NULL;

        if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL))
                return 0;
        return g_ascii_strtoull(strchr(text, ' '), NULL, 10) * (gsize) sysconf(_SC_PAGESIZE);
}

/* One in ten is IPv6; five jails; the times are those of a day. */
static void fill(BanTable *table, guint n) {
        const char *jails[] = { "sshd", "postfix-sasl", "recidive", "nginx-http-auth", "dovecot" };
        g_autoptr(GRand) rand = g_rand_new_with_seed(1);

        ban_table_begin(table);
        for (guint i = 0; i < n; i++) {
                Ban ban = { .jail = (char *) jails[i % 5], .id = "", .is_address = TRUE, .count = 1, .failures = 5 };
                guint32 word = g_rand_int(rand);

                ban.address = (Address) { .version = i % 10 ? 4 : 6, .prefix = i % 10 ? 32 : 128 };
                memcpy(ban.address.bytes, &word, sizeof(word));
                if (i % 10 == 0)
                        memcpy(ban.address.bytes + 12, &i, sizeof(i));
                ban.banned_at = NOW - 86400 + (gint64) i * 86400 / n;
                ban.ends_at = i % 7 ? ban.banned_at + 604800 : -1;
                ban_table_put(table, &ban, NOW, TRUE);
        }
        ban_table_end(table);
}

static void count_rows(const Ban *ban, gpointer userdata) {
        (*(guint *) userdata)++;
}

static void time_page(Bans *bans, const char *name, BanQuery query) {
        double best = G_MAXDOUBLE;

        query.limit = 100;
        for (guint i = 0; i < ROUNDS; i++) {
                gint64 start = g_get_monotonic_time();
                g_autofree char *cursor = NULL;
                g_autoptr(GVariant) rows = g_variant_ref_sink(bans_list(bans, &query, NOW, &cursor, NULL, NULL));

                best = MIN(best, milliseconds_since(start));
        }
        printf("%-36s %8.2f ms\n", name, best);
}

static void time_dump(Bans *bans) {
        BanQuery query = { .sort = BAN_SORT_BANNED_AT, .descending = TRUE };
        double best = G_MAXDOUBLE;
        off_t size = 0;

        for (guint i = 0; i < ROUNDS; i++) {
                gint64 start = g_get_monotonic_time();
                int fd = bans_dump(bans, &query, NOW, NULL);

                best = MIN(best, milliseconds_since(start));
                size = lseek(fd, 0, SEEK_END);
                close(fd);
        }
        printf("%-36s %8.2f ms, %.1f MB\n", "dump as JSON lines", best, (double) size / 1e6);
}

static void time_expiry(BanTable *table) {
        gint64 start = g_get_monotonic_time();
        guint n = ban_table_remove_jail(table, "sshd", NOW, "jail-stopped");

        printf("%-36s %8.2f ms for %u\n", "removal of a jail, with events", milliseconds_since(start), n);
}

int main(int argc, char **argv) {
        guint n = argc > 1 ? (guint) strtoul(argv[1], NULL, 10) : 100000, counted = 0;
        EventSink sink = { ignore, NULL };
        g_autoptr(BanTable) table = ban_table_new(&sink);
        g_autoptr(Bans) bans = bans_new(NULL, NULL, table, NULL, NULL, FALSE);
        BanQuery all = { .sort = BAN_SORT_JAIL };
        gsize before = resident_bytes();
        gint64 start = g_get_monotonic_time();

        fill(table, n);
        n = ban_table_size(table);
        printf("%-36s %8u\n", "bans", n);
        printf("%-36s %8.2f ms\n", "first fill", milliseconds_since(start));
        printf("%-36s %8.1f bytes\n", "resident memory for each ban", (double) (resident_bytes() - before) / n);

        time_page(bans, "page of 100, newest first", (BanQuery) { .sort = BAN_SORT_BANNED_AT, .descending = TRUE });
        time_page(bans, "page of 100, oldest first", (BanQuery) { .sort = BAN_SORT_BANNED_AT });
        time_page(bans, "page of 100, by address", (BanQuery) { .sort = BAN_SORT_ADDRESS });
        time_page(bans, "page of 100, by failures", (BanQuery) { .sort = BAN_SORT_FAILURES });
        time_page(bans, "page of 100, search in the text", (BanQuery) { .sort = BAN_SORT_ADDRESS, .search = ".77." });

        start = g_get_monotonic_time();
        (void) ban_table_query(table, &all, count_rows, &counted, NULL, NULL, NULL);
        printf("%-36s %8.2f ms\n", "all in order, nothing written", milliseconds_since(start));
        time_dump(bans);
        printf("%-36s %8.1f bytes\n", "resident after that, for each ban", (double) (resident_bytes() - before) / n);
        time_expiry(table);
        return 0;
}
