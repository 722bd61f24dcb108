/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/archive/history.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "archive-fixture.h"
#include "core/error.h"
#include "services/archive/history-format.h"

#define AT G_GINT64_CONSTANT(1700000000)

typedef struct World {
        ArchiveFixture f;
        History *history;
} World;

static void set_up(World *w, gconstpointer data) {
        archive_fixture_open(&w->f);
        w->history = history_new(w->f.archive, NULL, NULL);
}

static void tear_down(World *w, gconstpointer data) {
        history_free(w->history);
        archive_fixture_close(&w->f);
}

#define LINES \
        "{\"captured\":{\"user\":\"matches\\\":[\"},\"matches\":[\"one \\\"two\\\"\"," \
        "\"\\u00fc \\ud83d\\ude00\\n\",\"\"]}"

/* Three bans and an end: an address twice, an id that looks like a formula. */
static void add_some(World *w) {
        ArchiveEvent events[] = {
                archive_fixture_ban("sshd", "192.0.2.1", AT),
                archive_fixture_ban("sshd", "192.0.2.1", AT + 5000),
                archive_fixture_ban("a \"jail\", ü", "=cmd|x", AT + 6000),
                archive_fixture_ban("sshd", "192.0.2.1", AT + 5100),
        };

        events[1].data = LINES;
        events[1].failures = 5;
        events[2].bantime = -1;
        events[3].kind = ARCHIVE_EVENT_UNBAN;
        events[3].cause = ARCHIVE_CAUSE_HAND;
        events[3].uid = 1000;
        events[3].reason = "a, \"mistake\"";
        (void) archive_fixture_add(&w->f, ARCHIVE_SOURCE_LIVE, events, G_N_ELEMENTS(events));
}

static HistoryQuery everything(void) {
        return (HistoryQuery) { .filter.window.until = G_MAXINT64, .bans = TRUE, .unbans = TRUE, .limit = 100 };
}

static GVariant *list(World *w, const HistoryQuery *query, char **ret_cursor) {
        g_autofree char *cursor = NULL;
        g_autoptr(GError) error = NULL;
        g_autoptr(Rows) rows = history_list(w->history, query, &cursor, NULL, &error);

        g_assert_no_error(error);
        if (ret_cursor)
                *ret_cursor = g_steal_pointer(&cursor);
        return g_variant_ref_sink(rows_to_variant(rows));
}

static void test_rows(World *w, gconstpointer data) {
        HistoryQuery query = everything();
        g_autoptr(GVariant) got = NULL, expected = NULL;

        add_some(w);
        query.data = TRUE;
        query.filter.by_address = address_try_parse("192.0.2.1", &query.filter.within);
        got = list(w, &query, NULL);
        expected = g_variant_ref_sink(g_variant_new_parsed(
                "[{'kind': <'unban'>, 'at': <int64 1700005100>, 'jail': <'sshd'>, 'address': <'192.0.2.1'>, "
                "'country': <''>, 'network': <uint32 0>, 'origin': <'self'>, 'banned_at': <int64 1700005000>, "
                "'cause': <'hand'>, 'uid': <int64 1000>, 'reason': <'a, \"mistake\"'>},"
                "{'kind': <'ban'>, 'at': <int64 1700005000>, 'jail': <'sshd'>, 'address': <'192.0.2.1'>, "
                "'country': <''>, 'network': <uint32 0>, 'origin': <'self'>, 'banned_at': <int64 1700005000>, "
                "'cause': <'hand'>, 'bantime': <int64 600>, 'ends_at': <int64 1700005600>, "
                "'ended_at': <int64 1700005100>, 'count': <uint32 1>, 'failures': <uint32 5>, 'repeat': <true>, "
                "'matches': <['one \"two\"', 'ü 😀\\n', '']>},"
                "{'kind': <'ban'>, 'at': <int64 1700000000>, 'jail': <'sshd'>, 'address': <'192.0.2.1'>, "
                "'country': <''>, 'network': <uint32 0>, 'origin': <'self'>, 'banned_at': <int64 1700000000>, "
                "'cause': <''>, 'bantime': <int64 600>, 'ends_at': <int64 1700000600>, "
                "'ended_at': <int64 0>, 'count': <uint32 1>, 'failures': <uint32 0>, 'repeat': <true>, "
                "'matches': <@as []>}]"));
        g_assert_cmpvariant(got, expected);
}

