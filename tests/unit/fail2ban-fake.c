/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban-fake.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fail2ban/pickle.h"

gboolean fail2ban_fake_read(int fd) {
        char buffer[4096];
        gsize length = 0;

        while (length < sizeof(buffer)) {
                gssize n = read(fd, buffer + length, sizeof(buffer) - length);

                if (n <= 0)
                        return FALSE;
                length += (gsize) n;
                if (memmem(buffer, length, PICKLE_END_MARKER, strlen(PICKLE_END_MARKER)))
                        return TRUE;
        }
        return FALSE;
}

void fail2ban_fake_write(int fd, const char *data, gsize length) {
        while (length > 0) {
                gssize n = send(fd, data, length, MSG_NOSIGNAL);

                if (n <= 0)
                        return;
                data += n;
                length -= (gsize) n;
        }
}

void fail2ban_fake_end(int fd) {
        fail2ban_fake_write(fd, PICKLE_END_MARKER, strlen(PICKLE_END_MARKER));
}

static gpointer fake_run(gpointer userdata) {
        Fail2banFake *self = userdata;

        for (;;) {
                int fd = accept(self->fd, NULL, NULL);

                if (fd < 0)
                        return NULL;
                self->serve(self, fd, g_atomic_int_add(&self->n_connections, 1));
                close(fd);
        }
}

typedef struct Later {
        Fail2banFake *fake;
        guint after_usec;
} Later;

static gpointer fake_run_later(gpointer userdata) {
        g_autofree Later *later = userdata;

        g_usleep(later->after_usec);
        return fake_run(later->fake);
}

Fail2banFake *fail2ban_fake_start(Fail2banFakeServe serve) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        Fail2banFake *self = g_new0(Fail2banFake, 1);

        self->folder = g_dir_make_tmp("bangui-fake-XXXXXX", NULL);
        self->path = g_build_filename(self->folder, "socket", NULL);
        self->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        g_strlcpy(address.sun_path, self->path, sizeof(address.sun_path));
        g_assert_cmpint(bind(self->fd, (struct sockaddr *) &address, sizeof(address)), ==, 0);
        g_assert_cmpint(listen(self->fd, 1), ==, 0);
        if (serve)
                fail2ban_fake_accept(self, serve, 0);
        return self;
}

void fail2ban_fake_accept(Fail2banFake *self, Fail2banFakeServe serve, guint after_usec) {
        Later *later = g_new0(Later, 1);

        *later = (Later) { self, after_usec };
        self->serve = serve;
        self->thread = g_thread_new("fail2ban-fake", fake_run_later, later);
}

void fail2ban_fake_stop(Fail2banFake *self) {
        shutdown(self->fd, SHUT_RDWR);
        if (self->thread)
                g_thread_join(g_steal_pointer(&self->thread));
}

void fail2ban_fake_free(Fail2banFake *self) {
        if (!self)
                return;
        fail2ban_fake_stop(self);
        close(self->fd);
        g_unlink(self->path);
        g_rmdir(self->folder);
        g_free(self->folder);
        g_free(self->path);
        g_free(self);
}
