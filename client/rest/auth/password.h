/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Hashing of passwords
 *
 * yescrypt takes 16 MiB and some ten milliseconds on purpose. It runs on one thread, one password at a time, so that
 * neither the main loop nor the memory feels how many come; the memory goes back to the system after each. The queue
 * is bounded: beyond it callers are told to come again.
 */

#pragma once

#include <gio/gio.h>

#define PASSWORD_LENGTH_MIN 8 /* bytes of UTF-8 */
#define PASSWORD_LENGTH_MAX 1024
#define PASSWORD_QUEUE_MAX 32

/* FALSE with BAD_REQUEST and what would be right. */
gboolean password_check(const char *password, GError **error);

/* Both block. A new hash in the form of crypt(5), to be freed; NULL on error. */
char *password_hash(const char *password, GError **error);
gboolean password_matches(const char *password, const char *hash);

typedef struct PasswordWorker PasswordWorker;

PasswordWorker *password_worker_new(void);

/* Waits for the password at work; those that wait are given up: their `release` is called, `done` is not. */
void password_worker_free(PasswordWorker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PasswordWorker, password_worker_free)

/* Told on the main loop: whether the password matched, or its hash. */
typedef void (*PasswordDone)(gboolean matches, const char *hash, const GError *error, gpointer userdata);

/* Compares with `hash`; NULL: makes a hash. The password is copied, and wiped in the end. FALSE with OVERLOADED, and
 * `release` was called. */
gboolean password_worker_run(PasswordWorker *self, const char *password, const char *hash, PasswordDone done,
                             gpointer userdata, GDestroyNotify release, GError **error);
