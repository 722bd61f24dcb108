/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/daemon-metrics.h"

#include "client/rest/api/prometheus.h"
#include "client/rest/bus/bus.h"

/* A family of which each row of an array has one sample. */
typedef struct RowFamily {
        const char *name;
        const char *type;
        const char *help;
        const char *key; /* of the row */
        double factor;
} RowFamily;

static const RowFamily jail_families[] = {
        { "bangui_bans_active", "gauge", "Bans in force.", "currently_banned", 1 },
        { "bangui_bans_total", "counter", "Bans since fail2ban started, restored ones included.", "total_banned", 1 },
        { "bangui_failing_addresses", "gauge", "Addresses with failures that are not banned.", "currently_failed", 1 },
        { "bangui_failures_total", "counter", "Failures since fail2ban started.", "total_failed", 1 },
        { "bangui_jail_idle", "gauge", "Whether the jail is idle.", "idle", 1 },
};

static const RowFamily job_families[] = {
        { "bangui_job_runs_total", "counter", "Runs that ended since the daemon started.", "Runs", 1 },
        { "bangui_job_failures_total", "counter", "Runs that failed since the daemon started.", "Failures", 1 },
        { "bangui_job_last_duration_seconds", "gauge", "How long the last run took.", "LastDurationUsec", 1e-6 },
        { "bangui_job_last_start_timestamp_seconds", "gauge", "When the last run started, since 1970.", "LastStart",
          1 },
        { "bangui_job_next_run_timestamp_seconds", "gauge", "When it is due, since 1970.", "NextRun", 1 },
};

static const char *const severities[] = { "critical", "warning", "notice" };

void daemon_answers_clear(DaemonAnswers *self) {
        g_clear_pointer(&self->status, g_variant_unref);
        g_clear_pointer(&self->history, g_variant_unref);
        g_clear_pointer(&self->objects, g_variant_unref);
}

/* A number of any type, or a truth; -1: it is none. */
static double number_of(GVariant *value) {
        switch (g_variant_classify(value)) {
        case G_VARIANT_CLASS_BOOLEAN:
                return g_variant_get_boolean(value);
        case G_VARIANT_CLASS_UINT32:
                return g_variant_get_uint32(value);
        case G_VARIANT_CLASS_INT64:
                return (double) g_variant_get_int64(value);
        case G_VARIANT_CLASS_UINT64:
                return (double) g_variant_get_uint64(value);
        default:
                return -1;
        }
}

/* `rows`: of GVariant, dictionaries; `label_key`: the member of each that is its label. */
static void write_rows(const RowFamily *family, GPtrArray *rows, const char *label, const char *label_key,
                       GString *text) {
        prometheus_family(text, family->name, family->type, family->help);
        for (guint i = 0; i < rows->len; i++) {
                g_autoptr(GVariant) value = g_variant_lookup_value(rows->pdata[i], family->key, NULL);
                const char *name = NULL;

                if (value && g_variant_lookup(rows->pdata[i], label_key, "&s", &name))
                        prometheus_sample(text, family->name, number_of(value) * family->factor, label, name, NULL);
        }
}

static GPtrArray *rows_of(GVariant *dictionary, const char *key) {
        GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify) g_variant_unref);
        g_autoptr(GVariant) array = g_variant_lookup_value(dictionary, key, G_VARIANT_TYPE("aa{sv}"));

        for (gsize i = 0; array && i < g_variant_n_children(array); i++)
                g_ptr_array_add(rows, g_variant_get_child_value(array, i));
        return rows;
}

/* The properties of all objects that have the interface. */
static GPtrArray *objects_of(GVariant *answer, const char *interface) {
        GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify) g_variant_unref);
        g_autoptr(GVariant) objects = g_variant_get_child_value(answer, 0);

        for (gsize i = 0; i < g_variant_n_children(objects); i++) {
                g_autoptr(GVariant) interfaces = NULL;
                GVariant *properties;

                g_variant_get_child(objects, i, "{o@a{sa{sv}}}", NULL, &interfaces);
                properties = g_variant_lookup_value(interfaces, interface, G_VARIANT_TYPE_VARDICT);
                if (properties)
                        g_ptr_array_add(rows, properties);
        }
        return rows;
}

