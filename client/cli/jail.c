/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "client/cli/assignments.h"
#include "client/cli/card.h"
#include "client/cli/command.h"
#include "client/cli/reload.h"
#include "client/cli/table.h"
#include "client/lib/errors.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static const CardRow jail_rows[] = {
        { "Jail", "Name", CARD_TEXT },
        { "Idle", "Idle", CARD_BOOL },
        { "Banned now", "CurrentlyBanned", CARD_NUMBER },
        { "Banned in total", "TotalBanned", CARD_NUMBER },
        { "Failed now", "CurrentlyFailed", CARD_NUMBER },
        { "Failed in total", "TotalFailed", CARD_NUMBER },
        { "Find time", "FindTime", CARD_DURATION },
        { "Ban time", "BanTime", CARD_DURATION },
        { "Max retry", "MaxRetry", CARD_NUMBER },
        { "Max matches", "MaxMatches", CARD_NUMBER },
        { "Max lines", "MaxLines", CARD_NUMBER },
        { "Use DNS", "UseDns", CARD_TEXT },
        { "Bans grow", "BanTimeIncrement", CARD_BOOL },
        { "  factor", "BanTimeFactor", CARD_TEXT },
        { "  formula", "BanTimeFormula", CARD_TEXT },
        { "  multipliers", "BanTimeMultipliers", CARD_TEXT },
        { "  longest", "BanTimeMaximum", CARD_DURATION },
        { "  at random", "BanTimeRandom", CARD_DURATION },
        { "  over all jails", "BanTimeOverallJails", CARD_BOOL },
        { "Actions", "Actions", CARD_LIST },
        { "Backend", "Backend", CARD_TEXT },
        { "Log files", "LogPaths", CARD_LIST },
        { "Journal", "JournalMatches", CARD_LIST },
        { "Log encoding", "LogEncoding", CARD_TEXT },
        { "Log time zone", "LogTimezone", CARD_TEXT },
        { "Date pattern", "DatePattern", CARD_TEXT },
        { "Ignored", "IgnoreAddresses", CARD_LIST },
        { "Ignore self", "IgnoreSelf", CARD_BOOL },
        { "Ignore command", "IgnoreCommand", CARD_TEXT },
        { "Ignore cache", "IgnoreCache", CARD_TEXT },
        { "Prefregex", "Prefregex", CARD_TEXT },
        { "Failregex", "Failregex", CARD_LIST },
        { "Ignoreregex", "Ignoreregex", CARD_LIST },
};

static const Setting jail_settings[] = {
        { "bantime", SETTING_DURATION },         { "findtime", SETTING_DURATION },
        { "maxretry", SETTING_NUMBER },          { "maxmatches", SETTING_NUMBER },
        { "maxlines", SETTING_NUMBER },          { "usedns", SETTING_TEXT },
        { "ignoreself", SETTING_BOOL },          { "prefregex", SETTING_TEXT },
        { "datepattern", SETTING_TEXT },         { "log_encoding", SETTING_TEXT },
        { "log_timezone", SETTING_TEXT },        { "bantime_increment", SETTING_BOOL },
        { "bantime_maxtime", SETTING_DURATION }, { "bantime_rndtime", SETTING_DURATION },
        { "bantime_multipliers", SETTING_TEXT }, { "bantime_overalljails", SETTING_BOOL },
};

/* What can be added to a jail and removed from it. */
typedef struct JailList {
        const char *word;
        const char *member; /* behind Add or Remove */
} JailList;

static const JailList jail_lists[] = {
        { "log-path", "LogPath" },        { "ignore", "IgnoreAddress" },       { "failregex", "Failregex" },
        { "ignoreregex", "Ignoreregex" }, { "journal-match", "JournalMatch" },
};

static char *jail_path(const char *jail) {
        char *path = NULL;

        return sd_bus_path_encode(BANGUI_JAIL_PATH, jail, &path) < 0 ? NULL : path;
}

