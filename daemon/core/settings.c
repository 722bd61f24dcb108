/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Settings: the values
 *
 * settings-table.c says what a key is and judges a value; settings-layers.c holds what each source says;
 * settings-load.c reads the sources; settings-watch.c tells of changes; settings-text.c writes the table for people.
 *
 * The layers in force are never changed: a change is a new set of layers that takes their place under the lock. A value
 * that needs a restart is read from the layers that were loaded, which stay.
 */

#include "core/settings.h"

#include "core/error.h"
#include "core/settings-layers.h"
#include "core/settings-load.h"
#include "core/settings-table.h"
#include "core/settings-watch.h"

struct Settings {
        char *file; /* NULL: the default one, which may be absent */
        SettingsWatches *watches;
        SettingLayers *loaded; /* for what needs a restart */
        GMutex *lock;          /* on its own, since those who read hold the settings as const; guards layers */
        SettingLayers *layers;
};

SettingProblem *setting_problem_new(SettingProblemKind kind, const char *key, const char *message) {
        SettingProblem *self = g_new0(SettingProblem, 1);

        self->kind = kind;
        self->key = g_strdup(key);
        self->message = g_strdup(message);
        return self;
}

void setting_problem_free(SettingProblem *self) {
        g_free(self->key);
        g_free(self->message);
        g_free(self);
}

static gboolean read_sources(SettingLayers *layers, const char *file, const char *const *environment,
                             const char *const *overrides, GError **error) {
        g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify) setting_problem_free);
        SettingMask keys;

        settings_read_file(layers, file, problems);
        if (problems->len > 0) {
                const SettingProblem *first = g_ptr_array_index(problems, 0);

                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, first->message);
                return FALSE;
        }
        return settings_read_environment(layers, environment, error) &&
               settings_read_overrides(layers, overrides, error) && setting_layers_check(layers, &keys, error);
}

Settings *settings_load(const char *file, const char *const *environment, const char *const *overrides,
                        GError **error) {
        g_autoptr(SettingLayers) layers = setting_layers_new();
        Settings *self;

        if (!read_sources(layers, file, environment, overrides, error))
                return NULL;

        self = g_new0(Settings, 1);
        self->file = g_strdup(file);
        self->watches = settings_watches_new(self);
        self->lock = g_new0(GMutex, 1);
        g_mutex_init(self->lock);
        self->loaded = setting_layers_copy(layers);
        self->layers = g_steal_pointer(&layers);
        return self;
}

void settings_free(Settings *self) {
        settings_watches_free(self->watches);
        setting_layers_free(self->layers);
        setting_layers_free(self->loaded);
        g_mutex_clear(self->lock);
        g_free(self->lock);
        g_free(self->file);
        g_free(self);
}

const char *settings_text(const Settings *self, Setting key) {
        g_assert(!setting_spec(key)->runtime);
        return setting_layers_value(self->loaded, key, NULL, NULL);
}

char *settings_dup_text(const Settings *self, Setting key) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(self->lock);

        return g_strdup(setting_layers_value(self->layers, key, NULL, NULL));
}

static gint64 read_number(const Settings *self, Setting key) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(self->lock);
        gint64 number;

        setting_layers_value(self->layers, key, &number, NULL);
        return number;
}

gint64 settings_int(const Settings *self, Setting key) {
        g_assert(setting_spec(key)->type == SETTING_TYPE_INT);
        return read_number(self, key);
}

gboolean settings_bool(const Settings *self, Setting key) {
        g_assert(setting_spec(key)->type == SETTING_TYPE_BOOL);
        return read_number(self, key) != 0;
}

char **settings_list(const Settings *self, Setting key) {
        g_autofree char *text = settings_dup_text(self, key);
        g_auto(GStrv) parts = g_strsplit(text, ":", -1);
        g_autoptr(GStrvBuilder) list = g_strv_builder_new();

        for (guint i = 0; parts[i]; i++)
                if (parts[i][0] != '\0')
                        g_strv_builder_add(list, parts[i]);
        return g_strv_builder_end(list);
}

static char *where_of(const Settings *self, Setting key, SettingLayer layer) {
        switch (layer) {
        case SETTING_LAYER_FILE:
                return g_strdup(settings_file(self));
        case SETTING_LAYER_ENVIRONMENT:
                return setting_variable(key);
        case SETTING_LAYER_COMMAND_LINE:
                return g_strconcat("--set ", setting_spec(key)->key, NULL);
        default:
                return g_strdup("");
        }
}

void settings_view(const Settings *self, Setting key, SettingView *ret) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(self->lock);

        ret->text = g_strdup(setting_layers_value(self->layers, key, &ret->number, &ret->layer));
        ret->where = where_of(self, key, ret->layer);
}

void setting_view_clear(SettingView *self) {
        g_clear_pointer(&self->text, g_free);
        g_clear_pointer(&self->where, g_free);
}

const char *settings_file(const Settings *self) {
        return self->file ? self->file : SETTINGS_FILE_DEFAULT;
}

SettingLayers *settings_copy_layers(const Settings *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(self->lock);

        return setting_layers_copy(self->layers);
}

static SettingLayers *exchange(Settings *self, SettingLayers *layers) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(self->lock);
        SettingLayers *before = self->layers;

        self->layers = layers;
        return before;
}

SettingMask settings_apply(Settings *self, SettingLayers *layers) {
        SettingLayers *before = exchange(self, layers);
        SettingMask changed = setting_layers_compare(before, layers);

        setting_layers_free(before);
        settings_watches_tell(self->watches, changed);
        return changed;
}

SettingMask settings_reload(Settings *self, GPtrArray *problems) {
        g_autoptr(SettingLayers) layers = settings_copy_layers(self);

        if (!settings_reread_file(layers, self->file, problems))
                return 0;
        return settings_apply(self, g_steal_pointer(&layers));
}

guint settings_watch(Settings *self, SettingMask keys, SettingsFunc func, gpointer userdata) {
        return settings_watches_add(self->watches, keys, func, userdata);
}

void settings_unwatch(Settings *self, guint id) {
        settings_watches_remove(self->watches, id);
}
