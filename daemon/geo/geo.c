/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The files in use are one counted set that never changes; a refresh makes another and puts it in its place, so a
 * look-up holds on to the set that it began with. `lock` guards the pointer and what is told of the files; `loading` is
 * held by the one who reads files, and by nobody who looks up once there is a set.
 */

#include "geo/geo.h"

#include <string.h>
#include <sys/stat.h>

#include "core/error.h"
#include "core/log.h"
#include "geo/cache.h"
#include "geo/mmdb.h"

/* Counted, so that two sets can share the file that did not change. */
typedef struct File {
        Mmdb *mmdb;
        gint64 loaded_at;
} File;

typedef struct Set {
        File *files[_GEO_FILE_MAX]; /* NULL = none */
} Set;

/* What tells one content of a path from another. */
typedef struct Mark {
        dev_t device;
        ino_t inode;
        off_t size;
        struct timespec modified, changed;
} Mark;

typedef struct Source {
        char *path;   /* wanted; "" = none */
        char *looked; /* the path that was looked at last; NULL = none yet */
        Mark mark;    /* of what was looked at last; zero = it is not there */
        char *problem;
} Source;

struct Geo {
        char *folder;
        GeoCache *cache;
        GMutex loading;
        GMutex lock;
        Source sources[_GEO_FILE_MAX];
        Set *set; /* NULL: nobody has looked yet */
};

static void file_clear(gpointer data) {
        File *self = data;

        mmdb_free(self->mmdb);
}

static void set_clear(gpointer data) {
        Set *self = data;

        for (guint i = 0; i < _GEO_FILE_MAX; i++)
                if (self->files[i])
                        g_atomic_rc_box_release_full(self->files[i], file_clear);
}

static void set_release(Set *self) {
        g_atomic_rc_box_release_full(self, set_clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Set, set_release)

Geo *geo_new(const char *folder, GeoCache *cache) {
        Geo *self = g_new0(Geo, 1);

        self->folder = g_strdup(folder ? folder : g_get_tmp_dir());
        self->cache = cache;
        g_mutex_init(&self->loading);
        g_mutex_init(&self->lock);
        for (guint i = 0; i < _GEO_FILE_MAX; i++) {
                self->sources[i].path = g_strdup("");
                self->sources[i].problem = g_strdup("");
        }
        return self;
}

void geo_free(Geo *self) {
        if (!self)
                return;
        g_clear_pointer(&self->set, set_release);
        for (guint i = 0; i < _GEO_FILE_MAX; i++) {
                g_free(self->sources[i].path);
                g_free(self->sources[i].looked);
                g_free(self->sources[i].problem);
        }
        g_mutex_clear(&self->loading);
        g_mutex_clear(&self->lock);
        g_free(self->folder);
        g_free(self);
}

void geo_set_file(Geo *self, GeoFile which, const char *path) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        g_free(self->sources[which].path);
        self->sources[which].path = g_strdup(path ? path : "");
}

static void mark_path(const char *path, Mark *ret) {
        struct stat file;

        memset(ret, 0, sizeof(*ret));
        if (path[0] == '\0' || stat(path, &file) < 0)
                return;
        ret->device = file.st_dev;
        ret->inode = file.st_ino;
        ret->size = file.st_size;
        ret->modified = file.st_mtim;
        ret->changed = file.st_ctim;
}

static gboolean mark_equal(const Mark *a, const Mark *b) {
        return a->device == b->device && a->inode == b->inode && a->size == b->size &&
               memcmp(&a->modified, &b->modified, sizeof(a->modified)) == 0 &&
               memcmp(&a->changed, &b->changed, sizeof(a->changed)) == 0;
}

static char *dup_path(Geo *self, GeoFile which) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        return g_strdup(self->sources[which].path);
}

static void set_problem(Geo *self, GeoFile which, const char *problem) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        g_free(self->sources[which].problem);
        self->sources[which].problem = g_strdup(problem);
}

