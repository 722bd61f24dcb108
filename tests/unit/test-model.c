/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <gio/gio.h>
#include <string.h>

#include "core/error.h"
#include "services/probe/model.h"

#define NOW 1700000000

typedef struct World {
        GString *told; /* one line an event */
        Model *model;
} World;

static void on_event(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
        World *world = userdata;
        const char *state = "";

        switch (type) {
        case EVENT_SERVER:
                g_assert_true(g_variant_lookup(properties, "State", "&s", &state));
                g_string_append_printf(world->told, "server %s\n", state);
                break;
        case EVENT_JAIL:
                g_string_append_printf(world->told, "jail %s\n", name);
                break;
        case EVENT_JAIL_REMOVED:
                g_assert_null(properties);
                g_string_append_printf(world->told, "removed %s\n", name);
                break;
        default:
                g_assert_not_reached();
        }
}

static void world_setup(World *world, gconstpointer data) {
        EventSink sink = { on_event, world };

        world->told = g_string_new("");
        world->model = model_new(&sink);
}

static void world_teardown(World *world, gconstpointer data) {
        model_free(world->model);
        g_string_free(world->told, TRUE);
}

static void assert_told(World *world, const char *expected) {
        g_assert_cmpstr(world->told->str, ==, expected);
        g_string_truncate(world->told, 0);
}

static GVariant *server_settings(void) {
        return g_variant_new_parsed("{'log_level': <'INFO'>, 'log_target': <'/var/log/fail2ban.log'>,"
                                    " 'syslog_socket': <'auto'>, 'database_file': <'/f2b.sqlite3'>,"
                                    " 'database_purge_age': <int64 86400>, 'database_max_matches': <int64 10>}");
}

static GVariant *jail_settings(gint64 ban_time) {
        return g_variant_new_parsed("{'BanTime': <%x>, 'LogPaths': <['/var/log/auth.log']>, 'MaxRetry': <uint32 5>,"
                                    " 'IgnoreSelf': <true>, 'UseDns': <'warn'>}",
                                    ban_time);
}

/* The interface's own file says which properties there are. */
static void assert_complete(GVariant *dict, const char *interface) {
        g_autofree char *name = g_strdup_printf("%s.xml", interface);
        g_autofree char *path = g_test_build_filename(G_TEST_DIST, "..", "..", "interfaces", name, NULL);
        g_autofree char *text = NULL;
        g_autoptr(GDBusNodeInfo) node = NULL;
        g_autoptr(GError) error = NULL;
        GDBusInterfaceInfo *info;
        guint n;

        g_assert_true(g_file_get_contents(path, &text, NULL, &error));
        node = g_dbus_node_info_new_for_xml(text, &error);
        g_assert_no_error(error);
        info = g_dbus_node_info_lookup_interface(node, interface);
        g_assert_nonnull(info);

        for (n = 0; info->properties && info->properties[n]; n++) {
                const GVariantType *type = G_VARIANT_TYPE(info->properties[n]->signature);
                g_autoptr(GVariant) value = g_variant_lookup_value(dict, info->properties[n]->name, NULL);

                if (!value || !g_variant_is_of_type(value, type))
                        g_error("%s.%s is missing or no %s", interface, info->properties[n]->name,
                                info->properties[n]->signature);
        }
        g_assert_cmpuint(g_variant_n_children(dict), ==, n);
}

static void test_contract(World *world, gconstpointer data) {
        g_autoptr(GVariant) before = model_server(world->model);
        g_autoptr(GVariant) server = NULL, jail = NULL, bare = NULL;
        Fail2banCounters counters = { 1, 2, 3, 4 };

        assert_complete(before, "org.bangui.BanGUI1.Server");
        model_set_online(world->model, "1.0.2", server_settings(), NOW);
        model_put_jail(world->model, "sshd", &counters, jail_settings(600));
        model_put_jail(world->model, "bare", &counters, g_variant_new_parsed("@a{sv} {'BanTime': <'wrong type'>}"));
        server = model_server(world->model);
        jail = model_jail(world->model, "sshd");
        bare = model_jail(world->model, "bare");
        assert_complete(server, "org.bangui.BanGUI1.Server");
        assert_complete(jail, "org.bangui.BanGUI1.Jail");
        assert_complete(bare, "org.bangui.BanGUI1.Jail");
        g_assert_null(model_jail(world->model, "none"));
}

static void test_sums(World *world, gconstpointer data) {
        Fail2banCounters a = { 1, 20, 300, 4000 }, b = { 5, 60, 700, 8000 };
        g_autoptr(GVariant) server = NULL, jail = NULL;
        g_autofree const char **jails = NULL;
        guint64 value;
        guint32 banned;

        model_set_online(world->model, "1.0.2", server_settings(), NOW);
        model_put_jail(world->model, "b", &a, jail_settings(600));
        model_put_jail(world->model, "a", &b, jail_settings(600));
        server = model_server(world->model);
        g_assert_true(g_variant_lookup(server, "CurrentlyFailed", "t", &value) && value == 6);
        g_assert_true(g_variant_lookup(server, "TotalFailed", "t", &value) && value == 80);
        g_assert_true(g_variant_lookup(server, "CurrentlyBanned", "t", &value) && value == 1000);
        g_assert_true(g_variant_lookup(server, "TotalBanned", "t", &value) && value == 12000);
        g_assert_true(g_variant_lookup(server, "Jails", "^a&s", &jails));
        g_assert_cmpstr(jails[0], ==, "a");
        g_assert_cmpstr(jails[1], ==, "b");
        jail = model_jail(world->model, "a");
        g_assert_true(g_variant_lookup(jail, "TotalBanned", "u", &banned) && banned == 8000);
}

