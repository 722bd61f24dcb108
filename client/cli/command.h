/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of the commands: from it come the help, the suggestions, and the check of the completions. */

#pragma once

#include "client/cli/cli.h"

#define WORDS_ANY SIZE_MAX

struct Command {
        const char *name;
        const char *usage; /* lines of what follows the name */
        const char *summary;
        const char *details;  /* NULL = nothing more to say */
        const char *examples; /* lines */
        const Option *options;
        size_t words_minimum;
        size_t words_maximum;
        bool offline;         /* needs no daemon */
        int (*run)(Cli *cli); /* returns the exit status */
};

extern const Command commands[];
extern const size_t n_commands;
extern const Option global_options[];

const Command *command_find(const char *name);

/* Names of all commands, as a list of strings. */
Value *command_names(void);

typedef struct Subcommand {
        const char *name;
        size_t words_minimum; /* that follow it */
        size_t words_maximum;
        int (*run)(Cli *cli);
} Subcommand;

/* Runs the row of the table that the word at INDEX names. Returns the exit status. */
int subcommand_run(Cli *cli, size_t index, const Subcommand *table, size_t n_table);

/* Of one command, or of all when WORD is NULL. Returns the exit status. */
int help_show(Cli *cli, const char *word);

int address_run(Cli *cli);
int allow_run(Cli *cli);
int archive_run(Cli *cli);
int audit_run(Cli *cli);
int ban_run(Cli *cli);
int bans_run(Cli *cli);
int can_run(Cli *cli);
int explain_run(Cli *cli);
int export_run(Cli *cli);
int geo_run(Cli *cli);
int help_run(Cli *cli);
int history_run(Cli *cli);
int import_log_run(Cli *cli);
int jail_run(Cli *cli);
int jails_run(Cli *cli);
int jobs_run(Cli *cli);
int log_run(Cli *cli);
int lookup_run(Cli *cli);
int reload_run(Cli *cli);
int server_run(Cli *cli);
int settings_run(Cli *cli);
int stats_run(Cli *cli);
int status_run(Cli *cli);
int unban_run(Cli *cli);
int version_run(Cli *cli);
int watch_run(Cli *cli);
