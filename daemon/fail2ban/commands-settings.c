/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a jail is set to, and what its actions are: one table row for each getter. */

#include "fail2ban/commands.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "fail2ban/shape.h"

typedef GVariant *(*SettingReader)(const Value *value, const char *what, GError **error);

typedef struct JailGetter {
        const char *property; /* of org.bangui.BanGUI1.Jail */
        const char *item;     /* `get JAIL item` */
        SettingReader read;
} JailGetter;

static GVariant *settings_from_strv(char **texts) {
        return texts ? g_variant_new_strv((const char *const *) texts, -1) : NULL;
}

static GVariant *settings_read_texts(const Value *value, const char *what, GError **error) {
        g_auto(GStrv) texts = shape_texts(value, what, error);

        return settings_from_strv(texts);
}

static GVariant *settings_read_matches(const Value *value, const char *what, GError **error) {
        g_auto(GStrv) matches = shape_phrases(value, what, error);

        return settings_from_strv(matches);
}

static int settings_compare_ignored(const void *a, const void *b) {
        const char *left = *(char *const *) a, *right = *(char *const *) b;
        Address left_address, right_address;
        gboolean left_is = address_try_parse(left, &left_address);
        gboolean right_is = address_try_parse(right, &right_address);

        if (left_is && right_is)
                return address_compare(&left_address, &right_address);
        if (left_is != right_is)
                return left_is ? -1 : 1;
        return strcmp(left, right);
}

/* Single addresses come in the order of a hash table, another at each call. */
static GVariant *settings_read_ignored(const Value *value, const char *what, GError **error) {
        g_auto(GStrv) texts = shape_texts(value, what, error);

        if (texts)
                qsort(texts, g_strv_length(texts), sizeof(char *), settings_compare_ignored);
        return settings_from_strv(texts);
}

/* Text, or empty for None and for the False of a command that was never set; numbers as text. */
static GVariant *settings_read_text(const Value *value, const char *what, GError **error) {
        g_autofree char *text = NULL;

        if (value_type(value) == VALUE_NONE || (value_type(value) == VALUE_BOOL && !value_bool(value)))
                return g_variant_new_string("");
        text = shape_display(value);
        if (!text) {
                shape_fail(value, what, "text", error);
                return NULL;
        }
        return g_variant_new_take_string(g_steal_pointer(&text));
}

/* (pattern or None, name), or None for a journal. */
static GVariant *settings_read_date_pattern(const Value *value, const char *what, GError **error) {
        if (value_type(value) == VALUE_NONE)
                return g_variant_new_string("");
        if (!shape_is_sequence(value) || value_n_children(value) != 2) {
                shape_fail(value, what, "a pair of pattern and name", error);
                return NULL;
        }
        return settings_read_text(value_child(value, 0), what, error);
}

/* None or [key, maximum, seconds], written as it would be set. */
static GVariant *settings_read_cache(const Value *value, const char *what, GError **error) {
        g_autofree char *key = NULL;
        gint64 maximum, seconds;

        if (value_type(value) == VALUE_NONE)
                return g_variant_new_string("");
        if (!shape_is_sequence(value) || value_n_children(value) != 3) {
                shape_fail(value, what, "a list of key, maximum and seconds", error);
                return NULL;
        }
        key = shape_text(value_child(value, 0), what, error);
        if (!key || !shape_seconds(value_child(value, 1), what, &maximum, error) ||
            !shape_seconds(value_child(value, 2), what, &seconds, error))
                return NULL;
        return g_variant_new_printf("key=\"%s\", max-count=%" G_GINT64_FORMAT ", max-time=%" G_GINT64_FORMAT, key,
                                    maximum, seconds);
}

/* A bool, or the text that it was set with. */
static GVariant *settings_read_bool(const Value *value, const char *what, GError **error) {
        static const char *const yes[] = { "1", "on", "true", "yes", NULL };
        g_autofree char *text = NULL;
        g_autofree char *lower = NULL;

        if (value_type(value) == VALUE_NONE)
                return g_variant_new_boolean(FALSE);
        if (value_type(value) == VALUE_BOOL)
                return g_variant_new_boolean(value_bool(value));
        text = shape_display(value);
        if (!text) {
                shape_fail(value, what, "a bool", error);
                return NULL;
        }
        lower = g_ascii_strdown(text, -1);
        return g_variant_new_boolean(g_strv_contains(yes, lower));
}

static GVariant *settings_read_seconds(const Value *value, const char *what, GError **error) {
        gint64 seconds = 0;

        if (value_type(value) != VALUE_NONE && !shape_seconds(value, what, &seconds, error))
                return NULL;
        return g_variant_new_int64(seconds);
}

static GVariant *settings_read_count(const Value *value, const char *what, GError **error) {
        guint count;

        return shape_count(value, what, &count, error) ? g_variant_new_uint32(count) : NULL;
}

static const JailGetter jail_getters[] = {
        { "LogPaths", "logpath", settings_read_texts },
        { "JournalMatches", "journalmatch", settings_read_matches },
        { "LogEncoding", "logencoding", settings_read_text },
        { "LogTimezone", "logtimezone", settings_read_text },
        { "DatePattern", "datepattern", settings_read_date_pattern },
        { "Prefregex", "prefregex", settings_read_text },
        { "Failregex", "failregex", settings_read_texts },
        { "Ignoreregex", "ignoreregex", settings_read_texts },
        { "IgnoreAddresses", "ignoreip", settings_read_ignored },
        { "IgnoreSelf", "ignoreself", settings_read_bool },
        { "IgnoreCommand", "ignorecommand", settings_read_text },
        { "IgnoreCache", "ignorecache", settings_read_cache },
        { "FindTime", "findtime", settings_read_seconds },
        { "BanTime", "bantime", settings_read_seconds },
        { "MaxRetry", "maxretry", settings_read_count },
        { "MaxMatches", "maxmatches", settings_read_count },
        { "MaxLines", "maxlines", settings_read_count },
        { "UseDns", "usedns", settings_read_text },
        { "Actions", "actions", settings_read_texts },
        { "BanTimeIncrement", "bantime.increment", settings_read_bool },
        { "BanTimeFactor", "bantime.factor", settings_read_text },
        { "BanTimeFormula", "bantime.formula", settings_read_text },
        { "BanTimeMultipliers", "bantime.multipliers", settings_read_text },
        { "BanTimeMaximum", "bantime.maxtime", settings_read_seconds },
        { "BanTimeRandom", "bantime.rndtime", settings_read_seconds },
        { "BanTimeOverallJails", "bantime.overalljails", settings_read_bool },
};

