/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Memory and time of the ban table: bench-ban-table [BANS]. Prints rows as run.py beside it reads them. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "services/bans/bans.h"

#define NOW 1700000000
#define ROUNDS 9

static void ignore(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
}

static void print_row(const char *name, const char *unit, double value, const char *limit) {
        printf("%s\t%.1f %s\t\t\t%s\n", name, value, unit, limit);
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

static void time_page(Bans *bans, const char *name, BanQuery query) {
        double best = G_MAXDOUBLE;

        query.limit = 100;
        for (guint i = 0; i < ROUNDS; i++) {
                gint64 start = g_get_monotonic_time();
                g_autofree char *cursor = NULL;
                g_autoptr(GVariant) rows = g_variant_ref_sink(bans_list(bans, &query, NOW, &cursor, NULL, NULL));

                best = MIN(best, milliseconds_since(start));
        }
        print_row(name, "ms", best, "");
}

static void time_dump(Bans *bans) {
        BanQuery query = { .sort = BAN_SORT_BANNED_AT, .descending = TRUE };
        double best = G_MAXDOUBLE;

        for (guint i = 0; i < ROUNDS; i++) {
                gint64 start = g_get_monotonic_time();
                int fd = bans_dump(bans, &query, NOW, NULL);

                best = MIN(best, milliseconds_since(start));
                close(fd);
        }
        print_row("ban table: dump as JSON lines", "ms", best, "<= 25 ms");
}

static void time_end(BanTable *table) {
        gint64 start = g_get_monotonic_time();
        guint n = ban_table_remove_jail(table, "sshd", NOW, "jail-stopped");

        print_row("ban table: a ban taken out, with its event", "us", milliseconds_since(start) * 1000 / n, "");
}

int main(int argc, char **argv) {
        guint n = argc > 1 ? (guint) strtoul(argv[1], NULL, 10) : 100000;
        EventSink sink = { ignore, NULL };
        g_autoptr(BanTable) table = ban_table_new(&sink);
        g_autoptr(Bans) bans = bans_new(NULL, NULL, table, NULL, NULL, FALSE);
        gsize before;
        gint64 start;

        /* The program's own pages first. */
        fill(table, 1);
        (void) ban_table_remove_jail(table, NULL, NOW, "lost");
        before = resident_bytes();

        start = g_get_monotonic_time();
        fill(table, n);
        n = ban_table_size(table);
        print_row("ban table: first fill", "ms", milliseconds_since(start), "");
        print_row("ban table: resident for each ban", "bytes", (double) (resident_bytes() - before) / n, "<= 70 bytes");

        time_page(bans, "ban table: page of 100, newest",
                  (BanQuery) { .sort = BAN_SORT_BANNED_AT, .descending = TRUE });
        time_page(bans, "ban table: page of 100, by address", (BanQuery) { .sort = BAN_SORT_ADDRESS });
        time_page(bans, "ban table: page of 100, by failures", (BanQuery) { .sort = BAN_SORT_FAILURES });
        time_page(bans, "ban table: page of 100, search", (BanQuery) { .sort = BAN_SORT_ADDRESS, .search = ".77." });
        time_dump(bans);
        time_end(table);
        return 0;
}
