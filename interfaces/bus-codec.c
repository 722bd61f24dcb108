/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "interfaces/bus-codec.h"

#include <fcntl.h>
#include <string.h>

static GVariant *read_value(sd_bus_message *message, const char *signature, GArray *handles);

static GVariant *read_basic(sd_bus_message *message, char type) {
        union {
                uint8_t y;
                int b; /* sd-bus hands a boolean out as int */
                int16_t n;
                uint16_t q;
                int32_t i;
                uint32_t u;
                int64_t x;
                uint64_t t;
                double d;
                const char *s;
        } v;

        if (sd_bus_message_read_basic(message, type, &v) <= 0)
                return NULL;
        switch (type) {
        case SD_BUS_TYPE_BYTE:
                return g_variant_new_byte(v.y);
        case SD_BUS_TYPE_BOOLEAN:
                return g_variant_new_boolean(v.b);
        case SD_BUS_TYPE_INT16:
                return g_variant_new_int16(v.n);
        case SD_BUS_TYPE_UINT16:
                return g_variant_new_uint16(v.q);
        case SD_BUS_TYPE_INT32:
                return g_variant_new_int32(v.i);
        case SD_BUS_TYPE_UINT32:
                return g_variant_new_uint32(v.u);
        case SD_BUS_TYPE_INT64:
                return g_variant_new_int64(v.x);
        case SD_BUS_TYPE_UINT64:
                return g_variant_new_uint64(v.t);
        case SD_BUS_TYPE_DOUBLE:
                return g_variant_new_double(v.d);
        case SD_BUS_TYPE_OBJECT_PATH:
                return g_variant_new_object_path(v.s);
        case SD_BUS_TYPE_SIGNATURE:
                return g_variant_new_signature(v.s);
        default:
                return g_variant_new_string(v.s);
        }
}

/* The message keeps its descriptors: ours is another. */
static GVariant *read_handle(sd_bus_message *message, GArray *handles) {
        int borrowed, owned;

        if (!handles || sd_bus_message_read_basic(message, SD_BUS_TYPE_UNIX_FD, &borrowed) <= 0)
                return NULL;
        owned = fcntl(borrowed, F_DUPFD_CLOEXEC, 3);
        if (owned < 0)
                return NULL;
        g_array_append_val(handles, owned);
        return g_variant_new_handle((gint32) handles->len - 1);
}

/* The members of a struct, a dictionary entry or a message body, one after the other. */
static gboolean read_members(sd_bus_message *message, const GVariantType *tuple, GVariantBuilder *builder,
                             GArray *handles) {
        for (const GVariantType *type = g_variant_type_first(tuple); type; type = g_variant_type_next(type)) {
                g_autofree char *signature = g_variant_type_dup_string(type);
                GVariant *member = read_value(message, signature, handles);

                if (!member)
                        return FALSE;
                g_variant_builder_add_value(builder, member);
        }
        return TRUE;
}

static gboolean read_elements(sd_bus_message *message, const char *signature, GVariantBuilder *builder,
                              GArray *handles) {
        int r;

        while ((r = sd_bus_message_at_end(message, 0)) == 0) {
                GVariant *element = read_value(message, signature, handles);

                if (!element)
                        return FALSE;
                g_variant_builder_add_value(builder, element);
        }
        return r > 0;
}

static GVariant *read_container(sd_bus_message *message, const char *signature, GArray *handles) {
        g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE(signature));
        const GVariantType *type = G_VARIANT_TYPE(signature);
        gboolean array = signature[0] == 'a';
        g_autofree char *inner = array ? g_strdup(signature + 1) : g_strndup(signature + 1, strlen(signature) - 2);
        char kind = array ? SD_BUS_TYPE_ARRAY : signature[0] == '(' ? SD_BUS_TYPE_STRUCT : SD_BUS_TYPE_DICT_ENTRY;

        if (sd_bus_message_enter_container(message, kind, inner) <= 0)
                return NULL;
        if (!(array ? read_elements(message, inner, &builder, handles)
                    : read_members(message, type, &builder, handles)))
                return NULL;
        if (sd_bus_message_exit_container(message) < 0)
                return NULL;
        return g_variant_builder_end(&builder);
}

