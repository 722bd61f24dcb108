/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* jails.c changes what runs; jails-reload.c starts, stops and reloads. */

#pragma once

#include "services/jails/jails.h"

struct Jails {
        Fail2banClient *client;
        Fail2banPrograms programs; /* texts are owned */
        Model *model;
        Probe *probe;
        GStrv log_folders;

        GMutex lock;
        GCond idle;
        gboolean reloading; /* under lock: somebody starts, stops or reloads */
};

/* The name is one and the jail runs. */
gboolean jails_check(Jails *self, const char *jail, GError **error);
