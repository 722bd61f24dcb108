/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * IP addresses and networks: reading, writing, comparing
 *
 * Reading is strict, since what is read here ends in a firewall: no blanks, no zone, no octal-looking numbers, no
 * short forms of IPv4 (inet_pton() refuses these). The text is cut into address and prefix, the address is read,
 * then the prefix by the address' version, then the value is made canonical.
 *
 * IPv6 is written by inet_ntop(), as fail2ban does, so that both write the same text for the same address.
 */

#include "core/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"

#define ADDRESS_PART_MAX INET6_ADDRSTRLEN /* longest text of an address or a netmask, with NUL */
#define MAPPED_BITS 96

static const guint8 mapped_prefix[MAPPED_BITS / 8] = { [10] = 0xff, [11] = 0xff };

static guint address_bits(guint8 version) {
        return version == 4 ? 32 : 128;
}

/* Copies a part of the text so that it ends with NUL. */
static gboolean copy_part(const char *from, size_t length, char part[ADDRESS_PART_MAX]) {
        if (length == 0 || length >= ADDRESS_PART_MAX)
                return FALSE;
        memcpy(part, from, length);
        part[length] = '\0';
        return TRUE;
}

static gboolean parse_host(const char *text, size_t length, Address *self) {
        char part[ADDRESS_PART_MAX];
        gboolean bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';

        if (bracketed) {
                text++;
                length -= 2;
        }
        if (!copy_part(text, length, part))
                return FALSE;

        if (strchr(part, ':'))
                self->version = 6;
        else if (!bracketed)
                self->version = 4;
        else
                return FALSE;

        return inet_pton(self->version == 4 ? AF_INET : AF_INET6, part, self->bytes) == 1;
}

/* "24", without sign, blanks and leading zeros. */
static gboolean parse_bits(const char *text, guint max, guint *ret) {
        size_t length = strlen(text);
        guint bits = 0;

        if (length == 0 || length > 3 || (length > 1 && text[0] == '0'))
                return FALSE;

        for (const char *p = text; *p; p++) {
                if (!g_ascii_isdigit(*p))
                        return FALSE;
                bits = bits * 10 + (guint) (*p - '0');
        }
        if (bits > max)
                return FALSE;

        *ret = bits;
        return TRUE;
}

/* "255.255.255.0": ones, then zeros. */
static gboolean parse_netmask(const char *text, guint *ret) {
        struct in_addr raw;
        guint32 mask;

        if (inet_pton(AF_INET, text, &raw) != 1)
                return FALSE;
        mask = g_ntohl(raw.s_addr);
        if ((~mask & (~mask + 1)) != 0)
                return FALSE;

        *ret = (guint) __builtin_popcount(mask);
        return TRUE;
}

static gboolean parse_prefix(const char *text, guint8 version, guint *ret) {
        if (parse_bits(text, address_bits(version), ret))
                return TRUE;
        return version == 4 && parse_netmask(text, ret);
}

/* An IPv4 address that came in IPv6's clothes becomes IPv4. A network of IPv6 that is larger than the mapped
 * range cannot, and is refused: nobody can have meant that. */
static gboolean unmap(Address *self, guint *prefix) {
        if (self->version != 6 || memcmp(self->bytes, mapped_prefix, sizeof(mapped_prefix)) != 0)
                return TRUE;
        if (*prefix < MAPPED_BITS)
                return FALSE;

        memmove(self->bytes, self->bytes + sizeof(mapped_prefix), 4);
        memset(self->bytes + 4, 0, 12);
        self->version = 4;
        *prefix -= MAPPED_BITS;
        return TRUE;
}

static void mask_host_bits(Address *self) {
        guint whole = self->prefix / 8, rest = self->prefix % 8;

        if (whole >= sizeof(self->bytes))
                return;
        self->bytes[whole] &= (guint8) (0xff00 >> rest);
        memset(self->bytes + whole + 1, 0, sizeof(self->bytes) - whole - 1);
}

