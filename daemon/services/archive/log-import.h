/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fail2ban's log files into the archive. Blocking. */

#pragma once

#include "services/archive/archive.h"
#include "services/operation.h"

typedef struct LogImport {
        int fd;               /* a log, plain or gzip; borrowed */
        const char *name;     /* of the file, for messages; NULL = none */
        const char *timezone; /* in which it was written: "Europe/Berlin", "+02:00"; NULL or "" = this machine's */
        gboolean dry_run;     /* tell what would come of it, and keep nothing */
        gint64 now;
        Operation *operation;
} LogImport;

/* a{sv} as History.ImportLog says, floating. What is known already makes no second row. INVALID_ARGUMENT: the file is
 * no log, is cut off, or broken; what came before the fault stays taken. */
GVariant *log_import(Archive *archive, const LogImport *request, GError **error);
