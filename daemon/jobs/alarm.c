/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs/alarm.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/log.h"

/* Without a time to wait for, the timer must still be armed to be told of a clock that was set. */
#define FAR_S ((gint64) 10 * 365 * 24 * 60 * 60)

struct Alarm {
        void (*func)(gpointer userdata);
        gpointer userdata;
        int fd;
        GSource *source;
};

/* ECANCELED says that the clock was set; either way it is time to look. */
static gboolean on_readable(int fd, GIOCondition condition, gpointer userdata) {
        Alarm *self = userdata;
        guint64 times;

        if (read(fd, &times, sizeof(times)) < 0 && errno == EAGAIN)
                return G_SOURCE_CONTINUE;
        self->func(self->userdata);
        return G_SOURCE_CONTINUE;
}

Alarm *alarm_new(void (*func)(gpointer userdata), gpointer userdata) {
        Alarm *self = g_new0(Alarm, 1);

        self->func = func;
        self->userdata = userdata;
        self->fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
        if (self->fd < 0)
                g_error("a timer cannot be made: %s", g_strerror(errno));
        self->source = g_unix_fd_source_new(self->fd, G_IO_IN);
        g_source_set_callback(self->source, G_SOURCE_FUNC(on_readable), self, NULL);
        g_source_set_static_name(self->source, "alarm");
        g_source_attach(self->source, NULL);
        return self;
}

void alarm_free(Alarm *self) {
        if (!self)
                return;
        g_source_destroy(self->source);
        g_source_unref(self->source);
        close(self->fd);
        g_free(self);
}

/* A time of zero would disarm it. */
void alarm_set(Alarm *self, gint64 at) {
        gint64 when = at < 0 ? g_get_real_time() + FAR_S * G_USEC_PER_SEC : MAX(at, 1);
        struct itimerspec spec = {
                .it_value = { .tv_sec = when / G_USEC_PER_SEC, .tv_nsec = when % G_USEC_PER_SEC * 1000 },
        };

        /* ECANCELED: the clock was set meanwhile; the timer is armed, and readable. */
        if (timerfd_settime(self->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, NULL) < 0 &&
            errno != ECANCELED)
                log_event(LOG_PRIORITY_ERROR, "alarm.set", "a timer cannot be set", "DETAIL", g_strerror(errno), NULL);
}
