/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/inbox.h"

#define MANY 5000
#define PUSHERS 4

/* An item is its number + 1, so that none is NULL. */
typedef struct World {
        Inbox *inbox;
        GThread *main;
        GArray *got; /* guint */
        gboolean push_another;
} World;

static void take(gpointer item, gpointer userdata) {
        World *self = userdata;
        guint number = GPOINTER_TO_UINT(item) - 1;

        g_assert_true(g_thread_self() == self->main);
        g_array_append_val(self->got, number);
        if (!self->push_another)
                return;
        self->push_another = FALSE;
        inbox_push(self->inbox, GUINT_TO_POINTER(number + 2));
}

static void setup(World *self, gconstpointer data) {
        self->main = g_thread_self();
        self->got = g_array_new(FALSE, FALSE, sizeof(guint));
        self->inbox = inbox_new(take, self);
}

static void teardown(World *self, gconstpointer data) {
        inbox_free(self->inbox);
        g_assert_false(g_main_context_pending(NULL));
        g_array_unref(self->got);
}

static guint got(World *self, guint index) {
        return g_array_index(self->got, guint, index);
}

typedef struct Pusher {
        World *world;
        guint first;
        guint n;
        GThread *thread;
} Pusher;

static gpointer push_many(gpointer data) {
        Pusher *self = data;

        for (guint i = 0; i < self->n; i++)
                inbox_push(self->world->inbox, GUINT_TO_POINTER(self->first + i + 1));
        return NULL;
}

static void start(Pusher *self, World *world, guint first, guint n) {
        *self = (Pusher) { .world = world, .first = first, .n = n };
        self->thread = g_thread_new("push", push_many, self);
}

/* The loop waits while the threads push: each wakes it. */
static void test_many_threads(World *self, gconstpointer data) {
        Pusher pushers[PUSHERS];
        guint next[PUSHERS] = {};

        for (guint i = 0; i < PUSHERS; i++)
                start(&pushers[i], self, i * MANY, MANY);
        while (self->got->len < PUSHERS * MANY)
                g_main_context_iteration(NULL, TRUE);
        for (guint i = 0; i < PUSHERS; i++)
                g_thread_join(pushers[i].thread);
        while (g_main_context_iteration(NULL, FALSE))
                ;
        g_assert_cmpuint(self->got->len, ==, PUSHERS * MANY);
        for (guint i = 0; i < self->got->len; i++)
                g_assert_cmpuint(got(self, i) % MANY, ==, next[got(self, i) / MANY]++);
}

/* A sleeping loop is woken each time, not only by the first item. */
static void test_each_wakes(World *self, gconstpointer data) {
        for (guint i = 0; i < 100; i++) {
                Pusher pusher;

                start(&pusher, self, i, 1);
                while (self->got->len == i)
                        g_main_context_iteration(NULL, TRUE);
                g_thread_join(pusher.thread);
                g_assert_cmpuint(got(self, i), ==, i);
        }
}

static void test_not_before_the_loop(World *self, gconstpointer data) {
        inbox_push(self->inbox, GUINT_TO_POINTER(1));
        g_assert_cmpuint(self->got->len, ==, 0);
        g_assert_true(g_main_context_iteration(NULL, FALSE));
        g_assert_cmpuint(self->got->len, ==, 1);
        g_assert_false(g_main_context_pending(NULL));
}

/* One wake-up serves all that wait, and what is pushed meanwhile. */
static void test_one_turn_serves_all(World *self, gconstpointer data) {
        Pusher pusher;

        start(&pusher, self, 0, MANY);
        g_thread_join(pusher.thread);
        self->push_another = TRUE;
        g_assert_true(g_main_context_iteration(NULL, FALSE));
        g_assert_cmpuint(self->got->len, ==, MANY + 1);
        g_assert_cmpuint(got(self, MANY), ==, 1);
        while (g_main_context_iteration(NULL, FALSE))
                ;
        g_assert_cmpuint(self->got->len, ==, MANY + 1);
}

static void test_free_delivers_the_rest(World *self, gconstpointer data) {
        Pusher pusher;

        start(&pusher, self, 0, MANY);
        g_thread_join(pusher.thread);
        g_assert_cmpuint(self->got->len, ==, 0);
        g_clear_pointer(&self->inbox, inbox_free);
        g_assert_cmpuint(self->got->len, ==, MANY);
        for (guint i = 0; i < MANY; i++)
                g_assert_cmpuint(got(self, i), ==, i);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add("/bus/inbox/many-threads", World, NULL, setup, test_many_threads, teardown);
        g_test_add("/bus/inbox/each-wakes", World, NULL, setup, test_each_wakes, teardown);
        g_test_add("/bus/inbox/not-before-the-loop", World, NULL, setup, test_not_before_the_loop, teardown);
        g_test_add("/bus/inbox/one-turn-serves-all", World, NULL, setup, test_one_turn_serves_all, teardown);
        g_test_add("/bus/inbox/free-delivers-the-rest", World, NULL, setup, test_free_delivers_the_rest, teardown);
        return g_test_run();
}
