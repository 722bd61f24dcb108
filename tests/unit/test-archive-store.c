/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gstdio.h>

#include "core/error.h"
#include "services/archive/archive.h"
#include "store/manual-store.h"

#define T0 G_GINT64_CONSTANT(1790000000)
#define DAY (24 * 60 * 60)

typedef struct Fixture {
        char *folder;
        Store *store;
        ArchiveStore *rows;
        Archive *archive;
        ManualStore *manual;
        GArray *told; /* of ArchiveBan, as the listener got them */
        gint64 removed;
        guint changed;
} Fixture;

static void on_added(const ArchiveBan *bans, guint n, gpointer userdata) {
        Fixture *f = userdata;

        g_array_append_vals(f->told, bans, n);
}

static void on_removed(gint64 before_at, gpointer userdata) {
        ((Fixture *) userdata)->removed = before_at;
}

static void on_changed(gpointer userdata) {
        ((Fixture *) userdata)->changed++;
}

static void open_all(Fixture *f) {
        const ArchiveListener listener = { on_added, on_removed, on_changed, f };
        g_autoptr(GError) error = NULL;

        f->store = store_open(f->folder, &error);
        g_assert_no_error(error);
        f->rows = archive_store_new(f->store, &error);
        g_assert_no_error(error);
        f->manual = manual_store_new(f->store);
        f->archive = archive_new(f->rows, NULL, NULL);
        archive_set_listener(f->archive, &listener);
}

static void close_all(Fixture *f) {
        g_clear_pointer(&f->archive, archive_free);
        g_clear_pointer(&f->manual, manual_store_free);
        g_clear_pointer(&f->rows, archive_store_free);
        g_clear_pointer(&f->store, store_close);
}

static void set_up(Fixture *f, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        f->folder = g_dir_make_tmp("bangui-archive-XXXXXX", &error);
        g_assert_no_error(error);
        f->told = g_array_new(FALSE, FALSE, sizeof(ArchiveBan));
        open_all(f);
}

static void tear_down(Fixture *f, gconstpointer data) {
        g_autofree char *file = g_build_filename(f->folder, STORE_FILE_NAME, NULL);

        close_all(f);
        g_array_unref(f->told);
        g_assert_cmpint(g_unlink(file), ==, 0);
        g_assert_cmpint(g_rmdir(f->folder), ==, 0);
        g_free(f->folder);
}

static ArchiveEvent event(ArchiveEventKind kind, const char *id, gint64 at) {
        ArchiveEvent self = { .kind = kind, .jail = "sshd", .at = at, .bantime = -2, .uid = -1 };

        if (!address_try_parse(id, &self.address))
                self.text = id;
        return self;
}

static ArchiveEvent ban(const char *id, gint64 at, gint64 bantime) {
        ArchiveEvent self = event(ARCHIVE_EVENT_BAN, id, at);

        self.bantime = bantime;
        self.count = 1;
        return self;
}

static ArchiveEvent unban(const char *id, gint64 at) {
        return event(ARCHIVE_EVENT_UNBAN, id, at);
}

static ArchiveTally add_all(Fixture *f, guint source, ArchiveEvent *events, guint n) {
        const ArchiveAdd add = { .source = source, .events = events, .n = n };
        g_autoptr(GError) error = NULL;
        ArchiveTally tally = { 0 };

        g_assert_true(archive_add(f->archive, &add, &tally, &error));
        g_assert_no_error(error);
        return tally;
}

static ArchiveTally add_one(Fixture *f, guint source, ArchiveEvent one) {
        return add_all(f, source, &one, 1);
}

#define DATABASE ARCHIVE_SOURCE_DATABASE
#define LOG ARCHIVE_SOURCE_LOG
#define LIVE ARCHIVE_SOURCE_LIVE

#define assert_tally(tally, n_bans, n_unbans, n_changed, n_known) \
        G_STMT_START { \
                ArchiveTally got_ = (tally); \
                g_assert_cmpuint(got_.bans, ==, (n_bans)); \
                g_assert_cmpuint(got_.unbans, ==, (n_unbans)); \
                g_assert_cmpuint(got_.changed, ==, (n_changed)); \
                g_assert_cmpuint(got_.known, ==, (n_known)); \
        } \
        G_STMT_END

static gboolean collect(const ArchiveBan *bans, guint n, gpointer userdata) {
        g_array_append_vals(userdata, bans, n);
        return TRUE;
}

/* All rows, oldest first; texts are not good any more. */
static GArray *all_rows(Fixture *f) {
        GArray *rows = g_array_new(FALSE, FALSE, sizeof(ArchiveBan));
        g_autoptr(GError) error = NULL;

        g_assert_true(archive_store_scan(f->rows, TRUE, NULL, collect, rows, &error));
        g_assert_no_error(error);
        return rows;
}

