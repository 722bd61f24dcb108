/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The scheduler, with clocks that stand still until the test moves them
 *
 * A job of the test waits in its run until it is let go, so that every overlap is one that the test made. The main loop
 * is turned until what is expected has happened.
 */

#include "jobs/scheduler.h"

#include <glib/gstdio.h>
#include <string.h>

#include "core/error.h"

#define SECOND ((gint64) G_USEC_PER_SEC)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define MIDNIGHT ((gint64) 1795219200 * SECOND) /* the 21st of November 2026, UTC */

typedef struct World World;

/* A job of the test. */
typedef struct Work {
        World *world;
        gboolean held;       /* a run waits until this is FALSE, or it is cancelled */
        BanguiError failure; /* with `fails` */
        gboolean fails;
        guint begun, ended;
        guint at_once; /* runs at the same time, at most */
        guint going;
} Work;

struct World {
        char *folder;
        char *file; /* of the settings */
        Settings *settings;
        Store *store;
        JobStore *job_store;
        EventSink sink;
        JobTable *table;
        Scheduler *scheduler;
        GThread *main;
        guint asked;

        GMutex lock; /* guards all below, and the works */
        GCond changed;
        gint64 elapsed, wall, alarm;
        GHashTable *told; /* name -> properties */
        guint n_told;
        Work first, second;
};

static gint64 elapsed(gpointer userdata) {
        World *self = userdata;
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        return self->elapsed;
}

static gint64 wall(gpointer userdata) {
        World *self = userdata;
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        return self->wall;
}

static void set_alarm(gint64 at_wall, gpointer userdata) {
        World *self = userdata;
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        self->alarm = at_wall;
}

static void on_event(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
        World *self = userdata;
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        g_assert_cmpint(type, ==, EVENT_JOB);
        self->n_told++;
        g_hash_table_replace(self->told, g_strdup(name), g_variant_ref(properties));
        g_main_context_wakeup(NULL);
}

static gboolean on_run(gpointer userdata, Operation *operation, GError **error) {
        Work *work = userdata;
        World *self = work->world;
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        gboolean good = TRUE;

        g_assert_true(g_thread_self() != self->main);
        work->begun++;
        work->going++;
        work->at_once = MAX(work->at_once, work->going);
        operation_report(operation, 0.5, "half is done");
        g_cond_broadcast(&self->changed);
        while (work->held && (good = operation_check(operation, error)))
                (void) g_cond_wait_until(&self->changed, &self->lock, g_get_monotonic_time() + G_USEC_PER_SEC / 100);
        if (good && work->fails) {
                g_set_error(error, BANGUI_ERROR, (gint) work->failure, "failure %u", work->begun);
                good = FALSE;
        }
        if (good)
                operation_report(operation, 1, "all is done");
        work->going--;
        work->ended++;
        return good;
}

static void on_ask(gpointer userdata) {
        World *self = userdata;

        g_assert_true(g_thread_self() == self->main);
        self->asked++;
}

static void setup(World *self, gconstpointer data) {
        const char *const environment[] = { NULL };
        g_autoptr(GError) error = NULL;

        g_mutex_init(&self->lock);
        g_cond_init(&self->changed);
        self->main = g_thread_self();
        self->folder = g_dir_make_tmp("bangui-scheduler-XXXXXX", NULL);
        self->file = g_build_filename(self->folder, "bangui.conf", NULL);
        g_assert_true(g_file_set_contents(self->file, "", 0, NULL));
        self->settings = settings_load(self->file, environment, NULL, &error);
        g_assert_no_error(error);
        self->store = store_open(self->folder, &error);
        g_assert_no_error(error);
        self->job_store = job_store_new(self->store);
        self->sink = (EventSink) { on_event, self };
        self->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
        self->elapsed = HOUR;
        self->wall = MIDNIGHT;
        self->first.world = self->second.world = self;
}

/* What a start of the daemon makes. */
static void begin(World *self) {
        const SchedulerClock clock = { elapsed, wall, set_alarm, self };

        self->table = job_table_new(&self->sink, self->job_store);
        self->scheduler = scheduler_new(self->settings, self->table, &clock);
}

