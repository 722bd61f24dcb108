/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Counters of the bridge itself, and the Prometheus text of them together with what the daemon says. */

#pragma once

#include "client/rest/http/request.h"

typedef struct RestMetrics RestMetrics;

RestMetrics *rest_metrics_new(void);
void rest_metrics_free(RestMetrics *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RestMetrics, rest_metrics_free)

/* A request was answered: by route template, method, status class and time. */
void rest_metrics_count(RestMetrics *self, const RestRequest *request, guint status);
