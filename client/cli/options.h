/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Options and words of the command line
 *
 * Options may stand anywhere; "--" ends them. What was given is kept by name and asked for by name, so that an
 * option is one row in one table, from which the help is made too.
 */

#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "client/lib/value.h"

typedef struct Option {
        const char *name;     /* NULL ends a table */
        char letter;          /* or 0 */
        const char *argument; /* what it is called in the help; NULL = it takes none */
        const char *help;
} Option;

typedef struct Options {
        const Option *global;
        const Option *own; /* of the command; NULL until it is known */
        struct {
                const Option *option;
                const char *value;
        } * given;
        size_t n_given;
        Value *words;  /* a list: what is no option */
        char *problem; /* what was wrong */
} Options;

void options_init(Options *self, const Option *global);
void options_done(Options *self);

/*
 * Goes through the arguments behind the program's name. FIND_OWN gives the options of the command that the first word
 * names, or NULL when there is no such command. Returns 0, or -1 with the problem set.
 */
int options_parse(Options *self, int argc, char **argv, const Option *(*find_own)(const char *word));

bool options_has(const Options *self, const char *name);

/* The value of the last one of that name, or NULL. */
const char *options_value(const Options *self, const char *name);

/* The values of all of that name, as a list of strings. */
Value *options_values(const Options *self, const char *name);

/* The words from that one on, as a list of strings. */
Value *options_words(const Options *self, size_t first);
