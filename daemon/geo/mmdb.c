/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Look-ups are a walk down the tree to an entry, and what an entry says. Many addresses share an entry (a country file
 * has about 250), so what it says is remembered by its offset: a table of words with one place for each hash, written
 * and read as a whole, so it needs no lock. A word is (offset + 1) << 32 | value; 0 is an empty place.
 */

#include "geo/mmdb.h"

#include <maxminddb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "geo/file-copy.h"
#include "geo/geo.h"
#include "geo/mmdb-check.h"

#define BYTES_MAX G_GINT64_CONSTANT(0x7fffffff)
#define MEMO_BITS 12
#define TEXT_MAX 255
#define PATH_KEYS 3 /* with the NULL behind */

typedef guint64 Memo[1 << MEMO_BITS];

struct Mmdb {
        MMDB_s file;
        gboolean countries, networks;
        guint entries;
        Memo *country_memo, *network_memo;
};

static guint64 *memo_place(Memo *memo, guint32 entry) {
        return &(*memo)[entry * 0x9e3779b1u >> (32 - MEMO_BITS)];
}

static gboolean memo_get(Memo *memo, guint32 entry, guint32 *ret) {
        guint64 word = __atomic_load_n(memo_place(memo, entry), __ATOMIC_RELAXED);

        if (word >> 32 != (guint64) entry + 1)
                return FALSE;
        *ret = (guint32) word;
        return TRUE;
}

static void memo_put(Memo *memo, guint32 entry, guint32 value) {
        __atomic_store_n(memo_place(memo, entry), ((guint64) entry + 1) << 32 | value, __ATOMIC_RELAXED);
}

static gboolean get(const Mmdb *self, guint32 entry, const char *const *path, guint type, MMDB_entry_data_s *ret) {
        MMDB_entry_s start = { .mmdb = &self->file, .offset = entry };

        return MMDB_aget_value(&start, ret, path) == MMDB_SUCCESS && ret->has_data && ret->type == type;
}

static gboolean get_text(const Mmdb *self, guint32 entry, const char *const *path, char text[TEXT_MAX + 1]) {
        MMDB_entry_data_s data;

        if (!get(self, entry, path, MMDB_DATA_TYPE_UTF8_STRING, &data))
                return FALSE;
        data.data_size = MIN(data.data_size, TEXT_MAX);
        memcpy(text, data.utf8_string, data.data_size);
        text[data.data_size] = '\0';
        return TRUE;
}

/* Where it is, else where it is registered. IPinfo has the code at `country_code`, or at `country`, where some of its
 * files have the name. */
static guint16 read_country(const Mmdb *self, guint32 entry) {
        static const char *const paths[][PATH_KEYS] = {
                { "country", "iso_code" },
                { "country_code" },
                { "country" },
                { "registered_country", "iso_code" },
        };
        char text[TEXT_MAX + 1];
        guint16 country;

        for (guint i = 0; i < G_N_ELEMENTS(paths); i++)
                if (get_text(self, entry, paths[i], text) && geo_country_read(text, &country))
                        return country;
        return 0;
}

/* A number, or IPinfo's "AS64496". */
static guint32 read_network(const Mmdb *self, guint32 entry) {
        static const char *const number_path[PATH_KEYS] = { "autonomous_system_number" };
        static const char *const text_path[PATH_KEYS] = { "asn" };
        MMDB_entry_data_s data;
        char text[TEXT_MAX + 1];
        guint64 number;

        if (get(self, entry, number_path, MMDB_DATA_TYPE_UINT32, &data))
                return data.uint32;
        if (get_text(self, entry, text_path, text) && g_ascii_strncasecmp(text, "AS", 2) == 0 &&
            g_ascii_string_to_unsigned(text + 2, 10, 1, G_MAXUINT32, &number, NULL))
                return (guint32) number;
        return 0;
}

guint16 mmdb_country(const Mmdb *self, guint32 entry) {
        guint32 country;

        if (!self->countries)
                return 0;
        if (!memo_get(self->country_memo, entry, &country)) {
                country = read_country(self, entry);
                memo_put(self->country_memo, entry, country);
        }
        return (guint16) country;
}

guint32 mmdb_network(const Mmdb *self, guint32 entry) {
        guint32 network;

        if (!self->networks)
                return 0;
        if (!memo_get(self->network_memo, entry, &network)) {
                network = read_network(self, entry);
                memo_put(self->network_memo, entry, network);
        }
        return network;
}

char *mmdb_organisation(const Mmdb *self, guint32 entry) {
        static const char *const paths[][PATH_KEYS] = {
                { "autonomous_system_organization" },
                { "as_name" },
                { "name" },
        };
        char text[TEXT_MAX + 1];

        if (mmdb_network(self, entry) == 0)
                return NULL;
        for (guint i = 0; i < G_N_ELEMENTS(paths); i++)
                if (get_text(self, entry, paths[i], text) && text_is_plain(text))
                        return g_strdup(text);
        return NULL;
}

