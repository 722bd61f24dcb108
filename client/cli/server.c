/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/assignments.h"
#include "client/cli/card.h"
#include "client/cli/command.h"
#include "client/cli/reload.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static const CardRow server_rows[] = {
        { "State", "State", CARD_TEXT },
        { "Since", "StateSince", CARD_TIME },
        { "Why", "StateReason", CARD_TEXT },
        { "Version", "Version", CARD_TEXT },
        { "Jails", "Jails", CARD_LIST },
        { "Banned now", "CurrentlyBanned", CARD_NUMBER },
        { "Banned in total", "TotalBanned", CARD_NUMBER },
        { "Failed now", "CurrentlyFailed", CARD_NUMBER },
        { "Failed in total", "TotalFailed", CARD_NUMBER },
        { "Log level", "LogLevel", CARD_TEXT },
        { "Log target", "LogTarget", CARD_TEXT },
        { "Syslog socket", "SyslogSocket", CARD_TEXT },
        { "Database", "DatabaseFile", CARD_TEXT },
        { "  forgets after", "DatabasePurgeAge", CARD_DURATION },
        { "  lines of a ban", "DatabaseMaxMatches", CARD_NUMBER },
};

static const Setting server_settings[] = {
        { "log_level", SETTING_TEXT },
        { "log_target", SETTING_TEXT },
        { "syslog_socket", SETTING_TEXT },
        { "database_file", SETTING_TEXT },
        { "database_purge_age", SETTING_DURATION },
        { "database_max_matches", SETTING_NUMBER },
};

static int server_show(Cli *cli) {
        auto_value Value *properties = client_get_all(&cli->client, BANGUI_PATH, BANGUI_SERVER);

        if (properties == NULL)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, properties);
        else
                card_print(cli, server_rows, LENGTH(server_rows), properties);
        return 0;
}

static int server_set(Cli *cli) {
        auto_value Value *options = cli_call_options(cli);
        auto_value Value *values = NULL;
        auto_value Value *now = NULL;
        int status = assignments_read(cli, 1, server_settings, LENGTH(server_settings), &values);

        if (status != 0)
                return status;
        cli_will_ask(cli);
        now = cli_ask(cli, BANGUI_PATH, BANGUI_SERVER, "Set", "mm", values, options);
        if (now == NULL)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, now);
        else
                assignments_print(cli, values, now, server_settings, LENGTH(server_settings));
        return 0;
}

/* A method of the server that takes options and gives nothing. */
static int server_call(Cli *cli, const char *member, const Value *options, const char *said) {
        auto_message sd_bus_message *reply =
                client_call(&cli->client, BANGUI_PATH, BANGUI_SERVER, member, "m", options);

        if (reply == NULL)
                return cli_fail(cli);
        output_add(&cli->output, cli->json ? "{}\n" : said);
        return 0;
}

static int server_flush_logs(Cli *cli) {
        auto_value Value *options = cli_call_options(cli);

        cli_will_ask(cli);
        return server_call(cli, "FlushLogs", options, "fail2ban opened its log anew.\n");
}

static int server_probe(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);

        return server_call(cli, "Probe", options, "fail2ban was looked at.\n");
}

static int server_start(Cli *cli) {
        return reload_server(cli, "Start");
}

static int server_restart(Cli *cli) {
        return reload_server(cli, "Restart");
}

int server_run(Cli *cli) {
        static const Subcommand subcommands[] = {
                { "show", 0, 0, server_show },   { "set", 1, WORDS_ANY, server_set },
                { "start", 0, 0, server_start }, { "restart", 0, 0, server_restart },
                { "probe", 0, 0, server_probe }, { "flush-logs", 0, 0, server_flush_logs },
        };

        if (cli_n_words(cli) == 0)
                return server_show(cli);
        return subcommand_run(cli, 0, subcommands, LENGTH(subcommands));
}