static ArchiveBan row(Fixture *f, guint index, guint n) {
        g_autoptr(GArray) rows = all_rows(f);

        g_assert_cmpuint(rows->len, ==, n);
        return g_array_index(rows, ArchiveBan, index);
}

static ArchiveBan only_row(Fixture *f) {
        return row(f, 0, 1);
}

static void test_row(Fixture *f, gconstpointer data) {
        ArchiveEvent one = ban("2001:db8::7", T0, 600);
        char text[ADDRESS_TEXT_MAX];
        ArchiveBan got;

        one.count = 3;
        one.failures = 5;
        one.data = "{\"captured\":{},\"matches\":[\"a line\"]}";
        assert_tally(add_one(f, DATABASE, one), 1, 0, 0, 0);
        got = only_row(f);
        g_assert_cmpint(got.id, ==, ARCHIVE_ID(T0, 0));
        g_assert_cmpint(got.banned_at, ==, T0);
        g_assert_cmpint(got.bantime, ==, 600);
        g_assert_cmpuint(got.count, ==, 3);
        g_assert_cmpuint(got.failures, ==, 5);
        g_assert_cmpuint(got.sources, ==, DATABASE);
        g_assert_cmpint(got.origin, ==, ARCHIVE_ORIGIN_SELF);
        g_assert_cmpint(got.ended_at, ==, 0);
        g_assert_null(got.text);
        g_assert_cmpstr(address_format(&got.address, text), ==, "2001:db8::7");
        g_assert_cmpstr(archive_store_jail_name(f->rows, got.jail), ==, "sshd");
        g_assert_cmpuint(archive_store_jail_number(f->rows, "sshd"), ==, got.jail);
        g_assert_cmpuint(archive_store_jail_number(f->rows, "other"), ==, 0);
        g_assert_cmpstr(archive_store_jail_name(f->rows, 99), ==, "");
}

/* All that fail2ban takes for an id. */
static void test_ids(Fixture *f, gconstpointer data) {
        static const char *const ids[] = { "192.0.2.1", "192.0.2.0/24", "2001:db8::1", "2001:db8::/32", "user@host" };
        g_autoptr(GArray) rows = NULL;

        for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
                assert_tally(add_one(f, DATABASE, ban(ids[i], T0, 600)), 1, 0, 0, 0);
                assert_tally(add_one(f, DATABASE, ban(ids[i], T0, 600)), 0, 0, 0, 1);
        }
        rows = all_rows(f);
        g_assert_cmpuint(rows->len, ==, G_N_ELEMENTS(ids));
        for (guint i = 0; i < rows->len; i++) {
                const ArchiveBan *got = &g_array_index(rows, ArchiveBan, i);
                char text[ADDRESS_TEXT_MAX];

                g_assert_cmpint(got->id, ==, ARCHIVE_ID(T0, i));
                if (i < 4)
                        g_assert_cmpstr(address_format(&got->address, text), ==, ids[i]);
                else
                        g_assert_nonnull(got->text);
        }
}

/* A row of the database is the same ban at the same time alone. */
static void test_database_twice(Fixture *f, gconstpointer data) {
        assert_tally(add_one(f, DATABASE, ban("192.0.2.1", T0, 600)), 1, 0, 0, 0);
        assert_tally(add_one(f, DATABASE, ban("192.0.2.1", T0, 600)), 0, 0, 0, 1);
        assert_tally(add_one(f, DATABASE, ban("192.0.2.1", T0 + 1, 600)), 1, 0, 0, 0);
        assert_tally(add_one(f, DATABASE, ban("192.0.2.2", T0, 600)), 1, 0, 0, 0);
        g_assert_cmpuint(f->told->len, ==, 3);
}

/* Increments: the same time again with a longer bantime, and then the older row once more. */
static void test_prolonged(Fixture *f, gconstpointer data) {
        ArchiveEvent longer = ban("192.0.2.1", T0, 1200);

        longer.count = 2;
        assert_tally(add_one(f, DATABASE, ban("192.0.2.1", T0, 600)), 1, 0, 0, 0);
        assert_tally(add_one(f, DATABASE, longer), 0, 0, 1, 0);
        g_assert_cmpint(only_row(f).bantime, ==, 1200);
        g_assert_cmpuint(only_row(f).count, ==, 2);
        assert_tally(add_one(f, DATABASE, ban("192.0.2.1", T0, 600)), 0, 0, 0, 1);
        g_assert_cmpint(only_row(f).bantime, ==, 1200);
        longer.bantime = -1;
        assert_tally(add_one(f, DATABASE, longer), 0, 0, 1, 0);
        g_assert_cmpint(only_row(f).bantime, ==, -1);
}

