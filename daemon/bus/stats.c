/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* org.bangui.BanGUI1.Stats */

#include "bus/archive-options.h"
#include "bus/method.h"
#include "core/error.h"
#include "core/options.h"
#include "core/text.h"

#define RANGE_DEFAULT "24h"
#define BUCKET_SECONDS_MIN 60
#define BUCKET_SECONDS_MAX (366 * 24 * 60 * 60)

typedef struct StatsOptions {
        ArchiveFilterInput filter;
        gint64 limit;
        GVariant *bucket;
        const char *timezone;
        const char *by;
} StatsOptions;

#define LIMIT_OPTION \
        { "limit", OPTION_INT, G_STRUCT_OFFSET(StatsOptions, limit), 1, 500 }
#define BUCKET_OPTION \
        { "bucket", OPTION_VARIANT, G_STRUCT_OFFSET(StatsOptions, bucket) }
#define TIMEZONE_OPTION \
        { "timezone", OPTION_TEXT, G_STRUCT_OFFSET(StatsOptions, timezone), 0, 64 }
#define BY_OPTION \
        { "by", OPTION_TEXT, G_STRUCT_OFFSET(StatsOptions, by), 1, 16 }

static const OptionSpec filter_table[] = { ARCHIVE_OPTIONS(StatsOptions, filter), {} };
static const OptionSpec limit_table[] = { ARCHIVE_OPTIONS(StatsOptions, filter), LIMIT_OPTION, {} };
static const OptionSpec trend_table[] = {
        ARCHIVE_OPTIONS(StatsOptions, filter), BUCKET_OPTION, TIMEZONE_OPTION, BY_OPTION, {},
};
static const OptionSpec hours_table[] = { ARCHIVE_OPTIONS(StatsOptions, filter), TIMEZONE_OPTION, {} };
static const OptionSpec overview_table[] = {
        ARCHIVE_OPTIONS(StatsOptions, filter), LIMIT_OPTION, BUCKET_OPTION, TIMEZONE_OPTION, BY_OPTION, {},
};

static const OptionSpec activity_table[] = {
        ARCHIVE_TIME_OPTIONS(StatsOptions, filter),
        BUCKET_OPTION,
        TIMEZONE_OPTION,
        {},
};

/* A name, or a number of seconds. */
static gboolean read_bucket(GVariant *value, const char *what, Bucket *ret, GError **error) {
        g_autoptr(GVariant) dictionary = NULL;
        const OptionSpec seconds[] = {
                { "bucket", OPTION_INT, 0, BUCKET_SECONDS_MIN, BUCKET_SECONDS_MAX },
                {},
        };
        GVariantDict dict;

        if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
                return bucket_read(g_variant_get_string(value, NULL), &ret->size, error);

        g_variant_dict_init(&dict, NULL);
        g_variant_dict_insert_value(&dict, "bucket", value);
        dictionary = g_variant_ref_sink(g_variant_dict_end(&dict));
        ret->size = BUCKET_SECONDS;
        return options_read(dictionary, seconds, what, &ret->seconds, error);
}

static gboolean read_by(const char *by, FigureQuery *query, GError **error) {
        g_autofree char *quoted = NULL;

        if (!by)
                return TRUE;
        query->by_jail = g_str_equal(by, "jail");
        if (query->by_jail)
                return TRUE;
        quoted = text_quote(by);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "option by: %s is not jail", quoted);
        return FALSE;
}

/* Texts of the query are borrowed from the dictionary. */
static gboolean read_query(GVariant *dictionary, const MethodCall *call, const char *what, const OptionSpec *table,
                           FigureQuery *query, GError **error) {
        StatsOptions options = { .filter = ARCHIVE_FILTER_INPUT_NONE, .limit = query->limit };
        g_autoptr(GVariant) bucket = NULL;

        if (!options_read(dictionary, table, what, &options, error))
                return FALSE;
        bucket = options.bucket;
        if ((bucket && !read_bucket(bucket, what, &query->bucket, error)) || !read_by(options.by, query, error) ||
            !archive_filter_read(&options.filter, RANGE_DEFAULT, call->now, &query->filter, error))
                return FALSE;
        query->limit = (guint) options.limit;
        query->timezone = options.timezone;
        return TRUE;
}

