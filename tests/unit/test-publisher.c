/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/publisher.h"

#include <stdlib.h>
#include <string.h>

#include "bus-pair.h"

#define SSHD BUS_JAILS "/sshd"
#define WAITING_MAX 20000 /* as the publisher has it */

typedef struct Fixture {
        BusPair pair;
        Objects *objects;
        Publisher *publisher;
        EventSink sink;
} Fixture;

static int on_method(sd_bus_message *message, const char *group, gpointer userdata) {
        g_assert_not_reached();
}

static void publish_root(Fixture *f, const char *group) {
        objects_define(f->objects, group);
        g_assert_cmpint(objects_publish(f->objects, BUS_ROOT, group, NULL), >=, 0);
}

static void setup(Fixture *f, gconstpointer data) {
        bus_pair_open(&f->pair);
        f->objects = objects_new(f->pair.server, on_method, f);
        publish_root(f, "Manager");
        publish_root(f, "Server");
        publish_root(f, "Bans");
        objects_define(f->objects, "Jail");
        f->publisher = publisher_new();
        f->sink = publisher_sink(f->publisher);
}

static void teardown(Fixture *f, gconstpointer data) {
        publisher_connect(f->publisher, NULL, NULL);
        objects_free(f->objects);
        publisher_free(f->publisher);
        bus_pair_settle(&f->pair);
        bus_pair_close(&f->pair);
}

static void connect_bus(Fixture *f) {
        publisher_connect(f->publisher, f->pair.server, f->objects);
}

static void emit(Fixture *f, EventType type, const char *name, const char *address, const char *properties) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) dictionary = NULL;

        if (properties)
                dictionary = g_variant_parse(G_VARIANT_TYPE_VARDICT, properties, NULL, NULL, &error);
        g_assert_no_error(error);
        event_emit(&f->sink, type, name, address, dictionary);
}

static void emit_jail(Fixture *f, const char *name, guint max_retry) {
        g_autofree char *properties = g_strdup_printf("{'Name': <'%s'>, 'MaxRetry': <uint32 %u>}", name, max_retry);

        emit(f, EVENT_JAIL, name, NULL, properties);
}

static void emit_active(Fixture *f, guint n) {
        g_autofree char *properties = g_strdup_printf("{'Active': <uint32 %u>}", n);

        emit(f, EVENT_BANS, NULL, NULL, properties);
}

static void emit_ban(Fixture *f, EventType type, guint number) {
        GVariant *entry = g_variant_new("{sv}", "number", g_variant_new_uint32(number));
        g_autoptr(GVariant) row = g_variant_ref_sink(g_variant_new_array(NULL, &entry, 1));

        event_emit(&f->sink, type, "sshd", "192.0.2.1", row);
}

/* The dictionaries of InterfacesAdded and InterfacesRemoved are the objects' matter: of those lines only the start is
 * compared. */
static void assert_signals(Fixture *f, const char *expected) {
        g_autofree char *lines = bus_pair_take_signals(&f->pair);
        g_autoptr(GRegex) rest =
                g_regex_new("^(ObjectManager\\.\\w+) \\S+ \\('([^']*)'.*$", G_REGEX_MULTILINE, 0, NULL);
        g_autofree char *compared = g_regex_replace(rest, lines, -1, 0, "\\1 \\2", 0, NULL);

        g_assert_cmpstr(compared, ==, expected);
}

#define CHANGED(path, group, values) \
        "Properties.PropertiesChanged " path " ('org.bangui.BanGUI1." group "', {" values "}, [])"

/* Before there is a bus events wait, and again when it is gone. */
static void test_waits_for_the_bus(Fixture *f, gconstpointer data) {
        emit_ban(f, EVENT_BANNED, 1);
        emit_active(f, 1);
        assert_signals(f, "");
        connect_bus(f);
        assert_signals(f, "Bans.Banned " BUS_ROOT " ('sshd', '192.0.2.1', {'number': <uint32 1>})\n" //
                       CHANGED(BUS_ROOT, "Bans", "'Active': <uint32 1>"));
        publisher_connect(f->publisher, NULL, NULL);
        emit_ban(f, EVENT_UNBANNED, 2);
        assert_signals(f, "");
        connect_bus(f);
        assert_signals(f, "Bans.Unbanned " BUS_ROOT " ('sshd', '192.0.2.1', {'number': <uint32 2>})");
}

