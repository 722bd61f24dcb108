/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The list of bans: one page by a call, or, when more is asked for than a page holds, the daemon's file of JSON
 * lines, which is mapped and read where it lies.
 */

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "client/cli/ban-lines.h"
#include "client/cli/ban-list.h"
#include "client/cli/ban-rows.h"
#include "client/cli/command.h"
#include "client/lib/errors.h"

#define NO_BANS "No bans.\n"

static int take_sort(Cli *cli, Value *options) {
        static const char *const keys[] = { "address", "banned-at", "ends-at", "failures", "jail" };
        static const char *const names[] = { "address", "banned_at", "ends_at", "failures", "jail" };
        auto_value Value *known = value_new(VALUE_LIST);
        const char *sort = options_value(&cli->options, "sort");
        bool newest_first = true;

        if (sort != NULL) {
                bool found = false;

                for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
                        value_add(known, value_new_string(keys[i]));
                        if (strcmp(sort, keys[i]) != 0 && strcmp(sort, names[i]) != 0)
                                continue;
                        found = true;
                        newest_first = i == 1;
                        value_set_string(options, "sort", names[i]);
                }
                if (!found)
                        return cli_unknown(cli, "sort key", sort, known);
        }
        value_set_bool(options, "descending", newest_first != options_has(&cli->options, "reverse"));
        return 0;
}

static int take_filters(Cli *cli, Value *options) {
        cli_take_string(cli, options, "jail");
        cli_take_string(cli, options, "within");
        cli_take_string(cli, options, "search");
        return take_sort(cli, options);
}

static void print_rows(Cli *cli, const Value *rows, const Value *page) {
        auto_table Table table = { 0 };
        int64_t total = value_int(page, "total", 0);

        if (value_count(rows) == 0) {
                output_add(&cli->output, NO_BANS);
                return;
        }
        ban_table_init(&table);
        for (size_t i = 0; i < value_count(rows); i++) {
                BanRow row;

                ban_row_from_value(&row, value_item(rows, i));
                ban_table_add(&table, &cli->clock, &row);
        }
        table_print(&table, &cli->output);
        output_flush(&cli->output);
        if (total > (int64_t) value_count(rows))
                cli_note(cli, "%zu of %lld bans. --all shows all of them.", value_count(rows), (long long) total);
}

static int bans_list(Cli *cli, Value *options, int64_t limit) {
        auto_message sd_bus_message *reply = NULL;
        auto_value Value *rows = NULL;
        auto_value Value *page = NULL;

        value_set_int(options, "limit", limit);
        value_set_bool(options, "total", !cli->json && cli->error_terminal);
        reply = client_call(&cli->client, BANGUI_PATH, BANGUI_BANS, "List", "m", options);
        if (reply != NULL)
                rows = client_read(&cli->client, reply);
        if (rows != NULL)
                page = client_read(&cli->client, reply);
        if (page == NULL)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, rows);
        else
                print_rows(cli, rows, page);
        return 0;
}

/* The lines are JSON objects already: together they are an array. */
static void dump_json(Cli *cli, const char *text, size_t size, int64_t limit) {
        BanLines lines = { text, text + size };
        const char *line;
        size_t length;

        output_add(&cli->output, "[");
        for (int64_t i = 0; i < limit && ban_lines_next_text(&lines, &line, &length); i++) {
                output_add(&cli->output, i > 0 ? ",\n" : "\n");
                buffer_add(&cli->output.text, line, length);
                output_settle(&cli->output);
        }
        output_add(&cli->output, "\n]\n");
}

static int dump_table(Cli *cli, const char *text, size_t size, int64_t limit) {
        if (size > 0)
                return ban_list_print(cli, text, size, limit);
        output_add(&cli->output, NO_BANS);
        return 0;
}

static int dump_print(Cli *cli, int fd, int64_t limit) {
        struct stat status;
        size_t size;
        void *text = NULL;
        int result = 0;

        if (fstat(fd, &status) < 0) {
                client_set_errno(&cli->client, -errno, "cannot read the daemon's list");
                return cli_fail(cli);
        }
        size = (size_t) status.st_size;
        if (size > 0)
                text = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (text == MAP_FAILED) {
                client_set_errno(&cli->client, -errno, "cannot map the daemon's list");
                return cli_fail(cli);
        }
        if (cli->json)
                dump_json(cli, text, size, limit);
        else
                result = dump_table(cli, text, size, limit);
        if (text != NULL)
                (void) munmap(text, size);
        return result;
}

static int bans_dump(Cli *cli, const Value *options, int64_t limit) {
        auto_message sd_bus_message *reply = client_call(&cli->client, BANGUI_PATH, BANGUI_BANS, "Dump", "m", options);
        int fd = -1;
        int r;

        if (reply == NULL)
                return cli_fail(cli);
        r = sd_bus_message_read_basic(reply, 'h', &fd);
        if (r < 0) {
                client_set_errno(&cli->client, r, "cannot read the daemon's answer");
                return cli_fail(cli);
        }
        return dump_print(cli, fd, limit);
}

int bans_run(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        int64_t limit = 0;
        int status = cli_take_number(cli, "limit", 1, INT64_MAX, PAGE_DEFAULT, &limit);

        if (status == 0)
                status = take_filters(cli, options);
        if (status != 0)
                return status;
        if (options_has(&cli->options, "all"))
                limit = INT64_MAX;
        return limit <= PAGE_MAX ? bans_list(cli, options, limit) : bans_dump(cli, options, limit);
}
