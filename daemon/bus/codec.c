/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/codec.h"

#include "core/error.h"

GVariant *codec_read(sd_bus_message *message, const char *signature, GArray *handles, GError **error) {
        GVariant *body;

        if (!sd_bus_message_has_signature(message, signature)) {
                const char *got = sd_bus_message_get_signature(message, 1);

                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "the arguments have the types \"%s\", and should have \"%s\"", got ? got : "", signature);
                return NULL;
        }
        body = codec_read_body(message, signature, handles);
        if (!body)
                g_set_error_literal(
                        error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                        "the arguments cannot be read; a descriptor may stand only where the method has one");
        return body;
}
