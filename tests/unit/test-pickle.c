/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/pickle.h"

#include <string.h>

#include "core/error.h"
#include "tests/value-json.h"
#include "tests/value-walk.h"

#define BYTES(text) (const guint8 *) (text), sizeof(text) - 1
#define STEPS_MAX 100000

typedef struct Pickle {
        const char *name;
        const guint8 *bytes;
        gsize length;
        const char *json; /* NULL: refused */
} Pickle;

static const Pickle scalars[] = {
        { "none", BYTES("\x80\x02N."), "null" },
        { "no-protocol", BYTES("N."), "null" },
        { "true", BYTES("\x80\x05\x88."), "true" },
        { "false", BYTES("\x80\x04\x89."), "false" },
        { "frame", BYTES("\x80\x04\x95\x02\0\0\0\0\0\0\0N."), "null" },
        { "binint1", BYTES("K\xff."), "255" },
        { "binint2", BYTES("M\xff\xff."), "65535" },
        { "binint", BYTES("J\xff\xff\xff\x7f."), "2147483647" },
        { "binint-negative", BYTES("J\xff\xff\xff\xff."), "-1" },
        { "int", BYTES("I-1234567890123\n."), "-1234567890123" },
        { "int-false", BYTES("I00\n."), "false" },
        { "int-true", BYTES("I01\n."), "true" },
        { "int-zero", BYTES("I0\n."), "0" },
        { "long", BYTES("L12L\n."), "12" },
        { "long-plain", BYTES("L-12\n."), "-12" },
        { "long-big", BYTES("L99999999999999999999L\n."), "{\"$int\": \"99999999999999999999\"}" },
        { "long-big-negative", BYTES("L-99999999999999999999L\n."), "{\"$int\": \"-99999999999999999999\"}" },
        { "long-smallest", BYTES("L-9223372036854775808L\n."), "{\"$int\": \"-9223372036854775808\"}" },
        { "long1-empty", BYTES("\x8a\0."), "0" },
        { "long1", BYTES("\x8a\x05\x70\x2b\x18\xbc\x00."), "3155700592" },
        { "long1-negative", BYTES("\x8a\x01\xff."), "-1" },
        { "long1-padded", BYTES("\x8a\x0a\x05\0\0\0\0\0\0\0\0\0."), "5" },
        { "long1-big", BYTES("\x8a\x09\0\0\0\0\0\0\0\x80\0."), "{\"$int\": \"9223372036854775808\"}" },
        { "long4", BYTES("\x8b\x02\0\0\0\x00\x80."), "-32768" },
        { "binfloat", BYTES("G\x40\xb5\x18\0\0\0\0\0."), "5400.0" },
        { "binfloat-infinite", BYTES("G\xff\xf0\0\0\0\0\0\0."), "{\"$float\": \"-inf\"}" },
        { "short-binunicode", BYTES("\x8c\x04sshd."), "\"sshd\"" },
        { "short-binunicode-utf8", BYTES("\x8c\x02\xc3\xa4."), "\"\303\244\"" },
        { "short-binunicode-nul",
          BYTES("\x8c\x03"
                "a\0b."),
          "\"a\\u0000b\"" },
        { "short-binunicode-long-utf8",
          BYTES("\x8c\x0c"
                "abcdefghij\xc3\xa4."),
          "\"abcdefghij\303\244\"" },
        { "binunicode", BYTES("X\x02\0\0\0ab."), "\"ab\"" },
        { "binunicode8", BYTES("\x8d\x02\0\0\0\0\0\0\0ab."), "\"ab\"" },
        { "surrogates",
          BYTES("\x8c\x08"
                "a\xed\xb3\xbf\xed\xb2\x80"
                "b."),
          "{\"$str_surrogateescape_b64\": \"Yf+AYg==\"}" },
        { "short-binstring",
          BYTES("U\x02"
                "ab."),
          "\"ab\"" },
        { "short-binstring-bytes", BYTES("U\x01\xff."), "{\"$bytes\": \"/w==\"}" },
        { "binstring", BYTES("T\x02\0\0\0ab."), "\"ab\"" },
        { "short-binbytes", BYTES("C\x02\0\xff."), "{\"$bytes\": \"AP8=\"}" },
        { "binbytes", BYTES("B\x02\0\0\0\0\xff."), "{\"$bytes\": \"AP8=\"}" },
        { "binbytes8", BYTES("\x8e\x02\0\0\0\0\0\0\0\0\xff."), "{\"$bytes\": \"AP8=\"}" },
        { "bytearray8", BYTES("\x96\x02\0\0\0\0\0\0\0\0\xff."), "{\"$bytes\": \"AP8=\"}" },
};

