/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A child that may do nothing but compute
 *
 * Limits on processor time, memory and files; no new privileges; another user (nobody) where we have the capabilities
 * to become one; and by Landlock, where the kernel has it, no file but those of programs and libraries, to be read.
 * Under systemd the daemon is root without one capability, so there Landlock is what keeps root's files away.
 */

#pragma once

#include <glib.h>
#include <sys/types.h>

#define CONFINEMENT_FD_MIN 10 /* lower descriptors are for what the child is given */

typedef struct Confinement {
        int ruleset; /* of Landlock; -1 = none */
        gboolean change_user;
} Confinement;

/* Before the fork. program: what will be run, so that it may be read. Fails with INTERNAL when we are root and could
 * not keep the child from being root with root's files. */
gboolean confinement_prepare(Confinement *self, const char *program, GError **error);
void confinement_clear(Confinement *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Confinement, confinement_clear)

/* In the child, between fork and exec: only what may be called there. 0, or the errno of what failed. */
int confinement_enter(const Confinement *self);
