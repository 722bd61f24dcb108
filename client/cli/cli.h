/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What every command is given, and what all of them do alike: connect, print, fail. */

#pragma once

#include "client/cli/agent.h"
#include "client/cli/options.h"
#include "client/cli/output.h"
#include "client/lib/bus.h"
#include "client/lib/clock.h"

#define PAGE_DEFAULT 100
#define PAGE_MAX 500

typedef struct Command Command;

typedef struct Cli {
        const Command *command;
        Options options;
        Client client;
        Agent agent;
        Output output;
        Clock clock;
        bool json;
        bool pretty; /* JSON for people: output is a terminal */
        bool ask;    /* there is a person at a terminal whom polkit may ask */
        bool error_terminal;
} Cli;

/* The word behind the command; 0 is the first. NULL when there are not so many. */
const char *cli_word(const Cli *self, size_t index);
size_t cli_n_words(const Cli *self);

/* Before a call for which polkit may ask for a password. */
void cli_will_ask(Cli *self);

/* Calls a method and reads its first result; NULL with the client's error set. ARGUMENTS as for client_call(). */
#define cli_ask(self, path, interface, member, ...) \
        cli_first_result(self, client_call(&(self)->client, path, interface, member, __VA_ARGS__))

/* Takes REPLY over. */
Value *cli_first_result(Cli *self, sd_bus_message *reply);

/* Options of a call that several commands have, when they were given: reason. */
Value *cli_call_options(const Cli *self);
void cli_take_string(const Cli *self, Value *options, const char *name);

/* A whole number from MINIMUM to MAXIMUM; FALLBACK when the option was not given. Returns 0, or the exit status. */
int cli_take_number(Cli *self, const char *name, int64_t minimum, int64_t maximum, int64_t fallback,
                    int64_t *ret_number);

/* The time that option NAME says goes into OPTIONS under KEY. Returns 0, or the exit status. */
int cli_take_time(Cli *self, Value *options, const char *name, const char *key);

void cli_print_json(Cli *self, const Value *value);

/* A sentence on standard error that is no error, made harmless; says nothing when it is no terminal. */
void cli_note(const Cli *self, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Each prints one line "banguictl: ..." and returns the exit status. */
int cli_usage(const Cli *self, const char *format, ...) __attribute__((format(printf, 2, 3)));
int cli_fail(Cli *self);

/* A file that could not be opened, by errno: "cannot DOING PATH: why". */
int cli_fail_file(const char *doing, const char *path);

/* As cli_fail() after a call to a jail's object; when there is none, it says why, and which jail was meant. */
int cli_fail_jail(Cli *self, const char *jail);

/* cli_usage() for a word that is none of a list: says which was meant, or, of a short list, what there is. */
int cli_unknown(const Cli *self, const char *what, const char *word, const Value *known);
