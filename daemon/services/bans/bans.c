/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/bans/bans.h"

#include "core/error.h"
#include "services/bans/bans-private.h"

#define PAGE_MAX 500

Bans *bans_new(Fail2banClient *client, Model *model, BanTable *table, Probe *probe, ManualStore *manual,
               gboolean guard_lockout) {
        Bans *self = g_new0(Bans, 1);

        *self = (Bans) {
                .client = client,
                .model = model,
                .table = table,
                .probe = probe,
                .manual = manual,
                .guard_lockout = guard_lockout,
                .ban_pace = bans_pace_new(),
                .unban_pace = bans_pace_new(),
        };
        return self;
}

void bans_set_allow(Bans *self, Allow *allow) {
        self->allow = allow;
}

void bans_set_recorder(Bans *self, ArchiveRecorder *recorder) {
        self->recorder = recorder;
}

void bans_set_guard(Bans *self, gboolean guard_lockout) {
        g_atomic_int_set(&self->guard_lockout, guard_lockout);
}

void bans_free(Bans *self) {
        if (!self)
                return;

        bans_pace_free(self->unban_pace);
        bans_pace_free(self->ban_pace);
        g_free(self);
}

/* A jail that is not there is an error, not an empty list. */
gboolean bans_check_query(Bans *self, const BanQuery *query, GError **error) {
        if (!query->jail || ban_table_count(self->table, query->jail) > 0)
                return TRUE;
        return fail2ban_check_jail_name(query->jail, error) && model_check_jail(self->model, query->jail, error);
}

typedef struct Page {
        GVariantBuilder rows;
        gint64 now;
} Page;

static void add_row(const Ban *ban, gpointer userdata) {
        Page *page = userdata;

        g_variant_builder_add_value(&page->rows, ban_to_variant(ban, page->now));
}

GVariant *bans_list(Bans *self, const BanQuery *query, gint64 now, char **ret_cursor, guint *ret_total,
                    GError **error) {
        Page page = { .now = now };

        if (query->limit < 1 || query->limit > PAGE_MAX) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "limit is %u; it must be 1 to %u",
                            query->limit, PAGE_MAX);
                return NULL;
        }
        if (!bans_check_query(self, query, error))
                return NULL;

        g_variant_builder_init(&page.rows, G_VARIANT_TYPE("aa{sv}"));
        if (!ban_table_query(self->table, query, add_row, &page, ret_cursor, ret_total, error)) {
                g_variant_builder_clear(&page.rows);
                return NULL;
        }
        return g_variant_builder_end(&page.rows);
}
