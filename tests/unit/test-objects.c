/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/objects.h"

#include <errno.h>
#include <string.h>

#include "bus-pair.h"
#include "bus/codec.h"

#define JAIL BUS_JAILS "/sshd"
#define JAIL_INTERFACE BUS_NAME ".Jail"

typedef struct Fixture {
        BusPair pair;
        Objects *objects;
        GString *called; /* groups and members */
} Fixture;

static int on_method(sd_bus_message *message, const char *group, gpointer userdata) {
        Fixture *f = userdata;

        g_string_append_printf(f->called, "%s.%s ", group, sd_bus_message_get_member(message));
        return sd_bus_reply_method_return(message, NULL);
}

static void setup(Fixture *f, gconstpointer data) {
        bus_pair_open(&f->pair);
        f->called = g_string_new(NULL);
        f->objects = objects_new(f->pair.server, on_method, f);
        g_assert_cmpstr(objects_define(f->objects, "Jail")->name, ==, JAIL_INTERFACE);
        objects_define(f->objects, "Operation");
        objects_define(f->objects, "Bans");
}

static void teardown(Fixture *f, gconstpointer data) {
        objects_free(f->objects);
        bus_pair_settle(&f->pair);
        g_string_free(f->called, TRUE);
        bus_pair_close(&f->pair);
}

static GVariant *parse(const char *text) {
        g_autoptr(GError) error = NULL;
        GVariant *value = g_variant_parse(NULL, text, NULL, NULL, &error);

        g_assert_no_error(error);
        return value;
}

static void publish(Fixture *f, const char *path, const char *group, const char *properties) {
        g_autoptr(GVariant) dictionary = properties ? parse(properties) : NULL;

        g_assert_cmpint(objects_publish(f->objects, path, group, dictionary), >=, 0);
}

/* Gives the new values; the names that changed must be these, separated by blanks. */
static void update(Fixture *f, const char *path, const char *properties, const char *expected) {
        g_autoptr(GVariant) dictionary = parse(properties);
        g_autofree const char **names = objects_update(f->objects, path, "Jail", dictionary);
        g_autofree char *joined = g_strjoinv(" ", (char **) names);

        g_assert_cmpstr(joined, ==, expected);
}

static void assert_signals(Fixture *f, const char *expected) {
        g_autofree char *lines = bus_pair_take_signals(&f->pair);

        g_assert_cmpstr(lines, ==, expected);
}

/* What the client reads, printed; or the error's name. */
static char *get(Fixture *f, const char *path, const char *interface, const char *property) {
        g_autoptr(sd_bus_message) reply = NULL;
        g_autoptr(GVariant) body = NULL;
        sd_bus_message *call = bus_pair_call_new(&f->pair, path, "org.freedesktop.DBus.Properties", "Get");

        g_assert_cmpint(sd_bus_message_append(call, "ss", interface, property), >=, 0);
        reply = bus_pair_call(&f->pair, call);
        if (sd_bus_message_get_error(reply))
                return g_strdup(sd_bus_message_get_error(reply)->name);
        body = codec_read(reply, "v", NULL, NULL);
        g_assert_nonnull(body);
        g_variant_ref_sink(body);
        return g_variant_print(body, FALSE);
}

static void assert_property(Fixture *f, const char *path, const char *interface, const char *property,
                            const char *expected) {
        g_autofree char *value = get(f, path, interface, property);

        g_assert_cmpstr(value, ==, expected);
}

static void test_publish(Fixture *f, gconstpointer data) {
        publish(f, JAIL, "Jail", "{'Name': <'sshd'>, 'MaxRetry': <uint32 5>, 'LogPaths': <['/a', '/b']>}");
        g_assert_true(objects_has(f->objects, JAIL));
        assert_property(f, JAIL, JAIL_INTERFACE, "Name", "(<'sshd'>,)");
        assert_property(f, JAIL, JAIL_INTERFACE, "MaxRetry", "(<uint32 5>,)");
        assert_property(f, JAIL, JAIL_INTERFACE, "LogPaths", "(<['/a', '/b']>,)");
        assert_signals(f, "");
}

