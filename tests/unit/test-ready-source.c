/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/ready-source.h"

typedef struct World {
        GSource *source;
        guint runs;
        gint64 again_in; /* microseconds after a run; negative: not again */
        gint64 ran_at;
        GThread *main;
} World;

static gboolean on_ready(gpointer userdata) {
        World *self = userdata;

        g_assert_true(g_thread_self() == self->main);
        self->runs++;
        self->ran_at = g_get_monotonic_time();
        g_source_set_ready_time(self->source, self->again_in < 0 ? -1 : self->ran_at + self->again_in);
        return G_SOURCE_CONTINUE;
}

static void setup(World *self, gconstpointer data) {
        self->main = g_thread_self();
        self->again_in = -1;
        self->source = ready_source_new(on_ready, self);
}

static void teardown(World *self, gconstpointer data) {
        g_clear_pointer(&self->source, ready_source_free);
}

static void settle(void) {
        while (g_main_context_iteration(NULL, FALSE))
                ;
}

static void test_not_unasked(World *self, gconstpointer data) {
        settle();
        g_assert_cmpuint(self->runs, ==, 0);
}

static void test_now_is_once(World *self, gconstpointer data) {
        g_source_set_ready_time(self->source, 0);
        g_source_set_ready_time(self->source, 0);
        settle();
        g_assert_cmpuint(self->runs, ==, 1);
        g_source_set_ready_time(self->source, 0);
        settle();
        g_assert_cmpuint(self->runs, ==, 2);
}

static void test_taken_back(World *self, gconstpointer data) {
        g_source_set_ready_time(self->source, 0);
        g_source_set_ready_time(self->source, -1);
        settle();
        g_assert_cmpuint(self->runs, ==, 0);
}

/* It runs at its time, and at the next one that it sets itself. */
static void test_later(World *self, gconstpointer data) {
        gint64 due = g_get_monotonic_time() + 2000;

        self->again_in = 2000;
        g_source_set_ready_time(self->source, due);
        while (self->runs == 0)
                g_main_context_iteration(NULL, TRUE);
        g_assert_cmpint(self->ran_at, >=, due);
        due = self->ran_at + 2000;
        self->again_in = -1;
        while (self->runs == 1)
                g_main_context_iteration(NULL, TRUE);
        g_assert_cmpint(self->ran_at, >=, due);
        settle();
        g_assert_cmpuint(self->runs, ==, 2);
}

static gpointer wake(gpointer data) {
        World *self = data;

        g_source_set_ready_time(self->source, 0);
        return NULL;
}

/* The loop that waits is woken from another thread; the function runs on the loop all the same. */
static void test_other_thread_wakes(World *self, gconstpointer data) {
        for (guint i = 0; i < 100; i++) {
                GThread *thread = g_thread_new("wake", wake, self);

                while (self->runs == i)
                        g_main_context_iteration(NULL, TRUE);
                g_thread_join(thread);
        }
        settle();
        g_assert_cmpuint(self->runs, ==, 100);
}

static void test_freed_while_ready(World *self, gconstpointer data) {
        g_source_set_ready_time(self->source, 0);
        g_clear_pointer(&self->source, ready_source_free);
        settle();
        g_assert_cmpuint(self->runs, ==, 0);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add("/core/ready-source/not-unasked", World, NULL, setup, test_not_unasked, teardown);
        g_test_add("/core/ready-source/now-is-once", World, NULL, setup, test_now_is_once, teardown);
        g_test_add("/core/ready-source/taken-back", World, NULL, setup, test_taken_back, teardown);
        g_test_add("/core/ready-source/later", World, NULL, setup, test_later, teardown);
        g_test_add("/core/ready-source/other-thread-wakes", World, NULL, setup, test_other_thread_wakes, teardown);
        g_test_add("/core/ready-source/freed-while-ready", World, NULL, setup, test_freed_while_ready, teardown);
        return g_test_run();
}
