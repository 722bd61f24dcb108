/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Counters of the bridge itself. */

#pragma once

#include "client/rest/http/request.h"

typedef struct RestMetrics RestMetrics;

RestMetrics *rest_metrics_new(void);
void rest_metrics_free(RestMetrics *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RestMetrics, rest_metrics_free)

/* A request was answered: by route template, method, status and time. */
void rest_metrics_count(RestMetrics *self, const RestRequest *request, guint status);

/* When the bridge started, seconds since 1970. */
gint64 rest_metrics_started_at(const RestMetrics *self);

/* Appends what was counted as Prometheus text. */
void rest_metrics_write(const RestMetrics *self, GString *text);
