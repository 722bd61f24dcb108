/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A descriptor as the body of an answer
 *
 * Bytes go from the descriptor to the client as fast as the client takes them; what it has not taken stops the reading,
 * and so the daemon, which waits in its write. Headers go out with the first byte: until then an error has its own
 * status. After that a failure cuts the connection, so that nobody takes a part for the whole.
 */

#pragma once

#include "client/rest/api/pending.h"

typedef struct Flow Flow;

/* All is taken over but `content_type`, which is static; the descriptor is -1 while it is not known. `disposition`: the
 * header Content-Disposition, or NULL. Frees itself when the client has everything or is gone. */
Flow *flow_new(Pending *pending, int descriptor, const char *content_type, char *disposition);

/* For a call about it, so that it ends when the client goes. The callback has to end in one of the next three. */
GCancellable *flow_begin_call(Flow *self);

/* The call succeeded. `operation`: it goes on as that; NULL: it is done. */
void flow_succeed(Flow *self, const char *operation);
/* The call succeeded and its answer is the descriptor; `quiet`: nothing may come for long. */
void flow_open(Flow *self, int descriptor, gboolean quiet);
void flow_fail(Flow *self, const GError *error);

RestBus *flow_bus(const Flow *self);
