/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/codec.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "bus-pair.h"
#include "core/error.h"

/* Messages are made and read at the client's end; none is sent. */
static void set_up(BusPair *f, gconstpointer data) {
        bus_pair_open(f);
}

static void tear_down(BusPair *f, gconstpointer data) {
        bus_pair_close(f);
}

static sd_bus_message *new_message(BusPair *f) {
        sd_bus_message *message = NULL;

        g_assert_cmpint(sd_bus_message_new_method_call(f->client, &message, NULL, "/", "a.b", "C"), >=, 0);
        return message;
}

static void seal(sd_bus_message *message) {
        g_assert_cmpint(sd_bus_message_seal(message, 1, 0), >=, 0);
        g_assert_cmpint(sd_bus_message_rewind(message, 1), >=, 0);
}

/* Every shape that our interfaces have, and some that they might get: what goes in comes out. */
static void test_round_trip(BusPair *f, gconstpointer data) {
        static const char *const tuples[] = {
                "()",
                "('text',)",
                "('', 'ünï', objectpath '/a/b', signature 'a{sv}')",
                "(true, false, byte 0x7f, int16 -2, uint16 65535, int32 -3, uint32 4294967295)",
                "(int64 -9223372036854775808, uint64 18446744073709551615, 0.5)",
                "(@as [], ['a', 'b'])",
                "(@ax [], [int64 1, -2], [byte 1, 2, 3], [uint16 7], [uint32 8, 9], @at [10, 11], [0.5, -1.5])",
                "([true, false, true], @aas [[], ['a', ''], ['b']], [objectpath '/a'], {'x': <[int64 5, 6]>})",
                "(@a{sv} {}, {'limit': <int64 5>, 'flag': <true>, 'deep': <<'v'>>})",
                "([{'a': <'b'>, 'n': <uint32 7>}, {}],)",
                "({'k': 'v'}, [(uint32 1, 'x'), (2, 'y')])",
                "(<[{'rows': <@aa{sv} []>}]>,)",
        };

        for (guint i = 0; i < G_N_ELEMENTS(tuples); i++) {
                g_autoptr(GError) error = NULL;
                g_autoptr(GVariant) in = g_variant_parse(NULL, tuples[i], NULL, NULL, &error);
                g_autoptr(sd_bus_message) message = new_message(f);
                g_autoptr(GVariant) out = NULL;
                g_autofree char *signature = NULL;
                const char *type;

                g_assert_no_error(error);
                g_assert_cmpint(codec_append_tuple(message, in, -1), >=, 0);
                seal(message);
                type = g_variant_get_type_string(in);
                signature = g_strndup(type + 1, strlen(type) - 2);
                out = codec_read(message, signature, NULL, &error);
                g_assert_no_error(error);
                g_variant_ref_sink(out);
                g_assert_cmpvariant(in, out);
        }
}

static void test_wrong_signature(BusPair *f, gconstpointer data) {
        g_autoptr(sd_bus_message) message = new_message(f);
        g_autoptr(GError) error = NULL;

        g_assert_cmpint(sd_bus_message_append(message, "su", "x", 1u), >=, 0);
        seal(message);
        g_assert_null(codec_read(message, "sa{sv}", NULL, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(error->message, "\"su\""));
        g_assert_nonnull(strstr(error->message, "\"sa{sv}\""));
}

static void close_fd(gpointer fd) {
        close(*(int *) fd);
}

static GArray *new_handles(void) {
        GArray *handles = g_array_new(FALSE, FALSE, sizeof(int));

        g_array_set_clear_func(handles, close_fd);
        return handles;
}

/* The message's own descriptor ends with it; what was read is another one of the same file. */
static void test_handle(BusPair *f, gconstpointer data) {
        g_autoptr(sd_bus_message) message = new_message(f);
        g_autoptr(GArray) handles = new_handles();
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) arguments = NULL;
        int pair[2], index = -1;
        char got = 0;

        g_assert_cmpint(pipe2(pair, O_CLOEXEC), ==, 0);
        g_assert_cmpint(sd_bus_message_append(message, "hs", pair[1], "csv"), >=, 0);
        close(pair[1]);
        seal(message);
        arguments = codec_read(message, "hs", handles, &error);
        g_assert_no_error(error);
        g_variant_ref_sink(arguments);
        g_variant_get(arguments, "(h&s)", &index, NULL);
        g_assert_cmpint(index, ==, 0);
        g_assert_cmpuint(handles->len, ==, 1);

        g_clear_pointer(&message, sd_bus_message_unref);
        g_assert_cmpint(write(g_array_index(handles, int, 0), "x", 1), ==, 1);
        g_assert_cmpint(read(pair[0], &got, 1), ==, 1);
        g_assert_cmpint(got, ==, 'x');
        g_assert_true(fcntl(g_array_index(handles, int, 0), F_GETFD) & FD_CLOEXEC);
        close(pair[0]);
}

