/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* org.bangui.BanGUI1.History */

#include <string.h>
#include <unistd.h>

#include "bus/archive-options.h"
#include "bus/history-care.h"
#include "bus/method.h"
#include "core/error.h"
#include "core/options.h"
#include "core/text.h"

#define CURSOR_MAX 64
#define REPEATERS_MIN_MAX 1000000
#define WHO_MAX 1024

typedef struct HistoryOptions {
        ArchiveFilterInput filter;
        const char *kind, *cursor;
        gint64 limit, min, wait;
        gboolean total, data;
} HistoryOptions;

#define HISTORY_OPTIONS_DEFAULT \
        { .filter = ARCHIVE_FILTER_INPUT_NONE, .limit = 100, .min = 2 }

#define OPTION_OF(name, kind, field, min, max) \
        { name, kind, G_STRUCT_OFFSET(HistoryOptions, field), min, max }
#define OPTION_KIND OPTION_OF("kind", OPTION_TEXT, kind, 0, 8)
#define OPTION_LIMIT OPTION_OF("limit", OPTION_INT, limit, 1, 500)
#define OPTION_CURSOR OPTION_OF("cursor", OPTION_TEXT, cursor, 0, CURSOR_MAX)
#define OPTION_DATA OPTION_OF("data", OPTION_BOOL, data, 0, 0)
#define OPTION_WAIT OPTION_OF("wait", OPTION_INT, wait, 0, 20) /* the dispatcher's */

static gboolean read_kind(const char *kind, HistoryQuery *ret, GError **error) {
        g_autofree char *quoted = NULL;
        gboolean both = !kind || kind[0] == '\0';

        ret->bans = both || strcmp(kind, "ban") == 0;
        ret->unbans = both || strcmp(kind, "unban") == 0;
        if (ret->bans || ret->unbans)
                return TRUE;
        quoted = text_quote(kind);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "option kind: %s is neither ban nor unban, nor empty for both", quoted);
        return FALSE;
}

/* Texts stay those of the call's arguments. */
static gboolean read_query(const MethodCall *call, const OptionSpec *table, const char *what, HistoryOptions *options,
                           HistoryQuery *ret, GError **error) {
        g_autoptr(GVariant) dictionary = method_options(call);

        if (!options_read(dictionary, table, what, options, error))
                return FALSE;
        *ret = (HistoryQuery) {
                .limit = (guint) options->limit,
                .cursor = options->cursor,
                .data = options->data,
                .now = call->now,
        };
        return archive_filter_read(&options->filter, "all", call->now, &ret->filter, error) &&
               read_kind(options->kind, ret, error);
}

static gboolean check_one_kind(const HistoryQuery *query, GError **error) {
        if (!query->bans || !query->unbans)
                return TRUE;
        g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "option kind: bans and unbans have not the same columns; give one of them, ban or unban");
        return FALSE;
}

/* One page; as columns when all rows have the same keys, which an end of a ban and a ban have not. */
static GVariant *list(const Services *services, MethodCall *call, const char *what, gboolean columns, GError **error) {
        static const OptionSpec table[] = {
                ARCHIVE_OPTIONS(HistoryOptions, filter),      OPTION_KIND, OPTION_LIMIT, OPTION_CURSOR, OPTION_DATA,
                OPTION_OF("total", OPTION_BOOL, total, 0, 0), {},
        };
        HistoryOptions options = HISTORY_OPTIONS_DEFAULT;
        g_autofree char *cursor = NULL;
        GVariantBuilder page;
        HistoryQuery query;
        guint64 total = 0;

        if (columns)
                options.kind = "ban";
        if (!read_query(call, table, what, &options, &query, error) || (columns && !check_one_kind(&query, error)))
                return NULL;
        call->rows = history_list(services->history, &query, &cursor, options.total ? &total : NULL, error);
        if (!call->rows)
                return NULL;
        if (columns)
                rows_set_columns(call->rows);
        g_variant_builder_init(&page, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&page, "{sv}", "next_cursor", g_variant_new_string(cursor));
        if (options.total)
                g_variant_builder_add(&page, "{sv}", "total", g_variant_new_int64((gint64) total));
        return method_result(g_variant_builder_end(&page));
}

static GVariant *run_list(const Services *services, MethodCall *call, GError **error) {
        return list(services, call, "List", FALSE, error);
}

static GVariant *run_columns(const Services *services, MethodCall *call, GError **error) {
        return list(services, call, "Columns", TRUE, error);
}

/* Who wants the log lines needs to be allowed more. */
static gboolean about_data(const MethodCall *call, MethodAbout *ret, GError **error) {
        g_autoptr(GVariant) options = method_options(call);
        gboolean data = FALSE;

        if (g_variant_lookup(options, "data", "b", &data) && data)
                ret->action = g_strdup("read-sensitive");
        return TRUE;
}

static GVariant *run_address(const Services *services, MethodCall *call, GError **error) {
        static const OptionSpec table[] = { OPTION_LIMIT, OPTION_CURSOR, {} };
        HistoryOptions options = HISTORY_OPTIONS_DEFAULT;
        g_autoptr(GVariant) dictionary = method_options(call);
        const char *who = method_text(call, 0);

        if (!options_read(dictionary, table, "Address", &options, error))
                return NULL;
        if (who[0] == '\0' || strlen(who) > WHO_MAX || !text_is_plain(who)) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_ADDRESS_INVALID,
                            "an address, a network or an id has 1 to %d bytes and no control characters", WHO_MAX);
                return NULL;
        }
        return method_result(history_address(services->history, who, (guint) options.limit, options.cursor, error));
}