/* What stands in a variant is no method's argument by itself: a descriptor there is none of ours to take. */
static GVariant *read_variant(sd_bus_message *message) {
        const char *contents = NULL;
        g_autofree char *signature = NULL;
        GVariant *inner;
        char type;

        if (sd_bus_message_peek_type(message, &type, &contents) <= 0 || type != SD_BUS_TYPE_VARIANT)
                return NULL;
        signature = g_strdup(contents);
        if (sd_bus_message_enter_container(message, SD_BUS_TYPE_VARIANT, signature) <= 0)
                return NULL;
        inner = read_value(message, signature, NULL);
        if (!inner)
                return NULL;
        if (sd_bus_message_exit_container(message) < 0) {
                g_variant_unref(g_variant_ref_sink(inner));
                return NULL;
        }
        return g_variant_new_variant(inner);
}

/* One complete type. */
static GVariant *read_value(sd_bus_message *message, const char *signature, GArray *handles) {
        switch (signature[0]) {
        case 'a':
        case '(':
        case '{':
                return read_container(message, signature, handles);
        case 'v':
                return read_variant(message);
        case 'h':
                return read_handle(message, handles);
        default:
                return read_basic(message, signature[0]);
        }
}

GVariant *codec_read_body(sd_bus_message *message, const char *signature, GArray *handles) {
        g_autofree char *tuple = g_strdup_printf("(%s)", signature);
        g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE(tuple));

        return read_members(message, G_VARIANT_TYPE(tuple), &builder, handles) ? g_variant_builder_end(&builder) : NULL;
}

static int append_child(sd_bus_message *message, GVariant *value, gsize index, int fd) {
        g_autoptr(GVariant) child = g_variant_get_child_value(value, index);

        return codec_append(message, child, fd);
}

/* How many children there are is told by the type, save for an array: to ask a GVariant costs as much as a child. */
static int append_container(sd_bus_message *message, GVariant *value, char kind, const char *contents, gsize n,
                            int fd) {
        int r = sd_bus_message_open_container(message, kind, contents);

        for (gsize i = 0; r >= 0 && i < n; i++)
                r = append_child(message, value, i, fd);
        return r >= 0 ? sd_bus_message_close_container(message) : r;
}

static int append_variant(sd_bus_message *message, GVariant *value, int fd) {
        g_autoptr(GVariant) inner = g_variant_get_variant(value);
        int r = sd_bus_message_open_container(message, SD_BUS_TYPE_VARIANT, g_variant_get_type_string(inner));

        if (r >= 0)
                r = codec_append(message, inner, fd);
        return r >= 0 ? sd_bus_message_close_container(message) : r;
}

/* Most of ours are {sv}: no copy of their members' types is made. */
static int append_pair(sd_bus_message *message, GVariant *value, const char *type, int fd) {
        g_autofree char *contents = NULL;

        if (strcmp(type, "{sv}") == 0)
                return append_container(message, value, SD_BUS_TYPE_DICT_ENTRY, "sv", 2, fd);
        contents = g_strndup(type + 1, strlen(type) - 2);
        return append_container(message, value, SD_BUS_TYPE_DICT_ENTRY, contents, 2, fd);
}

static int append_compound(sd_bus_message *message, GVariant *value, int fd) {
        const char *type = g_variant_get_type_string(value);
        g_autofree char *contents = NULL;

        switch (type[0]) {
        case 'a':
                return append_container(message, value, SD_BUS_TYPE_ARRAY, type + 1, g_variant_n_children(value), fd);
        case 'v':
                return append_variant(message, value, fd);
        case '{':
                return append_pair(message, value, type, fd);
        default:
                contents = g_strndup(type + 1, strlen(type) - 2);
                return append_container(message, value, SD_BUS_TYPE_STRUCT, contents, g_variant_n_children(value), fd);
        }
}

int codec_append(sd_bus_message *message, GVariant *value, int fd) {
        char type = (char) g_variant_classify(value);
        guint64 number;
        int boolean;

        switch (type) {
        case 's':
        case 'o':
        case 'g':
                return sd_bus_message_append_basic(message, type, g_variant_get_string(value, NULL));
        case 'b':
                boolean = g_variant_get_boolean(value);
                return sd_bus_message_append_basic(message, type, &boolean);
        case 'h':
                return sd_bus_message_append_basic(message, type, &fd);
        case 'a':
        case 'v':
        case '(':
        case '{':
                return append_compound(message, value, fd);
        default:
                g_variant_store(value, &number); /* a number's serialised form is the number in the machine's order */
                return sd_bus_message_append_basic(message, type, &number);
        }
}

int codec_append_tuple(sd_bus_message *message, GVariant *tuple, int fd) {
        int r = 0;

        for (gsize i = 0, n = g_variant_n_children(tuple); r >= 0 && i < n; i++)
                r = append_child(message, tuple, i, fd);
        return r;
}
