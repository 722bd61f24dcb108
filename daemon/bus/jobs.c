/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* org.bangui.BanGUI1.Jobs, and org.bangui.BanGUI1.Job: there the job is the object that is called. */

#include "bus/method.h"
#include "core/options.h"

/* "wait" is the dispatcher's. */
static const OptionSpec run_options[] = { { "wait", OPTION_INT, 0, 0, 20 }, {} };
static const OptionSpec no_options[] = { {} };

static GVariant *run_list(const Services *services, MethodCall *call, GError **error) {
        g_autoptr(GVariant) options = method_options(call);

        if (!options_read(options, no_options, "Jobs.List", NULL, error))
                return NULL;
        return method_result(job_table_list(services->jobs));
}

static GVariant *run(const Services *services, MethodCall *call, const char *name, GError **error) {
        g_autoptr(GVariant) options = method_options(call);
        gint64 wait = 0;

        if (!options_read(options, run_options, "Jobs.Run", &wait, error))
                return NULL;
        return method_result(job_table_run(services->jobs, name, call->operation, error));
}

static GVariant *run_run(const Services *services, MethodCall *call, GError **error) {
        return run(services, call, method_text(call, 0), error);
}

static gboolean about_run(const MethodCall *call, MethodAbout *ret, GError **error) {
        ret->object = g_strdup(method_text(call, 0));
        return TRUE;
}

static GVariant *run_object(const Services *services, MethodCall *call, GError **error) {
        return run(services, call, call->object, error);
}

static gboolean about_object(const MethodCall *call, MethodAbout *ret, GError **error) {
        ret->object = g_strdup(call->object);
        return TRUE;
}

static const Method jobs_rows[] = {
        { "List", "read", LANE_MEMORY, .run = run_list },
        { "Run", "manage-settings", LANE_LONG, .changes = TRUE, .run = run_run, .about = about_run },
        {},
};

const MethodGroup jobs_methods = { "Jobs", jobs_rows };

static const Method job_rows[] = {
        { "Run", "manage-settings", LANE_LONG, .changes = TRUE, .run = run_object, .about = about_object },
        {},
};

const MethodGroup job_methods = { "Job", job_rows };