#define STR \
        "\x8c\x08" \
        "builtins\x8c\x03str\x93"
#define CLASS \
        "\x8c\x01m\x8c\x01" \
        "C\x93"

static const Pickle containers[] = {
        { "empty-tuple", BYTES(")."), "[]" },
        { "tuple", BYTES("(K\1K\2K\3K\4t."), "[1, 2, 3, 4]" },
        { "tuple1", BYTES("K\1\x85."), "[1]" },
        { "tuple2", BYTES("K\1K\2\x86."), "[1, 2]" },
        { "tuple3", BYTES("K\1K\2K\3\x87."), "[1, 2, 3]" },
        { "empty-list", BYTES("]."), "[]" },
        { "append", BYTES("]K\1a."), "[1]" },
        { "appends-twice", BYTES("](K\1K\2e(K\3eK\4a."), "[1, 2, 3, 4]" },
        { "appends-nothing", BYTES("](e."), "[]" },
        { "empty-dict", BYTES("}."), "{}" },
        { "setitem", BYTES("}\x8c\1kK\1s."), "{\"k\": 1}" },
        { "setitems", BYTES("}(\x8c\1kK\1\x8c\1lK\2u."), "{\"k\": 1, \"l\": 2}" },
        { "dict-of-pairs", BYTES("}K\1K\2s."), "{\"$dict\": [[1, 2]]}" },
        { "set", BYTES("\x8f(K\1K\2\x90."), "{\"$set\": [2, 1]}" },
        { "frozenset", BYTES("(K\1K\2\x91."), "{\"$set\": [1, 2]}" },
        { "memoize", BYTES("]\x94(\x8c\1a\x94h\1h\1e."), "[\"a\", \"a\", \"a\"]" },
        { "long-binget", BYTES("](\x8c\1a\x94j\0\0\0\0e."), "[\"a\", \"a\"]" },
        { "binput", BYTES("](\x8c\1aq\1h\1e."), "[\"a\", \"a\"]" },
        { "long-binput", BYTES("](\x8c\1ar\5\0\0\0h\5e."), "[\"a\", \"a\"]" },
        { "binput-again", BYTES("](K\1q\0K\2q\0h\0e."), "[1, 2, 2]" },
        { "shared", BYTES("](]\x94K\1ah\0h\0e."), "[[1], [1], [1]]" },
        { "str", BYTES(STR "\x8c\1a\x85R."), "\"a\"" },
        { "str-python-2", BYTES("c__builtin__\nstr\nU\1a\x85R."), "\"a\"" },
        { "str-of-number", BYTES(STR "K\1\x85R."), "{\"$obj\": \"builtins.str\", \"args\": [1]}" },
        { "addresses", BYTES(STR "\x94](h\0\x8c\1a\x94\x85\x94R\x94h\0\x8c\1b\x94\x85\x94R\x94h\1h\3h\4h\5e\x86."),
          "[{\"$global\": \"str\"}, [\"a\", \"b\", \"a\", \"a\", \"b\", [\"b\"]]]" },
        { "address-tuple-twice", BYTES("(" STR "\x8c\1a\x94\x85\x94R\x94h\1h\1t."), "[\"a\", [\"a\"], [\"a\"]]" },
        { "class", BYTES(CLASS "."), "{\"$global\": \"C\"}" },
        { "reduce", BYTES(CLASS "\x8c\1a\x85R."), "{\"$obj\": \"m.C\", \"args\": [\"a\"]}" },
        { "newobj", BYTES(CLASS ")\x81."), "{\"$obj\": \"m.C\", \"args\": []}" },
        { "build", BYTES(CLASS ")R}\x8c\1kK\1sb."), "{\"$obj\": \"m.C\", \"args\": [], \"state\": {\"k\": 1}}" },
        { "object-items", BYTES(CLASS ")RK\1a(K\2K\3e."), "{\"$obj\": \"m.C\", \"args\": [], \"items\": [1, 2, 3]}" },
        { "file-addresses",
          BYTES("cfail2ban.server.ipdns\nFileIPAddrSet\n]\x85R}\x8c\x08"
                "fileName\x8c\2/asb."),
          "{\"$obj\": \"fail2ban.server.ipdns.FileIPAddrSet\", \"args\": [[]], \"state\": {\"fileName\": \"/a\"}}" },
};

