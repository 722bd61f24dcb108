/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* org.bangui.BanGUI1.Manager */

#include <string.h>

#include "bus/method.h"
#include "bus/polkit.h"
#include "core/error.h"
#include "core/options.h"
#include "core/text.h"
#include "interfaces/actions.h"

static void add_all(GVariantBuilder *builder, GVariant *dictionary, const char *const (*names)[2]) {
        for (guint i = 0; names[i][0]; i++) {
                g_autoptr(GVariant) value = g_variant_lookup_value(dictionary, names[i][0], NULL);

                if (value)
                        g_variant_builder_add(builder, "{sv}", names[i][1], value);
        }
}

static GVariant *jail_row(GVariant *jail) {
        static const char *const names[][2] = {
                { "Name", "name" },
                { "CurrentlyBanned", "currently_banned" },
                { "TotalBanned", "total_banned" },
                { "CurrentlyFailed", "currently_failed" },
                { "TotalFailed", "total_failed" },
                { "Idle", "idle" },
                {},
        };
        GVariantBuilder builder;

        g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
        add_all(&builder, jail, names);
        return g_variant_builder_end(&builder);
}

static GVariant *jail_rows(Model *model) {
        g_auto(GStrv) names = model_jails(model);
        GVariantBuilder rows;

        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; names[i]; i++) {
                g_autoptr(GVariant) jail = model_jail(model, names[i]);

                if (jail)
                        g_variant_builder_add_value(&rows, jail_row(jail));
        }
        return g_variant_builder_end(&rows);
}

static GVariant *run_get_status(const Services *services, MethodCall *call, GError **error) {
        static const char *const health_names[][2] = {
                { "State", "state" }, { "Parts", "parts" }, { "Findings", "findings" }, {}
        };
        static const char *const server_names[][2] = {
                { "Online", "online" },
                { "StateReason", "offline_reason" },
                { "Version", "fail2ban_version" },
                { "CurrentlyBanned", "currently_banned" },
                { "TotalBanned", "total_banned" },
                { "CurrentlyFailed", "currently_failed" },
                { "TotalFailed", "total_failed" },
                {},
        };
        g_autoptr(GVariant) health = findings_health(services->findings);
        g_autoptr(GVariant) server = model_server(services->model);
        GVariantBuilder status;

        g_variant_builder_init(&status, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&status, "{sv}", "version", g_variant_new_string(BANGUI_VERSION));
        g_variant_builder_add(&status, "{sv}", "started_at", g_variant_new_int64(services->started_at));
        add_all(&status, health, health_names);
        add_all(&status, server, server_names);
        g_variant_builder_add(&status, "{sv}", "probed_at", g_variant_new_int64(model_seen_at(services->model)));
        g_variant_builder_add(&status, "{sv}", "jails", jail_rows(services->model));
        return g_variant_new("(a{sv})", &status);
}

static gboolean is_action(const char *name) {
        static const char *const actions[] = { BANGUI_ACTIONS, NULL };

        return g_strv_contains(actions, name);
}

static gboolean about_can_do(const MethodCall *call, MethodAbout *ret, GError **error) {
        const char *action = method_text(call, 0);

        if (g_str_has_prefix(action, POLKIT_ACTION_PREFIX))
                action += strlen(POLKIT_ACTION_PREFIX);
        if (!is_action(action)) {
                g_autofree char *quoted = text_quote(action);

                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "%s is no action of BanGUI: pkaction lists them, e.g. org.bangui.BanGUI1.ban", quoted);
                return FALSE;
        }
        ret->action = g_strdup(action);
        ret->details = g_variant_get_child_value(call->arguments, 1);
        return TRUE;
}

typedef struct AuditOptions {
        gint64 limit, uid, since_at, until_at;
        const char *cursor, *method, *search;
        gboolean total;
} AuditOptions;

static GVariant *run_list_audit(const Services *services, MethodCall *call, GError **error) {
        static const OptionSpec table[] = {
                { "limit", OPTION_INT, G_STRUCT_OFFSET(AuditOptions, limit), 1, 500 },
                { "cursor", OPTION_TEXT, G_STRUCT_OFFSET(AuditOptions, cursor), 0, 64 },
                { "total", OPTION_BOOL, G_STRUCT_OFFSET(AuditOptions, total) },
                { "method", OPTION_TEXT, G_STRUCT_OFFSET(AuditOptions, method), 1, 64 },
                { "uid", OPTION_INT, G_STRUCT_OFFSET(AuditOptions, uid), 0, G_MAXUINT32 },
                { "since_at", OPTION_INT, G_STRUCT_OFFSET(AuditOptions, since_at), 0, G_MAXINT64 },
                { "until_at", OPTION_INT, G_STRUCT_OFFSET(AuditOptions, until_at), 0, G_MAXINT64 },
                { "search", OPTION_TEXT, G_STRUCT_OFFSET(AuditOptions, search), 1, 256 },
                {},
        };
        AuditOptions options = { .limit = 100, .uid = -1 };
        g_autoptr(GVariant) dictionary = method_options(call);
        GVariant *rows;
        g_autofree char *cursor = NULL;
        gint64 before_id;
        guint64 total = 0;
        GVariantBuilder page;

        if (!options_read(dictionary, table, "ListAudit", &options, error) ||
            !audit_read_cursor(options.cursor, &before_id, error))
                return NULL;
        rows = audit_list(services->audit,
                          &(AuditQuery) { .limit = (guint) options.limit,
                                          .before_id = before_id,
                                          .method = options.method,
                                          .uid = options.uid,
                                          .since_at = options.since_at,
                                          .until_at = options.until_at,
                                          .search = options.search },
                          &cursor, options.total ? &total : NULL, error);
        if (!rows)
                return NULL;
        g_variant_builder_init(&page, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&page, "{sv}", "next_cursor", g_variant_new_string(cursor ? cursor : ""));
        if (options.total)
                g_variant_builder_add(&page, "{sv}", "total", g_variant_new_int64((gint64) total));
        return method_page(rows, g_variant_builder_end(&page));
}

static const Method rows[] = {
        { .name = "GetStatus", .action = "read", .lane = LANE_MEMORY, .run = run_get_status },
        { .name = "CanDo", .question = TRUE, .about = about_can_do },
        { .name = "ListAudit", .action = "read-sensitive", .lane = LANE_MEMORY, .run = run_list_audit },
        {},
};

const MethodGroup manager_methods = { "Manager", rows };