static void test_log_after_database(Fixture *f, gconstpointer data) {
        assert_tally(add_one(f, DATABASE, ban("192.0.2.1", T0, 600)), 1, 0, 0, 0);
        assert_tally(add_one(f, LOG, event(ARCHIVE_EVENT_BAN, "192.0.2.1", T0 + 75)), 0, 0, 0, 1);
        g_assert_cmpuint(only_row(f).sources, ==, DATABASE | LOG);
        g_assert_cmpint(only_row(f).banned_at, ==, T0);
        assert_tally(add_one(f, LOG, event(ARCHIVE_EVENT_BAN, "192.0.2.1", T0 + 75)), 0, 0, 0, 1);

        /* when that one is over it is another ban */
        assert_tally(add_one(f, LOG, event(ARCHIVE_EVENT_BAN, "192.0.2.1", T0 + 700)), 1, 0, 0, 0);
        assert_tally(add_one(f, LOG, event(ARCHIVE_EVENT_BAN, "192.0.2.1", T0 + 700)), 0, 0, 0, 1);
}

/* The database's time takes the place of the log's, and it stays one ban however often it is read. */
static void test_database_after_log(Fixture *f, gconstpointer data) {
        assert_tally(add_one(f, LOG, event(ARCHIVE_EVENT_BAN, "192.0.2.1", T0 + 40)), 1, 0, 0, 0);
        assert_tally(add_one(f, LOG, unban("192.0.2.1", T0 + 100)), 0, 1, 0, 0);
        for (guint i = 0; i < 2; i++) {
                ArchiveEvent one = ban("192.0.2.1", T0, 600);

                one.data = "{}";
                assert_tally(add_one(f, DATABASE, one), 0, 0, i == 0, i == 1);
                g_assert_cmpint(only_row(f).banned_at, ==, T0);
                g_assert_cmpint(only_row(f).bantime, ==, 600);
                g_assert_cmpint(only_row(f).ended_at, ==, T0 + 100);
                g_assert_cmpuint(only_row(f).sources, ==, DATABASE | LOG);
        }
        g_assert_cmpuint(f->changed, ==, 1);
        assert_tally(add_one(f, LOG, event(ARCHIVE_EVENT_BAN, "192.0.2.1", T0 + 40)), 0, 0, 0, 1);
        assert_tally(add_one(f, LOG, unban("192.0.2.1", T0 + 100)), 0, 0, 0, 1);
}

/* Unbanned and banned again within the time of the first: two bans, also when the log is read after the database. */
static void test_again(Fixture *f, gconstpointer data) {
        ArchiveEvent lines[] = {
                event(ARCHIVE_EVENT_BAN, "192.0.2.1", T0 + 1),
                unban("192.0.2.1", T0 + 10),
                event(ARCHIVE_EVENT_BAN, "192.0.2.1", T0 + 20),
        };

        assert_tally(add_one(f, DATABASE, ban("192.0.2.1", T0, 600)), 1, 0, 0, 0);
        assert_tally(add_all(f, LOG, lines, 3), 1, 1, 0, 1);
        assert_tally(add_all(f, LOG, lines, 3), 0, 0, 0, 3);
        assert_tally(add_one(f, DATABASE, ban("192.0.2.1", T0 + 19, 600)), 0, 0, 1, 0);
        assert_tally(add_all(f, LOG, lines, 3), 0, 0, 0, 3);
        g_assert_cmpint(row(f, 0, 2).ended_at, ==, T0 + 10);
        g_assert_cmpint(row(f, 1, 2).banned_at, ==, T0 + 19);
}

/* Seen live a second beside the database's time, in either order. */
static void test_live(Fixture *f, gconstpointer data) {
        assert_tally(add_one(f, LIVE, ban("192.0.2.1", T0 + 1, 600)), 1, 0, 0, 0);
        assert_tally(add_one(f, LIVE, ban("192.0.2.1", T0, 600)), 0, 0, 0, 1);
        assert_tally(add_one(f, DATABASE, ban("192.0.2.1", T0, 600)), 0, 0, 1, 0);
        assert_tally(add_one(f, LIVE, ban("192.0.2.1", T0 + 2, 600)), 0, 0, 0, 1);
        g_assert_cmpuint(only_row(f).sources, ==, DATABASE | LIVE);
        g_assert_cmpint(only_row(f).banned_at, ==, T0);
}

static void test_unban(Fixture *f, gconstpointer data) {
        ArchiveEvent end = unban("192.0.2.1", T0 + 100);

        assert_tally(add_one(f, DATABASE, ban("192.0.2.1", T0, 600)), 1, 0, 0, 0);
        end.banned_at = T0;
        end.cause = ARCHIVE_CAUSE_HAND;
        end.uid = 1000;
        end.reason = "a customer";
        assert_tally(add_one(f, LIVE, end), 0, 1, 0, 0);
        g_assert_cmpint(only_row(f).ended_at, ==, T0 + 100);
        g_assert_cmpint(only_row(f).cause, ==, ARCHIVE_CAUSE_HAND);

        /* the log tells of it as well, with its own second, and knows less */
        assert_tally(add_one(f, LOG, unban("192.0.2.1", T0 + 99)), 0, 0, 0, 1);
        g_assert_cmpint(only_row(f).ended_at, ==, T0 + 100);
        g_assert_cmpint(only_row(f).cause, ==, ARCHIVE_CAUSE_HAND);
}

