/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/lib/bus.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "client/lib/errors.h"
#include "client/lib/memory.h"
#include "client/lib/value-bus.h"

#define FREEDESKTOP "org.freedesktop.DBus.Error."

static void client_take_error(Client *self, const char *name, char *message, int status) {
        free(self->error.name);
        free(self->error.message);
        self->error.name = memory_text(name, strlen(name));
        self->error.message = message;
        self->error.status = status;
}

void client_set_error(Client *self, const char *name, const char *format, ...) {
        char *message = NULL;
        va_list list;
        int r;

        va_start(list, format);
        r = vasprintf(&message, format, list);
        va_end(list);
        client_take_error(self, name, r < 0 ? memory_text(name, strlen(name)) : message, error_exit_status(name));
}

void client_set_errno(Client *self, int r, const char *doing) {
        const char *name = BANGUI_ERROR_PREFIX "Internal";

        if (r == -ECONNRESET || r == -ENOTCONN || r == -ECONNREFUSED || r == -ENOENT || r == -EPIPE)
                name = FREEDESKTOP "Disconnected";
        else if (r == -EACCES || r == -EPERM)
                name = FREEDESKTOP "AccessDenied";
        else if (r == -ETIMEDOUT)
                name = FREEDESKTOP "Timeout";
        client_set_error(self, name, "%s: %s", doing, strerror(-r));
}

static int open_address(sd_bus **ret_bus, const char *address) {
        sd_bus *bus = NULL;
        int r = sd_bus_new(&bus);

        if (r >= 0)
                r = sd_bus_set_address(bus, address);
        if (r >= 0)
                r = sd_bus_set_bus_client(bus, 1);
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r < 0) {
                (void) sd_bus_unref(bus);
                return r;
        }
        *ret_bus = bus;
        return 0;
}

static int open_target(sd_bus **ret_bus, const ClientTarget *target) {
        if (target->host != NULL)
                return sd_bus_open_system_remote(ret_bus, target->host);
        if (target->address != NULL)
                return open_address(ret_bus, target->address);
        return sd_bus_open_system(ret_bus);
}

int client_open(Client *self, const ClientTarget *target) {
        const char *where = target->host != NULL      ? target->host
                            : target->address != NULL ? target->address
                                                      : "the system bus";
        int r = open_target(&self->bus, target);

        if (r < 0) {
                client_take_error(self, FREEDESKTOP "NoServer",
                                  memory_format("cannot connect to %s: %s", where, strerror(-r)),
                                  r == -EINVAL ? BANGUI_EXIT_USAGE : BANGUI_EXIT_NO_DAEMON);
                return -1;
        }
        if (target->ask)
                (void) sd_bus_set_allow_interactive_authorization(self->bus, 1);
        return 0;
}

void client_done(Client *self) {
        sd_bus_close_unref(self->bus);
        free(self->error.name);
        free(self->error.message);
        *self = (Client) { 0 };
}

static int append_arguments(sd_bus_message *message, const char *arguments, va_list list) {
        int r = 0;

        for (const char *letter = arguments; r >= 0 && *letter != '\0'; letter++)
                switch (*letter) {
                case 's':
                        r = sd_bus_message_append_basic(message, 's', va_arg(list, const char *));
                        break;
                case 'b':
                        r = sd_bus_message_append(message, "b", va_arg(list, int));
                        break;
                case 'l':
                        r = value_append_strings(message, va_arg(list, const Value *));
                        break;
                case 'm':
                        r = value_append_options(message, va_arg(list, const Value *));
                        break;
                case 'h':
                        r = sd_bus_message_append(message, "h", va_arg(list, int));
                        break;
                case 'd':
                        r = value_append_details(message, va_arg(list, const Value *));
                        break;
                default:
                        r = -EINVAL;
                }
        return r;
}

static uint64_t monotonic_usec(void) {
        struct timespec now;

        (void) clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000;
}

/* Errors that sd-bus makes of a negative errno itself. */
static bool is_own_error(const char *name) {
        return name == NULL || strncmp(name, "System.Error.", sizeof("System.Error.") - 1) == 0;
}

/* A daemon that died before it answered and one that was too slow both read as NoReply; the time tells which. */
static void take_bus_error(Client *self, const sd_bus_error *error, int r, uint64_t waited) {
        if (r == -ETIMEDOUT && waited >= self->timeout_usec) {
                client_set_error(self, SD_BUS_ERROR_TIMEOUT, "no answer within %.0f s",
                                 (double) self->timeout_usec / 1e6);
                return;
        }
        if (is_own_error(error->name)) {
                client_set_errno(self, r, "the connection to the bus failed");
                return;
        }
        if (strcmp(error->name, SD_BUS_ERROR_NO_REPLY) == 0) {
                client_set_error(self, SD_BUS_ERROR_DISCONNECTED, "the daemon went away before it answered");
                return;
        }
        if (strcmp(error->name, SD_BUS_ERROR_SERVICE_UNKNOWN) == 0 ||
            strcmp(error->name, SD_BUS_ERROR_NAME_HAS_NO_OWNER) == 0) {
                client_set_error(self, error->name, "the daemon is not there: nobody owns " BANGUI_NAME " on this bus");
                return;
        }
        client_set_error(self, error->name, "%s",
                         error->message != NULL && *error->message != '\0' ? error->message : error->name);
}

static sd_bus_message *client_send(Client *self, sd_bus_message *message) {
        auto_with(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL;
        uint64_t started = monotonic_usec();
        int r = sd_bus_call(self->bus, message, self->timeout_usec, &error, &reply);

        if (r < 0) {
                take_bus_error(self, &error, r, monotonic_usec() - started);
                return NULL;
        }
        return reply;
}

sd_bus_message *client_call(Client *self, const char *path, const char *interface, const char *member,
                            const char *arguments, ...) {
        auto_message sd_bus_message *message = NULL;
        va_list list;
        int r = sd_bus_message_new_method_call(self->bus, &message, BANGUI_NAME, path, interface, member);

        if (r >= 0) {
                va_start(list, arguments);
                r = append_arguments(message, arguments, list);
                va_end(list);
        }
        if (r < 0) {
                client_set_error(self, BANGUI_ERROR_PREFIX "InvalidArgument",
                                 "what is to be sent is no valid text (UTF-8) or too long: %s", strerror(-r));
                return NULL;
        }
        return client_send(self, message);
}

Value *client_read(Client *self, sd_bus_message *reply) {
        Value *value = NULL;

        if (value_read(reply, &value) <= 0)
                client_set_error(self, BANGUI_ERROR_PREFIX "Internal",
                                 "the daemon's answer is not what its interface says");
        return value;
}

Value *client_get_all(Client *self, const char *path, const char *interface) {
        auto_message sd_bus_message *reply =
                client_call(self, path, "org.freedesktop.DBus.Properties", "GetAll", "s", interface);

        return reply != NULL ? client_read(self, reply) : NULL;
}
