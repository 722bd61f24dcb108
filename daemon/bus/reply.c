/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/reply.h"

#include "bus/codec.h"
#include "core/error.h"
#include "core/log.h"

void reply_error(sd_bus_message *call, const GError *error) {
        sd_bus_reply_method_errorf(call, bangui_error_bus_name(bangui_error_code(error)), "%s", error->message);
}

void reply_busy(sd_bus_message *call) {
        sd_bus_reply_method_errorf(call, bangui_error_bus_name(BANGUI_ERROR_BUSY), "%s",
                                   "too many calls are waiting already: wait for answers before you ask more");
}

void reply_values(sd_bus_message *call, const Rows *rows, GVariant *values, int fd) {
        g_autoptr(sd_bus_message) reply = NULL;
        int r;

        if (sd_bus_message_get_expect_reply(call) == 0)
                return;
        r = sd_bus_message_new_method_return(call, &reply);
        if (r >= 0 && rows)
                r = codec_append_rows(reply, rows);
        if (r >= 0)
                r = codec_append_tuple(reply, values, fd);
        if (r >= 0)
                r = sd_bus_send(sd_bus_message_get_bus(call), reply, NULL);
        if (r >= 0)
                return;
        log_event(LOG_PRIORITY_ERROR, "bus.reply", "an answer could not be sent", "MEMBER",
                  sd_bus_message_get_member(call), "DETAIL", g_strerror(-r), NULL);
        sd_bus_reply_method_errorf(call, bangui_error_bus_name(BANGUI_ERROR_INTERNAL), "%s",
                                   "the answer could not be sent");
}
