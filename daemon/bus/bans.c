/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* org.bangui.BanGUI1.Bans */

#include <string.h>

#include "bus/method.h"
#include "core/error.h"
#include "core/options.h"

typedef struct ListOptions {
        const char *jail, *within, *search, *sort, *cursor;
        gboolean descending;
        gint64 limit;
        gboolean total;
} ListOptions;

/* The options of Dump are the first ones of List. */
#define SELECTION_OPTIONS \
        { "jail", OPTION_TEXT, G_STRUCT_OFFSET(ListOptions, jail), 1, FAIL2BAN_JAIL_NAME_MAX }, \
                { "within", OPTION_TEXT, G_STRUCT_OFFSET(ListOptions, within), 1, 64 }, \
                { "search", OPTION_TEXT, G_STRUCT_OFFSET(ListOptions, search), 1, 64 }, \
                { "sort", OPTION_TEXT, G_STRUCT_OFFSET(ListOptions, sort), 1, 16 }, { \
                "descending", OPTION_BOOL, G_STRUCT_OFFSET(ListOptions, descending) \
        }

static const OptionSpec list_table[] = {
        SELECTION_OPTIONS,
        { "limit", OPTION_INT, G_STRUCT_OFFSET(ListOptions, limit), 1, 500 },
        { "cursor", OPTION_TEXT, G_STRUCT_OFFSET(ListOptions, cursor), 0, 2048 },
        { "total", OPTION_BOOL, G_STRUCT_OFFSET(ListOptions, total) },
        {},
};

static const OptionSpec dump_table[] = { SELECTION_OPTIONS, {} };

static gboolean sort_from_text(const char *text, BanSort *ret, GError **error) {
        static const char *const names[] = {
                [BAN_SORT_ADDRESS] = "address",   [BAN_SORT_BANNED_AT] = "banned_at", [BAN_SORT_ENDS_AT] = "ends_at",
                [BAN_SORT_FAILURES] = "failures", [BAN_SORT_JAIL] = "jail",
        };

        for (guint i = 0; i < G_N_ELEMENTS(names); i++)
                if (strcmp(names[i], text) == 0) {
                        *ret = (BanSort) i;
                        return TRUE;
                }
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "option sort: \"%s\" is none of address, banned_at, ends_at, failures, jail", text);
        return FALSE;
}

/* The newest first, unless another order was asked for. */
static gboolean read_selection(GVariant *dictionary, const OptionSpec *table, const char *what, ListOptions *options,
                               Address *within, BanQuery *ret, GError **error) {
        gboolean direction_given = g_variant_lookup(dictionary, "descending", "b", NULL);

        if (!options_read(dictionary, table, what, options, error))
                return FALSE;
        *ret = (BanQuery) {
                .jail = options->jail, .search = options->search, .sort = BAN_SORT_BANNED_AT, .cursor = options->cursor
        };
        if (options->sort && !sort_from_text(options->sort, &ret->sort, error))
                return FALSE;
        ret->descending = direction_given ? options->descending : ret->sort == BAN_SORT_BANNED_AT;
        if (!options->within)
                return TRUE;
        ret->within = within;
        return address_parse(options->within, within, error);
}

static GVariant *run_list(const Services *services, MethodCall *call, GError **error) {
        ListOptions options = { .limit = 100 };
        g_autoptr(GVariant) dictionary = method_options(call);
        GVariant *rows;
        g_autofree char *cursor = NULL;
        Address within;
        BanQuery query;
        GVariantBuilder page;
        guint total = 0;

        if (!read_selection(dictionary, list_table, "List", &options, &within, &query, error))
                return NULL;
        query.limit = (guint) options.limit;
        rows = bans_list(services->bans, &query, call->now, &cursor, options.total ? &total : NULL, error);
        if (!rows)
                return NULL;
        g_variant_builder_init(&page, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&page, "{sv}", "next_cursor", g_variant_new_string(cursor ? cursor : ""));
        if (options.total)
                g_variant_builder_add(&page, "{sv}", "total", g_variant_new_int64(total));
        return method_page(rows, g_variant_builder_end(&page));
}

static GVariant *run_dump(const Services *services, MethodCall *call, GError **error) {
        ListOptions options = {};
        g_autoptr(GVariant) dictionary = method_options(call);
        Address within;
        BanQuery query;

        if (!read_selection(dictionary, dump_table, "Dump", &options, &within, &query, error))
                return NULL;
        call->fd = bans_dump(services->bans, &query, call->now, error);
        return call->fd >= 0 ? g_variant_new("(h)", 0) : NULL;
}

typedef struct BanOptions {
        const char *reason;
        gint64 wait;
        gboolean force;
        const char **protect;
} BanOptions;

static const OptionSpec ban_table[] = {
        { "reason", OPTION_TEXT, G_STRUCT_OFFSET(BanOptions, reason), 0, 500 },
        { "wait", OPTION_INT, G_STRUCT_OFFSET(BanOptions, wait), 0, 20 },
        { "force", OPTION_BOOL, G_STRUCT_OFFSET(BanOptions, force) },
        { "protect", OPTION_STRINGS, G_STRUCT_OFFSET(BanOptions, protect), 0, 16 },
        {},
};

