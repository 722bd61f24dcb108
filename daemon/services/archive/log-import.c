/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * fail2ban's log files into the archive
 *
 * Lines become events, which go to the archive in batches, each a transaction of its own: a file that turns out broken
 * leaves what came before, and reading it again takes nothing twice.
 */

#include "services/archive/log-import.h"

#include "core/error.h"
#include "core/text.h"
#include "fail2ban/log-lines.h"
#include "services/archive/log-import-lines.h"

#define BATCH_EVENTS 10000
#define BATCH_TEXT_BYTES 16384
#define REPORT_LINES 10000
#define MANY 5000                       /* new rows, after which memory is given back */
#define UNDATED_BYTES_MAX (1024 * 1024) /* in which a log would have shown a line that begins with a time */

typedef struct Import {
        Archive *archive;
        const LogImport *request;
        LogImportLines *lines;
        Fail2banLogReader *reader;
        GArray *events;      /* of ArchiveEvent */
        GStringChunk *texts; /* jails and ids of the batch */
        ArchiveTally tally;
        guint64 n_lines, n_dated, n_unreadable;
        gint64 first_at, last_at;
} Import;

static void import_clear(Import *self) {
        g_clear_pointer(&self->texts, g_string_chunk_free);
        g_clear_pointer(&self->events, g_array_unref);
        g_clear_pointer(&self->reader, fail2ban_log_reader_free);
        g_clear_pointer(&self->lines, log_import_lines_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Import, import_clear)

static ArchiveEventKind event_kind(Fail2banLogKind kind) {
        switch (kind) {
        case FAIL2BAN_LOG_BAN:
                return ARCHIVE_EVENT_BAN;
        case FAIL2BAN_LOG_RESTORED:
                return ARCHIVE_EVENT_RESTORED;
        case FAIL2BAN_LOG_PROLONGED:
                return ARCHIVE_EVENT_PROLONGED;
        default:
                return ARCHIVE_EVENT_UNBAN;
        }
}

static void add_event(Import *self, Fail2banLogKind kind, const Fail2banLogLine *line) {
        ArchiveEvent event = {
                .kind = event_kind(kind),
                .jail = g_string_chunk_insert_const(self->texts, line->jail),
                .at = line->at,
                .bantime = line->bantime,
                .count = line->count,
                .cause = kind == FAIL2BAN_LOG_REPEALED ? ARCHIVE_CAUSE_JAIL_STOPPED : ARCHIVE_CAUSE_NONE,
                .uid = -1,
        };

        if (!address_try_parse(line->id, &event.address))
                event.text = g_string_chunk_insert_const(self->texts, line->id);
        g_array_append_val(self->events, event);
        self->first_at = self->first_at == 0 ? line->at : MIN(self->first_at, line->at);
        self->last_at = MAX(self->last_at, line->at);
}

static gboolean flush(Import *self, GError **error) {
        const ArchiveAdd add = {
                .source = ARCHIVE_SOURCE_LOG,
                .events = (ArchiveEvent *) self->events->data,
                .n = self->events->len,
                .dry_run = self->request->dry_run,
        };

        if (add.n > 0 && !archive_add(self->archive, &add, &self->tally, error))
                return FALSE;
        g_array_set_size(self->events, 0);
        g_string_chunk_clear(self->texts);
        return TRUE;
}

static void report(const Import *self) {
        g_autofree char *message = g_strdup_printf("%" G_GUINT64_FORMAT " lines, %" G_GUINT64_FORMAT " new bans",
                                                   self->n_lines, self->tally.bans);

        operation_report(self->request->operation, MIN(log_import_lines_progress(self->lines), 0.999), message);
}

static gboolean fail_foreign(GError **error) {
        g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "it is no log of fail2ban: no line of it begins with a time");
        return FALSE;
}

static gboolean take_line(Import *self, char *line, gsize length, GError **error) {
        Fail2banLogLine found;
        Fail2banLogKind kind = fail2ban_log_read(self->reader, line, length, &found);

        self->n_dated += kind != FAIL2BAN_LOG_FOREIGN;
        self->n_unreadable += kind == FAIL2BAN_LOG_UNREADABLE;
        if (kind > FAIL2BAN_LOG_UNREADABLE)
                add_event(self, kind, &found);
        return self->events->len < BATCH_EVENTS || flush(self, error);
}

