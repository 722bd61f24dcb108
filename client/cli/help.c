/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdio.h>
#include <string.h>

#include "client/cli/command.h"
#include "client/cli/table.h"

static void add_options(Cli *cli, const char *title, const Option *options) {
        static const TableColumn columns[] = { { NULL }, { NULL } };
        auto_table Table table = { 0 };

        if (options[0].name == NULL)
                return;
        output_printf(&cli->output, "\n%s:\n", title);
        table_init(&table, columns, 2);
        for (const Option *option = options; option->name != NULL; option++) {
                char left[80];

                (void) snprintf(left, sizeof(left), "  %c%c%s--%s%s%s", option->letter != 0 ? '-' : ' ',
                                option->letter != 0 ? option->letter : ' ', option->letter != 0 ? ", " : "  ",
                                option->name, option->argument != NULL ? " " : "",
                                option->argument != NULL ? option->argument : "");
                table_add(&table, left);
                table_add(&table, option->help);
        }
        table_print(&table, &cli->output);
}

/* Each line of TEXT behind PREFIX. */
static void add_lines(Cli *cli, const char *prefix, const char *text) {
        for (;;) {
                size_t length = strcspn(text, "\n");

                output_printf(&cli->output, "%s%.*s\n", prefix, (int) length, text);
                if (text[length] == '\0')
                        return;
                text += length + 1;
        }
}

static void help_command(Cli *cli, const Command *command) {
        const char *usage = command->usage;

        output_add(&cli->output, "Usage:\n");
        for (;;) {
                size_t length = strcspn(usage, "\n");

                output_printf(&cli->output, "  banguictl %s%s%.*s%s\n", command->name, length > 0 ? " " : "",
                              (int) length, usage, command->options[0].name != NULL ? " [OPTION...]" : "");
                if (usage[length] == '\0')
                        break;
                usage += length + 1;
        }
        output_printf(&cli->output, "\n%s.\n", command->summary);
        if (command->details != NULL)
                output_printf(&cli->output, "%s\n", command->details);
        add_options(cli, "Options", command->options);
        output_add(&cli->output, "\nExamples:\n");
        add_lines(cli, "  ", command->examples);
        output_add(&cli->output, "\nOptions of all commands: banguictl help\n");
}

static void help_all(Cli *cli) {
        static const TableColumn columns[] = { { NULL }, { NULL } };
        auto_table Table table = { 0 };

        output_add(&cli->output, "Usage: banguictl [OPTION...] COMMAND [WORD...]\n\n"
                                 "Work with fail2ban through the BanGUI daemon.\n\nCommands:\n");
        table_init(&table, columns, 2);
        for (size_t i = 0; i < n_commands; i++) {
                char left[32];

                (void) snprintf(left, sizeof(left), "  %s", commands[i].name);
                table_add(&table, left);
                table_add(&table, commands[i].summary);
        }
        table_print(&table, &cli->output);
        add_options(cli, "Options", global_options);
        output_add(&cli->output, "\nMore of a command, with examples: banguictl help COMMAND, and banguictl(1).\n");
}

int help_show(Cli *cli, const char *word) {
        auto_value Value *names = command_names();
        const Command *command;

        if (word == NULL) {
                help_all(cli);
                return 0;
        }
        command = command_find(word);
        if (command == NULL)
                return cli_unknown(cli, "command", word, names);
        help_command(cli, command);
        return 0;
}

int help_run(Cli *cli) {
        return help_show(cli, cli_word(cli, 0));
}
