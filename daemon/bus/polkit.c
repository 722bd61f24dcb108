/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/polkit.h"

#include <string.h>

#include "bus/codec.h"
#include "core/log.h"

#define AUTHORITY_NAME "org.freedesktop.PolicyKit1"
#define AUTHORITY_PATH "/org/freedesktop/PolicyKit1/Authority"
#define AUTHORITY_INTERFACE "org.freedesktop.PolicyKit1.Authority"

#define FLAG_ALLOW_USER_INTERACTION 1u
#define TIMEOUT_USEC (25 * G_USEC_PER_SEC) /* a person who is asked has all the time he wants */

struct Polkit {
        sd_bus *bus;
        sd_bus_slot *changed_slot;
        sd_bus_slot *owner_slot;
        sd_bus_slot *presence_slot;
        PolkitChangedFunc changed;
        gpointer userdata;
        guint64 last_id;
};

struct PolkitQuery {
        Polkit *polkit;
        sd_bus_slot *slot;
        char *sender;
        char *action;
        char *id; /* for CancelCheckAuthorization */
        GVariant *details;
        gboolean interactive;
        gboolean again; /* it was lost once already */
        PolkitFunc func;
        gpointer userdata;
};

static void query_free(PolkitQuery *self) {
        sd_bus_slot_unref(self->slot);
        g_clear_pointer(&self->details, g_variant_unref);
        g_free(self->sender);
        g_free(self->action);
        g_free(self->id);
        g_free(self);
}

static int on_changed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error) {
        Polkit *self = userdata;

        self->changed(TRUE, self->userdata);
        return 0;
}

static int on_owner(sd_bus_message *message, void *userdata, sd_bus_error *ret_error) {
        Polkit *self = userdata;
        const char *name, *old_owner, *new_owner;

        if (sd_bus_message_read(message, "sss", &name, &old_owner, &new_owner) >= 0)
                self->changed(new_owner[0] != '\0', self->userdata);
        return 0;
}

static int on_presence(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        Polkit *self = userdata;
        int present = 0;

        if (!sd_bus_message_is_method_error(reply, NULL))
                sd_bus_message_read(reply, "b", &present);
        self->changed(present, self->userdata);
        return 0;
}

Polkit *polkit_new(sd_bus *bus, PolkitChangedFunc changed, gpointer userdata) {
        Polkit *self = g_new0(Polkit, 1);

        self->bus = sd_bus_ref(bus);
        self->changed = changed;
        self->userdata = userdata;
        sd_bus_match_signal_async(bus, &self->changed_slot, AUTHORITY_NAME, AUTHORITY_PATH, AUTHORITY_INTERFACE,
                                  "Changed", on_changed, NULL, self);
        sd_bus_add_match_async(bus, &self->owner_slot,
                               "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
                               "member='NameOwnerChanged',arg0='" AUTHORITY_NAME "'",
                               on_owner, NULL, self);
        sd_bus_call_method_async(bus, &self->presence_slot, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                 "org.freedesktop.DBus", "NameHasOwner", on_presence, self, "s", AUTHORITY_NAME);
        return self;
}

void polkit_free(Polkit *self) {
        if (!self)
                return;
        sd_bus_slot_unref(self->changed_slot);
        sd_bus_slot_unref(self->owner_slot);
        sd_bus_slot_unref(self->presence_slot);
        sd_bus_unref(self->bus);
        g_free(self);
}

static int send_query(PolkitQuery *query);

/* polkit went away with the question; the bus says so in one of these ways. */
static gboolean was_lost(const sd_bus_error *error) {
        return sd_bus_error_has_names(error, SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_DISCONNECTED,
                                      "org.freedesktop.DBus.Error.NameHasNoOwner");
}

static PolkitAnswer read_answer(sd_bus_message *reply, const char *action) {
        const sd_bus_error *error = sd_bus_message_get_error(reply);
        int authorized = 0, challenge = 0;

        if (error) {
                log_event(LOG_PRIORITY_WARNING, "polkit.failed", "polkit could not be asked", "ACTION", action, "ERROR",
                          error->name, "DETAIL", error->message, NULL);
                return POLKIT_ABSENT;
        }
        if (sd_bus_message_enter_container(reply, 'r', "bba{ss}") <= 0 ||
            sd_bus_message_read(reply, "bb", &authorized, &challenge) < 0)
                return POLKIT_ABSENT;
        return authorized ? POLKIT_YES : challenge ? POLKIT_CHALLENGE : POLKIT_NO;
}

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        PolkitQuery *query = userdata;
        const sd_bus_error *error = sd_bus_message_get_error(reply);

        g_clear_pointer(&query->slot, sd_bus_slot_unref);
        if (error && was_lost(error) && !query->again) {
                query->again = TRUE;
                if (send_query(query) >= 0)
                        return 0;
        }
        query->func(read_answer(reply, query->action), query->userdata);
        query_free(query);
        return 0;
}

static int append_subject(sd_bus_message *message, const char *sender) {
        return sd_bus_message_append(message, "(sa{sv})", "system-bus-name", 1, "name", "s", sender);
}

static int send_query(PolkitQuery *query) {
        g_autoptr(sd_bus_message) message = NULL;
        g_autofree char *action = g_strconcat(POLKIT_ACTION_PREFIX, query->action, NULL);
        int r;

        r = sd_bus_message_new_method_call(query->polkit->bus, &message, AUTHORITY_NAME, AUTHORITY_PATH,
                                           AUTHORITY_INTERFACE, "CheckAuthorization");
        if (r < 0)
                return r;
        r = append_subject(message, query->sender);
        if (r >= 0)
                r = sd_bus_message_append(message, "s", action);
        if (r >= 0)
                r = codec_append(message, query->details, -1);
        if (r >= 0)
                r = sd_bus_message_append(message, "us", query->interactive ? FLAG_ALLOW_USER_INTERACTION : 0u,
                                          query->id);
        if (r >= 0)
                r = sd_bus_call_async(query->polkit->bus, &query->slot, message, on_answer, query,
                                      query->interactive ? UINT64_MAX : TIMEOUT_USEC);
        return r;
}

/* When the question cannot even be sent, the answer still has to come from the loop. */
static gboolean on_send_failed(gpointer userdata) {
        PolkitQuery *query = userdata;

        query->func(POLKIT_ABSENT, query->userdata);
        query_free(query);
        return G_SOURCE_REMOVE;
}

PolkitQuery *polkit_check(Polkit *self, const char *sender, const char *action, GVariant *details, gboolean interactive,
                          PolkitFunc func, gpointer userdata) {
        PolkitQuery *query = g_new0(PolkitQuery, 1);

        query->polkit = self;
        query->sender = g_strdup(sender);
        query->action = g_strdup(action);
        query->id = g_strdup_printf("bangui-%" G_GUINT64_FORMAT, ++self->last_id);
        query->details = g_variant_ref_sink(details ? details : g_variant_new("a{ss}", NULL));
        query->interactive = interactive;
        query->func = func;
        query->userdata = userdata;
        if (send_query(query) < 0)
                g_idle_add(on_send_failed, query);
        return query;
}

void polkit_query_cancel(PolkitQuery *query) {
        if (!query->slot) /* the failure is on its way from the loop: nobody is to hear of it */
                g_idle_remove_by_data(query);
        else
                sd_bus_call_method_async(query->polkit->bus, NULL, AUTHORITY_NAME, AUTHORITY_PATH, AUTHORITY_INTERFACE,
                                         "CancelCheckAuthorization", NULL, NULL, "s", query->id);
        query_free(query);
}
