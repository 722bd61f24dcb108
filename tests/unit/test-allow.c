/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Against a real fail2ban with two jails, "ssh" and "web server", whose configuration ignores 203.0.113.0/24. */

#include <glib/gstdio.h>
#include <string.h>

#include "folder.h"

#include "core/error.h"
#include "fail2ban-fixture.h"
#include "fail2ban/commands.h"
#include "services/allow/allow.h"
#include "services/list-watch.h"

typedef struct World {
        Fail2banFixture *fixture;
        Fail2banClient *client;
        Fail2banPrograms programs;
        ListWatch *watch;
        Model *model;
        Findings *findings;
        BanTable *table;
        Probe *probe;
        char *folder;
        Store *store;
        ManualStore *manual;
        AllowStore *allow_store;
        Bans *bans;
        Allow *allow;
        Caller *caller;
        gint64 now;
        gint64 next;
        gint pokes; /* atomic */
        GString *told;
} World;

static char *resolved; /* what every host name is, with blanks between; NULL: it is not found */

static GStrv resolve(const char *name, GError **error) {
        if (resolved)
                return g_strsplit(resolved, " ", -1);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_ADDRESS_NOT_FOUND, "%s is not found here", name);
        return NULL;
}

static void on_poke(gpointer userdata) {
        World *self = userdata;

        g_atomic_int_inc(&self->pokes);
}

static void on_event(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
        World *self = userdata;
        EventSink watch = list_watch_sink(self->watch);

        if (type == EVENT_ALLOW)
                g_string_append_printf(self->told, "%s %s;", name, address);
        event_emit(&watch, type, name, address, properties);
}

static void on_next(gint64 at, gpointer userdata) {
        World *self = userdata;

        self->next = at;
}

static void open_allow(World *self) {
        g_autoptr(GError) error = NULL;
        const AllowParts parts = {
                .store = self->allow_store,
                .client = self->client,
                .programs = &self->programs,
                .model = self->model,
                .table = self->table,
                .probe = self->probe,
                .bans = self->bans,
                .sink = { on_event, self },
                .resolve = resolve,
                .next = on_next,
                .userdata = self,
        };

        self->allow = allow_new(&parts, &error);
        g_assert_no_error(error);
        bans_set_allow(self->bans, self->allow);
}

static void look(World *self) {
        g_autoptr(GError) error = NULL;

        (void) probe_full(self->probe, self->now, &error);
        g_assert_no_error(error);
}

static void setup(World *self, gconstpointer data) {
        const char *jails[] = { "ssh", "web server", NULL };
        EventSink sink = { on_event, self };
        g_autoptr(GError) error = NULL;

        resolved = NULL;
        self->told = g_string_new(NULL);
        self->now = g_get_real_time() / G_USEC_PER_SEC;
        self->fixture = fail2ban_fixture_start(
                &(Fail2banFixtureOptions) { .jails = jails, .jail_lines = "ignoreip = 203.0.113.0/24 127.0.0.1/8\n" });
        self->client = fail2ban_client_new(fail2ban_fixture_socket(self->fixture), 10, 60);
        self->programs = (Fail2banPrograms) {
                .client = "/usr/bin/fail2ban-client",
                .configuration = fail2ban_fixture_configuration(self->fixture),
                .socket = fail2ban_fixture_socket(self->fixture),
                .timeout_s = 30,
        };
        self->watch = list_watch_new("IgnoreAddresses", on_poke, self);
        self->model = model_new(&sink);
        self->findings = findings_new(&sink);
        self->table = ban_table_new(&sink);
        self->probe = probe_new(self->client, self->model, self->table, self->findings,
                                fail2ban_fixture_socket(self->fixture));
        self->folder = g_dir_make_tmp("bangui-allow-XXXXXX", &error);
        g_assert_no_error(error);
        self->store = store_open(self->folder, &error);
        g_assert_no_error(error);
        self->manual = manual_store_new(self->store);
        self->allow_store = allow_store_new(self->store);
        self->bans = bans_new(self->client, self->model, self->table, self->probe, self->manual, FALSE);
        self->caller = caller_new(":1.5", 0, 0);
        open_allow(self);
        look(self);
}

