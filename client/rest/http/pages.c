/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The files of the page */

#include "client/rest/http/pages.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/rest/errors.h"

#define DEPTH_MAX 8
#define FILES_MAX 4096
#define FILE_MAX (16 * 1024 * 1024)
#define PACK_LEVEL 9
#define PACK_MIN 1024
#define INDEX "/index.html"
#define BASE "<base href=\"/\">"

typedef struct Page {
        GBytes *bytes;
        GBytes *packed; /* NULL: it would not be smaller */
        char *etag;
        const char *type;
        gboolean hashed; /* its name changes with what is in it */
} Page;

struct Pages {
        GHashTable *table; /* path -> Page */
};

/* clang-format off */
static const struct {
        const char *suffix, *type;
        gboolean shrinks;
} types[] = {
        { ".html", "text/html; charset=utf-8", TRUE },
        { ".js", "text/javascript; charset=utf-8", TRUE },
        { ".css", "text/css; charset=utf-8", TRUE },
        { ".json", "application/json", TRUE },
        { ".svg", "image/svg+xml", TRUE },
        { ".webmanifest", "application/manifest+json", TRUE },
        { ".txt", "text/plain; charset=utf-8", TRUE },
        { ".png", "image/png", FALSE },
        { ".webp", "image/webp", FALSE },
        { ".ico", "image/x-icon", FALSE },
        { ".woff2", "font/woff2", FALSE },
        { "", "application/octet-stream", FALSE },
};
/* clang-format on */

static void page_free(Page *self) {
        g_bytes_unref(self->bytes);
        g_clear_pointer(&self->packed, g_bytes_unref);
        g_free(self->etag);
        g_free(self);
}

static guint type_of(const char *path) {
        guint i = 0;

        while (!g_str_has_suffix(path, types[i].suffix))
                i++;
        return i;
}

/* NULL: no regular file, or a huge one. */
static GBytes *read_regular(int folder, const char *name) {
        int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        g_autofree char *data = NULL;
        struct stat info;
        gsize length = 0;

        if (fd < 0)
                return NULL;
        if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size <= FILE_MAX) {
                data = g_malloc((gsize) info.st_size + 1);
                while (length < (gsize) info.st_size) {
                        gssize n = TEMP_FAILURE_RETRY(read(fd, data + length, (gsize) info.st_size - length));

                        if (n <= 0)
                                break;
                        length += (gsize) n;
                }
        }
        (void) close(fd);
        return data ? g_bytes_new_take(g_steal_pointer(&data), length) : NULL;
}

static GBytes *with_base(GBytes *html, const char *base_path) {
        g_autoptr(GString) text = g_string_new_len(g_bytes_get_data(html, NULL), (gssize) g_bytes_get_size(html));
        g_autofree char *base = g_strdup_printf("<base href=\"%s\">", base_path);

        (void) g_string_replace(text, BASE, base, 1);
        return g_bytes_new(text->str, text->len);
}

/* `packed` may be NULL; both are taken over. */
static void add(Pages *self, const char *path, GBytes *bytes, GBytes *packed) {
        Page *page = g_new0(Page, 1);
        guint type = type_of(path);
        g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);

        page->bytes = bytes;
        page->packed = packed;
        page->type = types[type].type;
        page->etag = g_strndup(sum, 24);
        page->hashed = g_str_has_prefix(path, "/assets/");
        if (!packed && types[type].shrinks && g_bytes_get_size(bytes) >= PACK_MIN)
                page->packed = rest_gzip(bytes, PACK_LEVEL);
        g_hash_table_replace(self->table, g_strdup(path), page);
}

static void add_file(Pages *self, int folder, const char *name, const char *path, const char *base_path) {
        g_autofree char *packed_name = g_strconcat(name, ".gz", NULL);
        GBytes *bytes = read_regular(folder, name);

        if (!bytes)
                return;
        if (g_str_equal(path, INDEX)) {
                add(self, path, with_base(bytes, base_path), NULL);
                g_bytes_unref(bytes);
                return;
        }
        add(self, path, bytes, read_regular(folder, packed_name));
}

static void walk(Pages *self, int folder, const char *prefix, const char *base_path, guint depth) {
        g_autofree char *own = g_strdup_printf("/proc/self/fd/%d", folder);
        g_autoptr(GDir) dir = depth < DEPTH_MAX ? g_dir_open(own, 0, NULL) : NULL;
        const char *name;

        while (dir && (name = g_dir_read_name(dir)) && g_hash_table_size(self->table) < FILES_MAX) {
                g_autofree char *path = g_strconcat(prefix, "/", name, NULL);
                int inner;

                if (*name == '.' || g_str_has_suffix(name, ".gz") || g_str_has_suffix(name, ".map"))
                        continue;
                inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
                if (inner < 0) {
                        add_file(self, folder, name, path, base_path);
                        continue;
                }
                walk(self, inner, path, base_path, depth + 1);
                (void) close(inner);
        }
}

Pages *pages_new(const char *folder, const char *base_path) {
        Pages *self = g_new0(Pages, 1);
        int fd = *folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

        self->table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) page_free);
        if (fd >= 0) {
                walk(self, fd, "", base_path, 0);
                (void) close(fd);
        }
        return self;
}

void pages_free(Pages *self) {
        g_hash_table_unref(self->table);
        g_free(self);
}

guint pages_count(const Pages *self) {
        return g_hash_table_size(self->table);
}

static gboolean lies_in(gpointer path, gpointer page, gpointer folder) {
        (void) page;
        return g_str_has_prefix(path, folder);
}

/* Whether a path is one of the page's own, such as /address/192.0.2.1, and not that of a file that is missing. */
static gboolean is_place(const Pages *self, const char *path) {
        const char *end = strchr(path + 1, '/');
        g_autofree char *folder = end ? g_strndup(path, (gsize) (end - path) + 1) : NULL;

        return folder ? !g_hash_table_find(self->table, lies_in, folder) : !strchr(path, '.');
}

static const Page *find(const Pages *self, const char *path) {
        const Page *page = g_hash_table_lookup(self->table, path);

        if (!page && is_place(self, path))
                page = g_hash_table_lookup(self->table, INDEX);
        return page;
}

void pages_serve(const Pages *self, RestRequest *request) {
        const Page *page = find(self, request->path);
        g_autoptr(GError) error = NULL;

        request->route = "page";
        if (g_str_equal(request->method, "OPTIONS")) {
                rest_request_header(request, "Allow", "GET, HEAD, OPTIONS");
                rest_request_reply(request, SOUP_STATUS_NO_CONTENT, NULL, request->body, NULL);
                return;
        }
        if (!g_str_equal(request->method, "GET")) {
                rest_request_header(request, "Allow", "GET, HEAD");
                g_set_error(&error, REST_ERROR, REST_ERROR_METHOD_NOT_ALLOWED, "%s: the page is only read",
                            request->method);
        } else if (!page) {
                g_set_error(&error, REST_ERROR, REST_ERROR_ROUTE_NOT_FOUND,
                            pages_count(self) > 0 ? "there is nothing at %s"
                                                  : "there is nothing at %s: the page is not installed, see web-folder",
                            request->path);
        }
        if (error || !page) {
                rest_request_reply_error(request, error);
                return;
        }
        rest_request_header(request, "Cache-Control",
                            page->hashed ? "public, max-age=31536000, immutable" : "no-cache");
        rest_request_reply_packed(request, SOUP_STATUS_OK, page->type, page->bytes, page->packed, page->etag);
}
