/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs/alarm.h"

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
        alarm_set(userdata, g_get_real_time() + G_USEC_PER_SEC);
        return NULL;
}

static void test_due(void) {
        g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
        World world = { .loop = loop };
        g_autoptr(Alarm) alarm = alarm_new(on_due, &world);
        gint64 start = g_get_real_time();

        /* what is past is due at once */
        alarm_set(alarm, start - 100 * G_USEC_PER_SEC);
        g_main_loop_run(loop);
        g_assert_cmpuint(world.due, ==, 1);

        /* the last time that was set counts, whoever set it */
        alarm_set(alarm, start + 1000 * G_USEC_PER_SEC);
        g_thread_join(g_thread_new("elsewhere", set_from_elsewhere, alarm));
        g_main_loop_run(loop);
        g_assert_cmpuint(world.due, ==, 2);
        g_assert_cmpint(world.at, >=, start + G_USEC_PER_SEC);

        alarm_set(alarm, -1);
        while (g_main_context_iteration(NULL, FALSE))
                ;
        g_assert_cmpuint(world.due, ==, 2);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/jobs/alarm/due", test_due);
        return g_test_run();
}
