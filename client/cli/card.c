/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/card.h"

#include "client/cli/table.h"

static void add_list(Table *table, const char *label, const Value *list) {
        for (size_t i = 0; i < value_count(list); i++) {
                const Value *item = value_item(list, i);

                table_add(table, i == 0 ? label : "");
                table_add(table, item->kind == VALUE_STRING ? item->string : "");
        }
}

static void add_single(Cli *cli, Table *table, const CardRow *row, const Value *value) {
        if (row->kind == CARD_TEXT && (value->kind != VALUE_STRING || *value->string == '\0'))
                return;
        if (row->kind == CARD_NETWORK && value_as_int(value, 0) == 0)
                return;
        table_add(table, row->label);
        switch (row->kind) {
        case CARD_NUMBER:
                table_add_int(table, value_as_int(value, 0));
                break;
        case CARD_BOOL:
                table_add(table, value->kind == VALUE_BOOL && value->boolean ? "yes" : "no");
                break;
        case CARD_TIME:
                table_add_time(table, &cli->clock, value_as_int(value, 0));
                break;
        case CARD_DURATION:
                table_add_duration(table, value_as_int(value, 0));
                break;
        case CARD_NETWORK:
                table_add_network(table, value_as_int(value, 0), "");
                break;
        default:
                table_add(table, value->string);
        }
}

void card_print(Cli *cli, const CardRow *rows, size_t n_rows, const Value *map) {
        static const TableColumn columns[] = { { NULL }, { NULL } };
        auto_table Table table = { 0 };

        table_init(&table, columns, 2);
        for (size_t i = 0; i < n_rows; i++) {
                const Value *value = value_get(map, rows[i].key);

                if (value == NULL || (rows[i].optional && value_as_int(value, 0) == 0))
                        continue;
                if (rows[i].kind == CARD_LIST)
                        add_list(&table, rows[i].label, value);
                else
                        add_single(cli, &table, &rows[i], value);
        }
        table_print(&table, &cli->output);
}
