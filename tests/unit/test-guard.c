/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "services/bans/guard.h"

/* A process that prints its id and lives until its stdin ends. */
typedef struct Process {
        GPid first; /* what we started */
        gint32 pid; /* what it printed */
        int in, out;
} Process;

static Process process_start(char **argv, const char *variable) {
        char *environment[] = { (char *) "PATH=/usr/bin:/bin", (char *) variable, NULL };
        g_autoptr(GError) error = NULL;
        Process self = { 0 };
        char text[32] = "";
        size_t n = 0;

        g_spawn_async_with_pipes(NULL, argv, environment, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, NULL, NULL,
                                 &self.first, &self.in, &self.out, NULL, &error);
        g_assert_no_error(error);
        while (n < sizeof(text) - 1 && read(self.out, text + n, 1) == 1 && text[n] != '\n')
                n++;
        self.pid = (gint32) g_ascii_strtoll(text, NULL, 10);
        g_assert_cmpint(self.pid, >, 0);
        return self;
}

static void process_end(Process *self) {
        close(self->in);
        close(self->out);
        g_assert_cmpint(waitpid(self->first, NULL, 0), ==, self->first);
}

static gboolean allowed(Guard *guard, const char *text, const char *message) {
        g_autoptr(GError) error = NULL;
        Address address;
        gboolean result;

        g_assert_true(address_try_parse(text, &address));
        result = guard_check(guard, &address, &error);
        if (result) {
                g_assert_no_error(error);
                return TRUE;
        }
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_WOULD_LOCK_OUT);
        g_assert_nonnull(strstr(error->message, "force"));
        if (!strstr(error->message, message))
                g_error("'%s' is not in '%s'", message, error->message);
        return FALSE;
}

static Guard *guard_of(gint32 pid, const char *const *protect) {
        g_autoptr(Caller) caller = caller_new(":1.1", 54321, pid);
        g_autoptr(GError) error = NULL;
        Guard *guard = guard_new(caller, protect, &error);

        g_assert_no_error(error);
        return guard;
}

static void test_loopback(void) {
        static const char *const refused[] = {
                "127.0.0.1", "127.9.9.9", "127.0.0.0/8", "126.0.0.0/7", "0.0.0.0/0",       "0.0.0.0",
                "::1",       "::",        "::/0",        "::/127",      "::ffff:127.0.0.1"
        };
        static const char *const fine[] = { "203.0.113.7", "203.0.113.0/24", "2001:db8:77::1", "2001:db8:77::/48" };
        g_autoptr(Guard) guard = guard_of(0, NULL);

        for (guint i = 0; i < G_N_ELEMENTS(refused); i++)
                g_assert_false(allowed(guard, refused[i], "would hit"));
        for (guint i = 0; i < G_N_ELEMENTS(fine); i++)
                g_assert_true(allowed(guard, fine[i], ""));
        g_assert_false(allowed(guard, "127.0.0.1", "loopback"));
}

