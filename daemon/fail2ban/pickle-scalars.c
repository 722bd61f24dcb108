/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Opcodes that make one value out of the bytes behind them. */

#include <string.h>

#include "fail2ban/pickle-reader.h"

/* Of a number written in decimal. Turning digits into bytes costs the square of their number; no setting of
 * fail2ban's comes near. */
#define DIGITS_MAX 100

static const Value value_none = { .type = VALUE_NONE };
static const Value value_true = { .type = VALUE_BOOL, .integer = 1 };
static const Value value_false = { .type = VALUE_BOOL, .integer = 0 };

static guint64 little_endian(const guint8 *data, gsize length) {
        guint64 number = 0;

        for (gsize i = 0; i < length; i++)
                number |= (guint64) data[i] << (8 * i);
        return number;
}

static gboolean push_integer(PickleReader *self, gint64 number) {
        Value *value = pickle_add(self, VALUE_INT);

        if (!value)
                return FALSE;
        value->integer = number;
        return pickle_push(self, value);
}

/* Two's complement, least byte first. */
static gboolean push_long(PickleReader *self, const guint8 *data, gsize length) {
        guint8 sign = length > 0 && data[length - 1] & 0x80 ? 0xff : 0;
        guint64 number;

        while (length > 8 && data[length - 1] == sign && (data[length - 2] & 0x80) == (sign & 0x80))
                length--;
        if (length > 8)
                return pickle_push_data(self, VALUE_BIGINT, data, length);

        number = little_endian(data, length);
        if (sign && length < 8)
                number |= G_MAXUINT64 << (8 * length);
        return push_integer(self, (gint64) number);
}

static gboolean read_unsigned(PickleReader *self, gsize size, guint64 *ret) {
        const guint8 *data;

        if (!pickle_take(self, size, &data))
                return FALSE;
        *ret = little_endian(data, size);
        return TRUE;
}

static gboolean read_integer(PickleReader *self, gsize size) {
        guint64 number;

        if (!read_unsigned(self, size, &number))
                return FALSE;
        return push_integer(self, size == 4 ? (gint32) number : (gint64) number);
}

static gboolean read_float(PickleReader *self) {
        const guint8 *data;
        Value *value;
        guint64 bits;

        if (!pickle_take(self, 8, &data) || !(value = pickle_add(self, VALUE_FLOAT)))
                return FALSE;
        memcpy(&bits, data, sizeof(bits));
        bits = GUINT64_FROM_BE(bits);
        memcpy(&value->real, &bits, sizeof(bits));
        return pickle_push(self, value);
}

static gboolean read_long(PickleReader *self, gsize size) {
        const guint8 *data;
        guint64 length;

        if (!read_unsigned(self, size, &length))
                return FALSE;
        if (size == 4 && length > G_MAXINT32)
                return pickle_fail(self, "a number of negative length");
        return pickle_take(self, length, &data) && push_long(self, data, length);
}

static void negate(guint8 *bytes, gsize size) {
        guint carry = 1;

        for (gsize i = 0; i < size; i++) {
                carry += (guint8) ~bytes[i];
                bytes[i] = (guint8) carry;
                carry >>= 8;
        }
}

/* bytes = bytes * 10 + digit */
static void add_digit(guint8 *bytes, gsize size, guint digit) {
        guint carry = digit;

        for (gsize i = 0; i < size; i++) {
                carry += bytes[i] * 10u;
                bytes[i] = (guint8) carry;
                carry >>= 8;
        }
}

/* INT and LONG, the forms of protocol 0 that Python 2 still uses: digits, perhaps an L, a newline. 00 and 01 of
 * INT are False and True. */
static gboolean read_decimal(PickleReader *self, gboolean may_be_bool) {
        gsize size = DIGITS_MAX / 2; /* a digit has less than 4 bits: room for the sign too */
        const guint8 *line = self->at, *newline;
        gsize length;
        gboolean negative;
        guint8 *bytes;

        newline = memchr(line, '\n', MIN(pickle_left(self), DIGITS_MAX + 3));
        if (!newline && pickle_left(self) < DIGITS_MAX + 3)
                return pickle_cut_off(self, pickle_left(self) + 1);
        if (!newline)
                return pickle_fail(self, "a number of more than %d digits", DIGITS_MAX);
        self->at = newline + 1;
        length = (gsize) (newline - line);

        if (may_be_bool && length == 2 && line[0] == '0' && (line[1] == '0' || line[1] == '1'))
                return pickle_push(self, line[1] == '1' ? &value_true : &value_false);

        if (length > 0 && line[length - 1] == 'L')
                length--;
        negative = length > 0 && line[0] == '-';
        line += negative;
        length -= negative;
        if (length == 0 || length > DIGITS_MAX)
                return pickle_fail(self, "a number of %zu digits", length);

        bytes = value_tree_alloc(self->tree, size);
        memset(bytes, 0, size);
        for (gsize i = 0; i < length; i++) {
                if (!g_ascii_isdigit(line[i]))
                        return pickle_fail(self, "a number with the byte 0x%02x in it", line[i]);
                add_digit(bytes, size, line[i] - (guint) '0');
        }
        if (negative)
                negate(bytes, size);
        return push_long(self, bytes, size);
}

