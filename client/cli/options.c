/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/options.h"

#include <string.h>

#include "client/lib/memory.h"
#include "client/lib/text.h"

typedef struct Walk {
        int argc;
        char **argv;
        int at;
} Walk;

void options_init(Options *self, const Option *global) {
        *self = (Options) { .global = global, .words = value_new(VALUE_LIST) };
}

void options_done(Options *self) {
        free(self->given);
        value_free(self->words);
        free(self->problem);
        *self = (Options) { 0 };
}

static bool option_is(const Option *option, const char *name, size_t length, char letter) {
        if (letter != 0)
                return option->letter == letter;
        return strlen(option->name) == length && memcmp(option->name, name, length) == 0;
}

static const Option *find_option(const Options *self, const char *name, size_t length, char letter) {
        const Option *tables[] = { self->own, self->global };

        for (size_t t = 0; t < 2; t++)
                for (const Option *option = tables[t]; option != NULL && option->name != NULL; option++)
                        if (option_is(option, name, length, letter))
                                return option;
        return NULL;
}

static int unknown_option(Options *self, const char *name, size_t length) {
        auto_value Value *names = value_new(VALUE_LIST);
        auto_free char *asked = memory_text(name, length);
        const Option *tables[] = { self->own, self->global };
        const char *meant;

        for (size_t t = 0; t < 2; t++)
                for (const Option *option = tables[t]; option != NULL && option->name != NULL; option++)
                        value_add(names, value_new_string(option->name));
        meant = text_suggest(asked, names);
        self->problem = meant != NULL ? memory_format("unknown option --%s, did you mean --%s?", asked, meant)
                                      : memory_format("unknown option --%s", asked);
        return -1;
}

static void keep(Options *self, const Option *option, const char *value) {
        self->given = memory_resize(self->given, self->n_given + 1, sizeof(*self->given));
        self->given[self->n_given].option = option;
        self->given[self->n_given].value = value;
        self->n_given++;
}

/* The argument of an option: joined to it (VALUE), or the next word. */
static int take_value(Options *self, Walk *walk, const Option *option, const char *value) {
        if (option->argument == NULL && value != NULL) {
                self->problem = memory_format("option --%s takes no value", option->name);
                return -1;
        }
        if (option->argument != NULL && value == NULL) {
                if (walk->at + 1 >= walk->argc) {
                        self->problem = memory_format("option --%s needs %s", option->name, option->argument);
                        return -1;
                }
                value = walk->argv[++walk->at];
        }
        keep(self, option, value);
        return 0;
}

static int parse_long(Options *self, Walk *walk, const char *text) {
        size_t length = strcspn(text, "=");
        const Option *option = find_option(self, text, length, 0);

        if (option == NULL)
                return unknown_option(self, text, length);
        return take_value(self, walk, option, text[length] == '=' ? text + length + 1 : NULL);
}

static int parse_letters(Options *self, Walk *walk, const char *letters) {
        for (; *letters != '\0'; letters++) {
                const Option *option = find_option(self, NULL, 0, *letters);

                if (option == NULL) {
                        self->problem = memory_format("unknown option -%c", *letters);
                        return -1;
                }
                if (option->argument != NULL)
                        return take_value(self, walk, option, letters[1] != '\0' ? letters + 1 : NULL);
                keep(self, option, NULL);
        }
        return 0;
}

static int parse_word(Options *self, const char *word, const Option *(*find_own)(const char *word)) {
        if (value_count(self->words) == 0)
                self->own = find_own(word);
        value_add(self->words, value_new_string(word));
        return 0;
}

int options_parse(Options *self, int argc, char **argv, const Option *(*find_own)(const char *word)) {
        bool ended = false;
        int r = 0;

        for (Walk walk = { argc, argv, 1 }; r == 0 && walk.at < argc; walk.at++) {
                const char *text = argv[walk.at];

                if (ended || text[0] != '-' || text[1] == '\0')
                        r = parse_word(self, text, find_own);
                else if (strcmp(text, "--") == 0)
                        ended = true;
                else if (text[1] == '-')
                        r = parse_long(self, &walk, text + 2);
                else
                        r = parse_letters(self, &walk, text + 1);
        }
        return r;
}

bool options_has(const Options *self, const char *name) {
        for (size_t i = 0; i < self->n_given; i++)
                if (strcmp(self->given[i].option->name, name) == 0)
                        return true;
        return false;
}

const char *options_value(const Options *self, const char *name) {
        for (size_t i = self->n_given; i > 0; i--)
                if (strcmp(self->given[i - 1].option->name, name) == 0)
                        return self->given[i - 1].value;
        return NULL;
}

Value *options_values(const Options *self, const char *name) {
        Value *list = value_new(VALUE_LIST);

        for (size_t i = 0; i < self->n_given; i++)
                if (strcmp(self->given[i].option->name, name) == 0)
                        value_add(list, value_new_string(self->given[i].value));
        return list;
}

Value *options_words(const Options *self, size_t first) {
        Value *list = value_new(VALUE_LIST);

        for (size_t i = first; i < value_count(self->words); i++)
                value_add(list, value_new_string(value_item(self->words, i)->string));
        return list;
}
