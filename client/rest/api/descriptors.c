/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/rest/api/flow.h"
#include "client/rest/errors.h"

#define JSON_LINES "application/x-ndjson"

/* What a download is: by the format that was asked for, or by the method that has none. */
typedef struct FileKind {
        const char *format, *content_type, *extension;
} FileKind;

static const FileKind kinds[] = {
        { "csv", "text/csv; charset=utf-8", "csv" },
        { "jsonl", JSON_LINES, "jsonl" },
        { NULL, "application/vnd.sqlite3", "sqlite3" },
};

static const FileKind *find_kind(GVariant *arguments) {
        const char *format = NULL;
        guint i = 0;

        if (g_variant_n_children(arguments) > 2)
                g_variant_get_child(arguments, 1, "&s", &format);
        while (i + 1 < G_N_ELEMENTS(kinds) && g_strcmp0(kinds[i].format, format) != 0)
                i++;
        return &kinds[i];
}

/* "bangui-history-20261121.csv"; to be freed. */
static char *name_file(const FileKind *kind) {
        g_autoptr(GDateTime) now = g_date_time_new_now_utc();
        g_autofree char *day = g_date_time_format(now, "%Y%m%d");

        return g_strdup_printf("attachment; filename=\"bangui%s-%s.%s\"", kind->format ? "-history" : "", day,
                               kind->extension);
}

static gpointer fail(Pending *pending, const char *what, int number) {
        g_autoptr(GError) error = g_error_new(REST_ERROR, REST_ERROR_INTERNAL, "%s: %s", what, g_strerror(number));

        pending_fail(pending, error);
        return NULL;
}

static char *interface_of(const Pending *pending) {
        return g_strconcat(BANGUI_NAME ".", pending->route->interface, NULL);
}

static void on_downloaded(sd_bus_message *reply, const GError *error, gpointer userdata) {
        Flow *flow = userdata;

        if (reply)
                flow_succeed(flow, pending_find_operation(reply));
        else
                flow_fail(flow, error);
}

void descriptors_download(Pending *pending, const RouteMatch *match) {
        g_autofree char *interface = interface_of(pending);
        g_autoptr(GVariant) arguments = pending_arguments(pending, match);
        const FileKind *kind;
        int ends[2];
        Flow *flow;

        if (!arguments)
                return;
        g_variant_ref_sink(arguments);
        if (pipe2(ends, O_CLOEXEC) < 0) {
                (void) fail(pending, "no pipe could be made", errno);
                return;
        }
        /* our end alone: the daemon's blocks */
        (void) fcntl(ends[0], F_SETFL, O_NONBLOCK);
        kind = find_kind(arguments);
        flow = flow_new(pending, ends[0], kind->content_type, name_file(kind));
        rest_bus_call(pending->bridge->bus, pending->object, interface, pending->route->member, arguments, ends[1],
                      flow_begin_call(flow), on_downloaded, flow);
}

/* A duplicate of what the message has; -1: it has none. */
static int take_descriptor(sd_bus_message *reply) {
        int borrowed;

        if (sd_bus_message_read_basic(reply, SD_BUS_TYPE_UNIX_FD, &borrowed) <= 0)
                return -1;
        return fcntl(borrowed, F_DUPFD_CLOEXEC, 3);
}

static void on_lines(sd_bus_message *reply, const GError *error, gpointer userdata) {
        Flow *flow = userdata;
        int descriptor = reply ? take_descriptor(reply) : -1;
        struct stat status = {};

        if (descriptor < 0) {
                g_autoptr(GError) own = g_error_new(REST_ERROR, REST_ERROR_INTERNAL, "the daemon gave no descriptor");

                flow_fail(flow, error ? error : own);
                return;
        }
        (void) fstat(descriptor, &status);
        if (S_ISREG(status.st_mode))
                (void) lseek(descriptor, 0, SEEK_SET);
        else
                (void) fcntl(descriptor, F_SETFL, O_NONBLOCK);
        flow_open(flow, descriptor, !S_ISREG(status.st_mode));
}

void descriptors_lines(Pending *pending, const RouteMatch *match) {
        g_autofree char *interface = interface_of(pending);
        g_autoptr(GVariant) arguments = pending_arguments(pending, match);
        Flow *flow;

        if (!arguments)
                return;
        g_variant_ref_sink(arguments);
        flow = flow_new(pending, -1, JSON_LINES, NULL);
        rest_bus_call(pending->bridge->bus, pending->object, interface, pending->route->member, arguments, -1,
                      flow_begin_call(flow), on_lines, flow);
}

/* The body as a file that is read from its beginning; -1 with errno. */
static int open_body(const RestRequest *request) {
        gsize left;
        const char *at = g_bytes_get_data(request->body, &left);
        int descriptor;

        if (request->body_fd >= 0) {
                descriptor = fcntl(request->body_fd, F_DUPFD_CLOEXEC, 3);
                if (descriptor >= 0)
                        (void) lseek(descriptor, 0, SEEK_SET);
                return descriptor;
        }
        descriptor = memfd_create("upload", MFD_CLOEXEC);
        while (descriptor >= 0 && left > 0) {
                ssize_t n = write(descriptor, at, left);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0) {
                        int number = errno;

                        (void) close(descriptor);
                        errno = number;
                        return -1;
                }
                at += n;
                left -= (gsize) n;
        }
        if (descriptor >= 0)
                (void) lseek(descriptor, 0, SEEK_SET);
        return descriptor;
}

void descriptors_upload(Pending *pending, const RouteMatch *match) {
        g_autofree char *interface = interface_of(pending);
        g_autoptr(GVariant) arguments = pending_arguments(pending, match);
        int descriptor;

        if (!arguments)
                return;
        g_variant_ref_sink(arguments);
        descriptor = open_body(pending->request);
        if (descriptor < 0) {
                (void) fail(pending, "the body could not be kept", errno);
                return;
        }
        rest_bus_call(pending->bridge->bus, pending->object, interface, pending->route->member, arguments, descriptor,
                      NULL, pending_on_reply, pending);
}
