/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The Prometheus text: its format, what the bridge counts, what the daemon says. */

#include <string.h>

#include "client/rest/api/daemon-metrics.h"
#include "client/rest/api/metrics.h"
#include "client/rest/api/prometheus.h"

static void assert_line(const GString *text, const char *line) {
        g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);

        if (!g_strv_contains((const char *const *) lines, line))
                g_error("no line \"%s\" in:\n%s", line, text->str);
}

static void assert_no(const GString *text, const char *part) {
        if (strstr(text->str, part))
                g_error("\"%s\" is in:\n%s", part, text->str);
}

static void test_format(void) {
        g_autoptr(GString) text = g_string_new(NULL);

        prometheus_family(text, "a_total", "counter", "Help.");
        prometheus_sample(text, "a_total", 12, "jail", "a\\b\"c\nd\303\266", "x", "", NULL);
        prometheus_single(text, "b", "gauge", "Other help.", 0.25);
        prometheus_sample(text, "b", 1e18, NULL);
        prometheus_sample(text, "b", -3, NULL);
        g_assert_cmpstr(text->str, ==,
                        "# HELP a_total Help.\n# TYPE a_total counter\n"
                        "a_total{jail=\"a\\\\b\\\"c\\nd\303\266\",x=\"\"} 12\n"
                        "# HELP b Other help.\n# TYPE b gauge\nb 0.25\nb 1e+18\nb -3\n");
}

static void test_requests(void) {
        g_autoptr(RestMetrics) metrics = rest_metrics_new();
        g_autoptr(GString) text = g_string_new(NULL);
        RestRequest request = { .method = "GET", .route = "/bans/{address}" };

        request.started_usec = g_get_monotonic_time();
        rest_metrics_count(metrics, &request, 200);
        rest_metrics_count(metrics, &request, 200);
        request.started_usec -= 3 * G_USEC_PER_SEC;
        rest_metrics_count(metrics, &request, 404);
        request.route = NULL;
        request.method = "BREW";
        rest_metrics_count(metrics, &request, 405);
        rest_metrics_count(metrics, &request, 99999);
        rest_metrics_write(metrics, text);
        assert_line(text, "bangui_rest_requests_total{route=\"/bans/{address}\",method=\"GET\",status=\"200\"} 2");
        assert_line(text, "bangui_rest_requests_total{route=\"/bans/{address}\",method=\"GET\",status=\"404\"} 1");
        assert_line(text, "bangui_rest_requests_total{route=\"none\",method=\"other\",status=\"405\"} 1");
        assert_line(text, "bangui_rest_request_duration_seconds_bucket{route=\"/bans/{address}\",le=\"2.5\"} 2");
        assert_line(text, "bangui_rest_request_duration_seconds_bucket{route=\"/bans/{address}\",le=\"5\"} 3");
        assert_line(text, "bangui_rest_request_duration_seconds_bucket{route=\"/bans/{address}\",le=\"+Inf\"} 3");
        assert_line(text, "bangui_rest_request_duration_seconds_count{route=\"/bans/{address}\"} 3");
        assert_no(text, "BREW");
        assert_no(text, "process_resident_memory_bytes 0\n");
}

static GVariant *parse(const char *text) {
        g_autoptr(GError) error = NULL;
        GVariant *value = g_variant_parse(NULL, text, NULL, NULL, &error);

        g_assert_no_error(error);
        return value;
}

static void test_daemon(void) {
        DaemonAnswers answers = { 0 };
        g_autoptr(GString) text = g_string_new(NULL);

        answers.status =
                parse("({'version': <'1.0'>, 'fail2ban_version': <'1.1.0'>, 'online': <true>,"
                      " 'jails': <[{'name': <'a\"b'>, 'currently_banned': <uint32 3>, 'total_banned': <uint64 9>,"
                      "   'currently_failed': <1>, 'total_failed': <uint64 70>, 'idle': <true>}]>,"
                      " 'parts': <[{'name': <'store'>, 'state': <'ok'>}]>,"
                      " 'findings': <[{'severity': <'warning'>}, {'severity': <'warning'>}]>},)");
        answers.history = parse("({'Bans': <uint64 1000000>, 'SyncedAt': <int64 1700000000>},)");
        answers.objects =
                parse("({objectpath '/a': {'org.bangui.BanGUI1.Job': {'Name': <'probe'>, 'Runs': <uint64 5>,"
                      "  'Failures': <uint64 1>, 'LastDurationUsec': <int64 1500>, 'LastResult': <'failed'>}},"
                      " '/b': {'org.bangui.BanGUI1.Operation': {'State': <'running'>}},"
                      " '/c': {'org.bangui.BanGUI1.Operation': {'State': <'done'>}}},)");
        daemon_metrics_write(&answers, text);
        assert_line(text, "bangui_up 1");
        assert_line(text, "bangui_fail2ban_up 1");
        assert_line(text, "bangui_info{version=\"1.0\",fail2ban_version=\"1.1.0\"} 1");
        assert_line(text, "bangui_bans_active{jail=\"a\\\"b\"} 3");
        assert_line(text, "bangui_bans_total{jail=\"a\\\"b\"} 9");
        assert_line(text, "bangui_failures_total{jail=\"a\\\"b\"} 70");
        assert_line(text, "bangui_jail_idle{jail=\"a\\\"b\"} 1");
        assert_line(text, "bangui_findings{severity=\"warning\"} 2");
        assert_line(text, "bangui_findings{severity=\"critical\"} 0");
        assert_line(text, "bangui_part{part=\"store\",state=\"ok\"} 1");
        assert_line(text, "bangui_archive_bans 1000000");
        assert_line(text, "bangui_job_runs_total{job=\"probe\"} 5");
        assert_line(text, "bangui_job_last_duration_seconds{job=\"probe\"} 0.0015");
        assert_line(text, "bangui_job_last_success{job=\"probe\"} 0");
        assert_line(text, "bangui_operations_running 1");
        daemon_answers_clear(&answers);
}

/* Nobody answers, or with something else than agreed: what is missing is left out. */
static void test_no_daemon(void) {
        DaemonAnswers answers = { 0 };
        g_autoptr(GString) text = g_string_new(NULL);

        daemon_metrics_write(&answers, text);
        assert_line(text, "bangui_up 0");
        assert_no(text, "bangui_bans_active");
        answers.status = parse("(@a{sv} {},)");
        answers.history = parse("(@a{sv} {},)");
        answers.objects = parse("(@a{oa{sa{sv}}} {},)");
        daemon_metrics_write(&answers, text);
        assert_line(text, "bangui_up 1");
        assert_line(text, "bangui_fail2ban_up 0");
        daemon_answers_clear(&answers);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/metrics/format", test_format);
        g_test_add_func("/metrics/requests", test_requests);
        g_test_add_func("/metrics/daemon", test_daemon);
        g_test_add_func("/metrics/no-daemon", test_no_daemon);
        return g_test_run();
}
