/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/auth/secret.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define SECRET_SIZE 32

/* 32 bytes are base64 of 43 characters and one "="; cookies and headers take the letters of base64url. */
static char *to_base64url(const guint8 *bytes, gsize size) {
        char *text = g_base64_encode(bytes, size);

        for (char *at = text; *at; at++) {
                if (*at == '+')
                        *at = '-';
                else if (*at == '/')
                        *at = '_';
                else if (*at == '=')
                        *at = '\0';
        }
        return text;
}

char *secret_new(const char *prefix) {
        guint8 bytes[SECRET_SIZE];
        g_autofree char *text = NULL;

        /* up to 256 bytes come whole, once the kernel has gathered entropy at boot */
        while (getrandom(bytes, sizeof(bytes), 0) != (gssize) sizeof(bytes))
                if (errno != EINTR)
                        g_error("no random numbers from the kernel: %s", g_strerror(errno));

        text = to_base64url(bytes, sizeof(bytes));
        explicit_bzero(bytes, sizeof(bytes));
        return g_strconcat(prefix, text, NULL);
}

void secret_hash(const char *secret, guint8 ret_hash[CREDENTIAL_HASH_SIZE]) {
        g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
        gsize size = CREDENTIAL_HASH_SIZE;

        g_checksum_update(checksum, (const guchar *) secret, -1);
        g_checksum_get_digest(checksum, ret_hash, &size);
}
