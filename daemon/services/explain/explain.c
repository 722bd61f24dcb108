/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Collecting what is known of an address
 *
 * What is in force and what fail2ban's database has of it is what a look-up gives; the rest is added to that.
 */

#include "services/explain/explain.h"

#include "core/error.h"
#include "services/explain/explain-private.h"

#define SAME_SECONDS 2 /* as a look-up takes two bans for the same */

Explain *explain_new(const ExplainParts *parts) {
        Explain *self = g_new0(Explain, 1);

        self->parts = *parts;
        return self;
}

void explain_free(Explain *self) {
        g_free(self);
}

static void jail_free(gpointer data) {
        ExplainJail *self = data;

        g_free(self->name);
        g_strfreev(self->lines);
        g_free(self->rules);
        g_clear_pointer(&self->captured, g_variant_unref);
        g_free(self->reason);
        g_free(self->origin);
        g_clear_pointer(&self->settings, g_variant_unref);
        g_strfreev(self->failregex);
        g_free(self->problem);
        g_free(self);
}

static void explanation_clear(Explanation *self) {
        g_clear_pointer(&self->jails, g_ptr_array_unref);
        g_clear_pointer(&self->covered_by, g_variant_unref);
        g_clear_pointer(&self->allowed, g_variant_unref);
        g_clear_pointer(&self->earlier, g_variant_unref);
        g_clear_pointer(&self->problems, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Explanation, explanation_clear)

void explain_add_problem(Explanation *self, const char *what, const char *why) {
        g_ptr_array_add(self->problems, g_strdup_printf("%s: %s", what, why));
}

/* Jails */

static ExplainJail *find_jail(const Explanation *self, const char *name) {
        for (guint i = 0; i < self->jails->len; i++) {
                ExplainJail *jail = self->jails->pdata[i];

                if (g_str_equal(jail->name, name))
                        return jail;
        }
        return NULL;
}

static void take_evidence(ExplainJail *jail, GVariant *row) {
        if (!g_variant_lookup(row, "matches", "^as", &jail->lines))
                jail->lines = g_new0(char *, 1);
        jail->rules = g_new(int, g_strv_length(jail->lines) + 1);
        jail->captured = g_variant_lookup_value(row, "captured", G_VARIANT_TYPE("a{ss}"));
        for (guint i = 0; jail->lines[i]; i++)
                jail->rules[i] = -1;
}

static ExplainJail *add_jail(Explanation *self, GVariant *row, gboolean banned) {
        ExplainJail *jail = g_new0(ExplainJail, 1);

        jail->banned = banned;
        jail->banned_by = -1;
        jail->bantime = -2;
        jail->ends_at = -1;
        (void) g_variant_lookup(row, "jail", "s", &jail->name);
        (void) g_variant_lookup(row, "banned_at", "x", &jail->banned_at);
        (void) g_variant_lookup(row, "failures", "u", &jail->failures);
        (void) g_variant_lookup(row, "count", "u", &jail->count);
        (void) g_variant_lookup(row, "banned_by", "x", &jail->banned_by);
        (void) g_variant_lookup(row, "reason", "s", &jail->reason);
        (void) g_variant_lookup(row, "origin", "s", &jail->origin);
        if (g_variant_lookup(row, "ends_at", "x", &jail->ends_at))
                jail->bantime = jail->ends_at < 0 ? -1 : jail->ends_at - jail->banned_at;
        else if (g_variant_lookup(row, "bantime", "x", &jail->bantime) && jail->bantime >= 0)
                jail->ends_at = jail->banned_at + jail->bantime;
        take_evidence(jail, row);
        g_ptr_array_add(self->jails, jail);
        return jail;
}

/* Those in force, and the newest of each other jail; earlier ones come newest first. */
static void add_jails(Explanation *self, GVariant *bans) {
        for (gsize i = 0; i < g_variant_n_children(bans); i++) {
                g_autoptr(GVariant) row = g_variant_get_child_value(bans, i);

                add_jail(self, row, TRUE);
        }
        for (gsize i = 0; i < g_variant_n_children(self->earlier); i++) {
                g_autoptr(GVariant) row = g_variant_get_child_value(self->earlier, i);
                const char *name = "";

                (void) g_variant_lookup(row, "jail", "&s", &name);
                if (!find_jail(self, name))
                        add_jail(self, row, FALSE);
        }
}

static void read_settings(const Explanation *self, ExplainJail *jail) {
        g_autofree char *list_jail = settings_dup_text(self->explain->parts.settings, SETTING_BLOCKLIST_JAIL);

        jail->from_list = g_str_equal(jail->name, list_jail);
        jail->settings = model_jail(self->explain->parts.model, jail->name);
        jail->running = jail->settings != NULL;
        if (!jail->settings || !g_variant_lookup(jail->settings, "Failregex", "^as", &jail->failregex))
                jail->failregex = g_new0(char *, 1);
        if (!jail->settings)
                return;
        (void) g_variant_lookup(jail->settings, "FindTime", "x", &jail->findtime);
        (void) g_variant_lookup(jail->settings, "MaxRetry", "u", &jail->maxretry);
}

/* The archive */

static void take_summary(const ArchiveSummary *summary, gpointer userdata) {
        Explanation *self = userdata;
        const char *name = archive_store_jail_name(self->explain->parts.archive, summary->jail);
        ExplainJail *jail = find_jail(self, name);

        self->before += summary->bans;
        if (summary->last_at > self->last_at) {
                self->last_at = summary->last_at;
                self->last_jail = name;
        }
        if (!jail)
                return;
        jail->archived = summary->bans;
        jail->archived_last_at = summary->last_at;
}

/* A ban in force is in the archive as well, when it was read by now. */
static void count_by_archive(Explanation *self) {
        for (guint i = 0; i < self->jails->len; i++) {
                const ExplainJail *jail = self->jails->pdata[i];

                if (jail->banned && jail->archived > 0 && jail->archived_last_at >= jail->banned_at - SAME_SECONDS)
                        self->before--;
        }
}

static void count_by_database(Explanation *self) {
        self->before = g_variant_n_children(self->earlier);
        for (guint i = 0; i < self->jails->len; i++) {
                const ExplainJail *jail = self->jails->pdata[i];

                if (jail->banned_at <= self->last_at)
                        continue;
                self->last_at = jail->banned_at;
                self->last_jail = jail->name;
        }
}

/* What the database has and the archive has not yet read counts as well. */
static void count_earlier(Explanation *self) {
        ArchiveStore *archive = self->explain->parts.archive;
        g_autoptr(GError) error = NULL;

        if (archive &&
            !archive_store_summarize(archive, self->is_address ? &self->address : NULL,
                                     self->is_address ? NULL : self->who, 0, G_MAXINT64, take_summary, self, &error))
                explain_add_problem(self, "the archive", error->message);
        count_by_archive(self);
        if (self->before < g_variant_n_children(self->earlier))
                count_by_database(self);
}

/* The answer */

static void add(GVariantBuilder *row, const char *key, GVariant *value) {
        g_variant_builder_add(row, "{sv}", key, value);
}

static GVariant *lines_rows(const ExplainJail *jail) {
        GVariantBuilder rows;

        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; jail->lines[i]; i++) {
                int rule = jail->rules[i];

                g_variant_builder_open(&rows, G_VARIANT_TYPE_VARDICT);
                add(&rows, "line", g_variant_new_string(jail->lines[i]));
                add(&rows, "rule", g_variant_new_int64(rule));
                add(&rows, "failregex", g_variant_new_string(rule >= 0 ? jail->failregex[rule] : ""));
                g_variant_builder_close(&rows);
        }
        return g_variant_builder_end(&rows);
}

