/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading the archive in pages
 *
 * A table is walked by its key, or by the index of one of the given filters, whose entries of one value are in the
 * order of the key too; the other filters are conditions. With more than one filter the index is taken that has the
 * fewest entries, counted up to ESTIMATE_MAX. The entries of a network are not in order: few of them are sorted,
 * many are found by walking the table. So there are as many statements as there are ways, not as there are mixes.
 */

#include "store/archive-pages.h"

#include <string.h>

#include "store/archive-row.h"

#define ESTIMATE_MAX 2000
#define TIME_MAX (G_MAXINT64 >> ARCHIVE_ID_SHIFT)

static const char what_read[] = "reading the archive";

/* By what a table is walked. */
typedef enum WayName {
        WAY_KEY,
        WAY_ADDRESS,
        WAY_WITHIN,
        WAY_NETWORK,
        WAY_COUNTRY,
        WAY_JAIL,
        WAY_ORIGIN,
        _WAY_MAX,
} WayName;

/* The parameters of all statements. A filter that is not given is NULL. */
enum {
        P_BELOW = 1,
        P_FROM,
        P_JAIL,
        P_COUNTRY,
        P_NETWORK,
        P_ORIGIN,
        P_ADDRESS,
        P_LOW,  /* a network: its first address as it is stored, */
        P_HIGH, /* the first address behind it, */
        P_LENGTH,
        P_PREFIX, /* and the prefix of networks inside of it, as they have it behind their address */
        P_DATA,
        P_REPEAT,
        P_LIMIT,
};

#define WINDOW "id < ?1 AND id >= ?2"
#define INSIDE \
        "address >= ?8 AND address < ?9 AND (length(address) = ?10 OR " \
        "(length(address) = ?10 + 1 AND substr(address, ?10 + 1) >= ?11))"
#define CONDITIONS \
        WINDOW " AND (?3 IS NULL OR jail = ?3) AND (?4 IS NULL OR country = ?4) AND (?5 IS NULL OR network = ?5) " \
               "AND (?7 IS NULL OR address = ?7) AND (?8 IS NULL OR (" INSIDE ")) AND (?6 IS NULL OR ?6 = "

typedef struct Way {
        const char *from; /* behind the table's name, which stands in it again */
        const char *term;
} Way;

static const Way ways[_WAY_MAX] = {
        [WAY_KEY] = { "NOT INDEXED", "" },
        [WAY_ADDRESS] = { "INDEXED BY %s_address", "address = ?7 AND " },
        [WAY_WITHIN] = { "INDEXED BY %s_address", "address >= ?8 AND address < ?9 AND " },
        [WAY_NETWORK] = { "INDEXED BY %s_network", "network = ?5 AND network > 0 AND " },
        [WAY_COUNTRY] = { "INDEXED BY %s_country", "country = ?4 AND " },
        [WAY_JAIL] = { "INDEXED BY %s_jail", "jail = ?3 AND " },
        [WAY_ORIGIN] = { "INDEXED BY %s_origin", "origin = ?6 AND " },
};

typedef struct Table {
        const char *name;
        const char *columns;
        const char *origin;
} Table;

#define UNBAN_ORIGIN "coalesce((SELECT origin FROM ban WHERE ban.id = unban.ban), 0)"

static const Table ban_table = {
        .name = "ban",
        .columns = ARCHIVE_BAN_COLUMNS
        ", CASE WHEN ?12 THEN (SELECT data FROM ban_data WHERE ban_data.id = ban.id) END, "
        "?13 AND EXISTS (SELECT 1 FROM ban AS other WHERE other.address = ban.address AND other.id <> ban.id)",
        .origin = "origin",
};

static const Table unban_table = {
        .name = "unban",
        .columns = "id, jail, address, country, network, sources, cause, " UNBAN_ORIGIN ", ban, uid, reason",
        .origin = UNBAN_ORIGIN,
};

/* One kind of row, on its way. */
typedef struct Side {
        const Table *table;
        const ArchivePage *page;
        StoreConnection *connection;
        sqlite3_stmt *statement; /* NULL: this kind is not asked for */
        gboolean row;            /* the statement is on one */
        gint64 id;               /* of it */
} Side;

static gint64 id_of_time(gint64 at) {
        return at > TIME_MAX ? G_MAXINT64 : ARCHIVE_ID(at, 0);
}

