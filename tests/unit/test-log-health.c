/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "folder.h"
#include "services/jails/log-health.h"
#include "services/jails/log-sight.h"

#define NOW 1790000000

typedef struct World {
        char *folder;
        Model *model;
        Findings *findings;
        Fail2banClient *client; /* of nobody: what may read is not known, and so all */
        LogHealth *health;
} World;

static void ignore_event(EventType type, const char *name, const char *address, GVariant *properties,
                         gpointer userdata) {
}

static void set_up(World *w, gconstpointer data) {
        static const EventSink sink = { .func = ignore_event };
        g_autoptr(GError) error = NULL;
        g_autofree char *socket = NULL;

        w->folder = g_dir_make_tmp("log-health-XXXXXX", &error);
        g_assert_no_error(error);
        socket = g_build_filename(w->folder, "none.sock", NULL);
        w->client = fail2ban_client_new(socket, 1, 1);
        w->model = model_new(&sink);
        w->findings = findings_new(&sink);
        w->health = log_health_new(w->client, w->model, w->findings);
        model_set_online(w->model, "1.0.2", g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0), NOW);
}

static void tear_down(World *w, gconstpointer data) {
        log_health_free(w->health);
        findings_free(w->findings);
        model_free(w->model);
        fail2ban_client_free(w->client);
        folder_remove(w->folder);
        g_free(w->folder);
}

static char *path_of(World *w, const char *name) {
        return g_build_filename(w->folder, name, NULL);
}

static char *write_log(World *w, const char *name) {
        g_autoptr(GError) error = NULL;
        char *path = path_of(w, name);

        g_file_set_contents(path, "a line\n", -1, &error);
        g_assert_no_error(error);
        return path;
}

static void put_jail(World *w, const char *name, const char *const *paths) {
        Fail2banCounters counters = {};
        GVariantDict settings;

        g_variant_dict_init(&settings, NULL);
        g_variant_dict_insert(&settings, "Backend", "s", paths[0] ? "file" : "journal");
        g_variant_dict_insert_value(&settings, "LogPaths", g_variant_new_strv(paths, -1));
        model_put_jail(w->model, name, &counters, g_variant_dict_end(&settings));
}

static void run(World *w, gint64 now) {
        g_autoptr(GError) error = NULL;
        gboolean done = log_health_run(w->health, now, NULL, &error);

        g_assert_no_error(error);
        g_assert_true(done);
}

static GVariant *check(World *w, const char *jail) {
        g_autoptr(GError) error = NULL;
        GVariant *rows = log_health_check(w->health, jail, &error);

        g_assert_no_error(error);
        return g_variant_ref_sink(rows);
}

static GVariant *finding(World *w, const char *jail) {
        g_autoptr(GVariant) health = findings_health(w->findings);
        g_autoptr(GVariant) rows = g_variant_lookup_value(health, "Findings", G_VARIANT_TYPE("aa{sv}"));

        for (gsize i = 0; i < g_variant_n_children(rows); i++) {
                g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
                const char *kind, *object;

                g_variant_lookup(row, "kind", "&s", &kind);
                g_variant_lookup(row, "object", "&s", &object);
                if (g_str_equal(kind, "log-file") && g_str_equal(object, jail))
                        return g_steal_pointer(&row);
        }
        return NULL;
}

static void assert_text(GVariant *row, const char *key, const char *part) {
        const char *text;

        g_assert_nonnull(row);
        g_assert_true(g_variant_lookup(row, key, "&s", &text));
        g_test_message("%s", text);
        g_assert_nonnull(strstr(text, part));
}

static void assert_row(GVariant *rows, gsize index, const char *path, const char *state) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, index);
        g_autoptr(GVariant) problem = g_variant_lookup_value(row, "problem", G_VARIANT_TYPE_STRING);
        const char *text;

        g_assert_true(g_variant_lookup(row, "path", "&s", &text));
        g_assert_cmpstr(text, ==, path);
        g_assert_true(g_variant_lookup(row, "state", "&s", &text));
        g_assert_cmpstr(text, ==, state);
        g_assert_true((problem == NULL) == g_str_equal(state, "ok"));
}

static gint64 number_in(GVariant *rows, gsize index, const char *key) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, index);
        gint64 number = -1;

        g_assert_true(g_variant_lookup(row, key, "x", &number));
        return number;
}

