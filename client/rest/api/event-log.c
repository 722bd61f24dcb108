/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/event-log.h"

#include <string.h>

typedef struct Event {
        const char *type; /* interned */
        char *text;
        gsize length;
} Event;

struct EventLog {
        char *name; /* of this run */
        guint64 first;
        guint64 next;
        gsize bytes;
        Event events[EVENT_LOG_EVENTS_MAX]; /* number N is at N modulo the size */
};

EventLog *event_log_new(void) {
        EventLog *self = g_new0(EventLog, 1);

        self->name = g_strdup_printf("%" G_GINT64_MODIFIER "x", g_get_real_time());
        self->first = self->next = 1;
        return self;
}

static Event *event_at(const EventLog *self, guint64 number) {
        return (Event *) &self->events[number % EVENT_LOG_EVENTS_MAX];
}

static void drop_oldest(EventLog *self) {
        Event *event = event_at(self, self->first++);

        self->bytes -= event->length;
        g_clear_pointer(&event->text, g_free);
}

void event_log_free(EventLog *self) {
        while (self->first < self->next)
                drop_oldest(self);
        g_free(self->name);
        g_free(self);
}

char *event_log_format(const EventLog *self, guint64 number, const char *type, const char *data) {
        return g_strdup_printf("id: %s-%" G_GUINT64_FORMAT "\nevent: %s\ndata: %s\n\n", self->name, number, type, data);
}

void event_log_add(EventLog *self, const char *type, const char *data) {
        Event event = { .type = g_intern_string(type) };

        event.text =
                event_log_format(self, self->next, type, strlen(data) > EVENT_DATA_MAX ? "{\"omitted\":true}" : data);
        event.length = strlen(event.text);
        while (self->first < self->next &&
               (self->next - self->first >= EVENT_LOG_EVENTS_MAX || self->bytes + event.length > EVENT_LOG_BYTES_MAX))
                drop_oldest(self);
        *event_at(self, self->next++) = event;
        self->bytes += event.length;
}

guint64 event_log_next(const EventLog *self) {
        return self->next;
}

gboolean event_log_reaches(const EventLog *self, guint64 number) {
        return number >= self->first && number <= self->next;
}

gboolean event_matches(const char *type, const char *const *patterns) {
        if (!patterns || g_str_has_prefix(type, "Bridge."))
                return TRUE;
        for (gsize i = 0; patterns[i]; i++) {
                gsize length = strlen(patterns[i]);

                if (length > 0 && patterns[i][length - 1] == '*' ? strncmp(type, patterns[i], length - 1) == 0
                                                                 : g_str_equal(type, patterns[i]))
                        return TRUE;
        }
        return FALSE;
}

GBytes *event_log_read(const EventLog *self, guint64 *number, const char *const *patterns, gsize max) {
        GString *text = NULL;

        while (*number < self->next && (!text || text->len <= max)) {
                const Event *event = event_at(self, (*number)++);

                if (!event_matches(event->type, patterns))
                        continue;
                text = text ? text : g_string_sized_new(event->length);
                g_string_append_len(text, event->text, (gssize) event->length);
        }
        return text ? g_string_free_to_bytes(text) : NULL;
}

gboolean event_log_resume(const EventLog *self, const char *id, guint64 *ret_number) {
        const char *dash = strrchr(id, '-');
        guint64 number = 0;

        if (!dash || (gsize) (dash - id) != strlen(self->name) || !g_str_has_prefix(id, self->name) ||
            !g_ascii_string_to_unsigned(dash + 1, 10, 0, G_MAXINT64, &number, NULL))
                return FALSE;
        if (!event_log_reaches(self, number + 1))
                return FALSE;
        *ret_number = number + 1;
        return TRUE;
}
