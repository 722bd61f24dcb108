/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Python's pickle, as far as fail2ban's socket speaks it
 *
 * The reader walks opcodes and builds values; it executes, imports and resolves nothing. It takes what
 * servers on Python 2.7 to 3.13 send (opcodes: docs/fail2ban-protocol.md), everything else is
 * FAIL2BAN_PROTOCOL with offset and opcode. Bounds: depth 64, 16 M nodes and memo entries, 256 MiB.
 * The writer sends protocol 2 with the smallest set of opcodes, which every server understands.
 */

#pragma once

#include "fail2ban/value.h"

#define PICKLE_END_MARKER "<F2B_END_COMMAND>"
#define PICKLE_SIZE_MAX (256u * 1024 * 1024)

/* data: one pickle, without the end marker; bytes behind STOP are an error. `data` may be freed afterwards. */
ValueTree *pickle_read(const guint8 *data, gsize length, GError **error);

/* Whether data, not long enough to decode, could become a pickle with more bytes: after pickle_read() failed
 * on a reply that ended with a marker that stood inside a text. */
gboolean pickle_is_cut_off(const guint8 *data, gsize length);

/* A flat list of text arguments, with the end marker. Each argument must be valid UTF-8 without the marker and
 * at most 1 MiB, else INVALID_ARGUMENT. */
GByteArray *pickle_write_command(const char *const *arguments, GError **error);
