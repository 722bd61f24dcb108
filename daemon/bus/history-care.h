/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The methods of org.bangui.BanGUI1.History that look after the database. All LANE_LONG. */

#pragma once

#include "bus/method.h"

GVariant *history_care_purge(const Services *services, MethodCall *call, GError **error);
GVariant *history_care_compact(const Services *services, MethodCall *call, GError **error);
GVariant *history_care_backup(const Services *services, MethodCall *call, GError **error);

/* For the audit: from before when. */
gboolean history_care_about_purge(const MethodCall *call, MethodAbout *ret, GError **error);
