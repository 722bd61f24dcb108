/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Connections
 *
 * Listens and accepts, so that connections can be counted and timed: libsoup does neither. A connection is in one
 * phase with one deadline; who misses it is cut off. When there is no room, the one that has been idle longest goes,
 * of the same address where that has too many; else the new one does, with a 503. A body that comes too slowly gets a
 * 408.
 */

#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

#include "client/rest/http/networks.h"
#include "client/rest/settings.h"

typedef enum ConnectionPhase {
        CONNECTION_IDLE,    /* between requests */
        CONNECTION_HEADERS, /* the headers of a request come */
        CONNECTION_BODY,    /* its body comes */
        CONNECTION_WORK,    /* its answer is made: no deadline but the handler's */
        CONNECTION_ANSWER,  /* its answer goes */
} ConnectionPhase;

typedef struct Connections Connections;
typedef struct Connection Connection;

/* Listens on all addresses of the setting. The server gets the connections. */
Connections *connections_new(const RestSettings *settings, const Networks *proxies, SoupServer *server, GError **error);
void connections_free(Connections *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Connections, connections_free)

guint connections_count(const Connections *self);

/* The addresses as URLs with this base path, to be freed with g_strfreev(). */
char **connections_urls(const Connections *self, const char *base_path);

/* Host names that the Host header may have because we listen there; "*": any literal address. */
gboolean connections_listen_on(const Connections *self, const char *host);

/* For new TCP connections; NULL: they are not encrypted. */
void connections_set_certificate(Connections *self, GTlsCertificate *certificate);

Connection *connection_of(SoupServerMessage *message);

/* `seconds` from now until the next phase has to come; 0 = no end. While an answer goes, and after it as long as the
 * kernel has some of it, they count from when the peer took something last. */
void connection_enter(Connection *self, ConnectionPhase phase, gint64 seconds);

/* However steadily the peer takes something: the phase is over after so many seconds. */
void connection_bound(Connection *self, gint64 seconds);
ConnectionPhase connection_phase(const Connection *self);

/* The peer's address, "unix" on a Unix socket, and whether it is a trusted proxy. */
const char *connection_peer_text(const Connection *self);
gboolean connection_is_proxy(const Connection *self);

/* The Host header that was found good on this connection last: who says the same again need not be asked. */
gboolean connection_knows_host(const Connection *self, const char *host);
void connection_remember_host(Connection *self, const char *host);
gboolean connection_is_tls(const Connection *self);
int connection_fd(const Connection *self);

/* Cuts it off at once; libsoup notices at its next read or write. */
void connection_cut(Connection *self);
