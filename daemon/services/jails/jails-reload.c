/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A reload is not atomic in fail2ban: the first command that fails deletes every jail that was being reloaded, with
 * its bans. So each jail is reloaded alone, and whether it runs afterwards is asked of fail2ban, not concluded from the
 * exit status. What fails before anything is sent (a filter file that is missing) leaves the jail as it was.
 */

#include "services/jails/jails-private.h"

#include "core/error.h"
#include "core/text.h"
#include "fail2ban/database.h"
#include "fail2ban/dump.h"

#define TURN_PATIENCE_S 10

static gboolean take_turn(Jails *self, GError **error) {
        gint64 deadline = g_get_monotonic_time() + TURN_PATIENCE_S * G_USEC_PER_SEC;
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        while (self->reloading)
                if (!g_cond_wait_until(&self->idle, &self->lock, deadline)) {
                        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_BUSY,
                                    "jails are being started, stopped or reloaded already");
                        return FALSE;
                }
        self->reloading = TRUE;
        return TRUE;
}

static void give_turn(Jails *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        self->reloading = FALSE;
        g_cond_signal(&self->idle);
}

static gboolean is_running(Jails *self, const char *jail, gboolean *ret, GError **error) {
        g_auto(GStrv) running = fail2ban_jails(self->client, error);

        *ret = running && g_strv_contains((const char *const *) running, jail);
        return running != NULL;
}

/* What the configuration has to say about a jail that does not run. */
static char *why_not_running(Jails *self, const char *jail) {
        g_autoptr(GError) failure = NULL;
        g_autoptr(Fail2banDump) dump = fail2ban_dump_read(&self->programs, &failure);
        const char *problem;

        if (!dump)
                return g_strdup(failure->message);
        problem = fail2ban_dump_problem(dump, jail);
        if (problem)
                return g_strdup(problem);
        if (!g_strv_contains((const char *const *) dump->jails, jail))
                return g_strdup("the configuration does not enable it");
        return g_strdup("fail2ban's log may say why");
}

/* ---- Start and stop ---- */

static gboolean start_in_turn(Jails *self, const char *jail, GError **error) {
        g_autofree char *quoted = text_quote(jail);
        g_autoptr(GError) failure = NULL;
        g_autofree char *reason = NULL;
        gboolean running;

        if (!is_running(self, jail, &running, error))
                return FALSE;
        if (running) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_ALREADY_ACTIVE, "jail %s runs already", quoted);
                return FALSE;
        }
        if (!fail2ban_programs_reload(&self->programs, jail, FAIL2BAN_RELOAD_IF_EXISTS, &failure)) {
                if (g_error_matches(failure, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN))
                        g_prefix_error(&failure, "jail %s was not started: ", quoted);
                g_propagate_error(error, g_steal_pointer(&failure));
                return FALSE;
        }
        if (!is_running(self, jail, &running, error))
                return FALSE;
        if (running) {
                model_set_idle(self->model, jail, FALSE);
                return TRUE;
        }
        reason = why_not_running(self, jail);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "jail %s was not started: %s", quoted,
                    reason);
        return FALSE;
}

gboolean jails_start(Jails *self, const char *jail, gint64 now, GError **error) {
        gboolean started;

        if (!fail2ban_check_jail_name(jail, error) || !take_turn(self, error))
                return FALSE;
        started = start_in_turn(self, jail, error);
        (void) probe_jail(self->probe, jail, now, NULL);
        give_turn(self);
        return started;
}

static gboolean is_known(Jails *self, const char *jail) {
        g_autofree char *database = model_database_file(self->model);
        g_auto(GStrv) names = database ? fail2ban_database_jails(database, NULL) : NULL;

        return (names && g_strv_contains((const char *const *) names, jail)) ||
               fail2ban_configuration_has_jail(self->programs.configuration, jail);
}

static gboolean stop_in_turn(Jails *self, const char *jail, GError **error) {
        g_autoptr(GError) failure = NULL;

        if (fail2ban_jail_stop(self->client, jail, &failure))
                return TRUE;
        if (g_error_matches(failure, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND) && is_known(self, jail))
                return TRUE;
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
}

gboolean jails_stop(Jails *self, const char *jail, gint64 now, GError **error) {
        g_autoptr(GError) failure = NULL;
        gboolean stopped;

        if (!fail2ban_check_jail_name(jail, error) || !take_turn(self, error))
                return FALSE;
        stopped = stop_in_turn(self, jail, &failure);
        (void) probe_full(self->probe, now, NULL);
        give_turn(self);
        if (stopped)
                return TRUE;

        /* The model knows the names that run, and so the nearest one. */
        if (!g_error_matches(failure, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND) ||
            model_check_jail(self->model, jail, error))
                g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
}

/* ---- Reload ---- */

typedef struct Reload {
        Jails *jails;
        gboolean all;
        guint flags;
        gint64 now;
        GStrv before;        /* what ran */
        GPtrArray *reloaded; /* char *, borrowed */
        GHashTable *failed;  /* jail, borrowed -> reason */
} Reload;

/* When all are reloaded, a jail that runs and whose section is gone is stopped, as fail2ban's own reload would do. */
static gboolean reload_command(Reload *self, const char *jail, GError **error) {
        g_autoptr(GError) failure = NULL;

        if (fail2ban_programs_reload(&self->jails->programs, jail, self->flags | FAIL2BAN_RELOAD_IF_EXISTS, &failure))
                return TRUE;
        if (self->all && g_error_matches(failure, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND))
                (void) fail2ban_jail_stop(self->jails->client, jail, NULL);
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
}

