/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Adding, changing, removing
 *
 * What is asked for is stored first and is true from then on; that fail2ban is told comes after, and is made good by
 * the next look at its lists when it fails now.
 */

#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "fail2ban/check.h"
#include "services/allow/allow-private.h"

#define NOTE_MAX 500
#define JAILS_MAX 1000
#define WIDE_IPV4 8 /* a prefix shorter than this allows more than anybody can mean by a list of friends */
#define WIDE_IPV6 19

static gboolean check_note(const char *note, GError **error) {
        if (!note || (strlen(note) <= NOTE_MAX && text_is_plain(note)))
                return TRUE;
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "The note must be at most %u bytes of text without line breaks and other control characters",
                    NOTE_MAX);
        return FALSE;
}

/* A name that no running jail has is most likely a slip; while fail2ban is away nobody can tell. */
static gboolean check_jails(Allow *self, const AllowRequest *request, GError **error) {
        guint n = request->jails ? g_strv_length((GStrv) request->jails) : 0;

        if (n > JAILS_MAX) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_TOO_LARGE, "%u jails are more than an entry may name", n);
                return FALSE;
        }
        for (guint i = 0; i < n; i++) {
                const char *jail = request->jails[i];

                if (!fail2ban_check_jail_name(jail, error))
                        return FALSE;
                if (request->force || !model_is_online(self->parts.model) ||
                    model_check_jail(self->parts.model, jail, error))
                        continue;
                g_prefix_error(error, "the option force names a jail that does not run: ");
                return FALSE;
        }
        return TRUE;
}

static gboolean check_expiry(const AllowRequest *request, GError **error) {
        if (request->expires_at <= 0 || request->expires_at > request->now)
                return TRUE;
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "expires_at is %" G_GINT64_FORMAT ", which is past; it must be later than now, or 0 for never",
                    request->expires_at);
        return FALSE;
}

static gboolean check_request(Allow *self, const AllowRequest *request, GError **error) {
        return check_note(request->note, error) && check_jails(self, request, error) && check_expiry(request, error);
}

static gboolean check_width(const char *text, gboolean force, GError **error) {
        Address address;

        if (force || !address_try_parse(text, &address) ||
            address.prefix >= (address.version == 4 ? WIDE_IPV4 : WIDE_IPV6))
                return TRUE;
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "%s is wider than /%d, so hardly anybody would be banned any more; the option force allows it all "
                    "the same",
                    text, address.version == 4 ? WIDE_IPV4 : WIDE_IPV6);
        return FALSE;
}

/* As entries are kept. A text that cannot be an entry is nobody's fault but the caller's. */
static char *canonical(const char *text, GError **error) {
        char *entry = check_ignore_entry(text, error);

        for (char *p = entry; p && *p; p++)
                *p = g_ascii_tolower(*p);
        return entry;
}

static GStrv copy_jails(const char *const *jails) {
        g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
        g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

        for (; jails && *jails; jails++)
                if (g_hash_table_add(seen, (gpointer) *jails))
                        g_strv_builder_add(builder, *jails);
        return g_strv_builder_end(builder);
}

static void set_problem(Allow *self, const char *name, const char *problem) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        g_hash_table_insert(self->problems, g_strdup(name), g_strdup(problem));
}

/* A name that is not found now may be found later, when the caller says so. */
static gboolean find_addresses(Allow *self, AllowEntry *entry, const AllowRequest *request, GError **error) {
        g_autoptr(GError) failure = NULL;

        if (allow_kind(entry->entry) != ALLOW_NAME)
                return TRUE;
        operation_report(request->operation, 0, "looking the host name up");
        g_strfreev(entry->addresses);
        entry->addresses = allow_resolve_name(self, entry->entry, &failure);
        entry->resolved_at = request->now;
        if (entry->addresses)
                return TRUE;

        entry->addresses = g_new0(char *, 1);
        entry->resolved_at = 0;
        if (!request->force) {
                g_propagate_prefixed_error(error, g_steal_pointer(&failure),
                                           "the option force allows it all the same: ");
                return FALSE;
        }
        set_problem(self, entry->entry, failure->message);
        return TRUE;
}

static AllowEntry *make_entry(Allow *self, const AllowRequest *request, GError **error) {
        g_autoptr(AllowEntry) entry = g_new0(AllowEntry, 1);

        entry->entry = canonical(request->entry, error);
        if (!entry->entry || !check_width(entry->entry, request->force, error))
                return NULL;
        entry->jails = copy_jails(request->jails);
        entry->note = g_strdup(request->note ? request->note : "");
        entry->uid = request->caller->uid;
        entry->author = caller_user_name(request->caller->uid);
        entry->unban = request->unban;
        entry->created_at = request->now;
        entry->expires_at = MAX(request->expires_at, 0);
        entry->addresses = g_new0(char *, 1);
        return find_addresses(self, entry, request, error) ? g_steal_pointer(&entry) : NULL;
}

/* One that has ended and was not removed yet makes room. */
static gboolean make_room(Allow *self, const char *text, gint64 now, GError **error) {
        guint index;
        const AllowEntry *there = allow_find(self, text, &index);

        if (there && allow_entry_counts(there, NULL, now)) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_ALREADY_EXISTS,
                            "the allow list has %s already; Change alters its jails, note and end", text);
                return FALSE;
        }
        if (there) {
                if (!allow_store_remove(self->parts.store, there->id, error))
                        return FALSE;
                g_ptr_array_remove_index(self->entries, index);
        }
        if (self->entries->len < ALLOW_ENTRIES_MAX)
                return TRUE;
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_TOO_LARGE, "the allow list has %u entries, and may not have more",
                    self->entries->len);
        return FALSE;
}

