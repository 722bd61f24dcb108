/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/jails/log-health.h"

#include <string.h>

#include "core/text.h"
#include "services/jails/log-sight.h"

#define FINDING "log-file"

/* A rotation may take a moment between two names of a file. */
#define ROTATION_USEC (500 * 1000)

/* A file system that hangs must not keep a call for as long as there are files. */
#define PATIENCE_USEC (5 * G_USEC_PER_SEC)

/* Where files have dates in their names an old one goes for good, and others are read. */
#define DROPPED_KEPT_S 86400

#define PATH_SHOWN_MAX 256

/* One file that a jail reads, or did. */
typedef struct LogMemory {
        LogState state;
        gint64 since_at; /* when it was first found sick; 0 = it is well */
} LogMemory;

struct LogHealth {
        Fail2banClient *client;
        Model *model;
        Findings *findings;
        GMutex running;    /* one run at a time */
        GMutex lock;       /* of the jails; no file is looked at under it */
        GHashTable *jails; /* name -> (path -> LogMemory) */
};

LogHealth *log_health_new(Fail2banClient *client, Model *model, Findings *findings) {
        LogHealth *self = g_new0(LogHealth, 1);

        self->client = client;
        self->model = model;
        self->findings = findings;
        self->jails = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
        g_mutex_init(&self->running);
        g_mutex_init(&self->lock);
        return self;
}

void log_health_free(LogHealth *self) {
        if (!self)
                return;
        g_mutex_clear(&self->lock);
        g_mutex_clear(&self->running);
        g_hash_table_unref(self->jails);
        g_free(self);
}

/* NULL: the jail does not run. */
static GStrv log_paths(LogHealth *self, const char *jail) {
        g_autoptr(GVariant) properties = model_jail(self->model, jail);
        GStrv paths = NULL;

        if (properties && !g_variant_lookup(properties, "LogPaths", "^as", &paths))
                paths = g_new0(char *, 1);
        return paths;
}

/* ---- CheckLogs ---- */

static void add_row(GVariantBuilder *rows, const char *path, const LogSight *sight) {
        g_variant_builder_open(rows, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(rows, "{sv}", "path", g_variant_new_string(path));
        g_variant_builder_add(rows, "{sv}", "state", g_variant_new_string(log_state_name(sight->state)));
        g_variant_builder_add(rows, "{sv}", "size", g_variant_new_int64(sight->size));
        g_variant_builder_add(rows, "{sv}", "modified_at", g_variant_new_int64(sight->modified_at));
        if (sight->problem)
                g_variant_builder_add(rows, "{sv}", "problem", g_variant_new_string(sight->problem));
        g_variant_builder_close(rows);
}

static gint compare_texts(gconstpointer a, gconstpointer b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* Sorted: what is remembered of the jail and not among its paths any more. */
static GStrv other_paths(LogHealth *self, const char *jail, const char *const *paths, gboolean only_dropped) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        GHashTable *files = g_hash_table_lookup(self->jails, jail);
        GPtrArray *others = g_ptr_array_new();
        GHashTableIter iter;
        gpointer path, memory;

        if (files) {
                g_hash_table_iter_init(&iter, files);
                while (g_hash_table_iter_next(&iter, &path, &memory))
                        if (!g_strv_contains(paths, path) &&
                            (!only_dropped || ((LogMemory *) memory)->state == LOG_DROPPED))
                                g_ptr_array_add(others, g_strdup(path));
        }
        g_ptr_array_sort(others, compare_texts);
        g_ptr_array_add(others, NULL);
        return (GStrv) g_ptr_array_free(others, FALSE);
}

static GVariant *check_rows(LogHealth *self, const char *jail, const char *const *paths) {
        gint64 deadline = g_get_monotonic_time() + PATIENCE_USEC;
        g_auto(GStrv) dropped = other_paths(self, jail, paths, TRUE);
        Fail2banReader reader;
        GVariantBuilder rows;

        fail2ban_reader_get(self->client, &reader);
        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (const char *const *path = paths; *path; path++) {
                g_auto(LogSight) sight = { .state = LOG_UNKNOWN };

                if (g_get_monotonic_time() < deadline)
                        log_sight_take(*path, &reader, &sight);
                else
                        sight.problem = g_strdup("looking at the files before it took too long");
                add_row(&rows, *path, &sight);
        }
        for (char **path = dropped; *path; path++) {
                g_auto(LogSight) sight = {};

                log_sight_take(*path, &reader, &sight);
                log_sight_drop(&sight);
                add_row(&rows, *path, &sight);
        }
        return g_variant_builder_end(&rows);
}

GVariant *log_health_check(LogHealth *self, const char *jail, GError **error) {
        g_auto(GStrv) paths = NULL;

        if (!model_check_jail(self->model, jail, error))
                return NULL;
        paths = log_paths(self, jail);
        return paths ? check_rows(self, jail, (const char *const *) paths)
                     : g_variant_new_array(G_VARIANT_TYPE_VARDICT, NULL, 0);
}

/* ---- The job ---- */

/* Of one jail. */
typedef struct LogLook {
        LogHealth *health;
        const char *jail;
        const Fail2banReader *reader;
        gint64 now;
        guint n_sick;
        LogState state; /* of the first that is sick, as all that follows */
        char *path;
        char *problem;
        gint64 since_at;
} LogLook;

static void log_look_clear(LogLook *self) {
        g_free(self->path);
        g_free(self->problem);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LogLook, log_look_clear)

static void note_sick(LogLook *self, const char *path, const LogSight *sight, gint64 since_at) {
        if (self->n_sick++ > 0)
                return;
        self->state = sight->state;
        self->path = g_strdup(path);
        self->problem = g_strdup(sight->problem);
        self->since_at = since_at;
}

static GHashTable *files_of(LogHealth *self, const char *jail) {
        GHashTable *files = g_hash_table_lookup(self->jails, jail);

        if (!files) {
                files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
                g_hash_table_insert(self->jails, g_strdup(jail), files);
        }
        return files;
}

/* Gives since when it is sick. */
static gint64 remember(LogLook *self, const char *path, LogState state) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->health->lock);
        GHashTable *files = files_of(self->health, self->jail);
        LogMemory *memory = g_hash_table_lookup(files, path);

        if (!memory) {
                memory = g_new0(LogMemory, 1);
                g_hash_table_insert(files, g_strdup(path), memory);
        }
        memory->state = state;
        if (!log_state_is_sick(state))
                memory->since_at = 0;
        else if (memory->since_at == 0)
                memory->since_at = self->now;
        return memory->since_at;
}