static void add_setting(GVariantBuilder *row, const ExplainJail *jail, const char *key, const char *property) {
        g_autoptr(GVariant) value = g_variant_lookup_value(jail->settings, property, NULL);

        if (value)
                add(row, key, value);
}

static void add_settings(GVariantBuilder *row, const ExplainJail *jail) {
        if (!jail->settings)
                return;
        add_setting(row, jail, "maxretry", "MaxRetry");
        add_setting(row, jail, "findtime", "FindTime");
        add_setting(row, jail, "base_bantime", "BanTime");
        add_setting(row, jail, "increment", "BanTimeIncrement");
        add_setting(row, jail, "multipliers", "BanTimeMultipliers");
        add_setting(row, jail, "maximum_bantime", "BanTimeMaximum");
}

static GVariant *jail_row(const Explanation *self, const ExplainJail *jail) {
        const char *origin = jail->banned_by >= 0 ? "manual"
                             : jail->from_list    ? "blocklist"
                             : jail->origin       ? jail->origin
                                                  : "self";
        GVariantBuilder row;

        g_variant_builder_init(&row, G_VARIANT_TYPE_VARDICT);
        add(&row, "jail", g_variant_new_string(jail->name));
        add(&row, "running", g_variant_new_boolean(jail->running));
        add(&row, "banned", g_variant_new_boolean(jail->banned));
        add(&row, "origin", g_variant_new_string(origin));
        add(&row, "banned_at", g_variant_new_int64(jail->banned_at));
        add(&row, "ends_at", g_variant_new_int64(jail->ends_at));
        add(&row, "bantime", g_variant_new_int64(jail->bantime));
        if (jail->banned)
                add(&row, "remaining", g_variant_new_int64(jail->ends_at < 0 ? -1 : MAX(jail->ends_at - self->now, 0)));
        add(&row, "failures", g_variant_new_uint32(jail->failures));
        add(&row, "count", g_variant_new_uint32(jail->count));
        add(&row, "lines", lines_rows(jail));
        if (jail->captured)
                add(&row, "captured", jail->captured);
        if (jail->banned_by >= 0) {
                add(&row, "banned_by", g_variant_new_int64(jail->banned_by));
                add(&row, "reason", g_variant_new_string(jail->reason ? jail->reason : ""));
        }
        add_settings(&row, jail);
        if (jail->problem)
                add(&row, "problem", g_variant_new_string(jail->problem));
        return g_variant_builder_end(&row);
}

