/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Settings as values for the bus: what a key is and has, and a text out of what a caller gave. */

#pragma once

#include "core/settings.h"

/* a{sv}: everything of one key, as org.bangui.BanGUI1.Settings documents it. Floating. */
GVariant *settings_row(const Settings *settings, Setting key);

/* aa{sv}: a short row for each of these keys: key, value, origin, where, pinned. Floating. */
GVariant *settings_short_rows(const Settings *settings, SettingMask keys);

/* A boolean, an integer or a text as the text that it would be in a file; NULL: it is something else. */
char *settings_text_of(GVariant *value);
