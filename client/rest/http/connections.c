/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Connections
 *
 * A Connection lives as long as its GSocketConnection, which libsoup holds; it is found from a message by the remote
 * address, an object that we made and libsoup hands back. A SoupServer without a listener of its own ends each
 * connection after one answer, so it gets one that nobody can reach and that no main loop watches.
 */

#include "client/rest/http/connections.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "client/rest/errors.h"
#include "client/rest/http/wire.h"

#define BACKLOG 256
#define ACCEPT_AT_ONCE 16
#define SWEEP_SECONDS 1
#define ACCEPT_PAUSE_MS 100 /* when descriptors are used up */
#define SOCKET_MODE 0660
#define PATIENCE_USEC G_USEC_PER_SEC
#define RETRY_SECONDS 5 /* for who found no room, or was too slow */

typedef struct Listener {
        Connections *owner;
        GSocket *socket;
        GSource *source;
        char *host; /* as in a Host header, without brackets; NULL: a Unix socket */
        guint port;
        char *path; /* of a Unix socket */
} Listener;

struct Connections {
        const RestSettings *settings;
        const Networks *proxies;
        SoupServer *server;
        GTlsCertificate *certificate;
        GPtrArray *listeners; /* Listener */
        GQueue open;          /* Connection, the oldest first */
        GHashTable *counts;   /* counting key -> how many, of peers that are no proxies */
        guint sweep;
        guint resume;
};

struct Connection {
        Connections *owner;
        GList link;
        GSocketConnection *stream; /* borrowed, and its socket; libsoup holds it */
        Wire *wire;                /* what libsoup has of it; a weak pointer */
        GSocketAddress *remote;
        GInetAddress *peer; /* borrowed of remote */
        const char *key;    /* owned by the table of counts; NULL: not counted */
        char *peer_text;
        char *host;
        ConnectionPhase phase;
        gboolean tls;
        gboolean proxy;
        gint64 since_usec;
        gint64 allowed_usec;  /* from what the peer does last to the deadline */
        gint64 deadline_usec; /* 0 = none */
        gint64 end_usec;      /* that no progress puts off; 0 = none */
        int queued;           /* bytes that the kernel had for the peer at the last look; -1: nobody looked */
};

static GQuark connection_quark(void) {
        static GQuark quark; /* looking for it takes longer than what it is for */

        return quark ? quark : (quark = g_quark_from_static_string("rest-connection"));
}

Connection *connection_of(SoupServerMessage *message) {
        return g_object_get_qdata(G_OBJECT(soup_server_message_get_remote_address(message)), connection_quark());
}

void connection_enter(Connection *self, ConnectionPhase phase, gint64 seconds) {
        self->phase = phase;
        if (self->wire)
                wire_set_between(self->wire, phase == CONNECTION_IDLE);
        self->since_usec = g_get_monotonic_time();
        self->allowed_usec = seconds * G_USEC_PER_SEC;
        self->deadline_usec = seconds > 0 ? self->since_usec + self->allowed_usec : 0;
        self->end_usec = 0;
        self->queued = -1;
}

void connection_bound(Connection *self, gint64 seconds) {
        self->end_usec = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
}

ConnectionPhase connection_phase(const Connection *self) {
        return self->phase;
}

const char *connection_peer_text(const Connection *self) {
        return self->peer_text;
}

gboolean connection_is_proxy(const Connection *self) {
        return self->proxy;
}

gboolean connection_knows_host(const Connection *self, const char *host) {
        return self->host && g_str_equal(self->host, host);
}

void connection_remember_host(Connection *self, const char *host) {
        g_free(self->host);
        self->host = g_strdup(host);
}

gboolean connection_is_tls(const Connection *self) {
        return self->tls;
}

int connection_fd(const Connection *self) {
        return g_socket_get_fd(g_socket_connection_get_socket(self->stream));
}

