/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The command that starts or restarts fail2ban is a script that tells the test by one FIFO and waits for its exit
 * status from another: the fixture's server is a child of the test's main thread, so only that can stop and start
 * it.
 */

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "core/error.h"
#include "fail2ban-fixture.h"
#include "services/server/server.h"

typedef struct World {
        Fail2banFixture *fail2ban;
        char *asked, *answer; /* the two FIFOs */
        char *command;
        Fail2banClient *client;
        Model *model;
        BanTable *table;
        Findings *findings;
        Probe *probe;
        Server *server;
        gint64 now;
} World;

static void ignore_event(EventType type, const char *name, const char *address, GVariant *properties,
                         gpointer userdata) {
}

static const char *const three_jails[] = { "alpha", "beta", "with space", NULL };

static char *make_command(World *w) {
        const char *folder = fail2ban_fixture_folder(w->fail2ban);
        g_autofree char *script = g_build_filename(folder, "command.sh", NULL);
        g_autofree char *text = NULL;

        w->asked = g_build_filename(folder, "asked", NULL);
        w->answer = g_build_filename(folder, "answer", NULL);
        g_assert_cmpint(mkfifo(w->asked, 0600), ==, 0);
        g_assert_cmpint(mkfifo(w->answer, 0600), ==, 0);
        text = g_strdup_printf("echo >'%s'; read status <'%s'; echo 'the script says this' >&2; exit $status\n",
                               w->asked, w->answer);
        g_assert_true(g_file_set_contents(script, text, -1, NULL));
        return g_strdup_printf("/bin/sh '%s'", script);
}

static Server *new_server(World *w, const char *command, guint timeout_s) {
        const char *folders[] = { fail2ban_fixture_log_folder(w->fail2ban), NULL };

        return server_new(w->client, w->model, w->probe, command, command, timeout_s, folders);
}

static void set_up(World *w, gconstpointer data) {
        static const EventSink sink = { .func = ignore_event };
        g_autoptr(GError) error = NULL;

        w->fail2ban = fail2ban_fixture_start(&(Fail2banFixtureOptions) { .jails = three_jails });
        w->command = make_command(w);
        w->client = fail2ban_client_new(fail2ban_fixture_socket(w->fail2ban), 10, 60);
        w->model = model_new(&sink);
        w->table = ban_table_new(&sink);
        w->findings = findings_new(&sink);
        w->probe = probe_new(w->client, w->model, w->table, w->findings, fail2ban_fixture_socket(w->fail2ban));
        w->server = new_server(w, w->command, 30);
        w->now = g_get_real_time() / G_USEC_PER_SEC;
        g_assert_true(probe_full(w->probe, w->now, &error));
        g_assert_no_error(error);
}

static void tear_down(World *w, gconstpointer data) {
        server_free(w->server);
        probe_free(w->probe);
        findings_free(w->findings);
        ban_table_free(w->table);
        model_free(w->model);
        fail2ban_client_free(w->client);
        g_free(w->command);
        g_free(w->asked);
        g_free(w->answer);
        fail2ban_fixture_free(w->fail2ban);
}

static void await_command(World *w) {
        int fd = open(w->asked, O_RDONLY | O_CLOEXEC);
        char byte;

        g_assert_cmpint(fd, >=, 0);
        g_assert_cmpint(read(fd, &byte, 1), ==, 1);
        close(fd);
}

static void end_command(World *w, const char *status) {
        int fd = open(w->answer, O_WRONLY | O_CLOEXEC);

        g_assert_cmpint(fd, >=, 0);
        g_assert_cmpint(write(fd, status, strlen(status)), >, 0);
        close(fd);
}

#define assert_fails(call, code, part) \
        G_STMT_START { \
                g_autoptr(GError) error = NULL; \
                g_assert_false(!!(call)); \
                g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_##code); \
                g_test_message("%s", error->message); \
                g_assert_nonnull(strstr(error->message, part)); \
        } \
        G_STMT_END

/* ---- Settings ---- */

static GVariant *set(World *w, const char *text, GError **error) {
        g_autoptr(GVariant) values = g_variant_ref_sink(g_variant_new_parsed(text));

        return server_set(w->server, values, w->now, error);
}

