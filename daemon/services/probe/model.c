/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is known of fail2ban, apart from the bans
 *
 * A dictionary is made whole from a table of its properties at each change and compared with the one told before, so
 * that the sink hears of real changes only. Events are emitted under the lock: two threads that change the model could
 * otherwise tell the older state last.
 */

#include "services/probe/model.h"

#include "core/error.h"
#include "core/text.h"

typedef struct ModelJail {
        Fail2banCounters counters;
        gboolean idle;
        GVariant *settings;
        GVariant *told; /* a{sv}, as it was last emitted */
} ModelJail;

typedef enum ModelState { MODEL_UNKNOWN, MODEL_ONLINE, MODEL_OFFLINE } ModelState;

struct Model {
        EventSink sink;
        GMutex lock;
        ModelState state;
        char *reason;
        gint64 since;
        gint64 seen_at;
        char *version;
        GVariant *settings;
        GTree *jails; /* name -> ModelJail */
        GVariant *told;
        guint held;
};

typedef struct Property {
        const char *name;
        const char *key; /* in the settings that fail2ban's room gives */
        const char *type;
} Property;

static const Property jail_settings[] = {
        { "Backend", "Backend", "s" },
        { "LogPaths", "LogPaths", "as" },
        { "JournalMatches", "JournalMatches", "as" },
        { "LogEncoding", "LogEncoding", "s" },
        { "LogTimezone", "LogTimezone", "s" },
        { "DatePattern", "DatePattern", "s" },
        { "Prefregex", "Prefregex", "s" },
        { "Failregex", "Failregex", "as" },
        { "Ignoreregex", "Ignoreregex", "as" },
        { "IgnoreAddresses", "IgnoreAddresses", "as" },
        { "IgnoreSelf", "IgnoreSelf", "b" },
        { "IgnoreCommand", "IgnoreCommand", "s" },
        { "IgnoreCache", "IgnoreCache", "s" },
        { "FindTime", "FindTime", "x" },
        { "BanTime", "BanTime", "x" },
        { "MaxRetry", "MaxRetry", "u" },
        { "MaxMatches", "MaxMatches", "u" },
        { "MaxLines", "MaxLines", "u" },
        { "UseDns", "UseDns", "s" },
        { "Actions", "Actions", "as" },
        { "BanTimeIncrement", "BanTimeIncrement", "b" },
        { "BanTimeFactor", "BanTimeFactor", "s" },
        { "BanTimeFormula", "BanTimeFormula", "s" },
        { "BanTimeMultipliers", "BanTimeMultipliers", "s" },
        { "BanTimeMaximum", "BanTimeMaximum", "x" },
        { "BanTimeRandom", "BanTimeRandom", "x" },
        { "BanTimeOverallJails", "BanTimeOverallJails", "b" },
};

static const Property server_settings[] = {
        { "LogLevel", "log_level", "s" },
        { "LogTarget", "log_target", "s" },
        { "SyslogSocket", "syslog_socket", "s" },
        { "DatabaseFile", "database_file", "s" },
        { "DatabasePurgeAge", "database_purge_age", "x" },
        { "DatabaseMaxMatches", "database_max_matches", "x" },
};

static void model_jail_free(gpointer data) {
        ModelJail *jail = data;

        g_clear_pointer(&jail->settings, g_variant_unref);
        g_clear_pointer(&jail->told, g_variant_unref);
        g_free(jail);
}

static gint compare_names(gconstpointer a, gconstpointer b, gpointer userdata) {
        return g_strcmp0(a, b);
}

static GTree *jails_new_tree(void) {
        return g_tree_new_full(compare_names, NULL, g_free, model_jail_free);
}

static GVariant *empty_value(const char *type) {
        switch (*type) {
        case 's':
                return g_variant_new_string("");
        case 'b':
                return g_variant_new_boolean(FALSE);
        case 'x':
                return g_variant_new_int64(0);
        case 'u':
                return g_variant_new_uint32(0);
        default:
                return g_variant_new_array(G_VARIANT_TYPE_STRING, NULL, 0);
        }
}

/* A property is always there: clients and the bus need not know what this fail2ban can tell. */
static void add_settings(GVariantBuilder *all, const Property *table, gsize n, GVariant *settings) {
        for (gsize i = 0; i < n; i++) {
                const GVariantType *type = G_VARIANT_TYPE(table[i].type);
                g_autoptr(GVariant) value = settings ? g_variant_lookup_value(settings, table[i].key, type) : NULL;

                g_variant_builder_add(all, "{sv}", table[i].name, value ? value : empty_value(table[i].type));
        }
}

