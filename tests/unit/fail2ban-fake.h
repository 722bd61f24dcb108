/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A server with a fault, for what a real fail2ban cannot be made to do: a thread that serves one connection
 * after the other with one function. */

#pragma once

#include <glib.h>

typedef struct Fail2banFake Fail2banFake;

/* number: which connection it is, 0 = first. The connection is closed after it returns. */
typedef void (*Fail2banFakeServe)(Fail2banFake *self, int fd, gint number);

struct Fail2banFake {
        char *folder, *path;
        int fd;
        GThread *thread;
        Fail2banFakeServe serve;
        gint n_connections; /* atomic */
        gint saw_end;       /* atomic; for the function's use */
};

/* serve NULL: listens and accepts nobody, until fail2ban_fake_accept(). */
Fail2banFake *fail2ban_fake_start(Fail2banFakeServe serve);
void fail2ban_fake_free(Fail2banFake *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fail2banFake, fail2ban_fake_free)

/* Starts accepting after a while. */
void fail2ban_fake_accept(Fail2banFake *self, Fail2banFakeServe serve, guint after_usec);

/* Ends accepting and waits for the thread. */
void fail2ban_fake_stop(Fail2banFake *self);

/* Reads up to an end marker; FALSE when the peer closed. */
gboolean fail2ban_fake_read(int fd);
void fail2ban_fake_write(int fd, const char *data, gsize length);
void fail2ban_fake_end(int fd); /* writes the end marker */
