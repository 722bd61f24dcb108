/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/settings/settings-rows.h"

#include "core/settings-table.h"

static const char *type_name(SettingType type) {
        static const char *const names[] = {
                [SETTING_TYPE_BUS] = "bus-address", [SETTING_TYPE_INT] = "integer",
                [SETTING_TYPE_BOOL] = "boolean",    [SETTING_TYPE_PATH] = "path",
                [SETTING_TYPE_FOLDERS] = "folders", [SETTING_TYPE_COMMAND] = "command",
                [SETTING_TYPE_URL] = "url",         [SETTING_TYPE_NAME] = "name",
                [SETTING_TYPE_CHOICE] = "choice",
        };

        return names[type];
}

static GVariant *typed(SettingType type, const char *text, gint64 number) {
        switch (type) {
        case SETTING_TYPE_INT:
                return g_variant_new_int64(number);
        case SETTING_TYPE_BOOL:
                return g_variant_new_boolean(number != 0);
        default:
                return g_variant_new_string(text);
        }
}

static void add_state(GVariantBuilder *row, const Settings *settings, Setting key) {
        const SettingSpec *spec = setting_spec(key);
        g_auto(SettingView) view = {};

        settings_view(settings, key, &view);
        g_variant_builder_add(row, "{sv}", "key", g_variant_new_string(spec->key));
        g_variant_builder_add(row, "{sv}", "value", typed(spec->type, view.text, view.number));
        g_variant_builder_add(row, "{sv}", "origin", g_variant_new_string(setting_layer_name(view.layer)));
        g_variant_builder_add(row, "{sv}", "where", g_variant_new_string(view.where));
        g_variant_builder_add(row, "{sv}", "pinned", g_variant_new_boolean(view.layer > SETTING_LAYER_STORED));
}

static void add_spec(GVariantBuilder *row, Setting key) {
        const SettingSpec *spec = setting_spec(key);
        g_autofree char *allowed = setting_allowed(key);
        gint64 number;

        (void) setting_is_valid(key, spec->fallback, &number);
        g_variant_builder_add(row, "{sv}", "default", typed(spec->type, spec->fallback, number));
        g_variant_builder_add(row, "{sv}", "type", g_variant_new_string(type_name(spec->type)));
        g_variant_builder_add(row, "{sv}", "runtime", g_variant_new_boolean(spec->runtime));
        g_variant_builder_add(row, "{sv}", "allowed", g_variant_new_string(allowed));
        g_variant_builder_add(row, "{sv}", "help", g_variant_new_string(spec->help));
        if (spec->type == SETTING_TYPE_INT) {
                g_variant_builder_add(row, "{sv}", "min", g_variant_new_int64(spec->min));
                g_variant_builder_add(row, "{sv}", "max", g_variant_new_int64(spec->max));
        }
        if (spec->unit)
                g_variant_builder_add(row, "{sv}", "unit", g_variant_new_string(spec->unit));
        if (spec->choices)
                g_variant_builder_add(row, "{sv}", "choices", g_variant_new_strv(spec->choices, -1));
}

GVariant *settings_row(const Settings *settings, Setting key) {
        GVariantBuilder row;

        g_variant_builder_init(&row, G_VARIANT_TYPE_VARDICT);
        add_state(&row, settings, key);
        add_spec(&row, key);
        return g_variant_builder_end(&row);
}

static GVariant *short_row(const Settings *settings, Setting key) {
        GVariantBuilder row;

        g_variant_builder_init(&row, G_VARIANT_TYPE_VARDICT);
        add_state(&row, settings, key);
        return g_variant_builder_end(&row);
}

GVariant *settings_short_rows(const Settings *settings, SettingMask keys) {
        GVariantBuilder rows;

        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; i < _SETTING_MAX; i++)
                if (keys & SETTING_BIT(i))
                        g_variant_builder_add_value(&rows, short_row(settings, (Setting) i));
        return g_variant_builder_end(&rows);
}

char *settings_text_of(GVariant *value) {
        switch (g_variant_classify(value)) {
        case G_VARIANT_CLASS_STRING:
                return g_variant_dup_string(value, NULL);
        case G_VARIANT_CLASS_BOOLEAN:
                return g_strdup(g_variant_get_boolean(value) ? "true" : "false");
        case G_VARIANT_CLASS_BYTE:
        case G_VARIANT_CLASS_INT16:
        case G_VARIANT_CLASS_UINT16:
        case G_VARIANT_CLASS_INT32:
        case G_VARIANT_CLASS_UINT32:
        case G_VARIANT_CLASS_INT64:
        case G_VARIANT_CLASS_UINT64:
                /* Without types, a number is written just as in a file. */
                return g_variant_print(value, FALSE);
        default:
                return NULL;
        }
}
