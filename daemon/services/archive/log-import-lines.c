/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The lines of a file that a caller opened
 *
 * Two buffers: `raw` as it is read, and `text`, which is the same or what GIO's decompressor makes of it. Lines are cut
 * from the text between `start` and `end`; what is left of a line moves to the front when more is needed.
 */

#include "services/archive/log-import-lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>

#include "core/error.h"
#include "fail2ban/log-lines.h"

#define RAW_BYTES (64 * 1024)
#define TEXT_BYTES (2 * FAIL2BAN_LOG_LINE_MAX)
#define WAIT_MS 500
#define STALLED_US (60 * (gint64) G_USEC_PER_SEC)

typedef enum Form { FORM_UNKNOWN, FORM_PLAIN, FORM_GZIP } Form;

struct LogImportLines {
        int fd;
        Operation *operation;
        struct stat stat;
        gint64 offset; /* where reading began */
        guint64 bytes_read, bytes_text;
        Form form;
        GConverter *gunzip;
        gboolean member; /* within gzip data, or before the first */
        gboolean at_end; /* of the descriptor */
        gboolean skipping;
        guint8 raw[RAW_BYTES];
        gsize raw_start, raw_end;
        char text[TEXT_BYTES + 1];
        gsize start, end;
};

static gboolean fail(const char *what, GError **error) {
        g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, what);
        return FALSE;
}

LogImportLines *log_import_lines_new(int fd, Operation *operation, GError **error) {
        int flags = fcntl(fd, F_GETFL);
        g_autoptr(LogImportLines) self = NULL;

        if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY || (flags & O_PATH)) {
                fail("the descriptor is not open for reading", error);
                return NULL;
        }
        self = g_new0(LogImportLines, 1);
        self->fd = fd;
        self->operation = operation;
        self->member = TRUE;
        if (fstat(fd, &self->stat) < 0 || S_ISDIR(self->stat.st_mode)) {
                fail("the descriptor is a folder, and should be a file", error);
                return NULL;
        }
        self->offset = S_ISREG(self->stat.st_mode) ? (gint64) lseek(fd, 0, SEEK_CUR) : 0;
        return g_steal_pointer(&self);
}

void log_import_lines_free(LogImportLines *self) {
        g_clear_object(&self->gunzip);
        g_free(self);
}

/* A pipe may be empty for long; who cancels shall not wait for it. */
static gboolean wait_for_bytes(LogImportLines *self, GError **error) {
        gint64 began_us = g_get_monotonic_time();
        struct pollfd poll_fd = { .fd = self->fd, .events = POLLIN };

        for (;;) {
                int n = poll(&poll_fd, 1, WAIT_MS);

                if (!operation_check(self->operation, error))
                        return FALSE;
                if (n > 0 || (n < 0 && errno != EINTR))
                        return TRUE; /* reading tells what is wrong */
                if (g_get_monotonic_time() - began_us >= STALLED_US) {
                        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_TIMEOUT,
                                    "nobody wrote into the descriptor for %d seconds",
                                    (int) (STALLED_US / G_USEC_PER_SEC));
                        return FALSE;
                }
        }
}

/* More raw bytes behind those that are left. */
static gboolean fill_raw(LogImportLines *self, GError **error) {
        memmove(self->raw, self->raw + self->raw_start, self->raw_end - self->raw_start);
        self->raw_end -= self->raw_start;
        self->raw_start = 0;
        while (!self->at_end && self->raw_end < RAW_BYTES) {
                gssize n;

                if (!wait_for_bytes(self, error))
                        return FALSE;
                n = read(self->fd, self->raw + self->raw_end, RAW_BYTES - self->raw_end);
                if (n < 0 && (errno == EINTR || errno == EAGAIN))
                        continue;
                if (n < 0) {
                        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                                    "the descriptor cannot be read: %s", g_strerror(errno));
                        return FALSE;
                }
                self->at_end = n == 0;
                self->raw_end += (gsize) n;
                self->bytes_read += (guint64) n;
                if (self->raw_end >= 2)
                        return TRUE;
        }
        return TRUE;
}

static gsize raw_left(const LogImportLines *self) {
        return self->raw_end - self->raw_start;
}

static gboolean is_gzip(const LogImportLines *self) {
        return raw_left(self) >= 2 && self->raw[self->raw_start] == 0x1f && self->raw[self->raw_start + 1] == 0x8b;
}

