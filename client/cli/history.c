/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "client/cli/command.h"
#include "client/cli/filters.h"
#include "client/cli/history-rows.h"
#include "client/cli/pages.h"

static int take_kind(Cli *cli, Value *options) {
        const char *kind = options_value(&cli->options, "kind");

        if (kind == NULL)
                return 0;
        if (strcmp(kind, "ban") != 0 && strcmp(kind, "unban") != 0)
                return cli_usage(cli, "--kind %s: ban or unban is needed", kind);
        value_set_string(options, "kind", kind);
        return 0;
}

int history_run(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        auto_value Value *rows = value_new(VALUE_LIST);
        int64_t limit = 0;
        int status = pages_take_limit(cli, &limit);

        if (status == 0)
                status = filters_take(cli, options);
        if (status == 0)
                status = take_kind(cli, options);
        if (status != 0)
                return status;
        if (pages_fetch(cli, BANGUI_HISTORY, "List", options, limit, rows) < 0)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, rows);
        else if (value_count(rows) == 0)
                output_add(&cli->output, "The archive has no such rows.\n");
        else
                history_rows_print(cli, rows, true);
        return 0;
}
