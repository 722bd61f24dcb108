/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The last events, as they go out to all who listen
 *
 * An event stands here once, however many read it; a reader keeps the number of the next one that it wants.
 * Bounded: EVENT_LOG_EVENTS_MAX events and EVENT_LOG_BYTES_MAX bytes, the oldest go first. An id on the wire names
 * the log too, so that one of an earlier run of the bridge is known for what it is.
 */

#pragma once

#include <glib.h>

#define EVENT_LOG_EVENTS_MAX 1024
#define EVENT_LOG_BYTES_MAX (256 * 1024)
#define EVENT_DATA_MAX (32 * 1024)

typedef struct EventLog EventLog;

EventLog *event_log_new(void);
void event_log_free(EventLog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventLog, event_log_free)

/* `data`: a JSON text in one line; one of more than EVENT_DATA_MAX bytes goes out as {"omitted":true}. */
void event_log_add(EventLog *self, const char *type, const char *data);

/* The number that the next event will have. */
guint64 event_log_next(const EventLog *self);

/* Whether nothing from that number on is gone. */
gboolean event_log_reaches(const EventLog *self, guint64 number);

/* The events from `number` on of which a pattern tells (NULL: all), as one text of the event stream; stops behind
 * the event that makes it longer than `max`, and moves `number` behind the last one looked at. NULL: none of them
 * was wanted. */
GBytes *event_log_read(const EventLog *self, guint64 *number, const char *const *patterns, gsize max);

/* An event that is not kept in the log. To be freed. */
char *event_log_format(const EventLog *self, guint64 number, const char *type, const char *data);

/* The number behind the event with that id. FALSE: it is not of this log, or too much came since. */
gboolean event_log_resume(const EventLog *self, const char *id, guint64 *ret_number);

/* A pattern is a type, or its beginning with "*" behind it. What is told of the bridge concerns everybody. */
gboolean event_matches(const char *type, const char *const *patterns);
