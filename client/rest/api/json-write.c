/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/json.h"

#include <math.h>
#include <string.h>

void json_key(GString *text, const char *key) {
        if (text->len > 0 && text->str[text->len - 1] != '{')
                g_string_append_c(text, ',');
        json_string(text, key);
        g_string_append_c(text, ':');
}

static void append_escaped(GString *text, unsigned char c) {
        static const char digits[] = "0123456789abcdef";
        static const char short_names[] = "\bb\tt\nn\ff\rr\"\"\\\\";
        const char *pair = memchr(short_names, c, sizeof(short_names) - 1);

        g_string_append_c(text, '\\');
        if (pair) {
                g_string_append_c(text, c == '"' || c == '\\' ? (char) c : pair[1]);
                return;
        }
        g_string_append_len(text, "u00", 3);
        g_string_append_c(text, digits[c >> 4]);
        g_string_append_c(text, digits[c & 15]);
}

void json_string(GString *text, const char *string) {
        const char *run = string, *at = string;

        g_string_append_c(text, '"');
        for (; *at; at++) {
                unsigned char c = (unsigned char) *at;

                if (G_LIKELY(c >= 0x20 && c != '"' && c != '\\'))
                        continue;
                g_string_append_len(text, run, at - run);
                append_escaped(text, c);
                run = at + 1;
        }
        g_string_append_len(text, run, at - run);
        g_string_append_c(text, '"');
}

void json_uint64(GString *text, guint64 number) {
        char digits[20];
        gsize n = sizeof(digits);

        do {
                digits[--n] = (char) ('0' + number % 10);
                number /= 10;
        } while (number > 0);
        g_string_append_len(text, digits + n, (gssize) (sizeof(digits) - n));
}

void json_int64(GString *text, gint64 number) {
        if (number < 0)
                g_string_append_c(text, '-');
        json_uint64(text, number < 0 ? -(guint64) number : (guint64) number);
}

void json_boolean(GString *text, gboolean value) {
        g_string_append(text, value ? "true" : "false");
}

/* number / 10^decimals, without zeros at the end. */
static void append_decimal(GString *text, guint64 number, guint decimals) {
        char digits[32];
        gsize n = sizeof(digits);

        for (; decimals > 0 && number % 10 == 0; decimals--)
                number /= 10;
        for (guint i = 0; i < decimals; i++, number /= 10)
                digits[--n] = (char) ('0' + number % 10);
        if (decimals > 0)
                digits[--n] = '.';
        json_uint64(text, number);
        g_string_append_len(text, digits + n, (gssize) (sizeof(digits) - n));
}

/*
 * Figures and shares, of which an answer has hundreds, without the C library's slow way. The number times a power of
 * ten that a double has exactly (10^22 is the last), as two doubles that are that product exactly, gives the nearest
 * integer of 15, 16 or 17 digits. An integer up to 2^53 divided by such a power is rounded once, as reading the text
 * is: it is the same number or it is not. 17 digits always are. FALSE: nothing is written, it is of another size.
 */
static gboolean append_usual(GString *text, double number) {
        static const double powers[] = { 1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                         1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
        static const double fractions[] = { 1, 0.1, 0.01, 0.001 };
        double size = fabs(number);
        guint decimals = 14;

        if (!(size >= 1e-4 && size < 1e15))
                return FALSE;
        for (guint i = 0; i < G_N_ELEMENTS(fractions) && size < fractions[i]; i++)
                decimals++;
        for (guint digits = 1; size >= powers[digits]; digits++)
                decimals--;
        for (guint digits = 15; digits <= 17; digits++, decimals++) {
                double power = powers[decimals], high = size * power, low = fma(size, power, -high);
                gint64 whole = (gint64) high;

                whole += llrint(high - (double) whole + low);
                if (digits == 16 && whole > (gint64) 1 << 53)
                        return FALSE;
                if (digits < 17 && (double) whole / power != size)
                        continue;
                if (number < 0)
                        g_string_append_c(text, '-');
                append_decimal(text, (guint64) whole, decimals);
                break;
        }
        return TRUE;
}

void json_double(GString *text, double number) {
        static const char *const formats[] = { "%.15g", "%.16g", "%.17g" };
        char digits[G_ASCII_DTOSTR_BUF_SIZE];

        if (!isfinite(number)) {
                g_string_append(text, "null");
                return;
        }
        if (append_usual(text, number))
                return;
        for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
                g_ascii_formatd(digits, sizeof(digits), formats[i], number);
                if (g_ascii_strtod(digits, NULL) == number)
                        break;
        }
        g_string_append(text, digits);
}

