/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Banning: jail by jail, in chunks
 *
 * fail2ban says how many of a chunk were new, not which. All or none is the rule; else the table, as it was before the
 * command, knows which were there; and where the two disagree fail2ban is asked what is banned now, and the
 * first of those the table did not know are taken to be the new ones.
 */

#include <string.h>

#include "core/log.h"
#include "services/allow/allow.h"
#include "services/bans/bans-private.h"
#include "services/bans/guard.h"

typedef enum State { STATE_REFUSED, STATE_ALREADY, STATE_BANNED } State;

static const char *const state_names[] = { "refused", "already", "banned" };

/* Some addresses in one jail. */
typedef struct Chunk {
        const char *jail;
        guint from, n;
        gboolean known[BANS_PACE_MAX]; /* the table had it before */
        State states[BANS_PACE_MAX];
        gint64 at;
} Chunk;

static const char *const *chunk_texts(const BansRun *run, const Chunk *chunk) {
        return (const char *const *) run->work->texts->pdata + chunk->from;
}

static void set_all(Chunk *chunk, State state) {
        for (guint i = 0; i < chunk->n; i++)
                chunk->states[i] = state;
}

/* Of those that wait to be judged, the first `n` with that knowledge are new. Returns how many are still to be
 * found. */
static guint pick_new(Chunk *chunk, gboolean known, guint n) {
        for (guint i = 0; i < chunk->n && n > 0; i++) {
                if (chunk->states[i] != STATE_ALREADY || chunk->known[i] != known)
                        continue;
                chunk->states[i] = STATE_BANNED;
                n--;
        }
        return n;
}

/* What fail2ban took but does not hold (the jail's ban time is 0) is neither banned nor already banned. */
static gboolean find_refused(BansRun *run, Chunk *chunk, GError **error) {
        gboolean banned[BANS_PACE_MAX];

        if (!fail2ban_banned(run->bans->client, chunk->jail, chunk_texts(run, chunk), chunk->n, banned, error))
                return FALSE;
        for (guint i = 0; i < chunk->n; i++)
                if (!banned[i])
                        chunk->states[i] = STATE_REFUSED;
        return TRUE;
}

static gboolean judge_chunk(BansRun *run, Chunk *chunk, guint n_new, GError **error) {
        guint n_unknown = 0;

        for (guint i = 0; i < chunk->n; i++)
                n_unknown += !chunk->known[i];

        set_all(chunk, n_new == chunk->n ? STATE_BANNED : STATE_ALREADY);
        if (n_new == chunk->n)
                return TRUE;
        if (n_new != n_unknown && !find_refused(run, chunk, error))
                return FALSE;

        n_new = pick_new(chunk, FALSE, n_new);
        (void) pick_new(chunk, TRUE, n_new);
        return TRUE;
}

static void assume_banned(BansRun *run, const Chunk *chunk, guint index, gint64 bantime) {
        Ban ban = {
                .jail = (char *) chunk->jail,
                .id = run->work->texts->pdata[chunk->from + index],
                .is_address = TRUE,
                .address = g_array_index(run->work->addresses, Address, chunk->from + index),
                .banned_at = chunk->at,
                .ends_at = bantime < 0 ? -1 : chunk->at + bantime,
        };

        ban_table_assume(run->bans->table, &ban, chunk->at);
}

/* One jail's share of a request. */
typedef struct JailRun {
        BansRun *run;
        const char *jail;
        gint64 bantime;
        gboolean has_bantime;
        GArray *fresh; /* Address: what was banned, not what was banned before */
} JailRun;

/* What came of a chunk goes into rows, counts, table, and the list of new ones. */
static void take_chunk(const JailRun *self, const Chunk *chunk) {
        BansRun *run = self->run;

        ban_table_begin(run->bans->table);
        for (guint i = 0; i < chunk->n; i++) {
                State state = chunk->states[i];

                run->changed += state == STATE_BANNED;
                run->unchanged += state == STATE_ALREADY;
                bans_run_add_row(run, chunk->jail, chunk_texts(run, chunk)[i], state_names[state]);
                if (state != STATE_BANNED)
                        continue;
                if (self->has_bantime)
                        assume_banned(run, chunk, i, self->bantime);
                g_array_append_val(self->fresh, g_array_index(run->work->addresses, Address, chunk->from + i));
        }
        ban_table_end(run->bans->table);
}

/* How long fail2ban took is for the pace; what we do with the answer is not. */
static gboolean ban_chunk(BansRun *run, Chunk *chunk, gint64 *ret_usec, GError **error) {
        gint64 start;
        guint n_new = 0;

        for (guint i = 0; i < chunk->n; i++)
                chunk->known[i] = ban_table_has(run->bans->table, chunk->jail, chunk_texts(run, chunk)[i]);

        chunk->at = bans_run_now(run);
        start = g_get_monotonic_time();
        if (!fail2ban_ban(run->bans->client, chunk->jail, chunk_texts(run, chunk), chunk->n, &n_new, error))
                return FALSE;
        *ret_usec = g_get_monotonic_time() - start;
        return judge_chunk(run, chunk, n_new, error);
}

