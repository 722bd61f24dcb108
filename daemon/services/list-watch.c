/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/list-watch.h"

struct ListWatch {
        const char *property;
        void (*poke)(gpointer userdata);
        gpointer userdata;
        GMutex lock;
        GHashTable *lists; /* jail -> GVariant as: its list when it was last told of */
};

ListWatch *list_watch_new(const char *property, void (*poke)(gpointer userdata), gpointer userdata) {
        ListWatch *self = g_new0(ListWatch, 1);

        self->property = property;
        self->poke = poke;
        self->userdata = userdata;
        self->lists = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
        g_mutex_init(&self->lock);
        return self;
}

void list_watch_free(ListWatch *self) {
        if (!self)
                return;
        g_mutex_clear(&self->lock);
        g_hash_table_unref(self->lists);
        g_free(self);
}

static gboolean is_another(ListWatch *self, const char *jail, GVariant *list) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        GVariant *before = g_hash_table_lookup(self->lists, jail);

        if (before && g_variant_equal(before, list))
                return FALSE;
        g_hash_table_insert(self->lists, g_strdup(jail), g_variant_ref(list));
        return TRUE;
}

static void forget(ListWatch *self, const char *jail) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        g_hash_table_remove(self->lists, jail);
}

static void on_event(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
        ListWatch *self = userdata;
        g_autoptr(GVariant) list = NULL;

        if (type == EVENT_JAIL_REMOVED)
                forget(self, name);
        if (type != EVENT_JAIL)
                return;
        list = g_variant_lookup_value(properties, self->property, G_VARIANT_TYPE_STRING_ARRAY);
        if (list && is_another(self, name, list))
                self->poke(self->userdata);
}

EventSink list_watch_sink(ListWatch *self) {
        return (EventSink) { on_event, self };
}
