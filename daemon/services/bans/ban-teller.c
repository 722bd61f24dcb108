/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The thread is there from the first hold until all that waited is told. As long as it is there everything is told by
 * it alone, so that nothing overtakes what waits. It tells in slices with a breath in between: the listeners keep up,
 * and rows of a slice only, not of all that wait, are there at the same time.
 */

#include "services/bans/ban-teller.h"

#define HOLD_USEC G_USEC_PER_SEC
#define SLICE 250
#define BREATH_USEC 10000

typedef struct Change {
        EventType type;
        Ban ban;      /* of all but BANS */
        guint32 size; /* of BANS */
        gint64 now;
        const char *cause;
} Change;

struct BanTeller {
        EventSink sink;

        GMutex lock; /* guards what follows; also held while the caller's thread tells */
        GCond changed;
        guint holds;
        gboolean running; /* the thread */
        GArray *waiting;  /* of Change */
};

static GVariant *size_properties(guint32 size) {
        GVariantDict dict;

        g_variant_dict_init(&dict, NULL);
        g_variant_dict_insert(&dict, "Active", "u", size);
        return g_variant_dict_end(&dict);
}

static void tell(BanTeller *self, const Change *change) {
        g_autoptr(GVariant) properties = NULL;

        if (change->type == EVENT_BANS)
                properties = size_properties(change->size);
        else
                properties = ban_to_variant_ended(&change->ban, change->now, change->cause);
        g_variant_ref_sink(properties);
        event_emit(&self->sink, change->type, change->ban.jail, change->ban.id, properties);
}

static GArray *changes_new(void) {
        return g_array_new(FALSE, FALSE, sizeof(Change));
}

static void change_clear(Change *self) {
        ban_clear(&self->ban);
}

static void tell_all(BanTeller *self, GArray *changes) {
        for (guint i = 0; i < changes->len; i++) {
                Change *change = &g_array_index(changes, Change, i);

                if (i > 0 && i % SLICE == 0)
                        g_usleep(BREATH_USEC);
                tell(self, change);
                change_clear(change);
        }
}

/* Until everybody has let go, but not longer than what waits may wait. */
static void wait_for_release(BanTeller *self, gint64 deadline) {
        while (self->holds > 0 && g_cond_wait_until(&self->changed, &self->lock, deadline))
                ;
}

static gpointer run(gpointer data) {
        BanTeller *self = data;
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        gint64 deadline = g_get_monotonic_time() + HOLD_USEC;

        while (self->holds > 0 || self->waiting->len > 0) {
                g_autoptr(GArray) changes = NULL;

                wait_for_release(self, deadline);
                deadline = g_get_monotonic_time() + HOLD_USEC;
                changes = g_steal_pointer(&self->waiting);
                self->waiting = changes_new();
                g_mutex_unlock(&self->lock);
                tell_all(self, changes);
                g_mutex_lock(&self->lock);
        }
        self->running = FALSE;
        g_cond_broadcast(&self->changed);
        return NULL;
}

BanTeller *ban_teller_new(const EventSink *sink) {
        BanTeller *self = g_new0(BanTeller, 1);

        self->sink = *sink;
        g_mutex_init(&self->lock);
        g_cond_init(&self->changed);
        self->waiting = changes_new();
        return self;
}

static void await_end(BanTeller *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        g_assert(self->holds == 0);
        while (self->running)
                g_cond_wait(&self->changed, &self->lock);
}

void ban_teller_free(BanTeller *self) {
        if (!self)
                return;

        await_end(self);
        g_array_unref(self->waiting);
        g_cond_clear(&self->changed);
        g_mutex_clear(&self->lock);
        g_free(self);
}

static void take(BanTeller *self, Change *change) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        if (self->running) {
                g_array_append_val(self->waiting, *change);
                return;
        }
        tell(self, change);
        change_clear(change);
}

void ban_teller_tell(BanTeller *self, EventType type, Ban *ban, gint64 now, const char *cause) {
        Change change = { .type = type, .ban = *ban, .now = now, .cause = cause };

        take(self, &change);
        *ban = (Ban) { 0 };
}

void ban_teller_tell_size(BanTeller *self, guint32 size) {
        take(self, &(Change) { .type = EVENT_BANS, .size = size });
}

void ban_teller_hold(BanTeller *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        self->holds++;
        if (self->running)
                return;
        self->running = TRUE;
        g_thread_unref(g_thread_new("teller", run, self));
}

void ban_teller_release(BanTeller *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        g_assert(self->holds > 0);
        self->holds--;
        g_cond_broadcast(&self->changed);
}
