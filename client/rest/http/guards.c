/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Guards: whose request it is, and whether a browser was tricked into it */

#include "client/rest/http/guards.h"

#include <string.h>

#include "client/rest/errors.h"

/* The rightmost address that is no proxy: what stands left of it, its sender may have made up. NULL: there is none.
 * */
static char *forwarded_for(const RestRequest *request, const Networks *proxies) {
        SoupMessageHeaders *headers = soup_server_message_get_request_headers(request->message);
        const char *list = soup_message_headers_get_list(headers, "X-Forwarded-For");
        g_auto(GStrv) words = list ? g_strsplit(list, ",", -1) : NULL;
        g_autoptr(GInetAddress) last = NULL;

        for (guint i = words ? g_strv_length(words) : 0; i > 0; i--) {
                g_autoptr(GInetAddress) address = networks_parse(g_strstrip(words[i - 1]));

                if (!address)
                        break; /* what is left of nonsense cannot be believed */
                g_set_object(&last, address);
                if (!networks_has(proxies, address))
                        break;
        }
        return last ? g_inet_address_to_string(last) : NULL;
}

void guards_set_client(RestRequest *request, const Connection *connection, const Networks *proxies) {
        const char *scheme;

        request->secure = connection_is_tls(connection);
        if (connection_is_proxy(connection)) {
                scheme = rest_request_get_header(request, "X-Forwarded-Proto");
                request->secure = request->secure || (scheme && g_ascii_strcasecmp(scheme, "https") == 0);
                request->client = forwarded_for(request, proxies);
        }
        if (!request->client)
                request->client = g_strdup(connection_peer_text(connection));
}

static gboolean bad_framing(const char *message, GError **error) {
        g_set_error_literal(error, REST_ERROR, REST_ERROR_BAD_REQUEST, message);
        return FALSE;
}

/* Where a body ends is not to be a matter of opinion between us and a proxy in front: the next request begins there. */
static gboolean check_framing(const RestRequest *request, GError **error) {
        SoupMessageHeaders *headers = soup_server_message_get_request_headers(request->message);
        const char *coding = soup_message_headers_get_one(headers, "Transfer-Encoding");
        const char *length = soup_message_headers_get_one(headers, "Content-Length");

        if (coding && length)
                return bad_framing("Content-Length and Transfer-Encoding exclude each other", error);
        if (coding && soup_server_message_get_http_version(request->message) == SOUP_HTTP_1_0)
                return bad_framing("HTTP/1.0 has no Transfer-Encoding", error);
        return TRUE;
}

gboolean guards_check_headers(const RestRequest *request, GError **error) {
        static const char *const single[] = { "Host", "Content-Length", "Transfer-Encoding" };
        SoupMessageHeaders *headers = soup_server_message_get_request_headers(request->message);
        guint times[G_N_ELEMENTS(single)] = { 0 };
        SoupMessageHeadersIter iter;
        const char *name, *value;
        gsize count = 0, bytes = 0;

        soup_message_headers_iter_init(&iter, headers);
        while (soup_message_headers_iter_next(&iter, &name, &value)) {
                count++;
                bytes += strlen(name) + strlen(value);
                for (guint i = 0; i < G_N_ELEMENTS(single); i++)
                        times[i] += g_ascii_strcasecmp(name, single[i]) == 0;
        }
        if (count > GUARDS_HEADERS_MAX || bytes > GUARDS_HEADER_BYTES_MAX) {
                g_set_error(error, REST_ERROR, REST_ERROR_HEADERS_TOO_LARGE,
                            "%zu headers of %zu bytes; at most %d of %d are taken", count, bytes, GUARDS_HEADERS_MAX,
                            GUARDS_HEADER_BYTES_MAX);
                return FALSE;
        }
        for (guint i = 0; i < G_N_ELEMENTS(single); i++) {
                if (times[i] > 1) {
                        g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST, "there is more than one %s header",
                                    single[i]);
                        return FALSE;
                }
        }
        return check_framing(request, error);
}

