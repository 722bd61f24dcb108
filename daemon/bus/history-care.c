/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/history-care.h"

#include <unistd.h>

#include "core/error.h"
#include "core/options.h"

#define DAY_S (24 * 60 * 60)
#define NOT_GIVEN (-1)

typedef struct CareOptions {
        gint64 wait; /* the dispatcher's */
        const char *reason;
        gint64 before_at;
        gint64 days;
} CareOptions;

static const OptionSpec plain_options[] = {
        { "wait", OPTION_INT, G_STRUCT_OFFSET(CareOptions, wait), 0, 20 },
        { "reason", OPTION_TEXT, G_STRUCT_OFFSET(CareOptions, reason), 0, 500 },
        {},
};

static const OptionSpec purge_options[] = {
        { "wait", OPTION_INT, G_STRUCT_OFFSET(CareOptions, wait), 0, 20 },
        { "reason", OPTION_TEXT, G_STRUCT_OFFSET(CareOptions, reason), 0, 500 },
        { "before", OPTION_INT, G_STRUCT_OFFSET(CareOptions, before_at), 0, (gint64) 1 << 40 },
        { "days", OPTION_INT, G_STRUCT_OFFSET(CareOptions, days), 0, 36500 },
        {},
};

static gboolean read_plain(const MethodCall *call, const char *what, GError **error) {
        g_autoptr(GVariant) dictionary = method_options(call);
        CareOptions options = {};

        return options_read(dictionary, plain_options, what, &options, error);
}

/* Exactly one of both says it, so that nothing is removed by a slip. */
static gboolean read_before(const MethodCall *call, gint64 *ret, GError **error) {
        g_autoptr(GVariant) dictionary = method_options(call);
        CareOptions options = { .before_at = NOT_GIVEN, .days = NOT_GIVEN };

        if (!options_read(dictionary, purge_options, "Purge", &options, error))
                return FALSE;
        if ((options.before_at == NOT_GIVEN) == (options.days == NOT_GIVEN)) {
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                                    "Purge needs one of the options before (seconds since 1970) and days");
                return FALSE;
        }
        *ret = options.days == NOT_GIVEN ? options.before_at : call->now - options.days * DAY_S;
        return TRUE;
}

gboolean history_care_about_purge(const MethodCall *call, MethodAbout *ret, GError **error) {
        g_autoptr(GVariant) options = method_options(call);
        g_autofree char *text = g_variant_print(options, FALSE);

        ret->object = g_strdup_printf("archive: %s", text);
        return TRUE;
}

GVariant *history_care_purge(const Services *services, MethodCall *call, GError **error) {
        gint64 before_at;

        if (!read_before(call, &before_at, error))
                return NULL;
        return method_result(care_purge(services->care, before_at, call->operation, error));
}

GVariant *history_care_compact(const Services *services, MethodCall *call, GError **error) {
        if (!read_plain(call, "Compact", error))
                return NULL;
        return method_result(care_compact(services->care, call->operation, error));
}

GVariant *history_care_backup(const Services *services, MethodCall *call, GError **error) {
        GVariant *result;
        int fd;

        if (!read_plain(call, "Backup", error))
                return NULL;
        fd = method_take_handle(call, 0);
        result = care_backup(services->care, fd, call->operation, error);
        close(fd);
        return method_result(result);
}
