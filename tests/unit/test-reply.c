/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/reply.h"

#include <string.h>

#include "core/error.h"
#include "fail2ban/pickle.h"

#define BYTES(text) (const guint8 *) (text), sizeof(text) - 1
#define EXCEPTION(module, name) "K\1c" module "\n" name "\n"

typedef struct Reply {
        const char *name;
        const guint8 *bytes;
        gsize length;
        BanguiError code;
        const char *message;
} Reply;

static const Reply errors[] = {
        { "unknown-jail", BYTES(EXCEPTION("fail2ban.exceptions", "UnknownJailException") "\x8c\6nojail\x85R\x86."),
          BANGUI_ERROR_JAIL_NOT_FOUND, "fail2ban runs no jail \"nojail\"" },
        { "regex",
          BYTES(EXCEPTION("fail2ban.server.failregex", "RegexException") "\x8c\x07"
                                                                         "No host\x85R\x86."),
          BANGUI_ERROR_REGEX_INVALID, "No host" },
        { "exception", BYTES(EXCEPTION("builtins", "ValueError") "\x8c\4what\x85R\x86."),
          BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "fail2ban refused: ValueError: what" },
        { "exception-of-number", BYTES(EXCEPTION("builtins", "KeyError") "K\0\x85R\x86."),
          BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "fail2ban refused: KeyError: 0" },
        { "exception-without-words", BYTES(EXCEPTION("builtins", "IndexError") ")R\x86."),
          BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "fail2ban refused: IndexError" },
        { "exception-with-state", BYTES(EXCEPTION("sqlite3", "OperationalError") "\x8c\6locked\x85R}\x8c\1kK\5sb\x86."),
          BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "fail2ban refused: OperationalError: locked" },
        { "os-error", BYTES(EXCEPTION("builtins", "FileNotFoundError") "K\2\x8c\7No file\x8c\4/x/y\x87R\x86."),
          BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "fail2ban refused: FileNotFoundError: No file: /x/y" },
        { "os-error-without-file", BYTES(EXCEPTION("builtins", "OSError") "K\2\x8c\7No file\x86R\x86."),
          BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "fail2ban refused: OSError: No file" },
        { "python-2", BYTES(EXCEPTION("exceptions", "Exception") "U\4what\x85R\x86."), BANGUI_ERROR_REFUSED_BY_FAIL2BAN,
          "fail2ban refused: Exception: what" },
        { "code-true", BYTES("\x88\x8c\1x\x86."), BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "fail2ban refused: x" },
        { "refused-with-class", BYTES(EXCEPTION("builtins", "ValueError") "\x86."), BANGUI_ERROR_REFUSED_BY_FAIL2BAN,
          "fail2ban refused: builtins.ValueError" },
        { "undecodable-file", BYTES(EXCEPTION("builtins", "ValueError") "\x8c\4a\xed\xb3\xbf\x85R\x86."),
          BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "fail2ban refused: ValueError: a\357\277\275" },
        { "bare-error",
          BYTES("\x8c\x0a"
                "ERROR: bad."),
          BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "fail2ban refused: ERROR: bad" },
        { "bare-text", BYTES("\x8c\5hello."), BANGUI_ERROR_FAIL2BAN_PROTOCOL,
          "fail2ban's reply should be a tuple of code and value, and is: hello" },
        { "shutdown", BYTES("]\x8c\x08SHUTDOWNa."), BANGUI_ERROR_FAIL2BAN_OFFLINE, "fail2ban is shutting down" },
        { "list", BYTES("](K\0Ne."), BANGUI_ERROR_FAIL2BAN_PROTOCOL,
          "fail2ban's reply should be a tuple of code and value, and is: list of 2" },
        { "three", BYTES("K\0NN\x87."), BANGUI_ERROR_FAIL2BAN_PROTOCOL,
          "fail2ban's reply should be a tuple of code and value, and is: tuple of 3" },
        { "none", BYTES("N."), BANGUI_ERROR_FAIL2BAN_PROTOCOL,
          "fail2ban's reply should be a tuple of code and value, and is: none" },
        { "code-two", BYTES("K\2N\x86."), BANGUI_ERROR_FAIL2BAN_PROTOCOL,
          "The code of fail2ban's reply should be 0 or 1, and is: 2" },
        { "code-text",
          BYTES("\x8c\1"
                "0N\x86."),
          BANGUI_ERROR_FAIL2BAN_PROTOCOL, "The code of fail2ban's reply should be 0 or 1, and is: 0" },
        { "code-float", BYTES("G\0\0\0\0\0\0\0\0N\x86."), BANGUI_ERROR_FAIL2BAN_PROTOCOL,
          "The code of fail2ban's reply should be 0 or 1, and is: 0" },
};

static ValueTree *assert_read(const guint8 *bytes, gsize length) {
        g_autoptr(GError) error = NULL;
        ValueTree *tree = pickle_read(bytes, length, &error);

        g_assert_no_error(error);
        return tree;
}

static void test_error(gconstpointer userdata) {
        const Reply *reply = userdata;
        g_autoptr(ValueTree) tree = assert_read(reply->bytes, reply->length);
        g_autoptr(GError) error = NULL;

        g_assert_null(fail2ban_reply_value(tree, &error));
        g_assert_error(error, BANGUI_ERROR, (int) reply->code);
        g_assert_cmpstr(error->message, ==, reply->message);
}

static void assert_value(const guint8 *bytes, gsize length, ValueType type) {
        g_autoptr(ValueTree) tree = assert_read(bytes, length);
        g_autoptr(GError) error = NULL;
        const Value *value = fail2ban_reply_value(tree, &error);

        g_assert_no_error(error);
        g_assert_cmpint(value_type(value), ==, type);
}

static void test_value(void) {
        assert_value(BYTES("K\0\x8c\4pong\x86."), VALUE_TEXT);
        assert_value(BYTES("K\0N\x86."), VALUE_NONE);
        assert_value(BYTES("K\0](K\0K\1e\x86."), VALUE_LIST);
        assert_value(BYTES("\x89N\x86."), VALUE_NONE);
}

/* fail2ban quotes a refused expression in full. */
static void test_long_words(void) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_autoptr(ValueTree) tree = NULL;
        g_autoptr(GError) error = NULL;
        guint32 length = GUINT32_TO_LE(20000);

        g_byte_array_append(bytes, BYTES("K\1cm\nRegexException\nX"));
        g_byte_array_append(bytes, (const guint8 *) &length, 4);
        for (guint i = 0; i < 10000; i++)
                g_byte_array_append(bytes, BYTES("\303\244"));
        g_byte_array_append(bytes, BYTES("\x85R\x86."));

        tree = assert_read(bytes->data, bytes->len);
        g_assert_null(fail2ban_reply_value(tree, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_REGEX_INVALID);
        g_assert_cmpuint(strlen(error->message), <=, 1024);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        g_assert_true(g_str_has_suffix(error->message, "\303\244\342\200\246"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/fail2ban/reply/value", test_value);
        g_test_add_func("/fail2ban/reply/long-words", test_long_words);
        for (gsize i = 0; i < G_N_ELEMENTS(errors); i++) {
                g_autofree char *path = g_strdup_printf("/fail2ban/reply/error/%s", errors[i].name);

                g_test_add_data_func(path, &errors[i], test_error);
        }
        return g_test_run();
}