static Mmdb *open_file(Geo *self, GeoFile which, const char *path, GError **error) {
        g_autoptr(Mmdb) mmdb = mmdb_open(path, self->folder, error);

        if (!mmdb)
                return NULL;
        if (which == GEO_FILE_COUNTRY ? mmdb_has_countries(mmdb) : mmdb_has_networks(mmdb))
                return g_steal_pointer(&mmdb);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_CORRUPTED, "%s: a file of type %s knows no %s", path,
                    mmdb_type(mmdb), which == GEO_FILE_COUNTRY ? "countries" : "networks");
        return NULL;
}

/* What is read now in place of `old`; a file that is not good leaves the old one where it is. */
static File *load_file(Geo *self, GeoFile which, const char *path, File *old) {
        g_autoptr(GError) error = NULL;
        Mmdb *mmdb = path[0] != '\0' ? open_file(self, which, path, &error) : NULL;
        File *file;

        set_problem(self, which, error ? error->message : "");
        if (error) {
                log_error(LOG_PRIORITY_WARNING, "geo.file-refused",
                          old ? "a geo file is not good, so the old one stays" : "a geo file is not good", error);
                return old ? g_atomic_rc_box_acquire(old) : NULL;
        }
        if (!mmdb)
                return NULL;
        log_event(LOG_PRIORITY_INFO, "geo.file-loaded", path, "TYPE", mmdb_type(mmdb), NULL);
        file = g_atomic_rc_box_new0(File);
        file->mmdb = mmdb;
        file->loaded_at = g_get_real_time() / G_USEC_PER_SEC;
        return file;
}

/* The mark is taken before the file is read, so what is written in between is seen the next time. */
static File *look_at_source(Geo *self, GeoFile which, File *old) {
        Source *source = &self->sources[which];
        g_autofree char *path = dup_path(self, which);
        Mark mark;

        mark_path(path, &mark);
        if (g_strcmp0(path, source->looked) == 0 && mark_equal(&mark, &source->mark))
                return old ? g_atomic_rc_box_acquire(old) : NULL;
        g_free(source->looked);
        source->looked = g_steal_pointer(&path);
        source->mark = mark;
        return load_file(self, which, source->looked, old);
}

static gboolean set_equal(const Set *a, const Set *b) {
        return memcmp(a->files, b->files, sizeof(a->files)) == 0;
}

static Set *acquire_set(Geo *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        return self->set ? g_atomic_rc_box_acquire(self->set) : NULL;
}

gboolean geo_refresh(Geo *self) {
        g_autoptr(GMutexLocker) loading = g_mutex_locker_new(&self->loading);
        g_autoptr(Set) old = acquire_set(self), made = g_atomic_rc_box_new0(Set), gone = NULL;

        for (guint i = 0; i < _GEO_FILE_MAX; i++)
                made->files[i] = look_at_source(self, (GeoFile) i, old ? old->files[i] : NULL);
        if (old && set_equal(old, made))
                return FALSE;

        {
                g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

                gone = g_steal_pointer(&self->set);
                self->set = g_steal_pointer(&made);
        }
        return TRUE;
}

/* The set in use; the first to ask reads the files. */
static Set *use_set(Geo *self) {
        Set *set = acquire_set(self);

        while (!set) {
                (void) geo_refresh(self);
                set = acquire_set(self);
        }
        return set;
}

void geo_relax(Geo *self) {
        g_autoptr(Set) set = acquire_set(self);

        for (guint i = 0; set && i < _GEO_FILE_MAX; i++)
                if (set->files[i])
                        mmdb_relax(set->files[i]->mmdb);
}

void geo_file_state(Geo *self, GeoFile which, GeoFileState *ret) {
        g_autoptr(Set) set = acquire_set(self);
        const File *file = set ? set->files[which] : NULL;
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        *ret = (GeoFileState) {
                .path = g_strdup(self->sources[which].path),
                .problem = g_strdup(self->sources[which].problem),
                .type = g_strdup(file ? mmdb_type(file->mmdb) : ""),
        };
        if (!file)
                return;
        ret->built_at = mmdb_built_at(file->mmdb);
        ret->loaded_at = file->loaded_at;
        ret->bytes = mmdb_bytes(file->mmdb);
        ret->entries = mmdb_entries(file->mmdb);
        ret->countries = mmdb_has_countries(file->mmdb);
        ret->networks = mmdb_has_networks(file->mmdb);
}