/* What was left out has its type's zero value. */
static void test_zero_values(Fixture *f, gconstpointer data) {
        const char *path = BUS_OPERATIONS "/1";
        const char *interface = BUS_NAME ".Operation";

        publish(f, JAIL, "Jail", NULL);
        publish(f, path, "Operation", NULL);
        assert_property(f, JAIL, JAIL_INTERFACE, "Idle", "(<false>,)");
        assert_property(f, JAIL, JAIL_INTERFACE, "BanTime", "(<int64 0>,)");
        assert_property(f, JAIL, JAIL_INTERFACE, "MaxRetry", "(<uint32 0>,)");
        assert_property(f, JAIL, JAIL_INTERFACE, "LogPaths", "(<@as []>,)");
        assert_property(f, path, interface, "State", "(<''>,)");
        assert_property(f, path, interface, "Progress", "(<0.0>,)");
        assert_property(f, path, interface, "Result", "(<@a{sv} {}>,)");
}

static void test_publish_refused(Fixture *f, gconstpointer data) {
        g_assert_cmpint(objects_publish(f->objects, JAIL, "Server", NULL), ==, -ENOENT);
        g_assert_false(objects_has(f->objects, JAIL));
        g_assert_cmpint(objects_publish(f->objects, "not-a-path", "Jail", NULL), <, 0);
        g_assert_false(objects_has(f->objects, "not-a-path"));
        publish(f, JAIL, "Jail", "{'MaxRetry': <uint32 5>}");
        g_assert_cmpint(objects_publish(f->objects, JAIL, "Jail", NULL), ==, -EEXIST);
        assert_property(f, JAIL, JAIL_INTERFACE, "MaxRetry", "(<uint32 5>,)");
}

/* The first object of a path shows in GetManagedObjects and is announced with all its interfaces and values. */
static void test_announce(Fixture *f, gconstpointer data) {
        g_autoptr(sd_bus_message) reply = NULL;
        g_autoptr(GVariant) managed = NULL;
        g_autoptr(GVariant) jail = NULL;
        guint max_retry = 0;
        g_autofree char *line = NULL;

        publish(f, JAIL, "Jail", "{'Name': <'sshd'>, 'MaxRetry': <uint32 5>}");
        objects_announce(f->objects, JAIL);
        line = bus_pair_take_signals(&f->pair);
        g_assert_true(g_str_has_prefix(line, "ObjectManager.InterfacesAdded " BUS_ROOT " ('" JAIL "', {"));
        g_assert_null(strchr(line, '\n'));
        g_assert_nonnull(strstr(line, "'" JAIL_INTERFACE "': {"));
        g_assert_nonnull(strstr(line, "'MaxRetry': <uint32 5>"));

        reply = bus_pair_call(&f->pair, bus_pair_call_new(&f->pair, BUS_ROOT, "org.freedesktop.DBus.ObjectManager",
                                                          "GetManagedObjects"));
        managed = codec_read(reply, "a{oa{sa{sv}}}", NULL, NULL);
        g_assert_nonnull(managed);
        g_variant_ref_sink(managed);
        jail = g_variant_get_child_value(managed, 0);
        g_assert_cmpuint(g_variant_n_children(jail), ==, 1);
        {
                g_autoptr(GVariant) entry = g_variant_get_child_value(jail, 0);
                g_autoptr(GVariant) path = g_variant_get_child_value(entry, 0);
                g_autoptr(GVariant) interfaces = g_variant_get_child_value(entry, 1);
                g_autoptr(GVariant) properties =
                        g_variant_lookup_value(interfaces, JAIL_INTERFACE, G_VARIANT_TYPE_VARDICT);

                g_assert_cmpstr(g_variant_get_string(path, NULL), ==, JAIL);
                g_assert_true(g_variant_lookup(properties, "MaxRetry", "u", &max_retry));
                g_assert_cmpuint(max_retry, ==, 5);
        }
}

static void test_update_tells_what_changed(Fixture *f, gconstpointer data) {
        publish(f, JAIL, "Jail", "{'Name': <'sshd'>, 'MaxRetry': <uint32 5>, 'Idle': <true>}");
        update(f, JAIL, "{'Name': <'sshd'>, 'MaxRetry': <uint32 6>, 'Idle': <true>}", "MaxRetry");
        assert_signals(f, "Properties.PropertiesChanged " JAIL " ('" JAIL_INTERFACE "', {'MaxRetry': <uint32 6>}, [])");
        assert_property(f, JAIL, JAIL_INTERFACE, "MaxRetry", "(<uint32 6>,)");
        assert_property(f, JAIL, JAIL_INTERFACE, "Idle", "(<true>,)");
        update(f, JAIL, "{'MaxRetry': <uint32 6>, 'Idle': <true>}", "");
        assert_signals(f, "");
}