static const Pickle refused[] = {
        { "nothing", BYTES(""), NULL },
        { "stop-alone", BYTES("."), NULL },
        { "protocol-6", BYTES("\x80\x06N."), NULL },
        { "protocol-twice", BYTES("\x80\x02\x80\x02N."), NULL },
        { "behind-stop", BYTES("N.N"), NULL },
        { "end-marker", BYTES("N." PICKLE_END_MARKER), NULL },
        { "two-values", BYTES("NN."), NULL },
        { "mark-left", BYTES("(N."), NULL },
        { "mark-between", BYTES("N(."), NULL },
        { "no-mark",
          BYTES("]N"
                "e."),
          NULL },
        { "append-to-nothing", BYTES("Na."), NULL },
        { "append-beyond-mark", BYTES("](Na."), NULL },
        { "append-to-number", BYTES("K\1Na."), NULL },
        { "append-to-class", BYTES(CLASS "Na."), NULL },
        { "append-to-tuple", BYTES("K\1\x85Na."), NULL },
        { "items-of-list", BYTES("]NNs."), NULL },
        { "items-odd", BYTES("}(NNNu."), NULL },
        { "items-of-set", BYTES("](N\x90."), NULL },
        { "key-list", BYTES("}]Ns."), NULL },
        { "member-dict", BYTES("\x8f(}\x90."), NULL },
        { "memo-of-nothing", BYTES("\x94."), NULL },
        { "memo-missing", BYTES("h\0."), NULL },
        { "memo-gap", BYTES("Nq\5h\3."), NULL },
        { "memo-giant", BYTES("Nr\xff\xff\xff\xff."), NULL },
        { "memo-large", BYTES("Nr\0\x10\0\0."), NULL },
        { "list-in-itself", BYTES("]\x94h\0a."), NULL },
        { "list-in-itself-appends", BYTES("]\x94(h\0e."), NULL },
        { "list-in-its-list", BYTES("]\x94]\x94h\0ah\1a."), NULL },
        { "list-in-its-tuple", BYTES("]\x94h\0\x85\x94h\0h\1a."), NULL },
        { "dict-in-itself", BYTES("}\x94\x8c\1kh\0s."), NULL },
        { "set-in-itself", BYTES("\x8f\x94(h\0\x90."), NULL },
        { "object-in-its-items", BYTES(CLASS ")R\x94h\0a."), NULL },
        { "object-in-its-state", BYTES(CLASS ")R\x94h\0b."), NULL },
        { "list-filled-late", BYTES("]\x94]h\0ah\0K\1a."), NULL },
        { "reduce-number", BYTES("K\1)R."), NULL },
        { "reduce-object", BYTES(CLASS ")R)R."), NULL },
        { "reduce-no-tuple", BYTES(CLASS "]R."), NULL },
        { "reduce-nothing", BYTES("NR."), NULL },
        { "global-number", BYTES("K\1K\2\x93."), NULL },
        { "global-no-utf8", BYTES("c\xff\nb\n."), NULL },
        { "build-class", BYTES(CLASS "}b."), NULL },
        { "build-text", BYTES("\x8c\1a}b."), NULL },
        { "build-twice", BYTES(CLASS ")R}b}b."), NULL },
        { "text-no-utf8", BYTES("\x8c\1\xff."), NULL },
        { "text-no-utf8-long",
          BYTES("\x8c\x0a"
                "abcdefgh\xc3"
                "a."),
          NULL },
        { "text-half-surrogate", BYTES("\x8c\2\xed\xb3."), NULL },
        { "text-overlong", BYTES("X\2\0\0\0\xc0\x80."), NULL },
        { "text-4-gib",
          BYTES("X\xff\xff\xff\xff"
                "abc."),
          NULL },
        { "text-16-eib",
          BYTES("\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
                "abc."),
          NULL },
        { "string-negative",
          BYTES("T\xff\xff\xff\xff"
                "abc."),
          NULL },
        { "long4-negative", BYTES("\x8b\xff\xff\xff\xffN."), NULL },
        { "long4-2-gib", BYTES("\x8b\xff\xff\xff\x7fN."), NULL },
        { "int-empty", BYTES("I\n."), NULL },
        { "int-words", BYTES("Iabc\n."), NULL },
        { "int-sign", BYTES("I-\n."), NULL },
        { "inst", BYTES("(ios\nsystem\n."), NULL },
        { "obj", BYTES("(" CLASS "o."), NULL },
        { "ext1", BYTES("\x82\1."), NULL },
        { "ext2", BYTES("\x83\1\0."), NULL },
        { "ext4", BYTES("\x84\1\0\0\0."), NULL },
        { "newobj-ex", BYTES(CLASS ")}\x92."), NULL },
        { "persid", BYTES("Pa\n."), NULL },
        { "binpersid", BYTES("NQ."), NULL },
        { "next-buffer", BYTES("\x97."), NULL },
        { "readonly-buffer", BYTES("N\x98."), NULL },
        { "pop", BYTES("NN0."), NULL },
        { "pop-mark", BYTES("N(1."), NULL },
        { "dup", BYTES("N2."), NULL },
        { "string-of-protocol-0", BYTES("S'a'\n."), NULL },
        { "unicode-of-protocol-0", BYTES("Va\n."), NULL },
        { "float-of-protocol-0", BYTES("F1.5\n."), NULL },
        { "put-of-protocol-0", BYTES("Np0\n."), NULL },
};

