/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "folder.h"

#include <errno.h>
#include <glib/gstdio.h>

static void remove_any(const char *path) {
        if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
                folder_remove(path);
        else
                g_assert_true(g_unlink(path) == 0 || errno == ENOENT);
}

void folder_remove(const char *folder) {
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
        const char *name;

        g_assert_nonnull(dir);
        while ((name = g_dir_read_name(dir))) {
                g_autofree char *path = g_build_filename(folder, name, NULL);

                remove_any(path);
        }
        g_assert_cmpint(g_rmdir(folder), ==, 0);
}
