/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/jails/jails.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "fail2ban/check.h"
#include "services/changes.h"
#include "services/jails/jails-private.h"

Jails *jails_new(Fail2banClient *client, const Fail2banPrograms *programs, Model *model, Probe *probe,
                 const char *const *log_folders) {
        Jails *self = g_new0(Jails, 1);

        self->client = client;
        self->programs = (Fail2banPrograms) {
                .client = g_strdup(programs->client),
                .configuration = g_strdup(programs->configuration),
                .socket = g_strdup(programs->socket),
                .timeout_s = programs->timeout_s,
        };
        self->model = model;
        self->probe = probe;
        self->log_folders = g_strdupv((char **) log_folders);
        g_mutex_init(&self->lock);
        g_cond_init(&self->idle);
        return self;
}

void jails_free(Jails *self) {
        g_cond_clear(&self->idle);
        g_mutex_clear(&self->lock);
        g_strfreev(self->log_folders);
        g_free((char *) self->programs.client);
        g_free((char *) self->programs.configuration);
        g_free((char *) self->programs.socket);
        g_free(self);
}

gboolean jails_check(Jails *self, const char *jail, GError **error) {
        return fail2ban_check_jail_name(jail, error) && model_check_jail(self->model, jail, error);
}

/* ---- Changing options ---- */

/* Key of an option, and the property that shows it. */
static const struct {
        const char *key, *property;
} options[] = {
        { "bantime", "BanTime" },
        { "findtime", "FindTime" },
        { "maxretry", "MaxRetry" },
        { "maxmatches", "MaxMatches" },
        { "maxlines", "MaxLines" },
        { "usedns", "UseDns" },
        { "ignoreself", "IgnoreSelf" },
        { "prefregex", "Prefregex" },
        { "datepattern", "DatePattern" },
        { "log_encoding", "LogEncoding" },
        { "log_timezone", "LogTimezone" },
        { "bantime_increment", "BanTimeIncrement" },
        { "bantime_maxtime", "BanTimeMaximum" },
        { "bantime_rndtime", "BanTimeRandom" },
        { "bantime_multipliers", "BanTimeMultipliers" },
        { "bantime_overalljails", "BanTimeOverallJails" },
};

typedef struct JailRef {
        Jails *jails;
        const char *name;
} JailRef;

static gboolean check_option(const char *key, GVariant *value, gpointer userdata, GError **error) {
        return fail2ban_jail_option_check(key, value, error);
}

static gboolean set_option(const char *key, GVariant *value, gpointer userdata, GError **error) {
        JailRef *ref = userdata;

        return fail2ban_jail_option_set(ref->jails->client, ref->name, key, value, error);
}

/* Properties count with u, options with x. */
static GVariant *read_options(gpointer userdata, GError **error) {
        JailRef *ref = userdata;
        g_autoptr(GVariant) settings = fail2ban_jail_settings(ref->jails->client, ref->name, error);
        GVariantDict dict;

        if (!settings)
                return NULL;
        g_variant_dict_init(&dict, NULL);
        for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
                g_autoptr(GVariant) value = g_variant_lookup_value(settings, options[i].property, NULL);

                if (value && g_variant_is_of_type(value, G_VARIANT_TYPE_UINT32))
                        g_variant_dict_insert(&dict, options[i].key, "x", (gint64) g_variant_get_uint32(value));
                else if (value)
                        g_variant_dict_insert_value(&dict, options[i].key, value);
        }
        return g_variant_ref_sink(g_variant_dict_end(&dict));
}

GVariant *jails_change(Jails *self, const char *jail, GVariant *changes, gint64 now, GError **error) {
        JailRef ref = { self, jail };
        ChangeTarget target = {
                .what = "option of a jail",
                .keys = fail2ban_jail_option_names(),
                .check = check_option,
                .set = set_option,
                .read = read_options,
                .userdata = &ref,
        };
        GVariant *values;

        if (!jails_check(self, jail, error))
                return NULL;
        values = changes_apply(&target, changes, error);
        /* The change counts, not the look at it: what fails here shows in the model. */
        (void) probe_jail(self->probe, jail, now, NULL);
        return values;
}

/* ---- Lists ---- */

static const struct {
        const char *property, *what;
} lists[] = {
        [FAIL2BAN_LIST_LOG_PATH] = { "LogPaths", "log path" },
        [FAIL2BAN_LIST_IGNORE_IP] = { "IgnoreAddresses", "ignored address" },
        [FAIL2BAN_LIST_FAILREGEX] = { "Failregex", "failregex" },
        [FAIL2BAN_LIST_IGNOREREGEX] = { "Ignoreregex", "ignoreregex" },
        [FAIL2BAN_LIST_JOURNAL_MATCH] = { "JournalMatches", "journal match" },
};

static GStrv read_list(Jails *self, const char *jail, Fail2banList list, char **ret_backend, GError **error) {
        g_autoptr(GVariant) settings = fail2ban_jail_settings(self->client, jail, error);
        GStrv entries = NULL;

        if (!settings)
                return NULL;
        if (ret_backend && !g_variant_lookup(settings, "Backend", "s", ret_backend))
                *ret_backend = g_strdup("");
        if (!g_variant_lookup(settings, lists[list].property, "^as", &entries))
                entries = g_new0(char *, 1);
        return entries;
}

