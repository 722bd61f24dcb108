/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A list of addresses and networks, and keys for counting by address. */

#pragma once

#include <gio/gio.h>

typedef struct Networks Networks;

/* Words such as "192.0.2.1", "2001:db8::/32" and "unix", which stands for peers of a Unix socket. `key`: the
 * setting's name, for the error. */
Networks *networks_new(char **words, const char *key, GError **error);
void networks_free(Networks *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Networks, networks_free)

/* `address` NULL: a peer of a Unix socket. */
gboolean networks_has(const Networks *self, GInetAddress *address);

/* The text that an address is counted by: IPv4 itself, of IPv6 its network of 64 bits, "unix" for NULL. To be freed.
 * */
char *networks_counting_key(GInetAddress *address);
char *networks_counting_key_of_text(const char *address);

/* An address as text, an IPv4-mapped one as IPv4; "unix" for NULL. To be freed. */
char *networks_text(GInetAddress *address);

/* A plain address, an IPv4-mapped one as IPv4; NULL: `text` is none. */
GInetAddress *networks_parse(const char *text);