/* With equal ids the end of a ban is the newer one. */
static gint64 below(const Side *self) {
        const ArchiveKey *key = &self->page->key;
        gint64 end = id_of_time(self->page->choice.until), id = key->id;

        if (self->table == &ban_table && key->unban && id < G_MAXINT64)
                id++;
        return MIN(id, end);
}

static void bind_number(sqlite3_stmt *statement, int index, gint64 value, gboolean given) {
        if (given)
                (void) sqlite3_bind_int64(statement, index, value);
}

/* The first address behind a network, as bytes that sort so; what is longer than any address when there is none. */
static int next_network(const Address *network, guint length, guint8 ret[sizeof(network->bytes) + 2]) {
        guint8 step = (guint8) (1 << (7 - (network->prefix + 7) % 8));

        memcpy(ret, network->bytes, length);
        for (guint i = (network->prefix + 7u) / 8; i > 0; i--, step = 1) {
                ret[i - 1] = (guint8) (ret[i - 1] + step);
                if (ret[i - 1] >= step)
                        return (int) length;
        }
        memset(ret, 0xff, sizeof(network->bytes) + 2);
        return (int) sizeof(network->bytes) + 2;
}

/* One value of the column, not what lies inside of a network. */
static gboolean is_exact(const ArchiveChoice *choice) {
        return choice->text || (choice->within && (choice->exact || address_is_single(choice->within)));
}

static void bind_within(sqlite3_stmt *statement, const Address *within) {
        guint length = within->version == 4 ? 4 : 16;
        guint8 high[sizeof(within->bytes) + 2];
        int high_length = next_network(within, length, high);

        (void) sqlite3_bind_blob(statement, P_LOW, within->bytes, (int) length, SQLITE_TRANSIENT);
        (void) sqlite3_bind_blob(statement, P_HIGH, high, high_length, SQLITE_TRANSIENT);
        (void) sqlite3_bind_int(statement, P_LENGTH, (int) length);
        (void) sqlite3_bind_blob(statement, P_PREFIX, &within->prefix, 1, SQLITE_TRANSIENT);
}

static void bind_choice(const Side *self, sqlite3_stmt *statement) {
        const ArchiveChoice *choice = &self->page->choice;

        (void) sqlite3_bind_int64(statement, P_BELOW, below(self));
        (void) sqlite3_bind_int64(statement, P_FROM, id_of_time(choice->since));
        bind_number(statement, P_JAIL, choice->jail, choice->jail > 0);
        bind_number(statement, P_COUNTRY, choice->country, choice->country >= 0);
        bind_number(statement, P_NETWORK, choice->network, choice->network >= 0);
        bind_number(statement, P_ORIGIN, choice->origin, choice->origin >= 0);
        if (is_exact(choice))
                archive_row_bind_who(statement, P_ADDRESS, choice->within, choice->text);
        else if (choice->within)
                bind_within(statement, choice->within);
}

static gboolean is_given(const Side *self, WayName way) {
        const ArchiveChoice *choice = &self->page->choice;

        switch (way) {
        case WAY_ADDRESS:
                return is_exact(choice);
        case WAY_WITHIN:
                return choice->within && !is_exact(choice);
        case WAY_NETWORK:
                return choice->network > 0;
        case WAY_COUNTRY:
                return choice->country >= 0;
        case WAY_JAIL:
                return choice->jail > 0;
        case WAY_ORIGIN:
                return choice->origin >= 0 && self->table == &ban_table;
        default:
                return FALSE;
        }
}

/* "FROM table ... WHERE term" */
static char *way_text(const Table *table, WayName way) {
        g_autofree char *from = g_strdup_printf(ways[way].from, table->name);

        return g_strconcat(" FROM ", table->name, " ", from, " WHERE ", ways[way].term, NULL);
}

static gboolean estimate(const Side *self, WayName way, guint *ret, GError **error) {
        g_autofree char *source = way_text(self->table, way);
        g_autofree char *sql = g_strconcat("SELECT count(*) FROM (SELECT 1", source, WINDOW " LIMIT ?14)", NULL);
        sqlite3_stmt *statement = store_statement(self->connection, sql, error);
        gboolean row;

        if (!statement)
                return FALSE;
        bind_choice(self, statement);
        (void) sqlite3_bind_int(statement, P_LIMIT, ESTIMATE_MAX);
        if (!store_next(self->connection, statement, what_read, &row, error))
                return FALSE;
        *ret = (guint) sqlite3_column_int(statement, 0);
        (void) sqlite3_reset(statement);
        return TRUE;
}