static GVariant *jail_properties(const char *name, const ModelJail *jail) {
        GVariantBuilder all;

        g_variant_builder_init(&all, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&all, "{sv}", "Name", g_variant_new_string(name));
        g_variant_builder_add(&all, "{sv}", "Idle", g_variant_new_boolean(jail->idle));
        g_variant_builder_add(&all, "{sv}", "CurrentlyBanned", g_variant_new_uint32(jail->counters.currently_banned));
        g_variant_builder_add(&all, "{sv}", "TotalBanned", g_variant_new_uint32(jail->counters.total_banned));
        g_variant_builder_add(&all, "{sv}", "CurrentlyFailed", g_variant_new_uint32(jail->counters.currently_failed));
        g_variant_builder_add(&all, "{sv}", "TotalFailed", g_variant_new_uint32(jail->counters.total_failed));
        add_settings(&all, jail_settings, G_N_ELEMENTS(jail_settings), jail->settings);

        return g_variant_ref_sink(g_variant_builder_end(&all));
}

typedef struct Sums {
        guint64 currently_banned, total_banned, currently_failed, total_failed;
        GStrvBuilder *names;
} Sums;

static gboolean add_jail(gpointer key, gpointer value, gpointer userdata) {
        const ModelJail *jail = value;
        Sums *sums = userdata;

        sums->currently_banned += jail->counters.currently_banned;
        sums->total_banned += jail->counters.total_banned;
        sums->currently_failed += jail->counters.currently_failed;
        sums->total_failed += jail->counters.total_failed;
        g_strv_builder_add(sums->names, key);
        return FALSE;
}

static GVariant *server_properties(Model *self) {
        static const char *const states[] = { "unknown", "online", "offline" };
        g_autoptr(GStrvBuilder) names = g_strv_builder_new();
        GVariantBuilder all;
        g_auto(GStrv) jails = NULL;
        Sums sums = { .names = names };

        g_tree_foreach(self->jails, add_jail, &sums);
        jails = g_strv_builder_end(names);

        g_variant_builder_init(&all, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&all, "{sv}", "Online", g_variant_new_boolean(self->state == MODEL_ONLINE));
        g_variant_builder_add(&all, "{sv}", "State", g_variant_new_string(states[self->state]));
        g_variant_builder_add(&all, "{sv}", "StateReason", g_variant_new_string(self->reason));
        g_variant_builder_add(&all, "{sv}", "StateSince", g_variant_new_int64(self->since));
        g_variant_builder_add(&all, "{sv}", "Version", g_variant_new_string(self->version));
        g_variant_builder_add(&all, "{sv}", "Jails", g_variant_new_strv((const char *const *) jails, -1));
        g_variant_builder_add(&all, "{sv}", "CurrentlyBanned", g_variant_new_uint64(sums.currently_banned));
        g_variant_builder_add(&all, "{sv}", "TotalBanned", g_variant_new_uint64(sums.total_banned));
        g_variant_builder_add(&all, "{sv}", "CurrentlyFailed", g_variant_new_uint64(sums.currently_failed));
        g_variant_builder_add(&all, "{sv}", "TotalFailed", g_variant_new_uint64(sums.total_failed));
        add_settings(&all, server_settings, G_N_ELEMENTS(server_settings), self->settings);

        return g_variant_ref_sink(g_variant_builder_end(&all));
}

/* Takes `properties`. */
static gboolean replace_told(GVariant **told, GVariant *properties) {
        if (*told && g_variant_equal(*told, properties)) {
                g_variant_unref(properties);
                return FALSE;
        }

        g_clear_pointer(told, g_variant_unref);
        *told = properties;
        return TRUE;
}

static void tell_server(Model *self) {
        if (self->held > 0)
                return;
        if (replace_told(&self->told, server_properties(self)))
                event_emit(&self->sink, EVENT_SERVER, NULL, NULL, self->told);
}

static void tell_jail(Model *self, const char *name, ModelJail *jail) {
        if (replace_told(&jail->told, jail_properties(name, jail)))
                event_emit(&self->sink, EVENT_JAIL, name, NULL, jail->told);
}

Model *model_new(const EventSink *sink) {
        Model *self = g_new0(Model, 1);

        self->sink = *sink;
        g_mutex_init(&self->lock);
        self->reason = g_strdup("");
        self->version = g_strdup("");
        self->jails = jails_new_tree();
        return self;
}

