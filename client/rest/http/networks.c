/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A list of addresses and networks, and keys for counting by address */

#include "client/rest/http/networks.h"

#include <string.h>

#include "client/rest/errors.h"

#define COUNTED_BYTES_IPV6 8 /* 64 bits are what one customer is given at least */

struct Networks {
        GPtrArray *masks; /* GInetAddressMask */
        gboolean local;   /* peers of a Unix socket */
};

/* A socket for IPv6 that takes IPv4 too, and some proxies, write ::ffff:192.0.2.1. */
static GInetAddress *plain(GInetAddress *address) {
        static const guint8 mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
        const guint8 *bytes = g_inet_address_to_bytes(address);

        if (g_inet_address_get_family(address) != G_SOCKET_FAMILY_IPV6 || memcmp(bytes, mapped, sizeof(mapped)) != 0)
                return g_object_ref(address);
        return g_inet_address_new_from_bytes(bytes + sizeof(mapped), G_SOCKET_FAMILY_IPV4);
}

GInetAddress *networks_parse(const char *text) {
        g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);

        return address ? plain(address) : NULL;
}

char *networks_text(GInetAddress *address) {
        g_autoptr(GInetAddress) bare = address ? plain(address) : NULL;

        return bare ? g_inet_address_to_string(bare) : g_strdup("unix");
}

Networks *networks_new(char **words, const char *key, GError **error) {
        g_autoptr(Networks) self = g_new0(Networks, 1);

        self->masks = g_ptr_array_new_with_free_func(g_object_unref);
        for (char **word = words; *word; word++) {
                GInetAddressMask *mask;

                if (g_str_equal(*word, "unix")) {
                        self->local = TRUE;
                        continue;
                }
                mask = g_inet_address_mask_new_from_string(*word, NULL);
                if (!mask) {
                        g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST,
                                    "%s: \"%s\" is no address and no network such as 192.0.2.0/24", key, *word);
                        return NULL;
                }
                g_ptr_array_add(self->masks, mask);
        }
        return g_steal_pointer(&self);
}

void networks_free(Networks *self) {
        g_ptr_array_unref(self->masks);
        g_free(self);
}

gboolean networks_has(const Networks *self, GInetAddress *address) {
        g_autoptr(GInetAddress) bare = address ? plain(address) : NULL;

        if (!bare)
                return self->local;
        for (guint i = 0; i < self->masks->len; i++)
                if (g_inet_address_mask_matches(g_ptr_array_index(self->masks, i), bare))
                        return TRUE;
        return FALSE;
}

char *networks_counting_key(GInetAddress *address) {
        g_autoptr(GInetAddress) bare = address ? plain(address) : NULL;
        guint8 bytes[16] = { 0 };
        g_autoptr(GInetAddress) network = NULL;

        if (!bare)
                return g_strdup("unix");
        if (g_inet_address_get_family(bare) == G_SOCKET_FAMILY_IPV4)
                return g_inet_address_to_string(bare);
        memcpy(bytes, g_inet_address_to_bytes(bare), COUNTED_BYTES_IPV6);
        network = g_inet_address_new_from_bytes(bytes, G_SOCKET_FAMILY_IPV6);
        return g_inet_address_to_string(network);
}

char *networks_counting_key_of_text(const char *address) {
        g_autoptr(GInetAddress) parsed = networks_parse(address);

        return networks_counting_key(parsed);
}
