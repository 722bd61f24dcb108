/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The memory of a tree
 *
 * Blocks that are filled from front to back and freed together. A short reply has one block from the heap,
 * which holds the ValueTree, the copy of the input and all nodes. A long one has a reserved block with room for
 * several times its length, of which only what is used becomes memory; freeing gives it back to the system, whatever
 * malloc's thresholds have become.
 */

#include "fail2ban/value-private.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define HUGE_PAGE (2u * 1024 * 1024)

#define RESERVED_MIN (64u * 1024)
#define RESERVED_MAX (64u * 1024 * 1024)

/* The copy of the input, and nodes that need about five times its length; a list of addresses needs less than two. */
#define BLOCK_SIZE(input_length) (1024 + 6 * (input_length))

struct ValueBlock {
        ValueBlock *next;
        gsize size; /* with this head; from RESERVED_MIN on it is reserved, below it is from the heap */
};

static char *align_huge(char *pages) {
        return (char *) (((gsize) pages + HUGE_PAGE - 1) & ~(gsize) (HUGE_PAGE - 1));
}

gpointer value_pages_reserve(gsize size, ValuePages kind) {
        gsize page = (gsize) getpagesize();
        gsize used = (size + page - 1) & ~(page - 1);
        gsize room = used + (kind == VALUE_PAGES_HUGE ? HUGE_PAGE : 0);
        char *pages = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        char *start;

        if (pages == MAP_FAILED)
                g_error("Cannot reserve %zu bytes: %s", room, g_strerror(errno));
        if (kind == VALUE_PAGES_SMALL)
                return pages;

        start = align_huge(pages);
        if (start > pages)
                munmap(pages, (gsize) (start - pages));
        if (start < pages + HUGE_PAGE)
                munmap(start + used, (gsize) (pages + HUGE_PAGE - start));

        /* Refused where the kernel has no huge pages: small ones serve as well. */
        (void) madvise(start, used, MADV_HUGEPAGE);
        return start;
}

void value_pages_free(gpointer pages, gsize size) {
        munmap(pages, size);
}

static ValueBlock *value_block_new(gsize size, ValueBlock *next) {
        ValuePages kind = size >= BLOCK_SIZE(VALUE_HUGE_INPUT_MIN) ? VALUE_PAGES_HUGE : VALUE_PAGES_SMALL;
        ValueBlock *block = size < RESERVED_MIN ? g_malloc(size) : value_pages_reserve(size, kind);

        block->next = next;
        block->size = size;
        return block;
}

static void value_block_free(ValueBlock *self) {
        if (self->size < RESERVED_MIN)
                g_free(self);
        else
                value_pages_free(self, self->size);
}

ValueTree *value_tree_new(gsize input_length) {
        gsize size = MIN(BLOCK_SIZE(input_length), RESERVED_MAX);
        ValueBlock *block = value_block_new(size, NULL);
        ValueTree *self = (ValueTree *) (block + 1);

        *self = (ValueTree) {
                .cursor = (char *) (self + 1),
                .end = (char *) block + size,
                .blocks = block,
                .next_size = CLAMP(size, RESERVED_MIN, RESERVED_MAX),
        };
        return self;
}

gpointer value_tree_alloc_in_new_block(ValueTree *self, gsize size) {
        gboolean own_block = size > self->next_size / 2;
        gsize wanted = own_block ? size + sizeof(ValueBlock) : self->next_size;
        ValueBlock *block = value_block_new(wanted, self->blocks);
        char *memory = (char *) (block + 1);

        self->blocks = block;
        if (!own_block) {
                self->cursor = memory + size;
                self->end = (char *) block + wanted;
        }
        return memory;
}

void value_tree_free(ValueTree *self) {
        ValueBlock *next;

        if (!self)
                return;

        /* The last one of the chain was made first and holds the tree itself. */
        for (ValueBlock *block = self->blocks; block; block = next) {
                next = block->next;
                value_block_free(block);
        }
}

const Value *value_tree_root(const ValueTree *self) {
        return self->root;
}
