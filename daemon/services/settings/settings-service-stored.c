/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Settings at run time: what is in the database, put in force at the start
 *
 * Nothing that stands there stops the start: an older or a newer program may have written it, or a person.
 */

#include "services/settings/settings-service-private.h"

#include "core/log.h"
#include "core/settings-layers.h"
#include "core/settings-table.h"
#include "core/text.h"

#define STORED_MAX 1000 /* rows; we write no more than there are keys */
#define SHOWN_MAX 5     /* in the message of a finding */

static const char finding_stored[] = "settings-stored";

static int compare_texts(gconstpointer a, gconstpointer b) {
        return g_strcmp0(*(const char *const *) a, *(const char *const *) b);
}

/* "one; two; and 3 more" */
static char *shorten(GPtrArray *texts) {
        GString *all = g_string_new(NULL);

        g_ptr_array_sort(texts, compare_texts);
        for (guint i = 0; i < MIN(texts->len, SHOWN_MAX); i++)
                g_string_append_printf(all, "%s%s", i > 0 ? "; " : "", (const char *) g_ptr_array_index(texts, i));
        if (texts->len > SHOWN_MAX)
                g_string_append_printf(all, "; and %u more", texts->len - SHOWN_MAX);
        return g_string_free(all, FALSE);
}

void settings_service_show(SettingsService *self, const char *kind, const char *object, const char *severity,
                           GPtrArray *texts, const char *advice, gint64 now) {
        g_autofree char *message = shorten(texts);

        if (texts->len == 0)
                findings_clear(self->findings, kind, object);
        else
                findings_set(self->findings, kind, object, severity, message, advice, now);
}

void settings_service_show_ignored(SettingsService *self, gint64 now) {
        g_autoptr(GPtrArray) texts = g_ptr_array_new();
        GHashTableIter iter;
        gpointer why;

        g_hash_table_iter_init(&iter, self->ignored);
        while (g_hash_table_iter_next(&iter, NULL, &why))
                g_ptr_array_add(texts, why);
        settings_service_show(self, finding_stored, "", "warning", texts,
                              "Set the key anew, or take it away with banguictl settings --reset KEY.", now);
}

static void ignore(SettingsService *self, const char *key, const char *why) {
        g_autofree char *message = g_strdup_printf("a stored setting is ignored: %s", why);

        log_event(LOG_PRIORITY_WARNING, "settings.ignored", message, NULL);
        g_hash_table_insert(self->ignored, g_strdup(key), g_strdup(why));
}

static void take_stored(SettingsService *self, SettingLayers *layers, const char *name, const char *text) {
        g_autoptr(GError) error = NULL;
        g_autofree char *why = NULL;
        Setting key;

        if (!setting_find(name, &key)) {
                g_autofree char *quoted = text_quote(name);

                why = g_strdup_printf("there is no setting %s", quoted);
        } else if (!setting_spec(key)->runtime) {
                why = g_strdup_printf("setting '%s' does not change at run time, so only the file, the environment and "
                                      "the command line count",
                                      name);
        } else if (!setting_layers_set(layers, SETTING_LAYER_STORED, key, text, NULL, &error)) {
                why = g_strdup(error->message);
        } else {
                return;
        }
        ignore(self, name, why);
}

/* Those of the keys that are stored and would have counted. */
static void ignore_keys(SettingsService *self, SettingMask keys, const char *why, GHashTable *stored) {
        for (guint i = 0; i < _SETTING_MAX; i++) {
                const char *name = setting_spec((Setting) i)->key;

                if ((keys & SETTING_BIT(i)) && g_hash_table_contains(stored, name) &&
                    !g_hash_table_contains(self->ignored, name))
                        ignore(self, name, why);
        }
}

/* Stored values and those of the file may break a rule together, since either may have been changed without the
 * other. */
static void settle(SettingsService *self, SettingLayers *layers, const SettingLayers *before, GHashTable *stored) {
        g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify) setting_problem_free);
        SettingMask keys = setting_layers_settle(layers, SETTING_LAYER_STORED, before, problems);

        if (problems->len > 0) {
                const SettingProblem *first = g_ptr_array_index(problems, 0);

                ignore_keys(self, keys, first->message, stored);
        }
}

static void show_unreadable(SettingsService *self, const GError *error, gint64 now) {
        g_autofree char *message = g_strdup_printf("what was set at run time cannot be read: %s", error->message);

        log_error(LOG_PRIORITY_ERROR, "settings.unreadable", "what was set at run time cannot be read", error);
        findings_set(self->findings, finding_stored, "", "warning", message,
                     "Until the database is well, the file counts. A backup, or setting the keys anew, may help.", now);
}

void settings_service_load(SettingsService *self, gint64 now) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GHashTable) stored = setting_store_read(self->store, STORED_MAX, &error);
        g_autoptr(SettingLayers) before = settings_copy_layers(self->settings), layers = setting_layers_copy(before);
        GHashTableIter iter;
        gpointer name, text;

        if (!stored) {
                show_unreadable(self, error, now);
                return;
        }
        g_hash_table_iter_init(&iter, stored);
        while (g_hash_table_iter_next(&iter, &name, &text))
                take_stored(self, layers, name, text);
        settle(self, layers, before, stored);
        settings_apply(self->settings, g_steal_pointer(&layers));
        settings_service_show_ignored(self, now);
}
