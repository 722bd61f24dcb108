/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "geo/mmdb-check.h"

#define DEPTH_MAX 16
#define PARTS_MAX 8192 /* a city with its names in eight languages has about 150 */

/* The types of the format (https://maxmind.github.io/MaxMind-DB/) that are not a plain run of bytes. */
#define TYPE_EXTENDED 0
#define TYPE_POINTER 1
#define TYPE_MAP 7
#define TYPE_FIRST_EXTENDED 7
#define TYPE_ARRAY 11
#define TYPE_BOOLEAN 14

typedef struct Walk {
        const guint8 *data;
        guint32 size;
        guint parts;
} Walk;

static gboolean check_part(Walk *self, guint32 *at, guint depth);

/* A big-endian number of so many bytes. */
static gboolean take_number(const Walk *self, guint32 *at, guint bytes, guint32 *ret) {
        guint32 number = 0;

        if (self->size - *at < bytes)
                return FALSE;
        for (guint i = 0; i < bytes; i++)
                number = number << 8 | self->data[(*at)++];
        *ret = number;
        return TRUE;
}

/* Pointers lead to a value, never to a pointer. */
static gboolean check_pointer(Walk *self, guint8 control, guint32 *at, guint depth) {
        static const guint32 bases[] = { 0, 2048, 526336, 0 };
        guint kind = control >> 3 & 3;
        guint32 number, target;

        if (!take_number(self, at, kind + 1, &number))
                return FALSE;
        target = kind == 3 ? number : ((guint32) (control & 7) << 8 * (kind + 1)) + number + bases[kind];
        return target < self->size && self->data[target] >> 5 != TYPE_POINTER && check_part(self, &target, depth + 1);
}

static gboolean take_size(const Walk *self, guint8 control, guint32 *at, guint32 *ret) {
        static const guint32 bases[] = { 29, 285, 65821 };
        guint size = control & 0x1f;

        *ret = size;
        if (size < 29)
                return TRUE;
        if (!take_number(self, at, size - 28, ret))
                return FALSE;
        *ret += bases[size - 29];
        return TRUE;
}

static gboolean check_parts(Walk *self, guint32 *at, guint32 count, guint depth) {
        for (guint32 i = 0; i < count; i++)
                if (!check_part(self, at, depth + 1))
                        return FALSE;
        return TRUE;
}

static gboolean check_part(Walk *self, guint32 *at, guint depth) {
        guint32 control, type, size;

        if (depth > DEPTH_MAX || ++self->parts > PARTS_MAX || !take_number(self, at, 1, &control))
                return FALSE;

        type = control >> 5;
        if (type == TYPE_POINTER)
                return check_pointer(self, (guint8) control, at, depth);
        if (type == TYPE_EXTENDED) {
                if (!take_number(self, at, 1, &type))
                        return FALSE;
                type += TYPE_FIRST_EXTENDED;
        }
        if (!take_size(self, (guint8) control, at, &size))
                return FALSE;

        if (type == TYPE_MAP)
                return size <= PARTS_MAX && check_parts(self, at, size * 2, depth);
        if (type == TYPE_ARRAY)
                return size <= PARTS_MAX && check_parts(self, at, size, depth);
        if (type == TYPE_BOOLEAN)
                return TRUE;
        if (size > self->size - *at)
                return FALSE;
        *at += size;
        return TRUE;
}

gboolean mmdb_check_entry(const guint8 *data, guint32 size, guint32 offset) {
        Walk walk = { .data = data, .size = size };

        return offset < size && check_part(&walk, &offset, 0);
}
