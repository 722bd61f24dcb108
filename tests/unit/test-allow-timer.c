/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs/allow-timer.h"

typedef struct World {
        GMainLoop *loop;
        guint due;
        gint64 at; /* microseconds since 1970 */
} World;

static void on_due(gpointer userdata) {
        World *self = userdata;

        self->due++;
        self->at = g_get_real_time();
        g_main_loop_quit(self->loop);
}

static gpointer set_from_elsewhere(gpointer userdata) {
        allow_timer_set(userdata, g_get_real_time() / G_USEC_PER_SEC + 1);
        return NULL;
}

static void test_due(void) {
        g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
        World world = { .loop = loop };
        g_autoptr(AllowTimer) timer = allow_timer_new(on_due, &world);
        gint64 second = g_get_real_time() / G_USEC_PER_SEC;

        /* what is past is due at once */
        allow_timer_set(timer, second - 100);
        g_main_loop_run(loop);
        g_assert_cmpuint(world.due, ==, 1);

        /* the last time that was set counts, whoever set it */
        allow_timer_set(timer, second + 1000);
        g_thread_join(g_thread_new("elsewhere", set_from_elsewhere, timer));
        g_main_loop_run(loop);
        g_assert_cmpuint(world.due, ==, 2);
        g_assert_cmpint(world.at, >=, (second + 1) * G_USEC_PER_SEC);

        allow_timer_set(timer, 0);
        while (g_main_context_iteration(NULL, FALSE))
                ;
        g_assert_cmpuint(world.due, ==, 2);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/jobs/allow-timer/due", test_due);
        return g_test_run();
}
