/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Signals of the daemon as events. */

#include "client/rest/api/event-text.h"

static void collect(const char *type, const char *data, gpointer userdata) {
        g_string_append_printf(userdata, "%s %s\n", type, data);
}

static void assert_events(const char *interface, const char *name, const char *object, const char *arguments,
                          const char *expected) {
        g_autoptr(Contract) contract = contract_new();
        g_autoptr(GVariant) value = arguments ? g_variant_ref_sink(g_variant_new_parsed(arguments)) : NULL;
        g_autoptr(GString) text = g_string_new(NULL);

        event_from_signal(contract, interface, name, object, value, collect, text);
        g_assert_cmpstr(text->str, ==, expected);
}

#define ROOT "/org/bangui/BanGUI1"

static void test_signals(void) {
        assert_events(
                "Bans", "Banned", ROOT, "('ss\"h', '192.0.2.1', {'count': <uint32 2>, 'on': <false>})",
                "Bans.Banned {\"jail\":\"ss\\\"h\",\"address\":\"192.0.2.1\",\"ban\":{\"count\":2,\"on\":false}}\n");
        assert_events("Bans", "Reset", ROOT, NULL, "Bans.Reset {}\n");
        assert_events("Bans", "Reset", ROOT, "()", "Bans.Reset {}\n");
        assert_events("Server", "JailAdded", ROOT, "('my-jail', objectpath '/org/bangui/BanGUI1/jail/my_2djail')",
                      "Server.JailAdded {\"jail\":\"my-jail\",\"object\":\"jail/my-jail\"}\n");
}

static void test_properties(void) {
        assert_events("Properties", "PropertiesChanged", ROOT "/jail/a_2eb",
                      "('org.bangui.BanGUI1.Jail', {'CurrentlyBanned': <uint32 3>}, ['LogPaths', 'UseDns'])",
                      "Jail.Properties {\"object\":\"jail/a.b\",\"changed\":{\"currently_banned\":3},"
                      "\"invalidated\":[\"log_paths\",\"use_dns\"]}\n");
        assert_events("Properties", "PropertiesChanged", ROOT,
                      "('org.bangui.BanGUI1.Bans', {'Active': <uint32 3>}, @as [])",
                      "Bans.Properties {\"changed\":{\"active\":3},\"invalidated\":[]}\n");
        assert_events("Properties", "PropertiesChanged", ROOT, "('org.example.Other', @a{sv} {}, @as [])", "");
}

static void test_objects(void) {
        assert_events("ObjectManager", "InterfacesAdded", ROOT,
                      "(objectpath '/org/bangui/BanGUI1/operation/7', {'org.bangui.BanGUI1.Operation': "
                      "{'Kind': <'Bans.Ban'>}, 'org.freedesktop.DBus.Peer': @a{sv} {}})",
                      "Operation.Added {\"object\":\"operation/7\",\"properties\":{\"kind\":\"Bans.Ban\"}}\n");
        assert_events("ObjectManager", "InterfacesRemoved", ROOT,
                      "(objectpath '/org/bangui/BanGUI1/jail/sshd', ['org.example.Peer', 'org.bangui.BanGUI1.Jail'])",
                      "Jail.Removed {\"object\":\"jail/sshd\"}\n");
}

static void test_bridge(void) {
        assert_events("Bridge", "Online", ROOT, NULL, "Bridge.Online {}\n");
        assert_events("Bridge", "Offline", ROOT, NULL, "Bridge.Offline {}\n");
}

/* What the contract does not know, or what is not of its type, is no event. */
static void test_strange(void) {
        assert_events("Bans", "Unheard", ROOT, "('x',)", "");
        assert_events("Unheard", "Banned", ROOT, "('x',)", "");
        assert_events("Properties", "PropertiesChanged", ROOT, "('x',)", "");
        assert_events("ObjectManager", "InterfacesAdded", ROOT, "(1,)", "");
        assert_events("Bans", "Banned", ROOT, "('a', 'b', 'c', 'd')",
                      "Bans.Banned {\"jail\":\"a\",\"address\":\"b\",\"ban\":\"c\"}\n");
}

static void test_object_names(void) {
        static const struct {
                const char *object, *expected;
        } cases[] = {
                { ROOT, NULL },
                { "/org/freedesktop/DBus", NULL },
                { ROOT "/jail/_", "jail/" },
                { ROOT "/jail/_31abc", "jail/1abc" },
                { ROOT "/jail/b_c3_b6se", "jail/b\303\266se" },
                { ROOT "/jail/_ff", "jail/_ff" },
                { ROOT "/jail/a_", "jail/a_" },
                { ROOT "/operation/12", "operation/12" },
        };

        for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *object = event_object(cases[i].object);

                g_assert_cmpstr(object, ==, cases[i].expected);
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/event-text/signals", test_signals);
        g_test_add_func("/event-text/properties", test_properties);
        g_test_add_func("/event-text/objects", test_objects);
        g_test_add_func("/event-text/bridge", test_bridge);
        g_test_add_func("/event-text/strange", test_strange);
        g_test_add_func("/event-text/object-names", test_object_names);
        return g_test_run();
}
