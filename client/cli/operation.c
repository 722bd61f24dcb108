/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/operation.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "client/lib/errors.h"
#include "client/lib/text.h"
#include "client/lib/value-bus.h"

#define BAR_WIDTH 30
#define ASK_AGAIN_SECONDS 5

static volatile sig_atomic_t interrupts;

static void on_interrupt(int signal_number) {
        if (++interrupts > 1)
                _exit(ERROR_EXIT_INTERRUPTED);
}

static void progress_show(const Cli *cli, double progress, const char *message) {
        auto_free char *safe = text_safe(message);
        char bar[BAR_WIDTH + 1];
        int filled = progress <= 0 ? 0 : progress >= 1 ? BAR_WIDTH : (int) (progress * BAR_WIDTH);

        if (!cli->error_terminal)
                return;
        memset(bar, '-', BAR_WIDTH);
        memset(bar, '#', (size_t) filled);
        bar[BAR_WIDTH] = '\0';
        (void) fprintf(stderr, "\r[%s] %3.0f %% %s\033[K", bar, progress * 100, safe);
}

static void progress_clear(const Cli *cli) {
        if (cli->error_terminal)
                (void) fputs("\r\033[K", stderr);
}

typedef struct Follow {
        Cli *cli;
        const char *path;
        Value *state; /* the operation's properties */
        bool cancelled;
} Follow;

static void follow_merge(Follow *self, Value *changed) {
        for (size_t i = 0; i < value_count(changed); i++)
                value_set(self->state, changed->keys[i], value_take(changed, changed->keys[i]));
}

static int on_properties_changed(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        Follow *self = userdata;
        auto_value Value *interface = NULL;
        auto_value Value *changed = NULL;

        if (value_read(message, &interface) > 0 && value_read(message, &changed) > 0 &&
            strcmp(interface->string, BANGUI_OPERATION) == 0)
                follow_merge(self, changed);
        return 0;
}

static int follow_refresh(Follow *self) {
        Value *state = client_get_all(&self->cli->client, self->path, BANGUI_OPERATION);

        if (state == NULL)
                return -1;
        value_free(self->state);
        self->state = state;
        return 0;
}

static void follow_cancel(Follow *self) {
        if (self->cancelled)
                return;
        self->cancelled = true;
        (void) sd_bus_message_unref(client_call(&self->cli->client, self->path, BANGUI_OPERATION, "Cancel", ""));
}

/* Waits for the next message, an interrupt, or that it is time to ask. Returns 0, or -1 with the error set. */
static int follow_wait(Follow *self, const sigset_t *unblocked) {
        sd_bus *bus = self->cli->client.bus;
        struct timespec timeout = { .tv_sec = ASK_AGAIN_SECONDS };
        struct pollfd fd = { .fd = sd_bus_get_fd(bus), .events = (short) sd_bus_get_events(bus) };
        int r = sd_bus_process(bus, NULL);

        if (r < 0) {
                client_set_errno(&self->cli->client, r, "the connection to the bus ended");
                return -1;
        }
        if (r > 0)
                return 0;
        r = ppoll(&fd, 1, &timeout, unblocked);
        if (r < 0 && errno == EINTR && interrupts > 0)
                follow_cancel(self);
        return r == 0 ? follow_refresh(self) : 0;
}

static int follow_loop(Follow *self, const sigset_t *unblocked) {
        while (strcmp(value_string(self->state, "State"), "running") == 0) {
                const Value *progress = value_get(self->state, "Progress");

                progress_show(self->cli, progress != NULL && progress->kind == VALUE_DOUBLE ? progress->real : 0,
                              value_string(self->state, "Message"));
                if (follow_wait(self, unblocked) < 0)
                        return -1;
        }
        return 0;
}

/* Interrupts reach us only while we wait, so none is missed. */
static int follow_uninterrupted(Follow *self) {
        struct sigaction action = { .sa_handler = on_interrupt };
        struct sigaction action_before;
        sigset_t blocked, before;
        int r;

        interrupts = 0;
        (void) sigemptyset(&blocked);
        (void) sigaddset(&blocked, SIGINT);
        (void) sigprocmask(SIG_BLOCK, &blocked, &before);
        (void) sigaction(SIGINT, &action, &action_before);

        r = follow_refresh(self);
        if (r == 0)
                r = follow_loop(self, &before);
        progress_clear(self->cli);

        (void) sigaction(SIGINT, &action_before, NULL);
        (void) sigprocmask(SIG_SETMASK, &before, NULL);
        return r;
}

static Value *follow_result(Follow *self) {
        Client *client = &self->cli->client;
        const char *state = value_string(self->state, "State");
        const char *message = value_string(self->state, "Message");
        const char *error = value_string(self->state, "Error");

        if (strcmp(state, "done") == 0)
                return value_take(self->state, "Result");
        client_set_error(client, *error != '\0' ? error : BANGUI_ERROR_PREFIX "Cancelled", "%s",
                         *message != '\0' ? message : "the work was cancelled");
        if (self->cancelled)
                client->error.status = ERROR_EXIT_INTERRUPTED;
        return NULL;
}

static Value *operation_follow(Cli *cli, const char *path) {
        Follow follow = { .cli = cli, .path = path };
        auto_slot sd_bus_slot *slot = NULL;
        Value *result = NULL;
        int r = sd_bus_match_signal(cli->client.bus, &slot, BANGUI_NAME, path, "org.freedesktop.DBus.Properties",
                                    "PropertiesChanged", on_properties_changed, &follow);

        if (r < 0)
                client_set_errno(&cli->client, r, "cannot follow the work");
        else if (follow_uninterrupted(&follow) == 0)
                result = follow_result(&follow);
        value_free(follow.state);
        return result;
}

Value *operation_settle(Cli *cli, Value *result) {
        auto_value Value *owned = result;
        const char *path = value_string(result, "operation");

        if (*path == '\0')
                return take_pointer(owned);
        return operation_follow(cli, path);
}