/* A path that the jail had. It was taken out by hand, unless the file is missing or was: then fail2ban gave it up.
 * Gives since when, or 0: it is no matter any more. */
static gint64 remember_dropped(LogLook *self, const char *path, gboolean missing, gboolean reads_others) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->health->lock);
        GHashTable *files = files_of(self->health, self->jail);
        LogMemory *memory = g_hash_table_lookup(files, path);

        if (!memory)
                return 0;
        if (memory->since_at == 0)
                memory->since_at = self->now;
        if ((memory->state != LOG_MISSING && memory->state != LOG_DROPPED && !missing) ||
            (missing && reads_others && self->now - memory->since_at > DROPPED_KEPT_S)) {
                g_hash_table_remove(files, path);
                return 0;
        }
        memory->state = LOG_DROPPED;
        return memory->since_at;
}

static void look_at(LogLook *self, const char *path) {
        g_auto(LogSight) sight = {};
        gint64 since_at;

        log_sight_take(path, self->reader, &sight);
        since_at = remember(self, path, sight.state);
        if (since_at > 0)
                note_sick(self, path, &sight, since_at);
}

static void look_at_other(LogLook *self, const char *path, gboolean reads_others) {
        g_auto(LogSight) sight = {};
        gint64 since_at;

        log_sight_take(path, self->reader, &sight);
        since_at = remember_dropped(self, path, sight.state == LOG_MISSING, reads_others);
        if (since_at == 0)
                return;
        log_sight_drop(&sight);
        note_sick(self, path, &sight, since_at);
}

static char *describe(const LogLook *self) {
        gboolean plain = text_is_plain(self->path) && strlen(self->path) <= PATH_SHOWN_MAX;
        g_autofree char *path = plain ? g_strdup(self->path) : text_quote(self->path);
        g_autofree char *jail = text_quote(self->jail);
        g_autoptr(GDateTime) since = g_date_time_new_from_unix_utc(self->since_at);
        g_autofree char *time = g_date_time_format(since, "%Y-%m-%d %H:%M UTC");
        g_autoptr(GString) text = g_string_new(NULL);

        g_string_printf(text, "jail %s has not read its log %s since %s: %s", jail, path, time, self->problem);
        if (self->n_sick > 1)
                g_string_append_printf(text, ", and %u more of its logs", self->n_sick - 1);
        return g_string_free(g_steal_pointer(&text), FALSE);
}

