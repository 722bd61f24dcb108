/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The store, and what is kept of sessions and tokens in it. */

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/rest/auth/cookie.h"
#include "client/rest/auth/credentials.h"
#include "client/rest/auth/secret.h"
#include "client/rest/errors.h"

#define DAY (24 * 60 * 60)
#define NOW G_GINT64_CONSTANT(1800000000)
#define SESSION REST_CREDENTIAL_SESSION
#define TOKEN REST_CREDENTIAL_TOKEN

typedef struct Fixture {
        char *parent, *folder, *file;
        AuthStore *store;
        Credentials *credentials;
        GString *ended; /* "session 1;token 2;" */
} Fixture;

static void on_ended(RestCredential kind, gint64 id, gpointer userdata) {
        g_string_append_printf(userdata, "%s %" G_GINT64_FORMAT ";", credential_kind_text(kind), id);
}

static void open_store(Fixture *f) {
        g_autoptr(GError) error = NULL;

        f->store = auth_store_open(f->folder, &error);
        g_assert_no_error(error);
        f->credentials = credentials_new(f->store, 7 * DAY, on_ended, f->ended, &error);
        g_assert_no_error(error);
}

static void close_store(Fixture *f) {
        g_clear_pointer(&f->credentials, credentials_free);
        g_clear_pointer(&f->store, auth_store_close);
}

static void reopen_store(Fixture *f) {
        close_store(f);
        open_store(f);
}

static void set_up(Fixture *f, gconstpointer unused) {
        f->parent = g_dir_make_tmp("bangui-rest-XXXXXX", NULL);
        f->folder = g_build_filename(f->parent, "deep", "store", NULL);
        f->file = g_build_filename(f->folder, "rest.db", NULL);
        f->ended = g_string_new(NULL);
        open_store(f);
}

static void tear_down(Fixture *f, gconstpointer unused) {
        static const char *const names[] = { "deep/store/rest.db-shm", "deep/store/rest.db-wal", "deep/store/rest.db",
                                             "deep/store", "deep" };

        close_store(f);
        for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autofree char *path = g_build_filename(f->parent, names[i], NULL);

                (void) g_remove(path);
        }
        g_assert_cmpint(g_rmdir(f->parent), ==, 0);
        g_string_free(f->ended, TRUE);
        g_free(f->parent);
        g_free(f->folder);
        g_free(f->file);
}

static char *add_session(Fixture *f, gint64 now, gint64 *ret_id) {
        g_autoptr(GError) error = NULL;
        const Credential *session;
        char *secret = credentials_add_session(f->credentials, "192.0.2.1", "Firefox", now, &session, &error);

        g_assert_no_error(error);
        if (ret_id)
                *ret_id = session->id;
        return secret;
}

static char *add_token(Fixture *f, gint64 expires_at, gint64 *ret_id) {
        g_autoptr(GError) error = NULL;
        const Credential *token;
        char *secret = credentials_add_token(f->credentials, "script", REST_SCOPE_BAN, expires_at, NOW, &token, &error);

        g_assert_no_error(error);
        if (ret_id)
                *ret_id = token->id;
        return secret;
}

/* What another program does to the database. */
static void run_sql(const Fixture *f, const char *sql) {
        sqlite3 *db = NULL;

        g_assert_cmpint(sqlite3_open(f->file, &db), ==, SQLITE_OK);
        g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
        g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
}

static void assert_mode(const char *path, guint mode) {
        GStatBuf found;

        g_assert_cmpint(g_stat(path, &found), ==, 0);
        g_assert_cmphex(found.st_mode & 07777, ==, mode);
}

static void test_modes(Fixture *f, gconstpointer unused) {
        g_autofree char *secret = add_session(f, NOW, NULL);
        g_autofree char *wal = g_strconcat(f->file, "-wal", NULL);

        assert_mode(f->folder, 0700);
        assert_mode(f->file, 0600);
        assert_mode(wal, 0600);
        g_assert_cmpint(g_chmod(f->file, 0644), ==, 0);
        reopen_store(f);
        assert_mode(f->file, 0600);
}