void model_free(Model *self) {
        if (!self)
                return;

        g_clear_pointer(&self->told, g_variant_unref);
        g_clear_pointer(&self->jails, g_tree_unref);
        g_clear_pointer(&self->settings, g_variant_unref);
        g_free(self->version);
        g_free(self->reason);
        g_mutex_clear(&self->lock);
        g_free(self);
}

void model_hold(Model *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        self->held++;
}

void model_release(Model *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        g_assert(self->held > 0);
        self->held--;
        tell_server(self);
}

static void set_state(Model *self, ModelState state, const char *reason, gint64 now) {
        if (self->state != state)
                self->since = now;
        self->seen_at = now;
        self->state = state;
        g_free(self->reason);
        self->reason = g_strdup(reason);
}

gint64 model_seen_at(Model *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        return self->seen_at;
}

void model_set_online(Model *self, const char *version, GVariant *settings, gint64 now) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        g_autofree char *old_version = self->version;
        g_autoptr(GVariant) old_settings = self->settings;

        self->version = g_strdup(version);
        self->settings = g_variant_ref_sink(settings);
        set_state(self, MODEL_ONLINE, "", now);
        tell_server(self);
}

static gboolean tell_removed(gpointer key, gpointer value, gpointer userdata) {
        Model *self = userdata;

        event_emit(&self->sink, EVENT_JAIL_REMOVED, key, NULL, NULL);
        return FALSE;
}

void model_set_offline(Model *self, const char *why, gint64 now) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        g_autoptr(GTree) gone = g_steal_pointer(&self->jails);

        self->jails = jails_new_tree();
        g_tree_foreach(gone, tell_removed, self);
        set_state(self, MODEL_OFFLINE, why, now);
        tell_server(self);
}

gboolean model_is_online(Model *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        return self->state == MODEL_ONLINE;
}

void model_put_jail(Model *self, const char *name, const Fail2banCounters *counters, GVariant *settings) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        g_autoptr(GVariant) taken = settings ? g_variant_ref_sink(settings) : NULL;
        ModelJail *jail = g_tree_lookup(self->jails, name);

        if (!jail) {
                jail = g_new0(ModelJail, 1);
                g_tree_insert(self->jails, g_strdup(name), jail);
        }
        if (counters)
                jail->counters = *counters;
        if (taken) {
                g_clear_pointer(&jail->settings, g_variant_unref);
                jail->settings = g_steal_pointer(&taken);
        }

        tell_jail(self, name, jail);
        tell_server(self);
}

void model_set_idle(Model *self, const char *name, gboolean idle) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        ModelJail *jail = g_tree_lookup(self->jails, name);

        if (!jail)
                return;
        jail->idle = idle;
        tell_jail(self, name, jail);
}

void model_remove_jail(Model *self, const char *name) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        if (!g_tree_lookup(self->jails, name))
                return;
        event_emit(&self->sink, EVENT_JAIL_REMOVED, name, NULL, NULL);
        g_tree_remove(self->jails, name);
        tell_server(self);
}

static gboolean add_name(gpointer key, gpointer value, gpointer userdata) {
        g_strv_builder_add(userdata, key);
        return FALSE;
}

static GStrv jail_names(Model *self) {
        g_autoptr(GStrvBuilder) names = g_strv_builder_new();

        g_tree_foreach(self->jails, add_name, names);
        return g_strv_builder_end(names);
}

GStrv model_jails(Model *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        return jail_names(self);
}

gboolean model_check_jail(Model *self, const char *name, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        g_autofree char *quoted = NULL;
        g_auto(GStrv) names = NULL;
        const char *near;

        if (self->state != MODEL_ONLINE) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE, "fail2ban is not there%s%s",
                            *self->reason ? ": " : "", self->reason);
                return FALSE;
        }
        if (g_tree_lookup(self->jails, name))
                return TRUE;

        quoted = text_quote(name);
        names = jail_names(self);
        near = text_nearest(name, (const char *const *) names);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND, "no jail %s runs%s%s%s", quoted,
                    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        return FALSE;
}

GVariant *model_jail(Model *self, const char *name) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        ModelJail *jail = g_tree_lookup(self->jails, name);

        return jail ? g_variant_ref(jail->told) : NULL;
}

GVariant *model_server(Model *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        return server_properties(self);
}

char *model_database_file(Model *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        g_autofree char *file = NULL;

        if (!self->settings || !g_variant_lookup(self->settings, "database_file", "s", &file) || !*file)
                return NULL;
        return g_steal_pointer(&file);
}