static void test_named(void) {
        static const char *const protect[] = { "203.0.113.7", "2001:db8:77::/48", NULL };
        static const char *const bad[] = { "203.0.113.7", "example.org", NULL };
        g_autoptr(Guard) guard = guard_of(0, protect);
        g_autoptr(Caller) caller = caller_new(":1.1", 54321, 0);
        g_autoptr(GError) error = NULL;

        g_assert_false(allowed(guard, "203.0.113.7", "which your client named"));
        g_assert_false(allowed(guard, "203.0.113.0/24", "would hit 203.0.113.7"));
        g_assert_false(allowed(guard, "2001:db8:77::9", "would hit 2001:db8:77::/48"));
        g_assert_false(allowed(guard, "2001:db8::/32", "would hit 2001:db8:77::/48"));
        g_assert_true(allowed(guard, "203.0.113.8", ""));
        g_assert_false(allowed(guard, "203.0.113.8/28", "would hit 203.0.113.7"));
        g_assert_true(allowed(guard, "2001:db8:78::/48", ""));

        g_assert_null(guard_new(caller, bad, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_ADDRESS_INVALID);
}

static void test_ssh(void) {
        char *argv[] = { (char *) "sh", (char *) "-c", (char *) "echo $$; read end", NULL };
        Process process = process_start(argv, "SSH_CONNECTION=203.0.113.7 50000 198.51.100.1 22");
        g_autoptr(Guard) guard = guard_of(process.pid, NULL);

        g_assert_false(allowed(guard, "203.0.113.7", "connected by SSH"));
        g_assert_false(allowed(guard, "203.0.112.0/23", "would hit 203.0.113.7"));
        g_assert_true(allowed(guard, "198.51.100.1", ""));
        g_assert_true(allowed(guard, "203.0.113.70", ""));
        process_end(&process);
}

/* As below sudo: the variable is with the parent only. */
static void test_ssh_of_ancestor(void) {
        char *argv[] = { (char *) "sh", (char *) "-c",
                         (char *) "env -i /bin/sh -c 'env -i /bin/sh -c \"echo \\$\\$; read end\"; true'; true", NULL };
        Process process = process_start(argv, "SSH_CLIENT=fe80::77%eth0 50000 22");
        g_autoptr(Guard) guard = guard_of(process.pid, NULL);

        g_assert_cmpint(process.pid, !=, process.first);
        g_assert_false(allowed(guard, "fe80::77", "connected by SSH"));
        process_end(&process);
}

/* A name that looks like the fields behind it must not lead to another parent. */
static void test_hostile_process_name(void) {
        g_autofree char *folder = g_dir_make_tmp("bangui-guard-XXXXXX", NULL);
        g_autofree char *program = g_build_filename(folder, "x) S 1 (y", NULL);
        g_autofree char *script = g_strdup_printf("env -i '%s' -c 'echo $$; read end'; true", program);
        char *argv[] = { (char *) "sh", (char *) "-c", script, NULL };
        Process process;
        g_autoptr(Guard) guard = NULL;

        g_assert_cmpint(symlink("/bin/sh", program), ==, 0);
        process = process_start(argv, "SSH_CONNECTION=203.0.113.7 50000 198.51.100.1 22");
        guard = guard_of(process.pid, NULL);
        g_assert_false(allowed(guard, "203.0.113.7", "connected by SSH"));
        process_end(&process);
        g_unlink(program);
        g_rmdir(folder);
}

static void test_nonsense_variables(void) {
        static const char *const variables[] = { "SSH_CONNECTION=", "SSH_CONNECTION=example.org 1 2 3",
                                                 "SSH_CONNECTION=0.0.0.0/0 1 2 3", "SSH_CONNECTION=%",
                                                 "SSH_CLIENT=\xff" };
        char *argv[] = { (char *) "sh", (char *) "-c", (char *) "echo $$; read end", NULL };

        for (guint i = 0; i < G_N_ELEMENTS(variables); i++) {
                Process process = process_start(argv, variables[i]);
                g_autoptr(Guard) guard = guard_of(process.pid, NULL);

                g_assert_true(allowed(guard, "203.0.113.7", ""));
                process_end(&process);
        }
}

static void test_gone(void) {
        char *argv[] = { (char *) "sh", (char *) "-c", (char *) "echo $$", NULL };
        Process process = process_start(argv, "SSH_CLIENT=203.0.113.7 50000 22");
        g_autoptr(Guard) guard = NULL;

        process_end(&process);
        guard = guard_of(process.pid, NULL);
        g_assert_true(allowed(guard, "203.0.113.7", ""));
}

static void test_own(void) {
        g_autoptr(Guard) guard = guard_of(0, NULL);
        struct ifaddrs *interfaces = NULL;
        guint n = 0;

        g_assert_cmpint(getifaddrs(&interfaces), ==, 0);
        for (const struct ifaddrs *i = interfaces; i; i = i->ifa_next) {
                char text[INET6_ADDRSTRLEN];
                const void *raw;

                if (!i->ifa_addr || (i->ifa_addr->sa_family != AF_INET && i->ifa_addr->sa_family != AF_INET6))
                        continue;
                raw = i->ifa_addr->sa_family == AF_INET
                              ? (const void *) &((const struct sockaddr_in *) (gconstpointer) i->ifa_addr)->sin_addr
                              : (const void *) &((const struct sockaddr_in6 *) (gconstpointer) i->ifa_addr)->sin6_addr;
                g_assert_nonnull(inet_ntop(i->ifa_addr->sa_family, raw, text, sizeof(text)));
                g_assert_false(allowed(guard, text, "host"));
                n++;
        }
        freeifaddrs(interfaces);
        g_test_message("%u addresses", n);
}

/* logind's files, in a mount namespace where they can be ours. */
static void check_session(void) {
        g_autoptr(Caller) caller = caller_new(":1.1", 54321, 0);
        g_autoptr(Guard) guard = NULL;

        if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
            mount("tmpfs", "/run", "tmpfs", 0, NULL) < 0) {
                g_print("no namespace\n");
                return;
        }
        g_assert_cmpint(g_mkdir_with_parents("/run/systemd/users", 0755), ==, 0);
        g_assert_cmpint(g_mkdir_with_parents("/run/systemd/sessions", 0755), ==, 0);
        g_assert_true(g_file_set_contents("/run/systemd/users/54321", "NAME=x\nSTATE=active\nONLINE_SESSIONS=7 8 9\n",
                                          -1, NULL));
        g_assert_true(g_file_set_contents("/run/systemd/sessions/7", "UID=54321\nREMOTE_HOST=203.0.113.7\n", -1, NULL));
        g_assert_true(
                g_file_set_contents("/run/systemd/sessions/8", "UID=54321\nREMOTE_HOST=a.example.org\n", -1, NULL));

        guard = guard_new(caller, NULL, NULL);
        g_assert_false(allowed(guard, "203.0.113.7", "logged in"));
        g_assert_true(allowed(guard, "203.0.113.8", ""));
        g_print("checked\n");
}