/* A copy of the file signs nobody in. */
static void test_only_a_hash_is_stored(Fixture *f, gconstpointer unused) {
        g_autofree char *session = add_session(f, NOW, NULL), *token = add_token(f, 0, NULL), *text = NULL;
        gsize length;

        g_assert_cmpuint(strlen(session), ==, 43);
        g_assert_cmpuint(strlen(token), ==, 47);
        g_assert_true(g_str_has_prefix(token, "bgt_"));
        close_store(f);
        g_assert_true(g_file_get_contents(f->file, &text, &length, NULL));
        g_assert_null(memmem(text, length, session, strlen(session)));
        g_assert_null(memmem(text, length, token + 4, strlen(token) - 4));
        g_assert_nonnull(memmem(text, length, "Firefox", 7));
}

static void test_password(Fixture *f, gconstpointer unused) {
        g_autofree char *none = NULL, *hash = NULL, *next = NULL, *secret = add_session(f, NOW, NULL);
        g_autoptr(GError) error = NULL;

        g_assert_true(auth_store_read_password(f->store, &none, NULL));
        g_assert_null(none);
        g_assert_true(auth_store_set_up(f->store, "$y$one", NOW, NULL));
        g_assert_false(auth_store_set_up(f->store, "$y$two", NOW, &error));
        g_assert_error(error, REST_ERROR, REST_ERROR_SETUP_DONE);
        g_assert_true(auth_store_read_password(f->store, &hash, NULL));
        g_assert_cmpstr(hash, ==, "$y$one");
        g_assert_true(auth_store_change_password(f->store, "$y$three", 0, NOW, NULL));
        g_assert_true(credentials_reload(f->credentials, NULL));
        g_assert_cmpstr(f->ended->str, ==, "session 1;");
        reopen_store(f);
        g_assert_true(auth_store_read_password(f->store, &next, NULL));
        g_assert_cmpstr(next, ==, "$y$three");
}

static void test_found(Fixture *f, gconstpointer unused) {
        gint64 session_id, token_id;
        g_autofree char *session = add_session(f, NOW, &session_id), *token = add_token(f, NOW + DAY, &token_id);
        const Credential *found;

        for (int i = 0; i < 2; i++) {
                found = credentials_find(f->credentials, SESSION, session, NOW + 7 * DAY - 1);
                g_assert_cmpint(found->id, ==, session_id);
                g_assert_cmpint(found->scope, ==, REST_SCOPE_ADMIN);
                g_assert_cmpstr(found->agent, ==, "Firefox");
                g_assert_null(credentials_find(f->credentials, SESSION, session, NOW + 7 * DAY));

                found = credentials_find(f->credentials, TOKEN, token, NOW + DAY - 1);
                g_assert_cmpint(found->id, ==, token_id);
                g_assert_cmpint(found->scope, ==, REST_SCOPE_BAN);
                g_assert_cmpstr(found->name, ==, "script");
                g_assert_null(credentials_find(f->credentials, TOKEN, token, NOW + DAY));

                /* each in its own header only */
                g_assert_null(credentials_find(f->credentials, TOKEN, session, NOW));
                g_assert_null(credentials_find(f->credentials, SESSION, token, NOW));
                g_assert_null(credentials_find(f->credentials, SESSION, "", NOW));
                reopen_store(f);
        }
}

static void test_sliding(Fixture *f, gconstpointer unused) {
        g_autofree char *secret = add_session(f, NOW, NULL);
        Credential *session = credentials_find(f->credentials, SESSION, secret, NOW);

        g_assert_false(credentials_use(f->credentials, session, "192.0.2.9", "Firefox", NOW + 3599));
        g_assert_cmpint(session->expires_at, ==, NOW + 3599 + 7 * DAY);
        g_assert_cmpint(session->written_at, ==, NOW);
        g_assert_true(credentials_use(f->credentials, session, "192.0.2.9",
                                      "Fire\xff"
                                      "fox",
                                      NOW + 3600));
        g_assert_cmpint(session->written_at, ==, NOW + 3600);
        g_assert_cmpstr(session->agent, ==,
                        "Fire\xef\xbf\xbd"
                        "fox");
        g_assert_false(credentials_use(f->credentials, session, "192.0.2.9", "Firefox", NOW + 3601));

        /* the last use goes into the database at the end; a clock that goes back does no harm */
        g_assert_false(credentials_use(f->credentials, session, "192.0.2.9", "Firefox", NOW));
        reopen_store(f);
        session = credentials_find(f->credentials, SESSION, secret, NOW + 3601 + 7 * DAY - 1);
        g_assert_cmpint(session->seen_at, ==, NOW + 3601);
        g_assert_cmpstr(session->address, ==, "192.0.2.9");
}