static void end(World *self) {
        g_clear_pointer(&self->scheduler, scheduler_free);
        g_clear_pointer(&self->table, job_table_free);
}

static void teardown(World *self, gconstpointer data) {
        g_autofree char *file = g_build_filename(self->folder, STORE_FILE_NAME, NULL);

        end(self);
        job_store_free(self->job_store);
        store_close(self->store);
        settings_free(self->settings);
        g_assert_cmpint(g_unlink(file), ==, 0);
        g_assert_cmpint(g_unlink(self->file), ==, 0);
        g_free(self->file);
        g_assert_cmpint(g_rmdir(self->folder), ==, 0);
        g_free(self->folder);
        g_hash_table_unref(self->told);
        g_cond_clear(&self->changed);
        g_mutex_clear(&self->lock);
}

static void add(World *self, const char *name, Work *work, guint interval_s) {
        scheduler_add(self->scheduler, &(SchedulerJob) {
                                               .name = name,
                                               .description = "a job of the test",
                                               .interval_s = interval_s,
                                               .run = on_run,
                                               .userdata = work,
                                       });
}

static GVariant *told(World *self, const char *name, const char *key) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        return g_variant_lookup_value(g_hash_table_lookup(self->told, name), key, NULL);
}

static char *text(World *self, const char *name, const char *key) {
        g_autoptr(GVariant) value = told(self, name, key);

        return g_variant_dup_string(value, NULL);
}

static gint64 number(World *self, const char *name, const char *key) {
        g_autoptr(GVariant) value = told(self, name, key);

        return g_variant_is_of_type(value, G_VARIANT_TYPE_UINT64) ? (gint64) g_variant_get_uint64(value)
                                                                  : g_variant_get_int64(value);
}

static void expect_text(World *self, const char *name, const char *key, const char *expected) {
        g_autofree char *found = text(self, name, key);

        g_assert_cmpstr(found, ==, expected);
}

static void settle(void) {
        while (g_main_context_iteration(NULL, FALSE))
                ;
}

/* Until a job was run so many times, its end was told, and what follows is planned. */
static void turn_until_runs(World *self, const char *name, gint64 runs) {
        while (number(self, name, "Runs") < runs)
                (void) g_main_context_iteration(NULL, TRUE);
        scheduler_look(self->scheduler);
        settle();
}

static void wait_until_begun(World *self, Work *work, guint begun) {
        while (TRUE) {
                g_mutex_lock(&self->lock);
                if (work->begun >= begun)
                        break;
                g_mutex_unlock(&self->lock);
                (void) g_main_context_iteration(NULL, FALSE);
        }
        g_mutex_unlock(&self->lock);
}

static void hold(World *self, Work *work, gboolean held) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        work->held = held;
        g_cond_broadcast(&self->changed);
}

/* Time goes by; the wall clock may be set in the meantime. Then the alarm rings, as it does in all these cases. */
static void pass(World *self, gint64 time, gint64 set_by) {
        g_mutex_lock(&self->lock);
        self->elapsed += time;
        self->wall += time + set_by;
        g_mutex_unlock(&self->lock);
        scheduler_look(self->scheduler);
        settle();
}

static void start(World *self) {
        scheduler_start(self->scheduler);
        settle();
}

static void test_at_the_start_and_after(World *self, gconstpointer data) {
        begin(self);
        add(self, "first", &self->first, 300);
        expect_text(self, "first", "State", "waiting");
        start(self);
        turn_until_runs(self, "first", 1);
        expect_text(self, "first", "State", "waiting");
        expect_text(self, "first", "LastResult", "done");
        expect_text(self, "first", "LastError", "");
        expect_text(self, "first", "LastMessage", "all is done");
        g_assert_cmpint(number(self, "first", "LastStart"), ==, MIDNIGHT / SECOND);
        g_assert_cmpint(number(self, "first", "NextRun"), ==, MIDNIGHT / SECOND + 300);
        g_assert_cmpint(self->alarm, ==, MIDNIGHT + 300 * SECOND);

        pass(self, 250 * SECOND, 0);
        g_assert_cmpuint(self->first.begun, ==, 1);
        pass(self, 50 * SECOND, 0);
        turn_until_runs(self, "first", 2);
        g_assert_cmpint(self->alarm, ==, MIDNIGHT + 600 * SECOND);
}

