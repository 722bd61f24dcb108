/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * sd-bus makes a copy of a signature each time that it is asked for the type of an array. So each level is told the
 * type of its values by the one above, and only a variant is asked for what it holds.
 */

#include "client/rest/api/json-message.h"

#include <errno.h>
#include <string.h>

#define TRIVIAL "ynqiuxtd" /* what an array has as it lies in memory */

typedef union Basic {
        guint8 y;
        gint16 n;
        guint16 q;
        gint32 i;
        guint32 u;
        gint64 x;
        guint64 t;
        double d;
        int b;
        const char *s;
} Basic;

static int write_array(GString *text, sd_bus_message *message, const char *contents);
static int write_variant(GString *text, sd_bus_message *message);

static void write_basic(GString *text, char type, const Basic *value) {
        switch (type) {
        case SD_BUS_TYPE_BOOLEAN:
                return json_boolean(text, value->b);
        case SD_BUS_TYPE_BYTE:
                return json_uint64(text, value->y);
        case SD_BUS_TYPE_INT16:
                return json_int64(text, value->n);
        case SD_BUS_TYPE_UINT16:
                return json_uint64(text, value->q);
        case SD_BUS_TYPE_INT32:
                return json_int64(text, value->i);
        case SD_BUS_TYPE_UINT32:
                return json_uint64(text, value->u);
        case SD_BUS_TYPE_INT64:
                return json_int64(text, value->x);
        case SD_BUS_TYPE_UINT64:
                return json_uint64(text, value->t);
        case SD_BUS_TYPE_DOUBLE:
                return json_double(text, value->d);
        case SD_BUS_TYPE_UNIX_FD:
                g_string_append(text, "null");
                return;
        default:
                return json_string(text, value->s);
        }
}

static int read_basic(GString *text, sd_bus_message *message, char type) {
        Basic value;
        int r = sd_bus_message_read_basic(message, type, &value);

        if (r > 0)
                write_basic(text, type, &value);
        return r;
}

/* `type`: one complete type. The next value of it; 0: there is none. */
static int write_value(GString *text, sd_bus_message *message, const char *type) {
        switch (type[0]) {
        case SD_BUS_TYPE_ARRAY:
                return write_array(text, message, type + 1);
        case SD_BUS_TYPE_VARIANT:
                return write_variant(text, message);
        case SD_BUS_TYPE_STRUCT_BEGIN:
                return json_message(text, message);
        default:
                return read_basic(text, message, type[0]);
        }
}

static int write_variant(GString *text, sd_bus_message *message) {
        const char *contents;
        char type;
        int r = sd_bus_message_peek_type(message, &type, &contents);

        if (r <= 0)
                return r;
        /* that text lies in the message and stays */
        r = sd_bus_message_enter_container(message, SD_BUS_TYPE_VARIANT, contents);
        if (r > 0)
                r = write_value(text, message, contents);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        r = sd_bus_message_exit_container(message);
        return r < 0 ? r : 1;
}

static int write_struct(GString *text, sd_bus_message *message, const char *contents) {
        int r = sd_bus_message_enter_container(message, SD_BUS_TYPE_STRUCT, contents);

        if (r <= 0)
                return r;
        g_string_append_c(text, '[');
        for (;;) {
                r = sd_bus_message_at_end(message, FALSE);
                if (r != 0)
                        break;
                if (text->str[text->len - 1] != '[')
                        g_string_append_c(text, ',');
                r = json_message(text, message);
                if (r <= 0)
                        break;
        }
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        g_string_append_c(text, ']');
        r = sd_bus_message_exit_container(message);
        return r < 0 ? r : 1;
}

/* A key that is no text is written as one. */
static int write_name(GString *text, sd_bus_message *message, char type) {
        gboolean quoted = strchr("sog", type) != NULL;
        int r;

        if (!quoted)
                g_string_append_c(text, '"');
        r = read_basic(text, message, type);
        g_string_append(text, quoted ? ":" : "\":");
        return r;
}

/* `contents`: "sv". 0: there is none. */
static int write_entry(GString *text, sd_bus_message *message, const char *contents) {
        int r = sd_bus_message_enter_container(message, SD_BUS_TYPE_DICT_ENTRY, contents);

        if (r <= 0)
                return r;
        if (text->str[text->len - 1] != '{')
                g_string_append_c(text, ',');
        r = write_name(text, message, contents[0]);
        if (r > 0)
                r = write_value(text, message, contents + 1);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        r = sd_bus_message_exit_container(message);
        return r < 0 ? r : 1;
}

/* `entry`: "{sv}", in the array that was entered. */
static int write_entries(GString *text, sd_bus_message *message, const char *entry) {
        g_autofree char *copy = NULL;
        const char *contents = "sv";
        int r;

        if (strcmp(entry, "{sv}") != 0)
                contents = copy = g_strndup(entry + 1, strlen(entry) - 2);
        g_string_append_c(text, '{');
        do
                r = write_entry(text, message, contents);
        while (r > 0);
        g_string_append_c(text, '}');
        return r;
}

static int write_elements(GString *text, sd_bus_message *message, const char *contents) {
        int r;

        g_string_append_c(text, '[');
        do {
                gsize before = text->len;

                r = write_value(text, message, contents);
                if (r > 0)
                        g_string_append_c(text, ',');
                else
                        g_string_truncate(text, before);
        } while (r > 0);
        if (text->str[text->len - 1] == ',')
                g_string_truncate(text, text->len - 1);
        g_string_append_c(text, ']');
        return r;
}

/* An array of numbers: all at once. */
static int write_numbers(GString *text, sd_bus_message *message, char type) {
        const guint8 *at;
        gsize left, width = type == SD_BUS_TYPE_BYTE ? 1 : strchr("nq", type) ? 2 : strchr("iu", type) ? 4 : 8;
        int r = sd_bus_message_read_array(message, type, (const void **) &at, &left);

        if (r <= 0)
                return r;
        g_string_append_c(text, '[');
        for (; left >= width; at += width, left -= width) {
                Basic value;

                memcpy(&value, at, width);
                write_basic(text, type, &value);
                if (left > width)
                        g_string_append_c(text, ',');
        }
        g_string_append_c(text, ']');
        return 1;
}

static int write_array(GString *text, sd_bus_message *message, const char *contents) {
        int r;

        if (strchr(TRIVIAL, contents[0]))
                return write_numbers(text, message, contents[0]);
        r = sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, contents);
        if (r <= 0)
                return r;
        r = contents[0] == '{' ? write_entries(text, message, contents) : write_elements(text, message, contents);
        if (r >= 0)
                r = sd_bus_message_exit_container(message);
        return r < 0 ? r : 1;
}

int json_message(GString *text, sd_bus_message *message) {
        g_autofree char *contents = NULL;
        const char *peeked;
        char type;
        int r = sd_bus_message_peek_type(message, &type, &peeked);

        if (r <= 0)
                return r;
        if (type == SD_BUS_TYPE_VARIANT)
                return write_variant(text, message);
        if (!peeked)
                return read_basic(text, message, type);
        contents = g_strdup(peeked); /* the next question overwrites it */
        return type == SD_BUS_TYPE_ARRAY ? write_array(text, message, contents) : write_struct(text, message, contents);
}