static void test_jail_added_changed_removed(Fixture *f, gconstpointer data) {
        connect_bus(f);
        emit_jail(f, "sshd", 5);
        assert_signals(f, "ObjectManager.InterfacesAdded " SSHD "\n"
                          "Server.JailAdded " BUS_ROOT " ('sshd', '" SSHD "')");
        emit_jail(f, "sshd", 6);
        assert_signals(f, "Server.JailChanged " BUS_ROOT " ('sshd', '" SSHD "', ['MaxRetry'])\n" //
                       CHANGED(SSHD, "Jail", "'MaxRetry': <uint32 6>"));
        emit_jail(f, "sshd", 6);
        assert_signals(f, "");
        emit(f, EVENT_JAIL_REMOVED, "sshd", NULL, NULL);
        assert_signals(f, "ObjectManager.InterfacesRemoved " SSHD "\n"
                          "Server.JailRemoved " BUS_ROOT " ('sshd', '" SSHD "')");
        emit(f, EVENT_JAIL_REMOVED, "sshd", NULL, NULL);
        assert_signals(f, "");
}

/* Counters change all the time: they are properties, but no JailChanged. */
static void test_counters_are_no_change_of_the_jail(Fixture *f, gconstpointer data) {
        connect_bus(f);
        emit_jail(f, "sshd", 5);
        g_free(bus_pair_take_signals(&f->pair));
        emit(f, EVENT_JAIL, "sshd", NULL, "{'CurrentlyBanned': <uint32 1>, 'TotalFailed': <uint32 9>}");
        assert_signals(f, CHANGED(SSHD, "Jail", "'CurrentlyBanned': <uint32 1>, 'TotalFailed': <uint32 9>"));
        emit(f, EVENT_JAIL, "sshd", NULL, "{'CurrentlyBanned': <uint32 2>, 'Idle': <true>}");
        assert_signals(f, "Server.JailChanged " BUS_ROOT " ('sshd', '" SSHD "', ['Idle'])\n" //
                       CHANGED(SSHD, "Jail", "'Idle': <true>, 'CurrentlyBanned': <uint32 2>"));
}

/* Of each thing the newest state is told, once, whatever else came in between. */
static void test_states_replace_each_other(Fixture *f, gconstpointer data) {
        connect_bus(f);
        emit_jail(f, "a", 0);
        emit_jail(f, "b", 0);
        g_free(bus_pair_take_signals(&f->pair));
        for (guint i = 1; i <= 20; i++) {
                emit_jail(f, "a", i);
                emit_jail(f, "b", i + 1);
                emit_active(f, i);
                if (i == 1)
                        emit_ban(f, EVENT_BANNED, 1);
        }
        assert_signals(f, "Server.JailChanged " BUS_ROOT " ('a', '" BUS_JAILS "/a', ['MaxRetry'])\n"
                          "Server.JailChanged " BUS_ROOT " ('b', '" BUS_JAILS "/b', ['MaxRetry'])\n"
                          "Bans.Banned " BUS_ROOT " ('sshd', '192.0.2.1', {'number': <uint32 1>})\n" //
                       CHANGED(BUS_JAILS "/a", "Jail", "'MaxRetry': <uint32 20>") "\n"               //
                       CHANGED(BUS_JAILS "/b", "Jail", "'MaxRetry': <uint32 21>") "\n"               //
                       CHANGED(BUS_ROOT, "Bans", "'Active': <uint32 20>"));
        emit_jail(f, "a", 7);
        assert_signals(f, "Server.JailChanged " BUS_ROOT " ('a', '" BUS_JAILS "/a', ['MaxRetry'])\n" //
                       CHANGED(BUS_JAILS "/a", "Jail", "'MaxRetry': <uint32 7>"));
}

/* A jail that went and came back while both waited is told as gone and new. */
static void test_removal_is_not_skipped(Fixture *f, gconstpointer data) {
        emit_jail(f, "sshd", 1);
        emit_jail(f, "sshd", 2);
        emit(f, EVENT_JAIL_REMOVED, "sshd", NULL, NULL);
        emit_jail(f, "sshd", 3);
        emit_jail(f, "sshd", 4);
        connect_bus(f);
        assert_signals(f, "ObjectManager.InterfacesAdded " SSHD "\n"
                          "Server.JailAdded " BUS_ROOT " ('sshd', '" SSHD "')\n"
                          "ObjectManager.InterfacesRemoved " SSHD "\n"
                          "Server.JailRemoved " BUS_ROOT " ('sshd', '" SSHD "')\n"
                          "ObjectManager.InterfacesAdded " SSHD "\n"
                          "Server.JailAdded " BUS_ROOT " ('sshd', '" SSHD "')");
        emit_jail(f, "sshd", 4);
        assert_signals(f, "");
}

/* A state that changes nothing says nothing. */
static void test_health(Fixture *f, gconstpointer data) {
        const char *degraded = "{'State': <'degraded'>, 'Findings': <[{'kind': <'fail2ban-offline'>}]>}";

        connect_bus(f);
        emit(f, EVENT_HEALTH, NULL, NULL, degraded);
        assert_signals(
                f, "Manager.HealthChanged " BUS_ROOT " ('degraded', [{'kind': <'fail2ban-offline'>}])\n" //
                CHANGED(BUS_ROOT, "Manager", "'State': <'degraded'>, 'Findings': <[{'kind': <'fail2ban-offline'>}]>"));
        emit(f, EVENT_HEALTH, NULL, NULL, degraded);
        assert_signals(f, "");
}

