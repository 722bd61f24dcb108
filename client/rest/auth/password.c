/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/auth/password.h"

#include <crypt.h>
#include <errno.h>
#include <string.h>

#include "client/rest/errors.h"

#define METHOD "$y$" /* yescrypt; the cost is the library's own default: 16 MiB */

struct PasswordWorker {
        GThreadPool *pool; /* of one thread */
        GQueue jobs;       /* all that were begun and are not told yet */
};

typedef struct Job {
        PasswordWorker *worker;
        char *password;
        char *hash; /* given, or made */
        gboolean compare;
        gboolean matches;
        GError *error;
        GSource *told;
        PasswordDone done;
        gpointer userdata;
        GDestroyNotify release;
} Job;

gboolean password_check(const char *password, GError **error) {
        gsize length = strlen(password);

        if (length >= PASSWORD_LENGTH_MIN && length <= PASSWORD_LENGTH_MAX)
                return TRUE;
        g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST, "a password has %d to %d bytes, this one has %zu",
                    PASSWORD_LENGTH_MIN, PASSWORD_LENGTH_MAX, length);
        return FALSE;
}

static void wipe_free(char *secret) {
        if (!secret)
                return;
        explicit_bzero(secret, strlen(secret));
        g_free(secret);
}

/* crypt(3) takes less than 512 bytes, so what it gets is always a digest of the password. */
static gboolean run_crypt(const char *password, const char *setting, char ret_hash[CRYPT_OUTPUT_SIZE]) {
        g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA512, password, -1);
        struct crypt_data *data = g_new0(struct crypt_data, 1);
        const char *hash = crypt_rn(digest, setting, data, sizeof(*data));

        if (hash)
                (void) g_strlcpy(ret_hash, hash, CRYPT_OUTPUT_SIZE);
        explicit_bzero(digest, strlen(digest));
        explicit_bzero(data, sizeof(*data));
        g_free(data);
        return hash != NULL;
}

char *password_hash(const char *password, GError **error) {
        char setting[CRYPT_GENSALT_OUTPUT_SIZE], hash[CRYPT_OUTPUT_SIZE];

        if (!crypt_gensalt_rn(METHOD, 0, NULL, 0, setting, sizeof(setting)) || !run_crypt(password, setting, hash)) {
                g_set_error(error, REST_ERROR, REST_ERROR_INTERNAL, "the password cannot be hashed: %s",
                            g_strerror(errno));
                return NULL;
        }
        return g_strdup(hash);
}

gboolean password_matches(const char *password, const char *hash) {
        char made[CRYPT_OUTPUT_SIZE];
        gsize length = strlen(hash);
        guint8 difference = 0;

        if (!run_crypt(password, hash, made) || strlen(made) != length)
                return FALSE;
        for (gsize i = 0; i < length; i++)
                difference |= (guint8) (made[i] ^ hash[i]);
        return difference == 0;
}

static void free_job(Job *job) {
        if (job->told) {
                g_source_destroy(job->told);
                g_source_unref(job->told);
        }
        job->release(job->userdata);
        wipe_free(job->password);
        g_free(job->hash);
        g_clear_error(&job->error);
        g_free(job);
}

static gboolean tell(gpointer userdata) {
        Job *job = userdata;

        g_queue_remove(&job->worker->jobs, job);
        job->done(job->matches, job->compare ? NULL : job->hash, job->error, job->userdata);
        free_job(job);
        return G_SOURCE_REMOVE;
}

/* On the worker's thread. */
static void work(gpointer data, gpointer userdata) {
        Job *job = data;

        if (job->compare)
                job->matches = password_matches(job->password, job->hash);
        else
                job->hash = password_hash(job->password, &job->error);
        (void) g_source_attach(job->told, NULL);
}

PasswordWorker *password_worker_new(void) {
        PasswordWorker *self = g_new0(PasswordWorker, 1);

        /* not exclusive: an idle thread goes away after some seconds */
        self->pool = g_thread_pool_new(work, self, 1, FALSE, NULL);
        g_queue_init(&self->jobs);
        return self;
}

void password_worker_free(PasswordWorker *self) {
        g_thread_pool_free(self->pool, TRUE, TRUE);
        while (!g_queue_is_empty(&self->jobs))
                free_job(g_queue_pop_head(&self->jobs));
        g_free(self);
}

gboolean password_worker_run(PasswordWorker *self, const char *password, const char *hash, PasswordDone done,
                             gpointer userdata, GDestroyNotify release, GError **error) {
        Job *job;

        if (g_queue_get_length(&self->jobs) >= PASSWORD_QUEUE_MAX) {
                g_set_error_literal(error, REST_ERROR, REST_ERROR_OVERLOADED,
                                    "too many passwords wait to be looked at; try again in a few seconds");
                release(userdata);
                return FALSE;
        }

        job = g_new0(Job, 1);
        *job = (Job) {
                .worker = self,
                .password = g_strdup(password),
                .hash = g_strdup(hash),
                .compare = hash != NULL,
                .told = g_idle_source_new(),
                .done = done,
                .userdata = userdata,
                .release = release,
        };
        g_source_set_priority(job->told, G_PRIORITY_DEFAULT);
        g_source_set_callback(job->told, tell, job, NULL);
        g_queue_push_tail(&self->jobs, job);
        if (!g_thread_pool_push(self->pool, job, error)) {
                g_queue_remove(&self->jobs, job);
                free_job(job);
                return FALSE;
        }
        return TRUE;
}
