/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/card.h"
#include "client/cli/command.h"

static const CardRow rows[] = {
        { "banguictl", "banguictl", CARD_TEXT },
        { "banguid", "banguid", CARD_TEXT },
        { "fail2ban", "fail2ban", CARD_TEXT },
};

int version_run(Cli *cli) {
        auto_value Value *status = cli_ask(cli, BANGUI_PATH, BANGUI_MANAGER, "GetStatus", "");
        auto_value Value *versions = value_new(VALUE_MAP);

        value_set_string(versions, "banguictl", BANGUI_VERSION);
        if (status != NULL) {
                value_set_string(versions, "banguid", value_string(status, "version"));
                value_set_string(versions, "fail2ban", value_string(status, "fail2ban_version"));
        }
        if (cli->json)
                cli_print_json(cli, versions);
        else
                card_print(cli, rows, sizeof(rows) / sizeof(*rows), versions);
        return status != NULL ? 0 : cli_fail(cli);
}
