/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban-fixture.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail2ban/commands.h"
#include "folder.h"

#define FIXTURE_START_SECONDS 30
#define FIXTURE_END_SECONDS 20
#define FIXTURE_LOOK_AGAIN_USEC 2000

struct Fail2banFixture {
        char *folder, *socket, *database, *configuration, *log_folder;
        char **jails;
        GPid pid; /* 0: not running */
};

static void fixture_write(const Fail2banFixture *self, const char *name, const char *text) {
        g_autofree char *path = g_build_filename(self->folder, name, NULL);
        g_autoptr(GError) error = NULL;

        g_file_set_contents(path, text, -1, &error);
        g_assert_no_error(error);
}

static void fixture_make_folder(const Fail2banFixture *self, const char *name) {
        g_autofree char *path = g_build_filename(self->folder, name, NULL);

        g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
}

static char **fixture_jail_names(const Fail2banFixtureOptions *options) {
        g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

        if (options->jails)
                return g_strdupv((char **) options->jails);
        for (guint i = 0; i < MAX(options->n_jails, 1); i++) {
                g_autofree char *name = g_strdup_printf("jail%u", i);

                g_strv_builder_add(builder, name);
        }
        return g_strv_builder_end(builder);
}

static void fixture_write_jails(const Fail2banFixture *self, const Fail2banFixtureOptions *options) {
        g_autoptr(GString) text = g_string_new("[DEFAULT]\nbantime = 10m\nfindtime = 10m\nmaxretry = 3\n"
                                               "backend = polling\nusedns = no\nignoreself = false\n"
                                               "filter = testfilter\naction = testaction\n");

        for (guint i = 0; self->jails[i]; i++) {
                g_autofree char *log = g_strdup_printf("log/jail%u.log", i);

                g_string_append_printf(text, "\n[%s]\nenabled = true\nlogpath = %s/%s\n", self->jails[i], self->folder,
                                       log);
                fixture_write(self, log, "");
        }
        fixture_write(self, "etc/jail.conf", text->str);
        if (options->jail_lines) {
                g_autofree char *local = g_strconcat("[DEFAULT]\n", options->jail_lines, NULL);

                fixture_write(self, "etc/jail.local", local);
        }
}

static void fixture_write_configuration(const Fail2banFixture *self, const Fail2banFixtureOptions *options) {
        g_autofree char *server = g_strdup_printf(
                "[Definition]\nloglevel = INFO\nlogtarget = %s/fail2ban.log\nsyslogsocket = auto\n"
                "allowipv6 = auto\nsocket = %s\npidfile = %s/f2b.pid\ndbfile = %s\ndbpurgeage = 1d\n"
                "dbmaxmatches = 10\n",
                self->log_folder, self->socket, self->folder, options->without_database ? "None" : self->database);
        g_autofree char *action = g_strdup_printf("[Definition]\nactionban = %s\nactionunban =\n[Init]\n",
                                                  options->action_ban ? options->action_ban : "");

        fixture_make_folder(self, "etc/filter.d");
        fixture_make_folder(self, "etc/action.d");
        fixture_make_folder(self, "log");
        fixture_write(self, "etc/fail2ban.conf", server);
        fixture_write_jails(self, options);
        fixture_write(self, "etc/filter.d/testfilter.conf",
                      "[Definition]\nfailregex = ^\\s*test: login failed for \\S+ from <ADDR>$\nignoreregex =\n"
                      "datepattern = {^LN-BEG}EPOCH\n");
        fixture_write(self, "etc/action.d/testaction.conf", action);
}

static void fixture_die_with_test(gpointer userdata) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static gboolean fixture_is_ready(const Fail2banFixture *self, Fail2banClient *client) {
        g_auto(GStrv) jails = fail2ban_jails(client, NULL);

        return jails && g_strv_length(jails) == g_strv_length(self->jails);
}

/* Nothing tells when the jails are there but asking. */
static void fixture_wait_ready(const Fail2banFixture *self) {
        g_autoptr(Fail2banClient) client = fail2ban_client_new(self->socket, 10, 10);
        gint64 deadline = g_get_monotonic_time() + FIXTURE_START_SECONDS * G_USEC_PER_SEC;

        while (!fixture_is_ready(self, client)) {
                if (g_get_monotonic_time() > deadline)
                        g_error("fail2ban-server in %s did not list its jails; see output there", self->folder);
                g_usleep(FIXTURE_LOOK_AGAIN_USEC);
        }
}