static GVariant *run_figure(const Services *services, const MethodCall *call, const char *what, const OptionSpec *table,
                            guint limit, FigureFunc *func, GError **error) {
        g_autoptr(GVariant) dictionary = method_options(call);
        FigureQuery query = { .now = call->now, .limit = limit };

        if (!read_query(dictionary, call, what, table, &query, error))
                return NULL;
        return method_result(func(services->figures, &query, error));
}

static GVariant *run_by_country(const Services *services, MethodCall *call, GError **error) {
        return run_figure(services, call, "ByCountry", filter_table, 0, figures_by_country, error);
}

static GVariant *run_by_jail(const Services *services, MethodCall *call, GError **error) {
        return run_figure(services, call, "ByJail", filter_table, 0, figures_by_jail, error);
}

static GVariant *run_by_network(const Services *services, MethodCall *call, GError **error) {
        return run_figure(services, call, "ByNetwork", limit_table, 100, figures_by_network, error);
}

static GVariant *run_by_origin(const Services *services, MethodCall *call, GError **error) {
        return run_figure(services, call, "ByOrigin", filter_table, 0, figures_by_origin, error);
}

static GVariant *run_top_addresses(const Services *services, MethodCall *call, GError **error) {
        return run_figure(services, call, "TopAddresses", limit_table, 100, figures_top_addresses, error);
}

static GVariant *run_unique(const Services *services, MethodCall *call, GError **error) {
        return run_figure(services, call, "Unique", filter_table, 0, figures_unique, error);
}

static GVariant *run_trend(const Services *services, MethodCall *call, GError **error) {
        return run_figure(services, call, "Trend", trend_table, 0, figures_trend, error);
}

static GVariant *run_hour_of_week(const Services *services, MethodCall *call, GError **error) {
        return run_figure(services, call, "HourOfWeek", hours_table, 0, figures_hour_of_week, error);
}

static GVariant *run_compare(const Services *services, MethodCall *call, GError **error) {
        return run_figure(services, call, "Compare", filter_table, 0, figures_compare, error);
}

static GVariant *run_overview(const Services *services, MethodCall *call, GError **error) {
        return run_figure(services, call, "Overview", overview_table, 10, figures_overview, error);
}

static GVariant *run_activity(const Services *services, MethodCall *call, GError **error) {
        g_autoptr(GVariant) dictionary = method_options(call);
        FigureQuery query = { .now = call->now };

        if (!read_query(dictionary, call, "Activity", activity_table, &query, error))
                return NULL;
        return method_result(activity_figure(services->activity, &query, error));
}

static const Method rows[] = {
        { .name = "ByCountry", .action = "read", .lane = LANE_MEMORY, .run = run_by_country },
        { .name = "ByJail", .action = "read", .lane = LANE_MEMORY, .run = run_by_jail },
        { .name = "ByNetwork", .action = "read", .lane = LANE_MEMORY, .run = run_by_network },
        { .name = "ByOrigin", .action = "read", .lane = LANE_MEMORY, .run = run_by_origin },
        { .name = "TopAddresses", .action = "read", .lane = LANE_MEMORY, .run = run_top_addresses },
        { .name = "Unique", .action = "read", .lane = LANE_MEMORY, .run = run_unique },
        { .name = "Trend", .action = "read", .lane = LANE_MEMORY, .run = run_trend },
        { .name = "HourOfWeek", .action = "read", .lane = LANE_MEMORY, .run = run_hour_of_week },
        { .name = "Compare", .action = "read", .lane = LANE_MEMORY, .run = run_compare },
        { .name = "Overview", .action = "read", .lane = LANE_MEMORY, .run = run_overview },
        { .name = "Activity", .action = "read", .lane = LANE_MEMORY, .run = run_activity },
        {},
};

const MethodGroup stats_methods = { "Stats", rows };
