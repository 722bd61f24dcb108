/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Looking up, and the files. */

#include "services/places/places.h"

#include <string.h>

#include "core/error.h"
#include "geo/public.h"
#include "services/places/places-private.h"

#define DEFAULT_FILE "country.mmdb"

gint64 places_now(void) {
        return g_get_real_time() / G_USEC_PER_SEC;
}

/* The file that comes with BanGUI may be missing: nobody asked for it. */
static char *country_file(const Settings *settings) {
        g_autofree char *named = settings_dup_text(settings, SETTING_GEO_COUNTRY_FILE), *path = NULL;

        if (named[0] != '\0')
                return g_steal_pointer(&named);
        path = g_build_filename(settings_text(settings, SETTING_GEO_FOLDER), DEFAULT_FILE, NULL);
        return g_file_test(path, G_FILE_TEST_EXISTS) ? g_steal_pointer(&path) : g_strdup("");
}

static void name_files(Places *self) {
        g_autofree char *country = country_file(self->parts.settings);
        g_autofree char *network = settings_dup_text(self->parts.settings, SETTING_GEO_NETWORK_FILE);

        geo_set_file(self->parts.geo, GEO_FILE_COUNTRY, country);
        geo_set_file(self->parts.geo, GEO_FILE_NETWORK, network);
}

Places *places_new(const PlacesParts *parts) {
        Places *self = g_new0(Places, 1);

        self->parts = *parts;
        self->stopping = g_cancellable_new();
        g_mutex_init(&self->lock);
        name_files(self);
        return self;
}

void places_free(Places *self) {
        if (!self)
                return;
        g_clear_pointer(&self->told, g_variant_unref);
        g_object_unref(self->stopping);
        g_mutex_clear(&self->lock);
        g_free(self);
}

void places_stop(Places *self) {
        g_cancellable_cancel(self->stopping);
}

void places_add_place(GVariantBuilder *builder, const Address *address, const GeoPlace *place,
                      const char *organisation) {
        char text[ADDRESS_TEXT_MAX], code[3];

        g_variant_builder_add(builder, "{sv}", "address", g_variant_new_string(address_format(address, text)));
        g_variant_builder_add(builder, "{sv}", "country", g_variant_new_string(geo_country_text(place->country, code)));
        g_variant_builder_add(builder, "{sv}", "country_name", g_variant_new_string(geo_country_name(place->country)));
        g_variant_builder_add(builder, "{sv}", "network", g_variant_new_uint32(place->network));
        g_variant_builder_add(builder, "{sv}", "organisation", g_variant_new_string(organisation));
}

static GVariant *row(Places *self, const Address *address) {
        GeoDetails details;
        gboolean known = geo_describe(self->parts.geo, address, &details);
        const char *source = details.outside ? "outside" : known ? "file" : "";
        GVariantBuilder builder;

        g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
        places_add_place(&builder, address, &details.place, details.organisation);
        g_variant_builder_add(&builder, "{sv}", "source", g_variant_new_string(source));
        g_variant_builder_add(&builder, "{sv}", "public", g_variant_new_boolean(geo_is_public(address)));
        geo_details_clear(&details);
        return g_variant_builder_end(&builder);
}

GVariant *places_lookup(Places *self, const char *address, GError **error) {
        Address parsed;

        return address_parse(address, &parsed, error) ? row(self, &parsed) : NULL;
}

GArray *places_parse(const char *const *texts, GError **error) {
        guint n = g_strv_length((GStrv) texts);
        g_autoptr(GArray) addresses = g_array_sized_new(FALSE, FALSE, sizeof(Address), n);

        if (n > PLACES_MANY_MAX) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_TOO_LARGE,
                            "at most %d addresses can be looked up by one call, and these are %u", PLACES_MANY_MAX, n);
                return NULL;
        }
        for (guint i = 0; i < n; i++) {
                Address address;

                if (!address_parse(texts[i], &address, error))
                        return NULL;
                g_array_append_val(addresses, address);
        }
        return g_steal_pointer(&addresses);
}

GVariant *places_lookup_many(Places *self, const char *const *addresses, GError **error) {
        g_autoptr(GArray) parsed = places_parse(addresses, error);
        GVariantBuilder rows;

        if (!parsed)
                return NULL;
        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; i < parsed->len; i++)
                g_variant_builder_add_value(&rows, row(self, &g_array_index(parsed, Address, i)));
        return g_variant_builder_end(&rows);
}

static void add_file(GVariantBuilder *builder, const char *what, const GeoFileState *file) {
        const struct {
                const char *name;
                GVariant *value;
        } properties[] = {
                { "File", g_variant_new_string(file->path) },
                { "Type", g_variant_new_string(file->type) },
                { "BuiltAt", g_variant_new_int64(file->built_at) },
                { "Problem", g_variant_new_string(file->problem) },
        };

        for (guint i = 0; i < G_N_ELEMENTS(properties); i++) {
                g_autofree char *name = g_strconcat(what, properties[i].name, NULL);

                g_variant_builder_add(builder, "{sv}", name, properties[i].value);
        }
}