void geo_file_state_clear(GeoFileState *self) {
        g_clear_pointer(&self->path, g_free);
        g_clear_pointer(&self->type, g_free);
        g_clear_pointer(&self->problem, g_free);
}

/* Each file is asked for what it is there for, and for the other thing as long as that is not known. */
static void find_in_files(const Set *set, const Address *address, GeoPlace *place, char **organisation) {
        for (guint i = 0; i < _GEO_FILE_MAX; i++) {
                const Mmdb *mmdb = set->files[i] ? set->files[i]->mmdb : NULL;
                guint32 entry, network;

                if (!mmdb || !mmdb_find(mmdb, address, &entry))
                        continue;
                if (place->country == 0)
                        place->country = mmdb_country(mmdb, entry);
                network = mmdb_network(mmdb, entry);
                if (network == 0 || (place->network != 0 && i != GEO_FILE_NETWORK))
                        continue;
                place->network = network;
                if (organisation) {
                        g_free(*organisation);
                        *organisation = mmdb_organisation(mmdb, entry);
                }
        }
}

/* A service outside is asked for single addresses. */
static gboolean find_outside(Geo *self, const Address *address, GeoKnown *ret) {
        Address first = *address;

        first.prefix = first.version == 4 ? 32 : 128;
        return self->cache && geo_cache_find(self->cache, &first, g_get_real_time() / G_USEC_PER_SEC, ret);
}

gboolean geo_find(Geo *self, const Address *address, GeoPlace *ret) {
        g_autoptr(Set) set = use_set(self);
        GeoPlace place = { 0 };
        GeoKnown known = { 0 };

        find_in_files(set, address, &place, NULL);
        if ((place.country == 0 || place.network == 0) && find_outside(self, address, &known)) {
                place.country = place.country ? place.country : known.country;
                place.network = place.network ? place.network : known.network;
                geo_known_clear(&known);
        }
        *ret = place;
        return place.country != 0 || place.network != 0;
}

gboolean geo_describe(Geo *self, const Address *address, GeoDetails *ret) {
        g_autoptr(Set) set = use_set(self);
        GeoKnown known = { 0 };

        *ret = (GeoDetails) { 0 };
        find_in_files(set, address, &ret->place, &ret->organisation);
        if ((ret->place.country == 0 || ret->place.network == 0) && find_outside(self, address, &known)) {
                ret->outside = TRUE;
                if (ret->place.country == 0)
                        ret->place.country = known.country;
                if (ret->place.network == 0) {
                        ret->place.network = known.network;
                        ret->organisation = g_strdup(known.organisation);
                }
                geo_known_clear(&known);
        }
        ret->country_name = geo_country_name(ret->place.country);
        if (!ret->organisation)
                ret->organisation = g_strdup("");
        return ret->place.country != 0 || ret->place.network != 0;
}

void geo_details_clear(GeoDetails *self) {
        g_clear_pointer(&self->organisation, g_free);
}

static guint64 hash_number(guint64 hash, guint64 number) {
        for (guint i = 0; i < sizeof(number); i++)
                hash = (hash ^ (number >> 8 * i & 0xff)) * G_GUINT64_CONSTANT(0x100000001b3);
        return hash;
}

/* FNV-1a of what tells one file from another. */
guint64 geo_generation(Geo *self) {
        g_autoptr(Set) set = use_set(self);
        guint64 hash = G_GUINT64_CONSTANT(0xcbf29ce484222325);

        for (guint i = 0; i < _GEO_FILE_MAX; i++) {
                const Mmdb *mmdb = set->files[i] ? set->files[i]->mmdb : NULL;

                hash = hash_number(hash, mmdb ? (guint64) mmdb_built_at(mmdb) : 0);
                hash = hash_number(hash, mmdb ? (guint64) mmdb_bytes(mmdb) : 0);
                hash = hash_number(hash, mmdb ? mmdb_entries(mmdb) : 0);
                hash = hash_number(hash, mmdb ? g_str_hash(mmdb_type(mmdb)) : 0);
        }
        return hash ? hash : 1;
}
