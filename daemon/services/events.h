/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the services tell the world
 *
 * A service says what happened by calling the EventFunc it was given when it was made. It may be called on any
 * thread and must not block: the receiver takes a copy to its own thread.
 */

#pragma once

#include <glib.h>

typedef enum EventType {
        EVENT_SERVER,       /* properties: a{sv} of org.bangui.BanGUI1.Server, whole */
        EVENT_JAIL,         /* name; properties: a{sv} of org.bangui.BanGUI1.Jail, whole. New name = added */
        EVENT_JAIL_REMOVED, /* name */
        EVENT_BANNED,       /* name = jail, address, properties: the ban's row */
        EVENT_BAN_CHANGED,  /* the same: its end moved */
        EVENT_UNBANNED,     /* the same, with "cause" */
        EVENT_BANS,         /* properties: a{sv} of org.bangui.BanGUI1.Bans, whole */
        EVENT_JOB,          /* name; properties: a{sv} of org.bangui.BanGUI1.Job, whole. New name = added */
        EVENT_SETTINGS,     /* properties: aa{sv}, what changed settings are now (key, value, origin, where, pinned) */
        EVENT_GEO,          /* properties: a{sv} of org.bangui.BanGUI1.Geo, whole */
        EVENT_ALLOW,        /* name = the entry, address = what became of it: "added", "changed", "removed", "expired";
                               properties: a{sv} of org.bangui.BanGUI1.AllowList, whole */
        EVENT_HEALTH,       /* properties: a{sv} of the health part of org.bangui.BanGUI1.Manager (State,
                               Parts, Findings) */
        EVENT_HISTORY,      /* properties: a{sv} of org.bangui.BanGUI1.History, whole */
} EventType;

/* properties: NULL or not floating; borrowed for the call. */
typedef void (*EventFunc)(EventType type, const char *name, const char *address, GVariant *properties,
                          gpointer userdata);

typedef struct EventSink {
        EventFunc func;
        gpointer userdata;
} EventSink;

static inline void event_emit(const EventSink *sink, EventType type, const char *name, const char *address,
                              GVariant *properties) {
        sink->func(type, name, address, properties, sink->userdata);
}

/* Two receivers, told in this order. */
typedef struct EventTee {
        EventSink first, second;
} EventTee;

EventSink event_tee_sink(EventTee *self); /* self must outlive it */
