/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "client/cli/assignments.h"
#include "client/cli/command.h"
#include "client/lib/errors.h"

int can_run(Cli *cli) {
        auto_value Value *details = NULL;
        auto_value Value *answer = NULL;
        int status = assignments_read_details(cli, 1, &details);

        if (status != 0)
                return status;
        answer = cli_ask(cli, BANGUI_PATH, BANGUI_MANAGER, "CanDo", "sd", cli_word(cli, 0), details);
        if (answer == NULL)
                return cli_fail(cli);
        if (cli->json) {
                auto_value Value *result = value_new(VALUE_MAP);

                value_set_string(result, "action", cli_word(cli, 0));
                value_set_string(result, "answer", answer->string);
                cli_print_json(cli, result);
        } else {
                output_add_safe(&cli->output, answer->string);
                output_add(&cli->output, "\n");
        }
        return strcmp(answer->string, "yes") == 0 ? 0 : BANGUI_EXIT_NOT_AUTHORIZED;
}
