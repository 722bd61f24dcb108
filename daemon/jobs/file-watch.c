/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs/file-watch.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/log.h"

/* fail2ban keeps its database open, so a removed file shows as a change of its link count, not as its end. */
#define DATABASE_EVENTS (IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)
#define FOLDER_EVENTS (IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

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
        char *database_path;
        int database; /* watch, -1 = none */
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

static guint on_database_event(FileWatch *self, const struct inotify_event *event) {
        if (event->mask & IN_IGNORED)
                self->database = -1;
        else if (event->mask & (IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF))
                drop_watch(self, &self->database); /* set anew after the look */
        return FILE_WATCH_DATABASE;
}

static guint read_events(FileWatch *self) {
        char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
        guint events = 0;
        ssize_t length;

        while ((length = read(self->fd, buffer, sizeof(buffer))) > 0) {
                for (char *at = buffer; at < buffer + length;) {
                        const struct inotify_event *event = (const struct inotify_event *) at;

                        if (event->mask & IN_Q_OVERFLOW)
                                events |= FILE_WATCH_DATABASE | FILE_WATCH_SOCKET;
                        else if (event->wd == self->folder)
                                events |= on_folder_event(self, event);
                        else if (event->wd == self->database)
                                events |= on_database_event(self, event);
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
        self->folder = self->database = -1;
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
        g_free(self->database_path);
        g_free(self->socket_name);
        g_free(self->socket_folder);
        g_free(self);
}

void file_watch_set_database(FileWatch *self, const char *path) {
        if (g_strcmp0(path, self->database_path) != 0) {
                drop_watch(self, &self->database);
                g_free(self->database_path);
                self->database_path = g_strdup(path);
        }
        if (self->database < 0 && path)
                self->database = inotify_add_watch(self->fd, path, DATABASE_EVENTS);
}

void file_watch_hold(FileWatch *self, gboolean hold) {
        g_source_modify_unix_fd(self->source, self->tag, hold ? 0 : G_IO_IN);
}
