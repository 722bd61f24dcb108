/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/reader.h"

#include <linux/capability.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/xattr.h>
#include <unistd.h>

#define MAY_READ 4
#define MAY_SEARCH 1

/* What stands behind the last blank of the line, which has four ids: the one that counts for files. */
static guint64 last_number(const char *values) {
        const char *last = strrchr(values, '\t');

        return g_ascii_strtoull(last ? last + 1 : values, NULL, 10);
}

static void add_group(Fail2banReader *self, guint64 group) {
        if (self->n_groups < FAIL2BAN_READER_GROUPS_MAX)
                self->groups[self->n_groups++] = (gid_t) group;
        else
                self->all = TRUE;
}

static void parse_groups(Fail2banReader *self, const char *values) {
        g_auto(GStrv) words = g_strsplit_set(values, " \t", -1);

        for (char **word = words; *word; word++)
                if (**word)
                        add_group(self, g_ascii_strtoull(*word, NULL, 10));
}

void fail2ban_reader_parse(const char *text, Fail2banReader *ret) {
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        gboolean has_uid = FALSE;

        *ret = (Fail2banReader) {};
        for (char **line = lines; *line; line++) {
                if (g_str_has_prefix(*line, "Uid:\t")) {
                        ret->uid = (uid_t) last_number(*line + strlen("Uid:\t"));
                        has_uid = TRUE;
                } else if (g_str_has_prefix(*line, "Gid:\t")) {
                        add_group(ret, last_number(*line + strlen("Gid:\t")));
                } else if (g_str_has_prefix(*line, "Groups:\t")) {
                        parse_groups(ret, *line + strlen("Groups:\t"));
                } else if (g_str_has_prefix(*line, "CapEff:\t")) {
                        guint64 held = g_ascii_strtoull(*line + strlen("CapEff:\t"), NULL, 16);

                        if (held & (1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH))
                                ret->all = TRUE;
                }
        }
        if (!has_uid)
                ret->all = TRUE;
}

void fail2ban_reader_get(Fail2banClient *client, Fail2banReader *ret) {
        int fd = fail2ban_client_dup_fd(client);
        g_autofree char *path = NULL, *text = NULL;
        struct ucred peer = {};
        socklen_t size = sizeof(peer);

        *ret = (Fail2banReader) { .all = TRUE };
        if (fd < 0)
                return;
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
                peer.pid = 0;
        close(fd);
        if (peer.pid <= 0)
                return;
        path = g_strdup_printf("/proc/%d/status", (int) peer.pid);
        if (g_file_get_contents(path, &text, NULL, NULL))
                fail2ban_reader_parse(text, ret);
}

static gboolean is_in_group(const Fail2banReader *self, gid_t group) {
        for (guint i = 0; i < self->n_groups; i++)
                if (self->groups[i] == group)
                        return TRUE;
        return FALSE;
}

static gboolean may(const Fail2banReader *self, const char *path, guint wanted) {
        struct stat status;
        guint shift;

        if (stat(path, &status) < 0 || getxattr(path, "system.posix_acl_access", NULL, 0) > 0)
                return TRUE;
        shift = status.st_uid == self->uid ? 6 : is_in_group(self, status.st_gid) ? 3 : 0;
        return (status.st_mode >> shift & wanted) == wanted;
}

gboolean fail2ban_reader_may(const Fail2banReader *self, const char *path) {
        g_autofree char *folder = g_path_get_dirname(path);

        if (self->all)
                return TRUE;
        if (!may(self, path, MAY_READ))
                return FALSE;
        while (!g_str_equal(folder, "/") && !g_str_equal(folder, ".")) {
                char *above = g_path_get_dirname(folder);

                if (!may(self, folder, MAY_SEARCH)) {
                        g_free(above);
                        return FALSE;
                }
                g_free(folder);
                folder = above;
        }
        return TRUE;
}