/* "[::1]:8470" -> "::1", "Example.org:80" -> "example.org". NULL: no good Host header. */
static char *host_of(const char *header) {
        const char *end;

        if (*header == '[') {
                end = strchr(header, ']');
                return end ? g_ascii_strdown(header + 1, end - header - 1) : NULL;
        }
        end = strchrnul(header, ':');
        if (end > header && end[-1] == '.')
                end--;
        if (end == header || strpbrk(header, "@/, \\"))
                return NULL;
        return g_ascii_strdown(header, end - header);
}

static gboolean is_loopback(const char *host) {
        g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);

        return address && g_inet_address_get_is_loopback(address);
}

static gboolean host_is_ours(const char *host, const RestSettings *settings, const Connections *connections) {
        if (g_str_equal(host, "localhost") || is_loopback(host) || connections_listen_on(connections, host))
                return TRUE;
        for (char **name = settings->hosts; *name; name++)
                if (g_str_equal(*name, "*") || g_ascii_strcasecmp(*name, host) == 0)
                        return TRUE;
        return FALSE;
}

gboolean guards_check_host(const RestRequest *request, const RestSettings *settings, const Connections *connections,
                           Connection *connection, GError **error) {
        const char *header = rest_request_get_header(request, "Host");
        g_autofree char *host = NULL;

        if (!header || connection_knows_host(connection, header))
                return TRUE; /* without the header it is no browser */
        host = host_of(header);
        if (host && host_is_ours(host, settings, connections)) {
                connection_remember_host(connection, header);
                return TRUE;
        }
        g_set_error(error, REST_ERROR, REST_ERROR_WRONG_HOST,
                    "\"%s\" is no name of this server; the setting hosts can make it one", host ? host : header);
        return FALSE;
}

gboolean guards_cors_allows(const RestSettings *settings, const char *origin) {
        return g_strv_contains((const char *const *) settings->cors_origins, origin);
}

static const char *without_port(const char *text, const char *port) {
        return g_str_has_suffix(text, port) ? text + strlen(text) - strlen(port) : text + strlen(text);
}

/* "https://host:8470" against the Host header. A scheme is compared where we know that there is TLS. */
static gboolean origin_is_ours(const RestRequest *request, const char *origin) {
        const char *host = rest_request_get_header(request, "Host");
        gboolean secure = g_str_has_prefix(origin, "https://");
        const char *port = secure ? ":443" : ":80";
        const char *place;
        gsize length;

        if (!host || (!secure && (request->secure || !g_str_has_prefix(origin, "http://"))))
                return FALSE;
        place = origin + strlen(secure ? "https://" : "http://");
        length = (gsize) (without_port(place, port) - place);
        return length == (gsize) (without_port(host, port) - host) && g_ascii_strncasecmp(place, host, length) == 0;
}

static gboolean changes(const RestRequest *request) {
        return !g_str_equal(request->method, "GET") && !g_str_equal(request->method, "OPTIONS");
}

gboolean guards_check_site(const RestRequest *request, const RestSettings *settings, GError **error) {
        const char *origin, *site;
        gboolean listed;

        if (!changes(request) || request->identity.credential == REST_CREDENTIAL_TOKEN)
                return TRUE;
        origin = rest_request_get_header(request, "Origin");
        site = rest_request_get_header(request, "Sec-Fetch-Site");
        listed = origin && guards_cors_allows(settings, origin);
        if (origin && !listed && !origin_is_ours(request, origin)) {
                g_set_error(error, REST_ERROR, REST_ERROR_CROSS_SITE,
                            "a page of %s asked for it; the setting cors-origins can allow that", origin);
                return FALSE;
        }
        if (site && !listed && !g_str_equal(site, "same-origin") && !g_str_equal(site, "none")) {
                g_set_error(error, REST_ERROR, REST_ERROR_CROSS_SITE, "the browser says that another site asked (%s)",
                            site);
                return FALSE;
        }
        if (request->identity.credential == REST_CREDENTIAL_SESSION && !rest_request_get_header(request, "X-BanGUI")) {
                g_set_error_literal(error, REST_ERROR, REST_ERROR_CROSS_SITE,
                                    "a change with a cookie needs the header X-BanGUI: 1");
                return FALSE;
        }
        return TRUE;
}