static gboolean choose_way(const Side *self, WayName *ret, GError **error) {
        guint fewest = G_MAXUINT, n = 0;

        *ret = WAY_KEY;
        for (WayName way = 0; way < _WAY_MAX; way++)
                if (is_given(self, way)) {
                        *ret = way;
                        n++;
                }
        if (is_given(self, WAY_ADDRESS))
                *ret = WAY_ADDRESS;
        if (*ret == WAY_ADDRESS || (n <= 1 && *ret != WAY_WITHIN))
                return TRUE;

        *ret = WAY_KEY;
        for (WayName way = 0; way < _WAY_MAX; way++) {
                guint entries = 0;

                if (!is_given(self, way))
                        continue;
                if (!estimate(self, way, &entries, error))
                        return FALSE;
                if (entries < fewest && (way != WAY_WITHIN || entries < ESTIMATE_MAX)) {
                        fewest = entries;
                        *ret = way;
                }
        }
        return TRUE;
}

/* A statement that gives `columns` of the chosen rows. */
static sqlite3_stmt *prepare(const Side *self, const char *columns, const char *end, GError **error) {
        g_autofree char *source = NULL, *sql = NULL;
        sqlite3_stmt *statement;
        WayName way;

        if (!choose_way(self, &way, error))
                return NULL;
        source = way_text(self->table, way);
        sql = g_strconcat("SELECT ", columns, source, CONDITIONS, self->table->origin, ")", end, NULL);
        statement = store_statement(self->connection, sql, error);
        if (statement)
                bind_choice(self, statement);
        return statement;
}

static gboolean side_next(Side *self, GError **error) {
        if (!store_next(self->connection, self->statement, what_read, &self->row, error))
                return FALSE;
        if (self->row)
                self->id = sqlite3_column_int64(self->statement, 0);
        return TRUE;
}

static gboolean side_open(Side *self, const Table *table, const ArchivePage *page, StoreConnection *connection,
                          GError **error) {
        *self = (Side) { .table = table, .page = page, .connection = connection };
        if (!(table == &ban_table ? page->choice.bans : page->choice.unbans))
                return TRUE;
        self->statement = prepare(self, table->columns, " ORDER BY id DESC LIMIT ?14", error);
        if (!self->statement)
                return FALSE;
        (void) sqlite3_bind_int(self->statement, P_DATA, page->data);
        (void) sqlite3_bind_int(self->statement, P_REPEAT, page->repeat);
        (void) sqlite3_bind_int64(self->statement, P_LIMIT, (gint64) page->limit + 1);
        return side_next(self, error);
}

static void read_ban(sqlite3_stmt *statement, ArchiveRow *ret) {
        *ret = (ArchiveRow) { .uid = -1, .reason = "" };
        archive_row_read(statement, 0, &ret->ban);
        ret->ban.data = (const char *) sqlite3_column_text(statement, ARCHIVE_BAN_N_COLUMNS);
        ret->repeat = sqlite3_column_int(statement, ARCHIVE_BAN_N_COLUMNS + 1);
        ret->banned_at = ret->ban.banned_at;
}

static void read_unban(sqlite3_stmt *statement, ArchiveRow *ret) {
        *ret = (ArchiveRow) {
                .is_unban = TRUE,
                .ban = {
                        .id = sqlite3_column_int64(statement, 0),
                        .jail = (guint) sqlite3_column_int64(statement, 1),
                        .country = (CountryCode) sqlite3_column_int(statement, 3),
                        .network = (guint32) sqlite3_column_int64(statement, 4),
                        .sources = (guint) sqlite3_column_int(statement, 5),
                        .cause = (ArchiveCause) sqlite3_column_int(statement, 6),
                        .origin = (ArchiveOrigin) sqlite3_column_int(statement, 7),
                },
                .banned_at = ARCHIVE_ID_TIME(sqlite3_column_int64(statement, 8)),
                .uid = sqlite3_column_type(statement, 9) == SQLITE_NULL ? -1 : sqlite3_column_int64(statement, 9),
                .reason = store_column_text(statement, 10),
        };
        ret->ban.ended_at = ARCHIVE_ID_TIME(ret->ban.id);
        archive_row_read_who(statement, 2, &ret->ban.address, &ret->ban.text);
}

