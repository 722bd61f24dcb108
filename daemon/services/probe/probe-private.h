/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The parts of the probe: probe.c asks the server and holds the lock, probe-jails.c keeps the jails, probe-fill.c
 * and probe-bans.c the ban table. Everything here runs under the probe's lock.
 */

#pragma once

#include "fail2ban/database.h"
#include "services/probe/probe.h"

/* Up to so many bans, fail2ban's whole list costs it about a millisecond. */
#define PROBE_SMALL_JAIL 800

typedef struct ProbeJail {
        char *name;
        GVariant *settings;
        Fail2banCounters counters;
        gboolean refresh;       /* its settings are to be read anew */
        gboolean filled;        /* its bans have been read once */
        gboolean times_changed; /* ends of its bans moved without a trace in the database */
        gint64 disagrees_since; /* 0 = table and counters agree */
        guint last_table;       /* the table's count when they last disagreed */
        guint last_counter;
        int folded;      /* how many more ids fail2ban lists than there are different ones */
        guint held;      /* how often bans were found in force after their end */
        gint64 retry_at; /* until then not asked about ended bans again */
} ProbeJail;

struct Probe {
        Fail2banClient *client;
        Model *model;
        BanTable *bans;
        Findings *findings;
        char *socket_path;

        GMutex lock;       /* one probe at a time */
        gint64 now;        /* of the running probe */
        GHashTable *jails; /* name -> ProbeJail */
        char *database;    /* as told to the watcher; changed under both locks */
        Fail2banMark mark;
        gboolean mark_valid;
        gboolean online;
        gboolean told_offline; /* in the log */
        gint64 online_since;
        guint64 connection;    /* inode of the socket over which the settings were read */
        gboolean filled_once;  /* the first fill, which is not told ban by ban, is over */
        char *turn;            /* the last jail whose settings were read in turn */
        guint64 total_failed;  /* over all jails, at the last look */
        gint64 unexplained_at; /* when a write that nothing explains last made us read all settings */
        gint64 unexplained_pause;
        gboolean refresh_wanted; /* such a read waits for its pause to end */
        gboolean settings_changed;
        GError *complaint; /* an answer that was not understood, but did not stop the probe */

        gint unsettled;    /* atomic */
        gint refresh_all;  /* atomic */
        gint log_written;  /* atomic */
        GMutex shown_lock; /* of `database` for readers that must not wait for a probe, and of `looked` */
        GCond looked_cond;
        gboolean looked; /* at least once, whatever came of it */
};

/* probe-jails.c */

/* The list of jails and all counters; new jails have no settings yet. ret_changed: jails came or went, or there were
 * failures. */
gboolean probe_read_jails(Probe *self, gboolean *ret_changed, GError **error);
/* Settings of new jails and of those that are marked, at most a few; then everything goes into the model. */
gboolean probe_read_settings(Probe *self, GError **error);
gboolean probe_read_jail(Probe *self, ProbeJail *jail, gboolean with_settings, GError **error);
void probe_mark_all_settings(Probe *self);
void probe_mark_next_settings(Probe *self);
void probe_drop_jail(Probe *self, const char *name, const char *cause);
void probe_drop_all_jails(Probe *self, const char *cause);
GPtrArray *probe_jails(Probe *self); /* ProbeJail, borrowed */
void probe_jail_free(gpointer jail);

/* probe-bans.c */

/* New rows of the database. Whether there were some. */
gboolean probe_read_rows(Probe *self);
/* Makes the bans of one jail true when the counters say that they are not. insist: do not wait for rows to come. */
gboolean probe_check_bans(Probe *self, ProbeJail *jail, gboolean insist, GError **error);
/* Bans whose end has come; asks for new counters itself. */
gboolean probe_end_bans(Probe *self, GError **error);

/* probe-fill.c */

/* Fills the table for jails that were not filled yet. */
gboolean probe_fill(Probe *self, GError **error);

/* probe.c */

/* The database failed: it is not read until the next full probe. Takes error. */
void probe_database_failed(Probe *self, GError *error);
void probe_unsettle(Probe *self);