gboolean mmdb_find(const Mmdb *self, const Address *address, guint32 *ret_entry) {
        union {
                struct sockaddr any;
                struct sockaddr_in v4;
                struct sockaddr_in6 v6;
        } where = { 0 };
        MMDB_lookup_result_s found;
        int status = MMDB_SUCCESS;

        if (address->version == 4) {
                where.v4.sin_family = AF_INET;
                memcpy(&where.v4.sin_addr, address->bytes, sizeof(where.v4.sin_addr));
        } else {
                where.v6.sin6_family = AF_INET6;
                memcpy(&where.v6.sin6_addr, address->bytes, sizeof(where.v6.sin6_addr));
        }
        found = MMDB_lookup_sockaddr(&self->file, &where.any, &status);
        if (status != MMDB_SUCCESS || !found.found_entry)
                return FALSE;
        *ret_entry = found.entry.offset;
        return TRUE;
}

/* Looks at an entry for the first time; FALSE: it is damaged. */
static gboolean learn_entry(Mmdb *self, guint32 entry) {
        if (!mmdb_check_entry(self->file.data_section, self->file.data_section_size, entry))
                return FALSE;
        self->entries++;
        self->countries = self->countries || read_country(self, entry) != 0;
        self->networks = self->networks || read_network(self, entry) != 0;
        return TRUE;
}

static gboolean learn_record(Mmdb *self, guint8 *seen, guint8 type, const MMDB_entry_s *entry) {
        guint32 byte = entry->offset / 8, bit = 1u << entry->offset % 8;

        if (type == MMDB_RECORD_TYPE_SEARCH_NODE || type == MMDB_RECORD_TYPE_EMPTY)
                return TRUE;
        if (type != MMDB_RECORD_TYPE_DATA || entry->offset >= self->file.data_section_size)
                return FALSE;
        if (seen[byte] & bit)
                return TRUE;
        seen[byte] |= (guint8) bit;
        return learn_entry(self, entry->offset);
}

/* Every node and every entry, once. */
static gboolean learn_all(Mmdb *self) {
        g_autofree guint8 *seen = g_malloc0(self->file.data_section_size / 8 + 1);

        for (guint32 i = 0; i < self->file.metadata.node_count; i++) {
                MMDB_search_node_s node;

                if (MMDB_read_node(&self->file, i, &node) != MMDB_SUCCESS ||
                    !learn_record(self, seen, node.left_record_type, &node.left_record_entry) ||
                    !learn_record(self, seen, node.right_record_type, &node.right_record_entry))
                        return FALSE;
        }
        return TRUE;
}

static gboolean fail(GError **error, const char *path, const char *why) {
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_CORRUPTED,
                    "%s: %s; what is wanted is a whole MMDB file of GeoLite2, DB-IP or IPinfo", path, why);
        return FALSE;
}

static gboolean load(Mmdb *self, const char *path, int fd, GError **error) {
        g_autofree char *copy = g_strdup_printf("/proc/self/fd/%d", fd);
        int status = MMDB_open(copy, MMDB_MODE_MMAP, &self->file);

        if (status != MMDB_SUCCESS) {
                memset(&self->file, 0, sizeof(self->file));
                return fail(error, path, MMDB_strerror(status));
        }
        if (!self->file.metadata.database_type || !text_is_plain(self->file.metadata.database_type))
                return fail(error, path, "its description is damaged");
        if (!learn_all(self))
                return fail(error, path, "it is damaged");
        if (!self->countries && !self->networks)
                return fail(error, path, "it knows neither countries nor networks");
        return TRUE;
}

Mmdb *mmdb_open(const char *path, const char *folder, GError **error) {
        g_autoptr(Mmdb) self = g_new0(Mmdb, 1);
        int fd = file_copy_open(path, folder, BYTES_MAX, error);
        gboolean ok;

        if (fd < 0)
                return NULL;
        ok = load(self, path, fd, error);
        close(fd);
        if (!ok)
                return NULL;
        if (self->countries)
                self->country_memo = g_new0(Memo, 1);
        if (self->networks)
                self->network_memo = g_new0(Memo, 1);
        mmdb_relax(self);
        return g_steal_pointer(&self);
}

void mmdb_free(Mmdb *self) {
        if (!self)
                return;
        if (self->file.file_content)
                MMDB_close(&self->file);
        g_free(self->country_memo);
        g_free(self->network_memo);
        g_free(self);
}

gboolean mmdb_has_countries(const Mmdb *self) {
        return self->countries;
}

gboolean mmdb_has_networks(const Mmdb *self) {
        return self->networks;
}

const char *mmdb_type(const Mmdb *self) {
        return self->file.metadata.database_type;
}

gint64 mmdb_built_at(const Mmdb *self) {
        return (gint64) MIN(self->file.metadata.build_epoch, (guint64) G_MAXINT64);
}

gint64 mmdb_bytes(const Mmdb *self) {
        return self->file.file_size;
}

guint mmdb_entries(const Mmdb *self) {
        return self->entries;
}

/* The mapping is of a file and is never written to, so what is dropped is what the file holds. */
void mmdb_relax(const Mmdb *self) {
        (void) madvise((void *) (gsize) self->file.file_content, (gsize) self->file.file_size, MADV_DONTNEED);
}
