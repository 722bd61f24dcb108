/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/prometheus.h"

#include <math.h>
#include <stdarg.h>

void prometheus_family(GString *text, const char *name, const char *type, const char *help) {
        g_string_append_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void append_value(GString *text, double value) {
        char number[G_ASCII_DTOSTR_BUF_SIZE];

        if (value == floor(value) && fabs(value) < 1e15)
                g_string_append_printf(text, " %" G_GINT64_FORMAT "\n", (gint64) value);
        else
                g_string_append_printf(text, " %s\n", g_ascii_formatd(number, sizeof number, "%.9g", value));
}

static void append_label(GString *text, const char *name, const char *value) {
        g_string_append_printf(text, "%s=\"", name);
        for (; *value; value++) {
                if (*value == '\n')
                        g_string_append(text, "\\n");
                else {
                        if (*value == '\\' || *value == '"')
                                g_string_append_c(text, '\\');
                        g_string_append_c(text, *value);
                }
        }
        g_string_append_c(text, '"');
}

void prometheus_sample(GString *text, const char *name, double value, ...) {
        va_list labels;
        const char *label;
        char before = '{';

        g_string_append(text, name);
        va_start(labels, value);
        while ((label = va_arg(labels, const char *))) {
                g_string_append_c(text, before);
                append_label(text, label, va_arg(labels, const char *));
                before = ',';
        }
        va_end(labels);
        if (before == ',')
                g_string_append_c(text, '}');
        append_value(text, value);
}

void prometheus_single(GString *text, const char *name, const char *type, const char *help, double value) {
        prometheus_family(text, name, type, help);
        prometheus_sample(text, name, value, NULL);
}
