/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The archive into a descriptor
 *
 * A page is read and made into text in one short snapshot; only when that is closed does it go to the descriptor,
 * whose other end may be slow. So the database's log can be cleaned between two pages, and memory holds one page.
 */

#include "core/fd-writer.h"
#include "services/archive/history-format.h"
#include "services/archive/history-private.h"

#define PAGE_ROWS 2000
#define PAGE_BYTES (2 * 1024 * 1024) /* a page ends before its rows when their lines are long */

typedef struct Export {
        History *history;
        const HistoryExport *request;
        GString *text;
        guint64 rows, bytes, total;
} Export;

static gboolean take_row(const ArchiveRow *row, gpointer userdata) {
        Export *self = userdata;
        const HistoryExport *request = self->request;

        history_format_row(request->format, row, archive_store_jail_name(self->history->store, row->ban.jail),
                           request->query.data, self->text);
        self->rows++;
        return self->text->len < PAGE_BYTES;
}

static gboolean check_operation(gpointer userdata, GError **error) {
        return operation_check(userdata, error);
}

static gboolean flush(Export *self, GError **error) {
        const HistoryExport *request = self->request;

        if (!fd_write(request->fd, self->text->str, self->text->len, check_operation, request->operation, error))
                return FALSE;
        self->bytes += self->text->len;
        g_string_truncate(self->text, 0);
        return TRUE;
}

static void report(const Export *self) {
        g_autofree char *message = g_strdup_printf("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " rows", self->rows,
                                                   MAX(self->total, self->rows));

        operation_report(self->request->operation,
                         self->total > 0 ? MIN((double) self->rows / (double) self->total, 0.999) : 0, message);
}

static gboolean write_pages(Export *self, const ArchiveChoice *choice, GError **error) {
        ArchivePage page = {
                .choice = *choice,
                .key = ARCHIVE_KEY_NEWEST,
                .limit = PAGE_ROWS,
                .data = self->request->query.data,
                .each = take_row,
                .userdata = self,
        };
        gboolean more = TRUE;

        report(self);
        while (more) {
                if (!operation_check(self->request->operation, error) ||
                    !archive_store_page(self->history->store, &page, &page.key, &more, error) || !flush(self, error))
                        return FALSE;
                report(self);
        }
        return TRUE;
}

GVariant *history_export(History *self, const HistoryExport *request, GError **error) {
        g_autoptr(GString) text = g_string_sized_new(PAGE_BYTES / 4);
        Export export = { .history = self, .request = request, .text = text };
        ArchiveChoice choice;
        gboolean any = history_choice(self, &request->query, &choice);
        GVariantBuilder result;

        if (!fd_check_writable(request->fd, error) ||
            (any && !history_count(self, &request->query, &choice, &export.total, error)))
                return NULL;
        history_format_head(request->format, request->query.data, text);
        if (!flush(&export, error) || (any && !write_pages(&export, &choice, error)))
                return NULL;

        g_variant_builder_init(&result, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&result, "{sv}", "rows", g_variant_new_uint64(export.rows));
        g_variant_builder_add(&result, "{sv}", "bytes", g_variant_new_uint64(export.bytes));
        return g_variant_builder_end(&result);
}
