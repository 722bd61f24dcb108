/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * bare-http FILE TYPE: what the bridge is measured against
 *
 * libsoup's server and nothing more: every request gets the content of FILE, ready in memory, or a 304 where it names
 * the ETag "bare". Prints the port on loopback, and serves until it is ended.
 */

#include <libsoup/soup.h>
#include <stdio.h>

typedef struct Answer {
        const char *type;
        GBytes *body;
} Answer;

static void on_request(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
                       gpointer userdata) {
        const Answer *answer = userdata;
        SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
        const char *known =
                soup_message_headers_get_one(soup_server_message_get_request_headers(message), "If-None-Match");

        soup_message_headers_append(headers, "ETag", "\"bare\"");
        if (g_strcmp0(known, "\"bare\"") == 0) {
                soup_server_message_set_status(message, SOUP_STATUS_NOT_MODIFIED, NULL);
                return;
        }
        soup_server_message_set_status(message, SOUP_STATUS_OK, NULL);
        soup_message_headers_set_content_type(headers, answer->type, NULL);
        soup_message_body_append_bytes(soup_server_message_get_response_body(message), answer->body);
}

int main(int argc, char **argv) {
        g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
        g_autoptr(SoupServer) server = soup_server_new(NULL, NULL);
        g_autoptr(GError) error = NULL;
        g_autofree char *content = NULL;
        size_t length = 0;
        Answer answer = { 0 };
        GSList *uris;

        if (argc != 3) {
                fprintf(stderr, "Usage: bare-http FILE TYPE\n");
                return 2;
        }
        if (!g_file_get_contents(argv[1], &content, &length, &error) ||
            !soup_server_listen_local(server, 0, 0, &error)) {
                fprintf(stderr, "bare-http: %s\n", error->message);
                return 1;
        }
        answer = (Answer) { .type = argv[2], .body = g_bytes_new(content, length) };
        soup_server_add_handler(server, NULL, on_request, &answer, NULL);
        uris = soup_server_get_uris(server);
        printf("%d\n", g_uri_get_port(uris->data));
        fflush(stdout);
        g_slist_free_full(uris, (GDestroyNotify) g_uri_unref);
        g_main_loop_run(loop);
        return 0;
}
