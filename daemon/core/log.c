/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The structured log
 *
 * Our own events and GLib's messages become a LogEntry, and one of three writers puts it out. Our events do not pass
 * through GLib's log: there a warning can be made fatal, and what can happen in a good program must not end it.
 * GLib's own messages keep that meaning (G_DEBUG=fatal-criticals, fatal-warnings).
 *
 * Threads: the level is atomic, the writer is chosen once before other threads exist, a line is one write().
 */

#include "core/log.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "core/error.h"

#define LOG_FIELDS_MAX 32

typedef enum LogTarget {
        LOG_TARGET_JSON,
        LOG_TARGET_TEXT,
        LOG_TARGET_JOURNAL,
} LogTarget;

typedef struct LogField {
        const char *name;  /* as in the journal */
        const char *value; /* valid UTF-8 or not */
} LogField;

typedef struct LogEntry {
        LogPriority priority;
        const char *message;
        LogField fields[LOG_FIELDS_MAX];
        guint n_fields;
        GPtrArray *texts; /* what the fields borrow from, freed with the entry */
} LogEntry;

static const char *const level_names[] = {
        [LOG_PRIORITY_ERROR] = "error", [LOG_PRIORITY_WARNING] = "warning", [LOG_PRIORITY_NOTICE] = "notice",
        [LOG_PRIORITY_INFO] = "info",   [LOG_PRIORITY_DEBUG] = "debug",
};

/* syslog's numbers */
static const char *const level_numbers[] = {
        [LOG_PRIORITY_ERROR] = "3", [LOG_PRIORITY_WARNING] = "4", [LOG_PRIORITY_NOTICE] = "5",
        [LOG_PRIORITY_INFO] = "6",  [LOG_PRIORITY_DEBUG] = "7",
};

static gint log_level = LOG_PRIORITY_NOTICE; /* atomic */
static LogTarget log_target = LOG_TARGET_JSON;
static GLogLevelFlags log_fatal;
static GPrivate log_correlation = G_PRIVATE_INIT(g_free);

static void log_entry_init(LogEntry *self, LogPriority priority, const char *message) {
        *self = (LogEntry) {
                .priority = priority,
                .message = message,
                .texts = g_ptr_array_new_with_free_func(g_free),
        };
}

static void log_entry_clear(LogEntry *self) {
        g_clear_pointer(&self->texts, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LogEntry, log_entry_clear)

static void log_entry_add(LogEntry *self, const char *name, const char *value) {
        if (self->n_fields < LOG_FIELDS_MAX)
                self->fields[self->n_fields++] = (LogField) { .name = name, .value = value };
}

/* As log_entry_add(); the entry frees the value. */
static void log_entry_take(LogEntry *self, const char *name, char *value) {
        g_ptr_array_add(self->texts, value);
        log_entry_add(self, name, value);
}

static gboolean log_wanted(LogPriority priority) {
        return (gint) priority <= g_atomic_int_get(&log_level);
}

/* One write() for a line: lines of several threads do not mix. */
static void write_line(GString *line) {
        const char *p;
        size_t left;

        g_string_append_c(line, '\n');
        p = line->str;
        left = line->len;
        while (left > 0) {
                ssize_t n = TEMP_FAILURE_RETRY(write(STDERR_FILENO, p, left));

                if (n <= 0)
                        return; /* nowhere left to complain to */
                p += n;
                left -= (size_t) n;
        }
}

static void append_json_text(GString *line, const char *text) {
        g_autofree char *valid = g_utf8_make_valid(text, -1);

        g_string_append_c(line, '"');
        for (const char *p = valid; *p; p++) {
                guchar c = (guchar) *p;

                if (c == '"' || c == '\\')
                        g_string_append_printf(line, "\\%c", c);
                else if (c == '\n')
                        g_string_append(line, "\\n");
                else if (c == '\t')
                        g_string_append(line, "\\t");
                else if (c < 0x20 || c == 0x7f)
                        g_string_append_printf(line, "\\u%04x", c);
                else
                        g_string_append_c(line, (char) c);
        }
        g_string_append_c(line, '"');
}

static void append_json_field(GString *line, const char *name, const char *value) {
        g_autofree char *lower = g_ascii_strdown(name, -1);

        if (line->len > 1)
                g_string_append_c(line, ',');
        append_json_text(line, lower);
        g_string_append_c(line, ':');
        append_json_text(line, value);
}

/* ISO 8601 in UTC with milliseconds. */
static char *time_text(void) {
        gint64 now = g_get_real_time();
        time_t seconds = (time_t) (now / G_USEC_PER_SEC);
        char text[32];
        struct tm tm;

        (void) gmtime_r(&seconds, &tm);
        (void) strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
        return g_strdup_printf("%s.%03dZ", text, (int) (now % G_USEC_PER_SEC / 1000));
}

/* "BANGUI_JAIL" is "jail" where there is no other sender to be told from. */
static const char *bare_name(const char *name) {
        return g_str_has_prefix(name, "BANGUI_") ? name + strlen("BANGUI_") : name;
}

static void write_json(const LogEntry *entry) {
        g_autoptr(GString) line = g_string_new("{");
        g_autofree char *now = time_text();

        append_json_field(line, "timestamp", now);
        append_json_field(line, "level", level_names[entry->priority]);
        append_json_field(line, "message", entry->message);
        for (guint i = 0; i < entry->n_fields; i++)
                append_json_field(line, bare_name(entry->fields[i].name), entry->fields[i].value);
        g_string_append_c(line, '}');
        write_line(line);
}

/* A message may hold text from outside, and a terminal obeys control characters. */
static void append_printable(GString *line, const char *text) {
        g_autofree char *valid = g_utf8_make_valid(text, -1);

        for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
                gunichar c = g_utf8_get_char(p);

                if (g_unichar_iscntrl(c))
                        g_string_append_printf(line, "\\x%02x", c);
                else
                        g_string_append_unichar(line, c);
        }
}

