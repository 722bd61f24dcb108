/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Everything about a request is checked before the first command goes out. */

#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "services/bans/bans-private.h"

#define REASON_MAX 500

void bans_work_clear(BansWork *self) {
        g_clear_pointer(&self->texts, g_ptr_array_unref);
        g_clear_pointer(&self->addresses, g_array_unref);
        g_clear_pointer(&self->jails, g_strfreev);
}

gboolean bans_check_reason(const char *reason, GError **error) {
        if (!reason || (strlen(reason) <= REASON_MAX && text_is_plain(reason)))
                return TRUE;

        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "The reason must be at most %u bytes of text without line breaks and other control characters",
                    REASON_MAX);
        return FALSE;
}

static gboolean check_number(const BansRequest *request, GError **error) {
        guint n = request->addresses ? g_strv_length((GStrv) request->addresses) : 0;

        if (n == 0)
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                                    "The list of addresses is empty; at least one is needed");
        else if (n > BANS_ADDRESSES_MAX)
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_TOO_LARGE,
                            "%u addresses are more than one call may carry, which is %u", n, BANS_ADDRESSES_MAX);
        return n > 0 && n <= BANS_ADDRESSES_MAX;
}

static gboolean all_running(Bans *self, BansWork *work, GError **error) {
        work->jails = model_jails(self->model);
        if (work->jails[0])
                return TRUE;

        if (!model_is_online(self->model))
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE,
                                    "fail2ban is offline, so no jail is running");
        else
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND,
                                    "No jail is running; a jail has to be started first");
        return FALSE;
}

static gboolean check_jails(Bans *self, const BansRequest *request, BansWork *work, GError **error) {
        g_autoptr(GStrvBuilder) jails = g_strv_builder_new();
        g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

        if (!request->jails || !request->jails[0])
                return all_running(self, work, error);

        for (guint i = 0; request->jails[i]; i++) {
                const char *jail = request->jails[i];

                if (!fail2ban_check_jail_name(jail, error) || !model_check_jail(self->model, jail, error))
                        return FALSE;
                if (g_hash_table_add(seen, (gpointer) jail))
                        g_strv_builder_add(jails, jail);
        }
        work->jails = g_strv_builder_end(jails);
        return TRUE;
}

static gboolean is_known_id(Bans *self, const BansWork *work, const char *text) {
        for (guint i = 0; work->jails[i]; i++)
                if (ban_table_has(self->table, work->jails[i], text))
                        return TRUE;
        return FALSE;
}

static gboolean check_addresses(Bans *self, const BansRequest *request, gboolean known_ids, BansWork *work,
                                GError **error) {
        g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

        work->texts = g_ptr_array_new_with_free_func(g_free);
        work->addresses = g_array_new(FALSE, FALSE, sizeof(Address));

        for (guint i = 0; request->addresses[i]; i++) {
                const char *given = request->addresses[i];
                char buffer[ADDRESS_TEXT_MAX];
                Address address = { 0 };
                char *text;

                if (address_try_parse(given, &address))
                        text = g_strdup(address_format(&address, buffer));
                else if (known_ids && is_known_id(self, work, given))
                        text = g_strdup(given);
                else
                        return address_parse(given, &address, error);

                if (!g_hash_table_add(seen, text)) {
                        g_free(text);
                        continue;
                }
                g_ptr_array_add(work->texts, text);
                g_array_append_val(work->addresses, address);
        }
        return TRUE;
}

gboolean bans_check_request(Bans *self, const BansRequest *request, gboolean known_ids, BansWork *ret, GError **error) {
        g_auto(BansWork) work = { 0 };

        if (!check_number(request, error) || !bans_check_reason(request->reason, error) ||
            !check_jails(self, request, &work, error) || !check_addresses(self, request, known_ids, &work, error))
                return FALSE;

        *ret = work;
        work = (BansWork) { 0 };
        return TRUE;
}
