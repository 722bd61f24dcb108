/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the daemon says of itself, as Prometheus text. */

#pragma once

#include <gio/gio.h>

/* Answers of the daemon; NULL: it gave none. */
typedef struct DaemonAnswers {
        GVariant *status;  /* of Manager.GetStatus, (a{sv}) */
        GVariant *history; /* the properties of History, (a{sv}) */
        GVariant *objects; /* of GetManagedObjects, (a{oa{sa{sv}}}) */
} DaemonAnswers;

void daemon_answers_clear(DaemonAnswers *self);

/* bangui_up is 1 when there is a status; what is not known has no samples. */
void daemon_metrics_write(const DaemonAnswers *answers, GString *text);
