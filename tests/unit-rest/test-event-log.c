/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The last events: their text, their bounds, where a reader goes on. */

#include "client/rest/api/event-log.h"

#include <string.h>

static char *read_all(const EventLog *log, guint64 from, const char *const *patterns) {
        g_autoptr(GBytes) text = event_log_read(log, &from, patterns, G_MAXSIZE);

        return text ? g_strndup(g_bytes_get_data(text, NULL), g_bytes_get_size(text)) : NULL;
}

/* The id of the event before the reader's number, as it stands in the text. */
static char *id_before(const EventLog *log, guint64 number) {
        g_autofree char *text = event_log_format(log, number - 1, "X", "{}");

        return g_strndup(text + strlen("id: "), strcspn(text + strlen("id: "), "\n"));
}

static void test_text(void) {
        g_autoptr(EventLog) log = event_log_new();
        guint64 first = event_log_next(log);
        g_autofree char *id = NULL, *text = NULL, *expected = NULL;

        event_log_add(log, "Bans.Banned", "{\"jail\":\"sshd\"}");
        g_assert_cmpuint(event_log_next(log), ==, first + 1);
        id = id_before(log, first + 1);
        text = read_all(log, first, NULL);
        expected = g_strdup_printf("id: %s\nevent: Bans.Banned\ndata: {\"jail\":\"sshd\"}\n\n", id);
        g_assert_cmpstr(text, ==, expected);
}

static void test_patterns(void) {
        static const char *const all_bans[] = { "Bans.*", NULL }, *const one[] = { "Server.JailAdded", "Job.*", NULL };
        static const char *const everything[] = { "*", NULL }, *const empty[] = { NULL };

        g_assert_true(event_matches("Bans.Banned", NULL));
        g_assert_true(event_matches("Bans.Banned", all_bans));
        g_assert_false(event_matches("BansX.Banned", all_bans));
        g_assert_false(event_matches("Server.JailAddedX", one));
        g_assert_true(event_matches("Server.JailAdded", one));
        g_assert_true(event_matches("Job.Properties", one));
        g_assert_true(event_matches("Geo.Properties", everything));
        g_assert_false(event_matches("Geo.Properties", empty));
        g_assert_true(event_matches("Bridge.Offline", all_bans));
}

/* What a reader does not want it skips, and never looks at again. */
static void test_skips(void) {
        static const char *const wanted[] = { "Geo.*", NULL };
        g_autoptr(EventLog) log = event_log_new();
        guint64 at = event_log_next(log);

        for (guint i = 0; i < 100; i++)
                event_log_add(log, "Bans.Banned", "{}");
        g_assert_null(event_log_read(log, &at, wanted, 1));
        g_assert_cmpuint(at, ==, event_log_next(log));
}

static void test_pieces(void) {
        g_autoptr(EventLog) log = event_log_new();
        guint64 at = event_log_next(log);
        guint pieces = 0;

        for (guint i = 0; i < 100; i++)
                event_log_add(log, "Bans.Banned", "{\"address\":\"192.0.2.1\"}");
        while (at < event_log_next(log)) {
                g_autoptr(GBytes) piece = event_log_read(log, &at, NULL, 500);

                g_assert_cmpuint(g_bytes_get_size(piece), <, 700);
                pieces++;
        }
        g_assert_cmpuint(pieces, >, 10);
}

static void test_bounds(void) {
        g_autofree char *long_data = g_strnfill(1000, ' ');
        g_autofree char *huge_data = g_strnfill(EVENT_DATA_MAX + 1, ' ');
        g_autoptr(EventLog) log = event_log_new();
        g_autofree char *text = NULL;
        guint64 first = event_log_next(log);

        for (guint i = 0; i < EVENT_LOG_EVENTS_MAX; i++)
                event_log_add(log, "A.B", "{}");
        g_assert_true(event_log_reaches(log, first));
        event_log_add(log, "A.B", "{}");
        g_assert_false(event_log_reaches(log, first));
        g_assert_true(event_log_reaches(log, first + 1));

        for (guint i = 0; i < EVENT_LOG_EVENTS_MAX; i++)
                event_log_add(log, "A.B", long_data);
        g_assert_false(event_log_reaches(log, event_log_next(log) - 260));
        g_assert_true(event_log_reaches(log, event_log_next(log) - 240));

        event_log_add(log, "A.B", huge_data);
        text = read_all(log, event_log_next(log) - 1, NULL);
        g_assert_nonnull(strstr(text, "\ndata: {\"omitted\":true}\n\n"));
}

static void test_resume(void) {
        static const char *const strange[] = { "", "-", "1", "-1", "x-1", "1-", "1-x", "1--1" };
        g_autoptr(EventLog) log = event_log_new();
        guint64 first = event_log_next(log), number = 0;
        g_autofree char *before = id_before(log, first), *last = NULL, *ahead = NULL;

        for (guint i = 0; i < 3; i++)
                event_log_add(log, "A.B", "{}");
        g_assert_true(event_log_resume(log, before, &number));
        g_assert_cmpuint(number, ==, first);
        last = id_before(log, event_log_next(log));
        g_assert_true(event_log_resume(log, last, &number));
        g_assert_cmpuint(number, ==, event_log_next(log));
        ahead = id_before(log, event_log_next(log) + 1);
        g_assert_false(event_log_resume(log, ahead, &number));
        for (guint i = 0; i < G_N_ELEMENTS(strange); i++)
                g_assert_false(event_log_resume(log, strange[i], &number));

        for (guint i = 0; i < EVENT_LOG_EVENTS_MAX + 1; i++)
                event_log_add(log, "A.B", "{}");
        g_assert_false(event_log_resume(log, before, &number));
}

/* An id of a run before is not taken for one of this. */
static void test_other_run(void) {
        g_autoptr(EventLog) before = event_log_new();
        g_autofree char *id = id_before(before, event_log_next(before));
        g_autoptr(EventLog) log = NULL;
        guint64 number;

        g_usleep(2);
        log = event_log_new();
        g_assert_false(event_log_resume(log, id, &number));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/event-log/text", test_text);
        g_test_add_func("/event-log/patterns", test_patterns);
        g_test_add_func("/event-log/skips", test_skips);
        g_test_add_func("/event-log/pieces", test_pieces);
        g_test_add_func("/event-log/bounds", test_bounds);
        g_test_add_func("/event-log/resume", test_resume);
        g_test_add_func("/event-log/other-run", test_other_run);
        return g_test_run();
}