static void teardown(World *self, gconstpointer data) {
        caller_free(self->caller);
        allow_free(self->allow);
        bans_free(self->bans);
        allow_store_free(self->allow_store);
        manual_store_free(self->manual);
        store_close(self->store);
        folder_remove(self->folder);
        g_free(self->folder);
        probe_free(self->probe);
        ban_table_free(self->table);
        findings_free(self->findings);
        model_free(self->model);
        list_watch_free(self->watch);
        fail2ban_client_free(self->client);
        fail2ban_fixture_free(self->fixture);
        g_string_free(self->told, TRUE);
}

#define REQUEST_WITH(world, text, end, lift, ...) \
        (&(AllowRequest) { .caller = (world)->caller, \
                           .entry = text, \
                           .expires_at = end, \
                           .unban = lift, \
                           .now = (world)->now, \
                           __VA_ARGS__ })
#define REQUEST(world, text, ...) REQUEST_WITH(world, text, -1, TRUE, __VA_ARGS__)
#define TEXTS(...) ((const char *const[]) { __VA_ARGS__, NULL })

typedef GVariant *(*Verb)(Allow *self, const AllowRequest *request, GError **error);

static GVariant *done(World *self, Verb verb, const AllowRequest *request) {
        g_autoptr(GError) error = NULL;
        GVariant *result = verb(self->allow, request, &error);

        g_assert_no_error(error);
        return result;
}

static void assert_refused(World *self, Verb verb, const AllowRequest *request, BanguiError code) {
        g_autoptr(GError) error = NULL;

        g_assert_null(verb(self->allow, request, &error));
        g_assert_error(error, BANGUI_ERROR, (int) code);
}

static gint compare_texts(gconstpointer a, gconstpointer b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* What fail2ban itself ignores, sorted, without what the configuration has. */
static char *ignored(World *self, const char *jail) {
        g_autoptr(GError) error = NULL;
        g_auto(GStrv) list = fail2ban_list_read(self->client, jail, FAIL2BAN_LIST_IGNORE_IP, &error);
        g_autoptr(GPtrArray) texts = g_ptr_array_new();

        g_assert_no_error(error);
        for (guint i = 0; list[i]; i++)
                if (!g_str_equal(list[i], "203.0.113.0/24") && !g_str_equal(list[i], "127.0.0.0/8"))
                        g_ptr_array_add(texts, list[i]);
        g_ptr_array_sort(texts, compare_texts);
        g_ptr_array_add(texts, NULL);
        return g_strjoinv(" ", (GStrv) texts->pdata);
}

static void assert_ignored(World *self, const char *jail, const char *expected) {
        g_autofree char *list = ignored(self, jail);

        g_assert_cmpstr(list, ==, expected);
}

static void apply(World *self) {
        g_autoptr(GError) error = NULL;

        (void) allow_apply(self->allow, self->now, NULL, &error);
        g_assert_no_error(error);
}

static void ban(World *self, const char *text, gboolean force) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) result = bans_ban(self->bans,
                                              &(BansRequest) { .caller = self->caller,
                                                               .addresses = TEXTS(text),
                                                               .jails = TEXTS("ssh"),
                                                               .force = force,
                                                               .now = self->now },
                                              &error);

        g_assert_no_error(error);
        g_variant_ref_sink(result);
}

