/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/server/server-log-source.h"

#include <poll.h>
#include <unistd.h>

#include "services/server/server-log-file.h"
#include "services/server/server-log-journal.h"

struct LogSource {
        LogJournal *journal; /* NULL = a file */
        int fd;              /* of the file until it is followed, then -1 */
        goffset end;         /* where following starts */
        GStrv folders;
        LogFile *file; /* while it is followed */
};

LogSource *log_source_open(const char *path, const char *const *folders, GError **error) {
        g_autoptr(LogSource) self = g_new0(LogSource, 1);

        self->fd = -1;
        self->folders = g_strdupv((char **) folders);
        if (*path)
                self->fd = log_file_open(path, folders, error);
        else
                self->journal = log_journal_open(NULL, error);
        return self->fd >= 0 || self->journal ? g_steal_pointer(&self) : NULL;
}

void log_source_free(LogSource *self) {
        g_clear_pointer(&self->file, log_file_free);
        g_clear_pointer(&self->journal, log_journal_free);
        if (self->fd >= 0)
                close(self->fd);
        g_strfreev(self->folders);
        g_free(self);
}

gboolean log_source_tail(LogSource *self, LogEntryFunc each, gpointer userdata, GError **error) {
        return self->journal ? log_journal_tail(self->journal, each, userdata, error)
                             : log_file_tail(self->fd, each, userdata, &self->end, error);
}

gboolean log_source_follow(LogSource *self, GError **error) {
        if (!self->journal)
                self->file = log_file_follow_new(g_steal_fd(&self->fd), self->end, (const char *const *) self->folders,
                                                 error);
        return self->journal || self->file;
}

int log_source_fd(LogSource *self, short *ret_events, int *ret_timeout_ms) {
        if (self->journal)
                return log_journal_fd(self->journal, ret_events, ret_timeout_ms);
        *ret_events = POLLIN;
        *ret_timeout_ms = -1;
        return log_file_fd(self->file);
}

gboolean log_source_read(LogSource *self, LogEntryFunc each, gpointer userdata, gboolean *ret_kept) {
        return self->journal ? log_journal_read(self->journal, each, userdata, ret_kept)
                             : log_file_read(self->file, each, userdata, ret_kept);
}

gboolean log_source_flush(LogSource *self, LogEntryFunc each, gpointer userdata) {
        return self->journal ? log_journal_flush(self->journal, each, userdata)
                             : log_file_flush(self->file, each, userdata);
}
