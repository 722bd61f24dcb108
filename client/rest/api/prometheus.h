/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The text format of Prometheus, version 0.0.4
 *
 * A family is named once, with help and type ("gauge", "counter", "histogram"); its samples follow it.
 */

#pragma once

#include <glib.h>

#define PROMETHEUS_TYPE "text/plain; version=0.0.4; charset=utf-8"

void prometheus_family(GString *text, const char *name, const char *type, const char *help);

/* Labels are pairs of name and value, ended by NULL; values may be any UTF-8. */
void prometheus_sample(GString *text, const char *name, double value, ...) G_GNUC_NULL_TERMINATED;

/* A family with the one sample that has no labels. */
void prometheus_single(GString *text, const char *name, const char *type, const char *help, double value);
