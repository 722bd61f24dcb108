/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/pages.h"

#include "client/lib/json.h"

typedef struct Pages {
        const char *interface;
        const char *member;
        PageFunc each;
        void *userdata;
        int64_t missing;
} Pages;

/* Returns 1 when there is another (its cursor is in OPTIONS), 0 at the end, -1 on error. */
static int next_page(Cli *cli, Pages *self, Value *options) {
        auto_message sd_bus_message *reply =
                client_call(&cli->client, BANGUI_PATH, self->interface, self->member, "m", options);
        auto_value Value *rows = reply != NULL ? client_read(&cli->client, reply) : NULL;
        auto_value Value *page = rows != NULL ? client_read(&cli->client, reply) : NULL;
        const char *cursor = value_string(page, "next_cursor");

        if (page == NULL)
                return -1;
        value_set_string(options, "cursor", cursor);
        self->missing -= (int64_t) value_count(rows);
        self->each(cli, rows, self->userdata);
        return *cursor != '\0';
}

int pages_each(Cli *cli, const char *interface, const char *member, Value *options, int64_t limit, PageFunc each,
               void *userdata) {
        Pages pages = { interface, member, each, userdata, limit };
        int r = 1;

        while (r > 0 && pages.missing > 0 && cli->output.error == 0) {
                value_set_int(options, "limit", pages.missing < PAGE_MAX ? pages.missing : PAGE_MAX);
                r = next_page(cli, &pages, options);
        }
        return r < 0 ? -1 : 0;
}

static void keep_rows(Cli *cli, Value *rows, void *userdata) {
        value_move_items(userdata, rows);
}

int pages_fetch(Cli *cli, const char *interface, const char *member, Value *options, int64_t limit, Value *rows) {
        return pages_each(cli, interface, member, options, limit, keep_rows, rows);
}

static void print_rows(Cli *cli, Value *rows, void *userdata) {
        bool *begun = userdata;

        for (size_t i = 0; i < value_count(rows); i++) {
                output_add(&cli->output, *begun ? "," : "[");
                json_write(&cli->output.text, value_item(rows, i), 0);
                output_settle(&cli->output);
                *begun = true;
        }
}

/* For a person, who gets indentation, it is made whole first: nobody reads a long list so. */
static int print_pretty(Cli *cli, const char *interface, const char *member, Value *options, int64_t limit) {
        auto_value Value *rows = value_new(VALUE_LIST);

        if (pages_fetch(cli, interface, member, options, limit, rows) < 0)
                return -1;
        cli_print_json(cli, rows);
        return 0;
}

int pages_print_json(Cli *cli, const char *interface, const char *member, Value *options, int64_t limit) {
        bool begun = false;

        if (cli->pretty)
                return print_pretty(cli, interface, member, options, limit);
        if (pages_each(cli, interface, member, options, limit, print_rows, &begun) < 0)
                return -1;
        output_add(&cli->output, begun ? "]\n" : "[]\n");
        return 0;
}

int pages_take_limit(Cli *cli, int64_t *ret_limit) {
        int status = cli_take_number(cli, "limit", 1, INT64_MAX, PAGE_DEFAULT, ret_limit);

        if (options_has(&cli->options, "all"))
                *ret_limit = INT64_MAX;
        return status;
}
