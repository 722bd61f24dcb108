/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/changes.h"

#include "core/error.h"
#include "core/text.h"

static gboolean check_key(const ChangeTarget *target, const char *key, GError **error) {
        g_autofree char *quoted = NULL;
        g_autofree char *all = NULL;
        const char *nearest;

        if (g_strv_contains(target->keys, key))
                return TRUE;

        quoted = text_quote(key);
        nearest = text_nearest(key, target->keys);
        all = g_strjoinv(", ", (char **) target->keys);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "%s is no %s%s%s%s; these can be changed: %s",
                    quoted, target->what, nearest ? ", perhaps '" : "", nearest ? nearest : "",
                    nearest ? "' was meant" : "", all);
        return FALSE;
}

static gboolean check_all(const ChangeTarget *target, GVariant *changes, GError **error) {
        g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

        for (gsize i = 0; i < g_variant_n_children(changes); i++) {
                g_autoptr(GVariant) value = NULL;
                const char *key;

                g_variant_get_child(changes, i, "{&sv}", &key, &value);
                if (!check_key(target, key, error))
                        return FALSE;
                if (!g_hash_table_add(seen, (gpointer) key)) {
                        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "%s stands there twice", key);
                        return FALSE;
                }
                if (!target->check(key, value, target->userdata, error))
                        return FALSE;
        }
        if (g_variant_n_children(changes) > 0)
                return TRUE;

        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "nothing to change was given");
        return FALSE;
}

/* Undoes the first n changes, the last one first; says in words how that went. */
static char *set_back(const ChangeTarget *target, GVariant *changes, gsize n, GVariant *old) {
        g_autoptr(GString) text = g_string_new(NULL);

        for (gsize i = n; i > 0; i--) {
                g_autoptr(GVariant) value = NULL;
                g_autoptr(GError) failure = NULL;
                const char *key;

                g_variant_get_child(changes, i - 1, "{&sv}", &key, NULL);
                value = g_variant_lookup_value(old, key, NULL);
                if (value && target->set(key, value, target->userdata, &failure))
                        g_string_append_printf(text, "; %s has its old value again", key);
                else
                        g_string_append_printf(text, "; %s keeps its new value, as the old one could not be set: %s",
                                               key, failure ? failure->message : "it is not known");
        }
        return g_string_free(g_steal_pointer(&text), FALSE);
}

GVariant *changes_apply(const ChangeTarget *target, GVariant *changes, GError **error) {
        g_autoptr(GVariant) old = NULL;

        if (!check_all(target, changes, error))
                return NULL;
        old = target->read(target->userdata, error);
        if (!old)
                return NULL;

        for (gsize i = 0; i < g_variant_n_children(changes); i++) {
                g_autoptr(GVariant) value = NULL;
                g_autoptr(GError) failure = NULL;
                g_autofree char *undone = NULL;
                const char *key;

                g_variant_get_child(changes, i, "{&sv}", &key, &value);
                if (target->set(key, value, target->userdata, &failure))
                        continue;
                undone = set_back(target, changes, i, old);
                g_set_error(error, BANGUI_ERROR, (int) bangui_error_code(failure), "%s could not be set: %s%s", key,
                            failure->message, undone);
                return NULL;
        }
        return target->read(target->userdata, error);
}
