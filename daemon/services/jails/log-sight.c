/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/jails/log-sight.h"

#include <errno.h>
#include <string.h>

/* Where the unit gives the daemon a folder of its own in place of everybody's (PrivateTmp=). */
#define PRIVATE_PLACE "/systemd-private-"

enum {
        MOUNT_ROOT = 3,
        MOUNT_POINT = 4,
};

void log_sight_clear(LogSight *self) {
        g_clear_pointer(&self->problem, g_free);
}

const char *log_state_name(LogState state) {
        static const char *const names[] = {
                [LOG_OK] = "ok",           [LOG_MISSING] = "missing", [LOG_UNREADABLE] = "unreadable",
                [LOG_NO_FILE] = "no-file", [LOG_UNKNOWN] = "unknown", [LOG_DROPPED] = "dropped",
        };

        return names[state];
}

gboolean log_state_is_sick(LogState state) {
        return state != LOG_OK && state != LOG_UNKNOWN;
}

static void set_problem(LogSight *self, LogState state, const char *problem) {
        g_free(self->problem);
        self->state = state;
        self->problem = g_strdup(problem);
}

static gboolean is_below(const char *path, const char *folder) {
        gsize n = strlen(folder);

        return g_str_has_prefix(path, folder) && (path[n] == '/' || path[n] == '\0');
}

/* What is missing for us there may be there for fail2ban. */
static gboolean is_hidden(const char *path) {
        g_autofree char *text = NULL;
        g_auto(GStrv) lines = NULL;

        if (!g_file_get_contents("/proc/self/mountinfo", &text, NULL, NULL) || !strstr(text, PRIVATE_PLACE))
                return FALSE;
        lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line; line++) {
                g_auto(GStrv) fields = g_strsplit(*line, " ", MOUNT_POINT + 2);

                if (g_strv_length(fields) > MOUNT_POINT && strstr(fields[MOUNT_ROOT], PRIVATE_PLACE) &&
                    is_below(path, fields[MOUNT_POINT]))
                        return TRUE;
        }
        return FALSE;
}

static void set_missing(LogSight *self, const char *path) {
        if (is_hidden(path))
                set_problem(self, LOG_UNKNOWN, "banguid has a folder of its own in this place, and cannot look there");
        else if (g_file_test(path, G_FILE_TEST_IS_SYMLINK))
                set_problem(self, LOG_MISSING, "it is a link that leads to nothing");
        else
                set_problem(self, LOG_MISSING, "it does not exist");
}

static void set_failure(LogSight *self, const char *path, int number) {
        switch (number) {
        case ENOENT:
        case ENOTDIR:
                set_missing(self, path);
                break;
        case EACCES:
        case EPERM:
                set_problem(self, LOG_UNKNOWN, "banguid may not look there; fail2ban may have more rights");
                break;
        default:
                set_problem(self, LOG_UNREADABLE, g_strerror(number));
        }
}

void log_sight_take(const char *path, const Fail2banReader *reader, LogSight *ret) {
        struct stat status;

        *ret = (LogSight) { .state = LOG_OK };
        if (stat(path, &status) < 0) {
                set_failure(ret, path, errno);
                return;
        }
        if (!S_ISREG(status.st_mode)) {
                set_problem(ret, LOG_NO_FILE,
                            S_ISDIR(status.st_mode) ? "it is a folder" : "it is a device, a pipe or a socket");
                return;
        }
        ret->size = status.st_size;
        ret->modified_at = status.st_mtime;
        if (!fail2ban_reader_may(reader, path))
                set_problem(ret, LOG_UNREADABLE, "the user that fail2ban runs as may not read it");
}

void log_sight_drop(LogSight *self) {
        set_problem(self, LOG_DROPPED,
                    self->state == LOG_MISSING ? "it does not exist, and fail2ban has given it up"
                                               : "it was missing, and fail2ban has given it up");
}