static void write_text(const LogEntry *entry) {
        g_autoptr(GString) line = g_string_new(NULL);

        g_string_append_printf(line, "%-7s ", level_names[entry->priority]);
        append_printable(line, entry->message);
        for (guint i = 0; i < entry->n_fields; i++) {
                g_autofree char *name = g_ascii_strdown(bare_name(entry->fields[i].name), -1);

                g_string_append_printf(line, "%s%s=", i == 0 ? " [" : " ", name);
                append_printable(line, entry->fields[i].value);
        }
        if (entry->n_fields > 0)
                g_string_append_c(line, ']');
        write_line(line);
}

static void append_journal_field(GArray *vector, GPtrArray *texts, const char *name, const char *value) {
        g_autofree char *valid = g_utf8_make_valid(value, -1);
        char *text = g_strconcat(name, "=", valid, NULL);
        struct iovec part = { .iov_base = text, .iov_len = strlen(text) };

        g_ptr_array_add(texts, text);
        g_array_append_val(vector, part);
}

static gboolean write_journal(const LogEntry *entry) {
        g_autoptr(GArray) vector = g_array_new(FALSE, FALSE, sizeof(struct iovec));
        g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

        append_journal_field(vector, texts, "MESSAGE", entry->message);
        append_journal_field(vector, texts, "PRIORITY", level_numbers[entry->priority]);
        for (guint i = 0; i < entry->n_fields; i++)
                append_journal_field(vector, texts, entry->fields[i].name, entry->fields[i].value);

        return sd_journal_sendv((const struct iovec *) (gpointer) vector->data, (int) vector->len) >= 0;
}

static void log_entry_write(LogEntry *entry) {
        const char *correlation = log_get_correlation();

        if (correlation)
                log_entry_add(entry, "BANGUI_CORRELATION_ID", correlation);

        switch (log_target) {
        case LOG_TARGET_JOURNAL:
                if (write_journal(entry))
                        return;
                write_json(entry); /* a journal that is gone must not swallow the reason */
                return;
        case LOG_TARGET_TEXT:
                write_text(entry);
                return;
        case LOG_TARGET_JSON:
                write_json(entry);
                return;
        }
}

static LogPriority priority_of_glib(GLogLevelFlags level) {
        if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
                return LOG_PRIORITY_ERROR;
        if (level & G_LOG_LEVEL_WARNING)
                return LOG_PRIORITY_WARNING;
        if (level & G_LOG_LEVEL_MESSAGE)
                return LOG_PRIORITY_NOTICE;
        if (level & G_LOG_LEVEL_INFO)
                return LOG_PRIORITY_INFO;
        return LOG_PRIORITY_DEBUG;
}

