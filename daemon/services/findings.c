/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Parts and findings
 *
 * Both are short lists (a handful of parts, rarely a finding), so they are plain arrays that are searched from the
 * start. The whole is made anew at each change and told when it differs; since_at moves only when a part's state does.
 */

#include "services/findings.h"

typedef struct Part {
        char *name;
        char *state;
        char *detail;
        gint64 since_at;
} Part;

typedef struct Finding {
        char *kind;
        char *object;
        char *severity;
        char *message;
        char *advice;
        gint64 since_at;
} Finding;

struct Findings {
        EventSink sink;
        GMutex lock;
        char *life;
        GPtrArray *parts;
        GPtrArray *findings;
        GVariant *told;
};

static void part_free(gpointer data) {
        Part *part = data;

        g_free(part->name);
        g_free(part->state);
        g_free(part->detail);
        g_free(part);
}

static void finding_free(gpointer data) {
        Finding *finding = data;

        g_free(finding->kind);
        g_free(finding->object);
        g_free(finding->severity);
        g_free(finding->message);
        g_free(finding->advice);
        g_free(finding);
}

static void replace_text(char **field, const char *text) {
        if (g_strcmp0(*field, text) == 0)
                return;
        g_free(*field);
        *field = g_strdup(text);
}

static const char *shown_state(Findings *self) {
        if (g_strcmp0(self->life, "running") != 0)
                return self->life;

        for (guint i = 0; i < self->parts->len; i++) {
                const Part *part = g_ptr_array_index(self->parts, i);

                if (g_str_equal(part->state, "degraded") || g_str_equal(part->state, "failed"))
                        return "degraded";
        }
        return self->life;
}

static int severity_rank(const char *severity) {
        static const char *const order[] = { "critical", "warning", "notice", NULL };

        for (int i = 0; order[i]; i++)
                if (g_str_equal(severity, order[i]))
                        return i;
        return G_N_ELEMENTS(order);
}

static gint compare_findings(gconstpointer a, gconstpointer b) {
        const Finding *x = *(const Finding *const *) a, *y = *(const Finding *const *) b;
        int difference = severity_rank(x->severity) - severity_rank(y->severity);

        if (difference == 0)
                difference = g_strcmp0(x->kind, y->kind);
        return difference ? difference : g_strcmp0(x->object, y->object);
}

static GVariant *parts_rows(Findings *self) {
        GVariantBuilder rows;

        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; i < self->parts->len; i++) {
                const Part *part = g_ptr_array_index(self->parts, i);

                g_variant_builder_open(&rows, G_VARIANT_TYPE_VARDICT);
                g_variant_builder_add(&rows, "{sv}", "name", g_variant_new_string(part->name));
                g_variant_builder_add(&rows, "{sv}", "state", g_variant_new_string(part->state));
                g_variant_builder_add(&rows, "{sv}", "detail", g_variant_new_string(part->detail));
                g_variant_builder_add(&rows, "{sv}", "since_at", g_variant_new_int64(part->since_at));
                g_variant_builder_close(&rows);
        }
        return g_variant_builder_end(&rows);
}

static GVariant *findings_rows(Findings *self) {
        GVariantBuilder rows;

        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; i < self->findings->len; i++) {
                const Finding *finding = g_ptr_array_index(self->findings, i);

                g_variant_builder_open(&rows, G_VARIANT_TYPE_VARDICT);
                g_variant_builder_add(&rows, "{sv}", "kind", g_variant_new_string(finding->kind));
                g_variant_builder_add(&rows, "{sv}", "object", g_variant_new_string(finding->object));
                g_variant_builder_add(&rows, "{sv}", "severity", g_variant_new_string(finding->severity));
                g_variant_builder_add(&rows, "{sv}", "message", g_variant_new_string(finding->message));
                g_variant_builder_add(&rows, "{sv}", "advice", g_variant_new_string(finding->advice));
                g_variant_builder_add(&rows, "{sv}", "since_at", g_variant_new_int64(finding->since_at));
                g_variant_builder_close(&rows);
        }
        return g_variant_builder_end(&rows);
}

static GVariant *health(Findings *self) {
        GVariantBuilder all;

        g_variant_builder_init(&all, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&all, "{sv}", "State", g_variant_new_string(shown_state(self)));
        g_variant_builder_add(&all, "{sv}", "Parts", parts_rows(self));
        g_variant_builder_add(&all, "{sv}", "Findings", findings_rows(self));
        return g_variant_ref_sink(g_variant_builder_end(&all));
}

static void tell(Findings *self) {
        g_autoptr(GVariant) now = health(self);

        if (self->told && g_variant_equal(self->told, now))
                return;
        g_clear_pointer(&self->told, g_variant_unref);
        self->told = g_steal_pointer(&now);
        event_emit(&self->sink, EVENT_HEALTH, NULL, NULL, self->told);
}

Findings *findings_new(const EventSink *sink) {
        Findings *self = g_new0(Findings, 1);

        self->sink = *sink;
        g_mutex_init(&self->lock);
        self->life = g_strdup("starting");
        self->parts = g_ptr_array_new_with_free_func(part_free);
        self->findings = g_ptr_array_new_with_free_func(finding_free);
        return self;
}

void findings_free(Findings *self) {
        if (!self)
                return;

        g_clear_pointer(&self->told, g_variant_unref);
        g_ptr_array_unref(self->findings);
        g_ptr_array_unref(self->parts);
        g_free(self->life);
        g_mutex_clear(&self->lock);
        g_free(self);
}

void findings_set_life(Findings *self, const char *life) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        replace_text(&self->life, life);
        tell(self);
}

static Part *find_part(Findings *self, const char *name) {
        for (guint i = 0; i < self->parts->len; i++) {
                Part *part = g_ptr_array_index(self->parts, i);

                if (g_str_equal(part->name, name))
                        return part;
        }
        return NULL;
}

void findings_set_part(Findings *self, const char *part, const char *state, const char *detail, gint64 now) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        Part *known = find_part(self, part);

        if (!known) {
                known = g_new0(Part, 1);
                known->name = g_strdup(part);
                g_ptr_array_add(self->parts, known);
        }
        if (g_strcmp0(known->state, state) != 0)
                known->since_at = now;
        replace_text(&known->state, state);
        replace_text(&known->detail, detail ? detail : "");
        tell(self);
}

static Finding *find_finding(Findings *self, const char *kind, const char *object, guint *ret_index) {
        for (guint i = 0; i < self->findings->len; i++) {
                Finding *finding = g_ptr_array_index(self->findings, i);

                if (g_str_equal(finding->kind, kind) && g_str_equal(finding->object, object)) {
                        *ret_index = i;
                        return finding;
                }
        }
        return NULL;
}

void findings_set(Findings *self, const char *kind, const char *object, const char *severity, const char *message,
                  const char *advice, gint64 now) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        guint index;
        Finding *known = find_finding(self, kind, object, &index);

        if (!known) {
                known = g_new0(Finding, 1);
                known->kind = g_strdup(kind);
                known->object = g_strdup(object);
                known->since_at = now;
                g_ptr_array_add(self->findings, known);
        }
        replace_text(&known->severity, severity);
        replace_text(&known->message, message);
        replace_text(&known->advice, advice);
        g_ptr_array_sort(self->findings, compare_findings);
        tell(self);
}

void findings_clear(Findings *self, const char *kind, const char *object) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        guint index;

        if (!find_finding(self, kind, object, &index))
                return;
        g_ptr_array_remove_index(self->findings, index);
        tell(self);
}

GVariant *findings_health(Findings *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        return health(self);
}
