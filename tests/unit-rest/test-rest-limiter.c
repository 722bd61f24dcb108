/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "client/rest/auth/limiter.h"

#define ATTACKER "192.0.2.1"

static gint64 wait_of(Limiter *limiter, const char *address, gint64 now) {
        gint64 wait = 0;

        if (limiter_begin(limiter, address, now, &wait)) {
                limiter_end(limiter, address, now, LIMITER_BROKEN);
                return 0;
        }
        return wait;
}

static void fail_at(Limiter *limiter, const char *address, gint64 now) {
        gint64 wait;

        g_assert_true(limiter_begin(limiter, address, now, &wait));
        limiter_end(limiter, address, now, LIMITER_FAILED);
}

static void test_five_in_a_minute(void) {
        g_autoptr(Limiter) limiter = limiter_new(5);

        for (gint64 i = 0; i < 5; i++) {
                g_assert_cmpint(limiter_left(limiter, ATTACKER, 1000 + i), ==, 5 - i);
                fail_at(limiter, ATTACKER, 1000 + i);
        }
        g_assert_cmpint(limiter_left(limiter, ATTACKER, 1004), ==, 0);
        g_assert_cmpint(wait_of(limiter, ATTACKER, 1004), ==, 60);
        g_assert_cmpint(wait_of(limiter, ATTACKER, 1063), ==, 1);
        g_assert_cmpint(wait_of(limiter, "192.0.2.2", 1004), ==, 0);
        g_assert_cmpint(limiter_left(limiter, "192.0.2.2", 1004), ==, 5);
}

/* Four in any minute are let through for ever. */
static void test_slow_typist(void) {
        g_autoptr(Limiter) limiter = limiter_new(5);

        for (gint64 now = 0; now < 3600; now += 15)
                fail_at(limiter, ATTACKER, now);
}

static void test_delay_grows(void) {
        static const gint64 delays[] = { 60, 120, 240, 480, 900, 900 };
        g_autoptr(Limiter) limiter = limiter_new(5);
        gint64 now = 0;

        for (int i = 0; i < 4; i++)
                fail_at(limiter, ATTACKER, now);
        for (gsize i = 0; i < G_N_ELEMENTS(delays); i++) {
                fail_at(limiter, ATTACKER, now);
                g_assert_cmpint(wait_of(limiter, ATTACKER, now), ==, delays[i]);
                now += delays[i];
                g_assert_cmpint(limiter_left(limiter, ATTACKER, now), ==, 1);
        }

        /* after an hour of quiet all is as in the beginning */
        now += 3600;
        g_assert_cmpint(limiter_left(limiter, ATTACKER, now), ==, 5);
}

static void test_success_forgets(void) {
        g_autoptr(Limiter) limiter = limiter_new(2);
        gint64 wait;

        fail_at(limiter, ATTACKER, 0);
        g_assert_true(limiter_begin(limiter, ATTACKER, 1, &wait));
        limiter_end(limiter, ATTACKER, 1, LIMITER_PASSED);
        g_assert_cmpint(limiter_left(limiter, ATTACKER, 1), ==, 2);
}

/* What the server could not look at is no failure, even when it was the one too many. */
static void test_broken_does_not_count(void) {
        g_autoptr(Limiter) limiter = limiter_new(1);

        for (gint64 i = 0; i < 10; i++)
                g_assert_cmpint(wait_of(limiter, ATTACKER, 5), ==, 0);
        fail_at(limiter, ATTACKER, 5);
        g_assert_cmpint(wait_of(limiter, ATTACKER, 65), ==, 0);
        fail_at(limiter, ATTACKER, 65);
        g_assert_cmpint(wait_of(limiter, ATTACKER, 65), ==, 120);
}

/* Before the first is answered, no more than the limit are let in. */
static void test_many_at_once(void) {
        g_autoptr(Limiter) limiter = limiter_new(5), open = limiter_new(0);
        gint64 wait = 0;
        int begun = 0;

        for (int i = 0; i < 100; i++)
                begun += limiter_begin(limiter, ATTACKER, 7, &wait);
        g_assert_cmpint(begun, ==, 5);
        g_assert_cmpint(wait, ==, 60);

        begun = 0;
        for (int i = 0; i < 100; i++)
                begun += limiter_begin(open, ATTACKER, 7, &wait);
        g_assert_cmpint(begun, ==, LIMITER_WAITING_MAX);
        g_assert_cmpint(wait, ==, 1);
        g_assert_cmpint(limiter_left(open, ATTACKER, 7), ==, -1);
}

static void test_networks(void) {
        g_autoptr(Limiter) limiter = limiter_new(1);

        fail_at(limiter, "2001:db8:0:1::1", 0);
        g_assert_cmpint(wait_of(limiter, "2001:db8:0:1:ffff::2", 0), ==, 60);
        g_assert_cmpint(wait_of(limiter, "2001:db8:0:2::1", 0), ==, 0);

        fail_at(limiter, "::ffff:192.0.2.1", 0);
        g_assert_cmpint(wait_of(limiter, "192.0.2.1", 0), ==, 60);
        g_assert_cmpint(wait_of(limiter, "::ffff:192.0.2.2", 0), ==, 0);

        fail_at(limiter, "unix", 0);
        g_assert_cmpint(wait_of(limiter, "unix", 0), ==, 60);
}

/* Of ten thousand addresses four thousand are remembered; an end whose begin was forgotten does no harm. */
static void test_bounded(void) {
        g_autoptr(Limiter) limiter = limiter_new(5);
        gint64 wait;

        fail_at(limiter, ATTACKER, 0);
        for (int i = 0; i < 10000; i++) {
                g_autofree char *address = g_strdup_printf("10.0.%d.%d", i / 256, i % 256);

                g_assert_true(limiter_begin(limiter, address, 0, &wait));
                if (i == 4000)
                        g_assert_cmpint(limiter_left(limiter, ATTACKER, 0), ==, 4);
        }
        g_assert_cmpint(limiter_left(limiter, ATTACKER, 0), ==, 5);
        limiter_end(limiter, "10.0.0.1", 0, LIMITER_FAILED);
        limiter_end(limiter, "10.0.39.15", 0, LIMITER_PASSED);
        g_assert_cmpint(limiter_left(limiter, "10.0.39.15", 0), ==, 5);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/rest-limiter/five-in-a-minute", test_five_in_a_minute);
        g_test_add_func("/rest-limiter/slow-typist", test_slow_typist);
        g_test_add_func("/rest-limiter/delay-grows", test_delay_grows);
        g_test_add_func("/rest-limiter/success-forgets", test_success_forgets);
        g_test_add_func("/rest-limiter/broken-does-not-count", test_broken_does_not_count);
        g_test_add_func("/rest-limiter/many-at-once", test_many_at_once);
        g_test_add_func("/rest-limiter/networks", test_networks);
        g_test_add_func("/rest-limiter/bounded", test_bounded);
        return g_test_run();
}
