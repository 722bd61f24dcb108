/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Unbanning: jail by jail, in chunks
 *
 * A network is not left to fail2ban: it would lift the ban of the network alone where there is one, else all in
 * it in one command, however long that takes, and even the ban of a wider network with the same first address. So
 * the table is made true, and the bans that lie in the network are named one by one.
 */

#include "services/bans/bans-private.h"

/* What is to be unbanned in one jail. */
typedef struct Targets {
        BansRun *run;
        const char *jail;
        GPtrArray *texts; /* of char *, owned by `seen` */
        GArray *owners;   /* of guint: the place in the request that each belongs to */
        GHashTable *seen;
        guint owner;
        gboolean *lifted; /* for each place in the request */
} Targets;

static void targets_clear(Targets *self) {
        g_clear_pointer(&self->texts, g_ptr_array_unref);
        g_clear_pointer(&self->owners, g_array_unref);
        g_clear_pointer(&self->seen, g_hash_table_unref);
        g_clear_pointer(&self->lifted, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Targets, targets_clear)

static void add_target(Targets *self, const char *text) {
        char *copy;

        if (g_hash_table_contains(self->seen, text))
                return;
        copy = g_strdup(text);
        g_hash_table_add(self->seen, copy);
        g_ptr_array_add(self->texts, copy);
        g_array_append_val(self->owners, self->owner);
}

static void add_ban(const Ban *ban, gpointer userdata) {
        add_target(userdata, ban->id);
}

static gboolean collect_targets(Targets *self, BansRun *run, const char *jail, GError **error) {
        guint n = run->work->texts->len;
        gboolean settled = FALSE;

        *self = (Targets) {
                .run = run,
                .jail = jail,
                .texts = g_ptr_array_new(),
                .owners = g_array_new(FALSE, FALSE, sizeof(guint)),
                .seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                .lifted = g_new0(gboolean, n),
        };

        for (self->owner = 0; self->owner < n; self->owner++) {
                const Address *address = &g_array_index(run->work->addresses, Address, self->owner);
                BanQuery inside = { .jail = jail, .within = address };

                if (address->version == 0 || address_is_single(address)) {
                        add_target(self, run->work->texts->pdata[self->owner]);
                        continue;
                }
                if (!settled && !probe_bans(run->bans->probe, jail, bans_run_now(run), error))
                        return FALSE;
                settled = TRUE;
                (void) ban_table_query(run->bans->table, &inside, add_ban, self, NULL, NULL, NULL);
        }
        run->total = run->total - n + self->texts->len;
        return TRUE;
}

/* As for bans, fail2ban says how many; if not all, those that the table had come first. */
static void mark_lifted(Targets *self, guint from, guint n, guint count) {
        for (guint pass = 0; pass < 2; pass++) {
                for (guint i = from; i < from + n && count > 0; i++) {
                        gboolean known = ban_table_has(self->run->bans->table, self->jail, self->texts->pdata[i]);

                        if (known != (pass == 0))
                                continue;
                        self->lifted[g_array_index(self->owners, guint, i)] = TRUE;
                        count--;
                }
        }
}

/* A ban that the table has not heard of yet ends without an event. */
static void remove_ban(Targets *self, guint i, gint64 now) {
        Bans *bans = self->run->bans;
        const char *text = self->texts->pdata[i];

        if (ban_table_remove(bans->table, self->jail, text, now, "unbanned") || !bans->recorder)
                return;
        if (self->lifted[g_array_index(self->owners, guint, i)])
                archive_recorder_ended(bans->recorder, self->jail, text);
}

static gboolean unban_chunk(Targets *self, guint from, guint n, GError **error) {
        Bans *bans = self->run->bans;
        gint64 now = bans_run_now(self->run);
        guint count = 0;

        if (!fail2ban_unban(bans->client, self->jail, (const char *const *) self->texts->pdata + from, n, &count,
                            error))
                return FALSE;

        self->run->changed += count;
        mark_lifted(self, from, n, count);

        ban_table_begin(bans->table);
        for (guint i = from; i < from + n; i++)
                remove_ban(self, i, now);
        ban_table_end(bans->table);
        return TRUE;
}

static gboolean unban_chunks(Targets *self, GError **error) {
        BansRun *run = self->run;
        BansPace *pace = run->bans->unban_pace;
        guint size = bans_pace_first(pace, self->jail), n;

        for (guint from = 0; from < self->texts->len; from += n) {
                GError *cause = NULL;
                gint64 start;

                if (!bans_run_check(run, error))
                        return FALSE;

                n = MIN(size, self->texts->len - from);
                start = g_get_monotonic_time();
                if (!unban_chunk(self, from, n, &cause))
                        return bans_run_fail(run, cause, error);
                size = bans_pace_next(pace, self->jail, n, g_get_monotonic_time() - start);
                bans_run_step(run, n);
        }
        return TRUE;
}

/* Held from before the command until the bans are out of the table. */
static ArchiveNote *note_who(Bans *self, const BansRequest *request, const char *jail, const GPtrArray *texts) {
        ArchiveCause cause = request->cause == ARCHIVE_CAUSE_NONE ? ARCHIVE_CAUSE_HAND : request->cause;

        if (!self->recorder)
                return NULL;
        return archive_recorder_note(self->recorder, jail, texts ? (const char *const *) texts->pdata : NULL,
                                     texts ? texts->len : 0, cause,
                                     request->caller ? (gint64) request->caller->uid : -1, request->reason);
}

static gboolean unban_in_jail(BansRun *run, const char *jail, GError **error) {
        g_auto(Targets) targets = { 0 };
        g_autoptr(ArchiveNote) note = NULL;
        GError *cause = NULL;
        gboolean done;

        if (!collect_targets(&targets, run, jail, &cause))
                return bans_run_fail(run, cause, error);
        note = note_who(run->bans, run->request, jail, targets.texts);
        done = unban_chunks(&targets, error);
        bans_settle(run->bans, jail, bans_run_now(run));
        if (!done)
                return FALSE;

        for (guint i = 0; i < run->work->texts->len; i++) {
                run->unchanged += !targets.lifted[i];
                bans_run_add_row(run, jail, run->work->texts->pdata[i], targets.lifted[i] ? "unbanned" : "absent");
        }
        return TRUE;
}

GVariant *bans_unban(Bans *self, const BansRequest *request, GError **error) {
        g_auto(BansWork) work = { 0 };
        g_auto(BansRun) run = { 0 };

        if (!bans_check_request(self, request, TRUE, &work, error))
                return NULL;

        bans_run_init(&run, self, request, &work, "unbanned");
        for (guint i = 0; work.jails[i]; i++)
                if (!unban_in_jail(&run, work.jails[i], error))
                        return NULL;
        return bans_run_result(&run, "unbanned", "absent");
}

GVariant *bans_unban_all(Bans *self, const BansRequest *request, GError **error) {
        g_auto(GStrv) jails = model_jails(self->model);
        g_autoptr(ArchiveNote) note = NULL;
        GVariantBuilder result;
        gboolean done;
        guint count = 0;

        if (!bans_check_reason(request->reason, error) || !operation_check(request->operation, error))
                return NULL;

        operation_report(request->operation, 0, "fail2ban lifts all bans");
        note = note_who(self, request, NULL, NULL);
        done = fail2ban_unban_all(self->client, &count, error);
        if (done)
                (void) ban_table_remove_jail(self->table, NULL, request->now, "unbanned");
        for (guint i = 0; jails[i]; i++)
                bans_settle(self, jails[i], request->now);
        if (!done)
                return NULL;

        g_variant_builder_init(&result, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&result, "{sv}", "unbanned", g_variant_new_uint32(count));
        return g_variant_builder_end(&result);
}