/* For calls without a result. Takes REPLY over; prints SAID when it went well. */
static int jail_done(Cli *cli, sd_bus_message *reply, const char *said) {
        auto_message sd_bus_message *owned = reply;
        const char *jail = cli_word(cli, 0);

        if (owned == NULL)
                return cli_fail_jail(cli, jail);
        if (cli->json) {
                output_add(&cli->output, "{}\n");
                return 0;
        }
        output_add_safe(&cli->output, jail);
        output_printf(&cli->output, ": %s.\n", said);
        return 0;
}

static int jail_show(Cli *cli) {
        auto_free char *path = jail_path(cli_word(cli, 0));
        auto_value Value *properties = client_get_all(&cli->client, path, BANGUI_JAIL);

        if (properties == NULL || value_count(properties) == 0) {
                if (properties != NULL)
                        client_set_error(&cli->client, SD_BUS_ERROR_UNKNOWN_OBJECT, "no such jail");
                return cli_fail_jail(cli, cli_word(cli, 0));
        }
        if (cli->json)
                cli_print_json(cli, properties);
        else
                card_print(cli, jail_rows, LENGTH(jail_rows), properties);
        return 0;
}

static int jail_set(Cli *cli) {
        auto_free char *path = jail_path(cli_word(cli, 0));
        auto_value Value *options = cli_call_options(cli);
        auto_value Value *changes = NULL;
        auto_value Value *now = NULL;
        int status = assignments_read(cli, 2, jail_settings, LENGTH(jail_settings), &changes);

        if (status != 0)
                return status;
        cli_will_ask(cli);
        now = cli_ask(cli, path, BANGUI_JAIL, "Change", "mm", changes, options);
        if (now == NULL)
                return cli_fail_jail(cli, cli_word(cli, 0));
        if (cli->json)
                cli_print_json(cli, now);
        else
                assignments_print(cli, changes, now, jail_settings, LENGTH(jail_settings));
        return 0;
}

static int jail_switch(Cli *cli, const char *member, const char *said) {
        auto_value Value *options = cli_call_options(cli);

        cli_will_ask(cli);
        return jail_done(cli,
                         client_call(&cli->client, BANGUI_PATH, BANGUI_SERVER, member, "sm", cli_word(cli, 0), options),
                         said);
}

static int jail_start(Cli *cli) {
        return jail_switch(cli, "StartJail", "started");
}

static int jail_stop(Cli *cli) {
        return jail_switch(cli, "StopJail", "stopped");
}

static int jail_reload(Cli *cli) {
        return reload_jails(cli, cli_word(cli, 0), options_has(&cli->options, "restart"),
                            options_has(&cli->options, "unban"));
}

static int jail_restart(Cli *cli) {
        return reload_jails(cli, cli_word(cli, 0), true, options_has(&cli->options, "unban"));
}

static int jail_idle(Cli *cli) {
        auto_free char *path = jail_path(cli_word(cli, 0));
        auto_value Value *options = cli_call_options(cli);
        const char *word = cli_word(cli, 2);
        bool idle = strcmp(word, "on") == 0;

        if (!idle && strcmp(word, "off") != 0)
                return cli_usage(cli, "idle %s: on or off is needed", word);
        cli_will_ask(cli);
        return jail_done(cli, client_call(&cli->client, path, BANGUI_JAIL, "SetIdle", "bm", (int) idle, options),
                         idle ? "idle: it neither finds nor lifts bans" : "not idle");
}

static const JailList *find_list(Cli *cli, const char *word) {
        auto_value Value *known = value_new(VALUE_LIST);

        for (size_t i = 0; i < LENGTH(jail_lists); i++) {
                if (strcmp(jail_lists[i].word, word) == 0)
                        return &jail_lists[i];
                value_add(known, value_new_string(jail_lists[i].word));
        }
        (void) cli_unknown(cli, "list", word, known);
        return NULL;
}

