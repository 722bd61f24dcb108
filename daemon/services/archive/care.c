/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/archive/care.h"

#include "store/backup.h"
#include "store/compact.h"

struct Care {
        Store *store;
        Retention *retention;
};

Care *care_new(Store *store, Retention *retention) {
        Care *self = g_new0(Care, 1);

        self->store = store;
        self->retention = retention;
        return self;
}

void care_free(Care *self) {
        g_free(self);
}

static void add_count(GVariantBuilder *builder, const char *key, guint64 count) {
        g_variant_builder_add(builder, "{sv}", key, g_variant_new_uint64(count));
}

GVariant *care_purge(Care *self, gint64 before_at, Operation *operation, GError **error) {
        GVariantBuilder builder;
        guint64 removed;

        if (!retention_purge(self->retention, before_at, operation, &removed, error)) {
                g_prefix_error(error, "after %" G_GUINT64_FORMAT " rows: ", removed);
                return NULL;
        }
        g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
        add_count(&builder, "removed", removed);
        g_variant_builder_add(&builder, "{sv}", "before", g_variant_new_int64(before_at));
        return g_variant_builder_end(&builder);
}

static gboolean on_compacting(double done, gpointer userdata, GError **error) {
        return operation_check(userdata, error);
}

GVariant *care_compact(Care *self, Operation *operation, GError **error) {
        StoreCompaction sizes;
        GVariantBuilder builder;

        operation_report(operation, 0, "writing the database anew");
        if (!store_compact(self->store, on_compacting, operation, &sizes, error))
                return NULL;
        g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
        add_count(&builder, "bytes_before", sizes.before);
        add_count(&builder, "bytes_after", sizes.after);
        add_count(&builder, "bytes_gained", sizes.before > sizes.after ? sizes.before - sizes.after : 0);
        return g_variant_builder_end(&builder);
}

static gboolean on_backing_up(double done, gpointer userdata, GError **error) {
        operation_report(userdata, done, done < 0.5 ? "copying the database" : "sending the copy");
        return operation_check(userdata, error);
}

GVariant *care_backup(Care *self, int fd, Operation *operation, GError **error) {
        GVariantBuilder builder;
        guint64 bytes;

        if (!store_backup(self->store, fd, on_backing_up, operation, &bytes, error))
                return NULL;
        g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
        add_count(&builder, "bytes", bytes);
        return g_variant_builder_end(&builder);
}