static void test_token_use(Fixture *f, gconstpointer unused) {
        g_autofree char *secret = add_token(f, 0, NULL);
        Credential *token = credentials_find(f->credentials, TOKEN, secret, NOW);

        g_assert_cmpint(token->seen_at, ==, 0);
        g_assert_true(credentials_use(f->credentials, token, "192.0.2.9", "curl", NOW));
        g_assert_cmpint(token->expires_at, ==, 0);
        reopen_store(f);
        token = credentials_find(f->credentials, TOKEN, secret, NOW + 36500 * (gint64) DAY);
        g_assert_cmpint(token->seen_at, ==, NOW);
        g_assert_cmpstr(token->agent, ==, "curl");
}

static void test_end(Fixture *f, gconstpointer unused) {
        g_autofree char *first = add_session(f, NOW, NULL), *second = add_session(f, NOW, NULL),
                        *third = add_session(f, NOW + 1, NULL), *token = add_token(f, 0, NULL);
        g_autoptr(GError) error = NULL;
        guint ended;

        g_assert_true(credentials_end(f->credentials, SESSION, 1, NULL));
        g_assert_null(credentials_find(f->credentials, SESSION, first, NOW));
        g_assert_false(credentials_end(f->credentials, SESSION, 1, &error));
        g_assert_error(error, REST_ERROR, REST_ERROR_ROUTE_NOT_FOUND);
        g_assert_cmpstr(error->message, ==, "there is no session 1");
        g_assert_false(credentials_end(f->credentials, TOKEN, 2, NULL));
        g_assert_cmpuint(credentials_count_sessions(f->credentials, 3), ==, 1);
        g_assert_true(credentials_end_sessions(f->credentials, 3, &ended, NULL));
        g_assert_cmpuint(ended, ==, 1);
        g_assert_cmpstr(f->ended->str, ==, "session 1;session 2;");
        g_assert_true(credentials_end_sessions(f->credentials, 0, &ended, NULL));
        g_assert_cmpuint(ended, ==, 1);
        g_assert_true(credentials_end(f->credentials, TOKEN, 4, NULL));
        reopen_store(f);
        g_assert_null(credentials_find(f->credentials, SESSION, second, NOW));
        g_assert_null(credentials_find(f->credentials, SESSION, third, NOW));
        g_assert_null(credentials_find(f->credentials, TOKEN, token, NOW));

        /* an id is not given again */
        g_free(g_steal_pointer(&first));
        first = add_session(f, NOW, NULL);
        g_assert_nonnull(credentials_get(f->credentials, SESSION, 5));
}

static void test_expire(Fixture *f, gconstpointer unused) {
        g_autofree char *session = add_session(f, NOW, NULL), *later = add_session(f, NOW + 10, NULL),
                        *token = add_token(f, NOW + DAY, NULL);
        g_autoptr(GPtrArray) list = NULL;

        credentials_expire(f->credentials, NOW + 7 * DAY - 1);
        g_assert_cmpstr(f->ended->str, ==, "token 3;");
        credentials_expire(f->credentials, NOW + 7 * DAY);
        g_assert_cmpstr(f->ended->str, ==, "token 3;session 1;");
        list = credentials_list(f->credentials, SESSION, NOW);
        g_assert_cmpuint(list->len, ==, 1);
        g_assert_cmpint(((Credential *) list->pdata[0])->id, ==, 2);
}