static gboolean about_address(const MethodCall *call, MethodAbout *ret, GError **error) {
        ret->address = g_strdup(method_text(call, 0));
        return TRUE;
}

static GVariant *run_repeaters(const Services *services, MethodCall *call, GError **error) {
        static const OptionSpec table[] = {
                ARCHIVE_OPTIONS(HistoryOptions, filter),
                OPTION_OF("min", OPTION_INT, min, 2, REPEATERS_MIN_MAX),
                OPTION_LIMIT,
                {},
        };
        HistoryOptions options = HISTORY_OPTIONS_DEFAULT;
        HistoryQuery query;

        if (!read_query(call, table, "Repeaters", &options, &query, error))
                return NULL;
        call->rows = history_repeaters(services->history, &query.filter, options.min, query.limit, call->now, error);
        return call->rows ? method_done() : NULL;
}

static gboolean read_format(const char *text, HistoryFormat *ret, GError **error) {
        static const char *const names[_HISTORY_FORMAT_MAX] = { "csv", "jsonl" };
        g_autofree char *quoted = NULL;

        for (*ret = 0; *ret < _HISTORY_FORMAT_MAX; (*ret)++)
                if (strcmp(names[*ret], text) == 0)
                        return TRUE;
        quoted = text_quote(text);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "the format %s is neither csv nor jsonl",
                    quoted);
        return FALSE;
}

static GVariant *run_export(const Services *services, MethodCall *call, GError **error) {
        static const OptionSpec table[] = {
                ARCHIVE_OPTIONS(HistoryOptions, filter), OPTION_KIND, OPTION_DATA, OPTION_WAIT, {},
        };
        HistoryOptions options = HISTORY_OPTIONS_DEFAULT;
        HistoryExport request = { .operation = call->operation };
        GVariant *result = NULL;

        request.fd = method_take_handle(call, 0);
        if (read_format(method_text(call, 1), &request.format, error) &&
            read_query(call, table, "Export", &options, &request.query, error))
                result = history_export(services->history, &request, error);
        close(request.fd);
        return method_result(result);
}

static GVariant *run_import_log(const Services *services, MethodCall *call, GError **error) {
        static const OptionSpec table[] = {
                { "name", OPTION_TEXT, G_STRUCT_OFFSET(LogImport, name), 0, 4096 },
                { "timezone", OPTION_TEXT, G_STRUCT_OFFSET(LogImport, timezone), 0, 64 },
                { "dry_run", OPTION_BOOL, G_STRUCT_OFFSET(LogImport, dry_run) },
                { "wait", OPTION_INT, G_STRUCT_OFFSET(LogImport, now), 0, 20 }, /* the dispatcher's */
                {},
        };
        LogImport request = { .operation = call->operation };
        g_autoptr(GVariant) dictionary = method_options(call);
        GVariant *result = NULL;

        request.fd = method_take_handle(call, 0);
        if (options_read(dictionary, table, "ImportLog", &request, error)) {
                request.now = call->now;
                result = log_import(services->archive, &request, error);
        }
        close(request.fd);
        return method_result(result);
}

static gboolean about_import_log(const MethodCall *call, MethodAbout *ret, GError **error) {
        const char *name = method_option_text(call, "name");

        ret->object = g_strdup(name ? name : "a log file");
        return TRUE;
}

static GVariant *run_sync(const Services *services, MethodCall *call, GError **error) {
        static const OptionSpec table[] = { OPTION_WAIT, {} };
        HistoryOptions options = HISTORY_OPTIONS_DEFAULT;
        g_autoptr(GVariant) dictionary = method_options(call);
        ArchiveTally tally = {};
        GVariantBuilder result;

        if (!options_read(dictionary, table, "Sync", &options, error) ||
            !archive_sync_run(services->archive_sync, call->operation, &tally, error))
                return NULL;
        g_variant_builder_init(&result, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&result, "{sv}", "bans", g_variant_new_uint64(tally.bans));
        g_variant_builder_add(&result, "{sv}", "unbans", g_variant_new_uint64(tally.unbans));
        g_variant_builder_add(&result, "{sv}", "changed", g_variant_new_uint64(tally.changed));
        g_variant_builder_add(&result, "{sv}", "known", g_variant_new_uint64(tally.known));
        return method_result(g_variant_builder_end(&result));
}

static const Method rows[] = {
        { .name = "List", .action = "read", .lane = LANE_MEMORY, .run = run_list, .about = about_data },
        { .name = "Columns", .action = "read", .lane = LANE_MEMORY, .run = run_columns, .about = about_data },
        { .name = "Address",
          .action = "read-sensitive",
          .lane = LANE_MEMORY,
          .run = run_address,
          .about = about_address },
        { .name = "Repeaters", .action = "read", .lane = LANE_MEMORY, .run = run_repeaters },
        { .name = "Export", .action = "read", .lane = LANE_LONG, .run = run_export, .about = about_data },
        { "ImportLog", "manage-settings", LANE_LONG, .changes = TRUE, .run = run_import_log,
          .about = about_import_log },
        { "Sync", "manage-settings", LANE_LONG, .changes = TRUE, .run = run_sync },
        { "Purge", "manage-settings", LANE_LONG, .changes = TRUE, .run = history_care_purge,
          .about = history_care_about_purge },
        { "Compact", "manage-settings", LANE_LONG, .changes = TRUE, .run = history_care_compact },
        { "Backup", "manage-settings", LANE_LONG, .changes = TRUE, .run = history_care_backup },
        {},
};

const MethodGroup history_methods = { "History", rows };