static void test_told_on_change(World *world, gconstpointer data) {
        Fail2banCounters none = { 0 }, one = { .currently_banned = 1 };

        model_set_online(world->model, "1.0.2", server_settings(), NOW);
        assert_told(world, "server online\n");
        model_set_online(world->model, "1.0.2", server_settings(), NOW + 30);
        assert_told(world, "");
        model_put_jail(world->model, "sshd", &none, jail_settings(600));
        assert_told(world, "jail sshd\nserver online\n");
        model_put_jail(world->model, "sshd", &none, NULL);
        model_put_jail(world->model, "sshd", &none, jail_settings(600));
        assert_told(world, "");
        model_put_jail(world->model, "sshd", &none, jail_settings(700));
        assert_told(world, "jail sshd\n");
        model_put_jail(world->model, "sshd", &one, NULL);
        assert_told(world, "jail sshd\nserver online\n");
        model_set_idle(world->model, "sshd", TRUE);
        model_set_idle(world->model, "sshd", TRUE);
        model_set_idle(world->model, "none", TRUE);
        assert_told(world, "jail sshd\n");
        model_remove_jail(world->model, "sshd");
        model_remove_jail(world->model, "sshd");
        assert_told(world, "removed sshd\nserver online\n");
}

static void test_hold(World *world, gconstpointer data) {
        Fail2banCounters one = { .currently_banned = 1 };

        model_hold(world->model);
        model_hold(world->model);
        model_set_online(world->model, "1.0.2", server_settings(), NOW);
        model_put_jail(world->model, "a", &one, jail_settings(600));
        model_release(world->model);
        model_put_jail(world->model, "b", &one, jail_settings(600));
        assert_told(world, "jail a\njail b\n");
        model_release(world->model);
        assert_told(world, "server online\n");
        model_hold(world->model);
        model_release(world->model);
        assert_told(world, "");
}

static void test_offline(World *world, gconstpointer data) {
        Fail2banCounters none = { 0 };
        g_autoptr(GVariant) server = NULL;
        g_autofree char *file = model_database_file(world->model), *kept = NULL;
        g_auto(GStrv) jails = NULL;
        const char *text;
        gint64 at;

        g_assert_null(file);
        g_assert_false(model_is_online(world->model));
        model_set_online(world->model, "1.0.2", server_settings(), NOW);
        model_put_jail(world->model, "a", &none, jail_settings(600));
        model_put_jail(world->model, "b", &none, jail_settings(600));
        g_string_truncate(world->told, 0);

        model_set_offline(world->model, "no socket", NOW + 5);
        model_set_offline(world->model, "no socket", NOW + 9);
        assert_told(world, "removed a\nremoved b\nserver offline\n");
        server = model_server(world->model);
        g_assert_true(g_variant_lookup(server, "StateReason", "&s", &text));
        g_assert_cmpstr(text, ==, "no socket");
        g_assert_true(g_variant_lookup(server, "Version", "&s", &text));
        g_assert_cmpstr(text, ==, "1.0.2");
        g_assert_true(g_variant_lookup(server, "StateSince", "x", &at));
        g_assert_cmpint(at, ==, NOW + 5);
        jails = model_jails(world->model);
        g_assert_cmpuint(g_strv_length(jails), ==, 0);
        kept = model_database_file(world->model);
        g_assert_cmpstr(kept, ==, "/f2b.sqlite3");
}

static void test_check_jail(World *world, gconstpointer data) {
        Fail2banCounters none = { 0 };
        g_autoptr(GError) offline = NULL, missing = NULL, error = NULL;

        g_assert_false(model_check_jail(world->model, "sshd", &offline));
        g_assert_error(offline, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE);

        model_set_online(world->model, "1.0.2", server_settings(), NOW);
        model_put_jail(world->model, "sshd", &none, jail_settings(600));
        g_assert_true(model_check_jail(world->model, "sshd", &error));
        g_assert_no_error(error);
        g_assert_false(model_check_jail(world->model, "shsd", &missing));
        g_assert_error(missing, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND);
        g_assert_nonnull(strstr(missing->message, "'shsd'"));
        g_assert_nonnull(strstr(missing->message, "'sshd'"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);

        g_test_add("/services/model/contract", World, NULL, world_setup, test_contract, world_teardown);
        g_test_add("/services/model/sums", World, NULL, world_setup, test_sums, world_teardown);
        g_test_add("/services/model/told-on-change", World, NULL, world_setup, test_told_on_change, world_teardown);
        g_test_add("/services/model/hold", World, NULL, world_setup, test_hold, world_teardown);
        g_test_add("/services/model/offline", World, NULL, world_setup, test_offline, world_teardown);
        g_test_add("/services/model/check-jail", World, NULL, world_setup, test_check_jail, world_teardown);

        return g_test_run();
}