static ValueTree *assert_read(const guint8 *bytes, gsize length) {
        g_autoptr(GError) error = NULL;
        ValueTree *tree = pickle_read(bytes, length, &error);

        g_assert_no_error(error);
        g_assert_nonnull(tree);
        return tree;
}

static void assert_refused(const guint8 *bytes, gsize length) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ValueTree) tree = pickle_read(bytes, length, &error);

        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_PROTOCOL);
        g_assert_null(tree);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
}

static void test_decoded(gconstpointer userdata) {
        const Pickle *pickle = userdata;
        g_autoptr(ValueTree) tree = assert_read(pickle->bytes, pickle->length);
        g_autoptr(GError) error = NULL;
        g_autoptr(JsonNode) json = value_json_parse(pickle->json, strlen(pickle->json), &error);
        g_autofree char *difference = NULL;
        guint steps = STEPS_MAX;

        g_assert_no_error(error);
        difference = value_json_difference(value_tree_root(tree), json);
        g_assert_cmpstr(difference, ==, NULL);
        value_walk(value_tree_root(tree), &steps);
}

static void test_refused(gconstpointer userdata) {
        const Pickle *pickle = userdata;

        assert_refused(pickle->bytes, pickle->length);
}

static GBytes *capture(const char *name) {
        g_autofree char *file = g_strconcat(name, ".resp", NULL);
        g_autofree char *path = g_test_build_filename(G_TEST_DIST, "..", "data", "captures", file, NULL);
        g_autoptr(GError) error = NULL;
        char *data;
        gsize length;

        g_file_get_contents(path, &data, &length, &error);
        g_assert_no_error(error);
        return g_bytes_new_take(data, length - strlen(PICKLE_END_MARKER));
}

static const char *const some_captures[] = { "status",           "debian_status_sshd",     "echo_types",
                                             "banned",           "err_db_locked_unban",    "echo_surrogate",
                                             "echo_set_1500",    "set_addaction_pybad",    "echo_bigint_long4",
                                             "echo_long_binget", "debian_get_sshd_bantime" };

/* From a copy of exactly that length, so that a sanitizer sees each byte too many. */
static void assert_cut_off(const guint8 *data, gsize length) {
        g_autofree guint8 *copy = g_memdup2(data, length);

        assert_refused(copy, length);
        g_assert_true(pickle_is_cut_off(copy, length));
}

static void test_truncated(void) {
        for (guint i = 0; i < G_N_ELEMENTS(some_captures); i++) {
                g_autoptr(GBytes) bytes = capture(some_captures[i]);
                gsize length;
                const guint8 *data = g_bytes_get_data(bytes, &length);
                g_autoptr(ValueTree) tree = assert_read(data, length);

                g_assert_false(pickle_is_cut_off(data, length));
                for (gsize at = 0; at < length; at++)
                        assert_cut_off(data, at);
        }
}

