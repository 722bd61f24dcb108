/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "client/cli/command.h"
#include "client/cli/jails.h"
#include "client/lib/errors.h"

#define EXIT_FAIL2BAN_OFFLINE 7

static Style state_style(const char *state) {
        if (strcmp(state, "running") == 0 || strcmp(state, "ok") == 0)
                return STYLE_GOOD;
        return strcmp(state, "failed") == 0 ? STYLE_BAD : STYLE_WARNING;
}

static Style severity_style(const char *severity) {
        if (strcmp(severity, "critical") == 0)
                return STYLE_BAD;
        return strcmp(severity, "warning") == 0 ? STYLE_WARNING : STYLE_PLAIN;
}

static void print_daemon(Cli *cli, const Value *status) {
        Output *output = &cli->output;
        const char *state = value_string(status, "state");
        int64_t started_at = value_int(status, "started_at", 0);

        output_add(output, "BanGUI ");
        output_add_safe(output, value_string(status, "version"));
        output_add(output, ": ");
        output_add_styled(output, state_style(state), state);
        output_add(output, " since ");
        clock_add_time(&cli->clock, &output->text, started_at);
        output_add(output, "\n");
}

static void print_fail2ban(Cli *cli, const Value *status) {
        Output *output = &cli->output;
        bool online = value_bool(status, "online");
        int64_t probed_at = value_int(status, "probed_at", 0);
        int64_t age = clock_now() - probed_at;

        output_add(output, "fail2ban ");
        output_add_safe(output, value_string(status, "fail2ban_version"));
        output_add(output, *value_string(status, "fail2ban_version") != '\0' ? ": " : "is ");
        output_add_styled(output, online ? STYLE_GOOD : STYLE_BAD, online ? "online" : "offline");
        if (probed_at > 0) {
                output_add(output, ", seen ");
                duration_add(&output->text, age > 0 ? age : 0);
                output_add(output, " ago");
        }
        output_add(output, "\n");
}

static void print_parts(Cli *cli, const Value *parts) {
        Output *output = &cli->output;

        for (size_t i = 0; i < value_count(parts); i++) {
                const Value *part = value_item(parts, i);
                const char *state = value_string(part, "state");

                if (strcmp(state, "ok") == 0)
                        continue;
                output_add_safe(output, value_string(part, "name"));
                output_add(output, ": ");
                output_add_styled(output, state_style(state), state);
                output_add(output, *value_string(part, "detail") != '\0' ? ", " : "");
                output_add_safe(output, value_string(part, "detail"));
                output_add(output, "\n");
        }
}

static void print_findings(Cli *cli, const Value *findings) {
        Output *output = &cli->output;

        for (size_t i = 0; i < value_count(findings); i++) {
                const Value *finding = value_item(findings, i);
                const char *severity = value_string(finding, "severity");

                output_add(output, i == 0 ? "\n" : "");
                output_add_styled(output, severity_style(severity), severity);
                output_add(output, ": ");
                output_add_safe(output, value_string(finding, "message"));
                output_add(output, "\n");
                if (*value_string(finding, "advice") != '\0') {
                        output_add(output, "  ");
                        output_add_safe(output, value_string(finding, "advice"));
                        output_add(output, "\n");
                }
        }
}

int status_run(Cli *cli) {
        auto_value Value *status = cli_ask(cli, BANGUI_PATH, BANGUI_MANAGER, "GetStatus", "");
        const Value *jails = value_get(status, "jails");

        if (status == NULL)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, status);
        else {
                print_daemon(cli, status);
                print_fail2ban(cli, status);
                print_parts(cli, value_get(status, "parts"));
                if (value_count(jails) > 0) {
                        output_add(&cli->output, "\n");
                        jail_rows_print(cli, jails, status);
                }
                print_findings(cli, value_get(status, "findings"));
        }
        return value_bool(status, "online") ? 0 : EXIT_FAIL2BAN_OFFLINE;
}