static const char *advice(LogState state) {
        switch (state) {
        case LOG_UNREADABLE:
                return "Let the user that fail2ban runs as read it.";
        case LOG_NO_FILE:
                return "Let the jail read a file.";
        case LOG_DROPPED:
                return "Put the file back and reload the jail: fail2ban does not look for it by itself any more.";
        default:
                return "See why nobody writes it. Put it back soon: fail2ban gives up a file that stays away.";
        }
}

static void tell(const LogLook *self) {
        g_autofree char *message = NULL;

        if (self->n_sick == 0) {
                findings_clear(self->health->findings, FINDING, self->jail);
                return;
        }
        message = describe(self);
        findings_set(self->health->findings, FINDING, self->jail, "warning", message, advice(self->state), self->now);
}

/* Gives how many are sick. */
static guint look_at_jail(LogHealth *self, const char *jail, const Fail2banReader *reader, gint64 now) {
        g_auto(LogLook) look = { .health = self, .jail = jail, .reader = reader, .now = now };
        g_auto(GStrv) paths = log_paths(self, jail), others = NULL;

        if (!paths)
                return 0;
        for (char **path = paths; *path; path++)
                look_at(&look, *path);
        others = other_paths(self, jail, (const char *const *) paths, FALSE);
        for (char **path = others; *path; path++)
                look_at_other(&look, *path, paths[0] != NULL);
        tell(&look);
        return look.n_sick;
}

static void forget_gone(LogHealth *self, const char *const *running) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        GHashTableIter iter;
        gpointer jail;

        g_hash_table_iter_init(&iter, self->jails);
        while (g_hash_table_iter_next(&iter, &jail, NULL))
                if (!g_strv_contains(running, jail)) {
                        findings_clear(self->findings, FINDING, jail);
                        g_hash_table_iter_remove(&iter);
                }
}

static gboolean is_known_sick(LogHealth *self, const char *jail, const char *path) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        GHashTable *files = g_hash_table_lookup(self->jails, jail);
        const LogMemory *memory = files ? g_hash_table_lookup(files, path) : NULL;

        return memory && memory->since_at > 0;
}

static gboolean is_any_missing_anew(LogHealth *self, const char *const *jails, const Fail2banReader *reader) {
        for (guint i = 0; jails[i]; i++) {
                g_auto(GStrv) paths = log_paths(self, jails[i]);

                for (guint j = 0; paths && paths[j]; j++) {
                        g_auto(LogSight) sight = {};

                        log_sight_take(paths[j], reader, &sight);
                        if (sight.state == LOG_MISSING && !is_known_sick(self, jails[i], paths[j]))
                                return TRUE;
                }
        }
        return FALSE;
}

static void report(Operation *operation, guint n_sick) {
        g_autofree char *text = n_sick ? g_strdup_printf("log files that are not well: %u", n_sick)
                                       : g_strdup("all log files are well");

        operation_report(operation, 1, text);
}

gboolean log_health_run(LogHealth *self, gint64 now, Operation *operation, GError **error) {
        g_autoptr(GMutexLocker) running = g_mutex_locker_new(&self->running);
        g_auto(GStrv) jails = model_jails(self->model);
        Fail2banReader reader;
        guint n_sick = 0;

        forget_gone(self, (const char *const *) jails);
        fail2ban_reader_get(self->client, &reader);
        if (is_any_missing_anew(self, (const char *const *) jails, &reader))
                g_usleep(ROTATION_USEC);
        for (char **jail = jails; *jail; jail++) {
                if (!operation_check(operation, error))
                        return FALSE;
                n_sick += look_at_jail(self, *jail, &reader, now);
        }
        report(operation, n_sick);
        return TRUE;
}

gboolean log_health_forget(LogHealth *self, const char *jail, const char *path) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        GHashTable *files = g_hash_table_lookup(self->jails, jail);
        const LogMemory *memory = files ? g_hash_table_lookup(files, path) : NULL;
        gboolean dropped = memory && memory->state == LOG_DROPPED;

        if (memory)
                g_hash_table_remove(files, path);
        return dropped;
}