static void mutate(GRand *random, guint8 *data, gsize length) {
        guint n = (guint) g_rand_int_range(random, 1, 4);

        for (guint i = 0; i < n; i++)
                data[g_rand_int_range(random, 0, (gint32) length)] = (guint8) g_rand_int(random);
}

static void test_mutated(void) {
        g_autoptr(GRand) random = g_rand_new_with_seed(20260101);
        guint n_read = 0, n_refused = 0;

        for (guint round = 0; round < 20000; round++) {
                g_autoptr(GBytes) bytes = capture(some_captures[round % G_N_ELEMENTS(some_captures)]);
                g_autofree guint8 *data = NULL;
                g_autoptr(GError) error = NULL;
                g_autoptr(ValueTree) tree = NULL;
                guint steps = 1000;

                data = g_memdup2(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
                mutate(random, data, g_bytes_get_size(bytes));
                tree = pickle_read(data, g_bytes_get_size(bytes), &error);
                if (tree) {
                        value_walk(value_tree_root(tree), &steps);
                        n_read++;
                } else {
                        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_PROTOCOL);
                        n_refused++;
                }
        }
        g_test_message("%u of 20000 were read", n_read);
        g_assert_cmpuint(n_read, >, 1000);
        g_assert_cmpuint(n_refused, >, 1000);
}

static GByteArray *repeated(const char *first, gsize n, const char *last) {
        GByteArray *bytes = g_byte_array_new();

        for (gsize i = 0; i < n; i++)
                g_byte_array_append(bytes, (const guint8 *) first, (guint) strlen(first));
        g_byte_array_append(bytes, (const guint8 *) last, (guint) strlen(last));
        return bytes;
}

static void test_depth(void) {
        g_autoptr(GByteArray) fits = repeated("\x85", 64, ".");
        g_autoptr(GByteArray) deep = repeated("\x85", 65, ".");
        g_autoptr(GByteArray) far = repeated("\x85", 1000000, ".");
        g_autoptr(ValueTree) tree = NULL;

        g_byte_array_prepend(fits, (const guint8 *) "N", 1);
        g_byte_array_prepend(deep, (const guint8 *) "N", 1);
        g_byte_array_prepend(far, (const guint8 *) "N", 1);
        tree = assert_read(fits->data, fits->len);
        assert_refused(deep->data, deep->len);
        assert_refused(far->data, far->len);
}

static void test_depth_of_lists(void) {
        g_autoptr(GByteArray) open = repeated("]", 100000, "");
        g_autoptr(GByteArray) fill = repeated("a", 99999, ".");
        g_autoptr(GByteArray) marks = repeated("(", 100000, "t.");

        g_byte_array_append(open, fill->data, fill->len);
        assert_refused(open->data, open->len);
        assert_refused(marks->data, marks->len);
}

/* 40 levels, each a pair of the one below: 2^40 leaves for one who copied. */
static void test_sharing(void) {
        g_autoptr(GByteArray) bytes = repeated("", 0, "(N\x94");
        g_autoptr(ValueTree) tree = NULL;
        guint steps = STEPS_MAX;

        for (guint8 level = 0; level < 40; level++) {
                const guint8 pair[] = { 'h', level, 'h', level, 0x86, 0x94 };

                g_byte_array_append(bytes, pair, sizeof(pair));
        }
        g_byte_array_append(bytes, (const guint8 *) "t.", 2);
        tree = assert_read(bytes->data, bytes->len);
        value_walk(value_tree_root(tree), &steps);
        g_assert_cmpuint(steps, ==, 0);
}

static void test_limits(void) {
        g_autoptr(GByteArray) stack = repeated("NNNNNNNNNNNNNNNN", 1024 * 1024 + 1, ".");
        g_autoptr(GByteArray) digits = repeated("L", 1, "");

        assert_refused(stack->data, stack->len);
        assert_refused(NULL, (gsize) PICKLE_SIZE_MAX + 1);
        g_assert_false(pickle_is_cut_off(NULL, (gsize) PICKLE_SIZE_MAX + 1));

        for (guint i = 0; i < 5000; i++)
                g_byte_array_append(digits, (const guint8 *) "9", 1);
        g_byte_array_append(digits, (const guint8 *) "\n.", 2);
        assert_refused(digits->data, digits->len);
}

