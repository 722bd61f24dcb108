/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Settings: who is told of changes
 *
 * The list belongs to the main thread; what changed waits under the lock until the main loop takes it. The loop takes
 * it before the answer of the call that made the change, so whoever has that answer finds the change in force.
 */

#include "core/settings-watch.h"

#include "core/ready-source.h"

#define PRIORITY (G_PRIORITY_DEFAULT - 10)

typedef struct Watch {
        guint id;
        SettingMask keys;
        SettingsFunc func;
        gpointer userdata;
} Watch;

struct SettingsWatches {
        const Settings *settings;
        GArray *list;
        guint last_id;
        GSource *source;
        GMutex lock; /* guards the rest */
        SettingMask changed;
};

static SettingMask take_changed(SettingsWatches *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        SettingMask changed = self->changed;

        self->changed = 0;
        return changed;
}

static gboolean on_changed(gpointer userdata) {
        SettingsWatches *self = userdata;
        SettingMask changed;

        g_source_set_ready_time(self->source, -1);
        changed = take_changed(self);
        for (guint i = 0; i < self->list->len; i++) {
                const Watch watch = g_array_index(self->list, Watch, i);

                if (watch.keys & changed)
                        watch.func(self->settings, watch.keys & changed, watch.userdata);
        }
        return G_SOURCE_CONTINUE;
}

SettingsWatches *settings_watches_new(const Settings *settings) {
        SettingsWatches *self = g_new0(SettingsWatches, 1);

        self->settings = settings;
        self->list = g_array_new(FALSE, FALSE, sizeof(Watch));
        g_mutex_init(&self->lock);
        self->source = ready_source_new(on_changed, self);
        g_source_set_priority(self->source, PRIORITY);
        g_source_set_static_name(self->source, "settings-changed");
        return self;
}

void settings_watches_free(SettingsWatches *self) {
        ready_source_free(self->source);
        g_mutex_clear(&self->lock);
        g_array_unref(self->list);
        g_free(self);
}

guint settings_watches_add(SettingsWatches *self, SettingMask keys, SettingsFunc func, gpointer userdata) {
        Watch watch = { .id = ++self->last_id, .keys = keys, .func = func, .userdata = userdata };

        g_array_append_val(self->list, watch);
        return watch.id;
}

void settings_watches_remove(SettingsWatches *self, guint id) {
        for (guint i = 0; i < self->list->len; i++)
                if (g_array_index(self->list, Watch, i).id == id) {
                        g_array_remove_index(self->list, i);
                        return;
                }
}

void settings_watches_tell(SettingsWatches *self, SettingMask changed) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        if (changed == 0)
                return;
        self->changed |= changed;
        g_source_set_ready_time(self->source, 0);
}
