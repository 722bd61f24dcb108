/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rows with a handle: the daemon reads or writes a descriptor beside the call. All take over the request. */

#pragma once

#include "client/rest/api/pending.h"

void descriptors_download(Pending *pending, const RouteMatch *match);
void descriptors_lines(Pending *pending, const RouteMatch *match);
void descriptors_upload(Pending *pending, const RouteMatch *match);
