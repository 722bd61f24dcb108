/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages are built and read on a bus that never speaks: one end of a socket pair. */

#include <glib.h>
#include <math.h>
#include <sys/socket.h>

#include "client/lib/bus.h"
#include "client/lib/value-bus.h"

typedef struct Fixture {
        sd_bus *bus;
        int other_end;
        sd_bus_message *message;
} Fixture;

static void fixture_set_up(Fixture *self, const void *data) {
        int ends[2];

        g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
        self->other_end = ends[1];
        g_assert_cmpint(sd_bus_new(&self->bus), >=, 0);
        g_assert_cmpint(sd_bus_set_fd(self->bus, ends[0], ends[0]), >=, 0);
        g_assert_cmpint(sd_bus_start(self->bus), >=, 0);
        g_assert_cmpint(sd_bus_message_new_signal(self->bus, &self->message, "/x", "x.y", "Z"), >=, 0);
}

static void fixture_tear_down(Fixture *self, const void *data) {
        (void) sd_bus_message_unref(self->message);
        (void) sd_bus_close_unref(self->bus);
        g_assert_cmpint(close(self->other_end), ==, 0);
}

static void fixture_seal(Fixture *self) {
        g_assert_cmpint(sd_bus_message_seal(self->message, 1, 0), >=, 0);
        g_assert_cmpint(sd_bus_message_rewind(self->message, 1), >=, 0);
}

static void test_read(Fixture *self, const void *data) {
        auto_value Value *map = NULL;
        auto_value Value *pair = NULL;
        auto_value Value *none = NULL;
        const Value *row;

        g_assert_cmpint(sd_bus_message_append(self->message, "a{sv}(ybnq)", 4, "rows", "aa{sv}", 1, 2, "t", "t",
                                              UINT64_MAX, "s", "s", "text", "details", "a{ss}", 1, "k", "v", "real",
                                              "d", 0.5, "object", "o", "/a/b", 7, 1, -3, 60000),
                        >=, 0);
        fixture_seal(self);
        g_assert_cmpint(value_read(self->message, &map), ==, 1);
        row = value_item(value_get(map, "rows"), 0);
        g_assert_cmpuint(value_get(row, "t")->natural, ==, UINT64_MAX);
        g_assert_cmpint(value_int(row, "t", 0), ==, INT64_MAX);
        g_assert_cmpstr(value_string(row, "s"), ==, "text");
        g_assert_cmpstr(value_string(value_get(map, "details"), "k"), ==, "v");
        g_assert_true(fabs(value_get(map, "real")->real - 0.5) < 1e-9);
        g_assert_cmpstr(value_string(map, "object"), ==, "/a/b");

        g_assert_cmpint(value_read(self->message, &pair), ==, 1);
        g_assert_cmpuint(value_count(pair), ==, 4);
        g_assert_cmpint(value_as_int(value_item(pair, 0), 0), ==, 7);
        g_assert_true(value_item(pair, 1)->boolean);
        g_assert_cmpint(value_as_int(value_item(pair, 2), 0), ==, -3);
        g_assert_cmpint(value_as_int(value_item(pair, 3), 0), ==, 60000);

        g_assert_cmpint(value_read(self->message, &none), ==, 0);
        g_assert_null(none);
}

static void test_options(Fixture *self, const void *data) {
        auto_value Value *options = value_new(VALUE_MAP);
        auto_value Value *again = NULL;
        Value *list = value_new(VALUE_LIST);

        value_add(list, value_new_string("192.0.2.1"));
        value_set_string(options, "reason", "why");
        value_set_int(options, "wait", -1);
        value_set_bool(options, "force", true);
        value_set(options, "protect", list);
        g_assert_cmpint(value_append_options(self->message, options), >=, 0);
        fixture_seal(self);
        g_assert_cmpstr(sd_bus_message_get_signature(self->message, 1), ==, "a{sv}");
        g_assert_cmpint(value_read(self->message, &again), ==, 1);
        g_assert_cmpstr(value_string(again, "reason"), ==, "why");
        g_assert_cmpint(value_int(again, "wait", 0), ==, -1);
        g_assert_true(value_bool(again, "force"));
        g_assert_cmpstr(value_item(value_get(again, "protect"), 0)->string, ==, "192.0.2.1");
}

static void test_details(Fixture *self, const void *data) {
        auto_value Value *details = value_new(VALUE_MAP);

        value_set_string(details, "jail", "sshd");
        g_assert_cmpint(value_append_details(self->message, details), >=, 0);
        fixture_seal(self);
        g_assert_cmpstr(sd_bus_message_get_signature(self->message, 1), ==, "a{ss}");
}

static void test_invalid_utf8(Fixture *self, const void *data) {
        auto_value Value *options = value_new(VALUE_MAP);

        value_set_string(options, "reason", "\xff");
        g_assert_cmpint(value_append_options(self->message, options), <, 0);
}

static void test_map(void) {
        auto_value Value *map = value_new(VALUE_MAP);
        auto_value Value *taken = NULL;
        auto_value Value *absent = NULL;

        for (int i = 0; i < 20; i++)
                value_set_int(map, i % 2 == 0 ? "even" : "odd", i);
        g_assert_cmpuint(value_count(map), ==, 2);
        g_assert_cmpint(value_int(map, "even", 0), ==, 18);
        g_assert_cmpstr(value_string(map, "odd"), ==, "");
        g_assert_cmpint(value_int(NULL, "odd", 5), ==, 5);
        taken = value_take(map, "odd");
        g_assert_cmpint(taken->integer, ==, 19);
        absent = value_take(map, "none");
        g_assert_cmpint(absent->kind, ==, VALUE_MAP);
        g_assert_null(value_item(map, 2));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
#define ADD(name, function) \
        g_test_add("/client/value/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
        ADD("read", test_read);
        ADD("options", test_options);
        ADD("details", test_details);
        ADD("invalid-utf8", test_invalid_utf8);
#undef ADD
        g_test_add_func("/client/value/map", test_map);
        return g_test_run();
}
