/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/caller.h"

#include <pwd.h>
#include <stdlib.h>

#include <systemd/sd-login.h>

#include "core/text.h"

Caller *caller_new(const char *name, guint32 uid, gint32 pid) {
        Caller *self = g_new0(Caller, 1);

        *self = (Caller) { .name = g_strdup(name), .uid = uid, .pid = pid };
        return self;
}

Caller *caller_copy(const Caller *self) {
        return caller_new(self->name, self->uid, self->pid);
}

void caller_free(Caller *self) {
        g_free(self->name);
        g_free(self);
}

/* systemd's texts come from malloc(), which is not always g_malloc()'s. */
static char *take_text(int r, char *text) {
        char *copy = r >= 0 ? g_strdup(text) : NULL;

        free(text);
        return copy;
}

char *caller_session(const Caller *self) {
        char *session = NULL;
        int r;

        if (self->pid <= 0)
                return NULL;
        r = sd_pid_get_session(self->pid, &session);
        return take_text(r, session);
}

char *caller_unit(const Caller *self) {
        char *unit = NULL;
        int r;

        if (self->pid <= 0)
                return NULL;
        r = sd_pid_get_unit(self->pid, &unit);
        return take_text(r, unit);
}

char *caller_user_name(guint32 uid) {
        struct passwd entry, *found = NULL;
        char buffer[4096];

        if (getpwuid_r(uid, &entry, buffer, sizeof(buffer), &found) != 0 || !found || !text_is_plain(found->pw_name))
                return g_strdup("");
        return g_strdup(found->pw_name);
}
