/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The lines of a file that a caller opened, plain or gzip
 *
 * Reads on from where the descriptor stands; several gzip members behind each other are one text. Memory does not grow
 * with the file, nor with its lines: a line longer than a log line can be is skipped. Blocking, one thread.
 */

#pragma once

#include <glib.h>

#include "services/operation.h"

typedef struct LogImportLines LogImportLines;

/* fd: borrowed; INVALID_ARGUMENT when it cannot be read. */
LogImportLines *log_import_lines_new(int fd, Operation *operation, GError **error);
void log_import_lines_free(LogImportLines *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LogImportLines, log_import_lines_free)

typedef enum LogImportStep {
        LOG_IMPORT_LINE,  /* line and length are set; a byte for a NUL is behind it, and it may be changed */
        LOG_IMPORT_LONG,  /* a line that is none of a log was skipped */
        LOG_IMPORT_END,   /* the file was read to its end */
        LOG_IMPORT_ERROR, /* CANCELLED, TIMEOUT, INVALID_ARGUMENT (cut off or broken gzip data, a fault in reading) */
} LogImportStep;

LogImportStep log_import_lines_next(LogImportLines *self, char **ret_line, gsize *ret_length, GError **error);

/* 0..1 of a regular file, else 0. */
double log_import_lines_progress(const LogImportLines *self);

/* When the file was last written, seconds since 1970; of what is no regular file: 0. */
gint64 log_import_lines_written_at(const LogImportLines *self);

/* Bytes of text so far. */
guint64 log_import_lines_bytes(const LogImportLines *self);
