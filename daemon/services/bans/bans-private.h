/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the files of bans share. */

#pragma once

#include "services/bans/bans-pace.h"
#include "services/bans/bans.h"

struct Bans {
        Fail2banClient *client;
        Model *model;
        BanTable *table;
        Probe *probe;
        ManualStore *manual;
        Allow *allow;              /* NULL: nothing is allowed */
        ArchiveRecorder *recorder; /* NULL: nobody is told who bans and unbans */
        gint guard_lockout;        /* atomic */
        BansPace *ban_pace, *unban_pace;
};

/* A request that was checked: canonical and without duplicates. */
typedef struct BansWork {
        GPtrArray *texts;  /* of char * */
        GArray *addresses; /* of Address, as texts; version 0: an id that is no address */
        GStrv jails;
} BansWork;

void bans_work_clear(BansWork *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BansWork, bans_work_clear)

/* Before a list or a dump. */
gboolean bans_check_query(Bans *self, const BanQuery *query, GError **error);

gboolean bans_check_reason(const char *reason, GError **error);

/* known_ids: an id that the table has in one of the jails will do as well as an address. */
gboolean bans_check_request(Bans *self, const BansRequest *request, gboolean known_ids, BansWork *ret, GError **error);

/* A request at work: how far it is, and what came of it. */
typedef struct BansRun {
        Bans *bans;
        const BansRequest *request;
        const BansWork *work;
        const char *verb; /* "banned" */
        gint64 started_usec;

        guint requested;   /* addresses x jails */
        guint total, done; /* steps: as requested, but a network counts by its bans when they are unbanned */
        guint changed, unchanged;
        gboolean with_rows;
        GVariantBuilder rows;
} BansRun;

void bans_run_init(BansRun *self, Bans *bans, const BansRequest *request, const BansWork *work, const char *verb);
void bans_run_clear(BansRun *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BansRun, bans_run_clear)

/* The request's time, moved on by what has passed since. */
gint64 bans_run_now(const BansRun *self);

void bans_run_add_row(BansRun *self, const char *jail, const char *address, const char *state);
void bans_run_step(BansRun *self, guint n);

/* Whether to go on. */
gboolean bans_run_check(BansRun *self, GError **error);

/* Adds to the error how many were done. Returns FALSE. */
gboolean bans_run_fail(BansRun *self, GError *cause, GError **error);

/* a{sv}; the names under which changed and unchanged are given. */
GVariant *bans_run_result(BansRun *self, const char *changed, const char *unchanged);

/* Model and table are made true after commands; that this fails is only logged, as the commands were done. */
void bans_settle(Bans *self, const char *jail, gint64 now);