void connection_cut(Connection *self) {
        (void) g_socket_shutdown(g_socket_connection_get_socket(self->stream), TRUE, TRUE, NULL);
        self->deadline_usec = 0;
}

/* Writing tells little about how a peer reads: the kernel takes megabytes, and says that it has room again when a third
 * of them is gone, which may be minutes later. What it still has of them tells. */
static void look_for_progress(Connection *self, gint64 now) {
        gboolean first = self->queued < 0;
        int queued = 0;

        if (self->phase != CONNECTION_ANSWER && (self->phase != CONNECTION_IDLE || self->queued == 0))
                return;
        if (ioctl(connection_fd(self), SIOCOUTQ, &queued) < 0)
                return;
        if (first && queued > 0) /* by the next look it has to have taken something */
                self->deadline_usec = MAX(self->deadline_usec, now + 2 * SWEEP_SECONDS * G_USEC_PER_SEC);
        else if (!first && queued != self->queued)
                self->deadline_usec = now + self->allowed_usec;
        self->queued = queued;
}

static gboolean is_due(Connection *self, gint64 now) {
        if (!self->deadline_usec)
                return FALSE;
        look_for_progress(self, now);
        return self->deadline_usec <= now || (self->end_usec && self->end_usec <= now);
}

/* An answer to what is no whole request yet; nothing else was or will be written for it. */
static char *short_answer(const char *status, const char *code, const char *message) {
        g_autofree char *body = g_strdup_printf(
                "{\"error_code\":\"%s\",\"message\":\"%s\",\"details\":{\"retry_after\":%d},\"correlation_id\":\"\"}",
                code, message, RETRY_SECONDS);

        return g_strdup_printf("HTTP/1.1 %s\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
                               "Content-Security-Policy: default-src 'none'\r\nX-Content-Type-Options: nosniff\r\n"
                               "Retry-After: %d\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
                               status, RETRY_SECONDS, strlen(body), body);
}

/* Whoever sends too slowly is told so where it costs no waiting. */
static void tell_slow(Connection *self) {
        g_autofree char *answer = NULL;
        GOutputStream *output;

        if (self->phase != CONNECTION_BODY || !self->wire)
                return;
        output = g_io_stream_get_output_stream(G_IO_STREAM(self->wire));
        answer = short_answer("408 Request Timeout", "RequestTimeout", "the body took too long to arrive");
        (void) g_pollable_output_stream_write_nonblocking(G_POLLABLE_OUTPUT_STREAM(output), answer, strlen(answer),
                                                          NULL, NULL);
}

static gboolean on_sweep(gpointer userdata) {
        Connections *self = userdata;
        gint64 now = g_get_monotonic_time();

        if (g_queue_is_empty(&self->open)) {
                self->sweep = 0;
                return G_SOURCE_REMOVE;
        }
        for (GList *link = self->open.head; link; link = link->next) {
                Connection *connection = link->data;

                if (!is_due(connection, now))
                        continue;
                tell_slow(connection);
                connection_cut(connection);
        }
        return G_SOURCE_CONTINUE;
}

/* Counting */

static guint count_of(const Connections *self, const char *key) {
        return GPOINTER_TO_UINT(g_hash_table_lookup(self->counts, key));
}

/* Gives the key as the table owns it. */
static const char *count_up(Connections *self, const char *key) {
        gpointer stored, count;

        if (!g_hash_table_lookup_extended(self->counts, key, &stored, &count)) {
                stored = g_strdup(key);
                g_hash_table_insert(self->counts, stored, GUINT_TO_POINTER(1));
                return stored;
        }
        g_hash_table_steal(self->counts, key);
        g_hash_table_insert(self->counts, stored, GUINT_TO_POINTER(GPOINTER_TO_UINT(count) + 1));
        return stored;
}

static void count_down(Connections *self, const char *key) {
        gpointer stored, count;

        if (!key || !g_hash_table_steal_extended(self->counts, key, &stored, &count))
                return;
        if (GPOINTER_TO_UINT(count) > 1)
                g_hash_table_insert(self->counts, stored, GUINT_TO_POINTER(GPOINTER_TO_UINT(count) - 1));
        else
                g_free(stored);
}

