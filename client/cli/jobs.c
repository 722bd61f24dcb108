/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "client/cli/command.h"
#include "client/cli/operation.h"
#include "client/cli/table.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static void add_when(Table *table, Cli *cli, int64_t at) {
        if (at > 0)
                table_add_time(table, &cli->clock, at);
        else
                table_add(table, "-");
}

/* "5m 00s", "daily 03:25", or "-" when it is only run by something that happens. */
static void add_pace(Table *table, const Value *row) {
        int64_t interval = value_int(row, "interval", 0);
        const char *calendar = value_string(row, "calendar");

        if (interval > 0)
                table_add_duration(table, interval);
        else
                table_add(table, *calendar != '\0' ? calendar : "-");
}

static void add_outcome(Table *table, const Value *row) {
        const char *error = value_string(row, "last_error");
        const char *message = value_string(row, "last_message");
        bool failed = strcmp(value_string(row, "last_result"), "failed") == 0;

        if (failed)
                table_add(table, error);
        else
                table_add(table, *message != '\0' ? message : value_string(row, "last_result"));
        table_style(table, failed ? STYLE_BAD : STYLE_PLAIN);
}

static void print_rows(Cli *cli, const Value *rows) {
        static const TableColumn columns[] = { { "JOB" },
                                               { "STATE" },
                                               { "EVERY" },
                                               { "LAST RUN" },
                                               { "NEXT RUN" },
                                               { "RUNS", .right = true },
                                               { "FAILED", .right = true },
                                               { "OUTCOME", .optional = true } };
        auto_table Table table = { 0 };

        table_init(&table, columns, LENGTH(columns));
        for (size_t i = 0; i < value_count(rows); i++) {
                const Value *row = value_item(rows, i);

                table_add(&table, value_string(row, "name"));
                table_add(&table, value_string(row, "state"));
                add_pace(&table, row);
                add_when(&table, cli, value_int(row, "last_start_at", 0));
                add_when(&table, cli, value_int(row, "next_run_at", 0));
                table_add_int(&table, value_int(row, "runs", 0));
                table_add_int(&table, value_int(row, "failures", 0));
                add_outcome(&table, row);
        }
        table_print(&table, &cli->output);
}

static void print_names(Cli *cli, const Value *rows) {
        for (size_t i = 0; i < value_count(rows); i++) {
                output_add_safe(&cli->output, value_string(value_item(rows, i), "name"));
                output_add(&cli->output, "\n");
        }
}

static int jobs_list(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        auto_value Value *rows = cli_ask(cli, BANGUI_PATH, BANGUI_JOBS, "List", "m", options);

        if (rows == NULL)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, rows);
        else if (options_has(&cli->options, "names"))
                print_names(cli, rows);
        else
                print_rows(cli, rows);
        return 0;
}

static int jobs_start(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        auto_value Value *result = NULL;
        auto_value Value *rows = value_new(VALUE_LIST);

        cli_will_ask(cli);
        result = operation_settle(cli, cli_ask(cli, BANGUI_PATH, BANGUI_JOBS, "Run", "sm", cli_word(cli, 1), options));
        if (result == NULL)
                return cli_fail(cli);
        if (cli->json) {
                cli_print_json(cli, result);
                return 0;
        }
        value_add(rows, take_pointer(result));
        print_rows(cli, rows);
        return 0;
}

int jobs_run(Cli *cli) {
        static const Subcommand subcommands[] = { { "list", 0, 0, jobs_list }, { "run", 1, 1, jobs_start } };

        if (cli_n_words(cli) == 0)
                return jobs_list(cli);
        return subcommand_run(cli, 0, subcommands, LENGTH(subcommands));
}