typedef struct Walk {
        const ArchivePage *page;
        ArchiveKey next;
        gboolean more;
} Walk;

static gboolean walk(StoreConnection *connection, gpointer userdata, GError **error) {
        Walk *self = userdata;
        Side bans, unbans;
        guint n = 0;

        self->next = self->page->key;
        if (!side_open(&bans, &ban_table, self->page, connection, error) ||
            !side_open(&unbans, &unban_table, self->page, connection, error))
                return FALSE;
        while (bans.row || unbans.row) {
                gboolean is_unban = unbans.row && (!bans.row || unbans.id >= bans.id);
                Side *side = is_unban ? &unbans : &bans;
                ArchiveRow row;

                self->more = n == self->page->limit;
                if (self->more)
                        return TRUE;
                if (is_unban)
                        read_unban(side->statement, &row);
                else
                        read_ban(side->statement, &row);
                self->next = (ArchiveKey) { .id = side->id, .unban = is_unban };
                n++;
                if (!self->page->each(&row, self->page->userdata)) {
                        self->more = TRUE;
                        return TRUE;
                }
                if (!side_next(side, error))
                        return FALSE;
        }
        return TRUE;
}

gboolean archive_store_page(ArchiveStore *self, const ArchivePage *page, ArchiveKey *ret_next, gboolean *ret_more,
                            GError **error) {
        Walk work = { .page = page };

        if (!store_read(self->store, walk, &work, error))
                return FALSE;
        *ret_next = work.next;
        *ret_more = work.more;
        return TRUE;
}

typedef struct Count {
        ArchivePage page;
        guint64 result;
} Count;

static gboolean count_table(StoreConnection *connection, const Table *table, Count *self, GError **error) {
        Side side = { .table = table, .page = &self->page, .connection = connection };
        sqlite3_stmt *statement = prepare(&side, "count(*)", "", error);
        gboolean row;

        if (!statement || !store_next(connection, statement, what_read, &row, error))
                return FALSE;
        self->result += (guint64) sqlite3_column_int64(statement, 0);
        return TRUE;
}

static gboolean count_rows(StoreConnection *connection, gpointer userdata, GError **error) {
        Count *self = userdata;

        return (!self->page.choice.bans || count_table(connection, &ban_table, self, error)) &&
               (!self->page.choice.unbans || count_table(connection, &unban_table, self, error));
}

gboolean archive_store_count(ArchiveStore *self, const ArchiveChoice *choice, guint64 *ret, GError **error) {
        Count count = { .page = { .choice = *choice, .key = ARCHIVE_KEY_NEWEST } };

        if (!store_read(self->store, count_rows, &count, error))
                return FALSE;
        *ret = count.result;
        return TRUE;
}

typedef struct Summarize {
        const Address *address;
        const char *text;
        gint64 since, until;
        ArchiveSummaryFunc each;
        gpointer userdata;
} Summarize;

static gboolean summarize(StoreConnection *connection, gpointer userdata, GError **error) {
        const Summarize *self = userdata;
        sqlite3_stmt *statement =
                store_statement(connection,
                                "SELECT jail, count(*), min(id), max(id) FROM ban INDEXED BY ban_address "
                                "WHERE address = ?3 AND " WINDOW " GROUP BY jail",
                                error);
        gboolean row = FALSE;

        if (!statement)
                return FALSE;
        (void) sqlite3_bind_int64(statement, P_BELOW, id_of_time(self->until));
        (void) sqlite3_bind_int64(statement, P_FROM, id_of_time(self->since));
        archive_row_bind_who(statement, 3, self->address, self->text);
        while (store_next(connection, statement, what_read, &row, error)) {
                if (!row)
                        return TRUE;
                self->each(&(ArchiveSummary) { .jail = (guint) sqlite3_column_int64(statement, 0),
                                               .bans = (guint64) sqlite3_column_int64(statement, 1),
                                               .first_at = ARCHIVE_ID_TIME(sqlite3_column_int64(statement, 2)),
                                               .last_at = ARCHIVE_ID_TIME(sqlite3_column_int64(statement, 3)) },
                           self->userdata);
        }
        return FALSE;
}

gboolean archive_store_summarize(ArchiveStore *self, const Address *address, const char *text, gint64 since,
                                 gint64 until, ArchiveSummaryFunc each, gpointer userdata, GError **error) {
        Summarize work = { address, text, since, until, each, userdata };

        return store_read(self->store, summarize, &work, error);
}