/* Whether it can go when there is no room: between requests, or slower with its headers than anybody who means it. */
static gboolean is_idle(const Connection *self, gint64 now) {
        return self->deadline_usec && (self->phase == CONNECTION_IDLE ||
                                       (self->phase == CONNECTION_HEADERS && now - self->since_usec > PATIENCE_USEC));
}

/* Of those the one that has been longest; `key` NULL: of any address. */
static gboolean cut_idle(Connections *self, const char *key) {
        gint64 now = g_get_monotonic_time();
        Connection *oldest = NULL;

        for (GList *link = self->open.head; link; link = link->next) {
                Connection *connection = link->data;

                if (is_idle(connection, now) && (!key || connection->key == key) &&
                    (!oldest || connection->since_usec < oldest->since_usec))
                        oldest = connection;
        }
        if (oldest)
                connection_cut(oldest);
        return oldest != NULL;
}

static gboolean full_of(const Connections *self, const char *key) {
        return key && count_of(self, key) >= (guint) self->settings->connections_per_address;
}

/* For one more, of this address. */
static gboolean has_room(Connections *self, const char *key) {
        return !full_of(self, key) && g_queue_get_length(&self->open) < (guint) self->settings->connections_max;
}

static gboolean make_room(Connections *self, const char *key) {
        gpointer stored = NULL;

        if (full_of(self, key))
                (void) g_hash_table_lookup_extended(self->counts, key, &stored, NULL);
        return cut_idle(self, stored);
}

static void connection_free(Connection *self) {
        count_down(self->owner, self->key);
        g_queue_unlink(&self->owner->open, &self->link);
        g_object_set_qdata(G_OBJECT(self->remote), connection_quark(), NULL);
        g_object_unref(self->remote);
        g_clear_weak_pointer(&self->wire);
        g_free(self->peer_text);
        g_free(self->host);
        g_free(self);
}

static void connection_gone(gpointer userdata, GObject *stream) {
        connection_free(userdata);
}

/* Accepting */

static Connection *connection_new(Connections *owner, GSocketConnection *stream, GSocketAddress *remote,
                                  const char *key) {
        Connection *self = g_new0(Connection, 1);

        self->owner = owner;
        self->link.data = self;
        self->stream = stream;
        self->remote = g_object_ref(remote);
        if (G_IS_INET_SOCKET_ADDRESS(remote))
                self->peer = g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(remote));
        self->peer_text = networks_text(self->peer);
        self->proxy = networks_has(owner->proxies, self->peer);
        self->key = key ? count_up(owner, key) : NULL;
        g_queue_push_tail_link(&owner->open, &self->link);
        g_object_set_qdata(G_OBJECT(remote), connection_quark(), self);
        g_object_weak_ref(G_OBJECT(stream), connection_gone, self);
        return self;
}

static GIOStream *encrypt(GTlsCertificate *certificate, GIOStream *stream, GError **error) {
        static const char *const protocols[] = { "http/1.1", "http/1.0", NULL };
        GIOStream *tls = g_tls_server_connection_new(stream, certificate, error);

        if (tls) {
                g_tls_connection_set_require_close_notify(G_TLS_CONNECTION(tls), FALSE);
                g_tls_connection_set_advertised_protocols(G_TLS_CONNECTION(tls), protocols);
        }
        return tls;
}

/* libsoup takes an address of a request without Host from the local address, which has to be one of the Internet. */
static GSocketAddress *local_address(void) {
        return g_inet_socket_address_new_from_string("127.0.0.1", 0);
}