static void assert_not_banned(World *self, const char *text, const char *jail, const char *part) {
        g_autoptr(GError) error = NULL;
        const BansRequest request = {
                .caller = self->caller, .addresses = TEXTS(text), .jails = TEXTS(jail), .now = self->now
        };

        g_assert_null(bans_ban(self->bans, &request, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_WOULD_LOCK_OUT);
        g_assert_nonnull(strstr(error->message, part));
        g_assert_nonnull(strstr(error->message, "force"));
}

static void test_add_and_remove(World *self, gconstpointer data) {
        g_autoptr(GVariant) added = NULL;
        g_autoptr(GVariant) removed = NULL;
        g_auto(GStrv) in_force = NULL;
        const char *author, *note;
        guint unbanned = 9;

        ban(self, "192.0.2.1", FALSE);
        added = done(self, allow_add, REQUEST(self, "192.0.2.1", .note = "office"));
        g_assert_true(g_variant_lookup(added, "unbanned", "u", &unbanned));
        g_assert_cmpuint(unbanned, ==, 1);
        g_assert_true(g_variant_lookup(added, "in_force", "^as", &in_force));
        g_assert_cmpuint(g_strv_length(in_force), ==, 2);
        g_assert_true(g_variant_lookup(added, "author", "&s", &author));
        g_assert_cmpstr(author, ==, "root");
        g_assert_true(g_variant_lookup(added, "note", "&s", &note));
        g_assert_cmpstr(note, ==, "office");
        g_assert_false(g_variant_lookup(added, "problem_applying", "&s", &note));
        assert_ignored(self, "ssh", "192.0.2.1");
        assert_ignored(self, "web server", "192.0.2.1");
        g_assert_false(ban_table_has(self->table, "ssh", "192.0.2.1"));

        assert_refused(self, allow_add, REQUEST(self, "192.0.2.1"), BANGUI_ERROR_ALREADY_EXISTS);
        removed = done(self, allow_remove, REQUEST(self, "192.0.2.1"));
        assert_ignored(self, "ssh", "");
        assert_refused(self, allow_remove, REQUEST(self, "192.0.2.1"), BANGUI_ERROR_ADDRESS_NOT_FOUND);
        g_assert_cmpstr(self->told->str, ==, "192.0.2.1 added;192.0.2.1 removed;");
        ban(self, "192.0.2.1", FALSE);
}

static void test_network_unbans_what_it_holds(World *self, gconstpointer data) {
        g_autoptr(GVariant) added = NULL;
        g_autoptr(GVariant) covered = NULL;
        guint unbanned = 0;

        ban(self, "192.0.2.1", FALSE);
        ban(self, "192.0.2.130", FALSE);
        ban(self, "192.0.2.0/24", FALSE);
        added = done(self, allow_add, REQUEST(self, "192.0.2.0/25"));
        g_assert_true(g_variant_lookup(added, "unbanned", "u", &unbanned));
        g_assert_cmpuint(unbanned, ==, 1);
        covered = g_variant_lookup_value(added, "covered_by", G_VARIANT_TYPE("aa{sv}"));
        g_assert_cmpuint(g_variant_n_children(covered), ==, 1);
        g_assert_true(ban_table_has(self->table, "ssh", "192.0.2.130"));
}

static void test_without_unban(World *self, gconstpointer data) {
        g_autoptr(GVariant) added = NULL;

        ban(self, "192.0.2.1", FALSE);
        added = done(self, allow_add, REQUEST_WITH(self, "192.0.2.1", -1, FALSE));
        g_assert_true(ban_table_has(self->table, "ssh", "192.0.2.1"));
}

static void test_refused_bans(World *self, gconstpointer data) {
        g_autoptr(GVariant) network =
                done(self, allow_add, REQUEST(self, "198.51.100.0/24", .jails = TEXTS("ssh"), .note = "partner"));

        assert_not_banned(self, "198.51.100.9", "ssh", "198.51.100.0/24 (partner)");
        assert_not_banned(self, "198.51.0.0/16", "ssh", "198.51.100.0/24");
        assert_not_banned(self, "203.0.113.5", "web server", "jail 'web server' ignores");
        ban(self, "198.51.101.1", FALSE);
        ban(self, "198.51.100.9", TRUE);
        g_assert_true(ban_table_has(self->table, "ssh", "198.51.100.9"));
}

/* Who was banned in spite of his entry stays so when the lists are made true again. */
static void test_forced_ban_stays(World *self, gconstpointer data) {
        g_autoptr(GVariant) added = done(self, allow_add, REQUEST(self, "192.0.2.1"));

        self->now += 10;
        look(self);
        apply(self);
        ban(self, "192.0.2.1", TRUE);
        g_assert_true(fail2ban_list_remove(self->client, "ssh", FAIL2BAN_LIST_IGNORE_IP, "192.0.2.1", NULL));
        apply(self);
        assert_ignored(self, "ssh", "192.0.2.1");
        g_assert_true(ban_table_has(self->table, "ssh", "192.0.2.1"));
}

static void test_administrators_own(World *self, gconstpointer data) {
        g_autoptr(GVariant) added = done(self, allow_add, REQUEST(self, "203.0.113.0/24"));
        g_autoptr(GVariant) removed = NULL;
        g_autoptr(GVariant) rows = NULL;
        g_autoptr(GVariant) row = NULL;
        const char *entry, *origin;
        guint total = 0;

        removed = done(self, allow_remove, REQUEST(self, "203.0.113.0/24"));
        rows = allow_list(self->allow, &(AllowQuery) { .limit = 100, .now = self->now }, NULL, &total, NULL);
        g_assert_cmpuint(total, ==, 2);
        row = g_variant_get_child_value(rows, 1);
        g_assert_true(g_variant_lookup(row, "entry", "&s", &entry));
        g_assert_cmpstr(entry, ==, "203.0.113.0/24");
        g_assert_true(g_variant_lookup(row, "origin", "&s", &origin));
        g_assert_cmpstr(origin, ==, "fail2ban");
        assert_not_banned(self, "203.0.113.5", "ssh", "ignores");
}

/* Ours first; then the administrator writes it into the configuration and reloads. */
static void test_becomes_administrators(World *self, gconstpointer data) {
        g_autofree char *file = g_build_filename(fail2ban_fixture_configuration(self->fixture), "jail.local", NULL);
        g_autoptr(GVariant) first = done(self, allow_add, REQUEST(self, "192.0.2.1"));
        g_autoptr(GVariant) second = done(self, allow_add, REQUEST(self, "192.0.2.2"));
        g_autoptr(GVariant) gone = NULL;
        g_autoptr(GVariant) other_gone = NULL;
        g_autoptr(GError) error = NULL;

        g_file_set_contents(file, "[DEFAULT]\nignoreip = 192.0.2.1\n", -1, &error);
        g_assert_no_error(error);
        (void) fail2ban_programs_reload(&self->programs, NULL, 0, &error);
        g_assert_no_error(error);
        probe_refresh_settings(self->probe);
        look(self);
        assert_ignored(self, "ssh", "192.0.2.1");
        apply(self);
        assert_ignored(self, "ssh", "192.0.2.1 192.0.2.2");

        gone = done(self, allow_remove, REQUEST(self, "192.0.2.1"));
        other_gone = done(self, allow_remove, REQUEST(self, "192.0.2.2"));
        assert_ignored(self, "ssh", "192.0.2.1");
}

static void test_restart(World *self, gconstpointer data) {
        g_autoptr(GVariant) added = done(self, allow_add, REQUEST(self, "192.0.2.1", .jails = TEXTS("ssh")));
        gint before;

        before = g_atomic_int_get(&self->pokes);
        fail2ban_fixture_kill(self->fixture);
        fail2ban_fixture_restart(self->fixture);
        look(self);
        assert_ignored(self, "ssh", "");
        g_assert_cmpint(g_atomic_int_get(&self->pokes), >, before);
        apply(self);
        assert_ignored(self, "ssh", "192.0.2.1");
        assert_ignored(self, "web server", "");
}

static void test_added_while_away(World *self, gconstpointer data) {
        g_autoptr(GVariant) added = NULL;
        const char *problem;

        ban(self, "192.0.2.1", FALSE);
        fail2ban_fixture_stop(self->fixture);
        (void) probe_full(self->probe, self->now, NULL);
        added = done(self, allow_add, REQUEST(self, "192.0.2.1"));
        g_assert_true(g_variant_lookup(added, "problem_applying", "&s", &problem));
        apply(self);

        fail2ban_fixture_restart(self->fixture);
        look(self);
        apply(self);
        assert_ignored(self, "ssh", "192.0.2.1");
        g_assert_cmpint(self->next, >, self->now);
        g_assert_cmpint(self->next, <=, self->now + 10);

        /* by then what the jail restored has come */
        while (fail2ban_fixture_pid(self->fixture) > 0 && ban_table_has(self->table, "ssh", "192.0.2.1")) {
                self->now += 5;
                look(self);
                apply(self);
        }
        g_assert_false(ban_table_has(self->table, "ssh", "192.0.2.1"));
}

/* Stored, and the daemon ended before fail2ban was told; and ended between the command and the mark's end. */
static void test_crash(World *self, gconstpointer data) {
        g_autoptr(AllowEntry) entry = g_new0(AllowEntry, 1);
        g_autoptr(GPtrArray) marks = g_ptr_array_new();
        AllowMark mark = { .text = (char *) "192.0.2.7", .ours = TRUE };
        g_autoptr(GVariant) removed = NULL;

        entry->entry = g_strdup("192.0.2.1");
        entry->jails = g_new0(char *, 1);
        entry->note = g_strdup("");
        entry->author = g_strdup("");
        entry->addresses = g_new0(char *, 1);
        g_assert_true(allow_store_add(self->allow_store, entry, NULL));
        g_ptr_array_add(marks, &mark);
        g_assert_true(allow_store_mark(self->allow_store, "ssh", marks, NULL));
        g_assert_true(fail2ban_ignore(self->client, "ssh", TEXTS("192.0.2.7"), 1, NULL));

        allow_free(self->allow);
        open_allow(self);
        apply(self);
        assert_ignored(self, "ssh", "192.0.2.1");
        removed = done(self, allow_remove, REQUEST(self, "192.0.2.1"));
        assert_ignored(self, "ssh", "");
}

static void test_expiry(World *self, gconstpointer data) {
        g_autoptr(GVariant) added = done(self, allow_add, REQUEST_WITH(self, "192.0.2.1", self->now + 60, TRUE));
        g_autoptr(GVariant) changed = NULL;

        self->now += 20;
        look(self);
        apply(self);
        g_assert_cmpint(self->next, ==, self->now + 40);
        changed = done(self, allow_change, REQUEST_WITH(self, "192.0.2.1", self->now + 80, TRUE));
        g_assert_cmpint(self->next, ==, self->now + 80);
        self->now += 79;
        apply(self);
        assert_ignored(self, "ssh", "192.0.2.1");
        self->now += 1;
        apply(self);
        assert_ignored(self, "ssh", "");
        g_assert_cmpuint(allow_size(self->allow), ==, 0);
        g_assert_cmpint(self->next, ==, 0);
        g_assert_true(g_str_has_suffix(self->told->str, "192.0.2.1 expired;"));
}

static void test_change_of_jails(World *self, gconstpointer data) {
        g_autoptr(GVariant) added = done(self, allow_add, REQUEST(self, "192.0.2.1", .note = "kept"));
        g_autoptr(GVariant) changed = NULL;
        const char *note;

        changed = done(self, allow_change, REQUEST(self, "192.0.2.1", .jails = TEXTS("web server")));
        assert_ignored(self, "ssh", "");
        assert_ignored(self, "web server", "192.0.2.1");
        g_assert_true(g_variant_lookup(changed, "note", "&s", &note));
        g_assert_cmpstr(note, ==, "kept");
        assert_refused(self, allow_change, REQUEST(self, "192.0.2.1", .jails = TEXTS("web serve")),
                       BANGUI_ERROR_JAIL_NOT_FOUND);
        assert_refused(self, allow_change, REQUEST(self, "192.0.2.2", .note = "x"), BANGUI_ERROR_ADDRESS_NOT_FOUND);
}

static void test_names(World *self, gconstpointer data) {
        g_autoptr(GVariant) added = NULL;
        g_autoptr(GVariant) check = NULL;
        g_autoptr(GError) error = NULL;
        gboolean allowed = FALSE;

        assert_refused(self, allow_add, REQUEST(self, "home.example"), BANGUI_ERROR_ADDRESS_NOT_FOUND);
        resolved = (char *) "192.0.2.5 2001:db8::5";
        added = done(self, allow_add, REQUEST(self, "Home.Example"));
        assert_ignored(self, "ssh", "192.0.2.5 2001:db8::5");
        assert_refused(self, allow_add, REQUEST(self, "home.example"), BANGUI_ERROR_ALREADY_EXISTS);
        assert_not_banned(self, "192.0.2.5", "ssh", "home.example");

        resolved = (char *) "192.0.2.6";
        g_assert_true(allow_resolve(self->allow, self->now, NULL, &error));
        assert_ignored(self, "ssh", "192.0.2.6");
        resolved = NULL;
        g_assert_true(allow_resolve(self->allow, self->now, NULL, &error));
        assert_ignored(self, "ssh", "192.0.2.6");

        check = allow_check(self->allow, "192.0.2.6", self->now, &error);
        g_assert_no_error(error);
        g_assert_true(g_variant_lookup(check, "allowed", "b", &allowed) && allowed);
}

/* Two entries that stand for the same: it is taken back when the last of them ends. */
static void test_overlap(World *self, gconstpointer data) {
        g_autoptr(GVariant) address = NULL;
        g_autoptr(GVariant) name = NULL;
        g_autoptr(GVariant) first = NULL;
        g_autoptr(GVariant) second = NULL;

        resolved = (char *) "192.0.2.5";
        address = done(self, allow_add, REQUEST(self, "192.0.2.5"));
        name = done(self, allow_add, REQUEST(self, "home.example"));
        first = done(self, allow_remove, REQUEST(self, "192.0.2.5"));
        assert_ignored(self, "ssh", "192.0.2.5");
        second = done(self, allow_remove, REQUEST(self, "home.example"));
        assert_ignored(self, "ssh", "");
}

static void test_bad_entries(World *self, gconstpointer data) {
        assert_refused(self, allow_add, REQUEST(self, "192.0.2.300"), BANGUI_ERROR_INVALID_ARGUMENT);
        assert_refused(self, allow_add, REQUEST(self, ""), BANGUI_ERROR_INVALID_ARGUMENT);
        assert_refused(self, allow_add, REQUEST(self, "0.0.0.0/0"), BANGUI_ERROR_INVALID_ARGUMENT);
        assert_refused(self, allow_add, REQUEST(self, "2001::/16"), BANGUI_ERROR_INVALID_ARGUMENT);
        assert_refused(self, allow_add, REQUEST_WITH(self, "192.0.2.1", self->now - 1, TRUE),
                       BANGUI_ERROR_INVALID_ARGUMENT);
        assert_refused(self, allow_add, REQUEST(self, "192.0.2.1", .note = "two\nlines"),
                       BANGUI_ERROR_INVALID_ARGUMENT);
        assert_refused(self, allow_add, REQUEST(self, "192.0.2.1", .jails = TEXTS("nope")),
                       BANGUI_ERROR_JAIL_NOT_FOUND);
        g_assert_cmpuint(allow_size(self->allow), ==, 0);
}

/* A thousand entries come again with a few commands, and are shown page by page. */
static void test_many(World *self, gconstpointer data) {
        g_autofree char *cursor = NULL;
        guint total = 0, seen = 0;
        g_auto(GStrv) list = NULL;

        for (guint i = 0; i < 1000; i++) {
                g_autoptr(AllowEntry) entry = g_new0(AllowEntry, 1);

                entry->entry = g_strdup_printf("10.0.%u.%u", i >> 8, i & 0xff);
                entry->jails = g_new0(char *, 1);
                entry->note = g_strdup("");
                entry->author = g_strdup("");
                entry->addresses = g_new0(char *, 1);
                g_assert_true(allow_store_add(self->allow_store, entry, NULL));
        }
        allow_free(self->allow);
        open_allow(self);
        apply(self);
        list = fail2ban_list_read(self->client, "web server", FAIL2BAN_LIST_IGNORE_IP, NULL);
        g_assert_cmpuint(g_strv_length(list), ==, 1002);
        do {
                const AllowQuery query = { .limit = 300, .cursor = cursor, .now = self->now };
                g_autofree char *next = NULL;
                g_autoptr(GVariant) rows = allow_list(self->allow, &query, &next, &total, NULL);

                seen += g_variant_n_children(rows);
                g_free(cursor);
                cursor = g_steal_pointer(&next);
        } while (*cursor);
        g_assert_cmpuint(total, ==, 1002);
        g_assert_cmpuint(seen, ==, 1002);
        assert_not_banned(self, "10.0.2.2", "ssh", "10.0.2.2");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add("/services/allow/add-and-remove", World, NULL, setup, test_add_and_remove, teardown);
        g_test_add("/services/allow/network", World, NULL, setup, test_network_unbans_what_it_holds, teardown);
        g_test_add("/services/allow/without-unban", World, NULL, setup, test_without_unban, teardown);
        g_test_add("/services/allow/refused-bans", World, NULL, setup, test_refused_bans, teardown);
        g_test_add("/services/allow/forced-ban-stays", World, NULL, setup, test_forced_ban_stays, teardown);
        g_test_add("/services/allow/administrators-own", World, NULL, setup, test_administrators_own, teardown);
        g_test_add("/services/allow/becomes-administrators", World, NULL, setup, test_becomes_administrators, teardown);
        g_test_add("/services/allow/restart", World, NULL, setup, test_restart, teardown);
        g_test_add("/services/allow/added-while-away", World, NULL, setup, test_added_while_away, teardown);
        g_test_add("/services/allow/crash", World, NULL, setup, test_crash, teardown);
        g_test_add("/services/allow/expiry", World, NULL, setup, test_expiry, teardown);
        g_test_add("/services/allow/change-of-jails", World, NULL, setup, test_change_of_jails, teardown);
        g_test_add("/services/allow/names", World, NULL, setup, test_names, teardown);
        g_test_add("/services/allow/overlap", World, NULL, setup, test_overlap, teardown);
        g_test_add("/services/allow/bad-entries", World, NULL, setup, test_bad_entries, teardown);
        g_test_add("/services/allow/many", World, NULL, setup, test_many, teardown);
        return g_test_run();
}
