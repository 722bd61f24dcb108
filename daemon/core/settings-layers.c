/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/settings-layers.h"

#include <string.h>

#include "core/error.h"
#include "core/settings-table.h"
#include "core/text.h"

#define VALUE_MAX_BYTES 4095 /* as a path may have */

typedef struct Value {
        char *text; /* NULL: this layer does not say */
        gint64 number;
} Value;

struct SettingLayers {
        Value values[_SETTING_LAYER_MAX][_SETTING_MAX];
};

const char *setting_layer_name(SettingLayer layer) {
        static const char *const names[] = {
                [SETTING_LAYER_DEFAULT] = "default",
                [SETTING_LAYER_FILE] = "file",
                [SETTING_LAYER_STORED] = "stored",
                [SETTING_LAYER_ENVIRONMENT] = "environment",
                [SETTING_LAYER_COMMAND_LINE] = "command line",
        };

        G_STATIC_ASSERT(G_N_ELEMENTS(names) == _SETTING_LAYER_MAX);
        return names[layer];
}

static void value_set(Value *self, const char *text, gint64 number) {
        g_free(self->text);
        *self = (Value) { .text = g_strdup(text), .number = number };
}

SettingLayers *setting_layers_new(void) {
        SettingLayers *self = g_new0(SettingLayers, 1);

        for (guint i = 0; i < _SETTING_MAX; i++) {
                const SettingSpec *spec = setting_spec((Setting) i);
                gint64 number;

                if (!setting_is_valid((Setting) i, spec->fallback, &number))
                        g_error("the default of the setting %s is not allowed", spec->key);
                value_set(&self->values[SETTING_LAYER_DEFAULT][i], spec->fallback, number);
        }
        return self;
}

SettingLayers *setting_layers_copy(const SettingLayers *self) {
        SettingLayers *copy = g_new0(SettingLayers, 1);

        for (guint layer = 0; layer < _SETTING_LAYER_MAX; layer++)
                for (guint i = 0; i < _SETTING_MAX; i++)
                        value_set(&copy->values[layer][i], self->values[layer][i].text, self->values[layer][i].number);
        return copy;
}

void setting_layers_free(SettingLayers *self) {
        for (guint layer = 0; layer < _SETTING_LAYER_MAX; layer++)
                for (guint i = 0; i < _SETTING_MAX; i++)
                        g_free(self->values[layer][i].text);
        g_free(self);
}

gboolean setting_layers_set(SettingLayers *self, SettingLayer layer, Setting key, const char *text, const char *where,
                            GError **error) {
        gint64 number;

        if (strlen(text) > VALUE_MAX_BYTES) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "%s%ssetting '%s' has a value of %" G_GSIZE_FORMAT " bytes; it may have %d",
                            where ? where : "", where ? ": " : "", setting_spec(key)->key, strlen(text),
                            VALUE_MAX_BYTES);
                return FALSE;
        }
        if (!setting_is_valid(key, text, &number)) {
                g_autofree char *quoted = text_quote(text), *allowed = setting_allowed(key);

                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "%s%ssetting '%s' has the value %s; it must be %s", where ? where : "", where ? ": " : "",
                            setting_spec(key)->key, quoted, allowed);
                return FALSE;
        }
        value_set(&self->values[layer][key], text, number);
        return TRUE;
}

void setting_layers_unset(SettingLayers *self, SettingLayer layer, Setting key) {
        g_assert(layer != SETTING_LAYER_DEFAULT);
        value_set(&self->values[layer][key], NULL, 0);
}

void setting_layers_keep(SettingLayers *self, SettingLayer layer, SettingMask keys, const SettingLayers *before) {
        for (guint i = 0; i < _SETTING_MAX; i++)
                if (keys & SETTING_BIT(i))
                        value_set(&self->values[layer][i], before->values[layer][i].text,
                                  before->values[layer][i].number);
}

