/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs/reloader.h"

#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "core/ready-source.h"

struct Reloader {
        SettingsService *settings;
        Audit *audit;
        GSource *done;
        GThread *thread; /* NULL: nothing runs */
        gboolean again;
};

/* Who sent a signal cannot be known for sure; he has our user's rights, or more. */
static void record(Reloader *self, gint64 now) {
        g_autoptr(Caller) caller = caller_new("signal:HUP", geteuid(), 0);

        audit_record(self->audit, &(AuditEntry) { .at = now,
                                                  .caller = caller,
                                                  .method = "Settings.Reload",
                                                  .action = "org.bangui.BanGUI1.manage-settings",
                                                  .object = "",
                                                  .result = "ok",
                                                  .correlation = "" });
}

static gpointer run(gpointer data) {
        Reloader *self = data;
        gint64 now = g_get_real_time() / G_USEC_PER_SEC;
        g_autoptr(GVariant) result = g_variant_ref_sink(settings_service_reload(self->settings, now));

        record(self, now);
        g_source_set_ready_time(self->done, 0);
        return NULL;
}

static void begin(Reloader *self) {
        (void) sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT "\nSTATUS=Reading the settings again",
                          g_get_monotonic_time());
        self->thread = g_thread_new("reloader", run, self);
}

static gboolean on_done(gpointer userdata) {
        Reloader *self = userdata;

        g_source_set_ready_time(self->done, -1);
        g_thread_join(g_steal_pointer(&self->thread));
        (void) sd_notify(0, "READY=1\nSTATUS=Answering on the bus");
        if (self->again) {
                self->again = FALSE;
                begin(self);
        }
        return G_SOURCE_CONTINUE;
}

Reloader *reloader_new(SettingsService *settings, Audit *audit) {
        Reloader *self = g_new0(Reloader, 1);

        self->settings = settings;
        self->audit = audit;
        self->done = ready_source_new(on_done, self);
        return self;
}

void reloader_free(Reloader *self) {
        if (!self)
                return;
        if (self->thread)
                g_thread_join(self->thread);
        ready_source_free(self->done);
        g_free(self);
}

void reloader_ask(Reloader *self) {
        if (self->thread)
                self->again = TRUE;
        else
                begin(self);
}
