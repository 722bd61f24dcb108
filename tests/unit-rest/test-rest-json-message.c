/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages as JSON: the same as their values as GVariants are. */

#include "client/rest/api/json-message.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "interfaces/bus-codec.h"

/* A connection to nobody: messages are made and read, none is sent. */
typedef struct Fixture {
        sd_bus *bus;
        int other;
} Fixture;

static void set_up(Fixture *f, gconstpointer data) {
        int ends[2];

        g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), ==, 0);
        g_assert_cmpint(sd_bus_new(&f->bus), >=, 0);
        g_assert_cmpint(sd_bus_set_fd(f->bus, ends[0], ends[0]), >=, 0);
        g_assert_cmpint(sd_bus_start(f->bus), >=, 0);
        f->other = ends[1];
}

static void tear_down(Fixture *f, gconstpointer data) {
        sd_bus_close_unref(f->bus);
        close(f->other);
}

static sd_bus_message *new_message(Fixture *f) {
        sd_bus_message *message = NULL;

        g_assert_cmpint(sd_bus_message_new_method_call(f->bus, &message, NULL, "/", "a.b", "C"), >=, 0);
        return message;
}

static void seal(sd_bus_message *message) {
        g_assert_cmpint(sd_bus_message_seal(message, 1, 0), >=, 0);
        g_assert_cmpint(sd_bus_message_rewind(message, TRUE), >=, 0);
}

static void test_values(Fixture *f, gconstpointer data) {
        static const char *const tuples[] = {
                "('text', '', 'quo\"ted', objectpath '/a/b', signature 'a{sv}')",
                "(true, false, byte 0x7f, int16 -2, uint16 65535, int32 -3, uint32 4294967295)",
                "(int64 -9223372036854775808, uint64 18446744073709551615, 0.5)",
                "(@as [], ['a', 'b'], [objectpath '/a'], [true, false])",
                "(@ax [], [int64 1, -2], [byte 1, 2, 3], [int16 -7], [uint16 7])",
                "([int32 -1], [uint32 8, 9], [uint64 10], [0.5, 0.1])",
                "(@aas [], [@as [], ['a', '']], [[[int64 1], []], []])",
                "(@a{sv} {}, {'limit': <int64 5>, 'flag': <true>, 'deep': <<'v'>>, 'none': <@a{sv} {}>})",
                "(@aa{sv} [], [@a{sv} {}, {'a': <'b'>, 'n': <uint32 7>}], 'behind')",
                "({1: 'one', 2: 'two'}, {'k': 'v'}, {objectpath '/a': {'i': {'p': <1>}}})",
                "([('a', uint32 1), ('b', 2)], (1, ('x', [0.5])), <(1, 'x')>, <[(1, 2)]>)",
                "(<[{'rows': <[{'x': <[int64 5, 6]>}, {'y': <[<1>, <'a'>]>}]>}]>,)",
        };

        for (guint i = 0; i < G_N_ELEMENTS(tuples); i++) {
                g_autoptr(GVariant) values = g_variant_ref_sink(g_variant_new_parsed(tuples[i]));
                g_autoptr(sd_bus_message) message = new_message(f);

                g_assert_cmpint(codec_append_tuple(message, values, -1), >=, 0);
                seal(message);
                for (gsize j = 0; j < g_variant_n_children(values); j++) {
                        g_autoptr(GVariant) value = g_variant_get_child_value(values, j);
                        g_autoptr(GString) expected = g_string_new(NULL), text = g_string_new(NULL);

                        json_variant(expected, value);
                        g_assert_cmpint(json_message(text, message), ==, 1);
                        g_assert_cmpstr(text->str, ==, expected->str);
                }
                g_assert_cmpint(sd_bus_message_at_end(message, TRUE), ==, 1);
        }
}

static void test_end(Fixture *f, gconstpointer data) {
        g_autoptr(sd_bus_message) message = new_message(f);
        g_autoptr(GString) text = g_string_new(NULL);

        seal(message);
        g_assert_cmpint(json_message(text, message), ==, 0);
        g_assert_cmpuint(text->len, ==, 0);
}

static void test_descriptor(Fixture *f, gconstpointer data) {
        g_autoptr(sd_bus_message) message = new_message(f);
        g_autoptr(GString) text = g_string_new(NULL);

        g_assert_cmpint(sd_bus_message_append(message, "h", f->other), >=, 0);
        seal(message);
        g_assert_cmpint(json_message(text, message), ==, 1);
        g_assert_cmpstr(text->str, ==, "null");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add("/json-message/values", Fixture, NULL, set_up, test_values, tear_down);
        g_test_add("/json-message/end", Fixture, NULL, set_up, test_end, tear_down);
        g_test_add("/json-message/descriptor", Fixture, NULL, set_up, test_descriptor, tear_down);
        return g_test_run();
}