static void test_states(World *w, gconstpointer data) {
        g_autofree char *here = write_log(w, "here.log"), *gone = path_of(w, "gone.log");
        g_autofree char *folder = path_of(w, "folder"), *dangling = path_of(w, "dangling.log");
        g_autofree char *below = path_of(w, "here.log/below"), *round = path_of(w, "round.log");
        const char *paths[] = { here, gone, folder, dangling, below, round, NULL };
        g_autoptr(GVariant) rows = NULL;

        g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
        g_assert_cmpint(symlink(gone, dangling), ==, 0);
        g_assert_cmpint(symlink(round, round), ==, 0);
        put_jail(w, "sshd", paths);
        rows = check(w, "sshd");
        g_assert_cmpuint(g_variant_n_children(rows), ==, 6);
        assert_row(rows, 0, here, "ok");
        g_assert_cmpint(number_in(rows, 0, "size"), ==, strlen("a line\n"));
        g_assert_cmpint(ABS(number_in(rows, 0, "modified_at") - g_get_real_time() / G_USEC_PER_SEC), <, 60);
        assert_row(rows, 1, gone, "missing");
        g_assert_cmpint(number_in(rows, 1, "size"), ==, 0);
        g_assert_cmpint(number_in(rows, 1, "modified_at"), ==, 0);
        assert_row(rows, 2, folder, "no-file");
        assert_row(rows, 3, dangling, "missing");
        assert_row(rows, 4, below, "missing");
        assert_row(rows, 5, round, "unreadable");
}

