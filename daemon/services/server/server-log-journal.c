/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * fail2ban reaches the journal in three ways: by its own handler (fields LOGGER and PRIORITY, a bare message), through
 * syslog (the component is the identifier, the message starts with the level) and by its standard output, where
 * each line is an entry of the journal and so a traceback is many. Only the last way needs lines put together.
 */

#include "services/server/server-log-journal.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "core/error.h"

struct LogJournal {
        sd_journal *journal;
        char *newest;     /* cursor of the newest entry that log_journal_tail() saw; NULL = none */
        GString *pending; /* lines of standard output that may get further ones */
        gint64 pending_at;
};

static gboolean fail(int r, const char *what, GError **error) {
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FILE_NOT_FOUND, "the journal cannot be %s: %s", what,
                    g_strerror(-r));
        return FALSE;
}

/* Anybody can claim an identifier, so it counts only from our own user, who is fail2ban's too. */
static int add_matches(sd_journal *journal) {
        g_autofree char *uid = g_strdup_printf("_UID=%lu", (unsigned long) geteuid());
        int r;

        if ((r = sd_journal_add_match(journal, "_SYSTEMD_UNIT=fail2ban.service", 0)) < 0 ||
            (r = sd_journal_add_disjunction(journal)) < 0 ||
            (r = sd_journal_add_match(journal, "SYSLOG_IDENTIFIER=fail2ban", 0)) < 0)
                return r;
        return sd_journal_add_match(journal, uid, 0);
}

LogJournal *log_journal_open(const char *folder, GError **error) {
        g_autoptr(LogJournal) self = g_new0(LogJournal, 1);
        int r;

        self->pending = g_string_new(NULL);
        r = folder ? sd_journal_open_directory(&self->journal, folder, 0)
                   : sd_journal_open(&self->journal, SD_JOURNAL_LOCAL_ONLY);
        if (r >= 0)
                r = sd_journal_set_data_threshold(self->journal, LOG_ENTRY_SIZE_MAX);
        if (r >= 0)
                r = add_matches(self->journal);
        /* From here on changes are told: what comes after this call is not missed. */
        if (r >= 0)
                r = sd_journal_get_fd(self->journal);
        if (r < 0) {
                fail(r, "opened", error);
                return NULL;
        }
        return g_steal_pointer(&self);
}

void log_journal_free(LogJournal *self) {
        sd_journal_close(self->journal);
        g_string_free(self->pending, TRUE);
        free(self->newest);
        g_free(self);
}

/* The value of a field of the present entry; "" when it has none. */
static char *field(LogJournal *self, const char *name, gsize *ret_length) {
        const void *data;
        size_t length, skip = strlen(name) + 1;

        if (sd_journal_get_data(self->journal, name, &data, &length) < 0 || length < skip) {
                data = NULL;
                length = skip;
        }
        if (ret_length)
                *ret_length = length - skip;
        return data ? g_strndup((const char *) data + skip, length - skip) : g_strdup("");
}

static gint64 entry_at(LogJournal *self) {
        uint64_t usec;

        return sd_journal_get_realtime_usec(self->journal, &usec) < 0 ? 0 : (gint64) (usec / G_USEC_PER_SEC);
}

static const char *level_of_priority(const char *priority) {
        static const char *const levels[] = { "CRITICAL", "CRITICAL", "CRITICAL", "ERROR",
                                              "WARNING",  "NOTICE",   "INFO",     "DEBUG" };

        return *priority >= '0' && *priority <= '7' ? levels[*priority - '0'] : "";
}

/* An entry that did not come by standard output, or came without fail2ban's own start of a line. */
static void complete(LogJournal *self, LogEntry *entry) {
        g_autofree char *component = field(self, "LOGGER", NULL);
        g_autofree char *identifier = field(self, "SYSLOG_IDENTIFIER", NULL);
        g_autofree char *priority = field(self, "PRIORITY", NULL);
        g_autofree char *with_start = NULL;
        LogEntry better = { 0 };

        if (*component == '\0' && g_str_has_prefix(identifier, "fail2ban.")) {
                /* The syslog way: "fail2ban.actions[12]: " became the identifier; with it the message reads as a
                 * line. */
                with_start = g_strdup_printf("%s[0]: %s", identifier, entry->line);
                log_entry_parse(with_start, strlen(with_start), &better);
                g_free(better.line);
                better.line = g_steal_pointer(&entry->line);
                log_entry_clear(entry);
                *entry = better;
        }
        if (*entry->component == '\0') {
                g_free(entry->component);
                entry->component = g_strdup(*component ? component : identifier);
        }
        if (*entry->level == '\0') {
                g_free(entry->level);
                entry->level = g_strdup(level_of_priority(priority));
        }
}