GVariant *places_state(Places *self) {
        static const char *const names[] = { "Country", "Network" };
        GVariantBuilder builder;

        g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
        for (guint i = 0; i < _GEO_FILE_MAX; i++) {
                GeoFileState file;

                geo_file_state(self->parts.geo, (GeoFile) i, &file);
                add_file(&builder, names[i], &file);
                geo_file_state_clear(&file);
        }
        g_variant_builder_add(&builder, "{sv}", "Outside",
                              g_variant_new_boolean(settings_bool(self->parts.settings, SETTING_GEO_OUTSIDE)));
        return g_variant_ref_sink(g_variant_builder_end(&builder));
}

static void tell_state(Places *self) {
        g_autoptr(GVariant) state = places_state(self);

        if (self->told && g_variant_equal(state, self->told))
                return;
        g_clear_pointer(&self->told, g_variant_unref);
        self->told = g_variant_ref(state);
        if (self->parts.sink)
                event_emit(self->parts.sink, EVENT_GEO, NULL, NULL, state);
}

/* A file that is named and cannot be used. */
static gboolean find_problem(Places *self, GeoFile which, const char *key, gint64 now) {
        GeoFileState file;
        gboolean problem, old;

        geo_file_state(self->parts.geo, which, &file);
        problem = file.problem[0] != '\0';
        old = file.type[0] != '\0';
        if (problem)
                findings_set(self->parts.findings, "geo-file", key, "notice", file.problem,
                             old ? "The file that was read before is in use on. Put a whole one in its place."
                                 : "Put a whole file in its place, or let the setting name another one.",
                             now);
        else
                findings_clear(self->parts.findings, "geo-file", key);
        geo_file_state_clear(&file);
        return problem;
}

static void tell_part(Places *self, gboolean problem, gint64 now) {
        GeoFileState file;
        g_autoptr(GDateTime) built = NULL;
        g_autofree char *day = NULL, *detail = NULL;

        geo_file_state(self->parts.geo, GEO_FILE_COUNTRY, &file);
        built = g_date_time_new_from_unix_utc(file.built_at);
        day = built ? g_date_time_format(built, "%Y-%m-%d") : g_strdup("an unknown day");
        if (file.type[0] != '\0')
                detail = g_strdup_printf("countries are known by %s of %s%s", file.type, day,
                                         problem ? "; a file that is named cannot be used" : "");
        else
                detail = g_strdup("no file knows countries: the setting geo-country-file names one");
        findings_set_part(self->parts.findings, "geo",
                          problem                ? "degraded"
                          : file.type[0] != '\0' ? "ok"
                                                 : "off",
                          detail, now);
        geo_file_state_clear(&file);
}

static void warn_outside(Places *self, gint64 now) {
        g_autofree char *url = NULL, *message = NULL;
        g_autoptr(GUri) uri = NULL;

        if (!settings_bool(self->parts.settings, SETTING_GEO_OUTSIDE)) {
                findings_clear(self->parts.findings, "geo-outside", "");
                return;
        }
        url = settings_dup_text(self->parts.settings, SETTING_GEO_OUTSIDE_URL);
        uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
        message = g_strdup_printf("addresses that are banned here are told to %s%s", uri ? g_uri_get_host(uri) : "?",
                                  g_str_has_prefix(url, "https:") ? "" : ", without encryption");
        findings_set(self->parts.findings, "geo-outside", "", "warning", message,
                     "The setting geo-outside=false ends it. A country file needs nobody outside.", now);
}

gboolean places_files(Places *self, Operation *operation, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        gint64 now = places_now();
        gboolean problem = FALSE, changed;
        guint64 stored = 0;

        name_files(self);
        changed = geo_refresh(self->parts.geo);
        if (changed && self->parts.table)
                ban_table_place(self->parts.table);
        geo_relax(self->parts.geo);
        tell_state(self); /* first, so that who sees the part well sees the files as well */
        problem |= find_problem(self, GEO_FILE_COUNTRY, "geo-country-file", now);
        problem |= find_problem(self, GEO_FILE_NETWORK, "geo-network-file", now);
        tell_part(self, problem, now);
        warn_outside(self, now);

        if (!place_store_generation(self->parts.store, &stored, error))
                return FALSE;
        if (self->parts.jobs && stored != geo_generation(self->parts.geo))
                job_table_poke(self->parts.jobs, PLACES_JOB_RESOLVE);
        operation_report(operation, 1, changed ? "files were read" : "no file changed");
        return TRUE;
}