static void test_no_rows(World *w, gconstpointer data) {
        g_autoptr(GVariant) rows = NULL;
        g_autoptr(GError) error = NULL;

        put_jail(w, "sshd", (const char *const[]) { NULL });
        rows = check(w, "sshd");
        g_assert_cmpuint(g_variant_n_children(rows), ==, 0);
        g_assert_null(log_health_check(w->health, "shsd", &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND);
}

static void test_finding(World *w, gconstpointer data) {
        g_autofree char *one = write_log(w, "one.log"), *two = write_log(w, "two.log");
        g_autoptr(GVariant) missing = NULL, both = NULL, again = NULL, gone = NULL, back = NULL;

        put_jail(w, "sshd", (const char *const[]) { one, two, NULL });
        run(w, NOW);
        g_assert_null(finding(w, "sshd"));

        g_unlink(two);
        run(w, NOW + 300);
        missing = finding(w, "sshd");
        assert_text(missing, "severity", "warning");
        assert_text(missing, "message", two);
        assert_text(missing, "message", "2026-09-21 14:18 UTC");
        assert_text(missing, "advice", "gives up");

        g_unlink(one);
        run(w, NOW + 600);
        both = finding(w, "sshd");
        assert_text(both, "message", one);
        assert_text(both, "message", "1 more");

        g_free(write_log(w, "one.log"));
        run(w, NOW + 900);
        again = finding(w, "sshd");
        assert_text(again, "message", "2026-09-21 14:18 UTC");
        g_free(write_log(w, "two.log"));
        run(w, NOW + 1200);
        back = finding(w, "sshd");
        g_assert_null(back);

        g_unlink(one);
        run(w, NOW + 1500);
        gone = finding(w, "sshd");
        g_assert_nonnull(gone);
        model_remove_jail(w->model, "sshd");
        run(w, NOW + 1800);
        g_assert_null(finding(w, "sshd"));
}

/* fail2ban takes a file that stays away out of the jail, and does not see it come back. */
static void test_dropped(World *w, gconstpointer data) {
        g_autofree char *log = write_log(w, "auth.log");
        g_autoptr(GVariant) dropped = NULL, rows = NULL, after = NULL;

        put_jail(w, "sshd", (const char *const[]) { log, NULL });
        run(w, NOW);
        g_unlink(log);
        put_jail(w, "sshd", (const char *const[]) { NULL });
        run(w, NOW + 300);
        g_free(write_log(w, "auth.log"));
        run(w, NOW + 600);
        dropped = finding(w, "sshd");
        assert_text(dropped, "message", "given it up");
        assert_text(dropped, "advice", "reload");
        rows = check(w, "sshd");
        g_assert_cmpuint(g_variant_n_children(rows), ==, 1);
        assert_row(rows, 0, log, "dropped");

        put_jail(w, "sshd", (const char *const[]) { log, NULL });
        run(w, NOW + 900);
        g_assert_null(finding(w, "sshd"));
        after = check(w, "sshd");
        assert_row(after, 0, log, "ok");
}

/* Somebody took it out: no loss. */
static void test_removed(World *w, gconstpointer data) {
        g_autofree char *one = write_log(w, "one.log"), *two = write_log(w, "two.log");

        put_jail(w, "sshd", (const char *const[]) { one, two, NULL });
        run(w, NOW);
        put_jail(w, "sshd", (const char *const[]) { one, NULL });
        run(w, NOW + 300);
        g_assert_null(finding(w, "sshd"));

        put_jail(w, "sshd", (const char *const[]) { one, two, NULL });
        g_unlink(two);
        run(w, NOW + 600);
        g_assert_false(log_health_forget(w->health, "sshd", two));
        put_jail(w, "sshd", (const char *const[]) { one, NULL });
        run(w, NOW + 900);
        g_assert_null(finding(w, "sshd"));
}

/* Files with dates in their names go for good, and others are read. */
static void test_dropped_for_good(World *w, gconstpointer data) {
        g_autofree char *old = write_log(w, "app-1.log"), *new = write_log(w, "app-2.log");
        g_autoptr(GVariant) dropped = NULL;

        put_jail(w, "app", (const char *const[]) { old, new, NULL });
        run(w, NOW);
        g_unlink(old);
        put_jail(w, "app", (const char *const[]) { new, NULL });
        run(w, NOW + 300);
        dropped = finding(w, "app");
        g_assert_nonnull(dropped);
        run(w, NOW + 300 + 86401);
        g_assert_null(finding(w, "app"));
}

static void test_forget_dropped(World *w, gconstpointer data) {
        g_autofree char *log = write_log(w, "auth.log");

        put_jail(w, "sshd", (const char *const[]) { log, NULL });
        g_unlink(log);
        run(w, NOW);
        put_jail(w, "sshd", (const char *const[]) { NULL });
        run(w, NOW + 300);
        g_assert_true(log_health_forget(w->health, "sshd", log));
        g_assert_false(log_health_forget(w->health, "sshd", log));
        run(w, NOW + 600);
        g_assert_null(finding(w, "sshd"));
}

/* ---- Who may read ---- */

#define STATUS(ids, groups, capabilities) \
        "Name:\tfail2ban-server\nUid:\t" ids "\nGid:\t" ids "\nGroups:\t" groups "\nCapEff:\t" capabilities "\n"

static void test_reader(World *w, gconstpointer data) {
        g_autofree char *log = write_log(w, "auth.log");
        g_auto(LogSight) as_root = {}, as_nobody = {}, in_group = {}, closed = {};
        Fail2banReader reader;
        struct stat status;
        g_autofree char *of_group = NULL;

        g_assert_cmpint(chmod(w->folder, 0755), ==, 0);
        g_assert_cmpint(chmod(log, 0640), ==, 0);
        g_assert_cmpint(stat(log, &status), ==, 0);

        fail2ban_reader_parse(STATUS("0\t0\t0\t0", " ", "000001ffffffffff"), &reader);
        log_sight_take(log, &reader, &as_root);
        g_assert_cmpint(as_root.state, ==, LOG_OK);

        fail2ban_reader_parse(STATUS("65533\t65533\t65533\t65533", "65532 ", "0000000000000000"), &reader);
        log_sight_take(log, &reader, &as_nobody);
        g_assert_cmpint(as_nobody.state, ==, LOG_UNREADABLE);
        g_assert_cmpint(as_nobody.size, ==, strlen("a line\n"));

        of_group = g_strdup_printf("Uid:\t1\t1\t1\t65533\nGid:\t1\t1\t1\t1\nGroups:\t65532 %u \nCapEff:\t0\n",
                                   (guint) status.st_gid);
        fail2ban_reader_parse(of_group, &reader);
        log_sight_take(log, &reader, &in_group);
        g_assert_cmpint(in_group.state, ==, LOG_OK);

        g_assert_cmpint(chmod(w->folder, 0700), ==, 0);
        log_sight_take(log, &reader, &closed);
        g_assert_cmpint(closed.state, ==, LOG_UNREADABLE);

        fail2ban_reader_parse("", &reader);
        g_assert_true(reader.all);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add("/log-health/" #name, World, NULL, set_up, test_##name, tear_down)
        ADD(states);
        ADD(no_rows);
        ADD(finding);
        ADD(dropped);
        ADD(removed);
        ADD(dropped_for_good);
        ADD(forget_dropped);
        ADD(reader);
        return g_test_run();
}