/* The present entry by itself. */
static gboolean take_entry(LogJournal *self, const char *text, gsize length, LogEntryFunc each, gpointer userdata) {
        g_auto(LogEntry) entry = { 0 };

        log_entry_parse(text, length, &entry);
        if (*entry.level == '\0')
                complete(self, &entry);
        entry.at = entry_at(self);
        return each(&entry, userdata);
}

/* The lines of standard output that were put together. */
static gboolean take_pending(LogJournal *self, gint64 at, LogEntryFunc each, gpointer userdata) {
        g_auto(LogEntry) entry = { 0 };

        log_entry_parse(self->pending->str, self->pending->len, &entry);
        entry.at = at;
        g_string_truncate(self->pending, 0);
        return each(&entry, userdata);
}

static gboolean is_output_line(LogJournal *self) {
        g_autofree char *transport = field(self, "_TRANSPORT", NULL);

        return g_str_equal(transport, "stdout");
}

/* Newest first: lines without a start wait in pending for the line above them. */
static gboolean take_backwards(LogJournal *self, LogEntryFunc each, gpointer userdata, gsize *ret_size) {
        g_autofree char *message = field(self, "MESSAGE", ret_size);
        gsize length = *ret_size;

        if (!is_output_line(self))
                return take_entry(self, message, length, each, userdata);

        if (self->pending->len > 0)
                g_string_prepend_c(self->pending, '\n');
        g_string_prepend_len(self->pending, message, (gssize) length);
        if (!log_entry_is_start(message, length) && self->pending->len <= LOG_ENTRY_SIZE_MAX)
                return TRUE;
        return take_pending(self, entry_at(self), each, userdata);
}

gboolean log_journal_tail(LogJournal *self, LogEntryFunc each, gpointer userdata, GError **error) {
        gsize total = 0, size = 0;
        int r = sd_journal_seek_tail(self->journal);

        while (r >= 0 && total < LOG_JOURNAL_READ_MAX && (r = sd_journal_previous(self->journal)) > 0) {
                if (!self->newest && (r = sd_journal_get_cursor(self->journal, &self->newest)) < 0)
                        break;
                if (!take_backwards(self, each, userdata, &size))
                        break;
                total += size + 1;
        }
        g_string_truncate(self->pending, 0);
        if (r < 0)
                return fail(r, "read", error);

        r = self->newest ? sd_journal_seek_cursor(self->journal, self->newest) : sd_journal_seek_head(self->journal);
        if (r >= 0 && self->newest)
                r = sd_journal_next(self->journal);
        return r < 0 ? fail(r, "read", error) : TRUE;
}

int log_journal_fd(LogJournal *self, short *ret_events, int *ret_timeout_ms) {
        uint64_t deadline;
        int events = sd_journal_get_events(self->journal);

        *ret_events = (short) MAX(events, 0);
        *ret_timeout_ms = -1;
        if (sd_journal_get_timeout(self->journal, &deadline) >= 0 && deadline != UINT64_MAX) {
                gint64 wait = (gint64) deadline - g_get_monotonic_time();

                *ret_timeout_ms = (int) CLAMP((wait + 999) / 1000, 0, INT_MAX);
        }
        return sd_journal_get_fd(self->journal);
}

gboolean log_journal_flush(LogJournal *self, LogEntryFunc each, gpointer userdata) {
        return self->pending->len == 0 || take_pending(self, self->pending_at, each, userdata);
}

static gboolean take_forwards(LogJournal *self, LogEntryFunc each, gpointer userdata) {
        gsize length;
        g_autofree char *message = field(self, "MESSAGE", &length);
        gboolean output = is_output_line(self);

        if (!output || self->pending->len > LOG_ENTRY_SIZE_MAX || log_entry_is_start(message, length))
                if (!log_journal_flush(self, each, userdata))
                        return FALSE;
        if (!output)
                return take_entry(self, message, length, each, userdata);

        if (self->pending->len == 0)
                self->pending_at = entry_at(self);
        else
                g_string_append_c(self->pending, '\n');
        g_string_append_len(self->pending, message, (gssize) length);
        return TRUE;
}

gboolean log_journal_read(LogJournal *self, LogEntryFunc each, gpointer userdata, gboolean *ret_kept) {
        (void) sd_journal_process(self->journal);

        while (sd_journal_next(self->journal) > 0)
                if (!take_forwards(self, each, userdata))
                        return FALSE;
        *ret_kept = self->pending->len > 0;
        return TRUE;
}
