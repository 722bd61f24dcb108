/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Memory that is always there: a client that gets none says so and ends. */

#pragma once

#include <stddef.h>

/* Zeroed room for COUNT things of SIZE bytes. */
void *memory_new(size_t count, size_t size);
void *memory_resize(void *block, size_t count, size_t size);

/* A copy of LENGTH bytes with a NUL behind them. */
char *memory_text(const char *text, size_t length);
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
