/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/pages.h"

/* Returns 1 when there is another (its cursor is in OPTIONS), 0 at the end, -1 on error. */
static int fetch_page(Cli *cli, const char *interface, const char *member, Value *options, Value *rows) {
        auto_message sd_bus_message *reply = client_call(&cli->client, BANGUI_PATH, interface, member, "m", options);
        auto_value Value *part = reply != NULL ? client_read(&cli->client, reply) : NULL;
        auto_value Value *page = part != NULL ? client_read(&cli->client, reply) : NULL;
        const char *cursor = value_string(page, "next_cursor");

        if (page == NULL)
                return -1;
        value_move_items(rows, part);
        value_set_string(options, "cursor", cursor);
        return *cursor != '\0';
}

int pages_fetch(Cli *cli, const char *interface, const char *member, Value *options, int64_t limit, Value *rows) {
        int r = 1;

        while (r > 0 && (int64_t) value_count(rows) < limit) {
                int64_t missing = limit - (int64_t) value_count(rows);

                value_set_int(options, "limit", missing < PAGE_MAX ? missing : PAGE_MAX);
                r = fetch_page(cli, interface, member, options, rows);
        }
        return r < 0 ? -1 : 0;
}

int pages_take_limit(Cli *cli, int64_t *ret_limit) {
        int status = cli_take_number(cli, "limit", 1, INT64_MAX, PAGE_DEFAULT, ret_limit);

        if (options_has(&cli->options, "all"))
                *ret_limit = INT64_MAX;
        return status;
}