/* fail2ban deletes what is unbanned, perhaps before it was read: what was seen live tells of the ban as well. */
static void test_unban_unknown(Fixture *f, gconstpointer data) {
        ArchiveEvent end = unban("192.0.2.1", T0 + 5);

        end.banned_at = T0;
        end.bantime = 600;
        end.count = 1;
        end.cause = ARCHIVE_CAUSE_HAND;
        assert_tally(add_one(f, LIVE, end), 1, 1, 0, 0);
        g_assert_cmpint(only_row(f).bantime, ==, 600);
        g_assert_cmpint(only_row(f).ended_at, ==, T0 + 5);
        assert_tally(add_one(f, DATABASE, ban("192.0.2.1", T0, 600)), 0, 0, 1, 0);
        g_assert_cmpint(only_row(f).ended_at, ==, T0 + 5);
}

static void test_cause(Fixture *f, gconstpointer data) {
        ArchiveEvent lines[] = {
                event(ARCHIVE_EVENT_BAN, "192.0.2.1", T0),
                unban("192.0.2.1", T0 + 30),
                unban("192.0.2.2", T0 + 601),
        };

        assert_tally(add_one(f, DATABASE, ban("192.0.2.2", T0, 600)), 1, 0, 0, 0);
        assert_tally(add_all(f, LOG, lines, 3), 1, 2, 0, 0);
        g_assert_cmpint(row(f, 0, 2).cause, ==, ARCHIVE_CAUSE_EXPIRED);
        g_assert_cmpint(row(f, 1, 2).cause, ==, ARCHIVE_CAUSE_LOST);
}

/* Banned, unbanned and banned again in one second is one row of the database. */
static void test_same_second(Fixture *f, gconstpointer data) {
        ArchiveEvent end = unban("192.0.2.1", T0), late = unban("192.0.2.1", T0 + 50);

        end.banned_at = late.banned_at = T0;
        end.cause = late.cause = ARCHIVE_CAUSE_HAND;
        add_one(f, DATABASE, ban("192.0.2.1", T0, 600));
        for (guint i = 0; i < 2; i++) {
                guint source = i == 0 ? DATABASE : LIVE;

                (void) add_one(f, LIVE, end);
                g_assert_cmpint(only_row(f).ended_at, ==, T0);
                assert_tally(add_one(f, source, ban("192.0.2.1", T0, 600)), 0, 0, 1, 0);
                g_assert_cmpint(only_row(f).ended_at, ==, 0);
                g_assert_cmpint(only_row(f).cause, ==, ARCHIVE_CAUSE_NONE);
        }
        assert_tally(add_one(f, LIVE, late), 0, 1, 0, 0);
        assert_tally(add_one(f, DATABASE, ban("192.0.2.1", T0, 600)), 0, 0, 0, 1);
        g_assert_cmpint(only_row(f).ended_at, ==, T0 + 50);
}

/* What is over by its time stays in the database, and is no ban in force when it is read again. */
static void test_same_second_expired(Fixture *f, gconstpointer data) {
        ArchiveEvent end = unban("192.0.2.1", T0 + 1);

        end.banned_at = T0;
        end.cause = ARCHIVE_CAUSE_EXPIRED;
        add_one(f, DATABASE, ban("192.0.2.1", T0, 1));
        add_one(f, LIVE, end);
        assert_tally(add_one(f, DATABASE, ban("192.0.2.1", T0, 1)), 0, 0, 0, 1);
        g_assert_cmpint(only_row(f).ended_at, ==, T0 + 1);
}

/* The same told by a log, which may be read again; the last line counts. */
static void test_same_second_log(Fixture *f, gconstpointer data) {
        for (guint n = 1; n <= 4; n++) {
                g_autofree char *id = g_strdup_printf("192.0.2.%u", n);
                ArchiveEvent lines[] = {
                        event(ARCHIVE_EVENT_BAN, id, T0),
                        unban(id, T0),
                        event(ARCHIVE_EVENT_BAN, id, T0),
                        unban(id, T0),
                };

                for (guint i = 0; i < 2; i++) {
                        add_all(f, LOG, lines, n);
                        g_assert_cmpint(row(f, n - 1, n).ended_at, ==, n % 2 == 0 ? T0 : 0);
                }
        }
}

