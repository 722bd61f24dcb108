/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Against a real fail2ban: two jails, "ssh" and "web server". */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include <json-glib/json-glib.h>

#include "folder.h"

#include "core/error.h"
#include "fail2ban-fixture.h"
#include "fail2ban/commands.h"
#include "services/bans/bans-pace.h"
#include "services/bans/bans.h"

#define UID 1234

typedef struct World {
        Fail2banFixture *fixture;
        Fail2banClient *client;
        Model *model;
        Findings *findings;
        BanTable *table;
        Probe *probe;
        char *folder;
        Store *store;
        ManualStore *manual;
        Bans *bans;
        Caller *caller;
        gint64 now;
} World;

static void ignore(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
}

static void world_setup(World *self, gconstpointer data) {
        const char *jails[] = { "ssh", "web server", NULL };
        Fail2banFixtureOptions options = { .jails = jails };
        EventSink sink = { ignore, self };
        g_autoptr(GError) error = NULL;

        if (data)
                options = *(const Fail2banFixtureOptions *) data;
        options.jails = jails;

        self->now = g_get_real_time() / G_USEC_PER_SEC;
        self->fixture = fail2ban_fixture_start(&options);
        self->client = fail2ban_client_new(fail2ban_fixture_socket(self->fixture), 10, 60);
        self->model = model_new(&sink);
        self->findings = findings_new(&sink);
        self->table = ban_table_new(&sink);
        self->probe = probe_new(self->client, self->model, self->table, self->findings,
                                fail2ban_fixture_socket(self->fixture));
        self->folder = g_dir_make_tmp("bangui-bans-XXXXXX", &error);
        g_assert_no_error(error);
        self->store = store_open(self->folder, &error);
        g_assert_no_error(error);
        self->manual = manual_store_new(self->store);
        self->bans = bans_new(self->client, self->model, self->table, self->probe, self->manual, FALSE);
        self->caller = caller_new(":1.5", UID, 0);

        (void) probe_full(self->probe, self->now, &error);
        g_assert_no_error(error);
}

static void world_teardown(World *self, gconstpointer data) {
        caller_free(self->caller);
        bans_free(self->bans);
        manual_store_free(self->manual);
        store_close(self->store);
        folder_remove(self->folder);
        g_free(self->folder);
        probe_free(self->probe);
        ban_table_free(self->table);
        findings_free(self->findings);
        model_free(self->model);
        fail2ban_client_free(self->client);
        fail2ban_fixture_free(self->fixture);
}

static const char *const no_jails[] = { NULL };

#define TEXTS(...) ((const char *const[]) { __VA_ARGS__, NULL })
#define REQUEST(world, list, where, ...) \
        (&(BansRequest) { \
                .caller = (world)->caller, .addresses = list, .jails = where, .now = (world)->now, __VA_ARGS__ })

static GVariant *checked(GVariant *result, GError *error) {
        g_assert_no_error(error);
        g_assert_nonnull(result);
        return g_variant_ref_sink(result);
}

static GVariant *ban(World *self, const BansRequest *request) {
        GError *error = NULL;
        GVariant *result = bans_ban(self->bans, request, &error);

        return checked(result, error);
}

static GVariant *unban(World *self, const BansRequest *request) {
        GError *error = NULL;
        GVariant *result = bans_unban(self->bans, request, &error);

        return checked(result, error);
}

static guint number(GVariant *result, const char *key) {
        guint n = 0;

        g_assert_true(g_variant_lookup(result, key, "u", &n));
        return n;
}

/* "address jail state, ..." in the order of the answer */
static char *rows_text(GVariant *result) {
        g_autoptr(GVariant) rows = g_variant_lookup_value(result, "rows", G_VARIANT_TYPE("aa{sv}"));
        g_autoptr(GString) text = g_string_new(NULL);

        g_assert_nonnull(rows);
        for (gsize i = 0; i < g_variant_n_children(rows); i++) {
                g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
                const char *address, *jail, *state;

                g_assert_true(g_variant_lookup(row, "address", "&s", &address));
                g_assert_true(g_variant_lookup(row, "jail", "&s", &jail));
                g_assert_true(g_variant_lookup(row, "state", "&s", &state));
                g_string_append_printf(text, "%s%s %s %s", i ? ", " : "", address, jail, state);
        }
        return g_string_free(g_steal_pointer(&text), FALSE);
}