/* One that there is no room for costs no connection, only these bytes; with TLS they would cost a handshake. */
static void turn_away(const Connections *self, GSocket *socket, const GInetAddress *peer) {
        g_autofree char *answer = NULL;

        if (self->certificate && peer)
                return;
        answer = short_answer("503 Service Unavailable", "Overloaded", "there are too many connections");
        (void) send(g_socket_get_fd(socket), answer, strlen(answer), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* FALSE: it was the last that there is room for. Who was cut off, or hung up, has to be gone before the next is
 * looked at. */
static gboolean take(Listener *listener, GSocket *socket) {
        Connections *self = listener->owner;
        g_autoptr(GSocketAddress) remote = g_socket_get_remote_address(socket, NULL);
        g_autoptr(GSocketAddress) local = local_address();
        g_autoptr(GSocketConnection) stream = NULL;
        g_autoptr(GIOStream) io = NULL;
        g_autoptr(Wire) wire = NULL;
        g_autofree char *key = NULL;
        GInetAddress *peer = NULL;
        Connection *connection;
        gboolean roomy;

        if (!remote)
                return TRUE;
        if (G_IS_INET_SOCKET_ADDRESS(remote)) {
                peer = g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(remote));
                (void) g_socket_set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
        }
        if (peer && !networks_has(self->proxies, peer))
                key = networks_counting_key(peer);
        roomy = has_room(self, key);
        if (!roomy && !make_room(self, key)) {
                turn_away(self, socket, peer);
                return FALSE;
        }
        stream = g_socket_connection_factory_create_connection(socket);
        io = self->certificate && peer ? encrypt(self->certificate, G_IO_STREAM(stream), NULL)
                                       : g_object_ref(G_IO_STREAM(stream));
        if (!io)
                return TRUE;
        connection = connection_new(self, stream, remote, key);
        connection->tls = G_IO_STREAM(stream) != io;
        wire = wire_new(io);
        g_set_weak_pointer(&connection->wire, wire);
        connection_enter(connection, CONNECTION_IDLE, self->settings->header_timeout);
        if (!self->sweep)
                self->sweep = g_timeout_add_seconds(SWEEP_SECONDS, on_sweep, self);
        (void) soup_server_accept_iostream(self->server, G_IO_STREAM(wire), local, remote, NULL);
        return roomy && g_queue_get_length(&self->open) < (guint) self->settings->connections_max;
}

static gboolean on_ready(GSocket *socket, GIOCondition condition, gpointer userdata);

static void watch(Listener *self) {
        self->source = g_socket_create_source(self->socket, G_IO_IN, NULL);
        g_source_set_callback(self->source, G_SOURCE_FUNC(on_ready), self, NULL);
        (void) g_source_attach(self->source, NULL);
}

static void unwatch(Listener *self) {
        if (self->source)
                g_source_destroy(self->source);
        g_clear_pointer(&self->source, g_source_unref);
}

static gboolean on_resume(gpointer userdata) {
        Connections *self = userdata;

        self->resume = 0;
        for (guint i = 0; i < self->listeners->len; i++) {
                Listener *listener = g_ptr_array_index(self->listeners, i);

                if (!listener->source)
                        watch(listener);
        }
        return G_SOURCE_REMOVE;
}

/* Out of descriptors: trying again at once would only burn the processor. */
static void rest_a_while(Listener *listener) {
        unwatch(listener);
        if (!listener->owner->resume)
                listener->owner->resume = g_timeout_add(ACCEPT_PAUSE_MS, on_resume, listener->owner);
}

static gboolean on_ready(GSocket *socket, GIOCondition condition, gpointer userdata) {
        Listener *self = userdata;

        for (guint i = 0; i < ACCEPT_AT_ONCE; i++) {
                g_autoptr(GError) error = NULL;
                g_autoptr(GSocket) accepted = g_socket_accept(socket, NULL, &error);

                if (accepted) {
                        if (!take(self, accepted))
                                break;
                        continue;
                }
                if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) &&
                    !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED)) {
                        rest_a_while(self);
                        return G_SOURCE_REMOVE;
                }
                break;
        }
        return G_SOURCE_CONTINUE;
}

