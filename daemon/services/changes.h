/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Changing several settings of fail2ban in one call
 *
 * Every key and value is checked before the first is set; when fail2ban refuses one, those that were set before it get
 * their old values again, and the error says so.
 */

#pragma once

#include <glib.h>

typedef struct ChangeTarget {
        const char *what;        /* for messages: "setting of fail2ban" */
        const char *const *keys; /* all that can be changed */
        gboolean (*check)(const char *key, GVariant *value, gpointer userdata, GError **error);
        gboolean (*set)(const char *key, GVariant *value, gpointer userdata, GError **error);
        GVariant *(*read)(gpointer userdata, GError **error); /* a{sv}: each key with what it is now */
        gpointer userdata;
} ChangeTarget;

/* changes a{sv}, not empty. Gives what read() gives afterwards. */
GVariant *changes_apply(const ChangeTarget *target, GVariant *changes, GError **error);