/* A field of GLib need not end with NUL. */
static char *glib_field_text(const GLogField *field) {
        if (field->length < 0)
                return g_strdup(field->value);
        return g_strndup(field->value, (gsize) field->length);
}

static void write_glib(LogPriority priority, const GLogField *fields, gsize n_fields) {
        g_auto(LogEntry) entry = { 0 };

        log_entry_init(&entry, priority, "");
        for (gsize i = 0; i < n_fields; i++) {
                char *text;

                if (g_str_equal(fields[i].key, "PRIORITY") || g_str_equal(fields[i].key, "GLIB_OLD_LOG_API"))
                        continue;

                text = glib_field_text(&fields[i]);
                if (g_str_equal(fields[i].key, "MESSAGE")) {
                        g_ptr_array_add(entry.texts, text);
                        entry.message = text;
                } else {
                        log_entry_take(&entry, fields[i].key, text);
                }
        }
        log_entry_write(&entry);
}

static gboolean is_old_api(const GLogField *fields, gsize n_fields) {
        for (gsize i = 0; i < n_fields; i++)
                if (g_str_equal(fields[i].key, "GLIB_OLD_LOG_API"))
                        return TRUE;
        return FALSE;
}

static GLogWriterOutput on_glib_message(GLogLevelFlags level, const GLogField *fields, gsize n_fields,
                                        gpointer userdata) {
        LogPriority priority = priority_of_glib(level);

        if (log_wanted(priority))
                write_glib(priority, fields, n_fields);

        /* GLib ends the program itself for G_LOG_LEVEL_ERROR and for what came by its older functions; levels
         * that were made fatal are the writer's part. */
        if (level & log_fatal && !is_old_api(fields, n_fields))
                g_abort();
        return G_LOG_WRITER_HANDLED;
}

/* There is no getter. */
static GLogLevelFlags fatal_levels(void) {
        GLogLevelFlags levels = g_log_set_always_fatal(G_LOG_FATAL_MASK);

        g_log_set_always_fatal(levels);
        return levels;
}

void log_setup(LogPriority level) {
        log_set_level(level);
        log_fatal = fatal_levels();

        if (g_log_writer_is_journald(STDERR_FILENO))
                log_target = LOG_TARGET_JOURNAL;
        else if (isatty(STDERR_FILENO))
                log_target = LOG_TARGET_TEXT;
        else
                log_target = LOG_TARGET_JSON;

        g_log_set_writer_func(on_glib_message, NULL, NULL);
}

void log_set_level(LogPriority level) {
        g_atomic_int_set(&log_level, (gint) level);
}

gboolean log_level_from_text(const char *text, LogPriority *ret) {
        for (guint i = 0; i < G_N_ELEMENTS(level_names); i++)
                if (g_str_equal(level_names[i], text)) {
                        *ret = (LogPriority) i;
                        return TRUE;
                }
        return FALSE;
}

void log_event(LogPriority priority, const char *event, const char *message, ...) {
        g_auto(LogEntry) entry = { 0 };
        const char *name;
        va_list fields;

        if (!log_wanted(priority))
                return;

        log_entry_init(&entry, priority, message);
        log_entry_add(&entry, "BANGUI_EVENT", event);

        va_start(fields, message);
        while ((name = va_arg(fields, const char *))) {
                const char *value = va_arg(fields, const char *);
                char *full;

                if (!value)
                        continue;
                full = g_strconcat("BANGUI_", name, NULL);
                g_ptr_array_add(entry.texts, full);
                log_entry_add(&entry, full, value);
        }
        va_end(fields);

        log_entry_write(&entry);
}

void log_error(LogPriority priority, const char *event, const char *message, const GError *error) {
        g_autofree char *text = g_strdup_printf("%s: %s", message, error->message);

        log_event(priority, event, text, "ERROR", bangui_error_short_name(bangui_error_code(error)), NULL);
}

void log_set_correlation(const char *id) {
        g_private_replace(&log_correlation, g_strdup(id));
}

const char *log_get_correlation(void) {
        return g_private_get(&log_correlation);
}