static char *server_text(World *w, const char *property) {
        g_autoptr(GVariant) properties = model_server(w->model);
        char *text = NULL;

        g_assert_true(g_variant_lookup(properties, property, "s", &text));
        return text;
}

static void test_set(World *w, gconstpointer data) {
        g_autofree char *log = g_build_filename(fail2ban_fixture_log_folder(w->fail2ban), "other.log", NULL);
        g_autofree char *text = g_strdup_printf(
                "{'log_level': <'DEBUG'>, 'log_target': <'%s'>, 'database_purge_age': <int64 172800>}", log);
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) now = set(w, text, &error);
        g_autofree char *level = NULL;
        g_autofree char *target = NULL;
        gint64 age = 0;

        g_assert_no_error(error);
        g_assert_cmpuint(g_variant_n_children(now), ==, 6);
        g_assert_true(g_variant_lookup(now, "database_purge_age", "x", &age));
        g_assert_cmpint(age, ==, 172800);
        level = server_text(w, "LogLevel");
        target = server_text(w, "LogTarget");
        g_assert_cmpstr(level, ==, "DEBUG");
        g_assert_cmpstr(target, ==, log);
        g_assert_true(server_flush_logs(w->server, &error));
        g_assert_no_error(error);
}

static void test_set_bad(World *w, gconstpointer data) {
        g_autofree char *level = NULL;

        assert_fails(set(w, "{'log_level': <'DEBUG'>, 'log_traget': <'SYSLOG'>}", &error), INVALID_ARGUMENT,
                     "'log_target'");
        assert_fails(set(w, "{'log_level': <'DEBUG'>, 'database_purge_age': <'1d'>}", &error), INVALID_ARGUMENT,
                     "database_purge_age");
        assert_fails(set(w, "{'log_level': <'DEBUG'>, 'log_target': <'/etc/passwd'>}", &error), INVALID_ARGUMENT, "");
        level = server_text(w, "LogLevel");
        g_assert_cmpstr(level, ==, "INFO");
}

/* fail2ban cannot move to another database while jails run: what was set before it is set back. */
static void test_set_refused(World *w, gconstpointer data) {
        g_autofree char *file = g_build_filename(fail2ban_fixture_log_folder(w->fail2ban), "other.sqlite3", NULL);
        g_autofree char *text = g_strdup_printf("{'log_level': <'DEBUG'>, 'database_file': <'%s'>}", file);
        g_autofree char *level = NULL;

        assert_fails(set(w, text, &error), REFUSED_BY_FAIL2BAN, "log_level has its old value again");
        level = server_text(w, "LogLevel");
        g_assert_cmpstr(level, ==, "INFO");
}

/* ---- Restart and start ---- */

typedef struct Run {
        World *world;
        GVariant *(*function)(Server *server, Operation *operation, gint64 now, GError **error);
        Operation *operation;
        GVariant *result;
        GError *error;
} Run;

static gpointer run_thread(gpointer userdata) {
        Run *run = userdata;

        run->result = run->function(run->world->server, run->operation, run->world->now, &run->error);
        return NULL;
}

static void assert_list(GVariant *result, const char *key, const char *const *expected) {
        g_auto(GStrv) names = NULL;

        g_assert_true(g_variant_lookup(result, key, "^as", &names));
        g_assert_true(g_strv_equal((const char *const *) names, expected));
}

/* Runs it on a thread, with `meanwhile` while the command runs; fail2ban is started anew when the command is over. */
static void run(World *w, Run *run, void (*meanwhile)(World *w)) {
        g_autoptr(GThread) thread = NULL;

        run->world = w;
        thread = g_thread_new("run", run_thread, run);
        await_command(w);
        meanwhile(w);
        end_command(w, "0\n");
        fail2ban_fixture_restart(w->fail2ban);
        g_thread_join(g_steal_pointer(&thread));
}

static void stop(World *w) {
        assert_fails(server_start(w->server, NULL, w->now, &error), BUSY, "already");
        fail2ban_fixture_stop(w->fail2ban);
}

static gboolean is_idle(World *w, const char *jail) {
        g_autoptr(GVariant) properties = model_jail(w->model, jail);
        gboolean idle = FALSE;

        g_assert_true(g_variant_lookup(properties, "Idle", "b", &idle));
        return idle;
}

static const char *const none[] = { NULL };