/* FALSE with an error; TRUE without an entry when this server does not know the getter. */
static gboolean settings_add(Fail2banClient *client, const char *jail, const JailGetter *getter,
                             GVariantBuilder *settings, GError **error) {
        g_autofree char *what = g_strdup_printf("`get JAIL %s`", getter->item);
        g_autoptr(GError) failure = NULL;
        g_autoptr(ValueTree) tree = NULL;
        const Value *value = NULL;
        GVariant *variant;

        tree = fail2ban_client_ask(client, FAIL2BAN_READ, &value, &failure, "get", jail, getter->item, NULL);
        if (!tree) {
                if (g_error_matches(failure, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN))
                        return TRUE;
                g_propagate_error(error, g_steal_pointer(&failure));
                return FALSE;
        }
        variant = getter->read(value, what, error);
        if (!variant)
                return FALSE;
        g_variant_builder_add(settings, "{sv}", getter->property, variant);
        return TRUE;
}

/* Only the status of a jail that reads the journal shows matches. */
static gboolean settings_add_backend(Fail2banClient *client, const char *jail, GVariantBuilder *settings,
                                     GError **error) {
        const Value *value = NULL;
        g_autoptr(ValueTree) tree =
                fail2ban_client_ask(client, FAIL2BAN_READ, &value, error, "status", jail, "short", NULL);
        const Value *filter;

        if (!tree)
                return FALSE;
        filter = shape_labelled(value, "Filter");
        if (!filter)
                return shape_fail(value, "a jail's status", "the pair Filter", error);
        g_variant_builder_add(settings, "{sv}", "Backend",
                              g_variant_new_string(shape_labelled(filter, "Journal matches") ? "journal" : "file"));
        return TRUE;
}

GVariant *fail2ban_jail_settings(Fail2banClient *client, const char *jail, GError **error) {
        g_auto(GVariantBuilder) settings = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        if (!fail2ban_check_jail_name(jail, error))
                return NULL;
        g_variant_builder_add(&settings, "{sv}", "Name", g_variant_new_string(jail));
        if (!settings_add_backend(client, jail, &settings, error))
                return NULL;
        for (guint i = 0; i < G_N_ELEMENTS(jail_getters); i++)
                if (!settings_add(client, jail, &jail_getters[i], &settings, error))
                        return NULL;
        return g_variant_ref_sink(g_variant_builder_end(&settings));
}

/* The texts that `get JAIL item` lists. */
static GStrv settings_ask_texts(Fail2banClient *client, const char *jail, const char *item, const char *argument,
                                GError **error) {
        g_autofree char *what = g_strdup_printf("`get JAIL %s`", item);
        const Value *value = NULL;
        g_autoptr(ValueTree) tree =
                fail2ban_client_ask(client, FAIL2BAN_READ, &value, error, "get", jail, item, argument, NULL);

        return tree ? shape_texts(value, what, error) : NULL;
}

/* FALSE with an error; TRUE without an entry when fail2ban does not give the property. */
static gboolean settings_add_action_property(Fail2banClient *client, const char *jail, const char *action,
                                             const char *property, GVariantBuilder *properties, GError **error) {
        g_autoptr(GError) failure = NULL;
        g_autoptr(ValueTree) tree = NULL;
        g_autofree char *text = NULL;
        const Value *value = NULL;
        BanguiError code;

        tree = fail2ban_client_ask(client, FAIL2BAN_READ, &value, &failure, "get", jail, "action", action, property,
                                   NULL);
        if (!tree) {
                /* What Python cannot pickle comes as a text, and costs nothing but this property. */
                code = bangui_error_code(failure);
                if (code == BANGUI_ERROR_REFUSED_BY_FAIL2BAN)
                        return TRUE;
                g_propagate_error(error, g_steal_pointer(&failure));
                return FALSE;
        }
        text = shape_display(value);
        if (text)
                g_variant_builder_add(properties, "{ss}", property, text);
        return TRUE;
}

GVariant *fail2ban_action_properties(Fail2banClient *client, const char *jail, const char *action, GError **error) {
        g_auto(GVariantBuilder) properties = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{ss}"));
        g_auto(GStrv) actions = NULL;
        g_auto(GStrv) names = NULL;

        if (!fail2ban_check_jail_name(jail, error))
                return NULL;
        actions = settings_ask_texts(client, jail, "actions", NULL, error);
        if (!actions)
                return NULL;
        if (!g_strv_contains((const char *const *) actions, action)) {
                g_autofree char *quoted = text_quote(action);

                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_ACTION_NOT_FOUND, "the jail has no action %s", quoted);
                return NULL;
        }
        names = settings_ask_texts(client, jail, "actionproperties", action, error);
        if (!names)
                return NULL;
        for (char **name = names; *name; name++)
                if (!settings_add_action_property(client, jail, action, *name, &properties, error))
                        return NULL;
        return g_variant_ref_sink(g_variant_builder_end(&properties));
}
