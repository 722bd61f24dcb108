/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/lane.h"

#define MANY 2000
#define PUSHERS 8
#define THREADS 4

/* An item is its number + 1, so that none is NULL. */
typedef struct World {
        Lane *lane;
        GMutex mutex; /* guards all below */
        GCond changed;
        GArray *served; /* guint, in the order in which they began */
        guint running;
        guint running_max;
        guint hold_until; /* items wait until so many run at once */
        gboolean open;    /* no item waits any more */
} World;

static guint threads_ended; /* atomic */

static void on_thread_end(gpointer data) {
        g_atomic_int_inc(&threads_ended);
}

/* The lane's threads tell their end by this. */
static GPrivate mark = G_PRIVATE_INIT(on_thread_end);

static void serve(gpointer item, gpointer userdata) {
        World *self = userdata;
        guint number = GPOINTER_TO_UINT(item) - 1;

        g_private_set(&mark, self);
        g_mutex_lock(&self->mutex);
        g_array_append_val(self->served, number);
        self->running++;
        self->running_max = MAX(self->running_max, self->running);
        if (self->running >= self->hold_until)
                self->open = TRUE;
        g_cond_broadcast(&self->changed);
        while (!self->open)
                g_cond_wait(&self->changed, &self->mutex);
        self->running--;
        g_mutex_unlock(&self->mutex);
}

static void setup(World *self, gconstpointer threads_max) {
        g_mutex_init(&self->mutex);
        g_cond_init(&self->changed);
        self->served = g_array_new(FALSE, FALSE, sizeof(guint));
        self->open = TRUE;
        self->hold_until = G_MAXUINT;
        g_atomic_int_set(&threads_ended, 0);
        self->lane = lane_new("test", GPOINTER_TO_UINT(threads_max), serve, self);
}

static void teardown(World *self, gconstpointer data) {
        g_assert_null(self->lane);
        g_array_unref(self->served);
        g_cond_clear(&self->changed);
        g_mutex_clear(&self->mutex);
}

static void push(World *self, guint number) {
        lane_push(self->lane, GUINT_TO_POINTER(number + 1));
}

static void finish(World *self) {
        g_clear_pointer(&self->lane, lane_free);
}

static void wait_served(World *self, guint n) {
        g_mutex_lock(&self->mutex);
        while (self->served->len < n)
                g_cond_wait(&self->changed, &self->mutex);
        g_mutex_unlock(&self->mutex);
}

static void let_go(World *self) {
        g_mutex_lock(&self->mutex);
        self->open = TRUE;
        g_cond_broadcast(&self->changed);
        g_mutex_unlock(&self->mutex);
}

static guint served(World *self, guint index) {
        return g_array_index(self->served, guint, index);
}

static void test_order(World *self, gconstpointer data) {
        for (guint i = 0; i < MANY; i++)
                push(self, i);
        finish(self);
        g_assert_cmpuint(self->served->len, ==, MANY);
        for (guint i = 0; i < MANY; i++)
                g_assert_cmpuint(served(self, i), ==, i);
        g_assert_cmpuint(self->running_max, ==, 1);
        g_assert_cmpuint(threads_ended, ==, 1);
}

/* As many as there may be do run at once, since each waits for the others; more never do. */
static void test_all_threads_at_once(World *self, gconstpointer data) {
        self->open = FALSE;
        self->hold_until = THREADS;
        for (guint i = 0; i < MANY; i++)
                push(self, i);
        finish(self);
        g_assert_cmpuint(self->served->len, ==, MANY);
        g_assert_cmpuint(self->running_max, ==, THREADS);
        g_assert_cmpuint(threads_ended, ==, THREADS);
}

/* A thread that has nothing to do takes what comes later. */
static void test_one_after_the_other(World *self, gconstpointer data) {
        for (guint i = 0; i < MANY; i++) {
                push(self, i);
                wait_served(self, i + 1);
                g_assert_cmpuint(served(self, i), ==, i);
        }
        finish(self);
        g_assert_cmpuint(self->served->len, ==, MANY);
        g_assert_cmpuint(threads_ended, <=, THREADS);
}

