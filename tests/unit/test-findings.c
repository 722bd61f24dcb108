/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/findings.h"

typedef struct World {
        guint told;
        Findings *findings;
} World;

static void on_event(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
        World *world = userdata;

        g_assert_cmpint(type, ==, EVENT_HEALTH);
        g_assert_true(g_variant_is_of_type(properties, G_VARIANT_TYPE_VARDICT));
        world->told++;
}

static void world_setup(World *world, gconstpointer data) {
        EventSink sink = { on_event, world };

        world->told = 0;
        world->findings = findings_new(&sink);
}

static void world_teardown(World *world, gconstpointer data) {
        findings_free(world->findings);
}

static void assert_state(World *world, const char *expected) {
        g_autoptr(GVariant) health = findings_health(world->findings);
        const char *state;

        g_assert_true(g_variant_lookup(health, "State", "&s", &state));
        g_assert_cmpstr(state, ==, expected);
}

static GVariant *row(World *world, const char *list, guint index) {
        g_autoptr(GVariant) health = findings_health(world->findings);
        g_autoptr(GVariant) rows = g_variant_lookup_value(health, list, G_VARIANT_TYPE("aa{sv}"));

        g_assert_nonnull(rows);
        return index < g_variant_n_children(rows) ? g_variant_get_child_value(rows, index) : NULL;
}

static void assert_field(GVariant *dict, const char *key, const char *expected) {
        const char *text;

        g_assert_true(g_variant_lookup(dict, key, "&s", &text));
        g_assert_cmpstr(text, ==, expected);
}

static gint64 since(GVariant *dict) {
        gint64 at;

        g_assert_true(g_variant_lookup(dict, "since_at", "x", &at));
        return at;
}

static void test_life(World *world, gconstpointer data) {
        assert_state(world, "starting");
        findings_set_part(world->findings, "store", "failed", "no room", 5);
        assert_state(world, "starting");
        findings_set_life(world->findings, "running");
        assert_state(world, "degraded");
        findings_set_part(world->findings, "store", "ok", "", 6);
        assert_state(world, "running");
        findings_set_part(world->findings, "authorization", "off", "no polkit", 6);
        assert_state(world, "running");
        findings_set_life(world->findings, "stopping");
        assert_state(world, "stopping");
}

static void test_parts(World *world, gconstpointer data) {
        g_autoptr(GVariant) first = NULL, second = NULL;

        findings_set_part(world->findings, "fail2ban", "ok", NULL, 10);
        findings_set_part(world->findings, "fail2ban", "failed", "gone", 20);
        findings_set_part(world->findings, "fail2ban", "failed", "still gone", 30);
        first = row(world, "Parts", 0);
        assert_field(first, "name", "fail2ban");
        assert_field(first, "state", "failed");
        assert_field(first, "detail", "still gone");
        g_assert_cmpint(since(first), ==, 20);
        second = row(world, "Parts", 1);
        g_assert_null(second);
}

static void test_order(World *world, gconstpointer data) {
        static const char *const kinds[] = { "fail2ban-offline", "purge-age-short", "a-notice" };

        findings_set(world->findings, "a-notice", "", "notice", "m", "a", 1);
        findings_set(world->findings, "purge-age-short", "", "warning", "m", "a", 2);
        findings_set(world->findings, "fail2ban-offline", "", "critical", "m", "a", 3);
        for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
                g_autoptr(GVariant) finding = row(world, "Findings", i);

                assert_field(finding, "kind", kinds[i]);
        }
}

static void test_since(World *world, gconstpointer data) {
        g_autoptr(GVariant) finding = NULL, none = NULL;

        findings_set(world->findings, "k", "sshd", "warning", "one", "a", 1);
        findings_set(world->findings, "k", "sshd", "warning", "two", "a", 9);
        finding = row(world, "Findings", 0);
        assert_field(finding, "message", "two");
        assert_field(finding, "object", "sshd");
        assert_field(finding, "advice", "a");
        g_assert_cmpint(since(finding), ==, 1);

        findings_clear(world->findings, "k", "other");
        findings_clear(world->findings, "k", "sshd");
        none = row(world, "Findings", 0);
        g_assert_null(none);
}

static void test_told_once(World *world, gconstpointer data) {
        findings_set_part(world->findings, "store", "ok", "", 1);
        findings_set_part(world->findings, "store", "ok", "", 2);
        g_assert_cmpuint(world->told, ==, 1);
        findings_set(world->findings, "k", "", "warning", "m", "a", 1);
        findings_set(world->findings, "k", "", "warning", "m", "a", 2);
        g_assert_cmpuint(world->told, ==, 2);
        findings_clear(world->findings, "k", "");
        findings_clear(world->findings, "k", "");
        g_assert_cmpuint(world->told, ==, 3);
        findings_set_life(world->findings, "starting");
        g_assert_cmpuint(world->told, ==, 3);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);

        g_test_add("/services/findings/life", World, NULL, world_setup, test_life, world_teardown);
        g_test_add("/services/findings/parts", World, NULL, world_setup, test_parts, world_teardown);
        g_test_add("/services/findings/order", World, NULL, world_setup, test_order, world_teardown);
        g_test_add("/services/findings/since", World, NULL, world_setup, test_since, world_teardown);
        g_test_add("/services/findings/told-once", World, NULL, world_setup, test_told_once, world_teardown);

        return g_test_run();
}