/* The list that fail2ban makes of addresses, with more memo entries than a byte counts. */
static void test_long_list(void) {
        g_autoptr(GByteArray) bytes = repeated("", 0, STR "\x94]");
        g_autoptr(ValueTree) tree = NULL;
        guint8 head[] = { 'h', 0, 0x8c, 9 }, tail[] = { 0x94, 0x85, 0x94, 'R', 0x94 };
        const Value *list;

        g_byte_array_append(bytes, (const guint8 *) "(", 1);
        for (guint i = 0; i < 100000; i++) {
                g_autofree char *text = g_strdup_printf("10.%06u", i);

                g_byte_array_append(bytes, head, sizeof(head));
                g_byte_array_append(bytes, (const guint8 *) text, 9);
                g_byte_array_append(bytes, tail, sizeof(tail));
                if (i % 1000 == 999)
                        g_byte_array_append(bytes, (const guint8 *) "e(", 2);
        }
        g_byte_array_append(bytes, (const guint8 *) "e\x86.", 3);

        tree = assert_read(bytes->data, bytes->len);
        list = value_child(value_tree_root(tree), 1);
        g_assert_cmpuint(value_n_children(list), ==, 100000);
        for (guint i = 0; i < 100000; i += 999) {
                g_autofree char *expected = g_strdup_printf("10.%06u", i);
                g_autofree char *text = value_text_for_display(value_child(list, i));

                g_assert_cmpstr(text, ==, expected);
        }
}

static void test_end_marker_in_text(void) {
        g_autoptr(GBytes) bytes = capture("reply_contains_end_marker");
        gsize length;
        const char *data = g_bytes_get_data(bytes, &length);
        const char *marker = memmem(data, length, PICKLE_END_MARKER, strlen(PICKLE_END_MARKER));
        gsize first;

        g_assert_nonnull(marker);
        first = (gsize) (marker - data);
        assert_cut_off((const guint8 *) data, first);
        assert_cut_off((const guint8 *) data, first + strlen(PICKLE_END_MARKER));
        g_assert_false(pickle_is_cut_off((const guint8 *) data, length));
}

static void test_not_cut_off(void) {
        g_assert_true(pickle_is_cut_off(BYTES("")));
        g_assert_true(pickle_is_cut_off(BYTES("\x80")));
        g_assert_true(pickle_is_cut_off(BYTES("cmodule")));
        g_assert_true(pickle_is_cut_off(BYTES("I12")));
        g_assert_true(pickle_is_cut_off(BYTES("X\xff\xff\xff\0abc")));
        g_assert_false(pickle_is_cut_off(BYTES("X\xff\xff\xff\xff"
                                               "abc")));
        g_assert_false(pickle_is_cut_off(BYTES("\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
                                               "abc")));
        g_assert_false(pickle_is_cut_off(BYTES("N.")));
        g_assert_false(pickle_is_cut_off(BYTES("N.N")));
        g_assert_false(pickle_is_cut_off(BYTES("NR")));
}

static void test_display(void) {
        g_autoptr(ValueTree) tree =
                assert_read(BYTES("(\x8c\x0b"
                                  "a\xed\xb3\xbf"
                                  "b\0\xed\xa0\x80"
                                  "cdU\2\xff.K\5NG\x3f\xf8\0\0\0\0\0\0\x89]K\1aK\1\x85" CLASS "}K\1K\2st."));
        static const char *const shown[] = { "a\357\277\275b\357\277\275\357\277\275cd",
                                             "\357\277\275.",
                                             "5",
                                             "none",
                                             "1.5",
                                             "false",
                                             "list of 1",
                                             "tuple of 1",
                                             "m.C",
                                             "dict of 1" };

        for (guint i = 0; i < G_N_ELEMENTS(shown); i++) {
                g_autofree char *text = value_text_for_display(value_child(value_tree_root(tree), i));

                g_assert_cmpstr(text, ==, shown[i]);
        }
}