/* Listening */

static void listener_free(Listener *self) {
        unwatch(self);
        if (self->socket)
                (void) g_socket_close(self->socket, NULL);
        g_clear_object(&self->socket);
        if (self->path)
                (void) g_unlink(self->path);
        g_free(self->host);
        g_free(self->path);
        g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Listener, listener_free)

static gboolean bind_and_listen(Listener *self, GSocketAddress *address, GError **error) {
        self->socket = g_socket_new(g_socket_address_get_family(address), G_SOCKET_TYPE_STREAM,
                                    G_SOCKET_PROTOCOL_DEFAULT, error);
        if (!self->socket)
                return FALSE;
        g_socket_set_blocking(self->socket, FALSE);
        g_socket_set_listen_backlog(self->socket, BACKLOG);
        if (g_socket_address_get_family(address) == G_SOCKET_FAMILY_IPV6)
                (void) g_socket_set_option(self->socket, IPPROTO_IPV6, IPV6_V6ONLY, 1, NULL);
        return g_socket_bind(self->socket, address, TRUE, error) && g_socket_listen(self->socket, error);
}

static gboolean listen_tcp(Listener *self, const char *text, GError **error) {
        g_autoptr(GSocketConnectable) parsed = g_network_address_parse(text, 0, NULL);
        GNetworkAddress *network = (GNetworkAddress *) parsed;
        g_autoptr(GSocketAddress) address = NULL;
        g_autoptr(GSocketAddress) bound = NULL;

        if (network)
                address = g_inet_socket_address_new_from_string(g_network_address_get_hostname(network),
                                                                g_network_address_get_port(network));
        if (!address || !strchr(text, ':')) {
                g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST,
                            "\"%s\" is no address and port such as 127.0.0.1:8470, and not unix:/path", text);
                return FALSE;
        }
        if (!bind_and_listen(self, address, error))
                return FALSE;
        bound = g_socket_get_local_address(self->socket, error);
        if (!bound)
                return FALSE;
        self->host = g_inet_address_to_string(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(bound)));
        self->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
        return TRUE;
}

/* A socket that a dead process left is in the way; one that somebody listens on is not ours to remove. */
static gboolean remove_stale(const char *path, GSocketAddress *address, GError **error) {
        g_autoptr(GSocket) probe = NULL;
        struct stat info;

        if (lstat(path, &info) < 0)
                return TRUE;
        if (!S_ISSOCK(info.st_mode)) {
                g_set_error_literal(error, REST_ERROR, REST_ERROR_BAD_REQUEST, "something that is no socket is there");
                return FALSE;
        }
        probe = g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
        if (!probe)
                return FALSE;
        if (g_socket_connect(probe, address, NULL, NULL)) {
                g_set_error_literal(error, REST_ERROR, REST_ERROR_BAD_REQUEST, "somebody else listens on that socket");
                return FALSE;
        }
        (void) g_unlink(path);
        return TRUE;
}

static gboolean listen_unix(Listener *self, const char *path, GError **error) {
        g_autoptr(GSocketAddress) address = NULL;
        mode_t old;
        gboolean done;

        if (!g_path_is_absolute(path) || strlen(path) >= sizeof(((struct sockaddr_un *) NULL)->sun_path)) {
                g_set_error_literal(error, REST_ERROR, REST_ERROR_BAD_REQUEST,
                                    "a socket's path is absolute and has at most 107 bytes");
                return FALSE;
        }
        address = g_unix_socket_address_new(path);
        if (!remove_stale(path, address, error))
                return FALSE;
        old = umask(0777 & ~SOCKET_MODE); /* never open to others, not even between bind and chmod */
        done = bind_and_listen(self, address, error);
        (void) umask(old);
        if (done)
                self->path = g_strdup(path);
        return done;
}

