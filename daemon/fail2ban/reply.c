/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/reply.h"

#include <string.h>

#include "core/error.h"

/* Bytes of fail2ban's own words in a message: a refused expression is quoted in full and may be long. */
#define WORDS_MAX 1024

/* What fail2ban said, for a message: on one line. */
static char *words(const Value *value) {
        char *text = g_strdelimit(value_text_for_display(value), "\r\n\t", ' ');

        if (strlen(text) > WORDS_MAX) {
                char *end = g_utf8_find_prev_char(text, text + WORDS_MAX - 2);

                memcpy(end, "\342\200\246", 4); /* an ellipsis, and NUL */
        }
        return text;
}

static gboolean text_is(const Value *value, const char *text) {
        gsize length;
        const char *data = value_data(value, &length);

        return length == strlen(text) && memcmp(data, text, length) == 0;
}

static const Value *nth_text(const Value *args, guint n) {
        for (guint i = 0; i < value_n_children(args); i++)
                if (value_type(value_child(args, i)) == VALUE_TEXT && n-- == 0)
                        return value_child(args, i);
        return NULL;
}

/* (errno, reason, file) of the OSError family. */
static char *os_error_words(const Value *args) {
        g_autofree char *reason = NULL, *file = NULL;

        if (value_n_children(args) < 2 || value_type(value_child(args, 0)) != VALUE_INT ||
            value_type(value_child(args, 1)) != VALUE_TEXT)
                return NULL;

        reason = words(value_child(args, 1));
        if (value_n_children(args) < 3 || value_type(value_child(args, 2)) != VALUE_TEXT)
                return g_steal_pointer(&reason);
        file = words(value_child(args, 2));
        return g_strdup_printf("%s: %s", reason, file);
}

/* "" when the exception says nothing. */
static char *exception_words(const Value *exception) {
        const Value *args = value_object_args(exception);
        const Value *text = nth_text(args, 0);
        char *os_error = os_error_words(args);

        if (os_error)
                return os_error;
        if (text)
                return words(text);
        return value_n_children(args) > 0 ? words(value_child(args, 0)) : g_strdup("");
}

static void set_exception_error(GError **error, const Value *exception) {
        const Value *class = value_object_class(exception);
        g_autofree char *name = words(class);
        g_autofree char *text = exception_words(exception);

        if (text_is(class, "UnknownJailException"))
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND, "fail2ban runs no jail \"%s\"", text);
        else if (text_is(class, "RegexException"))
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_REGEX_INVALID, "%s", text);
        else if (*text)
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "fail2ban refused: %s: %s", name,
                            text);
        else
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "fail2ban refused: %s", name);
}

static void set_refusal(GError **error, const Value *why) {
        g_autofree char *text = NULL;

        if (value_type(why) == VALUE_OBJECT && !value_object_is_class(why)) {
                set_exception_error(error, why);
                return;
        }
        text = words(why);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "fail2ban refused: %s", text);
}

static gboolean reply_code(const Value *value, gint64 *ret) {
        if (value_type(value) == VALUE_INT)
                *ret = value_int(value);
        else if (value_type(value) == VALUE_BOOL)
                *ret = value_bool(value);
        else
                return FALSE;
        return *ret == 0 || *ret == 1;
}

static void set_other_shape(GError **error, const Value *root) {
        g_autofree char *text = words(root);

        if (value_type(root) == VALUE_TEXT && g_str_has_prefix(text, "ERROR:"))
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "fail2ban refused: %s", text);
        else if (value_type(root) == VALUE_LIST && value_n_children(root) == 1 &&
                 value_type(value_child(root, 0)) == VALUE_TEXT && text_is(value_child(root, 0), "SHUTDOWN"))
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE, "fail2ban is shutting down");
        else
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_PROTOCOL,
                            "fail2ban's reply should be a tuple of code and value, and is: %s", text);
}

const Value *fail2ban_reply_value(const ValueTree *tree, GError **error) {
        const Value *root = value_tree_root(tree);
        gint64 code;

        if (value_type(root) != VALUE_TUPLE || value_n_children(root) != 2) {
                set_other_shape(error, root);
                return NULL;
        }
        if (!reply_code(value_child(root, 0), &code)) {
                g_autofree char *text = words(value_child(root, 0));

                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_PROTOCOL,
                            "The code of fail2ban's reply should be 0 or 1, and is: %s", text);
                return NULL;
        }
        if (code == 0)
                return value_child(root, 1);

        set_refusal(error, value_child(root, 1));
        return NULL;
}