/* One that is long at work does not hold up the others. */
static void test_free_thread_is_taken(World *self, gconstpointer data) {
        self->open = FALSE;
        for (guint i = 0; i < THREADS; i++) {
                push(self, i);
                wait_served(self, i + 1);
        }
        let_go(self);
        finish(self);
        g_assert_cmpuint(self->running_max, ==, THREADS);
}

static gpointer free_lane(gpointer data) {
        World *self = data;

        finish(self);
        return NULL;
}

/* What waits when the end comes is served, and the threads are gone when lane_free() returns. */
static void test_free_serves_what_waits(World *self, gconstpointer data) {
        GThread *thread;

        self->open = FALSE;
        for (guint i = 0; i < MANY; i++)
                push(self, i);
        wait_served(self, THREADS);
        g_assert_cmpuint(self->served->len, ==, THREADS);
        thread = g_thread_new("free", free_lane, self);
        let_go(self);
        g_thread_join(thread);
        g_assert_cmpuint(self->served->len, ==, MANY);
        g_assert_cmpuint(self->running, ==, 0);
        g_assert_cmpuint(threads_ended, ==, THREADS);
}

static void test_free_unused(World *self, gconstpointer data) {
        finish(self);
        g_assert_cmpuint(self->served->len, ==, 0);
        g_assert_cmpuint(threads_ended, ==, 0);
        lane_free(NULL);
}

typedef struct Pusher {
        World *world;
        guint first;
        GThread *thread;
} Pusher;

static gpointer push_many(gpointer data) {
        Pusher *self = data;

        for (guint i = 0; i < MANY; i++)
                push(self->world, self->first + i);
        return NULL;
}

static void push_from_many_threads(World *self) {
        Pusher pushers[PUSHERS];

        for (guint i = 0; i < PUSHERS; i++) {
                pushers[i] = (Pusher) { .world = self, .first = i * MANY };
                pushers[i].thread = g_thread_new("push", push_many, &pushers[i]);
        }
        for (guint i = 0; i < PUSHERS; i++)
                g_thread_join(pushers[i].thread);
        finish(self);
}

static void test_many_pushers(World *self, gconstpointer data) {
        g_autofree guint *times = g_new0(guint, PUSHERS * MANY);

        push_from_many_threads(self);
        g_assert_cmpuint(self->served->len, ==, PUSHERS * MANY);
        for (guint i = 0; i < self->served->len; i++)
                times[served(self, i)]++;
        for (guint i = 0; i < PUSHERS * MANY; i++)
                g_assert_cmpuint(times[i], ==, 1);
        g_assert_cmpuint(self->running_max, <=, THREADS);
        g_assert_cmpuint(threads_ended, <=, THREADS);
}

/* With one thread, each pusher's items keep their order. */
static void test_many_pushers_in_order(World *self, gconstpointer data) {
        guint next[PUSHERS] = {};

        push_from_many_threads(self);
        g_assert_cmpuint(self->served->len, ==, PUSHERS * MANY);
        for (guint i = 0; i < self->served->len; i++) {
                guint pusher = served(self, i) / MANY;

                g_assert_cmpuint(served(self, i) % MANY, ==, next[pusher]++);
        }
        g_assert_cmpuint(threads_ended, ==, 1);
}

static void add(const char *path, guint threads_max, void (*test)(World *, gconstpointer)) {
        g_test_add(path, World, GUINT_TO_POINTER(threads_max), setup, test, teardown);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        add("/bus/lane/order", 1, test_order);
        add("/bus/lane/all-threads-at-once", THREADS, test_all_threads_at_once);
        add("/bus/lane/one-after-the-other", THREADS, test_one_after_the_other);
        add("/bus/lane/free-thread-is-taken", THREADS, test_free_thread_is_taken);
        add("/bus/lane/free-serves-what-waits", THREADS, test_free_serves_what_waits);
        add("/bus/lane/free-unused", THREADS, test_free_unused);
        add("/bus/lane/many-pushers", THREADS, test_many_pushers);
        add("/bus/lane/many-pushers-in-order", 1, test_many_pushers_in_order);
        return g_test_run();
}
