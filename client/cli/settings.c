/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <inttypes.h>
#include <string.h>

#include "client/cli/assignments.h"
#include "client/cli/card.h"
#include "client/cli/command.h"
#include "client/cli/table.h"
#include "client/lib/errors.h"
#include "client/lib/memory.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

/* A value as it would stand in the file. */
static char *value_shown(const Value *value) {
        if (value == NULL)
                return memory_format("%s", "");
        if (value->kind == VALUE_STRING)
                return memory_format("%s", value->string);
        if (value->kind == VALUE_BOOL)
                return memory_format("%s", value->boolean ? "true" : "false");
        return memory_format("%" PRId64, value_as_int(value, 0));
}

static void add_shown(Table *table, const Value *row, const char *key) {
        auto_free char *text = value_shown(value_get(row, key));

        table_add(table, *text != '\0' ? text : "(empty)");
}

static bool is_default(const Value *row) {
        auto_free char *value = value_shown(value_get(row, "value"));
        auto_free char *fallback = value_shown(value_get(row, "default"));

        return strcmp(value, fallback) == 0;
}

static void print_all(Cli *cli, const Value *rows) {
        static const TableColumn columns[] = { { "KEY" },  { "VALUE" },  { "DEFAULT" },
                                               { "UNIT" }, { "ORIGIN" }, { "CHANGES" } };
        auto_table Table table = { 0 };

        table_init(&table, columns, LENGTH(columns));
        for (size_t i = 0; i < value_count(rows); i++) {
                const Value *row = value_item(rows, i);

                table_add(&table, value_string(row, "key"));
                add_shown(&table, row, "value");
                table_style(&table, is_default(row) ? STYLE_PLAIN : STYLE_BOLD);
                add_shown(&table, row, "default");
                table_add(&table, value_string(row, "unit"));
                table_add(&table, value_string(row, "origin"));
                table_add(&table, !value_bool(row, "runtime") ? "with a restart"
                                  : value_bool(row, "pinned") ? "pinned"
                                                              : "at once");
        }
        table_print(&table, &cli->output);
}

/* Of Set and Reset: what is in force now. */
static void print_short(Cli *cli, const Value *rows) {
        static const TableColumn columns[] = { { "KEY" }, { "VALUE" }, { "ORIGIN" } };
        auto_table Table table = { 0 };

        table_init(&table, columns, LENGTH(columns));
        for (size_t i = 0; i < value_count(rows); i++) {
                const Value *row = value_item(rows, i);

                table_add(&table, value_string(row, "key"));
                add_shown(&table, row, "value");
                table_add(&table, value_string(row, "origin"));
        }
        table_print(&table, &cli->output);
}

static void print_card(Cli *cli, const Value *setting) {
        static const CardRow card[] = {
                { "Key", "key", CARD_TEXT },         { "Value", "value", CARD_TEXT },
                { "Default", "default", CARD_TEXT }, { "Unit", "unit", CARD_TEXT },
                { "Origin", "origin", CARD_TEXT },   { "  where", "where", CARD_TEXT },
                { "  pinned", "pinned", CARD_BOOL }, { "At run time", "runtime", CARD_BOOL },
                { "Allowed", "allowed", CARD_TEXT }, { "Help", "help", CARD_TEXT },
        };
        auto_value Value *shown = value_new(VALUE_MAP);

        for (size_t i = 0; i < LENGTH(card); i++) {
                const Value *value = value_get(setting, card[i].key);
                auto_free char *text = value_shown(value);

                if (value != NULL && card[i].kind == CARD_BOOL)
                        value_set_bool(shown, card[i].key, value->kind == VALUE_BOOL && value->boolean);
                else
                        value_set_string(shown, card[i].key, text);
        }
        card_print(cli, card, LENGTH(card), shown);
}

static int list(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        auto_value Value *rows = cli_ask(cli, BANGUI_PATH, BANGUI_SETTINGS, "List", "m", options);

        if (rows == NULL)
                return cli_fail(cli);
        if (cli->json) {
                cli_print_json(cli, rows);
                return 0;
        }
        if (!options_has(&cli->options, "names")) {
                print_all(cli, rows);
                return 0;
        }
        for (size_t i = 0; i < value_count(rows); i++)
                output_printf(&cli->output, "%s\n", value_string(value_item(rows, i), "key"));
        return 0;
}