static void fixture_spawn(Fail2banFixture *self) {
        g_autofree char *output = g_build_filename(self->folder, "output", NULL);
        g_autofree char *command = g_strdup_printf("exec /usr/bin/python3 /usr/bin/fail2ban-server -c '%s' "
                                                   "-xf start >>'%s' 2>&1",
                                                   self->configuration, output);
        const char *arguments[] = { "/bin/sh", "-c", command, NULL };
        const char *environment[] = { "PATH=/usr/bin:/bin:/usr/sbin:/sbin", "LANG=C.UTF-8", NULL };
        g_autoptr(GError) error = NULL;

        g_spawn_async(NULL, (char **) arguments, (char **) environment, G_SPAWN_DO_NOT_REAP_CHILD,
                      fixture_die_with_test, NULL, &self->pid, &error);
        g_assert_no_error(error);
}

Fail2banFixture *fail2ban_fixture_start(const Fail2banFixtureOptions *options) {
        static const Fail2banFixtureOptions defaults = { 0 };
        Fail2banFixture *self = g_new0(Fail2banFixture, 1);
        g_autoptr(GError) error = NULL;

        if (!options)
                options = &defaults;
        self->folder = g_dir_make_tmp("bangui-f2b-XXXXXX", &error);
        g_assert_no_error(error);
        self->socket = g_build_filename(self->folder, "f2b.sock", NULL);
        self->database = g_build_filename(self->folder, "f2b.sqlite3", NULL);
        self->configuration = g_build_filename(self->folder, "etc", NULL);
        self->log_folder = g_build_filename(self->folder, "log", NULL);
        self->jails = fixture_jail_names(options);
        fixture_write_configuration(self, options);
        fail2ban_fixture_restart(self);
        return self;
}

void fail2ban_fixture_restart(Fail2banFixture *self) {
        g_assert_cmpint(self->pid, ==, 0);
        fixture_spawn(self);
        fixture_wait_ready(self);
}

static gboolean fixture_has_ended(const Fail2banFixture *self) {
        pid_t ended = waitpid(self->pid, NULL, WNOHANG);

        return ended == self->pid || (ended < 0 && errno != EINTR);
}

/* fail2ban's handler of SIGTERM runs on the thread that answers commands, and takes a lock which that thread may hold
 * just then: once in a hundred ends or so, while it is asked without a rest, it hangs for ever. */
static void fixture_end(Fail2banFixture *self, int signal_number) {
        gint64 deadline = g_get_monotonic_time() + FIXTURE_END_SECONDS * G_USEC_PER_SEC;

        if (self->pid == 0)
                return;
        (void) kill(self->pid, signal_number);
        while (!fixture_has_ended(self)) {
                if (g_get_monotonic_time() > deadline)
                        (void) kill(self->pid, SIGKILL);
                g_usleep(FIXTURE_LOOK_AGAIN_USEC);
        }
        g_spawn_close_pid(self->pid);
        self->pid = 0;
}

void fail2ban_fixture_kill(Fail2banFixture *self) {
        fixture_end(self, SIGKILL);
}

void fail2ban_fixture_stop(Fail2banFixture *self) {
        fixture_end(self, SIGTERM);
}

void fail2ban_fixture_free(Fail2banFixture *self) {
        if (!self)
                return;
        fixture_end(self, SIGTERM);
        folder_remove(self->folder);
        g_free(self->folder);
        g_free(self->socket);
        g_free(self->database);
        g_free(self->configuration);
        g_free(self->log_folder);
        g_strfreev(self->jails);
        g_free(self);
}

const char *fail2ban_fixture_folder(const Fail2banFixture *self) {
        return self->folder;
}

const char *fail2ban_fixture_socket(const Fail2banFixture *self) {
        return self->socket;
}

const char *fail2ban_fixture_database(const Fail2banFixture *self) {
        return self->database;
}

const char *fail2ban_fixture_configuration(const Fail2banFixture *self) {
        return self->configuration;
}

const char *fail2ban_fixture_log_folder(const Fail2banFixture *self) {
        return self->log_folder;
}

GPid fail2ban_fixture_pid(const Fail2banFixture *self) {
        return self->pid;
}

void fail2ban_fixture_fail(Fail2banFixture *self, guint jail, const char *address) {
        g_autofree char *path = g_strdup_printf("%s/jail%u.log", self->log_folder, jail);
        FILE *file = fopen(path, "a");

        g_assert_nonnull(file);
        fprintf(file, "%" G_GINT64_FORMAT " test: login failed for root from %s\n", g_get_real_time() / G_USEC_PER_SEC,
                address);
        fclose(file);
}
