/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* org.bangui.BanGUI1.Geo */

#include "bus/method.h"
#include "core/options.h"

#define NAMED_ADDRESSES 5 /* in a question to a person */

typedef struct ChangeOptions {
        const char *reason;
        gint64 wait;
} ChangeOptions;

/* Both are the dispatcher's. */
static const OptionSpec change_table[] = {
        { "reason", OPTION_TEXT, G_STRUCT_OFFSET(ChangeOptions, reason), 0, 500 },
        { "wait", OPTION_INT, G_STRUCT_OFFSET(ChangeOptions, wait), 0, 20 },
        {},
};

static gboolean read_options(const MethodCall *call, const char *what, GError **error) {
        g_autoptr(GVariant) dictionary = method_options(call);
        ChangeOptions options = {};

        return options_read(dictionary, change_table, what, &options, error);
}

static GVariant *run_lookup(const Services *services, MethodCall *call, GError **error) {
        return method_result(places_lookup(services->places, method_text(call, 0), error));
}

static GVariant *run_lookup_many(const Services *services, MethodCall *call, GError **error) {
        g_autofree const char **addresses = NULL;

        g_variant_get_child(call->arguments, 0, "^a&s", &addresses);
        return method_result(places_lookup_many(services->places, addresses, error));
}

static GVariant *run_lookup_outside(const Services *services, MethodCall *call, GError **error) {
        g_autofree const char **addresses = NULL;

        if (!read_options(call, "LookupOutside", error))
                return NULL;
        g_variant_get_child(call->arguments, 0, "^a&s", &addresses);
        return method_result(places_lookup_outside(services->places, addresses, call->operation, call->now, error));
}

/* A few addresses by name, else "*". */
static gboolean about_addresses(const MethodCall *call, MethodAbout *ret, GError **error) {
        g_autofree const char **addresses = NULL;

        g_variant_get_child(call->arguments, 0, "^a&s", &addresses);
        ret->address =
                g_strv_length((GStrv) addresses) > NAMED_ADDRESSES ? g_strdup("*") : g_strjoinv(",", (GStrv) addresses);
        return TRUE;
}

static GVariant *run_statistics(const Services *services, MethodCall *call, GError **error) {
        return method_result(places_statistics(services->places, error));
}

static GVariant *run_reload(const Services *services, MethodCall *call, GError **error) {
        g_autoptr(GVariant) state = NULL;

        if (!read_options(call, "Reload", error) || !places_files(services->places, NULL, error))
                return NULL;
        state = places_state(services->places);
        return method_result(g_variant_ref(state));
}

static GVariant *run_resolve(const Services *services, MethodCall *call, GError **error) {
        g_autofree char *message = NULL;
        GVariantBuilder result;

        if (!read_options(call, "Resolve", error) || !places_resolve(services->places, call->operation, error))
                return NULL;
        (void) operation_progress(call->operation, &message);
        g_variant_builder_init(&result, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&result, "{sv}", "message", g_variant_new_string(message));
        return method_result(g_variant_builder_end(&result));
}

static const Method rows[] = {
        { .name = "Lookup", .action = "read", .lane = LANE_MEMORY, .run = run_lookup },
        { .name = "LookupMany", .action = "read", .lane = LANE_MEMORY, .run = run_lookup_many },
        { "LookupOutside", "look-up-outside", LANE_LONG, .changes = TRUE, .run = run_lookup_outside,
          .about = about_addresses },
        { .name = "Statistics", .action = "read", .lane = LANE_MEMORY, .run = run_statistics },
        { "Reload", "manage-settings", LANE_LONG, .changes = TRUE, .run = run_reload },
        { "Resolve", "manage-settings", LANE_LONG, .changes = TRUE, .run = run_resolve },
        {},
};

const MethodGroup geo_methods = { "Geo", rows };
