/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/list-watch.h"

static void on_poke(gpointer userdata) {
        (*(guint *) userdata)++;
}

/* A jail is told of with what it ignores, words with blanks between. */
static void tell_jail(ListWatch *watch, const char *jail, const char *ignored, guint failed) {
        EventSink sink = list_watch_sink(watch);
        g_auto(GStrv) list = g_strsplit(ignored, " ", -1);
        GVariantDict properties;
        g_autoptr(GVariant) dictionary = NULL;

        g_variant_dict_init(&properties, NULL);
        g_variant_dict_insert(&properties, "TotalFailed", "u", failed);
        g_variant_dict_insert(&properties, "IgnoreAddresses", "^as", list);
        dictionary = g_variant_ref_sink(g_variant_dict_end(&properties));
        event_emit(&sink, EVENT_JAIL, jail, NULL, dictionary);
}

static void test_pokes(void) {
        guint pokes = 0;
        g_autoptr(ListWatch) watch = list_watch_new("IgnoreAddresses", on_poke, &pokes);
        EventSink sink = list_watch_sink(watch);

        tell_jail(watch, "sshd", "", 0);
        g_assert_cmpuint(pokes, ==, 1);
        tell_jail(watch, "sshd", "", 1);
        g_assert_cmpuint(pokes, ==, 1);
        tell_jail(watch, "sshd", "192.0.2.1 192.0.2.2", 1);
        g_assert_cmpuint(pokes, ==, 2);
        tell_jail(watch, "mail", "192.0.2.1 192.0.2.2", 1);
        g_assert_cmpuint(pokes, ==, 3);
        tell_jail(watch, "sshd", "192.0.2.1", 1);
        g_assert_cmpuint(pokes, ==, 4);

        /* one of the same name that comes later is another jail, whatever it ignores */
        event_emit(&sink, EVENT_JAIL_REMOVED, "sshd", NULL, NULL);
        g_assert_cmpuint(pokes, ==, 4);
        tell_jail(watch, "sshd", "192.0.2.1", 0);
        g_assert_cmpuint(pokes, ==, 5);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/services/list-watch/pokes", test_pokes);
        return g_test_run();
}