static void test_dict_get(void) {
        g_autoptr(ValueTree) tree = assert_read(BYTES("}(K\1K\1\x8c\2abK\2\x8c\1aK\3\x8c\1aK\4u."));
        const Value *dict = value_tree_root(tree);

        g_assert_cmpint(value_int(value_dict_get(dict, "ab")), ==, 2);
        g_assert_cmpint(value_int(value_dict_get(dict, "a")), ==, 4);
        g_assert_null(value_dict_get(dict, "b"));
        g_assert_null(value_dict_get(dict, ""));
}

static void test_write(void) {
        static const guint8 expected[] = "\x80\x02](X\6\0\0\0statusX\x08\0\0\0testjaile.<F2B_END_COMMAND>";
        static const char *const arguments[] = { "status", "testjail", NULL };
        g_autoptr(GError) error = NULL;
        g_autoptr(GByteArray) bytes = pickle_write_command(arguments, &error);

        g_assert_no_error(error);
        g_assert_cmpmem(bytes->data, bytes->len, expected, sizeof(expected) - 1);
}

static void test_write_and_read(void) {
        g_autofree char *longest = g_strnfill(1024 * 1024, 'x');
        const char *arguments[] = { "set", "", "J\303\244il one", longest, NULL };
        g_autoptr(GError) error = NULL;
        g_autoptr(GByteArray) bytes = pickle_write_command(arguments, &error);
        g_autoptr(ValueTree) tree = NULL;

        g_assert_no_error(error);
        tree = assert_read(bytes->data, bytes->len - strlen(PICKLE_END_MARKER));
        g_assert_cmpuint(value_n_children(value_tree_root(tree)), ==, 4);
        for (guint i = 0; i < 4; i++) {
                g_autofree char *text = value_text_for_display(value_child(value_tree_root(tree), i));

                g_assert_cmpstr(text, ==, arguments[i]);
        }
}

static void assert_not_written(const char *text) {
        const char *arguments[] = { "ping", text, NULL };
        g_autoptr(GError) error = NULL;
        g_autoptr(GByteArray) bytes = pickle_write_command(arguments, &error);

        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        g_assert_null(bytes);
        if (text)
                g_assert_nonnull(strstr(error->message, "Argument 1"));
}

static void test_write_refused(void) {
        static const char *const nothing[] = { NULL };
        g_autofree char *too_long = g_strnfill(1024 * 1024 + 1, 'x');
        g_autoptr(GError) error = NULL;

        assert_not_written(PICKLE_END_MARKER);
        assert_not_written("a" PICKLE_END_MARKER "b");
        assert_not_written("\xff");
        assert_not_written("\xed\xb3\xbf");
        assert_not_written(too_long);
        g_assert_null(pickle_write_command(nothing, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
}

static void add_table(const char *room, const Pickle *pickles, gsize n) {
        for (gsize i = 0; i < n; i++) {
                g_autofree char *path = g_strdup_printf("/fail2ban/pickle/%s/%s", room, pickles[i].name);

                g_test_add_data_func(path, &pickles[i], pickles[i].json ? test_decoded : test_refused);
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        add_table("scalar", scalars, G_N_ELEMENTS(scalars));
        add_table("container", containers, G_N_ELEMENTS(containers));
        add_table("refused", refused, G_N_ELEMENTS(refused));
        g_test_add_func("/fail2ban/pickle/read/truncated", test_truncated);
        g_test_add_func("/fail2ban/pickle/read/mutated", test_mutated);
        g_test_add_func("/fail2ban/pickle/read/depth", test_depth);
        g_test_add_func("/fail2ban/pickle/read/depth-of-lists", test_depth_of_lists);
        g_test_add_func("/fail2ban/pickle/read/sharing", test_sharing);
        g_test_add_func("/fail2ban/pickle/read/limits", test_limits);
        g_test_add_func("/fail2ban/pickle/read/long-list", test_long_list);
        g_test_add_func("/fail2ban/pickle/cut-off/end-marker-in-text", test_end_marker_in_text);
        g_test_add_func("/fail2ban/pickle/cut-off/which", test_not_cut_off);
        g_test_add_func("/fail2ban/pickle/value/display", test_display);
        g_test_add_func("/fail2ban/pickle/value/dict-get", test_dict_get);
        g_test_add_func("/fail2ban/pickle/write/bytes", test_write);
        g_test_add_func("/fail2ban/pickle/write/read-back", test_write_and_read);
        g_test_add_func("/fail2ban/pickle/write/refused", test_write_refused);
        return g_test_run();
}