/* After each line, whatever it was. */
static gboolean go_on(Import *self, GError **error) {
        self->n_lines++;
        if (self->n_lines % REPORT_LINES != 0)
                return TRUE;
        report(self);
        return operation_check(self->request->operation, error);
}

static gboolean read_all(Import *self, GError **error) {
        for (;;) {
                char *line;
                gsize length;
                LogImportStep step = log_import_lines_next(self->lines, &line, &length, error);

                if (step == LOG_IMPORT_ERROR)
                        return FALSE;
                if (step == LOG_IMPORT_END)
                        return (self->n_lines == 0 || self->n_dated > 0) || fail_foreign(error);
                if (step == LOG_IMPORT_LINE && !take_line(self, line, length, error))
                        return FALSE;
                if (self->n_dated == 0 && log_import_lines_bytes(self->lines) > UNDATED_BYTES_MAX)
                        return fail_foreign(error);
                if (!go_on(self, error))
                        return FALSE;
        }
}

static GTimeZone *read_zone(const char *name, GError **error) {
        GTimeZone *zone;
        g_autofree char *quoted = NULL;

        if (!name || name[0] == '\0')
                return g_time_zone_new_local();
        zone = g_time_zone_new_identifier(name);
        if (zone)
                return zone;
        quoted = text_quote(name);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "option timezone: %s is no time zone; e.g. Europe/Berlin, UTC or +02:00", quoted);
        return NULL;
}

static GVariant *result_of(const Import *self) {
        const struct {
                const char *key;
                guint64 number;
        } counts[] = {
                { "lines", self->n_lines },           { "bans", self->tally.bans },
                { "unbans", self->tally.unbans },     { "changed", self->tally.changed },
                { "known", self->tally.known },       { "refused", self->tally.refused },
                { "unreadable", self->n_unreadable },
        };
        GVariantBuilder result;

        g_variant_builder_init(&result, G_VARIANT_TYPE_VARDICT);
        for (guint i = 0; i < G_N_ELEMENTS(counts); i++)
                g_variant_builder_add(&result, "{sv}", counts[i].key, g_variant_new_uint64(counts[i].number));
        g_variant_builder_add(&result, "{sv}", "first_at", g_variant_new_int64(self->first_at));
        g_variant_builder_add(&result, "{sv}", "last_at", g_variant_new_int64(self->last_at));
        return g_variant_builder_end(&result);
}

/* What was read before a fault is taken, whatever the fault is, unless somebody wanted it to end. */
static gboolean run(Import *self, GError **error) {
        g_autoptr(GError) fault = NULL;

        if (read_all(self, &fault))
                return flush(self, error);
        if (!g_error_matches(fault, BANGUI_ERROR, BANGUI_ERROR_CANCELLED) && !flush(self, error))
                return FALSE;
        g_propagate_error(error, g_steal_pointer(&fault));
        return FALSE;
}

/* A file that ends in a fault may have filled caches as well. */
static void trim(const Import *self) {
        if (self->tally.bans + self->tally.unbans > MANY)
                archive_trim(self->archive);
}

static void name_file(const Import *self, GError **error) {
        g_autofree char *quoted = self->request->name ? text_quote(self->request->name) : NULL;

        if (self->n_lines > 0 && self->n_dated > 0)
                g_prefix_error(error, "after %" G_GUINT64_FORMAT " lines: ", self->n_lines);
        if (quoted)
                g_prefix_error(error, "%s: ", quoted);
}

GVariant *log_import(Archive *archive, const LogImport *request, GError **error) {
        g_autoptr(GTimeZone) zone = read_zone(request->timezone, error);
        g_auto(Import) import = { .archive = archive, .request = request };
        gint64 written_at;
        gboolean done;

        if (!zone)
                return NULL;
        import.lines = log_import_lines_new(request->fd, request->operation, error);
        if (!import.lines)
                return NULL;
        written_at = log_import_lines_written_at(import.lines);
        import.reader = fail2ban_log_reader_new(zone, written_at > 0 ? MIN(written_at, request->now) : request->now);
        import.events = g_array_new(FALSE, FALSE, sizeof(ArchiveEvent));
        import.texts = g_string_chunk_new(BATCH_TEXT_BYTES);
        done = run(&import, error);
        trim(&import);
        if (!done) {
                name_file(&import, error);
                return NULL;
        }
        report(&import);
        return result_of(&import);
}