static GVariant *jail_rows(const Explanation *self) {
        GVariantBuilder rows;

        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; i < self->jails->len; i++)
                g_variant_builder_add_value(&rows, jail_row(self, self->jails->pdata[i]));
        return g_variant_builder_end(&rows);
}

static void add_place(const Explanation *self, GVariantBuilder *result) {
        GeoDetails details = {};
        char country[3] = "";

        if (self->explain->parts.geo && self->is_address)
                (void) geo_describe(self->explain->parts.geo, &self->address, &details);
        add(result, "country", g_variant_new_string(geo_country_text(details.place.country, country)));
        add(result, "country_name", g_variant_new_string(details.country_name ? details.country_name : ""));
        add(result, "network", g_variant_new_uint32(details.place.network));
        add(result, "organisation", g_variant_new_string(details.organisation ? details.organisation : ""));
        geo_details_clear(&details);
}

static GVariant *build(const Explanation *self) {
        g_autofree char *verdict = explain_verdict(self);
        gboolean banned = self->jails->len > 0 && ((const ExplainJail *) self->jails->pdata[0])->banned;
        GVariantBuilder result;

        g_variant_builder_init(&result, G_VARIANT_TYPE_VARDICT);
        add(&result, "address", g_variant_new_string(self->who));
        add(&result, "verdict", g_variant_new_string(verdict));
        add(&result, "banned", g_variant_new_boolean(banned));
        add(&result, "jails", jail_rows(self));
        add(&result, "covered_by", self->covered_by);
        add(&result, "inside", g_variant_new_uint32(self->inside));
        add(&result, "allowed_by", self->allowed);
        add(&result, "earlier", self->earlier);
        add(&result, "bans_before", g_variant_new_uint64(self->before));
        add_place(self, &result);
        add(&result, "problems",
            g_variant_new_strv((const char *const *) self->problems->pdata, (gssize) self->problems->len));
        return g_variant_ref_sink(g_variant_builder_end(&result));
}

static void leave_out(const Ban *ban, gpointer userdata) {
}

static guint count_inside(const Explanation *self) {
        BanQuery query = { .within = &self->address, .sort = BAN_SORT_ADDRESS, .limit = 1 };
        guint total = 0, own = 0;

        if (!self->is_address || address_is_single(&self->address))
                return 0;
        (void) ban_table_query(self->explain->parts.table, &query, leave_out, NULL, NULL, &total, NULL);
        for (guint i = 0; i < self->jails->len; i++)
                own += ((const ExplainJail *) self->jails->pdata[i])->banned;
        return total - MIN(own, total);
}

static void collect(Explanation *self, GVariant *lookup) {
        const Explain *explain = self->explain;
        g_autoptr(GVariant) bans = g_variant_lookup_value(lookup, "bans", G_VARIANT_TYPE("aa{sv}"));
        g_autoptr(GVariant) database = g_variant_lookup_value(lookup, "earlier", G_VARIANT_TYPE("aa{sv}"));
        const char *problem;

        self->covered_by = g_variant_lookup_value(lookup, "covered_by", G_VARIANT_TYPE("aa{sv}"));
        self->earlier = explain_past(self, database, bans);
        if (g_variant_lookup(lookup, "earlier_error", "&s", &problem))
                explain_add_problem(self, "fail2ban's database", problem);
        add_jails(self, bans);
        for (guint i = 0; i < self->jails->len; i++)
                read_settings(self, self->jails->pdata[i]);
        self->inside = count_inside(self);
        count_earlier(self);
        self->allowed = explain->parts.allow && self->is_address
                                ? allow_covering(explain->parts.allow, &self->address, self->now)
                                : g_variant_new_array(G_VARIANT_TYPE_VARDICT, NULL, 0);
        g_variant_ref_sink(self->allowed);
}

GVariant *explain_address(Explain *self, const char *address, gint64 now, GError **error) {
        g_auto(Explanation) explanation = { .explain = self, .who = address, .now = now };
        g_autoptr(GVariant) lookup = bans_lookup(self->parts.bans, address, now, error);
        char buffer[ADDRESS_TEXT_MAX];

        if (!lookup)
                return NULL;
        g_variant_ref_sink(lookup);
        explanation.is_address = address_try_parse(address, &explanation.address);
        if (explanation.is_address)
                explanation.who = address_format(&explanation.address, buffer);
        explanation.jails = g_ptr_array_new_with_free_func(jail_free);
        explanation.problems = g_ptr_array_new_with_free_func(g_free);
        collect(&explanation, lookup);
        explain_rules(&explanation);
        return build(&explanation);
}