/* One wake-up for both: the second is taken along a little early. */
static void test_taken_along(World *self, gconstpointer data) {
        begin(self);
        add(self, "first", &self->first, 300);
        scheduler_add(self->scheduler, &(SchedulerJob) { .name = "second",
                                                         .description = "",
                                                         .interval_s = 305,
                                                         .run = on_run,
                                                         .userdata = &self->second });
        start(self);
        turn_until_runs(self, "first", 1);
        turn_until_runs(self, "second", 1);
        pass(self, 300 * SECOND, 0);
        turn_until_runs(self, "first", 2);
        turn_until_runs(self, "second", 2);
}

static void test_after_sleep(World *self, gconstpointer data) {
        begin(self);
        add(self, "first", &self->first, 300);
        start(self);
        turn_until_runs(self, "first", 1);
        pass(self, 3 * DAY, 0);
        turn_until_runs(self, "first", 2);
        pass(self, 0, 0);
        g_assert_cmpuint(self->first.begun, ==, 2);
        g_assert_cmpint(self->alarm, ==, MIDNIGHT + 3 * DAY + 300 * SECOND);
}

/* The alarm follows a clock that was set, whichever way. */
static void test_wall_clock_set(World *self, gconstpointer data) {
        begin(self);
        add(self, "first", &self->first, 300);
        start(self);
        turn_until_runs(self, "first", 1);
        pass(self, 100 * SECOND, -DAY);
        g_assert_cmpuint(self->first.begun, ==, 1);
        g_assert_cmpint(self->alarm, ==, MIDNIGHT - DAY + 300 * SECOND);
        g_assert_cmpint(number(self, "first", "NextRun"), ==, self->alarm / SECOND);
        pass(self, 0, 400 * DAY);
        g_assert_cmpuint(self->first.begun, ==, 1);
        g_assert_cmpint(self->alarm, ==, MIDNIGHT + 399 * DAY + 300 * SECOND);
}

static const Calendar noon = { .hour = 12 };

/* Noon of this time zone, whichever it is. */
static gint64 next_noon(gint64 after) {
        g_autoptr(GTimeZone) zone = g_time_zone_new_local();

        return calendar_next(&noon, zone, after / SECOND) * SECOND;
}

static void test_calendar(World *self, gconstpointer data) {
        gint64 first = next_noon(MIDNIGHT), month;

        begin(self);
        scheduler_add(self->scheduler, &(SchedulerJob) { .name = "first",
                                                         .description = "",
                                                         .calendar = &noon,
                                                         .later = TRUE,
                                                         .run = on_run,
                                                         .userdata = &self->first });
        start(self);
        g_assert_cmpuint(self->first.begun, ==, 0);
        expect_text(self, "first", "Calendar", "daily 12:00");
        g_assert_cmpint(self->alarm, ==, first);
        pass(self, first - MIDNIGHT, 0);
        turn_until_runs(self, "first", 1);
        g_assert_cmpint(self->alarm, ==, next_noon(first));

        pass(self, 30 * DAY, 0); /* slept into the next month: one run */
        turn_until_runs(self, "first", 2);
        month = first + 30 * DAY;
        g_assert_cmpint(self->alarm, ==, next_noon(month));
        pass(self, MINUTE, -HOUR); /* the same noon again */
        g_assert_cmpuint(self->first.begun, ==, 2);
        pass(self, 0, 40 * DAY);
        turn_until_runs(self, "first", 3);
}