static int jail_edit(Cli *cli, const char *verb, const char *said) {
        auto_free char *path = jail_path(cli_word(cli, 0));
        auto_value Value *options = cli_call_options(cli);
        const JailList *list = find_list(cli, cli_word(cli, 2));
        char member[64];

        if (list == NULL)
                return BANGUI_EXIT_USAGE;
        if (options_has(&cli->options, "from-start"))
                value_set_bool(options, "tail", false);
        (void) stpcpy(stpcpy(member, verb), list->member);
        cli_will_ask(cli);
        return jail_done(cli, client_call(&cli->client, path, BANGUI_JAIL, member, "sm", cli_word(cli, 3), options),
                         said);
}

static int jail_add(Cli *cli) {
        return jail_edit(cli, "Add", "added");
}

static int jail_remove(Cli *cli) {
        return jail_edit(cli, "Remove", "removed");
}

static int jail_action(Cli *cli) {
        auto_free char *path = jail_path(cli_word(cli, 0));
        auto_value Value *properties = NULL;

        cli_will_ask(cli);
        properties = cli_ask(cli, path, BANGUI_JAIL, "GetAction", "s", cli_word(cli, 2));
        if (properties == NULL)
                return cli_fail_jail(cli, cli_word(cli, 0));
        if (cli->json) {
                cli_print_json(cli, properties);
                return 0;
        }
        for (size_t i = 0; i < value_count(properties); i++) {
                output_add_styled(&cli->output, STYLE_BOLD, properties->keys[i]);
                output_add(&cli->output, "\n");
                output_add_lines(&cli->output, "  ", properties->items[i]->string);
        }
        return 0;
}

static void print_logs(Cli *cli, const Value *rows) {
        static const TableColumn columns[] = {
                { "FILE" }, { "STATE" }, { "SIZE", .right = true }, { "WRITTEN" }, { "PROBLEM", .optional = true }
        };
        auto_table Table table = { 0 };

        table_init(&table, columns, LENGTH(columns));
        for (size_t i = 0; i < value_count(rows); i++) {
                const Value *row = value_item(rows, i);
                const char *state = value_string(row, "state");
                int64_t modified_at = value_int(row, "modified_at", 0);

                table_add(&table, value_string(row, "path"));
                table_add(&table, state);
                table_style(&table, strcmp(state, "ok") == 0 ? STYLE_GOOD : STYLE_WARNING);
                table_add_int(&table, value_int(row, "size", 0));
                if (modified_at > 0)
                        table_add_time(&table, &cli->clock, modified_at);
                else
                        table_add(&table, "-");
                table_add(&table, value_string(row, "problem"));
        }
        table_print(&table, &cli->output);
}

static int jail_logs(Cli *cli) {
        auto_free char *path = jail_path(cli_word(cli, 0));
        auto_value Value *options = value_new(VALUE_MAP);
        auto_value Value *rows = cli_ask(cli, path, BANGUI_JAIL, "CheckLogs", "m", options);

        if (rows == NULL)
                return cli_fail_jail(cli, cli_word(cli, 0));
        if (cli->json)
                cli_print_json(cli, rows);
        else if (value_count(rows) == 0)
                output_add(&cli->output, "It reads no log files.\n");
        else
                print_logs(cli, rows);
        return 0;
}

int jail_run(Cli *cli) {
        static const Subcommand subcommands[] = {
                { "show", 0, 0, jail_show },     { "set", 1, WORDS_ANY, jail_set }, { "start", 0, 0, jail_start },
                { "stop", 0, 0, jail_stop },     { "reload", 0, 0, jail_reload },   { "restart", 0, 0, jail_restart },
                { "idle", 1, 1, jail_idle },     { "add", 2, 2, jail_add },         { "remove", 2, 2, jail_remove },
                { "action", 1, 1, jail_action }, { "logs", 0, 0, jail_logs },
        };

        if (*cli_word(cli, 0) == '\0')
                return cli_usage(cli, "jail: a name is needed");
        if (cli_n_words(cli) == 1)
                return jail_show(cli);
        return subcommand_run(cli, 1, subcommands, LENGTH(subcommands));
}
