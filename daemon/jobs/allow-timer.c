/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs/allow-timer.h"

#include "core/ready-source.h"
#include "jobs/alarm.h"

struct AllowTimer {
        void (*due)(gpointer userdata);
        gpointer userdata;
        Alarm *alarm;
        GSource *hand_over; /* to the main loop */
        GMutex lock;
        gint64 at;
};

static gint64 get_at(AllowTimer *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        return self->at;
}

static void set_alarm(AllowTimer *self, gint64 at) {
        alarm_set(self->alarm, at > 0 ? at * G_USEC_PER_SEC : -1);
}

/* The time has come, or the clock was set. A time that has come is told once; who is told sets the next. */
static void on_alarm(gpointer userdata) {
        AllowTimer *self = userdata;
        gint64 at = get_at(self);

        if (at == 0 || at * G_USEC_PER_SEC > g_get_real_time()) {
                set_alarm(self, at);
                return;
        }
        set_alarm(self, 0);
        self->due(self->userdata);
}

static gboolean on_hand_over(gpointer userdata) {
        AllowTimer *self = userdata;

        g_source_set_ready_time(self->hand_over, -1);
        set_alarm(self, get_at(self));
        return G_SOURCE_CONTINUE;
}

AllowTimer *allow_timer_new(void (*due)(gpointer userdata), gpointer userdata) {
        AllowTimer *self = g_new0(AllowTimer, 1);

        self->due = due;
        self->userdata = userdata;
        g_mutex_init(&self->lock);
        self->alarm = alarm_new(on_alarm, self);
        self->hand_over = ready_source_new(on_hand_over, self);
        return self;
}

void allow_timer_free(AllowTimer *self) {
        if (!self)
                return;
        ready_source_free(self->hand_over);
        alarm_free(self->alarm);
        g_mutex_clear(&self->lock);
        g_free(self);
}

void allow_timer_set(AllowTimer *self, gint64 at) {
        g_mutex_lock(&self->lock);
        self->at = at;
        g_mutex_unlock(&self->lock);
        g_source_set_ready_time(self->hand_over, 0);
}
