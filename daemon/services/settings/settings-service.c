/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Settings at run time: listing, setting, taking back
 *
 * One lock makes changes take turns: judged in a copy of the layers, stored, put in force. Whoever reads a setting
 * never waits for it.
 */

#include "services/settings/settings-service.h"

#include "core/error.h"
#include "core/log.h"
#include "core/settings-layers.h"
#include "core/settings-table.h"
#include "core/text.h"
#include "services/settings/settings-rows.h"
#include "services/settings/settings-service-private.h"

static void log_change(const Settings *settings, Setting key) {
        g_auto(SettingView) view = {};
        g_autofree char *quoted = NULL;
        g_autofree char *message = NULL;
        const char *name = setting_spec(key)->key;

        settings_view(settings, key, &view);
        quoted = text_quote(view.text);
        message = g_strdup_printf("setting %s is %s now (%s)", name, quoted, setting_layer_name(view.layer));
        log_event(LOG_PRIORITY_NOTICE, "settings.changed", message, "KEY", name, "VALUE", view.text, NULL);
}

static void on_changed(const Settings *settings, SettingMask changed, gpointer userdata) {
        SettingsService *self = userdata;
        g_autoptr(GVariant) rows = g_variant_ref_sink(settings_short_rows(settings, changed));

        for (guint i = 0; i < _SETTING_MAX; i++)
                if (changed & SETTING_BIT(i))
                        log_change(settings, (Setting) i);
        event_emit(&self->sink, EVENT_SETTINGS, "", "", rows);
}

SettingsService *settings_service_new(Settings *settings, SettingStore *store, Findings *findings,
                                      const EventSink *sink, gint64 now) {
        SettingsService *self = g_new0(SettingsService, 1);

        self->settings = settings;
        self->store = store;
        self->findings = findings;
        self->sink = *sink;
        g_mutex_init(&self->lock);
        self->ignored = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        settings_service_load(self, now);
        self->watch = settings_watch(settings, SETTING_MASK_ALL, on_changed, self);
        return self;
}

void settings_service_free(SettingsService *self) {
        if (!self)
                return;
        settings_unwatch(self->settings, self->watch);
        g_hash_table_unref(self->ignored);
        g_mutex_clear(&self->lock);
        g_free(self);
}

GVariant *settings_service_list(SettingsService *self) {
        GVariantBuilder rows;

        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; i < _SETTING_MAX; i++)
                g_variant_builder_add_value(&rows, settings_row(self->settings, (Setting) i));
        return g_variant_builder_end(&rows);
}

static gboolean find_key(const char *name, Setting *ret, GError **error) {
        g_autofree char *quoted = NULL;
        const char *nearest;

        if (setting_find(name, ret))
                return TRUE;
        quoted = text_quote(name);
        nearest = setting_nearest(name);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_SETTING_NOT_FOUND, "there is no setting %s%s%s%s", quoted,
                    nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
        return FALSE;
}

GVariant *settings_service_get(SettingsService *self, const char *key, GError **error) {
        Setting setting;

        return find_key(key, &setting, error) ? settings_row(self->settings, setting) : NULL;
}

/* Setting and taking back */

typedef struct Change {
        SettingLayers *layers;
        SettingMask keys;
        GPtrArray *names;  /* borrowed */
        GPtrArray *values; /* owned; NULL: taken back */
} Change;

static void change_init(Change *self, SettingsService *service) {
        *self = (Change) {
                .layers = settings_copy_layers(service->settings),
                .names = g_ptr_array_new(),
                .values = g_ptr_array_new_with_free_func(g_free),
        };
}

static void change_clear(Change *self) {
        g_clear_pointer(&self->layers, setting_layers_free);
        g_ptr_array_unref(self->names);
        g_ptr_array_unref(self->values);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Change, change_clear)

static void change_add(Change *self, const char *name, char *value) {
        g_ptr_array_add(self->names, (gpointer) name);
        g_ptr_array_add(self->values, value);
}

