/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/publisher.h"

#include <string.h>

#include "core/log.h"
#include "core/ready-source.h"

#define WAITING_MAX 20000
#define QUEUED_WRITES_MAX 64 /* messages in sd-bus's own queue before we wait for the socket */
#define SIGNALS_PER_TURN 64
#define RETRY_USEC 5000

typedef struct Event {
        EventType type;
        char *name;
        char *address;
        GVariant *properties;
} Event;

struct Publisher {
        GMutex mutex; /* guards waiting, states and overflowed */
        GQueue waiting;
        GHashTable *states; /* Event, borrowed from waiting: the one that a newer state of the same thing replaces */
        gboolean overflowed;
        GSource *source;
        sd_bus *bus;
        Objects *objects;
};

static void event_free(Event *self) {
        g_free(self->name);
        g_free(self->address);
        g_clear_pointer(&self->properties, g_variant_unref);
        g_free(self);
}

static char *path_of(const char *folder, const char *name) {
        char *encoded = NULL;
        char *path;

        if (sd_bus_path_encode(folder, name, &encoded) < 0)
                g_error("%s: the path of an object cannot be encoded", folder);
        path = g_strdup(encoded);
        free(encoded);
        return path;
}

char *publisher_jail_path(const char *name) {
        return path_of(BUS_JAILS, name);
}

static gboolean is_ban(EventType type) {
        return type == EVENT_BANNED || type == EVENT_BAN_CHANGED || type == EVENT_UNBANNED;
}

static gboolean is_state(EventType type) {
        return !is_ban(type) && type != EVENT_JAIL_REMOVED && type != EVENT_SETTINGS && type != EVENT_ALLOW;
}

/* States are the same when they are of the same thing. */
static guint state_hash(gconstpointer key) {
        const Event *self = key;

        return (guint) self->type + (self->name ? g_str_hash(self->name) : 0);
}

static gboolean state_equal(gconstpointer a, gconstpointer b) {
        const Event *first = a, *second = b;

        return first->type == second->type && g_strcmp0(first->name, second->name) == 0;
}

/* A state that waits is replaced where it stands by a newer one of the same thing. */
static gboolean replace_waiting(Publisher *self, const Event *event) {
        Event *waiting = is_state(event->type) ? g_hash_table_lookup(self->states, event) : NULL;

        if (!waiting)
                return FALSE;
        g_variant_unref(waiting->properties);
        waiting->properties = g_variant_ref(event->properties);
        return TRUE;
}

static void enqueue(Publisher *self, const Event *event) {
        Event *copy = g_new0(Event, 1);

        copy->type = event->type;
        copy->name = g_strdup(event->name);
        copy->address = g_strdup(event->address);
        copy->properties = event->properties ? g_variant_ref(event->properties) : NULL;
        g_queue_push_tail(&self->waiting, copy);
        if (is_state(copy->type))
                g_hash_table_add(self->states, copy);
        if (copy->type == EVENT_JAIL_REMOVED) /* a jail of this name that comes later is another one */
                g_hash_table_remove(self->states, &(Event) { .type = EVENT_JAIL, .name = copy->name });
}

/* Any thread. */
static void on_event(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
        Publisher *self = userdata;
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
        /* borrows what it points to */
        const Event event = { type, (char *) name, (char *) address, properties };

        if (is_ban(type) && self->waiting.length >= WAITING_MAX) {
                self->overflowed = TRUE;
                return;
        }
        if (replace_waiting(self, &event))
                return;
        enqueue(self, &event);
        if (self->waiting.length == 1)
                g_source_set_ready_time(self->source, 0);
}

static void publish_jail(Publisher *self, const Event *event) {
        g_autofree char *path = publisher_jail_path(event->name);
        g_autofree const char **changed = NULL;
        g_auto(GStrv) settings = NULL;
        g_autoptr(GStrvBuilder) builder = NULL;

        if (!objects_has(self->objects, path)) {
                if (objects_publish(self->objects, path, "Jail", event->properties) < 0)
                        return;
                objects_announce(self->objects, path);
                objects_signal(self->objects, BUS_ROOT, "Server", "JailAdded",
                               g_variant_new("(so)", event->name, path));
                return;
        }
        changed = objects_update(self->objects, path, "Jail", event->properties);
        builder = g_strv_builder_new();
        for (guint i = 0; changed[i]; i++)
                if (!g_str_has_prefix(changed[i], "Currently") && !g_str_has_prefix(changed[i], "Total"))
                        g_strv_builder_add(builder, changed[i]);
        settings = g_strv_builder_end(builder);
        if (settings[0])
                objects_signal(self->objects, BUS_ROOT, "Server", "JailChanged",
                               g_variant_new("(so^as)", event->name, path, settings));
}

static void publish_jail_removed(Publisher *self, const Event *event) {
        g_autofree char *path = publisher_jail_path(event->name);

        if (!objects_has(self->objects, path))
                return;
        objects_withdraw(self->objects, path);
        objects_signal(self->objects, BUS_ROOT, "Server", "JailRemoved", g_variant_new("(so)", event->name, path));
}