static void write_array(GString *text, GVariant *value) {
        gsize n = g_variant_n_children(value);

        g_string_append_c(text, '[');
        for (gsize i = 0; i < n; i++) {
                g_autoptr(GVariant) child = g_variant_get_child_value(value, i);

                if (i > 0)
                        g_string_append_c(text, ',');
                json_variant(text, child);
        }
        g_string_append_c(text, ']');
}

static void write_name(GString *text, GVariant *key) {
        g_autofree char *printed = NULL;

        if (g_variant_is_of_type(key, G_VARIANT_TYPE_STRING) || g_variant_is_of_type(key, G_VARIANT_TYPE_OBJECT_PATH)) {
                json_string(text, g_variant_get_string(key, NULL));
                return;
        }
        printed = g_variant_print(key, FALSE);
        json_string(text, printed);
}

static void write_dictionary(GString *text, GVariant *value) {
        gsize n = g_variant_n_children(value);

        g_string_append_c(text, '{');
        for (gsize i = 0; i < n; i++) {
                g_autoptr(GVariant) entry = g_variant_get_child_value(value, i);
                g_autoptr(GVariant) key = g_variant_get_child_value(entry, 0);
                g_autoptr(GVariant) child = g_variant_get_child_value(entry, 1);

                if (i > 0)
                        g_string_append_c(text, ',');
                write_name(text, key);
                g_string_append_c(text, ':');
                json_variant(text, child);
        }
        g_string_append_c(text, '}');
}

static void write_inner(GString *text, GVariant *child) {
        if (child)
                json_variant(text, child);
        else
                g_string_append(text, "null");
        g_clear_pointer(&child, g_variant_unref);
}

void json_variant(GString *text, GVariant *value) {
        switch (g_variant_classify(value)) {
        case G_VARIANT_CLASS_BOOLEAN:
                return json_boolean(text, g_variant_get_boolean(value));
        case G_VARIANT_CLASS_BYTE:
                return json_uint64(text, g_variant_get_byte(value));
        case G_VARIANT_CLASS_INT16:
                return json_int64(text, g_variant_get_int16(value));
        case G_VARIANT_CLASS_UINT16:
                return json_uint64(text, g_variant_get_uint16(value));
        case G_VARIANT_CLASS_INT32:
                return json_int64(text, g_variant_get_int32(value));
        case G_VARIANT_CLASS_UINT32:
                return json_uint64(text, g_variant_get_uint32(value));
        case G_VARIANT_CLASS_INT64:
                return json_int64(text, g_variant_get_int64(value));
        case G_VARIANT_CLASS_UINT64:
                return json_uint64(text, g_variant_get_uint64(value));
        case G_VARIANT_CLASS_HANDLE:
                return json_int64(text, g_variant_get_handle(value));
        case G_VARIANT_CLASS_DOUBLE:
                return json_double(text, g_variant_get_double(value));
        case G_VARIANT_CLASS_VARIANT:
                return write_inner(text, g_variant_get_variant(value));
        case G_VARIANT_CLASS_MAYBE:
                return write_inner(text, g_variant_get_maybe(value));
        case G_VARIANT_CLASS_ARRAY:
                if (g_variant_type_is_dict_entry(g_variant_type_element(g_variant_get_type(value))))
                        return write_dictionary(text, value);
                return write_array(text, value);
        case G_VARIANT_CLASS_TUPLE:
        case G_VARIANT_CLASS_DICT_ENTRY:
                return write_array(text, value);
        default:
                return json_string(text, g_variant_get_string(value, NULL));
        }
}

void json_snake_case(GString *text, const char *name) {
        for (const char *c = name; *c; c++) {
                if (g_ascii_isupper(*c) && c > name)
                        g_string_append_c(text, '_');
                g_string_append_c(text, g_ascii_tolower(*c));
        }
}