/* A descriptor where the method has none is not taken: neither in an argument nor in a dictionary's value. */
static void test_handle_refused(BusPair *f, gconstpointer data) {
        static const char *const signatures[] = { "h", "a{sv}" };

        for (guint i = 0; i < G_N_ELEMENTS(signatures); i++) {
                g_autoptr(sd_bus_message) message = new_message(f);
                g_autoptr(GArray) handles = i == 0 ? NULL : new_handles();
                g_autoptr(GError) error = NULL;
                int r = i == 0 ? sd_bus_message_append(message, "h", 0)
                               : sd_bus_message_append(message, "a{sv}", 1, "file", "h", 0);

                g_assert_cmpint(r, >=, 0);
                seal(message);
                g_assert_null(codec_read(message, signatures[i], handles, &error));
                g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
                g_assert_nonnull(strstr(error->message, "descriptor"));
                g_assert_cmpuint(handles ? handles->len : 0, ==, 0);
        }
}

/* What goes in as rows comes out as what the same rows are as a GVariant. */
static void test_rows(BusPair *f, gconstpointer data) {
        static const char *const texts[] = { "one", "", "three", NULL };
        g_autoptr(sd_bus_message) message = new_message(f);
        g_autoptr(Rows) rows = rows_new();
        g_autoptr(GVariant) expected = NULL, out = NULL, array = NULL;
        g_autoptr(GError) error = NULL;

        rows_add_text(rows, "text", "ünï");
        rows_add_int64(rows, "at", -5);
        rows_add_uint32(rows, "network", G_MAXUINT32);
        rows_end(rows);
        rows_end(rows);
        rows_add_boolean(rows, "repeat", TRUE);
        rows_add_texts(rows, "matches", texts);
        rows_add_boolean(rows, "other", FALSE);
        rows_end(rows);
        expected = g_variant_ref_sink(rows_to_variant(rows));

        g_assert_cmpint(codec_append_rows(message, rows), >=, 0);
        seal(message);
        out = codec_read(message, "aa{sv}", NULL, &error);
        g_assert_no_error(error);
        g_variant_ref_sink(out);
        array = g_variant_get_child_value(out, 0);
        g_assert_cmpvariant(array, expected);
}

static void test_columns(BusPair *f, gconstpointer data) {
        static const char *const texts[] = { "a", "", "ccc", NULL };
        static const char *const none[] = { NULL };
        g_autoptr(sd_bus_message) message = new_message(f);
        g_autoptr(Rows) rows = rows_new(), empty = rows_new();
        g_autoptr(GVariant) expected = NULL, out = NULL;
        g_autoptr(GError) error = NULL;

        for (guint i = 0; i < 3; i++) {
                rows_add_text(rows, "text", i == 1 ? "" : "ünï");
                rows_add_int64(rows, "low", G_MININT64 + i);
                rows_add_uint32(rows, "high", G_MAXUINT32 - i);
                rows_add_boolean(rows, "yes", i == 1);
                rows_add_texts(rows, "texts", i == 2 ? none : texts);
                rows_end(rows);
        }
        rows_set_columns(rows);
        rows_set_columns(empty);
        expected = g_variant_ref_sink(g_variant_new_parsed(
                "({'text': <['ünï', '', 'ünï']>, 'low': <[int64 -9223372036854775808, -9223372036854775807, "
                "-9223372036854775806]>, 'high': <[uint32 4294967295, 4294967294, 4294967293]>, "
                "'yes': <[false, true, false]>, 'texts': <[['a', '', 'ccc'], ['a', '', 'ccc'], @as []]>}, "
                "@a{sv} {})"));

        g_assert_cmpint(codec_append_rows(message, rows), >=, 0);
        g_assert_cmpint(codec_append_rows(message, empty), >=, 0);
        seal(message);
        out = codec_read(message, "a{sv}a{sv}", NULL, &error);
        g_assert_no_error(error);
        g_variant_ref_sink(out);
        g_assert_cmpvariant(out, expected);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add("/bus/codec/round-trip", BusPair, NULL, set_up, test_round_trip, tear_down);
        g_test_add("/bus/codec/wrong-signature", BusPair, NULL, set_up, test_wrong_signature, tear_down);
        g_test_add("/bus/codec/handle", BusPair, NULL, set_up, test_handle, tear_down);
        g_test_add("/bus/codec/handle-refused", BusPair, NULL, set_up, test_handle_refused, tear_down);
        g_test_add("/bus/codec/rows", BusPair, NULL, set_up, test_rows, tear_down);
        g_test_add("/bus/codec/columns", BusPair, NULL, set_up, test_columns, tear_down);
        return g_test_run();
}
