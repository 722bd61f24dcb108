/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How many bans were in force, and how many failures fail2ban counted, over time
 *
 * A job takes a sample now and then; figures are read from the database, a few milliseconds for a year. Thread-safe,
 * blocking.
 */

#pragma once

#include "services/bans/ban-table.h"
#include "services/figures/figures.h"
#include "services/operation.h"
#include "services/probe/model.h"
#include "store/activity-store.h"

#define ACTIVITY_JOB "activity"
#define ACTIVITY_INTERVAL_S 300

typedef struct Activity Activity;

/* All are borrowed. */
Activity *activity_new(ActivityStore *store, Model *model, BanTable *bans);
void activity_free(Activity *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Activity, activity_free)

/* Takes a sample; none while fail2ban is offline. */
gboolean activity_sample(Activity *self, gint64 now, Operation *operation, GError **error);

/* a{sv} as Stats.Activity says, of the query's window, bucket and time zone; floating. */
GVariant *activity_figure(Activity *self, const FigureQuery *query, GError **error);
