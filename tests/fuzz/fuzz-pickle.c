/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes as fail2ban's reply: read, walked, understood, shown. An end marker at the end is taken off. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fail2ban/commands.h"
#include "fail2ban/pickle.h"
#include "fail2ban/reply.h"
#include "tests/value-walk.h"

#define STEPS_MAX 10000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void understand(const ValueTree *tree) {
        g_autoptr(GError) error = NULL, shape_error = NULL;
        const Value *value = fail2ban_reply_value(tree, &error);
        Fail2banCounters counters;

        g_assert_true(!!value == !error);
        if (value)
                (void) fail2ban_parse_counters(value, &counters, &shape_error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        size_t marker = strlen(PICKLE_END_MARKER);
        g_autoptr(ValueTree) tree = NULL;
        g_autoptr(GError) error = NULL;
        guint steps = STEPS_MAX;

        if (size >= marker && memcmp(data + size - marker, PICKLE_END_MARKER, marker) == 0)
                size -= marker;

        tree = pickle_read(data, size, &error);
        g_assert_true(!!tree == !error);
        if (tree) {
                g_assert_false(pickle_is_cut_off(data, size));
                value_walk(value_tree_root(tree), &steps);
                understand(tree);
        } else {
                (void) pickle_is_cut_off(data, size);
        }
        return 0;
}