static void copy_plain(LogImportLines *self) {
        gsize n = MIN(raw_left(self), TEXT_BYTES - self->end);

        memcpy(self->text + self->end, self->raw + self->raw_start, n);
        self->raw_start += n;
        self->end += n;
}

/* The end of a member: another may follow; anything else behind it is padding. */
static void end_member(LogImportLines *self) {
        g_converter_reset(self->gunzip);
        self->member = FALSE;
}

static gboolean unpack(LogImportLines *self, GError **error) {
        g_autoptr(GError) failure = NULL;
        gsize taken = 0, made = 0;
        GConverterResult result;

        if (!self->member && !(self->member = is_gzip(self))) {
                self->raw_start = self->raw_end; /* padding */
                return TRUE;
        }
        if (raw_left(self) == 0)
                return !self->at_end || fail("the gzip data end too early: the file is cut off", error);

        result = g_converter_convert(self->gunzip, self->raw + self->raw_start, raw_left(self), self->text + self->end,
                                     TEXT_BYTES - self->end,
                                     self->at_end ? G_CONVERTER_INPUT_AT_END : G_CONVERTER_NO_FLAGS, &taken, &made,
                                     &failure);
        self->raw_start += taken;
        self->end += made;
        if (result == G_CONVERTER_FINISHED)
                end_member(self);
        if (result != G_CONVERTER_ERROR || g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
                return TRUE;
        if (g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
                return !self->at_end || fail("the gzip data end too early: the file is cut off", error);
        return fail("the gzip data are broken", error);
}

static void recognise(LogImportLines *self) {
        self->form = is_gzip(self) ? FORM_GZIP : FORM_PLAIN;
        if (self->form == FORM_GZIP)
                self->gunzip = G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP));
}

/* More text behind what is left of it; *ret_end: there is no more. */
static gboolean fill_text(LogImportLines *self, gboolean *ret_end, GError **error) {
        gsize before;

        memmove(self->text, self->text + self->start, self->end - self->start);
        self->end -= self->start;
        self->start = 0;
        before = self->end;
        while (self->end == before) {
                if ((raw_left(self) == 0 || self->form == FORM_GZIP) && !fill_raw(self, error))
                        return FALSE;
                if (self->form == FORM_UNKNOWN)
                        recognise(self);
                *ret_end = self->at_end && raw_left(self) == 0 && !(self->form == FORM_GZIP && self->member);
                if (*ret_end)
                        return TRUE;
                if (self->form == FORM_PLAIN)
                        copy_plain(self);
                else if (!unpack(self, error))
                        return FALSE;
        }
        self->bytes_text += self->end - before;
        return TRUE;
}

/* The bytes up to `length` are a line; `rest` of them end it. */
static LogImportStep take_line(LogImportLines *self, gsize length, gsize rest, char **ret_line, gsize *ret_length) {
        gboolean skipped = self->skipping;

        *ret_line = self->text + self->start;
        *ret_length = length;
        self->start += length + rest;
        self->skipping = FALSE;
        return skipped ? LOG_IMPORT_LONG : LOG_IMPORT_LINE;
}

LogImportStep log_import_lines_next(LogImportLines *self, char **ret_line, gsize *ret_length, GError **error) {
        for (;;) {
                gsize left = self->end - self->start;
                const char *newline = memchr(self->text + self->start, '\n', left);
                gboolean end = FALSE;

                if (newline)
                        return take_line(self, (gsize) (newline - self->text) - self->start, 1, ret_line, ret_length);
                if (left > FAIL2BAN_LOG_LINE_MAX) {
                        self->skipping = TRUE;
                        self->start = self->end;
                }
                if (!fill_text(self, &end, error))
                        return LOG_IMPORT_ERROR;
                if (end && self->start == self->end && !self->skipping)
                        return LOG_IMPORT_END;
                if (end)
                        return take_line(self, self->end - self->start, 0, ret_line, ret_length);
        }
}

double log_import_lines_progress(const LogImportLines *self) {
        gint64 size = (gint64) self->stat.st_size - self->offset;

        if (!S_ISREG(self->stat.st_mode) || size <= 0)
                return 0;
        return MIN((double) (self->bytes_read - raw_left(self)) / (double) size, 1.0);
}

gint64 log_import_lines_written_at(const LogImportLines *self) {
        return S_ISREG(self->stat.st_mode) ? (gint64) self->stat.st_mtime : 0;
}

guint64 log_import_lines_bytes(const LogImportLines *self) {
        return self->bytes_text;
}
