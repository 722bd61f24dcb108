/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The options by which lists, figures and exports choose bans of the archive: rows for an OptionSpec table. */

#pragma once

#include "bus/method.h"
#include "core/options.h"
#include "services/archive/archive-filter.h"

#define ARCHIVE_OPTION_TIME_MAX G_GINT64_CONSTANT(253402300799) /* the end of the year 9999 */

/* A stretch of time alone: the first rows of ARCHIVE_OPTIONS. */
#define ARCHIVE_TIME_OPTIONS(type, member) \
        { "range", OPTION_TEXT, G_STRUCT_OFFSET(type, member.range), 1, 16 }, \
                { "since", OPTION_INT, G_STRUCT_OFFSET(type, member.since), 0, ARCHIVE_OPTION_TIME_MAX }, { \
                "until", OPTION_INT, G_STRUCT_OFFSET(type, member.until), 0, ARCHIVE_OPTION_TIME_MAX \
        }

/* `member` of the struct `type` is an ArchiveFilterInput, to be ARCHIVE_FILTER_INPUT_NONE before options_read(); after
 * it, archive_filter_read() makes the filter. */
#define ARCHIVE_OPTIONS(type, member) \
        ARCHIVE_TIME_OPTIONS(type, member), \
                { "jail", OPTION_TEXT, G_STRUCT_OFFSET(type, member.jail), 1, FAIL2BAN_JAIL_NAME_MAX }, \
                { "address", OPTION_TEXT, G_STRUCT_OFFSET(type, member.address), 1, 256 }, \
                { "country", OPTION_TEXT, G_STRUCT_OFFSET(type, member.country), 0, 2 }, \
                { "network", OPTION_INT, G_STRUCT_OFFSET(type, member.network), 0, G_MAXUINT32 }, { \
                "origin", OPTION_TEXT, G_STRUCT_OFFSET(type, member.origin), 1, 16 \
        }