/* Changes of one turn are one signal; each update is told only its own. */
static void test_once_per_turn(Fixture *f, gconstpointer data) {
        publish(f, JAIL, "Jail", "{'MaxRetry': <uint32 5>}");
        publish(f, BUS_JAILS "/b", "Jail", NULL);
        update(f, JAIL, "{'MaxRetry': <uint32 6>}", "MaxRetry");
        update(f, JAIL, "{'MaxRetry': <uint32 7>, 'BanTime': <int64 60>}", "BanTime MaxRetry");
        update(f, JAIL, "{'BanTime': <int64 60>}", "");
        update(f, BUS_JAILS "/b", "{'Idle': <true>}", "Idle");
        update(f, JAIL, "{'Backend': <'file'>}", "Backend");
        assert_property(f, JAIL, JAIL_INTERFACE, "MaxRetry", "(<uint32 7>,)");
        assert_signals(f, "Properties.PropertiesChanged " JAIL " ('" JAIL_INTERFACE
                          "', {'Backend': <'file'>, 'BanTime': <int64 60>, 'MaxRetry': <uint32 7>}, [])\n"
                          "Properties.PropertiesChanged " BUS_JAILS "/b ('" JAIL_INTERFACE "', {'Idle': <true>}, [])");
        update(f, JAIL, "{'Backend': <'journal'>}", "Backend");
        assert_signals(f, "Properties.PropertiesChanged " JAIL " ('" JAIL_INTERFACE "', {'Backend': <'journal'>}, [])");
}

static void test_update_of_nothing(Fixture *f, gconstpointer data) {
        update(f, JAIL, "{'MaxRetry': <uint32 6>}", "");
        g_assert_false(objects_has(f->objects, JAIL));
        publish(f, JAIL, "Operation", NULL);
        update(f, JAIL, "{'State': <'done'>}", "");
        assert_signals(f, "");
}

/* A value that does not fit stays out; those beside it are taken. */
static void test_wrong_type(Fixture *f, gconstpointer data) {
        publish(f, JAIL, "Jail", "{'MaxRetry': <uint32 5>}");
        update(f, JAIL, "{'MaxRetry': <int64 6>, 'Nothing': <1>, 'Idle': <true>}", "Idle");
        assert_property(f, JAIL, JAIL_INTERFACE, "MaxRetry", "(<uint32 5>,)");
        assert_property(f, JAIL, JAIL_INTERFACE, "Nothing", "org.freedesktop.DBus.Error.UnknownProperty");
        assert_signals(f, "Properties.PropertiesChanged " JAIL " ('" JAIL_INTERFACE "', {'Idle': <true>}, [])");
}

static void test_wrong_type_is_logged(void) {
        if (g_test_subprocess()) {
                Fixture f = {};

                setup(&f, NULL);
                test_wrong_type(&f, NULL);
                teardown(&f, NULL);
                return;
        }
        g_test_trap_subprocess(NULL, 0, 0);
        g_test_trap_assert_passed();
        g_test_trap_assert_stderr("*\"level\":\"error\"*\"event\":\"bus.property\"*\"property\":\"MaxRetry\"*");
        g_test_trap_assert_stderr("*\"event\":\"bus.property\"*\"property\":\"Nothing\"*");
        g_test_trap_assert_stderr_unmatched("*\"property\":\"Idle\"*");
}

static void test_withdraw(Fixture *f, gconstpointer data) {
        publish(f, JAIL, "Jail", NULL);
        publish(f, BUS_JAILS "/b", "Jail", NULL);
        objects_withdraw(f->objects, JAIL);
        g_assert_false(objects_has(f->objects, JAIL));
        g_assert_true(objects_has(f->objects, BUS_JAILS "/b"));
        {
                g_autofree char *line = bus_pair_take_signals(&f->pair);

                g_assert_true(g_str_has_prefix(line, "ObjectManager.InterfacesRemoved " BUS_ROOT " ('" JAIL "', ["));
                g_assert_nonnull(strstr(line, "'" JAIL_INTERFACE "'"));
                g_assert_null(strchr(line, '\n'));
        }
        assert_property(f, JAIL, JAIL_INTERFACE, "MaxRetry", "org.freedesktop.DBus.Error.UnknownObject");
        assert_property(f, BUS_JAILS "/b", JAIL_INTERFACE, "MaxRetry", "(<uint32 0>,)");
        objects_withdraw(f->objects, JAIL);
        assert_signals(f, "");
}