static void test_session(void) {
        if (g_test_subprocess()) {
                check_session();
                return;
        }
        g_test_trap_subprocess(NULL, 0, 0);
        g_test_trap_assert_passed();
        if (geteuid() == 0)
                g_test_trap_assert_stdout("*checked*");
        else
                g_test_skip("a mount namespace needs root");
}

static void test_allowed(void) {
        g_autoptr(Guard) guard = guard_new_empty();

        g_assert_true(allowed(guard, "192.0.2.1", ""));
        guard_add_allowed(guard, "192.0.2.1", "a friend");
        guard_add_allowed(guard, "198.51.100.0/24", "a partner");
        guard_add_allowed(guard, "host.example", "no address");
        g_assert_false(allowed(guard, "192.0.2.1", "a friend"));
        g_assert_false(allowed(guard, "192.0.2.0/24", "a friend"));
        g_assert_false(allowed(guard, "198.51.100.77", "a partner"));
        g_assert_true(allowed(guard, "192.0.2.2", ""));
        g_assert_true(allowed(guard, "127.0.0.1", ""));
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/services/guard/loopback", test_loopback);
        g_test_add_func("/services/guard/named", test_named);
        g_test_add_func("/services/guard/ssh", test_ssh);
        g_test_add_func("/services/guard/ssh-of-ancestor", test_ssh_of_ancestor);
        g_test_add_func("/services/guard/hostile-process-name", test_hostile_process_name);
        g_test_add_func("/services/guard/nonsense-variables", test_nonsense_variables);
        g_test_add_func("/services/guard/gone", test_gone);
        g_test_add_func("/services/guard/own", test_own);
        g_test_add_func("/services/guard/session", test_session);
        g_test_add_func("/services/guard/allowed", test_allowed);
        return g_test_run();
}