static void test_restart(World *w, gconstpointer data) {
        Run restart = { .function = server_restart };
        g_autoptr(GVariant) result = NULL;
        g_autofree char *version = NULL;

        model_set_idle(w->model, "alpha", TRUE);
        run(w, &restart, stop);
        g_assert_no_error(restart.error);
        result = restart.result;
        assert_list(result, "jails", three_jails);
        assert_list(result, "missing", none);
        g_assert_true(g_variant_lookup(result, "version", "s", &version));
        g_assert_cmpstr(version, !=, "");
        g_assert_true(model_is_online(w->model));
        g_assert_false(is_idle(w, "alpha"));
}

/* A jail that only ran, and is not in the configuration, is told without waiting for the whole time-out. */
static void test_restart_missing(World *w, gconstpointer data) {
        static const char *const missing[] = { "extra", NULL };
        Run restart = { .function = server_restart };
        g_autoptr(GVariant) result = NULL;
        g_autoptr(GError) error = NULL;
        g_autoptr(ValueTree) added =
                fail2ban_client_ask(w->client, FAIL2BAN_CHANGE, NULL, &error, "add", "extra", "polling", NULL);
        g_autoptr(ValueTree) started =
                fail2ban_client_ask(w->client, FAIL2BAN_CHANGE, NULL, &error, "start", "extra", NULL);
        gint64 began = g_get_monotonic_time();

        g_assert_no_error(error);
        run(w, &restart, stop);
        g_assert_no_error(restart.error);
        result = restart.result;
        assert_list(result, "jails", three_jails);
        assert_list(result, "missing", missing);
        g_assert_cmpint(g_get_monotonic_time() - began, <, 20 * G_USEC_PER_SEC);
}

static void do_nothing(World *w) {
}

static void test_start(World *w, gconstpointer data) {
        Run start = { .function = server_start };
        g_autoptr(GVariant) result = NULL;

        assert_fails(server_start(w->server, NULL, w->now, &error), ALREADY_ACTIVE, "runs already");
        fail2ban_fixture_kill(w->fail2ban);
        run(w, &start, do_nothing);
        g_assert_no_error(start.error);
        result = start.result;
        assert_list(result, "jails", three_jails);
        assert_list(result, "missing", none);
}

static void test_command_fails(World *w, gconstpointer data) {
        Run restart = { .world = w, .function = server_restart };
        GThread *thread = g_thread_new("restart", run_thread, &restart);
        g_autoptr(Server) other = new_server(w, "/no/such/program", 5);

        await_command(w);
        end_command(w, "3\n");
        g_thread_join(thread);
        g_assert_null(restart.result);
        g_assert_error(restart.error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN);
        g_assert_nonnull(strstr(restart.error->message, "the script says this"));
        g_clear_error(&restart.error);
        g_assert_true(model_is_online(w->model));

        assert_fails(server_restart(other, NULL, w->now, &error), FILE_NOT_FOUND, "/no/such/program");
}

static void test_never_answers(World *w, gconstpointer data) {
        g_autoptr(Server) other = new_server(w, "/bin/true", 1);

        fail2ban_fixture_stop(w->fail2ban);
        assert_fails(server_restart(other, NULL, w->now, &error), TIMEOUT, "1 s");
        assert_fails(server_start(other, NULL, w->now, &error), TIMEOUT, "did not answer");
        g_assert_false(model_is_online(w->model));
}

static void no_change(Operation *operation, gpointer userdata) {
}

static void test_cancelled(World *w, gconstpointer data) {
        g_autoptr(Server) other = new_server(w, "/bin/true", 60);
        g_autoptr(Operation) operation = operation_new("Server.Start", no_change, NULL);

        fail2ban_fixture_stop(w->fail2ban);
        operation_cancel(operation);
        assert_fails(server_start(other, operation, w->now, &error), CANCELLED, "");
}

#define test(name, function) g_test_add("/services/server/" name, World, NULL, set_up, function, tear_down)

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        test("set/all", test_set);
        test("set/bad", test_set_bad);
        test("set/refused", test_set_refused);
        test("restart/all", test_restart);
        test("restart/missing", test_restart_missing);
        test("start", test_start);
        test("command-fails", test_command_fails);
        test("never-answers", test_never_answers);
        test("cancelled", test_cancelled);

        return g_test_run();
}