static void publish_job(Publisher *self, const Event *event) {
        g_autofree char *path = path_of(BUS_JOBS, event->name);

        if (objects_has(self->objects, path))
                g_free(objects_update(self->objects, path, "Job", event->properties));
        else if (objects_publish(self->objects, path, "Job", event->properties) >= 0)
                objects_announce(self->objects, path);
}

static void publish_health(Publisher *self, const Event *event) {
        g_autofree const char **changed = objects_update(self->objects, BUS_ROOT, "Manager", event->properties);
        g_autoptr(GVariant) findings = NULL;
        const char *state;

        if (!changed[0])
                return;
        findings = g_variant_lookup_value(event->properties, "Findings", G_VARIANT_TYPE("aa{sv}"));
        if (findings && g_variant_lookup(event->properties, "State", "&s", &state))
                objects_signal(self->objects, BUS_ROOT, "Manager", "HealthChanged",
                               g_variant_new("(s@aa{sv})", state, findings));
}

static void publish_ban(Publisher *self, const Event *event) {
        const char *member = event->type == EVENT_BANNED     ? "Banned"
                             : event->type == EVENT_UNBANNED ? "Unbanned"
                                                             : "Changed";

        objects_signal(self->objects, BUS_ROOT, "Bans", member,
                       g_variant_new("(ss@a{sv})", event->name, event->address, event->properties));
}

static void publish_state(Publisher *self, const char *group, const Event *event) {
        g_free(objects_update(self->objects, BUS_ROOT, group, event->properties));
}

static void publish_allow(Publisher *self, const Event *event) {
        publish_state(self, "AllowList", event);
        objects_signal(self->objects, BUS_ROOT, "AllowList", "Changed",
                       g_variant_new("(ss)", event->name, event->address));
}

static void publish(Publisher *self, const Event *event) {
        switch (event->type) {
        case EVENT_SERVER:
                publish_state(self, "Server", event);
                break;
        case EVENT_BANS:
                publish_state(self, "Bans", event);
                break;
        case EVENT_HISTORY:
                publish_state(self, "History", event);
                break;
        case EVENT_GEO:
                publish_state(self, "Geo", event);
                break;
        case EVENT_JAIL:
                publish_jail(self, event);
                break;
        case EVENT_JAIL_REMOVED:
                publish_jail_removed(self, event);
                break;
        case EVENT_SETTINGS:
                objects_signal(self->objects, BUS_ROOT, "Settings", "Changed",
                               g_variant_new("(@aa{sv})", event->properties));
                break;
        case EVENT_JOB:
                publish_job(self, event);
                break;
        case EVENT_ALLOW:
                publish_allow(self, event);
                break;
        case EVENT_HEALTH:
                publish_health(self, event);
                break;
        default:
                publish_ban(self, event);
        }
}

static Event *next_event(Publisher *self, gboolean *ret_overflowed) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
        Event *event = g_queue_pop_head(&self->waiting);

        *ret_overflowed = !event && self->overflowed;
        if (!event)
                self->overflowed = FALSE;
        else if (g_hash_table_lookup(self->states, event) == event)
                g_hash_table_remove(self->states, event);
        return event;
}

/* TRUE: more may wait. */
static gboolean publish_next(Publisher *self) {
        gboolean overflowed;
        Event *event = next_event(self, &overflowed);

        if (overflowed)
                objects_signal(self->objects, BUS_ROOT, "Bans", "Reset", g_variant_new_tuple(NULL, 0));
        if (!event)
                return FALSE;
        publish(self, event);
        event_free(event);
        return TRUE;
}

static gboolean on_ready(gpointer userdata) {
        Publisher *self = userdata;
        uint64_t queued = 0;

        g_source_set_ready_time(self->source, -1);
        if (!self->bus)
                return G_SOURCE_CONTINUE;
        for (guint i = 0; i < SIGNALS_PER_TURN; i++) {
                if (sd_bus_get_n_queued_write(self->bus, &queued) < 0 || queued > QUEUED_WRITES_MAX) {
                        g_source_set_ready_time(self->source, g_get_monotonic_time() + RETRY_USEC);
                        return G_SOURCE_CONTINUE;
                }
                if (!publish_next(self))
                        return G_SOURCE_CONTINUE;
        }
        g_source_set_ready_time(self->source, 0);
        return G_SOURCE_CONTINUE;
}

Publisher *publisher_new(void) {
        Publisher *self = g_new0(Publisher, 1);

        g_mutex_init(&self->mutex);
        self->states = g_hash_table_new(state_hash, state_equal);
        self->source = ready_source_new(on_ready, self);
        return self;
}

void publisher_free(Publisher *self) {
        if (!self)
                return;
        ready_source_free(self->source);
        sd_bus_unref(self->bus);
        g_hash_table_unref(self->states);
        g_queue_clear_full(&self->waiting, (GDestroyNotify) event_free);
        g_mutex_clear(&self->mutex);
        g_free(self);
}

EventSink publisher_sink(Publisher *self) {
        return (EventSink) { .func = on_event, .userdata = self };
}

void publisher_connect(Publisher *self, sd_bus *bus, Objects *objects) {
        sd_bus_unref(self->bus);
        self->bus = bus ? sd_bus_ref(bus) : NULL;
        self->objects = objects;
        g_source_set_ready_time(self->source, 0);
}