/* FALSE: fail2ban itself cannot be asked. What is wrong with the jail goes into `failed`. */
static gboolean reload_one(Reload *self, const char *jail, GError **error) {
        g_autoptr(GError) failure = NULL;
        gboolean done = reload_command(self, jail, &failure);
        gboolean running;

        if (!is_running(self->jails, jail, &running, error))
                return FALSE;
        if (done && running) {
                /* fail2ban ends the idle state of what it reloads. */
                model_set_idle(self->jails->model, jail, FALSE);
                g_ptr_array_add(self->reloaded, (gpointer) jail);
        } else {
                g_hash_table_insert(self->failed, (gpointer) jail,
                                    done ? why_not_running(self->jails, jail) : g_strdup(failure->message));
        }
        (void) probe_jail(self->jails->probe, jail, self->now, NULL);
        return TRUE;
}

static gboolean reload_each(Reload *self, const char *const *names, Operation *operation, GError **error) {
        guint n = g_strv_length((char **) names);

        for (guint i = 0; i < n; i++) {
                g_autofree char *message = g_strdup_printf("reloading jail %s, %u of %u", names[i], i + 1, n);

                operation_report(operation, (double) i / n, message);
                if (!operation_check(operation, error)) {
                        g_prefix_error(error, "%u of %u jails were reloaded: ", self->reloaded->len, n);
                        return FALSE;
                }
                if (!reload_one(self, names[i], error))
                        return FALSE;
        }
        operation_report(operation, 1, "");
        return TRUE;
}

/* What runs, then what the configuration enables and does not run. A configuration that cannot be read as a whole
 * would harm each jail in turn: nothing is done then. */
static GStrv names_to_reload(Reload *self, GError **error) {
        g_autoptr(GStrvBuilder) names = g_strv_builder_new();
        g_autoptr(Fail2banDump) dump = fail2ban_dump_read(&self->jails->programs, error);

        if (!dump)
                return NULL;
        g_strv_builder_addv(names, (const char **) self->before);
        for (char **name = dump->jails; *name; name++)
                if (!g_strv_contains((const char *const *) self->before, *name))
                        g_strv_builder_add(names, *name);
        return g_strv_builder_end(names);
}

static GVariant *reload_result(Reload *self, GError **error) {
        g_auto(GStrv) running = fail2ban_jails(self->jails->client, error);
        g_auto(GVariantBuilder) result = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        g_auto(GVariantBuilder) missing = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);
        g_auto(GVariantBuilder) failed = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{ss}"));
        GHashTableIter iter;
        gpointer jail, reason;

        if (!running)
                return NULL;
        for (char **name = self->before; *name; name++)
                if (!g_strv_contains((const char *const *) running, *name))
                        g_variant_builder_add(&missing, "s", *name);
        g_hash_table_iter_init(&iter, self->failed);
        while (g_hash_table_iter_next(&iter, &jail, &reason))
                g_variant_builder_add(&failed, "{ss}", jail, reason);

        g_variant_builder_add(
                &result, "{sv}", "reloaded",
                g_variant_new_strv((const char *const *) self->reloaded->pdata, (gssize) self->reloaded->len));
        g_variant_builder_add(&result, "{sv}", "missing", g_variant_builder_end(&missing));
        g_variant_builder_add(&result, "{sv}", "failed", g_variant_builder_end(&failed));
        return g_variant_ref_sink(g_variant_builder_end(&result));
}

static GVariant *reload_all(Reload *self, Operation *operation, GError **error) {
        g_auto(GStrv) names = names_to_reload(self, error);
        GVariant *result = NULL;

        if (names && reload_each(self, (const char *const *) names, operation, error))
                result = reload_result(self, error);
        return result;
}

static GVariant *reload_single(Reload *self, const char *jail, Operation *operation, GError **error) {
        const char *names[] = { jail, NULL };
        g_autofree char *quoted = text_quote(jail);
        const char *reason;
        gboolean running;

        if (!jails_check(self->jails, jail, error) || !reload_each(self, names, operation, error))
                return NULL;
        reason = g_hash_table_lookup(self->failed, jail);
        if (!reason)
                return reload_result(self, error);

        if (is_running(self->jails, jail, &running, error))
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "jail %s %s: %s", quoted,
                            running ? "was not reloaded and runs on as it was" : "does not run any more", reason);
        return NULL;
}

GVariant *jails_reload(Jails *self, const char *jail, gboolean restart, gboolean unban, Operation *operation,
                       gint64 now, GError **error) {
        g_autoptr(GPtrArray) reloaded = g_ptr_array_new();
        g_autoptr(GHashTable) failed = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
        g_auto(GStrv) before = NULL;
        GVariant *result = NULL;
        Reload reload = {
                .jails = self,
                .all = !jail,
                .flags = (restart ? FAIL2BAN_RELOAD_RESTART : 0) | (unban ? FAIL2BAN_RELOAD_UNBAN : 0),
                .now = now,
                .reloaded = reloaded,
                .failed = failed,
        };

        if (!take_turn(self, error))
                return NULL;
        before = reload.before = fail2ban_jails(self->client, error);
        if (before)
                result = jail ? reload_single(&reload, jail, operation, error) : reload_all(&reload, operation, error);
        probe_refresh_settings(self->probe);
        (void) probe_full(self->probe, now, NULL);
        give_turn(self);
        return result;
}