static void test_failing(World *self, gconstpointer data) {
        begin(self);
        self->first.fails = TRUE;
        self->first.failure = BANGUI_ERROR_DATABASE_BUSY;
        add(self, "first", &self->first, 300);
        add(self, "second", &self->second, 300);
        start(self);
        turn_until_runs(self, "first", 1);
        turn_until_runs(self, "second", 1);
        expect_text(self, "first", "State", "backing-off");
        expect_text(self, "first", "LastResult", "failed");
        expect_text(self, "first", "LastError", "failure 1");
        g_assert_cmpint(number(self, "first", "Failures"), ==, 1);
        g_assert_cmpint(number(self, "first", "NextRun"), ==, MIDNIGHT / SECOND + 60);
        expect_text(self, "second", "LastResult", "done");

        pass(self, MINUTE, 0);
        turn_until_runs(self, "first", 2);
        g_assert_cmpint(number(self, "first", "NextRun"), ==, MIDNIGHT / SECOND + 60 + 120);
        g_mutex_lock(&self->lock);
        self->first.fails = FALSE;
        g_mutex_unlock(&self->lock);
        pass(self, 2 * MINUTE, 0);
        turn_until_runs(self, "first", 3);
        expect_text(self, "first", "State", "waiting");
        g_assert_cmpint(number(self, "first", "Failures"), ==, 2);
        g_assert_cmpint(number(self, "first", "NextRun"), ==, MIDNIGHT / SECOND + 180 + 300);
}

/* Asked for a hundred times during a run: one more run, after it. */
static void test_poke(World *self, gconstpointer data) {
        begin(self);
        add(self, "first", &self->first, 0);
        start(self);
        expect_text(self, "first", "State", "off");
        g_assert_cmpint(self->alarm, ==, -1);
        hold(self, &self->first, TRUE);
        job_table_poke(self->table, "first");
        job_table_poke(self->table, "nobody");
        wait_until_begun(self, &self->first, 1);
        expect_text(self, "first", "State", "running");
        for (guint i = 0; i < 100; i++)
                job_table_poke(self->table, "first");
        hold(self, &self->first, FALSE);
        turn_until_runs(self, "first", 1);
        pass(self, SECOND, 0);
        turn_until_runs(self, "first", 2);
        pass(self, HOUR, 0);
        g_assert_cmpuint(self->first.begun, ==, 2);
        g_assert_cmpuint(self->first.at_once, ==, 1);
}

typedef struct Call {
        World *world;
        const char *name;
        Operation *operation;
        GVariant *row;
        GError *error;
        gint done; /* atomic */
} Call;

static gpointer call_main(gpointer data) {
        Call *call = data;

        call->row = job_table_run(call->world->table, call->name, call->operation, &call->error);
        g_atomic_int_set(&call->done, TRUE);
        g_main_context_wakeup(NULL);
        return NULL;
}

static GThread *call_begin(World *self, Call *call, const char *name) {
        *call = (Call) { .world = self, .name = name, .operation = operation_new("Jobs.Run", NULL, NULL) };
        return g_thread_new("caller", call_main, call);
}

/* It sees the progress of the run that it waits for. */
static void wait_until_joined(Call *call) {
        while (operation_progress(call->operation, NULL) == 0)
                g_thread_yield();
}

static void call_end(Call *call, GThread *thread) {
        while (!g_atomic_int_get(&call->done))
                (void) g_main_context_iteration(NULL, TRUE);
        g_thread_join(thread);
}

static void call_clear(Call *call) {
        g_clear_pointer(&call->row, g_variant_unref);
        g_clear_error(&call->error);
        operation_unref(call->operation);
}

static gboolean joined(const Call *call) {
        gboolean answer = FALSE;

        g_assert_no_error(call->error);
        g_assert_true(g_variant_lookup(call->row, "joined", "b", &answer));
        return answer;
}

static void test_run_now(World *self, gconstpointer data) {
        GThread *thread;
        const char *result;
        Call call;

        begin(self);
        add(self, "first", &self->first, 0);
        start(self);
        thread = call_begin(self, &call, "first");
        call_end(&call, thread);
        g_assert_false(joined(&call));
        g_assert_true(g_variant_lookup(call.row, "last_result", "&s", &result));
        g_assert_cmpstr(result, ==, "done");
        g_assert_true(g_variant_lookup(call.row, "last_message", "&s", &result));
        g_assert_cmpstr(result, ==, "all is done");
        call_clear(&call);

        thread = call_begin(self, &call, "frist");
        call_end(&call, thread);
        g_assert_error(call.error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(call.error->message, "the jobs are first"));
        call_clear(&call);
}

