/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Work that may take long
 *
 * The service reports progress and looks whether it was cancelled; the other side (the bus) shows both. Thread-safe,
 * reference counted. A service that is called without one (NULL) works as well.
 */

#pragma once

#include <glib.h>

typedef struct Operation Operation;

/* `changed` is called on the thread that reports, at most ten times a second. */
typedef void (*OperationFunc)(Operation *self, gpointer userdata);

Operation *operation_new(const char *kind, OperationFunc changed, gpointer userdata);
Operation *operation_ref(Operation *self);
void operation_unref(Operation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Operation, operation_unref)

const char *operation_kind(Operation *self);

void operation_report(Operation *self, double progress, const char *message); /* 0..1; self may be NULL */
double operation_progress(Operation *self, char **ret_message);

void operation_cancel(Operation *self);
/* CANCELLED as an error when somebody cancelled; self may be NULL. Asked between two steps. */
gboolean operation_check(Operation *self, GError **error);
