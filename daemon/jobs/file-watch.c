/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs/file-watch.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/log.h"

/* fail2ban keeps both open, so a removed file shows as a change of its link count, not as its end. */
#define FILE_EVENTS (IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)
#define FOLDER_EVENTS (IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

typedef struct File {
        FileWatchEvent event;
        char *path;
        int watch; /* -1 = none */
} File;

struct FileWatch {
        FileWatchFunc func;
        gpointer userdata;
        int fd;
        GSource *source;
        gpointer tag;
        char *socket_folder;
        char *socket_name;
        int folder; /* watch of the socket's folder or one above it, -1 = none */
        gboolean folder_is_socket_folder;
        File files[2];
};

static void drop_watch(FileWatch *self, int *watch) {
        if (*watch >= 0)
                inotify_rm_watch(self->fd, *watch);
        *watch = -1;
}

/* The nearest folder that is there. Asked again after the watch is set, as a folder may be made in between. */
static void watch_folder(FileWatch *self) {
        g_autofree char *path = g_strdup(self->socket_folder);

        drop_watch(self, &self->folder);
        while ((self->folder = inotify_add_watch(self->fd, path, FOLDER_EVENTS)) < 0) {
                g_autofree char *below = g_steal_pointer(&path);

                path = g_path_get_dirname(below);
                if (g_str_equal(path, below))
                        return;
        }
        self->folder_is_socket_folder = g_str_equal(path, self->socket_folder);
        if (!self->folder_is_socket_folder && g_file_test(self->socket_folder, G_FILE_TEST_IS_DIR))
                watch_folder(self);
}

static guint on_folder_event(FileWatch *self, const struct inotify_event *event) {
        if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) {
                if (event->mask & IN_IGNORED)
                        self->folder = -1;
                watch_folder(self);
                return FILE_WATCH_SOCKET;
        }
        if (!self->folder_is_socket_folder) {
                watch_folder(self);
                return self->folder_is_socket_folder ? FILE_WATCH_SOCKET : 0;
        }
        return event->len > 0 && g_str_equal(event->name, self->socket_name) ? FILE_WATCH_SOCKET : 0;
}

static guint on_file_event(FileWatch *self, const struct inotify_event *event) {
        for (guint i = 0; i < G_N_ELEMENTS(self->files); i++) {
                File *file = &self->files[i];

                if (event->wd != file->watch)
                        continue;
                if (event->mask & IN_IGNORED)
                        file->watch = -1;
                else if (event->mask & (IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF))
                        drop_watch(self, &file->watch); /* set anew after the look */
                return file->event;
        }
        return 0;
}

static guint read_events(FileWatch *self) {
        char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
        guint events = 0;
        ssize_t length;

        while ((length = read(self->fd, buffer, sizeof(buffer))) > 0) {
                for (char *at = buffer; at < buffer + length;) {
                        const struct inotify_event *event = (const struct inotify_event *) at;

                        if (event->mask & IN_Q_OVERFLOW)
                                events |= FILE_WATCH_DATABASE | FILE_WATCH_LOG | FILE_WATCH_SOCKET;
                        else if (event->wd == self->folder)
                                events |= on_folder_event(self, event);
                        else
                                events |= on_file_event(self, event);
                        at += sizeof(*event) + event->len;
                }
        }
        return events;
}

static gboolean on_readable(int fd, GIOCondition condition, gpointer userdata) {
        FileWatch *self = userdata;
        guint events = read_events(self);

        if (events)
                self->func(events, self->userdata);
        return G_SOURCE_CONTINUE;
}

FileWatch *file_watch_new(const char *socket_path, FileWatchFunc func, gpointer userdata) {
        g_autofree char *path = g_canonicalize_filename(socket_path, NULL);
        int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        FileWatch *self;

        if (fd < 0) {
                g_autofree char *message =
                        g_strdup_printf("cannot watch files, so changes are seen late: %s", g_strerror(errno));

                log_event(LOG_PRIORITY_WARNING, "watcher.inotify", message, NULL);
                return NULL;
        }

        self = g_new0(FileWatch, 1);
        self->func = func;
        self->userdata = userdata;
        self->fd = fd;
        self->folder = -1;
        self->files[0] = (File) { FILE_WATCH_DATABASE, NULL, -1 };
        self->files[1] = (File) { FILE_WATCH_LOG, NULL, -1 };
        self->socket_folder = g_path_get_dirname(path);
        self->socket_name = g_path_get_basename(path);
        watch_folder(self);

        self->source = g_unix_fd_source_new(fd, 0);
        self->tag = g_source_add_unix_fd(self->source, fd, G_IO_IN);
        g_source_set_callback(self->source, G_SOURCE_FUNC(on_readable), self, NULL);
        g_source_set_static_name(self->source, "file-watch");
        g_source_attach(self->source, g_main_context_get_thread_default());
        return self;
}

void file_watch_free(FileWatch *self) {
        if (!self)
                return;

        g_source_destroy(self->source);
        g_source_unref(self->source);
        close(self->fd);
        for (guint i = 0; i < G_N_ELEMENTS(self->files); i++)
                g_free(self->files[i].path);
        g_free(self->socket_name);
        g_free(self->socket_folder);
        g_free(self);
}

gboolean file_watch_set(FileWatch *self, FileWatchEvent which, const char *path) {
        File *file = which == FILE_WATCH_DATABASE ? &self->files[0] : &self->files[1];

        if (g_strcmp0(path, file->path) != 0) {
                drop_watch(self, &file->watch);
                g_free(file->path);
                file->path = g_strdup(path);
        }
        if (file->watch >= 0 || !path)
                return FALSE;
        file->watch = inotify_add_watch(self->fd, path, FILE_EVENTS);
        return file->watch >= 0;
}

void file_watch_hold(FileWatch *self, gboolean hold) {
        g_source_modify_unix_fd(self->source, self->tag, hold ? 0 : G_IO_IN);
}