static const OptionSpec unban_table[] = {
        { "reason", OPTION_TEXT, G_STRUCT_OFFSET(BanOptions, reason), 0, 500 },
        { "wait", OPTION_INT, G_STRUCT_OFFSET(BanOptions, wait), 0, 20 },
        {},
};

typedef GVariant *(*BansFunc)(Bans *bans, const BansRequest *request, GError **error);

/* Ban and Unban: (as addresses, as jails, a{sv} options). */
static GVariant *run_change(const Services *services, MethodCall *call, const OptionSpec *table, const char *what,
                            BansFunc func, GError **error) {
        BanOptions options = {};
        g_autoptr(GVariant) dictionary = method_options(call);
        g_autofree const char **addresses = NULL;
        g_autofree const char **jails = NULL;
        g_autofree const char **protect = NULL;

        if (!options_read(dictionary, table, what, &options, error))
                return NULL;
        protect = options.protect;
        g_variant_get_child(call->arguments, 0, "^a&s", &addresses);
        g_variant_get_child(call->arguments, 1, "^a&s", &jails);
        return method_result(func(services->bans,
                                  &(BansRequest) { .caller = call->caller,
                                                   .addresses = addresses,
                                                   .jails = jails,
                                                   .reason = options.reason,
                                                   .protect = protect,
                                                   .force = options.force,
                                                   .operation = call->operation,
                                                   .now = call->now },
                                  error));
}

static GVariant *run_ban(const Services *services, MethodCall *call, GError **error) {
        return run_change(services, call, ban_table, "Ban", bans_ban, error);
}

static GVariant *run_unban(const Services *services, MethodCall *call, GError **error) {
        return run_change(services, call, unban_table, "Unban", bans_unban, error);
}

/* "192.0.2.1", or "192.0.2.1, 192.0.2.2 and 5 more". */
static char *shorten(const char *const *texts) {
        guint n = g_strv_length((GStrv) texts);

        if (n <= 3)
                return g_strjoinv(", ", (GStrv) texts);
        return g_strdup_printf("%s, %s and %u more", texts[0], texts[1], n - 2);
}

/* A rule of an administrator that allows one jail must not let a list of jails pass: several are told as one text. */
static gboolean about_change(const MethodCall *call, MethodAbout *ret, GError **error) {
        g_autofree const char **addresses = NULL;
        g_autofree const char **jails = NULL;

        g_variant_get_child(call->arguments, 0, "^a&s", &addresses);
        g_variant_get_child(call->arguments, 1, "^a&s", &jails);
        ret->jail = jails[0] ? g_strjoinv(",", (GStrv) jails) : g_strdup("*");
        ret->address = shorten(addresses);
        return TRUE;
}

static GVariant *run_unban_all(const Services *services, MethodCall *call, GError **error) {
        BanOptions options = {};
        g_autoptr(GVariant) dictionary = method_options(call);

        if (!options_read(dictionary, unban_table, "UnbanAll", &options, error))
                return NULL;
        return method_result(bans_unban_all(services->bans,
                                            &(BansRequest) { .caller = call->caller,
                                                             .reason = options.reason,
                                                             .operation = call->operation,
                                                             .now = call->now },
                                            error));
}

static gboolean about_unban_all(const MethodCall *call, MethodAbout *ret, GError **error) {
        ret->jail = g_strdup("*");
        ret->address = g_strdup("*");
        ret->object = g_strdup("all bans");
        return TRUE;
}

static GVariant *run_lookup(const Services *services, MethodCall *call, GError **error) {
        static const OptionSpec none[] = { {} };
        g_autoptr(GVariant) dictionary = method_options(call);

        if (!options_read(dictionary, none, "Lookup", NULL, error))
                return NULL;
        return method_result(bans_lookup(services->bans, method_text(call, 0), call->now, error));
}

static GVariant *run_explain(const Services *services, MethodCall *call, GError **error) {
        static const OptionSpec none[] = { {} };
        g_autoptr(GVariant) dictionary = method_options(call);

        if (!options_read(dictionary, none, "Explain", NULL, error))
                return NULL;
        return method_result(explain_address(services->explain, method_text(call, 0), call->now, error));
}

static gboolean about_lookup(const MethodCall *call, MethodAbout *ret, GError **error) {
        ret->address = g_strdup(method_text(call, 0));
        return TRUE;
}

static const Method rows[] = {
        { .name = "List", .action = "read", .lane = LANE_MEMORY, .run = run_list },
        { .name = "Dump", .action = "read", .lane = LANE_MEMORY, .run = run_dump },
        { "Ban", "ban", LANE_LONG, .changes = TRUE, .run = run_ban, .about = about_change },
        { "Unban", "unban", LANE_LONG, .changes = TRUE, .run = run_unban, .about = about_change },
        { "UnbanAll", "unban", LANE_LONG, .changes = TRUE, .run = run_unban_all, .about = about_unban_all },
        { "Lookup", "read-sensitive", LANE_MEMORY, .run = run_lookup, .about = about_lookup },
        { "Explain", "read-sensitive", LANE_FAIL2BAN, .run = run_explain, .about = about_lookup },
        {},
};

const MethodGroup bans_methods = { "Bans", rows };
