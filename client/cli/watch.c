/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Live events
 *
 * Signals are taken from the daemon's well-known name. When the daemon goes, the bus tells it; we say so and wait
 * for the next one, whose signals come through the same matches.
 */

#include <errno.h>
#include <string.h>

#include "client/cli/command.h"
#include "client/lib/json.h"
#include "client/lib/value-bus.h"

#define MATCH_DAEMON "type='signal',sender='" BANGUI_NAME "',path='" BANGUI_PATH "',interface='"
#define MATCH_OWNER \
        "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus'," \
        "member='NameOwnerChanged',arg0='" BANGUI_NAME "'"

typedef struct EventKind {
        const char *interface;
        const char *member;
        const char *name;
        const char *keys[3]; /* of the arguments */
        Style style;
} EventKind;

static const EventKind event_kinds[] = {
        { BANGUI_BANS, "Banned", "banned", { "jail", "address", "ban" }, STYLE_BAD },
        { BANGUI_BANS, "Unbanned", "unbanned", { "jail", "address", "ban" }, STYLE_GOOD },
        { BANGUI_BANS, "Changed", "changed", { "jail", "address", "ban" }, STYLE_PLAIN },
        { BANGUI_SERVER, "JailAdded", "jail-added", { "jail", "object" }, STYLE_GOOD },
        { BANGUI_SERVER, "JailRemoved", "jail-removed", { "jail", "object" }, STYLE_WARNING },
        { BANGUI_SERVER, "JailChanged", "jail-changed", { "jail", "object", "properties" }, STYLE_PLAIN },
        { BANGUI_MANAGER, "HealthChanged", "health", { "state", "findings" }, STYLE_WARNING },
        { BANGUI_ALLOW_LIST, "Changed", "allow-list", { "entry", "change" }, STYLE_PLAIN },
        { BANGUI_SETTINGS, "Changed", "settings", { "settings" }, STYLE_PLAIN },
};

static const EventKind *find_kind(sd_bus_message *message) {
        for (size_t i = 0; i < sizeof(event_kinds) / sizeof(*event_kinds); i++)
                if (sd_bus_message_is_signal(message, event_kinds[i].interface, event_kinds[i].member) > 0)
                        return &event_kinds[i];
        return NULL;
}

static Value *event_new(const char *name) {
        Value *event = value_new(VALUE_MAP);

        value_set_string(event, "event", name);
        value_set_int(event, "at", clock_now());
        return event;
}

static Value *event_from_message(const EventKind *kind, sd_bus_message *message) {
        auto_value Value *event = event_new(kind->name);

        for (size_t i = 0; i < 3 && kind->keys[i] != NULL; i++) {
                Value *argument = NULL;

                if (value_read(message, &argument) <= 0)
                        return NULL;
                value_set(event, kind->keys[i], argument);
        }
        return take_pointer(event);
}

static void print_ban(Output *output, const Value *ban) {
        const char *cause = value_string(ban, "cause");
        const char *country = value_string(ban, "country");
        int64_t failures = value_int(ban, "failures", 0);

        if (*country != '\0') {
                output_add(output, " (");
                output_add_safe(output, country);
                output_add(output, ")");
        }
        if (*cause != '\0') {
                output_add(output, "  ");
                output_add_safe(output, cause);
                return;
        }
        output_add(output, value_int(ban, "ends_at", 0) < 0 ? "  " : "  for ");
        duration_add(&output->text,
                     value_int(ban, "ends_at", 0) < 0 ? DURATION_PERMANENT : value_int(ban, "remaining", 0));
        if (failures > 0)
                output_printf(output, " after %lld failure%s", (long long) failures, failures == 1 ? "" : "s");
}

static void print_list(Output *output, const Value *list) {
        for (size_t i = 0; i < value_count(list); i++) {
                output_add(output, i == 0 ? "  " : ", ");
                output_add_safe(output, value_item(list, i)->string);
        }
}

static void print_findings(Output *output, const Value *findings) {
        for (size_t i = 0; i < value_count(findings); i++) {
                output_add(output, "\n  ");
                output_add_safe(output, value_string(value_item(findings, i), "severity"));
                output_add(output, ": ");
                output_add_safe(output, value_string(value_item(findings, i), "message"));
        }
}