/* The database rounds a second up that the log cuts: the line of the end has the second before the ban's. */
static void test_fraction(Fixture *f, gconstpointer data) {
        ArchiveEvent lines[] = {
                event(ARCHIVE_EVENT_BAN, "192.0.2.1", T0),
                unban("192.0.2.1", T0),
        };

        add_one(f, DATABASE, ban("192.0.2.1", T0 + 1, 600));
        assert_tally(add_all(f, LOG, lines, 2), 0, 1, 0, 1);
        g_assert_cmpint(only_row(f).ended_at, ==, T0 + 1);
        assert_tally(add_all(f, LOG, lines, 2), 0, 0, 0, 2);
        g_assert_cmpint(only_row(f).ended_at, ==, T0 + 1);
}

/* The end of one ban, and the next a second later: the end is never the next one's. */
static void test_fraction_next(Fixture *f, gconstpointer data) {
        ArchiveEvent lines[] = {
                event(ARCHIVE_EVENT_BAN, "192.0.2.1", T0),
                unban("192.0.2.1", T0 + 30),
                event(ARCHIVE_EVENT_BAN, "192.0.2.1", T0 + 31),
        };

        add_one(f, DATABASE, ban("192.0.2.1", T0, 600));
        add_one(f, DATABASE, ban("192.0.2.1", T0 + 31, 600));
        for (guint i = 0; i < 2; i++) {
                add_all(f, LOG, lines, 3);
                g_assert_cmpint(row(f, 0, 2).ended_at, ==, T0 + 30);
                g_assert_cmpint(row(f, 1, 2).ended_at, ==, 0);
        }

        /* nor when the first is not known */
        add_one(f, DATABASE, ban("192.0.2.2", T0 + 31, 600));
        for (guint i = 0; i < 2; i++) {
                ArchiveEvent others[] = { unban("192.0.2.2", T0 + 30), event(ARCHIVE_EVENT_BAN, "192.0.2.2", T0 + 31) };

                add_all(f, LOG, others, 2);
                g_assert_cmpint(row(f, 2, 3).ended_at, ==, 0);
        }
}

/* The newer log first: its unban waits for the ban of the older one. */
static void test_loose(Fixture *f, gconstpointer data) {
        assert_tally(add_one(f, LOG, unban("192.0.2.1", T0 + 900)), 0, 1, 0, 0);
        assert_tally(add_one(f, LOG, event(ARCHIVE_EVENT_BAN, "192.0.2.1", T0 + 100)), 1, 0, 0, 0);
        g_assert_cmpint(only_row(f).ended_at, ==, T0 + 900);

        /* a ban before it has nothing to do with that end */
        assert_tally(add_one(f, LOG, unban("192.0.2.3", T0 + 900)), 0, 1, 0, 0);
        assert_tally(add_one(f, LOG, event(ARCHIVE_EVENT_BAN, "192.0.2.3", T0 + 100)), 1, 0, 0, 0);
        assert_tally(add_one(f, LOG, event(ARCHIVE_EVENT_BAN, "192.0.2.3", T0)), 1, 0, 0, 0);
        g_assert_cmpint(row(f, 0, 3).ended_at, ==, 0);
}

/* fail2ban stops, lifts the ban, starts and takes it up again. */
static void test_restored(Fixture *f, gconstpointer data) {
        ArchiveEvent lines[] = {
                event(ARCHIVE_EVENT_BAN, "192.0.2.1", T0),
                unban("192.0.2.1", T0 + 30),
                event(ARCHIVE_EVENT_RESTORED, "192.0.2.1", T0 + 60),
                event(ARCHIVE_EVENT_RESTORED, "192.0.2.9", T0 + 60),
                unban("192.0.2.1", T0 + 600),
        };

        assert_tally(add_all(f, LOG, lines, 4), 2, 1, 1, 0);
        g_assert_cmpint(row(f, 0, 2).ended_at, ==, 0);
        assert_tally(add_one(f, LOG, lines[4]), 0, 1, 0, 0);
        g_assert_cmpint(row(f, 0, 2).ended_at, ==, T0 + 600);
        assert_tally(add_all(f, LOG, lines, 5), 0, 0, 0, 5);
        g_assert_cmpint(row(f, 0, 2).ended_at, ==, T0 + 600);
}

/* "Increase Ban" may stand before "Ban". */
static void test_increase(Fixture *f, gconstpointer data) {
        ArchiveEvent lines[] = {
                event(ARCHIVE_EVENT_PROLONGED, "192.0.2.1", T0),
                event(ARCHIVE_EVENT_BAN, "192.0.2.1", T0 + 1),
                event(ARCHIVE_EVENT_PROLONGED, "192.0.2.1", T0 + 30),
        };

        lines[0].bantime = 600;
        lines[0].count = 2;
        lines[2].bantime = 1200;
        lines[2].count = 3;
        assert_tally(add_all(f, LOG, lines, 3), 1, 0, 1, 1);
        g_assert_cmpint(only_row(f).bantime, ==, 1200);
        g_assert_cmpuint(only_row(f).count, ==, 3);
        assert_tally(add_all(f, LOG, lines, 3), 0, 0, 0, 3);
}