/* Whoever asks while it runs waits for the same run. */
static void test_run_joins(World *self, gconstpointer data) {
        GThread *threads[2];
        Call calls[2];

        begin(self);
        add(self, "first", &self->first, 300);
        hold(self, &self->first, TRUE);
        start(self);
        wait_until_begun(self, &self->first, 1);
        for (guint i = 0; i < 2; i++) {
                threads[i] = call_begin(self, &calls[i], "first");
                wait_until_joined(&calls[i]);
        }
        pass(self, DAY, 0);
        operation_cancel(calls[1].operation);
        call_end(&calls[1], threads[1]);
        g_assert_error(calls[1].error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED);
        hold(self, &self->first, FALSE);
        call_end(&calls[0], threads[0]);
        g_assert_cmpuint(self->first.at_once, ==, 1);
        g_assert_true(joined(&calls[0]));
        call_clear(&calls[0]);
        call_clear(&calls[1]);
}

/* It cancels the run that it began. */
static void test_run_cancelled(World *self, gconstpointer data) {
        GThread *thread;
        Call call;

        begin(self);
        add(self, "first", &self->first, 0);
        start(self);
        hold(self, &self->first, TRUE);
        thread = call_begin(self, &call, "first");
        wait_until_begun(self, &self->first, 1);
        operation_cancel(call.operation);
        call_end(&call, thread);
        g_assert_error(call.error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED);
        expect_text(self, "first", "LastResult", "cancelled");
        expect_text(self, "first", "State", "off");
        g_assert_cmpint(number(self, "first", "Failures"), ==, 0);
        call_clear(&call);
}

static void set_interval(World *self, const char *value) {
        g_autoptr(GPtrArray) problems = g_ptr_array_new();
        g_autofree char *text = g_strdup_printf("[bangui]\narchive-sync-interval=%s\n", value);

        g_assert_true(g_file_set_contents(self->file, text, -1, NULL));
        (void) settings_reload(self->settings, problems);
        g_assert_cmpuint(problems->len, ==, 0);
}

/* The plan follows the setting at once, from the last run on. */
static void test_interval_setting(World *self, gconstpointer data) {
        begin(self);
        scheduler_add(self->scheduler, &(SchedulerJob) { .name = "first",
                                                         .description = "",
                                                         .interval_setting = SETTING_ARCHIVE_SYNC_INTERVAL,
                                                         .run = on_run,
                                                         .userdata = &self->first });
        start(self);
        turn_until_runs(self, "first", 1);
        g_assert_cmpint(number(self, "first", "Interval"), ==, 300);
        pass(self, 100 * SECOND, 0);
        set_interval(self, "200");
        while (self->alarm != MIDNIGHT + 200 * SECOND)
                (void) g_main_context_iteration(NULL, TRUE);
        g_assert_cmpint(number(self, "first", "Interval"), ==, 200);
        g_assert_cmpint(number(self, "first", "NextRun"), ==, MIDNIGHT / SECOND + 200);
        set_interval(self, "50");
        turn_until_runs(self, "first", 2);
}

/* What another part does: it is asked, and tells of its runs. */
static void test_reported(World *self, gconstpointer data) {
        g_autoptr(GError) error = g_error_new_literal(BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE, "not there");
        GThread *thread;
        Call call;

        begin(self);
        scheduler_add(self->scheduler, &(SchedulerJob) { .name = "probe",
                                                         .description = "",
                                                         .interval_setting = SETTING_FAIL2BAN_PROBE_INTERVAL,
                                                         .ask = on_ask,
                                                         .userdata = self });
        start(self);
        g_assert_cmpint(self->alarm, ==, -1);
        scheduler_report_begin(self->scheduler, "probe");
        expect_text(self, "probe", "State", "running");
        thread = call_begin(self, &call, "probe");
        while (self->asked == 0)
                (void) g_main_context_iteration(NULL, TRUE);
        pass(self, SECOND, 0);
        scheduler_report_end(self->scheduler, "probe", NULL);
        settle();
        g_assert_false(g_atomic_int_get(&call.done));
        scheduler_report_begin(self->scheduler, "probe");
        scheduler_report_end(self->scheduler, "probe", error);
        call_end(&call, thread);
        g_assert_error(call.error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE);
        expect_text(self, "probe", "LastResult", "failed");
        expect_text(self, "probe", "State", "waiting");
        g_assert_cmpint(number(self, "probe", "NextRun"), ==, MIDNIGHT / SECOND + 31);
        g_assert_cmpint(number(self, "probe", "Runs"), ==, 2);
        g_assert_cmpuint(self->asked, ==, 1);
        call_clear(&call);
}