static void assert_rows(GVariant *result, const char *expected) {
        g_autofree char *rows = rows_text(result);

        g_assert_cmpstr(rows, ==, expected);
}

/* The table has what fail2ban has. */
static void assert_true_table(World *self, const char *jail) {
        g_autoptr(GError) error = NULL;
        Fail2banCounters counters;

        (void) fail2ban_counters(self->client, jail, &counters, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(ban_table_count(self->table, jail), ==, counters.currently_banned);
}

static char **many(guint n) {
        char **texts = g_new0(char *, n + 1);

        for (guint i = 0; i < n; i++)
                texts[i] = g_strdup_printf("10.1.%u.%u", i / 250, i % 250);
        return texts;
}

static void test_ban(World *self, gconstpointer data) {
        g_autoptr(GVariant) first = NULL, second = NULL;
        Ban row;

        first = ban(self,
                    REQUEST(self, TEXTS("192.0.2.1", "[2001:DB8::1]", "192.0.2.1", "198.51.100.77/24"), no_jails));
        g_assert_cmpuint(number(first, "requested"), ==, 6);
        g_assert_cmpuint(number(first, "banned"), ==, 6);
        g_assert_cmpuint(number(first, "already"), ==, 0);
        assert_rows(first,
                    "192.0.2.1 ssh banned, 2001:db8::1 ssh banned, 198.51.100.0/24 ssh banned, "
                    "192.0.2.1 web server banned, 2001:db8::1 web server banned, 198.51.100.0/24 web server banned");

        g_assert_true(ban_table_get(self->table, "ssh", "2001:db8::1", &row));
        g_assert_cmpint(ABS(row.banned_at - self->now), <=, 5);
        g_assert_cmpint(row.ends_at - row.banned_at, ==, 600);
        ban_clear(&row);
        assert_true_table(self, "ssh");
        assert_true_table(self, "web server");

        second = ban(self, REQUEST(self, TEXTS("192.0.2.1", "192.0.2.2"), TEXTS("ssh", "ssh")));
        g_assert_cmpuint(number(second, "requested"), ==, 2);
        assert_rows(second, "192.0.2.1 ssh already, 192.0.2.2 ssh banned");
}

/* Somebody else banned, and the table has not heard of it. */
static void test_ban_behind_our_back(World *self, gconstpointer data) {
        g_autoptr(GVariant) result = NULL;
        g_autoptr(GError) error = NULL;
        guint n;

        (void) fail2ban_ban(self->client, "ssh", TEXTS("192.0.2.1"), 1, &n, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(n, ==, 1);

        result = ban(self, REQUEST(self, TEXTS("192.0.2.1"), TEXTS("ssh")));
        assert_rows(result, "192.0.2.1 ssh already");
        g_assert_true(ban_table_has(self->table, "ssh", "192.0.2.1"));
        assert_true_table(self, "ssh");
}

static void test_ban_time_zero(World *self, gconstpointer data) {
        g_autoptr(GVariant) result = NULL;

        result = ban(self, REQUEST(self, TEXTS("192.0.2.1", "192.0.2.2"), TEXTS("ssh")));
        g_assert_cmpuint(number(result, "banned"), ==, 0);
        g_assert_cmpuint(number(result, "already"), ==, 0);
        assert_rows(result, "192.0.2.1 ssh refused, 192.0.2.2 ssh refused");
        g_assert_cmpuint(ban_table_size(self->table), ==, 0);
}

static void test_ban_many(World *self, gconstpointer data) {
        g_auto(GStrv) texts = many(1200);
        g_autoptr(GVariant) result = NULL, rows = NULL, gone = NULL;
        Operation *operation = operation_new("ban", NULL, NULL);
        g_autofree char *message = NULL;

        result = ban(self, REQUEST(self, (const char *const *) texts, TEXTS("ssh"), .operation = operation));
        g_assert_cmpuint(number(result, "banned"), ==, 1200);
        rows = g_variant_lookup_value(result, "rows", NULL);
        g_assert_null(rows);
        g_assert_cmpfloat(operation_progress(operation, &message), ==, 1);
        assert_true_table(self, "ssh");

        gone = unban(self, REQUEST(self, TEXTS("10.1.0.0/16"), no_jails));
        g_assert_cmpuint(number(gone, "unbanned"), ==, 1200);
        g_assert_cmpuint(number(gone, "requested"), ==, 2);
        assert_rows(gone, "10.1.0.0/16 ssh unbanned, 10.1.0.0/16 web server absent");
        g_assert_cmpuint(ban_table_size(self->table), ==, 0);
        assert_true_table(self, "ssh");
        operation_unref(operation);
}

static void assert_ban_refused(World *self, const BansRequest *request, BanguiError code, const char *word) {
        g_autoptr(GError) error = NULL;

        g_assert_null(bans_ban(self->bans, request, &error));
        g_assert_error(error, BANGUI_ERROR, (gint) code);
        g_assert_nonnull(strstr(error->message, word));
        g_assert_cmpuint(ban_table_size(self->table), ==, 0);
}

static void test_ban_refused(World *self, gconstpointer data) {
        g_auto(GStrv) too_many = many(BANS_ADDRESSES_MAX + 1);
        g_autofree char *long_reason = g_strnfill(501, 'x');

        assert_ban_refused(self, REQUEST(self, no_jails, no_jails), BANGUI_ERROR_INVALID_ARGUMENT, "at least one");
        assert_ban_refused(self, REQUEST(self, (const char *const *) too_many, no_jails), BANGUI_ERROR_TOO_LARGE,
                           "10001");
        assert_ban_refused(self, REQUEST(self, TEXTS("192.0.2.1", "999.1.2.3; rm"), no_jails),
                           BANGUI_ERROR_ADDRESS_INVALID, "999.1.2.3");
        assert_ban_refused(self, REQUEST(self, TEXTS("192.0.2.1"), TEXTS("ssh", "shh")), BANGUI_ERROR_JAIL_NOT_FOUND,
                           "ssh");
        assert_ban_refused(self, REQUEST(self, TEXTS("192.0.2.1"), TEXTS("--all")), BANGUI_ERROR_INVALID_ARGUMENT,
                           "'-'");
        assert_ban_refused(self, REQUEST(self, TEXTS("192.0.2.1"), no_jails, .reason = long_reason),
                           BANGUI_ERROR_INVALID_ARGUMENT, "500");
        assert_ban_refused(self, REQUEST(self, TEXTS("192.0.2.1"), no_jails, .reason = "a\nb"),
                           BANGUI_ERROR_INVALID_ARGUMENT, "control");
        assert_true_table(self, "ssh");
}

/* The others go without the guard: any address may be one of the host that runs them. */
static void test_guard(World *self, gconstpointer data) {
        g_autoptr(GVariant) result = NULL;

        bans_free(self->bans);
        self->bans = bans_new(self->client, self->model, self->table, self->probe, self->manual, TRUE);
        assert_ban_refused(self, REQUEST(self, TEXTS("127.0.0.1"), no_jails), BANGUI_ERROR_WOULD_LOCK_OUT, "127.0.0.1");
        assert_ban_refused(self, REQUEST(self, TEXTS("203.0.113.0/24"), no_jails, .protect = TEXTS("203.0.113.9")),
                           BANGUI_ERROR_WOULD_LOCK_OUT, "203.0.113.");
        result = ban(self, REQUEST(self, TEXTS("127.0.0.1"), TEXTS("ssh"), .force = TRUE));
        g_assert_cmpuint(number(result, "banned"), ==, 1);
}

static void cancel(Operation *operation, gpointer userdata) {
        if (operation_progress(operation, NULL) > 0)
                operation_cancel(operation);
}

static void test_cancel(World *self, gconstpointer data) {
        g_auto(GStrv) texts = many(500);
        g_autoptr(Operation) operation = operation_new("ban", cancel, NULL);
        g_autoptr(GError) error = NULL;

        g_assert_null(bans_ban(
                self->bans, REQUEST(self, (const char *const *) texts, TEXTS("ssh"), .operation = operation), &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED);
        g_assert_nonnull(strstr(error->message, " of 500 were banned"));
        g_assert_cmpuint(ban_table_size(self->table), >, 0);
        g_assert_cmpuint(ban_table_size(self->table), <, 500);
        assert_true_table(self, "ssh");
}

static void kill_fail2ban(Operation *operation, gpointer userdata) {
        World *self = userdata;

        if (operation_progress(operation, NULL) > 0 && fail2ban_fixture_pid(self->fixture) != 0)
                fail2ban_fixture_kill(self->fixture);
}

static void test_killed_half_way(World *self, gconstpointer data) {
        g_auto(GStrv) texts = many(500);
        g_autoptr(Operation) operation = operation_new("ban", kill_fail2ban, self);
        g_autoptr(GError) error = NULL;

        g_assert_null(bans_ban(
                self->bans, REQUEST(self, (const char *const *) texts, TEXTS("ssh"), .operation = operation), &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE);
        g_assert_nonnull(strstr(error->message, " of 500 were banned"));
        g_assert_false(model_is_online(self->model));

        g_clear_error(&error);
        g_assert_null(bans_ban(self->bans, REQUEST(self, TEXTS("192.0.2.1"), no_jails), &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE);
}

static void test_unban_offline(World *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        g_variant_unref(ban(self, REQUEST(self, TEXTS("192.0.2.1"), TEXTS("ssh"))));
        fail2ban_fixture_kill(self->fixture);
        g_assert_null(bans_unban(self->bans, REQUEST(self, TEXTS("192.0.2.0/24"), TEXTS("ssh")), &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE);
}

static void test_unban(World *self, gconstpointer data) {
        g_autoptr(GVariant) result = NULL;

        g_variant_unref(ban(self, REQUEST(self, TEXTS("192.0.2.1", "192.0.2.2"), no_jails)));
        result = unban(self, REQUEST(self, TEXTS("192.0.2.1", "192.0.2.9"), TEXTS("ssh")));
        g_assert_cmpuint(number(result, "unbanned"), ==, 1);
        g_assert_cmpuint(number(result, "absent"), ==, 1);
        assert_rows(result, "192.0.2.1 ssh unbanned, 192.0.2.9 ssh absent");
        g_assert_false(ban_table_has(self->table, "ssh", "192.0.2.1"));
        g_assert_true(ban_table_has(self->table, "web server", "192.0.2.1"));
        assert_true_table(self, "ssh");
}

/* A network lifts itself and all in it, but not a wider one that begins with the same address. */
static void test_unban_network(World *self, gconstpointer data) {
        g_autoptr(GVariant) result = NULL;

        g_variant_unref(ban(
                self,
                REQUEST(self, TEXTS("10.0.0.0/8", "10.0.0.0/24", "10.0.0.0", "10.0.0.128/25", "10.0.0.200", "10.0.1.1"),
                        TEXTS("ssh"))));
        result = unban(self, REQUEST(self, TEXTS("10.0.0.200", "10.0.0.0/24"), TEXTS("ssh")));
        g_assert_cmpuint(number(result, "unbanned"), ==, 4);
        g_assert_cmpuint(number(result, "absent"), ==, 0);
        g_assert_cmpuint(ban_table_size(self->table), ==, 2);
        g_assert_true(ban_table_has(self->table, "ssh", "10.0.0.0/8"));
        g_assert_true(ban_table_has(self->table, "ssh", "10.0.1.1"));
        assert_true_table(self, "ssh");
}

static void test_unban_id(World *self, gconstpointer data) {
        g_autoptr(GVariant) result = NULL;
        g_autoptr(GError) error = NULL;
        g_autoptr(ValueTree) tree = NULL;
        const Value *value;

        tree = fail2ban_client_ask(self->client, FAIL2BAN_CHANGE, &value, &error, "set", "ssh", "banip", "user \"joe\"",
                                   NULL);
        g_assert_no_error(error);
        (void) probe_bans(self->probe, "ssh", self->now, &error);
        g_assert_no_error(error);

        g_assert_null(bans_unban(self->bans, REQUEST(self, TEXTS("user joe"), no_jails), &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_ADDRESS_INVALID);

        result = unban(self, REQUEST(self, TEXTS("user \"joe\""), no_jails));
        g_assert_cmpuint(number(result, "unbanned"), ==, 1);
        assert_true_table(self, "ssh");
}

static void test_unban_all(World *self, gconstpointer data) {
        g_autoptr(GVariant) result = NULL;
        g_autoptr(GError) error = NULL;

        g_variant_unref(ban(self, REQUEST(self, TEXTS("192.0.2.1", "192.0.2.2", "192.0.2.3"), no_jails)));
        result = bans_unban_all(self->bans, REQUEST(self, no_jails, no_jails), &error);
        result = checked(result, error);
        g_assert_cmpuint(number(result, "unbanned"), ==, 6);
        g_assert_cmpuint(ban_table_size(self->table), ==, 0);
        assert_true_table(self, "ssh");
}

static void test_list(World *self, gconstpointer data) {
        BanQuery query = { .sort = BAN_SORT_ADDRESS, .limit = 2 };
        g_autoptr(GVariant) rows = NULL, row = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *cursor = NULL;
        const char *address;
        guint total;

        g_variant_unref(ban(self, REQUEST(self, TEXTS("192.0.2.10", "192.0.2.9", "2001:db8::1"), TEXTS("ssh"))));
        rows = bans_list(self->bans, &query, self->now, &cursor, &total, &error);
        rows = checked(rows, error);
        g_assert_cmpuint(g_variant_n_children(rows), ==, 2);
        g_assert_cmpuint(total, ==, 3);
        g_assert_cmpstr(cursor, !=, "");
        row = g_variant_get_child_value(rows, 0);
        g_assert_true(g_variant_lookup(row, "address", "&s", &address));
        g_assert_cmpstr(address, ==, "192.0.2.9");

        query.jail = "nosuch";
        g_assert_null(bans_list(self->bans, &query, self->now, NULL, NULL, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND);
        g_clear_error(&error);
        query = (BanQuery) { .limit = 501 };
        g_assert_null(bans_list(self->bans, &query, self->now, NULL, NULL, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
}

static char *read_all(int fd) {
        g_autoptr(GString) text = g_string_new(NULL);
        char piece[4096];
        gssize n;

        while ((n = read(fd, piece, sizeof(piece))) > 0)
                g_string_append_len(text, piece, n);
        g_assert_cmpint(n, ==, 0);
        return g_string_free(g_steal_pointer(&text), FALSE);
}

static void test_dump(World *self, gconstpointer data) {
        BanQuery query = { .sort = BAN_SORT_ADDRESS };
        const char *jail = "a \"b\"\\\xc3\xa4\n", *ids[] = { "192.0.2.1", "2001:db8::/32", "user \"x\"\n\t\\" };
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL;
        g_auto(GStrv) lines = NULL;
        int fd;

        for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
                Ban row = { .jail = (char *) jail,
                            .id = (char *) ids[i],
                            .banned_at = self->now - 5,
                            .ends_at = self->now + 10,
                            .failures = 4000000000u,
                            .count = i };

                if (i == 2)
                        row.ends_at = -1;
                row.is_address = address_try_parse(ids[i], &row.address);
                ban_table_put(self->table, &row, self->now, TRUE);
        }

        fd = bans_dump(self->bans, &query, self->now, &error);
        g_assert_no_error(error);
        g_assert_cmpint(fcntl(fd, F_GET_SEALS), ==, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
        text = read_all(fd);
        close(fd);

        lines = g_strsplit(text, "\n", -1);
        g_assert_cmpuint(g_strv_length(lines), ==, 4);
        g_assert_cmpstr(lines[3], ==, "");
        for (guint i = 0; i < 3; i++) {
                g_autoptr(JsonNode) node = json_from_string(lines[i], &error);
                JsonObject *object;

                g_assert_no_error(error);
                object = json_node_get_object(node);
                g_assert_cmpuint(json_object_get_size(object), ==, 9);
                g_assert_cmpstr(json_object_get_string_member(object, "jail"), ==, jail);
                g_assert_cmpstr(json_object_get_string_member(object, "address"), ==, ids[i]);
                g_assert_cmpint(json_object_get_int_member(object, "banned_at"), ==, self->now - 5);
                g_assert_cmpint(json_object_get_int_member(object, "ends_at"), ==, i == 2 ? -1 : self->now + 10);
                g_assert_cmpint(json_object_get_int_member(object, "remaining"), ==, i == 2 ? -1 : 10);
                g_assert_cmpint(json_object_get_int_member(object, "failures"), ==, 4000000000);
                g_assert_cmpint(json_object_get_int_member(object, "count"), ==, i);
                g_assert_cmpstr(json_object_get_string_member(object, "country"), ==, "");
                g_assert_cmpint(json_object_get_int_member(object, "network"), ==, 0);
        }
}

/* More than one piece is written. */
static void test_dump_many(World *self, gconstpointer data) {
        BanQuery query = { .sort = BAN_SORT_BANNED_AT, .descending = TRUE };
        g_autofree char *text = NULL;
        guint n = 0;
        int fd;

        for (guint i = 0; i < 20000; i++) {
                Ban row = { .jail = (char *) "ssh",
                            .id = (char *) "",
                            .is_address = TRUE,
                            .banned_at = (gint64) (i * 7919 % 20000) };

                row.address =
                        (Address) { .bytes = { 10, i / 65536, i / 256 % 256, i % 256 }, .version = 4, .prefix = 32 };
                ban_table_put(self->table, &row, self->now, TRUE);
        }
        fd = bans_dump(self->bans, &query, self->now, NULL);
        text = read_all(fd);
        close(fd);
        for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1, n++) {
                g_autoptr(JsonNode) node = NULL;

                *end = '\0';
                node = json_from_string(line, NULL);
                g_assert_cmpint(json_object_get_int_member(json_node_get_object(node), "banned_at"), ==, 19999 - n);
        }
        g_assert_cmpuint(n, ==, 20000);
}

static GVariant *lookup(World *self, const char *address) {
        GError *error = NULL;
        GVariant *result = bans_lookup(self->bans, address, self->now, &error);

        return checked(result, error);
}

static GVariant *lookup_rows(GVariant *result, const char *key, gsize n) {
        GVariant *rows = g_variant_lookup_value(result, key, G_VARIANT_TYPE("aa{sv}"));

        g_assert_nonnull(rows);
        g_assert_cmpuint(g_variant_n_children(rows), ==, n);
        return rows;
}

static gboolean is_recorded(World *self, const char *address) {
        g_autoptr(GVariant) result = lookup(self, address), rows = g_variant_lookup_value(result, "bans", NULL),
                            row = NULL;
        g_autoptr(GVariant) matches = NULL;

        if (g_variant_n_children(rows) == 0)
                return FALSE;
        row = g_variant_get_child_value(rows, 0);
        matches = g_variant_lookup_value(row, "matches", G_VARIANT_TYPE_STRING_ARRAY);
        return g_variant_n_children(matches) > 0;
}

static void test_lookup_by_hand(World *self, gconstpointer data) {
        g_autoptr(GVariant) result = NULL, bans = NULL, ban_row = NULL, covered = NULL, none = NULL, no_bans = NULL;
        g_autoptr(GError) error = NULL;
        const char *reason;
        gboolean banned = FALSE;
        gint64 uid;

        g_variant_unref(ban(
                self, REQUEST(self, TEXTS("192.0.2.1", "192.0.0.0/16"), TEXTS("ssh"), .reason = "a \xc3\xa4 reason")));
        result = lookup(self, "192.0.2.1");
        g_assert_true(g_variant_lookup(result, "banned", "b", &banned));
        g_assert_true(banned);
        bans = lookup_rows(result, "bans", 1);
        ban_row = g_variant_get_child_value(bans, 0);
        g_assert_true(g_variant_lookup(ban_row, "reason", "&s", &reason));
        g_assert_cmpstr(reason, ==, "a \xc3\xa4 reason");
        g_assert_true(g_variant_lookup(ban_row, "banned_by", "x", &uid));
        g_assert_cmpint(uid, ==, UID);
        covered = lookup_rows(result, "covered_by", 1);

        none = lookup(self, "203.0.113.1");
        g_assert_true(g_variant_lookup(none, "banned", "b", &banned));
        g_assert_false(banned);
        no_bans = lookup_rows(none, "bans", 0);
        g_assert_null(bans_lookup(self->bans, "nobody", self->now, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_ADDRESS_INVALID);
}

static void test_lookup_evidence(World *self, gconstpointer data) {
        g_autoptr(GVariant) result = NULL, bans = NULL, row = NULL, matches = NULL, earlier = NULL;
        gint64 deadline = g_get_monotonic_time() + 20 * G_USEC_PER_SEC, by;
        guint failures;

        for (guint i = 0; i < 3; i++)
                fail2ban_fixture_fail(self->fixture, 0, "192.0.2.50");

        /* fail2ban reads its logs once a second, and writes the row after that; nothing tells when. */
        while (!is_recorded(self, "192.0.2.50") && g_get_monotonic_time() < deadline) {
                g_autoptr(GError) error = NULL;

                self->now = g_get_real_time() / G_USEC_PER_SEC;
                (void) probe_database(self->probe, self->now, &error);
                g_assert_no_error(error);
                g_usleep(20000);
        }

        result = lookup(self, "192.0.2.50");
        bans = lookup_rows(result, "bans", 1);
        earlier = lookup_rows(result, "earlier", 0);
        row = g_variant_get_child_value(bans, 0);
        g_assert_false(g_variant_lookup(row, "banned_by", "x", &by));
        g_assert_true(g_variant_lookup(row, "failures", "u", &failures));
        g_assert_cmpuint(failures, ==, 3);
        matches = g_variant_lookup_value(row, "matches", G_VARIANT_TYPE_STRING_ARRAY);
        g_assert_cmpuint(g_variant_n_children(matches), ==, 3);
}

static void test_lookup_without_database(World *self, gconstpointer data) {
        g_autoptr(GVariant) result = NULL, bans = NULL, earlier = NULL;
        const char *why;

        g_variant_unref(ban(self, REQUEST(self, TEXTS("192.0.2.1"), TEXTS("ssh"))));
        result = lookup(self, "192.0.2.1");
        bans = lookup_rows(result, "bans", 1);
        earlier = lookup_rows(result, "earlier", 0);
        g_assert_true(g_variant_lookup(result, "earlier_error", "&s", &why));
}

static void test_pace(void) {
        g_autoptr(BansPace) pace = bans_pace_new();
        guint sizes[8], n = bans_pace_first(pace, "fast");

        /* 0.05 ms an address: doubled up to the most */
        for (guint i = 0; i < 8; i++) {
                sizes[i] = n;
                n = bans_pace_next(pace, "fast", n, n * 50);
        }
        g_assert_cmpuint(sizes[0], ==, 2);
        g_assert_cmpuint(sizes[1], ==, 4);
        g_assert_cmpuint(sizes[5], ==, 64);
        g_assert_cmpuint(sizes[6], ==, BANS_PACE_MAX);
        g_assert_cmpuint(sizes[7], ==, BANS_PACE_MAX);

        /* 7 ms: two at a time; 50 ms: one, also the next time; another jail is another matter */
        n = bans_pace_first(pace, "slow");
        n = bans_pace_next(pace, "slow", n, n * 7000);
        g_assert_cmpuint(n, ==, 2);
        g_assert_cmpuint(bans_pace_next(pace, "slower", 2, 100000), ==, 1);
        g_assert_cmpuint(bans_pace_first(pace, "slower"), ==, 1);
        g_assert_cmpuint(bans_pace_first(pace, "other"), ==, 2);

        /* what is known to be fast begins with a quarter, and a single quick address changes nothing */
        g_assert_cmpuint(bans_pace_next(pace, "fast", 1, 500), ==, 2);
        g_assert_cmpuint(bans_pace_first(pace, "fast"), ==, BANS_PACE_MAX / 4);

        /* one that becomes slow */
        g_assert_cmpuint(bans_pace_next(pace, "fast", 25, 25 * 7000), ==, 2);
        g_assert_cmpuint(bans_pace_first(pace, "fast"), ==, 1);
}

int main(int argc, char **argv) {
        const Fail2banFixtureOptions zero = { .jail_lines = "bantime = 0\n" },
                                     no_database = { .without_database = TRUE }, slow = { .action_ban = "sleep 0.01" };

        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/services/bans/pace", test_pace);
#define CASE(name, options, function) \
        g_test_add("/services/bans/" name, World, options, world_setup, function, world_teardown)
        CASE("ban", NULL, test_ban);
        CASE("ban-behind-our-back", NULL, test_ban_behind_our_back);
        CASE("ban-time-zero", &zero, test_ban_time_zero);
        CASE("ban-many", NULL, test_ban_many);
        CASE("ban-refused", NULL, test_ban_refused);
        CASE("guard", NULL, test_guard);
        CASE("cancel", &slow, test_cancel);
        CASE("killed-half-way", &slow, test_killed_half_way);
        CASE("unban", NULL, test_unban);
        CASE("unban-offline", NULL, test_unban_offline);
        CASE("unban-network", NULL, test_unban_network);
        CASE("unban-id", NULL, test_unban_id);
        CASE("unban-all", NULL, test_unban_all);
        CASE("list", NULL, test_list);
        CASE("dump", NULL, test_dump);
        CASE("dump-many", NULL, test_dump_many);
        CASE("lookup-by-hand", NULL, test_lookup_by_hand);
        CASE("lookup-evidence", NULL, test_lookup_evidence);
        CASE("lookup-without-database", &no_database, test_lookup_without_database);
        return g_test_run();
}
