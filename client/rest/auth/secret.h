/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Secrets of sessions and tokens: 256 random bits, known to the client alone. */

#pragma once

#include <glib.h>

#include "client/rest/auth/credential.h"

#define SECRET_TOKEN_PREFIX "bgt_"

/* A new one as base64url, behind `prefix`; to be freed. */
char *secret_new(const char *prefix);

/* What is kept of it. */
void secret_hash(const char *secret, guint8 ret_hash[CREDENTIAL_HASH_SIZE]);
