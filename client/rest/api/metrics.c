/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/metrics.h"

#include <string.h>
#include <unistd.h>

#include "client/rest/api/prometheus.h"

#define STATUS_END 1000 /* statuses are below */
#define REQUESTS "bangui_rest_requests_total"
#define DURATION "bangui_rest_request_duration_seconds"

/* What a request may be counted under; a method that somebody made up is the last. */
static const char *const methods[] = { "GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "other" };

/* Upper ends of the buckets, in seconds. */
static const struct {
        const char *label;
        double seconds;
} buckets[] = {
        { "0.0005", 0.0005 }, { "0.001", 0.001 }, { "0.0025", 0.0025 }, { "0.005", 0.005 }, { "0.01", 0.01 },
        { "0.025", 0.025 },   { "0.05", 0.05 },   { "0.1", 0.1 },       { "0.25", 0.25 },   { "0.5", 0.5 },
        { "1", 1 },           { "2.5", 2.5 },     { "5", 5 },           { "10", 10 },       { "30", 30 },
};

typedef struct RouteCount {
        GHashTable *requests; /* index of the method * STATUS_END + status -> how many, both in the pointer */
        guint64 in_bucket[G_N_ELEMENTS(buckets)];
        guint64 count;
        double seconds;
} RouteCount;

struct RestMetrics {
        GHashTable *routes; /* template, static -> RouteCount */
        gint64 started_at;
};

static void route_count_free(gpointer data) {
        RouteCount *self = data;

        g_hash_table_unref(self->requests);
        g_free(self);
}

RestMetrics *rest_metrics_new(void) {
        RestMetrics *self = g_new0(RestMetrics, 1);

        self->routes = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, route_count_free);
        self->started_at = g_get_real_time() / G_USEC_PER_SEC;
        return self;
}

void rest_metrics_free(RestMetrics *self) {
        g_hash_table_unref(self->routes);
        g_free(self);
}

gint64 rest_metrics_started_at(const RestMetrics *self) {
        return self->started_at;
}

static guint find_method(const char *method) {
        guint i = 0;

        while (i < G_N_ELEMENTS(methods) - 1 && !g_str_equal(methods[i], method))
                i++;
        return i;
}

void rest_metrics_count(RestMetrics *self, const RestRequest *request, guint status) {
        const char *route = request->route ? request->route : "none";
        double seconds = (double) (g_get_monotonic_time() - request->started_usec) / G_USEC_PER_SEC;
        RouteCount *count = g_hash_table_lookup(self->routes, route);
        gpointer key = GUINT_TO_POINTER(find_method(request->method) * STATUS_END + MIN(status, STATUS_END - 1));

        if (!count) {
                count = g_new0(RouteCount, 1);
                count->requests = g_hash_table_new(NULL, NULL);
                g_hash_table_insert(self->routes, (gpointer) route, count);
        }
        g_hash_table_insert(count->requests, key,
                            GSIZE_TO_POINTER(GPOINTER_TO_SIZE(g_hash_table_lookup(count->requests, key)) + 1));
        for (gsize i = 0; i < G_N_ELEMENTS(buckets); i++) {
                if (seconds <= buckets[i].seconds) {
                        count->in_bucket[i]++;
                        break;
                }
        }
        count->count++;
        count->seconds += seconds;
}

static void write_requests(const RestMetrics *self, GString *text) {
        GHashTableIter routes, requests;
        gpointer route, value, key, times;

        prometheus_family(text, REQUESTS, "counter", "Requests by the template of their path, method and status.");
        g_hash_table_iter_init(&routes, self->routes);
        while (g_hash_table_iter_next(&routes, &route, &value)) {
                g_hash_table_iter_init(&requests, ((RouteCount *) value)->requests);
                while (g_hash_table_iter_next(&requests, &key, &times)) {
                        g_autofree char *status = g_strdup_printf("%u", GPOINTER_TO_UINT(key) % STATUS_END);

                        prometheus_sample(text, REQUESTS, (double) GPOINTER_TO_SIZE(times), "route", route, "method",
                                          methods[GPOINTER_TO_UINT(key) / STATUS_END], "status", status, NULL);
                }
        }
}

static void write_durations(const RestMetrics *self, GString *text) {
        GHashTableIter routes;
        gpointer route, value;

        prometheus_family(text, DURATION, "histogram", "From the request's headers to the end of its answer's.");
        g_hash_table_iter_init(&routes, self->routes);
        while (g_hash_table_iter_next(&routes, &route, &value)) {
                const RouteCount *count = value;
                guint64 below = 0;

                for (gsize i = 0; i < G_N_ELEMENTS(buckets); i++) {
                        below += count->in_bucket[i];
                        prometheus_sample(text, DURATION "_bucket", (double) below, "route", route, "le",
                                          buckets[i].label, NULL);
                }
                prometheus_sample(text, DURATION "_bucket", (double) count->count, "route", route, "le", "+Inf", NULL);
                prometheus_sample(text, DURATION "_sum", count->seconds, "route", route, NULL);
                prometheus_sample(text, DURATION "_count", (double) count->count, "route", route, NULL);
        }
}

/* Bytes; 0: /proc does not tell. */
static double resident_memory(void) {
        g_autofree char *text = NULL;
        const char *second;

        if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL))
                return 0;
        second = strchr(text, ' ');
        return second ? (double) g_ascii_strtoull(second, NULL, 10) * (double) sysconf(_SC_PAGESIZE) : 0;
}

void rest_metrics_write(const RestMetrics *self, GString *text) {
        write_requests(self, text);
        write_durations(self, text);
        prometheus_single(text, "process_resident_memory_bytes", "gauge", "Resident memory of the bridge.",
                          resident_memory());
        prometheus_single(text, "process_start_time_seconds", "gauge", "When the bridge started, since 1970.",
                          (double) self->started_at);
}
