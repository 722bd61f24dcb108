/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Making fail2ban's ignore lists true
 *
 * For each jail three things are compared: what is wanted, what its list has, and our marks, which say what of the list
 * is ours. A mark is written before the command that it stands for, and removed after the command that takes back; so
 * whatever a crash leaves behind, the next run sees as begun by us. A mark that is not done says that bans are still to
 * be lifted: once for each entry and jail, so that somebody who is banned in spite of his entry stays so when the jail
 * comes again. A jail that has just started restores its bans a moment later, so there a second run follows.
 *
 * Before something is taken back the configuration is asked: what it has by now is the administrator's.
 */

#include "core/error.h"
#include "core/log.h"
#include "fail2ban/check.h"
#include "fail2ban/commands.h"
#include "fail2ban/dump.h"
#include "services/allow/allow-private.h"

#define COMMAND_MAX 100 /* addresses in one command */
#define STARTING_S 5    /* so long a jail may still restore bans */

typedef struct Run {
        Allow *allow;
        const Caller *caller;
        const char *reason;
        gint64 now;
        Operation *operation;
        guint unbanned;
        gboolean again; /* some marks could not be done yet */
        Fail2banDump *dump;
        gboolean dump_tried;
} Run;

static void run_clear(Run *self) {
        g_clear_pointer(&self->dump, fail2ban_dump_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

/* One jail. */
typedef struct Work {
        Run *run;
        const char *jail;
        GHashTable *wanted; /* text -> whether to unban */
        GHashTable *listed; /* canonical texts that fail2ban ignores */
        GPtrArray *marks;   /* of AllowMark */
        GHashTable *marked; /* text -> AllowMark of marks */
        GPtrArray *put;     /* texts of wanted */
        GPtrArray *begun;   /* of AllowMark, owned: new, taken over, or not done yet */
        GPtrArray *gone;    /* texts of marks that are taken back, or were no more there */
        gboolean changed;
} Work;

static void work_clear(Work *self) {
        g_clear_pointer(&self->gone, g_ptr_array_unref);
        g_clear_pointer(&self->begun, g_ptr_array_unref);
        g_clear_pointer(&self->put, g_ptr_array_unref);
        g_clear_pointer(&self->marked, g_hash_table_unref);
        g_clear_pointer(&self->marks, g_ptr_array_unref);
        g_clear_pointer(&self->listed, g_hash_table_unref);
        g_clear_pointer(&self->wanted, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Work, work_clear)

static gboolean read_marks(Work *self, GError **error) {
        self->marks = allow_store_marks(self->run->allow->parts.store, self->jail, error);
        if (!self->marks)
                return FALSE;
        self->marked = g_hash_table_new(g_str_hash, g_str_equal);
        for (guint i = 0; i < self->marks->len; i++) {
                AllowMark *mark = self->marks->pdata[i];

                g_hash_table_insert(self->marked, mark->text, mark);
        }
        return TRUE;
}

static gboolean read_list(Work *self, GError **error) {
        g_auto(GStrv) entries =
                fail2ban_list_read(self->run->allow->parts.client, self->jail, FAIL2BAN_LIST_IGNORE_IP, error);

        if (!entries)
                return FALSE;
        self->listed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        for (guint i = 0; entries[i]; i++) {
                char *text = check_ignore_entry(entries[i], NULL);

                g_hash_table_add(self->listed, text ? text : g_strdup(entries[i]));
        }
        return TRUE;
}

/* What lacks is to be put, and is ours from then on. */
static void compare(Work *self) {
        GHashTableIter iter;
        gpointer key;

        self->put = g_ptr_array_new();
        self->begun = g_ptr_array_new_with_free_func((GDestroyNotify) allow_mark_free);
        g_hash_table_iter_init(&iter, self->wanted);
        while (g_hash_table_iter_next(&iter, &key, NULL)) {
                const AllowMark *known = g_hash_table_lookup(self->marked, key);
                gboolean listed = g_hash_table_contains(self->listed, key);
                gboolean ours = !listed || (known && known->ours);
                AllowMark *mark;

                if (!listed)
                        g_ptr_array_add(self->put, key);
                if (known && known->done && known->ours == ours)
                        continue;
                mark = g_new0(AllowMark, 1);
                mark->text = g_strdup(key);
                mark->ours = ours;
                mark->done = known && known->done;
                g_ptr_array_add(self->begun, mark);
        }
}

static gboolean put_all(Work *self, GError **error) {
        for (guint i = 0; i < self->put->len; i += COMMAND_MAX) {
                guint n = MIN(self->put->len - i, COMMAND_MAX);

                if (!operation_check(self->run->operation, error) ||
                    !fail2ban_ignore(self->run->allow->parts.client, self->jail,
                                     (const char *const *) self->put->pdata + i, n, error))
                        return FALSE;
                self->changed = TRUE;
        }
        return TRUE;
}

/* Lifting bans */

static void note_ban(const Ban *ban, gpointer userdata) {
        *(gboolean *) userdata = TRUE;
}

static gboolean has_bans(const Work *self, const char *text) {
        Address address;
        BanQuery query = { .jail = self->jail, .within = &address, .sort = BAN_SORT_ADDRESS, .limit = 1 };
        gboolean found = FALSE;

        if (!address_try_parse(text, &address))
                return FALSE;
        if (address_is_single(&address))
                return ban_table_has(self->run->allow->parts.table, self->jail, text);
        (void) ban_table_query(self->run->allow->parts.table, &query, note_ban, &found, NULL, NULL, NULL);
        return found;
}

static GPtrArray *texts_to_lift(const Work *self) {
        GPtrArray *texts = g_ptr_array_new();

        for (guint i = 0; i < self->begun->len; i++) {
                const AllowMark *mark = self->begun->pdata[i];

                if (!mark->done && g_hash_table_lookup(self->wanted, mark->text) && has_bans(self, mark->text))
                        g_ptr_array_add(texts, mark->text);
        }
        return texts;
}

static gboolean lift(Work *self, GError **error) {
        g_autoptr(GPtrArray) texts = texts_to_lift(self);
        const char *jails[] = { self->jail, NULL };
        g_autoptr(GVariant) result = NULL;
        guint n = texts->len, unbanned = 0;

        if (n == 0)
                return TRUE;
        g_ptr_array_add(texts, NULL);
        result = bans_unban(self->run->allow->parts.bans,
                            &(BansRequest) { .caller = self->run->caller,
                                             .addresses = (const char *const *) texts->pdata,
                                             .jails = jails,
                                             .reason = self->run->reason,
                                             .cause = ARCHIVE_CAUSE_DAEMON,
                                             .operation = self->run->operation,
                                             .now = self->run->now },
                            error);
        if (!result)
                return FALSE;
        g_variant_ref_sink(result);
        (void) g_variant_lookup(result, "unbanned", "u", &unbanned);
        self->run->unbanned += unbanned;
        return TRUE;
}

/* Whether all bans of the jail have come back by now. */
static gboolean is_settled(const Work *self) {
        Allow *allow = self->run->allow;
        gint64 *since = g_hash_table_lookup(allow->running, self->jail);

        return since && self->run->now - *since >= STARTING_S && !probe_is_unsettled(allow->parts.probe);
}

static gboolean finish_marks(Work *self, GError **error) {
        if (!is_settled(self)) {
                for (guint i = 0; i < self->begun->len; i++)
                        self->run->again |= !((const AllowMark *) self->begun->pdata[i])->done;
                return TRUE;
        }
        for (guint i = 0; i < self->begun->len; i++)
                ((AllowMark *) self->begun->pdata[i])->done = TRUE;
        return allow_store_mark(self->run->allow->parts.store, self->jail, self->begun, error);
}

/* Taking back */

/* A configuration that cannot be read has nothing to say. */
static gboolean is_configured(Run *self, const char *jail, const char *text) {
        if (!self->dump_tried)
                self->dump = fail2ban_dump_read(self->allow->parts.programs, NULL);
        self->dump_tried = TRUE;
        return self->dump && fail2ban_dump_ignores(self->dump, jail, text);
}

static gboolean take_back_one(Work *self, const AllowMark *mark, GError **error) {
        if (!mark->ours || !g_hash_table_contains(self->listed, mark->text) ||
            is_configured(self->run, self->jail, mark->text))
                return TRUE;
        self->changed = TRUE;
        return fail2ban_list_remove(self->run->allow->parts.client, self->jail, FAIL2BAN_LIST_IGNORE_IP, mark->text,
                                    error);
}

static gboolean take_back(Work *self, GError **error) {
        self->gone = g_ptr_array_new();
        for (guint i = 0; i < self->marks->len; i++) {
                AllowMark *mark = self->marks->pdata[i];

                if (g_hash_table_contains(self->wanted, mark->text))
                        continue;
                if (!take_back_one(self, mark, error))
                        return FALSE;
                g_ptr_array_add(self->gone, mark->text);
        }
        return TRUE;
}

/* The marks go when the model has the new list: until then what it shows is still ours. */
static gboolean settle(Work *self, GError **error) {
        Allow *allow = self->run->allow;

        if (self->changed)
                (void) probe_jail(allow->parts.probe, self->jail, self->run->now, NULL);
        return !self->gone || allow_store_unmark(allow->parts.store, self->jail, self->gone, error);
}

/* The whole */

static gboolean apply_work(Work *self, GError **error) {
        Allow *allow = self->run->allow;

        if (!read_marks(self, error))
                return FALSE;
        if (self->marks->len == 0 && g_hash_table_size(self->wanted) == 0)
                return TRUE;
        if (!read_list(self, error))
                return FALSE;
        compare(self);
        return allow_store_mark(allow->parts.store, self->jail, self->begun, error) && put_all(self, error) &&
               lift(self, error) && finish_marks(self, error) && take_back(self, error);
}

static gboolean apply_jail(Run *run, const char *jail, GError **error) {
        g_auto(Work) work = { .run = run, .jail = jail };
        GError *failure = NULL;
        gboolean done;

        g_mutex_lock(&run->allow->lock);
        work.wanted = allow_wanted(run->allow, jail, run->now);
        g_mutex_unlock(&run->allow->lock);

        done = apply_work(&work, &failure);
        if (settle(&work, done ? &failure : NULL) && done)
                return TRUE;
        if (g_error_matches(failure, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND)) {
                g_error_free(failure);
                return TRUE;
        }
        g_propagate_prefixed_error(error, failure, "the allow list in jail '%s': ", jail);
        return FALSE;
}

/* Since when each jail has been seen to run. */
static void note_running(Allow *self, const char *const *jails, gint64 now) {
        GHashTableIter iter;
        gpointer key;

        g_hash_table_iter_init(&iter, self->running);
        while (g_hash_table_iter_next(&iter, &key, NULL))
                if (!g_strv_contains(jails, key))
                        g_hash_table_iter_remove(&iter);
        for (; *jails; jails++)
                if (!g_hash_table_contains(self->running, *jails))
                        g_hash_table_insert(self->running, g_strdup(*jails), g_memdup2(&now, sizeof(now)));
}

/* A jail that refuses does not keep the others waiting; a server that is gone ends it. */
static gboolean is_over(const GError *failure) {
        return g_error_matches(failure, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE) ||
               g_error_matches(failure, BANGUI_ERROR, BANGUI_ERROR_CANCELLED);
}

static gboolean apply_jails(Run *run, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&run->allow->applying);
        g_auto(GStrv) jails = model_jails(run->allow->parts.model);
        gboolean over = FALSE;
        GError *first = NULL;

        note_running(run->allow, (const char *const *) jails, run->now);
        for (guint i = 0; jails[i] && !over; i++) {
                g_autoptr(GError) failure = NULL;

                if (apply_jail(run, jails[i], &failure))
                        continue;
                over = is_over(failure);
                if (!first)
                        first = g_steal_pointer(&failure);
        }
        if (!first)
                return TRUE;
        g_propagate_error(error, first);
        return FALSE;
}

gboolean allow_apply_all(Allow *self, const Caller *caller, const char *reason, gint64 now, Operation *operation,
                         guint *ret_unbanned, GError **error) {
        g_auto(Run) run = { .allow = self, .caller = caller, .reason = reason, .now = now, .operation = operation };
        gboolean done;

        if (!model_is_online(self->parts.model)) {
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE,
                                    "fail2ban is offline; it is told of the allow list when it comes");
                return FALSE;
        }
        done = apply_jails(&run, error);
        *ret_unbanned = run.unbanned;

        g_mutex_lock(&self->lock);
        self->again_at = run.again ? now + STARTING_S : 0;
        allow_tell_next(self);
        g_mutex_unlock(&self->lock);
        return done;
}

/* What has ended goes, whether fail2ban is there or not. */
static gboolean remove_ended(Allow *self, gint64 now, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        for (guint i = self->entries->len; i > 0; i--) {
                const AllowEntry *entry = self->entries->pdata[i - 1];
                g_autofree char *text = NULL;

                if (allow_entry_counts(entry, NULL, now))
                        continue;
                if (!allow_store_remove(self->parts.store, entry->id, error))
                        return FALSE;
                log_event(LOG_PRIORITY_NOTICE, "allow.ended", "an entry of the allow list has ended", "ENTRY",
                          entry->entry, NULL);
                text = g_strdup(entry->entry);
                g_hash_table_remove(self->problems, text);
                g_ptr_array_remove_index(self->entries, i - 1);
                allow_tell(self, text, "expired");
        }
        return TRUE;
}

static void report(Allow *self, guint unbanned, Operation *operation) {
        guint n = allow_size(self);
        g_autofree char *message = g_strdup_printf("%u entr%s; %u ban%s lifted", n, n == 1 ? "y" : "ies", unbanned,
                                                   unbanned == 1 ? "" : "s");

        operation_report(operation, 1, message);
}

gboolean allow_apply(Allow *self, gint64 now, Operation *operation, GError **error) {
        g_autoptr(Caller) caller = caller_new("job:allow-list", 0, 0);
        GError *failure = NULL;
        guint unbanned = 0;

        if (!remove_ended(self, now, error))
                return FALSE;
        if (allow_apply_all(self, caller, "on the allow list", now, operation, &unbanned, &failure)) {
                report(self, unbanned, operation);
                return TRUE;
        }
        if (g_error_matches(failure, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE)) {
                operation_report(operation, 1, failure->message);
                g_error_free(failure);
                return TRUE;
        }
        g_propagate_error(error, failure);
        return FALSE;
}
