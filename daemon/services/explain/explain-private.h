/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The parts of an explanation: explain.c collects, explain-past.c finds earlier bans, explain-rules.c asks which rule
 * matched, explain-verdict.c makes the sentence.
 */

#pragma once

#include "services/explain/explain.h"

struct Explain {
        ExplainParts parts;
};

/* One jail in which it is or was banned, with the newest ban there that is known with its lines. */
typedef struct ExplainJail {
        char *name;
        gboolean running;
        gboolean banned; /* in force; what follows is of this ban, else of the last one before */
        gint64 banned_at;
        gint64 ends_at; /* -1 = permanent */
        gint64 bantime; /* -1 permanent, -2 not known */
        guint failures;
        guint count; /* which ban of it in this jail, 0 = not known */
        GStrv lines;
        int *rules; /* for each line: index of failregex, -1 = none */
        GVariant *captured;
        gint64 banned_by; /* uid; -1 = not by hand through us */
        char *reason;
        gboolean from_list; /* the jail of the block lists */
        char *origin;       /* as the archive has it; NULL: not from there */

        /* of the running jail */
        GVariant *settings; /* its properties; NULL: it does not run */
        GStrv failregex;
        gint64 findtime;
        guint maxretry;
        char *problem; /* why it is not known which rules matched; NULL */

        guint64 archived; /* bans in the archive */
        gint64 archived_last_at;
} ExplainJail;

typedef struct Explanation {
        const Explain *explain;
        const char *who; /* canonical */
        gboolean is_address;
        Address address;
        gint64 now;
        GPtrArray *jails;     /* of ExplainJail; those in force first */
        GVariant *covered_by; /* aa{sv}: bans of networks that hold it */
        GVariant *allowed;    /* aa{sv}: what allows it */
        GVariant *earlier;    /* aa{sv}: bans that are over, the newest first */
        guint inside;         /* of a network: bans in force of what lies in it */
        guint64 before;       /* bans before those in force */
        gint64 last_at;       /* when the last of all began; 0 = none */
        const char *last_jail;
        GPtrArray *problems; /* of char * */
} Explanation;

void explain_add_problem(Explanation *self, const char *what, const char *why);

/* aa{sv}, not floating: rows of a look-up (database) and those that only the archive has, without those in force. */
GVariant *explain_past(Explanation *self, GVariant *database, GVariant *in_force);

/* Fills in rules or problem of each jail that has lines. */
void explain_rules(Explanation *self);

/* One sentence; free with g_free. */
char *explain_verdict(const Explanation *self);