gboolean address_try_parse(const char *text, Address *ret) {
        const char *slash = strchr(text, '/');
        Address self = { 0 };
        guint prefix;

        if (!parse_host(text, slash ? (size_t) (slash - text) : strnlen(text, ADDRESS_PART_MAX + 2), &self))
                return FALSE;

        prefix = address_bits(self.version);
        if (slash && !parse_prefix(slash + 1, self.version, &prefix))
                return FALSE;
        if (!unmap(&self, &prefix))
                return FALSE;

        self.prefix = (guint8) prefix;
        mask_host_bits(&self);
        *ret = self;
        return TRUE;
}

gboolean address_parse(const char *text, Address *ret, GError **error) {
        g_autofree char *quoted = NULL;

        if (address_try_parse(text, ret))
                return TRUE;

        quoted = text_quote(text);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_ADDRESS_INVALID,
                    "%s is no IP address and no network; right would be 192.0.2.1, 192.0.2.0/24, 2001:db8::1 or "
                    "2001:db8::/32",
                    quoted);
        return FALSE;
}

static char *append_number(char *p, guint8 number) {
        if (number >= 100)
                *p++ = (char) ('0' + number / 100);
        if (number >= 10)
                *p++ = (char) ('0' + number / 10 % 10);
        *p++ = (char) ('0' + number % 10);
        return p;
}

const char *address_format(const Address *self, char buffer[ADDRESS_TEXT_MAX]) {
        char *p = buffer;

        if (self->version == 4) {
                for (guint i = 0; i < 4; i++) {
                        if (i > 0)
                                *p++ = '.';
                        p = append_number(p, self->bytes[i]);
                }
        } else {
                (void) inet_ntop(AF_INET6, self->bytes, buffer, ADDRESS_TEXT_MAX);
                p += strlen(buffer);
        }

        if (!address_is_single(self)) {
                *p++ = '/';
                p = append_number(p, self->prefix);
        }
        *p = '\0';
        return buffer;
}

int address_compare(const Address *a, const Address *b) {
        int order;

        if (a->version != b->version)
                return a->version < b->version ? -1 : 1;

        order = memcmp(a->bytes, b->bytes, sizeof(a->bytes));
        if (order != 0)
                return order < 0 ? -1 : 1;
        return (a->prefix > b->prefix) - (a->prefix < b->prefix);
}

gboolean address_contains(const Address *outer, const Address *inner) {
        Address cut = *inner;

        if (outer->version != inner->version || outer->prefix > inner->prefix)
                return FALSE;

        cut.prefix = outer->prefix;
        mask_host_bits(&cut);
        return memcmp(cut.bytes, outer->bytes, sizeof(cut.bytes)) == 0;
}

gboolean address_is_single(const Address *self) {
        return self->prefix == address_bits(self->version);
}

gboolean address_is_loopback(const Address *self) {
        static const Address loopback[] = {
                { .bytes = { 127 }, .version = 4, .prefix = 8 },
                { .bytes = { 0 }, .version = 4, .prefix = 8 },
                { .bytes = { [15] = 1 }, .version = 6, .prefix = 128 },
                { .bytes = { 0 }, .version = 6, .prefix = 128 },
        };

        for (guint i = 0; i < G_N_ELEMENTS(loopback); i++)
                if (address_contains(&loopback[i], self))
                        return TRUE;
        return FALSE;
}

/* Attackers choose the addresses that end in our tables, so the hash has a secret. */
static guint64 hash_secret(void) {
        static gsize secret;

        if (g_once_init_enter(&secret))
                g_once_init_leave(&secret, (gsize) g_random_int() << 1 | 1);
        return secret;
}

static guint64 hash_mix(guint64 hash, guint64 value) {
        hash = (hash ^ value) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
        return hash ^ hash >> 29;
}

guint address_hash(gconstpointer self) {
        const Address *address = self;
        guint64 hash = hash_secret(), words[2];

        memcpy(words, address->bytes, sizeof(words));
        hash = hash_mix(hash, words[0]);
        hash = hash_mix(hash, words[1]);
        hash = hash_mix(hash, (guint64) address->version << 8 | address->prefix);
        return (guint) (hash ^ hash >> 32);
}

gboolean address_equal(gconstpointer a, gconstpointer b) {
        return address_compare(a, b) == 0;
}