/* The highest layer but `without` that says something. */
static SettingLayer top_layer(const SettingLayers *self, Setting key, SettingLayer without) {
        guint layer = _SETTING_LAYER_MAX - 1;

        while (layer == without || !self->values[layer][key].text)
                layer--;
        return (SettingLayer) layer;
}

const char *setting_layers_value(const SettingLayers *self, Setting key, gint64 *ret_number, SettingLayer *ret_layer) {
        SettingLayer layer = top_layer(self, key, _SETTING_LAYER_MAX);

        if (ret_number)
                *ret_number = self->values[layer][key].number;
        if (ret_layer)
                *ret_layer = layer;
        return self->values[layer][key].text;
}

const char *setting_layers_text(const SettingLayers *self, SettingLayer layer, Setting key) {
        return self->values[layer][key].text;
}

/* Two neighbours of an order. */
static gboolean check_pair(const SettingLayers *self, Setting low, Setting high, SettingLayer without, GError **error) {
        SettingLayer low_layer = top_layer(self, low, without), high_layer = top_layer(self, high, without);
        const Value *low_value = &self->values[low_layer][low], *high_value = &self->values[high_layer][high];

        if (low_value->number < high_value->number)
                return TRUE;
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "setting '%s' is %s (%s) and '%s' is %s (%s); the first must be less than the second",
                    setting_spec(low)->key, low_value->text, setting_layer_name(low_layer), setting_spec(high)->key,
                    high_value->text, setting_layer_name(high_layer));
        return FALSE;
}

static gboolean check_orders(const SettingLayers *self, SettingLayer without, SettingMask *ret_keys, GError **error) {
        guint n;
        const SettingOrder *orders = setting_orders(&n);

        for (guint i = 0; i < n; i++)
                for (guint j = 0; j + 1 < orders[i].n_keys; j++) {
                        if (check_pair(self, orders[i].keys[j], orders[i].keys[j + 1], without, error))
                                continue;
                        *ret_keys = 0;
                        for (guint k = 0; k < orders[i].n_keys; k++)
                                *ret_keys |= SETTING_BIT(orders[i].keys[k]);
                        return FALSE;
                }
        return TRUE;
}

gboolean setting_layers_check(const SettingLayers *self, SettingMask *ret_keys, GError **error) {
        return check_orders(self, _SETTING_LAYER_MAX, ret_keys, error) &&
               check_orders(self, SETTING_LAYER_STORED, ret_keys, error);
}

/* The first key of a broken rule of which the layer says something else than before. */
static const char *first_changed(const SettingLayers *self, SettingLayer layer, SettingMask keys,
                                 const SettingLayers *before) {
        for (guint i = 0; i < _SETTING_MAX; i++)
                if ((keys & SETTING_BIT(i)) &&
                    g_strcmp0(self->values[layer][i].text, before->values[layer][i].text) != 0)
                        return setting_spec((Setting) i)->key;
        return "";
}

SettingMask setting_layers_settle(SettingLayers *self, SettingLayer layer, const SettingLayers *before,
                                  GPtrArray *problems) {
        SettingMask all = 0, keys;

        for (;;) {
                g_autoptr(GError) error = NULL;
                const char *key;

                if (setting_layers_check(self, &keys, &error))
                        return all;
                key = first_changed(self, layer, keys, before);
                g_ptr_array_add(problems, setting_problem_new(SETTING_PROBLEM_ORDER, key, error->message));
                setting_layers_keep(self, layer, keys, before);
                all |= keys;
        }
}

SettingMask setting_layers_compare(const SettingLayers *a, const SettingLayers *b) {
        SettingMask changed = 0;

        for (guint i = 0; i < _SETTING_MAX; i++) {
                SettingLayer layer_a, layer_b;
                const char *text_a = setting_layers_value(a, (Setting) i, NULL, &layer_a);
                const char *text_b = setting_layers_value(b, (Setting) i, NULL, &layer_b);

                if (layer_a != layer_b || !g_str_equal(text_a, text_b))
                        changed |= SETTING_BIT(i);
        }
        return changed;
}