static void test_cursor(World *w, gconstpointer data) {
        HistoryQuery query = everything();
        g_autofree char *cursor = g_strdup("");
        g_autoptr(GError) error = NULL;
        guint pages = 0;

        add_some(w);
        query.limit = 1;
        do {
                g_autoptr(GVariant) rows = NULL;
                g_autofree char *given = g_steal_pointer(&cursor);

                query.cursor = given;
                rows = list(w, &query, &cursor);
                g_assert_cmpuint(g_variant_n_children(rows), ==, 1);
                pages++;
        } while (cursor[0] != '\0');
        g_assert_cmpuint(pages, ==, 4);

        query.cursor = "a12";
        g_assert_null(history_list(w->history, &query, &cursor, NULL, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(error->message, "next_cursor"));
}

static void test_unknown_jail(World *w, gconstpointer data) {
        HistoryQuery query = everything();
        g_autofree char *cursor = NULL;
        g_autoptr(Rows) rows = NULL;
        guint64 total = 7;

        add_some(w);
        query.filter.jail = "never heard of";
        rows = history_list(w->history, &query, &cursor, &total, NULL);
        g_assert_cmpuint(rows_count(rows), ==, 0);
        g_assert_cmpuint(total, ==, 0);
        g_assert_cmpstr(cursor, ==, "");
}

static void test_address(World *w, gconstpointer data) {
        g_autoptr(GVariant) got = NULL, jails = NULL, rows = NULL, none = NULL;
        g_autoptr(GError) error = NULL;
        gint64 first, last, bans, unbans;
        gboolean repeats;

        add_some(w);
        got = g_variant_ref_sink(history_address(w->history, "192.0.2.1", 100, NULL, &error));
        g_assert_no_error(error);
        g_assert_true(g_variant_lookup(got, "first_seen", "x", &first) &&
                      g_variant_lookup(got, "last_seen", "x", &last));
        g_assert_true(g_variant_lookup(got, "bans", "x", &bans) && g_variant_lookup(got, "unbans", "x", &unbans));
        g_assert_true(g_variant_lookup(got, "repeat_offender", "b", &repeats));
        g_assert_cmpint(first, ==, AT);
        g_assert_cmpint(last, ==, AT + 5000);
        g_assert_cmpint(bans, ==, 2);
        g_assert_cmpint(unbans, ==, 1);
        g_assert_true(repeats);
        jails = g_variant_lookup_value(got, "jails", G_VARIANT_TYPE("aa{sv}"));
        g_assert_cmpuint(g_variant_n_children(jails), ==, 1);
        rows = g_variant_lookup_value(got, "rows", G_VARIANT_TYPE("aa{sv}"));
        g_assert_cmpuint(g_variant_n_children(rows), ==, 3);

        none = history_address(w->history, "192.0.2.2", 100, NULL, &error);
        g_assert_null(none);
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_ADDRESS_NOT_FOUND);
}

/* A network is what was banned as one, not what lies inside of it. */
static void test_address_of_a_network(World *w, gconstpointer data) {
        ArchiveEvent network = archive_fixture_ban("sshd", "192.0.2.0/24", AT + 9000);
        g_autoptr(GVariant) got = NULL, rows = NULL;
        gint64 bans;

        add_some(w);
        (void) archive_fixture_add(&w->f, ARCHIVE_SOURCE_LIVE, &network, 1);
        got = g_variant_ref_sink(history_address(w->history, "192.0.2.0/24", 100, NULL, NULL));
        g_assert_true(g_variant_lookup(got, "bans", "x", &bans));
        rows = g_variant_lookup_value(got, "rows", G_VARIANT_TYPE("aa{sv}"));
        g_assert_cmpint(bans, ==, 1);
        g_assert_cmpuint(g_variant_n_children(rows), ==, 1);
}

/* What is no text of lines gives none, whatever it is, and never more than is there. */
static void test_lines(void) {
        static const struct {
                const char *data;
                const char *lines; /* joined by "|"; NULL: none */
        } cases[] = {
                { NULL, NULL },
                { "", NULL },
                { "{\"captured\":{},\"matches\":[]}", NULL },
                { "{\"captured\":{},\"matches\":[\"a\",\"b\"]}", "a|b" },
                { "{\"captured\":{\"matches\":\"x\"},\"matches\":[\"\\\\\\/\\b\\f\\n\\r\\t\"]}", "\\/\b\f\n\r\t" },
                { "{\"captured\":{},\"matches\":[\"\\u0041\\ud800x\\u0000\"]}", "A\xef\xbf\xbdx\xef\xbf\xbd" },
                { "{\"captured\":{},\"matches\":[\"cut", "cut" },
                { "{\"captured\":{},\"matches\":[\"cut\\", "cut" },
                { "{\"captured\":{},\"matches\":[\"\\u12", "12" },
                { "{\"captured\":{},\"matches\":[1,2]}", NULL },
        };

        for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_auto(GStrv) lines = history_lines(cases[i].data);
                g_autofree char *joined = g_strjoinv("|", lines);

                if (cases[i].lines)
                        g_assert_cmpstr(joined, ==, cases[i].lines);
                else
                        g_assert_cmpuint(g_strv_length(lines), ==, 0);
        }
}

/* The whole file as text. */
static char *export_text(World *w, HistoryFormat format, gboolean data) {
        HistoryExport request = { .query = everything(), .format = format };
        g_autoptr(GVariant) result = NULL;
        g_autoptr(GError) error = NULL;
        guint64 rows, bytes;
        char *text;

        request.query.data = data;
        request.fd = memfd_create("export", MFD_CLOEXEC);
        result = history_export(w->history, &request, &error);
        g_assert_no_error(error);
        g_variant_ref_sink(result);
        g_assert_true(g_variant_lookup(result, "rows", "t", &rows) && g_variant_lookup(result, "bytes", "t", &bytes));
        g_assert_cmpuint(rows, ==, 4);
        text = g_malloc0(bytes + 1);
        g_assert_cmpint(pread(request.fd, text, bytes + 1, 0), ==, bytes);
        close(request.fd);
        return text;
}