static void test_server(Fixture *f, gconstpointer data) {
        connect_bus(f);
        emit(f, EVENT_SERVER, NULL, NULL, "{'Online': <true>, 'Version': <'1.0.2'>}");
        assert_signals(f, CHANGED(BUS_ROOT, "Server", "'Online': <true>, 'Version': <'1.0.2'>"));
}

static gpointer emit_many(gpointer data) {
        static const EventType types[] = { EVENT_BANNED, EVENT_BAN_CHANGED, EVENT_UNBANNED };

        for (guint i = 0; i < 2000; i++)
                emit_ban(data, types[i % G_N_ELEMENTS(types)], i);
        return NULL;
}

static void assert_ban(const char *line, const char *member, guint number) {
        g_autofree char *expected =
                g_strdup_printf("Bans.%s " BUS_ROOT " ('sshd', '192.0.2.1', {'number': <uint32 %u>})", member, number);

        g_assert_cmpstr(line, ==, expected);
}

/* They come from another thread while the loop tells them. */
static void test_order_of_bans(Fixture *f, gconstpointer data) {
        static const char *const members[] = { "Banned", "Changed", "Unbanned" };
        g_autofree char *rest = NULL;
        GThread *thread;

        connect_bus(f);
        thread = g_thread_new("emit", emit_many, f);
        bus_pair_wait_signals(&f->pair, 2000);
        g_thread_join(thread);
        bus_pair_settle(&f->pair);
        g_assert_cmpuint(f->pair.signals->len, ==, 2000);
        for (guint i = 0; i < 2000; i++)
                assert_ban(f->pair.signals->pdata[i], members[i % G_N_ELEMENTS(members)], i);
}

/* What the queue cannot hold is dropped, and one signal says so behind those that it held. */
static void test_overflow(Fixture *f, gconstpointer data) {
        for (guint i = 0; i < WAITING_MAX + 500; i++)
                emit_ban(f, EVENT_BANNED, i);
        emit_active(f, 5);
        connect_bus(f);
        bus_pair_wait_signals(&f->pair, WAITING_MAX + 2);
        bus_pair_settle(&f->pair);
        g_assert_cmpuint(f->pair.signals->len, ==, WAITING_MAX + 2);
        for (guint i = 0; i < WAITING_MAX; i++)
                assert_ban(f->pair.signals->pdata[i], "Banned", i);
        g_ptr_array_remove_range(f->pair.signals, 0, WAITING_MAX);
        assert_signals(f, "Bans.Reset " BUS_ROOT " ()\n" //
                       CHANGED(BUS_ROOT, "Bans", "'Active': <uint32 5>"));
        emit_ban(f, EVENT_BANNED, 1);
        assert_signals(f, "Bans.Banned " BUS_ROOT " ('sshd', '192.0.2.1', {'number': <uint32 1>})");
}

/* A client reads the jail's name from the path again. */
static void test_jail_path(void) {
        static const char *const names[] = { "sshd", "nginx-http-auth", "a b/c", "ünï", "_", "9" };

        for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autofree char *path = publisher_jail_path(names[i]);
                char *name = NULL;

                g_assert_true(g_variant_is_object_path(path));
                g_assert_cmpint(sd_bus_path_decode(path, BUS_JAILS, &name), >, 0);
                g_assert_cmpstr(name, ==, names[i]);
                free(name);
        }
}

/* teardown frees what waits. */
static void test_free_with_waiting(Fixture *f, gconstpointer data) {
        emit_ban(f, EVENT_BANNED, 1);
        emit_jail(f, "sshd", 1);
        emit(f, EVENT_JAIL_REMOVED, "sshd", NULL, NULL);
        emit_jail(f, "sshd", 2);
        assert_signals(f, "");
}

static void add(const char *path, void (*test)(Fixture *, gconstpointer)) {
        g_test_add(path, Fixture, NULL, setup, test, teardown);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        add("/bus/publisher/waits-for-the-bus", test_waits_for_the_bus);
        add("/bus/publisher/jail-added-changed-removed", test_jail_added_changed_removed);
        add("/bus/publisher/counters-are-no-change-of-the-jail", test_counters_are_no_change_of_the_jail);
        add("/bus/publisher/states-replace-each-other", test_states_replace_each_other);
        add("/bus/publisher/removal-is-not-skipped", test_removal_is_not_skipped);
        add("/bus/publisher/health", test_health);
        add("/bus/publisher/server", test_server);
        add("/bus/publisher/order-of-bans", test_order_of_bans);
        add("/bus/publisher/overflow", test_overflow);
        g_test_add_func("/bus/publisher/jail-path", test_jail_path);
        add("/bus/publisher/free-with-waiting", test_free_with_waiting);
        return g_test_run();
}