static gboolean check_changeable(SettingsService *self, Setting key, GError **error) {
        const SettingSpec *spec = setting_spec(key);
        g_auto(SettingView) view = {};

        if (!spec->runtime) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_RESTART_NEEDED,
                            "setting '%s' does not change while banguid runs: set it in %s and restart banguid",
                            spec->key, settings_file(self->settings));
                return FALSE;
        }
        settings_view(self->settings, key, &view);
        if (view.layer <= SETTING_LAYER_STORED)
                return TRUE;
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_SETTING_PINNED,
                    "setting '%s' is pinned to '%s' by the %s (%s): take it away there and restart banguid", spec->key,
                    view.text, setting_layer_name(view.layer), view.where);
        return FALSE;
}

static gboolean add_once(Change *change, Setting key, GError **error) {
        if (!(change->keys & SETTING_BIT(key))) {
                change->keys |= SETTING_BIT(key);
                return TRUE;
        }
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "setting '%s' stands there twice",
                    setting_spec(key)->key);
        return FALSE;
}

static gboolean fail_type(Setting key, GVariant *value, GError **error) {
        g_autofree char *allowed = setting_allowed(key);

        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "setting '%s' has a value of the type '%s'; it must be %s", setting_spec(key)->key,
                    g_variant_get_type_string(value), allowed);
        return FALSE;
}

static gboolean change_set(SettingsService *self, Change *change, const char *name, GVariant *value, GError **error) {
        g_autofree char *text = settings_text_of(value);
        Setting key;

        if (!find_key(name, &key, error) || !check_changeable(self, key, error) || !add_once(change, key, error))
                return FALSE;
        if (!text)
                return fail_type(key, value, error);
        if (!setting_layers_set(change->layers, SETTING_LAYER_STORED, key, text, NULL, error))
                return FALSE;
        change_add(change, setting_spec(key)->key, g_steal_pointer(&text));
        return TRUE;
}

static gboolean change_reset(SettingsService *self, Change *change, const char *name, GError **error) {
        Setting key;

        if (!setting_find(name, &key) && g_hash_table_contains(self->ignored, name)) {
                change_add(change, name, NULL);
                return TRUE;
        }
        if (!find_key(name, &key, error))
                return FALSE;
        setting_layers_unset(change->layers, SETTING_LAYER_STORED, key);
        change->keys |= SETTING_BIT(key);
        change_add(change, setting_spec(key)->key, NULL);
        return TRUE;
}

/* Stores it and puts it in force. */
static GVariant *carry_out(SettingsService *self, Change *change, guint32 uid, gint64 now, GError **error) {
        SettingMask broken;

        if (change->names->len == 0) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "no setting was named");
                return NULL;
        }
        if (!setting_layers_check(change->layers, &broken, error) ||
            !setting_store_change(self->store, (const char *const *) change->names->pdata,
                                  (const char *const *) change->values->pdata, change->names->len, uid, now, error))
                return NULL;

        settings_apply(self->settings, g_steal_pointer(&change->layers));
        for (guint i = 0; i < change->names->len; i++)
                g_hash_table_remove(self->ignored, g_ptr_array_index(change->names, i));
        settings_service_show_ignored(self, now);
        return settings_short_rows(self->settings, change->keys);
}

GVariant *settings_service_set(SettingsService *self, GVariant *changes, guint32 uid, gint64 now, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        g_auto(Change) change = {};

        change_init(&change, self);
        for (gsize i = 0; i < g_variant_n_children(changes); i++) {
                g_autoptr(GVariant) value = NULL;
                const char *name;

                g_variant_get_child(changes, i, "{&sv}", &name, &value);
                if (!change_set(self, &change, name, value, error))
                        return NULL;
        }
        return carry_out(self, &change, uid, now, error);
}

GVariant *settings_service_reset(SettingsService *self, const char *const *keys, gint64 now, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        g_auto(Change) change = {};

        change_init(&change, self);
        for (; *keys; keys++)
                if (!change_reset(self, &change, *keys, error))
                        return NULL;
        return carry_out(self, &change, 0, now, error);
}