static gboolean add_listener(Connections *self, const char *text, GError **error) {
        g_autoptr(Listener) listener = g_new0(Listener, 1);
        gboolean done;

        listener->owner = self;
        done = g_str_has_prefix(text, "unix:") ? listen_unix(listener, text + strlen("unix:"), error)
                                               : listen_tcp(listener, text, error);
        if (!done) {
                g_prefix_error(error, "listen: %s: ", text);
                return FALSE;
        }
        watch(listener);
        g_ptr_array_add(self->listeners, g_steal_pointer(&listener));
        return TRUE;
}

/* See the top of the file. The kernel gives the socket a name, and shut down it refuses whoever finds that. */
static gboolean pretend_to_listen(SoupServer *server, GError **error) {
        static const struct sockaddr any = { .sa_family = AF_UNIX };
        g_autoptr(GMainContext) nobody = g_main_context_new();
        g_autoptr(GSocket) socket =
                g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
        gboolean done;

        if (!socket)
                return FALSE;
        if (bind(g_socket_get_fd(socket), &any, sizeof(any.sa_family)) < 0 || !g_socket_listen(socket, error))
                return FALSE;
        (void) g_socket_shutdown(socket, TRUE, TRUE, NULL);
        g_main_context_push_thread_default(nobody);
        done = soup_server_listen_socket(server, socket, 0, error);
        g_main_context_pop_thread_default(nobody);
        return done;
}

Connections *connections_new(const RestSettings *settings, const Networks *proxies, SoupServer *server,
                             GError **error) {
        g_autoptr(Connections) self = g_new0(Connections, 1);

        self->settings = settings;
        self->proxies = proxies;
        self->server = server;
        g_queue_init(&self->open);
        self->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        self->listeners = g_ptr_array_new_with_free_func((GDestroyNotify) listener_free);
        if (!pretend_to_listen(server, error))
                return NULL;
        for (char **text = settings->listen; *text; text++)
                if (!add_listener(self, *text, error))
                        return NULL;
        return g_steal_pointer(&self);
}

void connections_free(Connections *self) {
        while (!g_queue_is_empty(&self->open)) {
                Connection *connection = self->open.head->data;

                g_object_weak_unref(G_OBJECT(connection->stream), connection_gone, connection);
                connection_free(connection);
        }
        g_clear_handle_id(&self->sweep, g_source_remove);
        g_clear_handle_id(&self->resume, g_source_remove);
        g_ptr_array_unref(self->listeners);
        g_clear_object(&self->certificate);
        g_hash_table_unref(self->counts);
        g_free(self);
}

guint connections_count(const Connections *self) {
        return g_queue_get_length((GQueue *) &self->open);
}

char **connections_urls(const Connections *self, const char *base_path) {
        g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

        for (guint i = 0; i < self->listeners->len; i++) {
                const Listener *listener = g_ptr_array_index(self->listeners, i);
                const char *scheme = self->certificate ? "https" : "http";
                g_autofree char *url = NULL;

                if (listener->path)
                        url = g_strdup_printf("unix:%s", listener->path);
                else
                        url = g_strdup_printf(strchr(listener->host, ':') ? "%s://[%s]:%u%s" : "%s://%s:%u%s", scheme,
                                              listener->host, listener->port, base_path);
                g_strv_builder_add(builder, url);
        }
        return g_strv_builder_end(builder);
}

gboolean connections_listen_on(const Connections *self, const char *host) {
        for (guint i = 0; i < self->listeners->len; i++) {
                const Listener *listener = g_ptr_array_index(self->listeners, i);

                if (!listener->host)
                        continue;
                if (g_str_equal(listener->host, host))
                        return TRUE;
                if ((g_str_equal(listener->host, "0.0.0.0") || g_str_equal(listener->host, "::")) &&
                    g_hostname_is_ip_address(host))
                        return TRUE;
        }
        return FALSE;
}

void connections_set_certificate(Connections *self, GTlsCertificate *certificate) {
        g_set_object(&self->certificate, certificate);
}
