/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What fail2ban itself may read
 *
 * The daemon has no capabilities, fail2ban usually has all: a file that is closed to the one may be open to the other.
 * So the answer is found in what the kernel tells of fail2ban's process. Thread-safe.
 */

#pragma once

#include <glib.h>
#include <sys/stat.h>

#include "fail2ban/client.h"

#define FAIL2BAN_READER_GROUPS_MAX 64

typedef struct Fail2banReader {
        gboolean all; /* no mode keeps it away, or nothing is known of it */
        uid_t uid;
        gid_t groups[FAIL2BAN_READER_GROUPS_MAX];
        guint n_groups;
} Fail2banReader;

/* The process at the other end of the connection. */
void fail2ban_reader_get(Fail2banClient *client, Fail2banReader *ret);

/* text: of /proc/PID/status. */
void fail2ban_reader_parse(const char *text, Fail2banReader *ret);

/* Whether it may read the file, and search the folders above it, by their modes. A list (ACL) counts as a yes. */
gboolean fail2ban_reader_may(const Fail2banReader *self, const char *path);
