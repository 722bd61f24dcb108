/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Methods as rows of a table
 *
 * A method is one row (name, polkit action, where it runs, what it is about, function) and one function. The function
 * runs on a worker with plain values, straight through, and gives a result or an error: it knows nothing of messages.
 */

#pragma once

#include "core/rows.h"
#include "core/settings.h"
#include "services/allow/allow.h"
#include "services/archive/archive-sync.h"
#include "services/archive/care.h"
#include "services/archive/history.h"
#include "services/archive/log-import.h"
#include "services/audit.h"
#include "services/bans/bans.h"
#include "services/explain/explain.h"
#include "services/figures/activity.h"
#include "services/figures/figures.h"
#include "services/findings.h"
#include "services/jails/jails.h"
#include "services/jails/log-health.h"
#include "services/job-table.h"
#include "services/operation.h"
#include "services/places/places.h"
#include "services/probe/model.h"
#include "services/probe/probe.h"
#include "services/server/server-log.h"
#include "services/server/server.h"
#include "services/settings/settings-service.h"

/* The rules of the domain, as the functions find them. */
typedef struct Services {
        const Settings *settings;
        SettingsService *settings_service;
        Findings *findings;
        Model *model;
        BanTable *ban_table;
        Archive *archive;
        ArchiveRecorder *archive_recorder;
        ArchiveSync *archive_sync;
        Figures *figures;
        Activity *activity;
        History *history;
        Probe *probe;
        Places *places;
        Bans *bans;
        Allow *allow;
        Explain *explain;
        Jails *jails;
        LogHealth *log_health;
        Server *server;
        ServerLog *server_log;
        Audit *audit;
        Care *care;
        JobTable *jobs;
        gint64 started_at;
} Services;

typedef enum MethodLane {
        LANE_MEMORY,   /* answered from what we hold, or from a database of ours */
        LANE_FAIL2BAN, /* asks fail2ban: may have to wait for others */
        LANE_LONG,     /* may run for minutes; the result may become an Operation */
        _LANE_MAX,
} MethodLane;

typedef struct MethodCall {
        GVariant *arguments; /* a tuple */
        GArray *handles;     /* of int: the descriptors that its handles stand for */
        const char *object;  /* the name in the object's path: the jail, the job; "" on the root object */
        const Caller *caller;
        gint64 now;           /* seconds since 1970, when the function is called */
        Operation *operation; /* LANE_LONG: its own; on an Operation object: that one; else NULL */
        gint64 owner;         /* on an Operation object: the uid that started it; else -1 */
        int fd;               /* what a handle in the result stands for; the function gives it away */
        Rows *rows;           /* when set: the first out argument, the result's tuple has the others; given away */
} MethodCall;

/* What a call is about, for polkit's rules and for the audit. */
typedef struct MethodAbout {
        char *action;      /* in place of the row's, without prefix */
        GVariant *details; /* a{ss} for polkit; NULL: made of jail and address */
        char *jail;        /* polkit detail; "*" = all jails */
        char *address;     /* polkit detail */
        char *settings;    /* polkit detail: the keys, ',' between */
        char *object;      /* for people; NULL: made of jail and address */
} MethodAbout;

typedef struct Method {
        const char *name;
        const char *action; /* polkit action without prefix; NULL = open to everybody */
        MethodLane lane;
        gboolean changes;  /* goes into the audit */
        gboolean question; /* whether the caller may do it is the answer itself: "yes", "no", "challenge" */
        /* Worker thread. The tuple of the XML's out arguments, floating or not; NULL on error. */
        GVariant *(*run)(const Services *services, MethodCall *call, GError **error);
        /* Main thread, quick; may be NULL. FALSE: the arguments make no sense. */
        gboolean (*about)(const MethodCall *call, MethodAbout *ret, GError **error);
} Method;

typedef struct MethodGroup {
        const char *group;     /* "Bans" */
        const Method *methods; /* ended by a row without name */
} MethodGroup;

extern const MethodGroup manager_methods;
extern const MethodGroup server_methods;
extern const MethodGroup bans_methods;
extern const MethodGroup jail_methods;
extern const MethodGroup jobs_methods;
extern const MethodGroup job_methods;
extern const MethodGroup operation_methods;
extern const MethodGroup geo_methods;
extern const MethodGroup settings_methods;
extern const MethodGroup history_methods;
extern const MethodGroup stats_methods;
extern const MethodGroup allow_list_methods;

/* The last argument; to be unreffed. */
GVariant *method_options(const MethodCall *call);

/* The argument of this index as text; borrowed from the arguments. */
const char *method_text(const MethodCall *call, guint index);

/* The descriptor that the argument of this index brought; the function closes it, on its worker. A second time: -1. */
int method_take_handle(const MethodCall *call, guint index);

/* An option of the last argument, as text; borrowed from the arguments; NULL when it is absent or no text. */
const char *method_option_text(const MethodCall *call, const char *name);

/* An empty result. */
GVariant *method_done(void);

/* A result of one value, or of rows and a page; the values are taken over, floating or not. NULL when the first is
 * NULL. */
GVariant *method_result(GVariant *value);
GVariant *method_page(GVariant *rows, GVariant *page);
