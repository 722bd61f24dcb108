/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * IP addresses and networks
 *
 * A value type: 16 bytes in network order, IPv4 in the first four, the rest zero. Canonical always: bits
 * behind the prefix are zero and an IPv4 address mapped into IPv6 is IPv4, as fail2ban has it.
 */

#pragma once

#include <glib.h>

#define ADDRESS_TEXT_MAX 50 /* longest IPv6 text, "/128" and the final NUL */

typedef struct Address {
        guint8 bytes[16];
        guint8 version; /* 4 or 6 */
        guint8 prefix;  /* 32 or 128 for a single address */
} Address;

/* Accepts "192.0.2.1", "192.0.2.0/24", "192.0.2.0/255.255.255.0", "2001:db8::/32" and "[2001:db8::1]".
 * Fails with ADDRESS_INVALID, which quotes the (shortened, printable) input and says what would be right. */
gboolean address_parse(const char *text, Address *ret, GError **error);

/* As address_parse(), for text that is expected to be something else at times: no error is made. */
gboolean address_try_parse(const char *text, Address *ret);

/* Canonical text of RFC 5952; "/prefix" only for a network. Returns buffer. */
const char *address_format(const Address *self, char buffer[ADDRESS_TEXT_MAX]);

/* Total order by version, then bytes, then prefix: the numeric order of lists. */
int address_compare(const Address *a, const Address *b);

/* Whether every address of inner is one of outer. */
gboolean address_contains(const Address *outer, const Address *inner);

gboolean address_is_single(const Address *self);

/* 127.0.0.0/8, ::1, 0.0.0.0/8 and ::, or a network inside them. */
gboolean address_is_loopback(const Address *self);

/* For GHashTable keys of type Address *. */
guint address_hash(gconstpointer self);
gboolean address_equal(gconstpointer a, gconstpointer b);