static gsize ascii_length(const guint8 *data, gsize length) {
        gsize i = 0;

        while (i < length && data[i] < 0x80)
                i++;
        return i;
}

gboolean pickle_text_is_valid(const guint8 *data, gsize length) {
        const char *invalid;

        while (length > 0) {
                gsize done = ascii_length(data, length);

                if (done < length) {
                        /* Stops at NUL, which the next round takes, and at surrogates. */
                        g_utf8_validate_len((const char *) data + done, length - done, &invalid);
                        done = (gsize) (invalid - (const char *) data);
                }
                if (done < length && data[done] != 0) {
                        if (length - done < 3 || data[done] != 0xed || data[done + 1] < 0xa0 || data[done + 1] > 0xbf ||
                            (data[done + 2] & 0xc0) != 0x80)
                                return FALSE;
                        done += 3;
                }
                data += done;
                length -= done;
        }
        return TRUE;
}

static gboolean read_data(PickleReader *self, ValueType type, gsize length_size) {
        const guint8 *data;
        guint64 length;

        if (!read_unsigned(self, length_size, &length) || !pickle_take(self, length, &data))
                return FALSE;
        if (type == VALUE_TEXT && !pickle_text_is_valid(data, length))
                return pickle_fail(self, "text that is not UTF-8");
        return pickle_push_data(self, type, data, length);
}

/* Python 2's str: bytes or text as one looks at it. */
static gboolean read_string(PickleReader *self, gsize length_size) {
        const guint8 *data;
        guint64 length;

        if (!read_unsigned(self, length_size, &length))
                return FALSE;
        if (length_size == 4 && length > G_MAXINT32)
                return pickle_fail(self, "a text of negative length");
        if (!pickle_take(self, length, &data))
                return FALSE;
        return pickle_push_data(self, pickle_text_is_valid(data, length) ? VALUE_TEXT : VALUE_BYTES, data, length);
}

gboolean pickle_read_scalar(PickleReader *self, guint8 opcode, gboolean *ret_known) {
        *ret_known = TRUE;
        switch (opcode) {
        case PICKLE_NONE:
                return pickle_push(self, &value_none);
        case PICKLE_NEWTRUE:
                return pickle_push(self, &value_true);
        case PICKLE_NEWFALSE:
                return pickle_push(self, &value_false);
        case PICKLE_BININT1:
                return read_integer(self, 1);
        case PICKLE_BININT2:
                return read_integer(self, 2);
        case PICKLE_BININT:
                return read_integer(self, 4);
        case PICKLE_LONG1:
                return read_long(self, 1);
        case PICKLE_LONG4:
                return read_long(self, 4);
        case PICKLE_INT:
                return read_decimal(self, TRUE);
        case PICKLE_LONG:
                return read_decimal(self, FALSE);
        case PICKLE_BINFLOAT:
                return read_float(self);
        case PICKLE_SHORT_BINUNICODE:
                return read_data(self, VALUE_TEXT, 1);
        case PICKLE_BINUNICODE:
                return read_data(self, VALUE_TEXT, 4);
        case PICKLE_BINUNICODE8:
                return read_data(self, VALUE_TEXT, 8);
        case PICKLE_SHORT_BINSTRING:
                return read_string(self, 1);
        case PICKLE_BINSTRING:
                return read_string(self, 4);
        case PICKLE_SHORT_BINBYTES:
                return read_data(self, VALUE_BYTES, 1);
        case PICKLE_BINBYTES:
                return read_data(self, VALUE_BYTES, 4);
        case PICKLE_BINBYTES8:
        case PICKLE_BYTEARRAY8:
                return read_data(self, VALUE_BYTES, 8);
        default:
                *ret_known = FALSE;
                return TRUE;
        }
}
