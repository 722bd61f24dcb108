/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/confinement.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/error.h"

#define NOBODY 65534
#define CPU_S 10
#define MEMORY_BYTES (G_GUINT64_CONSTANT(512) << 20)
#define FILES_MAX 64

#define READ (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE \
        (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
         LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | \
         LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | \
         LANDLOCK_ACCESS_FS_MAKE_SYM)

/* Raw calls: glibc's functions change the user of all threads, and have locks that another thread may hold now. */
#ifdef SYS_setresuid32
#define CALL_SETRESUID SYS_setresuid32
#define CALL_SETRESGID SYS_setresgid32
#define CALL_SETGROUPS SYS_setgroups32
#else
#define CALL_SETRESUID SYS_setresuid
#define CALL_SETRESGID SYS_setresgid
#define CALL_SETGROUPS SYS_setgroups
#endif

/* To become another user, and to be able to end him afterwards. */
static gboolean may_change_user(void) {
        const guint32 wanted = 1u << CAP_SETUID | 1u << CAP_SETGID | 1u << CAP_KILL;
        struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
        struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

        return geteuid() == 0 && syscall(SYS_capget, &header, data) == 0 && (data[0].effective & wanted) == wanted;
}

/* What is not there needs no rule. */
static void allow_below(int ruleset, const char *path) {
        struct landlock_path_beneath_attr rule = { .allowed_access = READ };

        rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
        if (rule.parent_fd < 0)
                return;
        (void) syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
        close(rule.parent_fd);
}

/* PREFIX/bin/program: its libraries are in PREFIX. */
static void allow_program(int ruleset, const char *program) {
        char *real = realpath(program, NULL);
        g_autofree char *folder = real ? g_path_get_dirname(real) : NULL;
        g_autofree char *prefix = folder ? g_path_get_dirname(folder) : NULL;

        if (prefix && !g_str_equal(prefix, "/"))
                allow_below(ruleset, prefix);
        free(real);
}

static int make_ruleset(const char *program) {
        static const char *const folders[] = { "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/proc" };
        static const struct landlock_ruleset_attr attributes = { .handled_access_fs = READ | WRITE };
        int low = (int) syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
        int ruleset = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, CONFINEMENT_FD_MIN);

        if (low >= 0)
                close(low);
        if (ruleset < 0)
                return -1;
        for (guint i = 0; i < G_N_ELEMENTS(folders); i++)
                allow_below(ruleset, folders[i]);
        allow_program(ruleset, program);
        return ruleset;
}

gboolean confinement_prepare(Confinement *self, const char *program, GError **error) {
        self->ruleset = make_ruleset(program);
        self->change_user = may_change_user();
        if (geteuid() != 0 || self->change_user || self->ruleset >= 0)
                return TRUE;
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INTERNAL,
                    "%s is not run, since it would run as root: there is no capability to become another user, and no "
                    "Landlock",
                    program);
        return FALSE;
}

void confinement_clear(Confinement *self) {
        if (self->ruleset >= 0)
                close(self->ruleset);
        self->ruleset = -1;
}

static int limit(int what, guint64 value) {
        const struct rlimit both = { .rlim_cur = value, .rlim_max = value };

        return setrlimit((__rlimit_resource_t) what, &both) < 0 ? errno : 0;
}

static int enter_limits(void) {
        int r = limit(RLIMIT_CPU, CPU_S);

        r = r ? r : limit(RLIMIT_AS, MEMORY_BYTES);
        r = r ? r : limit(RLIMIT_NOFILE, FILES_MAX);
        r = r ? r : limit(RLIMIT_FSIZE, 0);
        return r ? r : limit(RLIMIT_CORE, 0);
}

static int enter_user(void) {
        if (syscall(CALL_SETGROUPS, 0, NULL) < 0 || syscall(CALL_SETRESGID, NOBODY, NOBODY, NOBODY) < 0 ||
            syscall(CALL_SETRESUID, NOBODY, NOBODY, NOBODY) < 0)
                return errno;
        return 0;
}

int confinement_enter(const Confinement *self) {
        int r = enter_limits();

        if (r == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
                r = errno;
        if (r == 0 && self->ruleset >= 0 && syscall(SYS_landlock_restrict_self, self->ruleset, 0) < 0)
                r = errno;
        if (r == 0 && self->change_user)
                r = enter_user();
        /* With the thread that waits for it, the child is of no use any more. */
        if (r == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
                r = errno;
        return r;
}