#define HEAD \
        "kind,at,jail,address,country,network,origin,banned_at,cause,bantime,ends_at,ended_at,count,failures,uid,reason"

static void test_csv(World *w, gconstpointer data) {
        g_autofree char *text = NULL, *plain = NULL;

        add_some(w);
        text = export_text(w, HISTORY_CSV, TRUE);
        g_assert_cmpstr(text, ==,
                        HEAD
                        ",matches\r\n"
                        "ban,1700006000,\"a \"\"jail\"\", ü\",\"'=cmd|x\",,0,self,1700006000,,-1,-1,0,1,0,,,\r\n"
                        "unban,1700005100,sshd,192.0.2.1,,0,self,1700005000,hand,,,,,,1000,\"a, \"\"mistake\"\"\",\r\n"
                        "ban,1700005000,sshd,192.0.2.1,,0,self,1700005000,hand,600,1700005600,1700005100,1,5,,,"
                        "\"one \"\"two\"\"\nü 😀\n\n\"\r\n"
                        "ban,1700000000,sshd,192.0.2.1,,0,self,1700000000,,600,1700000600,0,1,0,,,\r\n");
        plain = export_text(w, HISTORY_CSV, FALSE);
        g_assert_true(g_str_has_prefix(plain, HEAD "\r\n"));
}

static void test_jsonl(World *w, gconstpointer data) {
        g_autofree char *text = NULL;

        add_some(w);
        text = export_text(w, HISTORY_JSONL, TRUE);
        g_assert_cmpstr(
                text, ==,
                "{\"kind\":\"ban\",\"at\":1700006000,\"jail\":\"a \\\"jail\\\", ü\",\"address\":\"=cmd|x\","
                "\"country\":\"\",\"network\":0,\"origin\":\"self\",\"banned_at\":1700006000,\"cause\":\"\","
                "\"bantime\":-1,\"ends_at\":-1,\"ended_at\":0,\"count\":1,\"failures\":0,"
                "\"captured\":{},\"matches\":[]}\n"
                "{\"kind\":\"unban\",\"at\":1700005100,\"jail\":\"sshd\",\"address\":\"192.0.2.1\","
                "\"country\":\"\",\"network\":0,\"origin\":\"self\",\"banned_at\":1700005000,\"cause\":\"hand\","
                "\"uid\":1000,\"reason\":\"a, \\\"mistake\\\"\"}\n"
                "{\"kind\":\"ban\",\"at\":1700005000,\"jail\":\"sshd\",\"address\":\"192.0.2.1\","
                "\"country\":\"\",\"network\":0,\"origin\":\"self\",\"banned_at\":1700005000,\"cause\":\"hand\","
                "\"bantime\":600,\"ends_at\":1700005600,\"ended_at\":1700005100,\"count\":1,\"failures\":5,"
                "\"captured\":{\"user\":\"matches\\\":[\"},"
                "\"matches\":[\"one \\\"two\\\"\",\"\\u00fc \\ud83d\\ude00\\n\",\"\"]}\n"
                "{\"kind\":\"ban\",\"at\":1700000000,\"jail\":\"sshd\",\"address\":\"192.0.2.1\","
                "\"country\":\"\",\"network\":0,\"origin\":\"self\",\"banned_at\":1700000000,\"cause\":\"\","
                "\"bantime\":600,\"ends_at\":1700000600,\"ended_at\":0,\"count\":1,\"failures\":0,"
                "\"captured\":{},\"matches\":[]}\n");
}

static void test_export_refused(World *w, gconstpointer data) {
        HistoryExport request = { .query = everything(), .fd = open("/dev/null", O_RDONLY | O_CLOEXEC) };
        g_autoptr(GError) error = NULL;

        g_assert_null(history_export(w->history, &request, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        close(request.fd);
        g_clear_error(&error);

        request.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
        g_assert_null(history_export(w->history, &request, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        close(request.fd);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add("/services/history/rows", World, NULL, set_up, test_rows, tear_down);
        g_test_add("/services/history/cursor", World, NULL, set_up, test_cursor, tear_down);
        g_test_add("/services/history/unknown-jail", World, NULL, set_up, test_unknown_jail, tear_down);
        g_test_add("/services/history/address", World, NULL, set_up, test_address, tear_down);
        g_test_add("/services/history/address-of-a-network", World, NULL, set_up, test_address_of_a_network, tear_down);
        g_test_add_func("/services/history/lines", test_lines);
        g_test_add("/services/history/csv", World, NULL, set_up, test_csv, tear_down);
        g_test_add("/services/history/jsonl", World, NULL, set_up, test_jsonl, tear_down);
        g_test_add("/services/history/export-refused", World, NULL, set_up, test_export_refused, tear_down);
        return g_test_run();
}
