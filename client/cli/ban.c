/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Banning and unbanning: one call for as many addresses as a call may carry, several calls for more. */

#include <string.h>

#include "client/cli/addresses.h"
#include "client/cli/command.h"
#include "client/cli/operation.h"
#include "client/cli/table.h"

#define CALL_MAX 10000
#define ROWS_SHOWN 20

/* What differs between the two. */
typedef struct Deed {
        const char *member;
        const char *done;        /* key of the count, and the word for it */
        const char *undone;      /* key of the other count */
        const char *undone_said; /* the words for that */
} Deed;

static const Deed deed_ban = { "Ban", "banned", "already", "banned already" };
static const Deed deed_unban = { "Unban", "unbanned", "absent", "not banned" };

static void print_rows(Cli *cli, const Value *rows) {
        static const TableColumn columns[] = { { "ADDRESS" }, { "JAIL" }, { "STATE" } };
        auto_table Table table = { 0 };

        if (value_count(rows) == 0 || value_count(rows) > ROWS_SHOWN)
                return;
        table_init(&table, columns, 3);
        for (size_t i = 0; i < value_count(rows); i++) {
                table_add(&table, value_string(value_item(rows, i), "address"));
                table_add(&table, value_string(value_item(rows, i), "jail"));
                table_add(&table, value_string(value_item(rows, i), "state"));
        }
        table_print(&table, &cli->output);
}

static void print_result(Cli *cli, const Deed *deed, const Value *result) {
        int64_t done = value_int(result, deed->done, 0);
        int64_t undone = value_int(result, deed->undone, 0);

        if (cli->json) {
                cli_print_json(cli, result);
                return;
        }
        print_rows(cli, value_get(result, "rows"));
        output_printf(&cli->output, "%lld %s", (long long) done, deed->done);
        if (undone > 0)
                output_printf(&cli->output, ", %lld %s", (long long) undone, deed->undone_said);
        output_add(&cli->output, ".\n");
}

/* Adds the counts of one call to those of the calls before. Rows are only kept when there is one call. */
static void add_counts(Value *sum, const Deed *deed, const Value *result) {
        const char *keys[] = { "requested", deed->done, deed->undone };

        for (size_t i = 0; i < 3; i++)
                value_set_int(sum, keys[i], value_int(sum, keys[i], 0) + value_int(result, keys[i], 0));
}

static Value *deed_call(Cli *cli, const Deed *deed, const Value *addresses, const Value *jails, const Value *options) {
        return operation_settle(cli,
                                cli_ask(cli, BANGUI_PATH, BANGUI_BANS, deed->member, "llm", addresses, jails, options));
}

/* Part of a list as a list that owns nothing: only to be read, and not to be freed as a tree. */
static Value part_of(const Value *list, size_t first, size_t count) {
        Value part = { .kind = VALUE_LIST };

        part.items = list->items + first;
        part.count = count;
        return part;
}

static Value *deed_call_in_parts(Cli *cli, const Deed *deed, const Value *addresses, const Value *jails,
                                 const Value *options) {
        auto_value Value *sum = value_new(VALUE_MAP);
        size_t all = value_count(addresses);

        for (size_t first = 0; first < all; first += CALL_MAX) {
                size_t count = all - first < CALL_MAX ? all - first : CALL_MAX;
                Value part = part_of(addresses, first, count);
                auto_value Value *result = NULL;

                cli_note(cli, "addresses %zu to %zu of %zu", first + 1, first + count, all);
                result = deed_call(cli, deed, &part, jails, options);
                if (result == NULL) {
                        if (first > 0)
                                print_result(cli, deed, sum);
                        return NULL;
                }
                add_counts(sum, deed, result);
        }
        return take_pointer(sum);
}

static int deed_run(Cli *cli, const Deed *deed, const Value *options) {
        auto_value Value *jails = options_values(&cli->options, "jail");
        auto_value Value *addresses = NULL;
        auto_value Value *result = NULL;
        int status = addresses_take(cli, &addresses);

        if (status != 0)
                return status;
        cli_will_ask(cli);
        result = value_count(addresses) <= CALL_MAX ? deed_call(cli, deed, addresses, jails, options)
                                                    : deed_call_in_parts(cli, deed, addresses, jails, options);
        if (result == NULL)
                return cli_fail(cli);
        print_result(cli, deed, result);
        return 0;
}

int ban_run(Cli *cli) {
        auto_value Value *options = cli_call_options(cli);
        auto_value Value *protect = addresses_of_person();

        if (options_has(&cli->options, "force"))
                value_set_bool(options, "force", true);
        if (value_count(protect) > 0)
                value_set(options, "protect", take_pointer(protect));
        return deed_run(cli, &deed_ban, options);
}

static int unban_all(Cli *cli, const Value *options) {
        auto_value Value *result = NULL;

        if (cli_n_words(cli) > 0 || options_has(&cli->options, "jail"))
                return cli_usage(cli, "unban --all lifts every ban: no address and no --jail may be with it");
        cli_will_ask(cli);
        result = operation_settle(cli, cli_ask(cli, BANGUI_PATH, BANGUI_BANS, "UnbanAll", "m", options));
        if (result == NULL)
                return cli_fail(cli);
        print_result(cli, &deed_unban, result);
        return 0;
}

int unban_run(Cli *cli) {
        auto_value Value *options = cli_call_options(cli);

        if (options_has(&cli->options, "all"))
                return unban_all(cli, options);
        if (cli_n_words(cli) == 0)
                return cli_usage(cli, "unban: an address, - or --all is needed");
        return deed_run(cli, &deed_unban, options);
}
