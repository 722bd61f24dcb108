/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* org.bangui.BanGUI1.AllowList */

#include "bus/method.h"
#include "core/error.h"
#include "core/options.h"

#define DURATION_MAX (G_GINT64_CONSTANT(100) * 366 * 86400)

typedef struct ChangeOptions {
        const char **jails;
        const char *note, *reason;
        gint64 expires_at, duration, wait;
        gboolean unban, force;
} ChangeOptions;

#define CHANGE_OPTIONS \
        { "jails", OPTION_STRINGS, G_STRUCT_OFFSET(ChangeOptions, jails), 0, 1000 }, \
                { "note", OPTION_TEXT, G_STRUCT_OFFSET(ChangeOptions, note), 0, 500 }, \
                { "expires_at", OPTION_INT, G_STRUCT_OFFSET(ChangeOptions, expires_at), 0, G_MAXINT64 / 1000000 }, \
                { "duration", OPTION_INT, G_STRUCT_OFFSET(ChangeOptions, duration), 1, DURATION_MAX }, \
                { "force", OPTION_BOOL, G_STRUCT_OFFSET(ChangeOptions, force) }, { \
                "wait", OPTION_INT, G_STRUCT_OFFSET(ChangeOptions, wait), 0, 20 \
        }

static const OptionSpec add_table[] = {
        CHANGE_OPTIONS,
        { "unban", OPTION_BOOL, G_STRUCT_OFFSET(ChangeOptions, unban) },
        {},
};

static const OptionSpec change_table[] = { CHANGE_OPTIONS, {} };

static const OptionSpec remove_table[] = {
        { "reason", OPTION_TEXT, G_STRUCT_OFFSET(ChangeOptions, reason), 0, 500 },
        { "wait", OPTION_INT, G_STRUCT_OFFSET(ChangeOptions, wait), 0, 20 },
        {},
};

typedef GVariant *(*AllowFunc)(Allow *allow, const AllowRequest *request, GError **error);

/* Add, Change and Remove: (s entry, a{sv} options). */
static GVariant *run_change(const Services *services, MethodCall *call, const OptionSpec *table, const char *what,
                            AllowFunc func, GError **error) {
        ChangeOptions options = { .expires_at = -1, .unban = TRUE };
        g_autoptr(GVariant) dictionary = method_options(call);
        g_autofree const char **jails = NULL;

        if (!options_read(dictionary, table, what, &options, error))
                return NULL;
        jails = options.jails;
        if (options.duration > 0 && options.expires_at >= 0) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "%s takes the option expires_at or the option duration, not both", what);
                return NULL;
        }
        return method_result(func(services->allow,
                                  &(AllowRequest) { .caller = call->caller,
                                                    .entry = method_text(call, 0),
                                                    .jails = jails,
                                                    .note = options.note,
                                                    .expires_at = options.duration > 0 ? call->now + options.duration
                                                                                       : options.expires_at,
                                                    .unban = options.unban,
                                                    .force = options.force,
                                                    .operation = call->operation,
                                                    .now = call->now },
                                  error));
}

static GVariant *run_add(const Services *services, MethodCall *call, GError **error) {
        return run_change(services, call, add_table, "Add", allow_add, error);
}

static GVariant *run_alter(const Services *services, MethodCall *call, GError **error) {
        return run_change(services, call, change_table, "Change", allow_change, error);
}

static GVariant *run_remove(const Services *services, MethodCall *call, GError **error) {
        return run_change(services, call, remove_table, "Remove", allow_remove, error);
}

static gboolean about_entry(const MethodCall *call, MethodAbout *ret, GError **error) {
        g_autoptr(GVariant) options = method_options(call);
        g_autofree const char **jails = NULL;

        if (g_variant_lookup(options, "jails", "^a&s", &jails) && jails[0])
                ret->jail = g_strjoinv(",", (GStrv) jails);
        else
                ret->jail = g_strdup("*");
        ret->address = g_strdup(method_text(call, 0));
        return TRUE;
}

typedef struct ListOptions {
        const char *origin, *jail, *search, *cursor;
        gint64 limit;
        gboolean total;
} ListOptions;

static const OptionSpec list_table[] = {
        { "origin", OPTION_TEXT, G_STRUCT_OFFSET(ListOptions, origin), 1, 16 },
        { "jail", OPTION_TEXT, G_STRUCT_OFFSET(ListOptions, jail), 1, FAIL2BAN_JAIL_NAME_MAX },
        { "search", OPTION_TEXT, G_STRUCT_OFFSET(ListOptions, search), 1, 64 },
        { "limit", OPTION_INT, G_STRUCT_OFFSET(ListOptions, limit), 1, 500 },
        { "cursor", OPTION_TEXT, G_STRUCT_OFFSET(ListOptions, cursor), 0, 300 },
        { "total", OPTION_BOOL, G_STRUCT_OFFSET(ListOptions, total) },
        {},
};

static GVariant *run_list(const Services *services, MethodCall *call, GError **error) {
        ListOptions options = { .limit = 100 };
        g_autoptr(GVariant) dictionary = method_options(call);
        g_autofree char *cursor = NULL;
        GVariantBuilder page;
        GVariant *rows;
        guint total = 0;

        if (!options_read(dictionary, list_table, "List", &options, error))
                return NULL;
        rows = allow_list(services->allow,
                          &(AllowQuery) { .origin = options.origin,
                                          .jail = options.jail,
                                          .search = options.search,
                                          .limit = (guint) options.limit,
                                          .cursor = options.cursor,
                                          .now = call->now },
                          &cursor, &total, error);
        if (!rows)
                return NULL;
        g_variant_builder_init(&page, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&page, "{sv}", "next_cursor", g_variant_new_string(cursor));
        if (options.total)
                g_variant_builder_add(&page, "{sv}", "total", g_variant_new_int64(total));
        return method_page(rows, g_variant_builder_end(&page));
}

static GVariant *run_check(const Services *services, MethodCall *call, GError **error) {
        static const OptionSpec none[] = { {} };
        g_autoptr(GVariant) dictionary = method_options(call);

        if (!options_read(dictionary, none, "Check", NULL, error))
                return NULL;
        return method_result(allow_check(services->allow, method_text(call, 0), call->now, error));
}

static const Method rows[] = {
        { "Add", "allow", LANE_LONG, .changes = TRUE, .run = run_add, .about = about_entry },
        { "Change", "allow", LANE_LONG, .changes = TRUE, .run = run_alter, .about = about_entry },
        { "Remove", "allow", LANE_LONG, .changes = TRUE, .run = run_remove, .about = about_entry },
        { "List", "read", LANE_MEMORY, .run = run_list },
        { "Check", "read", LANE_MEMORY, .run = run_check },
        {},
};

const MethodGroup allow_list_methods = { "AllowList", rows };
