/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/lane.h"

struct Lane {
        char *name;
        guint threads_max;
        LaneFunc func;
        gpointer userdata;
        GMutex mutex; /* guards all below */
        GCond wanted;
        GQueue items;
        guint idle;
        gboolean closing;
        GPtrArray *threads;
};

static gpointer serve(gpointer data) {
        Lane *self = data;
        gpointer item;

        g_mutex_lock(&self->mutex);
        for (;;) {
                while (!(item = g_queue_pop_head(&self->items)) && !self->closing) {
                        self->idle++;
                        g_cond_wait(&self->wanted, &self->mutex);
                        self->idle--;
                }
                if (!item)
                        break;
                g_mutex_unlock(&self->mutex);
                self->func(item, self->userdata);
                g_mutex_lock(&self->mutex);
        }
        g_mutex_unlock(&self->mutex);
        return NULL;
}

Lane *lane_new(const char *name, guint threads_max, LaneFunc func, gpointer userdata) {
        Lane *self = g_new0(Lane, 1);

        self->name = g_strdup(name);
        self->threads_max = threads_max;
        self->func = func;
        self->userdata = userdata;
        self->threads = g_ptr_array_new();
        g_mutex_init(&self->mutex);
        g_cond_init(&self->wanted);
        return self;
}

void lane_free(Lane *self) {
        if (!self)
                return;
        g_mutex_lock(&self->mutex);
        self->closing = TRUE;
        g_mutex_unlock(&self->mutex);
        g_cond_broadcast(&self->wanted);
        for (guint i = 0; i < self->threads->len; i++)
                g_thread_join(self->threads->pdata[i]);
        g_ptr_array_unref(self->threads);
        g_cond_clear(&self->wanted);
        g_mutex_clear(&self->mutex);
        g_free(self->name);
        g_free(self);
}

void lane_push(Lane *self, gpointer item) {
        g_mutex_lock(&self->mutex);
        g_queue_push_tail(&self->items, item);
        if (self->items.length > self->idle && self->threads->len < self->threads_max)
                g_ptr_array_add(self->threads, g_thread_new(self->name, serve, self));
        g_mutex_unlock(&self->mutex);
        g_cond_signal(&self->wanted);
}
