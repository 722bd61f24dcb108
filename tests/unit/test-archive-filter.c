/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/archive/archive-filter.h"

#include <string.h>

#include "core/error.h"

#define NOW G_GINT64_CONSTANT(1700000000)

static ArchiveFilter read_input(const ArchiveFilterInput *input) {
        g_autoptr(GError) error = NULL;
        ArchiveFilter filter;

        g_assert_true(archive_filter_read(input, "all", NOW, &filter, &error));
        g_assert_no_error(error);
        return filter;
}

/* What a text of an address stands for; NULL: an id. */
static void assert_address(const char *text, const char *network) {
        ArchiveFilterInput input = ARCHIVE_FILTER_INPUT_NONE;
        char buffer[ADDRESS_TEXT_MAX];
        ArchiveFilter filter;

        input.address = text;
        filter = read_input(&input);
        g_assert_cmpint(filter.by_address, ==, network != NULL);
        if (network) {
                g_assert_cmpstr(address_format(&filter.within, buffer), ==, network);
                g_assert_null(filter.text);
        } else {
                g_assert_cmpstr(filter.text, ==, text);
        }
}

static void test_address(void) {
        assert_address("192.0.2.1", "192.0.2.1");
        assert_address("192.0.2.7/24", "192.0.2.0/24");
        assert_address("203.0.113", "203.0.113.0/24");
        assert_address("203.0.113.", "203.0.113.0/24");
        assert_address("203.0", "203.0.0.0/16");
        assert_address("10.", "10.0.0.0/8");
        assert_address("2001:db8:", "2001:db8::/32");
        assert_address("2001:db8:0:1:", "2001:db8:0:1::/64");
        assert_address("2001:db8::", "2001:db8::");
        assert_address("2001:db8::/48", "2001:db8::/48");
        assert_address("10", NULL);
        assert_address("203.0.300", NULL);
        assert_address("203..113", NULL);
        assert_address("2001:db8", NULL);
        assert_address(":", NULL);
        assert_address("webmaster", NULL);
}

static void test_nothing(void) {
        ArchiveFilterInput input = ARCHIVE_FILTER_INPUT_NONE;
        ArchiveFilter filter = read_input(&input);

        g_assert_cmpint(filter.window.since, ==, 0);
        g_assert_cmpint(filter.window.until, ==, G_MAXINT64);
        g_assert_false(filter.by_address || filter.by_country || filter.by_network || filter.by_origin);
        g_assert_null(filter.jail);
        g_assert_null(filter.text);
}

static void test_all(void) {
        ArchiveFilterInput input = { .range = "24h",
                                     .since = -1,
                                     .until = -1,
                                     .jail = "sshd",
                                     .country = "de",
                                     .network = 64500,
                                     .origin = "blocklist" };
        ArchiveFilter filter = read_input(&input);

        g_assert_cmpint(filter.window.since, ==, NOW - 86400 - WINDOW_SLACK_S);
        g_assert_cmpstr(filter.jail, ==, "sshd");
        g_assert_true(filter.by_country && filter.by_network && filter.by_origin);
        g_assert_cmpuint(filter.country, ==, 'D' << 8 | 'E');
        g_assert_cmpuint(filter.network, ==, 64500);
        g_assert_cmpint(filter.origin, ==, ARCHIVE_ORIGIN_BLOCKLIST);

        input.country = "";
        input.network = 0;
        filter = read_input(&input);
        g_assert_true(filter.by_country && filter.by_network);
        g_assert_cmpuint(filter.country, ==, 0);
        g_assert_cmpuint(filter.network, ==, 0);
}

static void test_refused(void) {
        static const struct {
                ArchiveFilterInput input;
                const char *word;
        } cases[] = {
                { { .range = "1h", .since = -1, .until = -1, .network = -1 }, "range" },
                { { .range = "7d", .since = 5, .until = -1, .network = -1 }, "range" },
                { { .since = 9, .until = 9, .network = -1 }, "since" },
                { { .since = -1, .until = -1, .network = -1, .country = "D" }, "country" },
                { { .since = -1, .until = -1, .network = -1, .country = "D1" }, "country" },
                { { .since = -1, .until = -1, .network = -1, .origin = "" }, "origin" },
        };

        for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
                ArchiveFilter filter = { .jail = "untouched" };
                g_autoptr(GError) error = NULL;

                g_assert_false(archive_filter_read(&cases[i].input, "all", NOW, &filter, &error));
                g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
                g_assert_nonnull(strstr(error->message, cases[i].word));
                g_assert_cmpstr(filter.jail, ==, "untouched");
        }
}

/* A slip in an address is told, not looked for as an id. */
static void test_bad_address(void) {
        static const char *const texts[] = {
                "300.1.1.1", "192.0.2.0/33", "203.0.113.1.", "1:2:3:4:5:6:7:8:", "2001:db8::/129", "2001:db8:::1",
        };

        for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
                ArchiveFilterInput input = { .address = texts[i], .since = -1, .until = -1, .network = -1 };
                ArchiveFilter filter;
                g_autoptr(GError) error = NULL;

                g_assert_false(archive_filter_read(&input, "all", NOW, &filter, &error));
                g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_ADDRESS_INVALID);
                g_assert_nonnull(strstr(error->message, texts[i]));
        }
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/services/archive-filter/address", test_address);
        g_test_add_func("/services/archive-filter/bad-address", test_bad_address);
        g_test_add_func("/services/archive-filter/nothing", test_nothing);
        g_test_add_func("/services/archive-filter/all", test_all);
        g_test_add_func("/services/archive-filter/refused", test_refused);
        return g_test_run();
}
