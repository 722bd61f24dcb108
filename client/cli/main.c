/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * banguictl
 *
 * Starts fast: one library, no locale, one connection, one call. Options, connection, the command, and the clean
 * end are here; what a command does is in the file of its name.
 */

#include <stdio.h>
#include <string.h>

#include "client/cli/command.h"
#include "client/lib/errors.h"

#define TIMEOUT_MAX 86400

static const Option *find_own_options(const char *word) {
        const Command *command = command_find(word);

        return command != NULL ? command->options : NULL;
}

static int take_color(Cli *cli) {
        const char *when = options_value(&cli->options, "color");
        const char *no_color = getenv("NO_COLOR");
        const char *terminal = getenv("TERM");

        cli->pretty = isatty(STDOUT_FILENO);
        cli->error_terminal = isatty(STDERR_FILENO);
        if (when == NULL || strcmp(when, "auto") == 0)
                cli->output.color = cli->pretty && (no_color == NULL || *no_color == '\0') &&
                                    (terminal == NULL || strcmp(terminal, "dumb") != 0);
        else if (strcmp(when, "always") == 0)
                cli->output.color = true;
        else if (strcmp(when, "never") != 0)
                return cli_usage(cli, "--color %s: auto, always or never is needed", when);
        return 0;
}

static int take_globals(Cli *cli) {
        int64_t timeout = 0;
        int status;

        cli->json = options_has(&cli->options, "json");
        cli->clock.utc = options_has(&cli->options, "utc");
        status = take_color(cli);
        if (status != 0)
                return status;
        status = cli_take_number(cli, "timeout", 1, TIMEOUT_MAX, CLIENT_TIMEOUT_USEC / 1000000, &timeout);
        cli->client.timeout_usec = (uint64_t) timeout * 1000000;
        return status;
}

static int connect_daemon(Cli *cli) {
        const char *bus = options_value(&cli->options, "bus");
        ClientTarget target = {
                .address = bus != NULL ? bus : getenv("BANGUI_BUS"),
                .host = options_value(&cli->options, "host"),
                .ask = !options_has(&cli->options, "no-ask"),
        };

        if (target.host != NULL && (*target.host == '-' || *target.host == '\0'))
                return cli_usage(cli, "--host %s: [USER@]HOST is needed", target.host);
        cli->ask = target.ask && target.host == NULL && geteuid() != 0 && isatty(STDIN_FILENO) && cli->error_terminal;
        return client_open(&cli->client, &target) < 0 ? cli_fail(cli) : 0;
}

static int check_words(const Cli *cli) {
        const Command *command = cli->command;
        size_t n_words = cli_n_words(cli);

        if (n_words < command->words_minimum)
                return cli_usage(cli, "%s: a word is missing", command->name);
        if (n_words > command->words_maximum)
                return cli_usage(cli, "%s: one word too many: %s", command->name,
                                 cli_word(cli, command->words_maximum));
        return 0;
}

static int run_command(Cli *cli) {
        int status;

        if (options_has(&cli->options, "help"))
                return help_show(cli, cli->command->name);
        status = check_words(cli);
        if (status == 0 && !cli->command->offline)
                status = connect_daemon(cli);
        return status != 0 ? status : cli->command->run(cli);
}

static int run(Cli *cli, int argc, char **argv) {
        int parsed = options_parse(&cli->options, argc, argv, find_own_options);
        const Value *word = value_item(cli->options.words, 0);
        auto_value Value *names = command_names();
        int status;

        cli->command = word != NULL ? command_find(word->string) : NULL;
        if (word != NULL && cli->command == NULL)
                return cli_unknown(cli, "command", word->string, names);
        if (parsed < 0)
                return cli_usage(cli, "%s", cli->options.problem);
        status = take_globals(cli);
        if (status != 0)
                return status;
        if (options_has(&cli->options, "version")) {
                output_add(&cli->output, "banguictl " BANGUI_VERSION "\n");
                return 0;
        }
        if (cli->command != NULL)
                return run_command(cli);
        if (options_has(&cli->options, "help"))
                return help_show(cli, NULL);
        return cli_usage(cli, "a command is missing");
}

int main(int argc, char **argv) {
        Cli cli = { .output.fd = STDOUT_FILENO };
        int status;

        options_init(&cli.options, global_options);
        status = run(&cli, argc, argv);
        output_flush(&cli.output);
        if (cli.output.error < 0) {
                (void) fprintf(stderr, "banguictl: cannot write the output: %s\n", strerror(-cli.output.error));
                status = ERROR_EXIT_INTERNAL;
        }
        agent_close(&cli.agent);
        client_done(&cli.client);
        output_done(&cli.output);
        options_done(&cli.options);
        return status;
}
