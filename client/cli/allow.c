/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "client/cli/ban-rows.h"
#include "client/cli/command.h"
#include "client/cli/operation.h"
#include "client/cli/pages.h"
#include "client/cli/table.h"
#include "client/lib/errors.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static void print_rows(Cli *cli, const Value *rows) {
        static const TableColumn columns[] = { { "ENTRY" },
                                               { "JAILS" },
                                               { "FROM" },
                                               { "EXPIRES" },
                                               { "WAITING FOR", .optional = true },
                                               { "NOTE", .optional = true },
                                               { "PROBLEM", .optional = true } };
        auto_table Table table = { 0 };

        table_init(&table, columns, LENGTH(columns));
        for (size_t i = 0; i < value_count(rows); i++) {
                const Value *row = value_item(rows, i);
                int64_t expires_at = value_int(row, "expires_at", 0);

                table_add(&table, value_string(row, "entry"));
                table_add_joined(&table, value_get(row, "jails"), "all");
                table_add(&table, *value_string(row, "author") != '\0' ? value_string(row, "author")
                                                                       : value_string(row, "origin"));
                if (expires_at > 0)
                        table_add_time(&table, &cli->clock, expires_at);
                else
                        table_add(&table, "-");
                table_add_joined(&table, value_get(row, "waiting"), "");
                table_style(&table, STYLE_WARNING);
                table_add(&table, value_string(row, "note"));
                table_add(&table, value_string(row, "problem"));
                table_style(&table, STYLE_WARNING);
        }
        table_print(&table, &cli->output);
}

static int allow_list(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        auto_value Value *rows = value_new(VALUE_LIST);
        int64_t limit = 0;
        int status = pages_take_limit(cli, &limit);

        if (status != 0)
                return status;
        cli_take_string(cli, options, "jail");
        cli_take_string(cli, options, "search");
        if (pages_fetch(cli, BANGUI_ALLOW_LIST, "List", options, limit, rows) < 0)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, rows);
        else if (value_count(rows) == 0)
                output_add(&cli->output, "Nobody is allowed.\n");
        else
                print_rows(cli, rows);
        return 0;
}

/* "--for 2h", "--until 2026-12-01" or "--until never". */
static int take_end(Cli *cli, Value *options) {
        const char *duration = options_value(&cli->options, "for");
        const char *until = options_value(&cli->options, "until");
        int64_t seconds = 0;

        if (duration != NULL && until != NULL)
                return cli_usage(cli, "--for and --until say the same thing: one of them is enough");
        if (until != NULL && strcmp(until, "never") == 0) {
                value_set_int(options, "expires_at", 0);
                return 0;
        }
        if (duration == NULL)
                return cli_take_time(cli, options, "until", "expires_at");
        if (duration_parse(duration, &seconds) < 0 || seconds < 1)
                return cli_usage(cli, "--for %s: a duration is needed, as 2h or 7d", duration);
        value_set_int(options, "duration", seconds);
        return 0;
}

static int take_change(Cli *cli, Value *options) {
        auto_value Value *jails = options_values(&cli->options, "jail");

        if (value_count(jails) > 0)
                value_set(options, "jails", take_pointer(jails));
        else if (options_has(&cli->options, "all-jails"))
                value_set(options, "jails", value_new(VALUE_LIST));
        if (options_has(&cli->options, "force"))
                value_set_bool(options, "force", true);
        cli_take_string(cli, options, "note");
        return take_end(cli, options);
}

static int print_result(Cli *cli, const char *said, Value *result) {
        auto_value Value *owned = result;
        int64_t unbanned = value_int(result, "unbanned", 0);
        const char *problem = value_string(result, "problem_applying");

        if (result == NULL)
                return cli_fail(cli);
        if (cli->json) {
                cli_print_json(cli, result);
                return 0;
        }
        output_add_safe(&cli->output, value_string(result, "entry"));
        output_printf(&cli->output, " %s", said);
        if (unbanned > 0)
                output_printf(&cli->output, ", %lld ban%s lifted", (long long) unbanned, unbanned == 1 ? "" : "s");
        output_add(&cli->output, ".\n");
        if (*problem != '\0') {
                output_add_styled(&cli->output, STYLE_WARNING, "It waits for fail2ban: ");
                output_add_safe(&cli->output, problem);
                output_add(&cli->output, "\n");
        }
        ban_rows_print(cli, "Still covered by bans of", value_get(result, "covered_by"));
        return 0;
}

static int allow_add(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        int status = take_change(cli, options);

        if (status != 0)
                return status;
        if (options_has(&cli->options, "keep-bans"))
                value_set_bool(options, "unban", false);
        cli_will_ask(cli);
        return print_result(cli, "is allowed",
                            operation_settle(cli, cli_ask(cli, BANGUI_PATH, BANGUI_ALLOW_LIST, "Add", "sm",
                                                          cli_word(cli, 1), options)));
}

static int allow_change(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        int status = take_change(cli, options);

        if (status != 0)
                return status;
        if (value_count(options) == 0)
                return cli_usage(cli, "allow change: one of --jail, --all-jails, --note, --for, --until is needed");
        cli_will_ask(cli);
        return print_result(cli, "is changed",
                            operation_settle(cli, cli_ask(cli, BANGUI_PATH, BANGUI_ALLOW_LIST, "Change", "sm",
                                                          cli_word(cli, 1), options)));
}

static int allow_remove(Cli *cli) {
        auto_value Value *options = cli_call_options(cli);

        cli_will_ask(cli);
        return print_result(cli, "is allowed no longer",
                            operation_settle(cli, cli_ask(cli, BANGUI_PATH, BANGUI_ALLOW_LIST, "Remove", "sm",
                                                          cli_word(cli, 1), options)));
}

/* Ends with status 4 when it is not allowed, so that a script can ask. */
static int allow_check(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        auto_value Value *result =
                cli_ask(cli, BANGUI_PATH, BANGUI_ALLOW_LIST, "Check", "sm", cli_word(cli, 1), options);
        bool allowed = value_bool(result, "allowed");

        if (result == NULL)
                return cli_fail(cli);
        if (cli->json) {
                cli_print_json(cli, result);
        } else {
                output_add_safe(&cli->output, value_string(result, "address"));
                output_add(&cli->output, allowed ? " is allowed.\n" : " is not allowed.\n");
                if (value_count(value_get(result, "entries")) > 0)
                        print_rows(cli, value_get(result, "entries"));
        }
        return allowed ? 0 : BANGUI_EXIT_NOT_FOUND;
}

int allow_run(Cli *cli) {
        static const Subcommand subcommands[] = {
                { "add", 1, 1, allow_add },     { "change", 1, 1, allow_change }, { "remove", 1, 1, allow_remove },
                { "check", 1, 1, allow_check }, { "list", 0, 0, allow_list },
        };

        if (cli_n_words(cli) == 0)
                return allow_list(cli);
        return subcommand_run(cli, 0, subcommands, LENGTH(subcommands));
}