static int show(Cli *cli) {
        auto_value Value *setting = NULL;

        if (cli_n_words(cli) > 1)
                return cli_usage(cli, "one KEY is shown, or all of them; to set a key: KEY=VALUE");
        setting = cli_ask(cli, BANGUI_PATH, BANGUI_SETTINGS, "Get", "s", cli_word(cli, 0));
        if (setting == NULL)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, setting);
        else
                print_card(cli, setting);
        return 0;
}

static int finish(Cli *cli, const Value *rows) {
        if (rows == NULL)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, rows);
        else
                print_short(cli, rows);
        return 0;
}

static int set(Cli *cli) {
        auto_value Value *options = cli_call_options(cli);
        auto_value Value *changes = NULL;
        auto_value Value *rows = NULL;
        int status = assignments_read_details(cli, 0, &changes);

        if (status != 0)
                return status;
        if (value_count(changes) != cli_n_words(cli))
                return cli_usage(cli, "a key is given twice");
        cli_will_ask(cli);
        rows = cli_ask(cli, BANGUI_PATH, BANGUI_SETTINGS, "Set", "mm", changes, options);
        return finish(cli, rows);
}

static int reset(Cli *cli) {
        auto_value Value *options = cli_call_options(cli);
        auto_value Value *keys = value_new(VALUE_LIST);
        auto_value Value *rows = NULL;

        if (cli_n_words(cli) == 0)
                return cli_usage(cli, "--reset: KEY is needed");
        for (size_t i = 0; i < cli_n_words(cli); i++)
                value_add(keys, value_new_string(cli_word(cli, i)));
        cli_will_ask(cli);
        rows = cli_ask(cli, BANGUI_PATH, BANGUI_SETTINGS, "Reset", "lm", keys, options);
        return finish(cli, rows);
}

/* Keys of which the file says something else now, but another source decides. */
static void print_hidden(Cli *cli, const Value *rows) {
        for (size_t i = 0; i < value_count(rows); i++) {
                const Value *row = value_item(rows, i);
                auto_free char *value = value_shown(value_get(row, "value"));

                output_add_safe(&cli->output, value_string(row, "key"));
                output_add(&cli->output, " stays ");
                output_add_safe(&cli->output, value);
                output_printf(&cli->output, ": its origin (%s) wins over the file.\n", value_string(row, "origin"));
        }
}

/* A key that needs a restart is no fault. */
static bool is_fault(const Value *problem) {
        return strcmp(value_string(problem, "kind"), "restart") != 0;
}

static void print_problems(Cli *cli, const Value *problems) {
        for (size_t i = 0; i < value_count(problems); i++) {
                const Value *problem = value_item(problems, i);
                Style style = is_fault(problem) ? STYLE_BAD : STYLE_WARNING;

                output_style_on(&cli->output, style);
                output_add_safe(&cli->output, value_string(problem, "message"));
                output_style_off(&cli->output, style);
                output_add(&cli->output, "\n");
        }
}

static void print_reload(Cli *cli, const Value *result) {
        const Value *changed = value_get(result, "changed");

        if (value_count(changed) > 0)
                print_short(cli, changed);
        else
                output_add(&cli->output, "No setting changed.\n");
        print_hidden(cli, value_get(result, "hidden"));
        print_problems(cli, value_get(result, "problems"));
}

static int reload(Cli *cli) {
        auto_value Value *options = cli_call_options(cli);
        auto_value Value *result = NULL;
        const Value *problems;

        if (cli_n_words(cli) > 0)
                return cli_usage(cli, "--reload takes no words");
        cli_will_ask(cli);
        result = cli_ask(cli, BANGUI_PATH, BANGUI_SETTINGS, "Reload", "m", options);
        if (result == NULL)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, result);
        else
                print_reload(cli, result);
        problems = value_get(result, "problems");
        for (size_t i = 0; i < value_count(problems); i++)
                if (is_fault(value_item(problems, i)))
                        return BANGUI_EXIT_USAGE;
        return 0;
}

int settings_run(Cli *cli) {
        bool reset_asked = options_has(&cli->options, "reset"), reload_asked = options_has(&cli->options, "reload");
        const char *first = cli_word(cli, 0);

        if (reset_asked && reload_asked)
                return cli_usage(cli, "--reset and --reload do not go together");
        if (reload_asked)
                return reload(cli);
        if (reset_asked)
                return reset(cli);
        if (first == NULL)
                return list(cli);
        return strchr(first, '=') != NULL ? set(cli) : show(cli);
}