static void write_findings(GVariant *status, GString *text) {
        g_autoptr(GPtrArray) findings = rows_of(status, "findings");

        prometheus_family(text, "bangui_findings", "gauge", "What weakens the protection, by severity.");
        for (gsize i = 0; i < G_N_ELEMENTS(severities); i++) {
                guint count = 0;

                for (guint j = 0; j < findings->len; j++) {
                        const char *severity = NULL;

                        g_variant_lookup(findings->pdata[j], "severity", "&s", &severity);
                        count += g_strcmp0(severity, severities[i]) == 0;
                }
                prometheus_sample(text, "bangui_findings", count, "severity", severities[i], NULL);
        }
}

static void write_parts(GVariant *status, GString *text) {
        g_autoptr(GPtrArray) parts = rows_of(status, "parts");

        prometheus_family(text, "bangui_part", "gauge", "The state of what the daemon depends on, as a label.");
        for (guint i = 0; i < parts->len; i++) {
                const char *name = NULL, *state = NULL;

                if (g_variant_lookup(parts->pdata[i], "name", "&s", &name) &&
                    g_variant_lookup(parts->pdata[i], "state", "&s", &state))
                        prometheus_sample(text, "bangui_part", 1, "part", name, "state", state, NULL);
        }
}

static void write_status(GVariant *answer, GString *text) {
        g_autoptr(GVariant) status = g_variant_get_child_value(answer, 0);
        g_autoptr(GPtrArray) jails = rows_of(status, "jails");
        const char *version = "", *fail2ban_version = "";
        gboolean online = FALSE;

        g_variant_lookup(status, "version", "&s", &version);
        g_variant_lookup(status, "fail2ban_version", "&s", &fail2ban_version);
        g_variant_lookup(status, "online", "b", &online);
        prometheus_family(text, "bangui_info", "gauge", "Versions, as labels.");
        prometheus_sample(text, "bangui_info", 1, "version", version, "fail2ban_version", fail2ban_version, NULL);
        prometheus_single(text, "bangui_fail2ban_up", "gauge", "Whether fail2ban answers.", online);
        for (gsize i = 0; i < G_N_ELEMENTS(jail_families); i++)
                write_rows(&jail_families[i], jails, "jail", "name", text);
        write_findings(status, text);
        write_parts(status, text);
}

static void write_history(GVariant *answer, GString *text) {
        g_autoptr(GVariant) history = g_variant_get_child_value(answer, 0);
        guint64 bans = 0;
        gint64 synced_at = 0;

        g_variant_lookup(history, "Bans", "t", &bans);
        g_variant_lookup(history, "SyncedAt", "x", &synced_at);
        prometheus_single(text, "bangui_archive_bans", "gauge", "Bans in the archive.", (double) bans);
        prometheus_single(text, "bangui_archive_synced_timestamp_seconds", "gauge",
                          "When fail2ban's database was last read up to its end, since 1970.", (double) synced_at);
}

static void write_objects(GVariant *answer, GString *text) {
        g_autoptr(GPtrArray) jobs = objects_of(answer, BANGUI_NAME ".Job");
        g_autoptr(GPtrArray) operations = objects_of(answer, BANGUI_NAME ".Operation");
        guint running = 0;

        for (gsize i = 0; i < G_N_ELEMENTS(job_families); i++)
                write_rows(&job_families[i], jobs, "job", "Name", text);
        prometheus_family(text, "bangui_job_last_success", "gauge",
                          "Whether the last run that ended did what it should.");
        for (guint i = 0; i < jobs->len; i++) {
                const char *name = NULL, *result = NULL;

                if (g_variant_lookup(jobs->pdata[i], "Name", "&s", &name) &&
                    g_variant_lookup(jobs->pdata[i], "LastResult", "&s", &result) && *result)
                        prometheus_sample(text, "bangui_job_last_success", g_str_equal(result, "done"), "job", name,
                                          NULL);
        }
        for (guint i = 0; i < operations->len; i++) {
                const char *state = NULL;

                g_variant_lookup(operations->pdata[i], "State", "&s", &state);
                running += g_strcmp0(state, "running") == 0;
        }
        prometheus_single(text, "bangui_operations_running", "gauge", "Operations that go on.", running);
}

void daemon_metrics_write(const DaemonAnswers *answers, GString *text) {
        prometheus_single(text, "bangui_up", "gauge", "Whether the daemon answers.", answers->status != NULL);
        if (answers->status)
                write_status(answers->status, text);
        if (answers->history)
                write_history(answers->history, text);
        if (answers->objects)
                write_objects(answers->objects, text);
}