/* What changed in the same turn is not told of a path that is gone, nor of one that came back in its place. */
static void test_withdraw_in_the_turn_of_a_change(Fixture *f, gconstpointer data) {
        g_autofree char *line = NULL;

        publish(f, JAIL, "Jail", "{'MaxRetry': <uint32 5>}");
        update(f, JAIL, "{'MaxRetry': <uint32 6>}", "MaxRetry");
        objects_withdraw(f->objects, JAIL);
        publish(f, JAIL, "Jail", "{'MaxRetry': <uint32 7>}");
        line = bus_pair_take_signals(&f->pair);
        g_assert_true(g_str_has_prefix(line, "ObjectManager.InterfacesRemoved "));
        g_assert_null(strchr(line, '\n'));
        assert_property(f, JAIL, JAIL_INTERFACE, "MaxRetry", "(<uint32 7>,)");
}

/* teardown frees while a change waits to be told. */
static void test_free_in_the_turn_of_a_change(Fixture *f, gconstpointer data) {
        publish(f, JAIL, "Jail", NULL);
        update(f, JAIL, "{'MaxRetry': <uint32 6>}", "MaxRetry");
        g_clear_pointer(&f->objects, objects_free);
        assert_signals(f, "");
        assert_property(f, JAIL, JAIL_INTERFACE, "MaxRetry", "org.freedesktop.DBus.Error.UnknownObject");
}

static void test_method(Fixture *f, gconstpointer data) {
        g_autoptr(sd_bus_message) reply = NULL;
        g_autoptr(sd_bus_message) refused = NULL;
        sd_bus_message *call;

        publish(f, BUS_OPERATIONS "/1", "Operation", NULL);
        reply = bus_pair_call(&f->pair,
                              bus_pair_call_new(&f->pair, BUS_OPERATIONS "/1", BUS_NAME ".Operation", "Cancel"));
        g_assert_null(sd_bus_message_get_error(reply));
        g_assert_cmpstr(f->called->str, ==, "Operation.Cancel ");

        call = bus_pair_call_new(&f->pair, BUS_OPERATIONS "/1", BUS_NAME ".Operation", "Cancel");
        g_assert_cmpint(sd_bus_message_append(call, "s", "now"), >=, 0);
        refused = bus_pair_call(&f->pair, call);
        g_assert_cmpstr(sd_bus_message_get_error(refused)->name, ==, SD_BUS_ERROR_INVALID_ARGS);
        g_assert_cmpstr(f->called->str, ==, "Operation.Cancel ");
}

static void test_signal(Fixture *f, gconstpointer data) {
        publish(f, BUS_ROOT, "Bans", NULL);
        objects_signal(f->objects, BUS_ROOT, "Bans", "Banned",
                       g_variant_new_parsed("('sshd', '192.0.2.1', {'banned_at': <int64 7>})"));
        objects_signal(f->objects, BUS_ROOT, "Bans", "Reset", g_variant_new_tuple(NULL, 0));
        assert_signals(f, "Bans.Banned " BUS_ROOT " ('sshd', '192.0.2.1', {'banned_at': <int64 7>})\n"
                          "Bans.Reset " BUS_ROOT " ()");
}

static void add(const char *path, void (*test)(Fixture *, gconstpointer)) {
        g_test_add(path, Fixture, NULL, setup, test, teardown);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        add("/bus/objects/publish", test_publish);
        add("/bus/objects/zero-values", test_zero_values);
        add("/bus/objects/publish-refused", test_publish_refused);
        add("/bus/objects/announce", test_announce);
        add("/bus/objects/update-tells-what-changed", test_update_tells_what_changed);
        add("/bus/objects/once-per-turn", test_once_per_turn);
        add("/bus/objects/update-of-nothing", test_update_of_nothing);
        add("/bus/objects/wrong-type", test_wrong_type);
        g_test_add_func("/bus/objects/wrong-type-is-logged", test_wrong_type_is_logged);
        add("/bus/objects/withdraw", test_withdraw);
        add("/bus/objects/withdraw-in-the-turn-of-a-change", test_withdraw_in_the_turn_of_a_change);
        add("/bus/objects/free-in-the-turn-of-a-change", test_free_in_the_turn_of_a_change);
        add("/bus/objects/method", test_method);
        add("/bus/objects/signal", test_signal);
        return g_test_run();
}
