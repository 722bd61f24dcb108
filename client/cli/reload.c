/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/reload.h"

#include "client/cli/command.h"
#include "client/cli/operation.h"

/* Jails that ran before and do not run now: the one thing that must not go unseen. */
static void print_missing(Cli *cli, const Value *missing) {
        if (value_count(missing) == 0)
                return;
        output_add_styled(&cli->output, STYLE_BAD, "Not running any more:");
        for (size_t i = 0; i < value_count(missing); i++) {
                output_add(&cli->output, " ");
                output_add_safe(&cli->output, value_item(missing, i)->string);
        }
        output_add(&cli->output, "\n");
}

int reload_jails(Cli *cli, const char *jail, bool restart, bool unban) {
        auto_value Value *options = cli_call_options(cli);
        auto_value Value *result = NULL;

        if (jail != NULL)
                value_set_string(options, "jail", jail);
        if (restart)
                value_set_bool(options, "restart", true);
        if (unban)
                value_set_bool(options, "unban", true);
        cli_will_ask(cli);
        result = operation_settle(cli, cli_ask(cli, BANGUI_PATH, BANGUI_SERVER, "Reload", "m", options));
        if (result == NULL)
                return cli_fail(cli);
        if (cli->json) {
                cli_print_json(cli, result);
                return 0;
        }
        output_printf(&cli->output, "%s %zu jail%s.\n", restart ? "Restarted" : "Reloaded",
                      value_count(value_get(result, "reloaded")),
                      value_count(value_get(result, "reloaded")) == 1 ? "" : "s");
        print_missing(cli, value_get(result, "missing"));
        return 0;
}

int reload_server(Cli *cli, const char *member) {
        auto_value Value *options = cli_call_options(cli);
        auto_value Value *result = NULL;

        cli_will_ask(cli);
        result = operation_settle(cli, cli_ask(cli, BANGUI_PATH, BANGUI_SERVER, member, "m", options));
        if (result == NULL)
                return cli_fail(cli);
        if (cli->json) {
                cli_print_json(cli, result);
                return 0;
        }
        output_add(&cli->output, "fail2ban ");
        output_add_safe(&cli->output, value_string(result, "version"));
        output_printf(&cli->output, " runs with %zu jail%s.\n", value_count(value_get(result, "jails")),
                      value_count(value_get(result, "jails")) == 1 ? "" : "s");
        print_missing(cli, value_get(result, "missing"));
        return 0;
}

int reload_run(Cli *cli) {
        return reload_jails(cli, cli_word(cli, 0), options_has(&cli->options, "restart"),
                            options_has(&cli->options, "unban"));
}