static void print_settings(Output *output, const Value *settings) {
        for (size_t i = 0; i < value_count(settings); i++) {
                auto_buffer Buffer value = { 0 };

                json_write(&value, value_get(value_item(settings, i), "value"), 0);
                output_add(output, i == 0 ? "" : ", ");
                output_add_safe(output, value_string(value_item(settings, i), "key"));
                output_add(output, "=");
                output_add_safe(output, buffer_text(&value));
        }
}

static void print_event(Cli *cli, const Value *event, Style style) {
        Output *output = &cli->output;
        const char *name = value_string(event, "event");
        size_t width = strlen(name);

        clock_add_time(&cli->clock, &output->text, value_int(event, "at", 0));
        output_add(output, "  ");
        output_add_styled(output, style, name);
        buffer_add_spaces(&output->text, width < 12 ? 12 - width : 0);
        output_add(output, "  ");
        output_add_safe(output, value_string(event, "jail"));
        output_add_safe(output, value_string(event, "state"));
        output_add_safe(output, value_string(event, "message"));
        output_add_safe(output, value_string(event, "entry"));
        print_settings(output, value_get(event, "settings"));
        if (*value_string(event, "change") != '\0') {
                output_add(output, "  ");
                output_add_safe(output, value_string(event, "change"));
        }
        if (*value_string(event, "address") != '\0') {
                output_add(output, "  ");
                output_add_safe(output, value_string(event, "address"));
        }
        if (value_get(event, "ban") != NULL)
                print_ban(output, value_get(event, "ban"));
        print_list(output, value_get(event, "properties"));
        print_findings(output, value_get(event, "findings"));
        output_add(output, "\n");
}

static void show_event(Cli *cli, const Value *event, Style style) {
        if (cli->json) {
                json_write(&cli->output.text, event, 0);
                output_add(&cli->output, "\n");
        } else
                print_event(cli, event, style);
        output_flush(&cli->output);
}

static int on_signal(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        Cli *cli = userdata;
        const EventKind *kind = find_kind(message);
        const char *jail = options_value(&cli->options, "jail");
        auto_value Value *event = kind != NULL ? event_from_message(kind, message) : NULL;

        if (event == NULL)
                return 0;
        if (jail == NULL || strcmp(jail, value_string(event, "jail")) == 0)
                show_event(cli, event, kind->style);
        return 0;
}

static int on_owner_changed(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        Cli *cli = userdata;
        const char *name = NULL, *before = NULL, *after = NULL;
        auto_value Value *event = NULL;

        if (sd_bus_message_read(message, "sss", &name, &before, &after) < 0)
                return 0;
        event = event_new(*after != '\0' ? "daemon-back" : "daemon-gone");
        value_set_string(event, "message",
                         *after != '\0' ? "the daemon is there again"
                                        : "the daemon is gone; waiting for it to come back");
        show_event(cli, event, *after != '\0' ? STYLE_GOOD : STYLE_BAD);
        return 0;
}

static int add_matches(Cli *cli) {
        static const char *const interfaces[] = { BANGUI_BANS, BANGUI_SERVER, BANGUI_MANAGER, BANGUI_ALLOW_LIST,
                                                  BANGUI_SETTINGS };
        int r = sd_bus_add_match(cli->client.bus, NULL, MATCH_OWNER, on_owner_changed, cli);

        for (size_t i = 0; r >= 0 && i < sizeof(interfaces) / sizeof(*interfaces); i++) {
                auto_buffer Buffer match = { 0 };

                buffer_printf(&match, MATCH_DAEMON "%s'", interfaces[i]);
                r = sd_bus_add_match(cli->client.bus, NULL, buffer_text(&match), on_signal, cli);
        }
        return r;
}

static int watch_loop(Cli *cli) {
        while (cli->output.error == 0) {
                int r = sd_bus_process(cli->client.bus, NULL);

                if (r == 0)
                        r = sd_bus_wait(cli->client.bus, UINT64_MAX);
                if (r < 0 && r != -EINTR)
                        return r;
        }
        return 0;
}

int watch_run(Cli *cli) {
        auto_value Value *status = NULL;
        int r = add_matches(cli);

        if (r >= 0) {
                status = cli_ask(cli, BANGUI_PATH, BANGUI_MANAGER, "GetStatus", "");
                if (status == NULL)
                        return cli_fail(cli);
                cli_note(cli, "Waiting for events; Ctrl-C ends it.");
                r = watch_loop(cli);
        }
        if (r < 0) {
                client_set_errno(&cli->client, r, "the connection to the bus ended");
                return cli_fail(cli);
        }
        return 0;
}