/* Takes entry. */
static gboolean put_entry(Allow *self, AllowEntry *entry, gint64 now, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        g_autoptr(AllowEntry) taken = entry;

        if (!make_room(self, taken->entry, now, error) || !allow_store_add(self->parts.store, taken, error))
                return FALSE;
        g_ptr_array_add(self->entries, taken);
        allow_tell(self, g_steal_pointer(&taken)->entry, "added");
        allow_tell_next(self);
        return TRUE;
}

typedef struct Covering {
        GVariantBuilder rows;
        const Address *address;
        gint64 now;
} Covering;

static void add_covering(const Ban *ban, gpointer userdata) {
        Covering *covering = userdata;

        if (!address_equal(&ban->address, covering->address))
                g_variant_builder_add_value(&covering->rows, ban_to_variant(ban, covering->now));
}

static GVariant *still_covered(Allow *self, const char *entry, gint64 now) {
        Covering covering = { .now = now };
        Address address;

        g_variant_builder_init(&covering.rows, G_VARIANT_TYPE("aa{sv}"));
        if (address_try_parse(entry, &address)) {
                const BanQuery query = { .covering = &address, .sort = BAN_SORT_JAIL };

                covering.address = &address;
                (void) ban_table_query(self->parts.table, &query, add_covering, &covering, NULL, NULL, NULL);
        }
        return g_variant_builder_end(&covering.rows);
}

static GVariant *row_of(Allow *self, const char *text, gint64 now) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        const AllowEntry *entry = allow_find(self, text, NULL);

        return entry ? allow_row(self, entry, now) : NULL;
}

/* Tells fail2ban and says what came of it. Takes row when there is one, else shows the entry as it is then. */
static GVariant *finish(Allow *self, const AllowRequest *request, const char *text, GVariant *row) {
        g_autofree char *reason = g_strdup_printf("allowed: %s", text);
        g_autoptr(GError) failure = NULL;
        g_autoptr(GVariant) shown = NULL;
        guint unbanned = 0;
        GVariantDict result;

        (void) allow_apply_all(self, request->caller, reason, request->now, request->operation, &unbanned, &failure);
        shown = row ? row : row_of(self, text, request->now);
        g_variant_dict_init(&result, shown);
        if (!row) {
                g_variant_dict_insert(&result, "unbanned", "u", unbanned);
                g_variant_dict_insert_value(&result, "covered_by", still_covered(self, text, request->now));
        }
        if (failure)
                g_variant_dict_insert(&result, "problem_applying", "s", failure->message);
        return g_variant_ref_sink(g_variant_dict_end(&result));
}

GVariant *allow_add(Allow *self, const AllowRequest *request, GError **error) {
        g_autofree char *text = NULL;
        AllowEntry *entry;

        if (!check_request(self, request, error))
                return NULL;
        entry = make_entry(self, request, error);
        if (!entry)
                return NULL;
        text = g_strdup(entry->entry);
        return put_entry(self, entry, request->now, error) ? finish(self, request, text, NULL) : NULL;
}

/* With the lock held. What only fail2ban's configuration has is not ours to change. */
static AllowEntry *find_or_fail(Allow *self, const char *text, gint64 now, guint *ret_index, GError **error) {
        AllowEntry *entry = allow_find(self, text, ret_index);

        if (entry && allow_entry_counts(entry, NULL, now))
                return entry;
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_ADDRESS_NOT_FOUND,
                    "the allow list has no entry %s; what fail2ban's configuration ignores is changed there, or for a "
                    "running jail with Jail.RemoveIgnoreAddress",
                    text);
        return NULL;
}

static gboolean change_entry(Allow *self, const AllowRequest *request, const char *text, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        AllowEntry *entry = find_or_fail(self, text, request->now, NULL, error);
        g_auto(GStrv) jails = NULL;
        g_autofree char *note = NULL;
        AllowEntry changed;

        if (!entry)
                return FALSE;
        jails = request->jails ? copy_jails(request->jails) : g_strdupv(entry->jails);
        note = g_strdup(request->note ? request->note : entry->note);
        changed = *entry;
        changed.jails = jails;
        changed.note = note;
        changed.expires_at = request->expires_at >= 0 ? request->expires_at : entry->expires_at;
        if (!allow_store_change(self->parts.store, &changed, error))
                return FALSE;

        g_strfreev(entry->jails);
        g_free(entry->note);
        *entry = changed;
        jails = NULL;
        note = NULL;
        allow_tell(self, text, "changed");
        allow_tell_next(self);
        return TRUE;
}

GVariant *allow_change(Allow *self, const AllowRequest *request, GError **error) {
        g_autofree char *text = canonical(request->entry, error);

        if (!text || !check_request(self, request, error) || !change_entry(self, request, text, error))
                return NULL;
        return finish(self, request, text, NULL);
}

/* The row as it was. */
static GVariant *remove_entry(Allow *self, const AllowRequest *request, const char *text, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        guint index;
        const AllowEntry *entry = find_or_fail(self, text, request->now, &index, error);
        g_autoptr(GVariant) row = NULL;

        if (!entry)
                return NULL;
        row = allow_row(self, entry, request->now);
        if (!allow_store_remove(self->parts.store, entry->id, error))
                return NULL;
        g_ptr_array_remove_index(self->entries, index);
        g_hash_table_remove(self->problems, text);
        allow_tell(self, text, "removed");
        allow_tell_next(self);
        return g_steal_pointer(&row);
}

GVariant *allow_remove(Allow *self, const AllowRequest *request, GError **error) {
        g_autofree char *text = canonical(request->entry, error);
        GVariant *row = text ? remove_entry(self, request, text, error) : NULL;

        return row ? finish(self, request, text, row) : NULL;
}
