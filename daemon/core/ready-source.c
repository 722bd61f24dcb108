/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/ready-source.h"

static gboolean ready_source_dispatch(GSource *source, GSourceFunc callback, gpointer userdata) {
        return callback(userdata);
}

GSource *ready_source_new(GSourceFunc func, gpointer userdata) {
        static GSourceFuncs funcs = { .dispatch = ready_source_dispatch };
        GSource *source = g_source_new(&funcs, sizeof(GSource));

        g_source_set_callback(source, func, userdata, NULL);
        g_source_attach(source, NULL);
        return source;
}

void ready_source_free(GSource *source) {
        g_source_destroy(source);
        g_source_unref(source);
}