/* fail2ban would take it and do nothing. */
static gboolean check_backend(const char *jail, Fail2banList list, const char *backend, GError **error) {
        gboolean journal = g_str_equal(backend, "journal");
        g_autofree char *quoted = NULL;

        if ((list != FAIL2BAN_LIST_LOG_PATH || !journal) && (list != FAIL2BAN_LIST_JOURNAL_MATCH || journal))
                return TRUE;
        quoted = text_quote(jail);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "jail %s reads %s, so it can have no %s",
                    quoted, journal ? "the journal" : "files", lists[list].what);
        return FALSE;
}

static char *collapse_blanks(const char *text) {
        g_auto(GStrv) words = g_strsplit(text, " ", -1);
        g_autoptr(GStrvBuilder) kept = g_strv_builder_new();
        g_auto(GStrv) all = NULL;

        for (char **word = words; *word; word++)
                if (**word)
                        g_strv_builder_add(kept, *word);
        all = g_strv_builder_end(kept);
        return g_strjoinv(" ", all);
}

/* As the list would show it. A regular expression is shown with its tags expanded: only adding it tells. */
static char *canonical_entry(Jails *self, Fail2banList list, const char *entry, GError **error) {
        switch (list) {
        case FAIL2BAN_LIST_LOG_PATH:
                return check_log_file(entry, (const char *const *) self->log_folders, error);
        case FAIL2BAN_LIST_IGNORE_IP:
                return check_ignore_entry(entry, error);
        case FAIL2BAN_LIST_JOURNAL_MATCH:
                return check_journal_match(entry, error) ? collapse_blanks(entry) : NULL;
        case FAIL2BAN_LIST_FAILREGEX:
        case FAIL2BAN_LIST_IGNOREREGEX:
                return g_strdup(entry);
        }
        g_return_val_if_reached(NULL);
}

static gboolean fail_exists(const char *jail, Fail2banList list, const char *entry, GError **error) {
        g_autofree char *quoted = text_quote(entry);
        g_autofree char *quoted_jail = text_quote(jail);

        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_ALREADY_EXISTS, "jail %s has the %s %s already", quoted_jail,
                    lists[list].what, quoted);
        return FALSE;
}

/* A regular expression that shows like an earlier one is taken out again. */
static gboolean check_added(Jails *self, const char *jail, Fail2banList list, const char *entry, guint before,
                            GError **error) {
        g_auto(GStrv) entries = read_list(self, jail, list, NULL, error);
        guint n = entries ? g_strv_length(entries) : 0;
        g_autofree char *index = NULL;

        if (!entries)
                return FALSE;
        if (n <= before) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "fail2ban did not add the %s",
                            lists[list].what);
                return FALSE;
        }
        if (list != FAIL2BAN_LIST_FAILREGEX && list != FAIL2BAN_LIST_IGNOREREGEX)
                return TRUE;

        for (guint i = 0; i < n - 1; i++) {
                if (!g_str_equal(entries[i], entries[n - 1]))
                        continue;
                index = g_strdup_printf("%u", n - 1);
                return fail2ban_list_remove(self->client, jail, list, index, error) &&
                       fail_exists(jail, list, entry, error);
        }
        return TRUE;
}

static gboolean add_entry(Jails *self, const char *jail, Fail2banList list, const char *entry, gboolean from_tail,
                          GError **error) {
        g_autofree char *canonical = canonical_entry(self, list, entry, error);
        g_autofree char *backend = NULL;
        g_auto(GStrv) before = NULL;

        if (!canonical)
                return FALSE;
        before = read_list(self, jail, list, &backend, error);
        if (!before || !check_backend(jail, list, backend, error))
                return FALSE;
        if (g_strv_contains((const char *const *) before, canonical) ||
            g_strv_contains((const char *const *) before, entry))
                return fail_exists(jail, list, entry, error);

        return fail2ban_list_add(self->client, jail, list, entry, from_tail, (const char *const *) self->log_folders,
                                 error) &&
               check_added(self, jail, list, entry, g_strv_length(before), error);
}

gboolean jails_add(Jails *self, const char *jail, Fail2banList list, const char *entry, gboolean from_tail, gint64 now,
                   GError **error) {
        gboolean added;

        if (!jails_check(self, jail, error))
                return FALSE;
        added = add_entry(self, jail, list, entry, from_tail, error);
        (void) probe_jail(self->probe, jail, now, NULL);
        return added;
}

gboolean jails_remove(Jails *self, const char *jail, Fail2banList list, const char *entry, gint64 now, GError **error) {
        gboolean removed;

        if (!jails_check(self, jail, error))
                return FALSE;
        removed = fail2ban_list_remove(self->client, jail, list, entry, error);
        (void) probe_jail(self->probe, jail, now, NULL);
        return removed;
}

GVariant *jails_action(Jails *self, const char *jail, const char *action, GError **error) {
        if (!model_check_jail(self->model, jail, error))
                return NULL;
        return fail2ban_action_properties(self->client, jail, action, error);
}

gboolean jails_set_idle(Jails *self, const char *jail, gboolean idle, gint64 now, GError **error) {
        if (!jails_check(self, jail, error) || !fail2ban_jail_idle(self->client, jail, idle, error))
                return FALSE;
        model_set_idle(self->model, jail, idle);
        return TRUE;
}