static void test_bounded(Fixture *f, gconstpointer unused) {
        g_autofree char *oldest = add_session(f, NOW, NULL), *kept = add_session(f, NOW + 1, NULL);
        g_autoptr(GPtrArray) list = NULL;
        g_autoptr(GError) error = NULL;
        const Credential *token;

        for (int i = 0; i < CREDENTIALS_MAX - 1; i++)
                g_free(add_session(f, NOW + 2, NULL));
        list = credentials_list(f->credentials, SESSION, NOW);
        g_assert_cmpuint(list->len, ==, CREDENTIALS_MAX);
        g_assert_null(credentials_find(f->credentials, SESSION, oldest, NOW));
        g_assert_nonnull(credentials_find(f->credentials, SESSION, kept, NOW));
        g_assert_cmpstr(f->ended->str, ==, "session 1;");

        for (int i = 0; i < CREDENTIALS_MAX; i++)
                g_free(add_token(f, 0, NULL));
        g_assert_null(credentials_add_token(f->credentials, "one more", REST_SCOPE_READ, 0, NOW, &token, &error));
        g_assert_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST);
}

/* The command line sets a password while the bridge runs. */
static void test_changed_by_another(Fixture *f, gconstpointer unused) {
        g_autofree char *session = add_session(f, NOW, NULL), *token = add_token(f, 0, NULL);

        g_assert_false(auth_store_changed(f->store));
        run_sql(f, "DELETE FROM credential WHERE kind = 'session'");
        g_assert_true(auth_store_changed(f->store));
        g_assert_false(auth_store_changed(f->store));
        g_assert_true(credentials_reload(f->credentials, NULL));
        g_assert_cmpstr(f->ended->str, ==, "session 1;");
        g_assert_nonnull(credentials_find(f->credentials, TOKEN, token, NOW));
}

static void assert_refused(Fixture *f, const char *words) {
        g_autoptr(GError) error = NULL;

        g_assert_null(auth_store_open(f->folder, &error));
        g_assert_error(error, REST_ERROR, REST_ERROR_STORE);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, words));
        g_assert_nonnull(strstr(error->message, f->folder));
}

static void test_newer(Fixture *f, gconstpointer unused) {
        close_store(f);
        run_sql(f, "PRAGMA user_version = 99");
        assert_refused(f, "is of version 99, this program knows 1");
        run_sql(f, "PRAGMA user_version = 1");
        open_store(f);
}

static void overwrite(const char *path, off_t offset, const char *text) {
        int fd = open(path, O_WRONLY | O_CLOEXEC);

        g_assert_cmpint(fd, >=, 0);
        g_assert_cmpint(pwrite(fd, text, strlen(text), offset), ==, strlen(text));
        g_assert_cmpint(close(fd), ==, 0);
}

static void test_damaged(Fixture *f, gconstpointer unused) {
        g_autofree char *noise = g_strnfill(4096, 'x');

        for (int i = 0; i < 100; i++)
                g_free(add_session(f, NOW, NULL));
        close_store(f);
        overwrite(f->file, 2 * 4096, noise);
        assert_refused(f, "is damaged; put a backup in its place");
        overwrite(f->file, 0, "this is a text file, of all things");
        assert_refused(f, "is damaged; put a backup in its place");
}

static void test_no_folder(Fixture *f, gconstpointer unused) {
        g_autoptr(GError) error = NULL;

        g_assert_null(auth_store_open(f->file, &error));
        g_assert_error(error, REST_ERROR, REST_ERROR_STORE);
        g_assert_nonnull(strstr(error->message, "store-folder"));
}

/* Somebody else holds the lock: tried for 0.7 s, then told. The last use does not wait at all. */
static void test_locked(Fixture *f, gconstpointer unused) {
        g_autofree char *secret = add_session(f, NOW, NULL);
        Credential *session = credentials_find(f->credentials, SESSION, secret, NOW);
        g_autoptr(GError) error = NULL, touch_error = NULL;
        sqlite3 *db = NULL;
        gint64 start;

        g_assert_cmpint(sqlite3_open(f->file, &db), ==, SQLITE_OK);
        g_assert_cmpint(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
        start = g_get_monotonic_time();
        g_assert_false(auth_store_touch(f->store, session, &touch_error));
        g_assert_cmpint(g_get_monotonic_time() - start, <, 300000);
        g_assert_false(credentials_end(f->credentials, SESSION, 1, &error));
        g_assert_cmpint(g_get_monotonic_time() - start, >=, 700000);
        g_assert_error(error, REST_ERROR, REST_ERROR_STORE);
        g_assert_nonnull(strstr(error->message, "is locked by another program"));
        g_assert_nonnull(credentials_find(f->credentials, SESSION, secret, NOW));

        g_assert_cmpint(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), ==, SQLITE_OK);
        g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
        g_assert_true(credentials_end(f->credentials, SESSION, 1, NULL));
}

