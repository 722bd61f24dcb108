/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which bans of the archive are meant: the options that history, figures and exports share. */

#pragma once

#include "client/cli/cli.h"

/* Rows for a command's table of options. */
#define OPTION_FILTERS \
        { "range", 0, "RANGE", "24h, 7d, 30d, 365d or all" }, { "since", 0, "TIME", "from then on" }, \
                { "until", 0, "TIME", "up to then" }, { "jail", 'j', "NAME", "only in this jail" }, \
                { "address", 0, "ADDRESS", "only this address, network, or leading part (203.0.113)" }, \
                { "country", 0, "CODE", "only from this country (two letters; '' = not known)" }, \
                { "network", 0, "AS", "only from this network (its AS number; 0 = not known)" }, { \
                "origin", 0, "ORIGIN", "only self, manual or blocklist" \
        }

/* Puts what was given into OPTIONS. Returns 0, or the exit status. */
int filters_take(Cli *cli, Value *options);
