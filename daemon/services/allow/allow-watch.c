/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/allow/allow-watch.h"

struct AllowWatch {
        void (*poke)(gpointer userdata);
        gpointer userdata;
        GMutex lock;
        GHashTable *lists; /* jail -> GVariant as: what it ignored when it was last told of */
};

AllowWatch *allow_watch_new(void (*poke)(gpointer userdata), gpointer userdata) {
        AllowWatch *self = g_new0(AllowWatch, 1);

        self->poke = poke;
        self->userdata = userdata;
        self->lists = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
        g_mutex_init(&self->lock);
        return self;
}

void allow_watch_free(AllowWatch *self) {
        if (!self)
                return;
        g_mutex_clear(&self->lock);
        g_hash_table_unref(self->lists);
        g_free(self);
}

static gboolean is_another(AllowWatch *self, const char *jail, GVariant *list) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        GVariant *before = g_hash_table_lookup(self->lists, jail);

        if (before && g_variant_equal(before, list))
                return FALSE;
        g_hash_table_insert(self->lists, g_strdup(jail), g_variant_ref(list));
        return TRUE;
}

static void forget(AllowWatch *self, const char *jail) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        g_hash_table_remove(self->lists, jail);
}

static void on_event(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
        AllowWatch *self = userdata;
        g_autoptr(GVariant) list = NULL;

        if (type == EVENT_JAIL_REMOVED)
                forget(self, name);
        if (type != EVENT_JAIL)
                return;
        list = g_variant_lookup_value(properties, "IgnoreAddresses", G_VARIANT_TYPE_STRING_ARRAY);
        if (list && is_another(self, name, list))
                self->poke(self->userdata);
}

EventSink allow_watch_sink(AllowWatch *self) {
        return (EventSink) { on_event, self };
}
