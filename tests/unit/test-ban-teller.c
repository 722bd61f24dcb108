/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/bans/ban-teller.h"

#define NOW 1700000000
#define MANY 1000 /* more than a slice */

typedef struct World {
        BanTeller *teller;

        GMutex lock;
        GCond told_more;
        GPtrArray *told; /* one text an event */
        GThread *teller_thread;
} World;

static char *describe(EventType type, const char *name, const char *address, GVariant *properties) {
        const char *cause = "";
        guint32 active;

        if (type == EVENT_BANS) {
                g_assert_true(g_variant_lookup(properties, "Active", "u", &active));
                return g_strdup_printf("active %u", active);
        }
        (void) g_variant_lookup(properties, "cause", "&s", &cause);
        return g_strdup_printf("%s %s %s%s",
                               type == EVENT_BANNED     ? "banned"
                               : type == EVENT_UNBANNED ? "unbanned"
                                                        : "changed",
                               name, address, cause);
}

static void on_event(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
        World *world = userdata;
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&world->lock);

        g_assert_false(g_variant_is_floating(properties));
        g_ptr_array_add(world->told, describe(type, name, address, properties));
        world->teller_thread = g_thread_self();
        g_cond_broadcast(&world->told_more);
}

static void world_setup(World *world, gconstpointer data) {
        EventSink sink = { on_event, world };

        g_mutex_init(&world->lock);
        g_cond_init(&world->told_more);
        world->told = g_ptr_array_new_with_free_func(g_free);
        world->teller = ban_teller_new(&sink);
}

static void world_teardown(World *world, gconstpointer data) {
        ban_teller_free(world->teller);
        g_ptr_array_unref(world->told);
        g_cond_clear(&world->told_more);
        g_mutex_clear(&world->lock);
}

static void tell(World *world, EventType type, guint number, const char *cause) {
        Ban ban = { .jail = g_strdup("sshd"), .id = g_strdup_printf("%u", number), .banned_at = NOW, .ends_at = -1 };

        ban_teller_tell(world->teller, type, &ban, NOW, cause);
        g_assert_null(ban.jail);
        g_assert_null(ban.id);
}

static void await_told(World *world, guint n) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&world->lock);

        while (world->told->len < n)
                g_cond_wait(&world->told_more, &world->lock);
}

static void assert_told(World *world, guint i, const char *expected) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&world->lock);

        g_assert_cmpuint(i, <, world->told->len);
        g_assert_cmpstr(g_ptr_array_index(world->told, i), ==, expected);
}

static void test_at_once(World *world, gconstpointer data) {
        tell(world, EVENT_BANNED, 1, NULL);
        tell(world, EVENT_BAN_CHANGED, 1, NULL);
        tell(world, EVENT_UNBANNED, 1, "expired");
        ban_teller_tell_size(world->teller, 0);

        g_assert_cmpuint(world->told->len, ==, 4);
        g_assert_true(world->teller_thread == g_thread_self());
        assert_told(world, 0, "banned sshd 1");
        assert_told(world, 1, "changed sshd 1");
        assert_told(world, 2, "unbanned sshd 1expired");
        assert_told(world, 3, "active 0");
}

/* Held back, and what comes after the hold does not overtake it. */
static void test_order(World *world, gconstpointer data) {
        ban_teller_hold(world->teller);
        for (guint i = 0; i < MANY; i++)
                tell(world, EVENT_BANNED, i, NULL);
        ban_teller_tell_size(world->teller, MANY);
        ban_teller_release(world->teller);
        tell(world, EVENT_UNBANNED, 0, "unbanned");

        await_told(world, MANY + 2);
        g_assert_false(world->teller_thread == g_thread_self());
        for (guint i = 0; i < MANY; i++) {
                g_autofree char *expected = g_strdup_printf("banned sshd %u", i);

                assert_told(world, i, expected);
        }
        assert_told(world, MANY, "active 1000");
        assert_told(world, MANY + 1, "unbanned sshd 0unbanned");
}

/* A hold that lasts delays, it does not silence. */
static void test_long_hold(World *world, gconstpointer data) {
        ban_teller_hold(world->teller);
        ban_teller_hold(world->teller);
        tell(world, EVENT_BANNED, 1, NULL);
        await_told(world, 1);
        ban_teller_release(world->teller);
        tell(world, EVENT_BANNED, 2, NULL);
        await_told(world, 2);
        ban_teller_release(world->teller);

        assert_told(world, 0, "banned sshd 1");
        assert_told(world, 1, "banned sshd 2");
}

static void test_free_tells(void) {
        World world = { 0 };

        world_setup(&world, NULL);
        ban_teller_hold(world.teller);
        for (guint i = 0; i < MANY; i++)
                tell(&world, EVENT_BANNED, i, NULL);
        ban_teller_release(world.teller);
        ban_teller_free(g_steal_pointer(&world.teller));

        g_assert_cmpuint(world.told->len, ==, MANY);
        world_teardown(&world, NULL);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add("/services/ban-teller/at-once", World, NULL, world_setup, test_at_once, world_teardown);
        g_test_add("/services/ban-teller/order", World, NULL, world_setup, test_order, world_teardown);
        g_test_add("/services/ban-teller/long-hold", World, NULL, world_setup, test_long_hold, world_teardown);
        g_test_add_func("/services/ban-teller/free-tells", test_free_tells);
        return g_test_run();
}