/* A file that may not grow, as on a full disk: nobody is signed in by what was not written, and it goes on after it. */
static void test_full(Fixture *f, gconstpointer unused) {
        g_autofree char *before = add_session(f, NOW, NULL), *after = NULL;
        g_autoptr(GPtrArray) sessions = NULL;
        g_autoptr(GError) error = NULL;
        struct rlimit limit, small;
        const Credential *session;

        g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
        small = (struct rlimit) { .rlim_cur = 1024, .rlim_max = limit.rlim_max };
        g_assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
        g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
        g_assert_null(credentials_add_session(f->credentials, "192.0.2.1", "Firefox", NOW, &session, &error));
        g_assert_false(credentials_end(f->credentials, SESSION, 1, NULL));
        g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
        g_assert_error(error, REST_ERROR, REST_ERROR_STORE);

        g_assert_nonnull(credentials_find(f->credentials, SESSION, before, NOW));
        g_assert_cmpstr(f->ended->str, ==, "");
        after = add_session(f, NOW, NULL);
        reopen_store(f);
        sessions = credentials_list(f->credentials, SESSION, NOW);
        g_assert_cmpuint(sessions->len, ==, 2);
}

static void assert_cookie(const char *header, const char *name, const char *expected) {
        g_autofree char *found = cookie_find(header, name);

        g_assert_cmpstr(found, ==, expected);
}

static void test_cookies(void) {
        g_autofree char *plain = cookie_text("x", FALSE, "/", 60), *host = cookie_text("x", TRUE, "/", 60),
                        *below = cookie_text("", TRUE, "/bangui/", 0);

        g_assert_cmpstr(plain, ==, "bangui=x; Path=/; Max-Age=60; HttpOnly; SameSite=Strict");
        g_assert_cmpstr(host, ==, "__Host-bangui=x; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure");
        g_assert_cmpstr(below, ==, "__Secure-bangui=; Path=/bangui/; Max-Age=0; HttpOnly; SameSite=Strict; Secure");

        assert_cookie("bangui=abc", "bangui", "abc");
        assert_cookie("a=b; bangui=abc; c=d", "bangui", "abc");
        assert_cookie("a=b;bangui=", "bangui", "");
        assert_cookie("notbangui=1; bangui2=2", "bangui", NULL);
        assert_cookie("__Host-bangui=1", "bangui", NULL);
        assert_cookie(";;; ;", "bangui", NULL);
        assert_cookie("bangui", "bangui", NULL);
        assert_cookie("", "bangui", NULL);
}

static void test_secrets_differ(void) {
        g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

        for (int i = 0; i < 1000; i++) {
                char *secret = secret_new("");

                g_assert_cmpuint(strspn(secret, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_"), ==, 43);
                g_assert_true(g_hash_table_add(seen, secret));
        }
}

static void add(const char *path, void (*func)(Fixture *, gconstpointer)) {
        g_test_add(path, Fixture, NULL, set_up, func, tear_down);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        add("/rest-credentials/modes", test_modes);
        add("/rest-credentials/only-a-hash-is-stored", test_only_a_hash_is_stored);
        add("/rest-credentials/password", test_password);
        add("/rest-credentials/found", test_found);
        add("/rest-credentials/sliding", test_sliding);
        add("/rest-credentials/token-use", test_token_use);
        add("/rest-credentials/end", test_end);
        add("/rest-credentials/expire", test_expire);
        add("/rest-credentials/bounded", test_bounded);
        add("/rest-credentials/changed-by-another", test_changed_by_another);
        add("/rest-credentials/newer", test_newer);
        add("/rest-credentials/damaged", test_damaged);
        add("/rest-credentials/no-folder", test_no_folder);
        add("/rest-credentials/locked", test_locked);
        add("/rest-credentials/full", test_full);
        g_test_add_func("/rest-credentials/cookies", test_cookies);
        g_test_add_func("/rest-credentials/secrets-differ", test_secrets_differ);
        return g_test_run();
}