/* Once a day means once a day, however often the daemon is started. */
static void test_kept_over_a_restart(World *self, gconstpointer data) {
        begin(self);
        add(self, "first", &self->first, 24 * 3600);
        start(self);
        turn_until_runs(self, "first", 1);
        end(self);

        self->elapsed += 6 * HOUR;
        self->wall += 6 * HOUR;
        begin(self);
        add(self, "first", &self->first, 24 * 3600);
        expect_text(self, "first", "LastResult", "done");
        g_assert_cmpint(number(self, "first", "LastStart"), ==, MIDNIGHT / SECOND);
        start(self);
        g_assert_cmpint(number(self, "first", "NextRun"), ==, MIDNIGHT / SECOND + 24 * 3600);
        g_assert_cmpint(number(self, "first", "Runs"), ==, 0);
        end(self);

        self->elapsed = SECOND; /* the machine was off, and its clock goes on */
        self->wall += 3 * DAY;
        begin(self);
        add(self, "first", &self->first, 24 * 3600);
        start(self);
        turn_until_runs(self, "first", 1);
        g_assert_cmpuint(self->first.begun, ==, 2);
}

/* The end cancels what runs and waits for it; a run that was cut off is made at the next start. */
static void test_end(World *self, gconstpointer data) {
        begin(self);
        add(self, "first", &self->first, 24 * 3600);
        hold(self, &self->first, TRUE);
        start(self);
        wait_until_begun(self, &self->first, 1);
        end(self);
        g_assert_cmpuint(self->first.ended, ==, 1);
        expect_text(self, "first", "LastResult", "cancelled");

        hold(self, &self->first, FALSE);
        begin(self);
        add(self, "first", &self->first, 24 * 3600);
        start(self);
        turn_until_runs(self, "first", 1);
        g_assert_cmpuint(self->first.begun, ==, 2);
}

static void test_end_unblocks_callers(World *self, gconstpointer data) {
        GThread *threads[2];
        Call calls[2];

        begin(self);
        add(self, "first", &self->first, 0);
        start(self);
        hold(self, &self->first, TRUE);
        threads[0] = call_begin(self, &calls[0], "first");
        wait_until_begun(self, &self->first, 1);
        threads[1] = call_begin(self, &calls[1], "first");
        scheduler_stop(self->scheduler);
        for (guint i = 0; i < 2; i++) {
                call_end(&calls[i], threads[i]);
                g_assert_error(calls[i].error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED);
                call_clear(&calls[i]);
        }
        g_clear_pointer(&self->scheduler, scheduler_free);
        g_assert_null(job_table_run(self->table, "first", NULL, NULL));
        job_table_poke(self->table, "first");
}

/* The machine's own clocks and alarm. */
static void test_machine(World *self, gconstpointer data) {
        self->table = job_table_new(&self->sink, NULL);
        self->scheduler = scheduler_new(self->settings, self->table, NULL);
        add(self, "first", &self->first, 1);
        scheduler_start(self->scheduler);
        turn_until_runs(self, "first", 2);
        g_assert_cmpint(number(self, "first", "LastStart"), >, MIDNIGHT / SECOND - 3650 * 24 * 3600);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add("/jobs/scheduler/" path, World, NULL, setup, test, teardown)
        ADD("at-the-start-and-after", test_at_the_start_and_after);
        ADD("taken-along", test_taken_along);
        ADD("after-sleep", test_after_sleep);
        ADD("wall-clock-set", test_wall_clock_set);
        ADD("calendar", test_calendar);
        ADD("failing", test_failing);
        ADD("poke", test_poke);
        ADD("run-now", test_run_now);
        ADD("run-joins", test_run_joins);
        ADD("run-cancelled", test_run_cancelled);
        ADD("reported", test_reported);
        ADD("interval-setting", test_interval_setting);
        ADD("kept-over-a-restart", test_kept_over_a_restart);
        ADD("end", test_end);
        ADD("end-unblocks-callers", test_end_unblocks_callers);
        ADD("machine", test_machine);
        return g_test_run();
}
