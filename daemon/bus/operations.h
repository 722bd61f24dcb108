/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Long work as objects: org.bangui.BanGUI1.Operation. Main thread, but for operations_changed(). */

#pragma once

#include "bus/method.h"
#include "bus/objects.h"

typedef struct Operations Operations;

Operations *operations_new(Objects *objects);
void operations_free(Operations *self);

/* Puts it on the bus; the path, to be freed. The objects of the most recent hundred that ended stay, for ten
 * minutes. */
char *operations_publish(Operations *self, Operation *operation, guint32 uid, gint64 started);

/* Its end: result is the method's tuple, or NULL with an error. */
void operations_finish(Operations *self, const char *path, GVariant *result, const GError *error);

/* Any thread: it reported something. */
void operations_changed(Operations *self, Operation *operation);

/* For a call on the object: the operation and who started it. */
void operations_fill(Operations *self, const char *path, MethodCall *call);
