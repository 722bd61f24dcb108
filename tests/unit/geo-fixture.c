/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "geo-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

char *geo_fixture_file(const char *name) {
        return g_test_build_filename(G_TEST_BUILT, name, NULL);
}

void geo_fixture_read(const char *name, char **ret_data, gsize *ret_length) {
        g_autofree char *path = geo_fixture_file(name);
        g_autoptr(GError) error = NULL;

        g_file_get_contents(path, ret_data, ret_length, &error);
        g_assert_no_error(error);
}

void geo_fixture_replace(const char *name, const char *path) {
        g_autofree char *data = NULL, *part = g_strconcat(path, ".new", NULL);
        gsize length;

        geo_fixture_read(name, &data, &length);
        geo_fixture_overwrite(part, data, length);
        g_assert_cmpint(g_rename(part, path), ==, 0);
}

void geo_fixture_overwrite(const char *path, const char *data, gsize length) {
        int fd = g_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

        g_assert_cmpint(fd, >=, 0);
        g_assert_cmpint(write(fd, data, length), ==, (gssize) length);
        close(fd);
}

Address geo_fixture_address(const char *text) {
        Address address;

        g_assert_true(address_try_parse(text, &address));
        return address;
}
