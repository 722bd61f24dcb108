/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Moves the write-ahead log into the database, beside the writer
 *
 * SQLite does it within a commit, which then waits for the disk. Here a thread with a connection of its own does it,
 * and nobody waits: it takes what no reader holds back, and the writer begins the log anew when all was taken.
 */

#pragma once

#include <glib.h>

typedef struct Checkpointer Checkpointer;

/* The thread is made when it is first asked. */
Checkpointer *checkpointer_new(const char *file);

/* Waits for what is under way. */
void checkpointer_free(Checkpointer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Checkpointer, checkpointer_free)

/* Soon; never waits. */
void checkpointer_ask(Checkpointer *self);

/* Waits for what is under way and keeps the next from beginning, so that another connection may do it. */
void checkpointer_hold(Checkpointer *self);
void checkpointer_release(Checkpointer *self);