static gboolean jail_bantime(Model *model, const char *jail, gint64 *ret) {
        g_autoptr(GVariant) properties = model_jail(model, jail);

        return properties && g_variant_lookup(properties, "BanTime", "x", ret);
}

static gboolean ban_chunks(const JailRun *self, GError **error) {
        BansRun *run = self->run;
        BansPace *pace = run->bans->ban_pace;
        guint size = bans_pace_first(pace, self->jail);
        Chunk chunk = { .jail = self->jail };

        for (; chunk.from < run->work->texts->len; chunk.from += chunk.n) {
                GError *cause = NULL;
                gint64 usec;

                if (!bans_run_check(run, error))
                        return FALSE;

                chunk.n = MIN(size, run->work->texts->len - chunk.from);
                if (!ban_chunk(run, &chunk, &usec, &cause))
                        return bans_run_fail(run, cause, error);
                take_chunk(self, &chunk);
                size = bans_pace_next(pace, self->jail, chunk.n, usec);
                bans_run_step(run, chunk.n);
        }
        return TRUE;
}

/* fail2ban has banned already, so what cannot be recorded is no failure of the ban. */
static void record(BansRun *run, const char *jail, const GArray *fresh) {
        g_autoptr(GError) error = NULL;
        const BansRequest *request = run->request;

        if (fresh->len > 0 &&
            !manual_store_add(run->bans->manual, jail, (const Address *) (gconstpointer) fresh->data, fresh->len,
                              bans_run_now(run), request->caller->uid, request->reason ? request->reason : "", &error))
                log_error(LOG_PRIORITY_ERROR, "ban.record", "who banned by hand could not be recorded", error);
}

/* Held until the command is recorded. */
static ArchiveHand *say_by_hand(BansRun *run, const char *jail) {
        const GArray *addresses = run->work->addresses;
        ArchiveRecorder *recorder = run->bans->recorder;

        if (!recorder)
                return NULL;
        return archive_hands_begin(archive_hands(archive_recorder_archive(recorder)), jail,
                                   (const Address *) (gconstpointer) addresses->data, addresses->len,
                                   bans_run_now(run));
}

static gboolean ban_in_jail(BansRun *run, const char *jail, GError **error) {
        g_autoptr(ArchiveHand) hand = say_by_hand(run, jail);
        g_autoptr(GArray) fresh = g_array_new(FALSE, FALSE, sizeof(Address));
        JailRun self = { .run = run, .jail = jail, .fresh = fresh };
        gboolean done;

        self.has_bantime = jail_bantime(run->bans->model, jail, &self.bantime);
        done = ban_chunks(&self, error);

        record(run, jail, fresh);
        bans_settle(run->bans, jail, bans_run_now(run));
        return done;
}

static gboolean check_guard(Bans *self, const BansRequest *request, const BansWork *work, GError **error) {
        g_autoptr(Guard) guard = NULL;

        if (request->force)
                return TRUE;

        guard = g_atomic_int_get(&self->guard_lockout) ? guard_new(request->caller, request->protect, error)
                                                       : guard_new_empty();
        if (!guard)
                return FALSE;
        if (self->allow)
                allow_guard(self->allow, (const char *const *) work->jails, request->now, guard);
        for (guint i = 0; i < work->addresses->len; i++)
                if (!guard_check(guard, &g_array_index(work->addresses, Address, i), error))
                        return FALSE;
        return TRUE;
}

static gboolean ban_in_each_jail(BansRun *run, GError **error) {
        for (guint i = 0; run->work->jails[i]; i++)
                if (!ban_in_jail(run, run->work->jails[i], error))
                        return FALSE;
        return TRUE;
}

/* What many bans change is told later, as fail2ban needs the time now: it is busy with two threads of its own. */
static gboolean ban_in_jails(BansRun *run, GError **error) {
        BanTable *table = run->bans->table;
        gboolean done;

        if (run->requested <= BANS_PACE_MAX)
                return ban_in_each_jail(run, error);
        ban_table_hold(table);
        done = ban_in_each_jail(run, error);
        ban_table_release(table);
        return done;
}

GVariant *bans_ban(Bans *self, const BansRequest *request, GError **error) {
        g_auto(BansWork) work = { 0 };
        g_auto(BansRun) run = { 0 };

        if (!bans_check_request(self, request, FALSE, &work, error) || !check_guard(self, request, &work, error))
                return NULL;

        bans_run_init(&run, self, request, &work, "banned");
        if (!ban_in_jails(&run, error))
                return NULL;
        return bans_run_result(&run, "banned", "already");
}