static void test_dry_run(Fixture *f, gconstpointer data) {
        ArchiveEvent events[] = { ban("192.0.2.1", T0, 600), ban("192.0.2.1", T0, 600), unban("192.0.2.1", T0 + 9) };
        const ArchiveAdd add = { .source = LOG, .events = events, .n = 3, .dry_run = TRUE };
        g_autoptr(GArray) rows = NULL;
        g_autoptr(GError) error = NULL;
        ArchiveTally tally = { 0 };

        g_assert_true(archive_add(f->archive, &add, &tally, &error));
        g_assert_no_error(error);
        assert_tally(tally, 1, 1, 0, 1);
        rows = all_rows(f);
        g_assert_cmpuint(rows->len, ==, 0);
        g_assert_cmpuint(f->told->len, ==, 0);
}

/* Clocks that were wrong. */
static void test_times(Fixture *f, gconstpointer data) {
        ArchiveEvent events[] = {
                ban("192.0.2.1", 0, 600),
                ban("192.0.2.1", -5, 600),
                ban("192.0.2.1", G_MAXINT64, 600),
                ban("192.0.2.1", 1, 600),
                ban("192.0.2.1", ARCHIVE_AT_MAX, -1),
                ban("192.0.2.2", T0, G_MAXINT64),
        };
        ArchiveTally tally = add_all(f, DATABASE, events, G_N_ELEMENTS(events));

        assert_tally(tally, 3, 0, 0, 0);
        g_assert_cmpuint(tally.refused, ==, 3);
        tally = add_all(f, DATABASE, events, G_N_ELEMENTS(events));
        assert_tally(tally, 0, 0, 0, 3);
        g_assert_cmpint(row(f, 0, 3).banned_at, ==, 1);
}

static void test_origin(Fixture *f, gconstpointer data) {
        ArchiveEvent listed = ban("192.0.2.3", T0, 600);
        g_autoptr(GError) error = NULL;
        gint64 now = g_get_real_time() / G_USEC_PER_SEC;
        Address address;

        listed.jail = "bangui-blocklist";
        g_assert_true(address_parse("192.0.2.1", &address, NULL));
        g_assert_true(manual_store_add(f->manual, "sshd", &address, 1, T0 + 2, 1000, "", &error));
        add_one(f, DATABASE, ban("192.0.2.1", T0, 600));
        add_one(f, DATABASE, ban("192.0.2.1", T0 - 700, 600));
        add_one(f, DATABASE, listed);
        g_assert_cmpint(row(f, 0, 3).origin, ==, ARCHIVE_ORIGIN_SELF);
        g_assert_cmpint(row(f, 1, 3).origin, ==, ARCHIVE_ORIGIN_MANUAL);
        g_assert_cmpint(row(f, 2, 3).origin, ==, ARCHIVE_ORIGIN_BLOCKLIST);

        /* recorded after the ban was read */
        add_one(f, DATABASE, ban("192.0.2.2", now - 5, 600));
        g_assert_true(address_parse("192.0.2.2", &address, NULL));
        g_assert_true(manual_store_add(f->manual, "sshd", &address, 1, now, 1000, "", &error));
        g_assert_true(archive_mark_manual(f->archive, &error));
        g_assert_no_error(error);
        g_assert_cmpint(row(f, 3, 4).origin, ==, ARCHIVE_ORIGIN_MANUAL);
        g_assert_cmpuint(f->changed, ==, 1);
        g_assert_true(archive_mark_manual(f->archive, &error));
        g_assert_cmpuint(f->changed, ==, 1);
}

/* A running command said whom it bans: the row is right from the beginning, so nobody has to read all anew. */
static void test_by_hand(Fixture *f, gconstpointer data) {
        gint64 now = g_get_real_time() / G_USEC_PER_SEC;
        ArchiveEvent elsewhere = ban("192.0.2.1", now, 600);
        g_autoptr(GError) error = NULL;
        ArchiveHand *hand;
        Address address;

        elsewhere.jail = "web";
        g_assert_true(address_parse("192.0.2.1", &address, NULL));
        hand = archive_hands_begin(archive_hands(f->archive), "sshd", &address, 1, now);
        add_one(f, DATABASE, ban("192.0.2.1", now - 700, 600));
        add_one(f, DATABASE, ban("192.0.2.1", now, 600));
        add_one(f, DATABASE, ban("192.0.2.2", now + 1, 600));
        add_one(f, DATABASE, elsewhere);
        g_assert_true(manual_store_add(f->manual, "sshd", &address, 1, now, 1000, "", &error));
        archive_hand_end(hand);
        g_assert_true(archive_mark_manual(f->archive, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(f->changed, ==, 0);
        g_assert_cmpint(row(f, 0, 4).origin, ==, ARCHIVE_ORIGIN_SELF);
        g_assert_cmpint(row(f, 1, 4).origin, ==, ARCHIVE_ORIGIN_MANUAL);
        g_assert_cmpint(row(f, 2, 4).origin, ==, ARCHIVE_ORIGIN_SELF);
        g_assert_cmpint(row(f, 3, 4).origin, ==, ARCHIVE_ORIGIN_SELF);
        g_assert_cmpint(g_array_index(f->told, ArchiveBan, 1).origin, ==, ARCHIVE_ORIGIN_MANUAL);

        /* the command is over */
        add_one(f, DATABASE, ban("192.0.2.1", now + 700, 600));
        g_assert_cmpint(row(f, 4, 5).origin, ==, ARCHIVE_ORIGIN_SELF);
}

static void add_total(const ArchiveTotal *total, gpointer userdata) {
        g_array_append_val((GArray *) userdata, *total);
}

static void purge(Fixture *f, gint64 before_at) {
        g_autoptr(GError) error = NULL;
        guint removed;

        do {
                g_assert_true(archive_purge_step(f->archive, before_at, &removed, &error));
                g_assert_no_error(error);
        } while (removed > 0);
}

static void test_purge(Fixture *f, gconstpointer data) {
        g_autoptr(GArray) totals = g_array_new(FALSE, FALSE, sizeof(ArchiveTotal));
        g_autoptr(GVariant) state = NULL;
        g_autoptr(GError) error = NULL;
        gint64 day = T0 / DAY;
        guint64 sum = 0, bans = 0;
        gint64 oldest = 0;

        for (guint i = 0; i < 1000; i++) {
                g_autofree char *id = g_strdup_printf("10.0.%u.%u", i / 250, i % 250);

                add_one(f, DATABASE, ban(id, (day - 2) * DAY + i * 100, 600));
        }
        add_one(f, LOG, unban("10.0.0.1", (day - 2) * DAY + 700));
        purge(f, (day - 1) * DAY);
        g_assert_cmpint(f->removed, ==, (day - 1) * DAY);
        g_assert_cmpint(row(f, 0, 136).banned_at, ==, (day - 1) * DAY);

        g_assert_true(archive_store_totals(f->rows, 0, G_MAXINT64, add_total, totals, &error));
        g_assert_no_error(error);
        for (guint i = 0; i < totals->len; i++)
                sum += g_array_index(totals, ArchiveTotal, i).bans;
        g_assert_cmpuint(sum, ==, 864);
        g_assert_cmpuint(totals->len, ==, 1);
        g_assert_cmpint(g_array_index(totals, ArchiveTotal, 0).day, ==, day - 2);

        state = g_variant_ref_sink(archive_state(f->archive));
        g_assert_true(g_variant_lookup(state, "OldestAt", "x", &oldest));
        g_assert_cmpint(oldest, ==, (day - 1) * DAY);
        g_assert_true(archive_count(f->archive, &error));
        g_clear_pointer(&state, g_variant_unref);
        state = g_variant_ref_sink(archive_state(f->archive));
        g_assert_true(g_variant_lookup(state, "Bans", "t", &bans));
        g_assert_cmpuint(bans, ==, 136);

        /* what went does not come back, or it would be counted twice */
        g_assert_cmpuint(add_one(f, DATABASE, ban("10.0.0.1", (day - 2) * DAY + 100, 600)).refused, ==, 1);
        purge(f, (day - 1) * DAY);
}

/* Rows of one second fall into several steps: the listener never loses one that is still there. */
static void test_purge_second(Fixture *f, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        guint removed;

        for (guint i = 0; i < 300; i++) {
                g_autofree char *id = g_strdup_printf("10.0.%u.%u", i / 250, i % 250);

                add_one(f, DATABASE, ban(id, T0, 600));
        }
        g_assert_true(archive_purge_step(f->archive, T0 + DAY, &removed, &error));
        g_assert_cmpuint(removed, <, 300);
        g_assert_cmpint(f->removed, ==, T0);
        purge(f, T0 + DAY);
        g_assert_cmpint(f->removed, ==, T0 + DAY);
}

static void find_place(const Address *address, CountryCode *country, guint32 *network, gpointer userdata) {
        *country = GPOINTER_TO_UINT(userdata);
        *network = address->bytes[3];
}

static guint place(Fixture *f, guint country) {
        g_autoptr(GError) error = NULL;
        gint64 cursor = 0;
        guint sum = 0, changed;

        while (cursor != G_MAXINT64) {
                g_assert_true(archive_store_place(f->rows, &cursor, 7, find_place, GUINT_TO_POINTER(country), &changed,
                                                  &error));
                g_assert_no_error(error);
                sum += changed;
        }
        return sum;
}

static void test_place(Fixture *f, gconstpointer data) {
        for (guint i = 1; i <= 20; i++) {
                g_autofree char *id = g_strdup_printf("10.0.0.%u", i);

                add_one(f, DATABASE, ban(id, T0 + i, 600));
                add_one(f, LOG, unban(id, T0 + 600 + i));
        }
        add_one(f, DATABASE, ban("a name", T0, 600));
        g_assert_cmpuint(place(f, 0x4445), ==, 40);
        g_assert_cmpuint(place(f, 0x4445), ==, 0);
        g_assert_cmpuint(row(f, 0, 21).country, ==, 0);
        g_assert_cmpuint(row(f, 3, 21).country, ==, 0x4445);
        g_assert_cmpuint(row(f, 3, 21).network, ==, 3);
}

static void test_position(Fixture *f, gconstpointer data) {
        ArchiveEvent one = ban("192.0.2.1", T0, 600);
        const ArchivePosition position = {
                .rowid = 17, .jail = (char *) "sshd", .id = (char *) "192.0.2.1", .banned_at = T0
        };
        const ArchiveAdd add = { .source = DATABASE, .events = &one, .n = 1, .position = &position };
        g_autoptr(GError) error = NULL;
        ArchivePosition got;
        ArchiveTally tally = { 0 };

        g_assert_true(archive_store_position(f->rows, &got, &error));
        g_assert_cmpint(got.rowid, ==, 0);
        archive_position_clear(&got);
        g_assert_true(archive_add(f->archive, &add, &tally, &error));
        close_all(f);
        open_all(f);
        g_assert_true(archive_store_position(f->rows, &got, &error));
        g_assert_cmpint(got.rowid, ==, 17);
        g_assert_cmpstr(got.jail, ==, "sshd");
        g_assert_cmpstr(got.id, ==, "192.0.2.1");
        g_assert_cmpint(got.banned_at, ==, T0);
        archive_position_clear(&got);
}

typedef struct ScanWatch {
        Fixture *fixture;
        GThread *thread;
        guint rows, told_before;
} ScanWatch;

static gpointer add_meanwhile(gpointer data) {
        ScanWatch *watch = data;

        add_one(watch->fixture, DATABASE, ban("192.0.2.200", T0, 600));
        return NULL;
}

static void on_taken(gpointer userdata) {
        ScanWatch *watch = userdata;

        watch->told_before = watch->fixture->told->len;
        watch->thread = g_thread_new("writer", add_meanwhile, watch);
}

/* The row of the other thread is committed while the scan goes on. */
static gboolean on_scanned(const ArchiveBan *bans, guint n, gpointer userdata) {
        ScanWatch *watch = userdata;

        if (watch->thread)
                g_thread_join(g_steal_pointer(&watch->thread));
        watch->rows += n;
        return TRUE;
}

static void test_scan(Fixture *f, gconstpointer data) {
        ScanWatch watch = { .fixture = f };
        g_autoptr(GError) error = NULL;

        for (guint i = 0; i < 3; i++)
                add_one(f, DATABASE, ban("192.0.2.1", T0 + i, 600));
        g_assert_true(archive_scan(f->archive, on_taken, on_scanned, &watch, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(watch.told_before, ==, 3);
        g_assert_cmpuint(watch.rows, ==, 3);
        g_assert_cmpuint(f->told->len, ==, 4);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);

#define ADD(name, func) g_test_add("/store/archive/" name, Fixture, NULL, set_up, func, tear_down)
        ADD("row", test_row);
        ADD("ids", test_ids);
        ADD("database-twice", test_database_twice);
        ADD("prolonged", test_prolonged);
        ADD("log-after-database", test_log_after_database);
        ADD("database-after-log", test_database_after_log);
        ADD("again", test_again);
        ADD("live", test_live);
        ADD("unban", test_unban);
        ADD("unban-unknown", test_unban_unknown);
        ADD("cause", test_cause);
        ADD("same-second", test_same_second);
        ADD("same-second-expired", test_same_second_expired);
        ADD("same-second-log", test_same_second_log);
        ADD("fraction", test_fraction);
        ADD("fraction-next", test_fraction_next);
        ADD("loose", test_loose);
        ADD("restored", test_restored);
        ADD("increase", test_increase);
        ADD("dry-run", test_dry_run);
        ADD("times", test_times);
        ADD("origin", test_origin);
        ADD("by-hand", test_by_hand);
        ADD("purge", test_purge);
        ADD("purge-second", test_purge_second);
        ADD("place", test_place);
        ADD("position", test_position);
        ADD("scan", test_scan);
#undef ADD

        return g_test_run();
}
