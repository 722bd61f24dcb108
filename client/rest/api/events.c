/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/events.h"

#include <string.h>

#include "client/rest/api/event-log.h"
#include "client/rest/api/event-text.h"
#include "client/rest/errors.h"
#include "client/rest/http/server.h"

#define GATHER_MS 20 /* signals of that time go out together */
#define HEARTBEAT_S 15
#define PIECE_MAX (16 * 1024)   /* about what is written at once */
#define PENDING_MAX (16 * 1024) /* a listener has to take what is more before it gets the next piece */
#define PATTERNS_MAX 32

typedef struct Listener {
        RestEvents *events; /* NULL: they are no more */
        RestStream *stream; /* NULL: it has ended */
        char **patterns;    /* NULL: all */
        char *filter;       /* the same as one text */
        guint64 next;       /* number of the event that it gets next */
        guint64 written;
        guint64 taken; /* of what was written, at the last heartbeat */
        gboolean waits;
} Listener;

/* What listeners with one filter at one place get. */
typedef struct Piece {
        GBytes *text; /* NULL: they want nothing of it */
        guint64 behind;
} Piece;

struct RestEvents {
        const Contract *contract;
        RestBus *bus;
        EventLog *log;
        GPtrArray *listeners; /* of Listener, referenced */
        guint listeners_max;
        guint gather;
        guint heartbeat;
};

static void listener_clear(gpointer data) {
        Listener *self = data;

        g_strfreev(self->patterns);
        g_free(self->filter);
}

static void listener_unref(gpointer data) {
        g_rc_box_release_full(data, listener_clear);
}

static gpointer listener_ref(gconstpointer data, gpointer userdata) {
        return g_rc_box_acquire((gpointer) data);
}

/* A stream may end while we walk over all. */
static GPtrArray *all_listeners(RestEvents *self) {
        return g_ptr_array_copy(self->listeners, (GCopyFunc) listener_ref, NULL);
}

static void listener_closed(gpointer userdata) {
        Listener *self = userdata;

        self->stream = NULL;
        if (self->events)
                g_ptr_array_remove_fast(self->events->listeners, self);
        listener_unref(self);
}

static void listener_end(Listener *self, gboolean broken) {
        RestStream *stream = g_steal_pointer(&self->stream);

        if (stream)
                rest_stream_end(stream, broken);
}

static void listener_write(Listener *self, GBytes *text) {
        self->written += g_bytes_get_size(text);
        rest_stream_write(self->stream, text);
}

static void listener_write_text(Listener *self, char *text) {
        g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));

        listener_write(self, bytes);
}

static void piece_free(gpointer data) {
        Piece *self = data;

        g_clear_pointer(&self->text, g_bytes_unref);
        g_free(self);
}

static GHashTable *pieces_new(void) {
        return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, piece_free);
}

static const Piece *get_piece(Listener *self, GHashTable *pieces) {
        g_autofree char *key = g_strdup_printf("%" G_GUINT64_FORMAT " %s", self->next, self->filter);
        Piece *piece = g_hash_table_lookup(pieces, key);

        if (piece)
                return piece;
        piece = g_new0(Piece, 1);
        piece->behind = self->next;
        piece->text =
                event_log_read(self->events->log, &piece->behind, (const char *const *) self->patterns, PIECE_MAX);
        g_hash_table_insert(pieces, g_steal_pointer(&key), piece);
        return piece;
}

/* Where the log does not reach back to, the listener is told to read everything anew. */
static void listener_reset(Listener *self) {
        const EventLog *log = self->events->log;

        self->next = event_log_next(log);
        listener_write_text(self, event_log_format(log, self->next - 1, "Bridge.Reset", "{}"));
}

static gboolean listener_took(gpointer userdata);

/* Gives it what it has not got yet, as fast as it takes that. */
static void listener_feed(Listener *self, GHashTable *pieces) {
        while (self->stream && self->events && !self->waits && self->next < event_log_next(self->events->log)) {
                const Piece *piece;

                if (rest_stream_pending(self->stream) > PENDING_MAX) {
                        self->waits = TRUE;
                        rest_stream_when_below(self->stream, PENDING_MAX, listener_took, self);
                        return;
                }
                if (!event_log_reaches(self->events->log, self->next)) {
                        listener_reset(self);
                        return;
                }
                piece = get_piece(self, pieces);
                self->next = piece->behind;
                if (piece->text)
                        listener_write(self, piece->text);
        }
}

static gboolean listener_took(gpointer userdata) {
        Listener *self = g_rc_box_acquire(userdata);
        g_autoptr(GHashTable) pieces = pieces_new();

        self->waits = FALSE;
        listener_feed(self, pieces);
        listener_unref(self);
        return G_SOURCE_REMOVE;
}

static gboolean feed_all(gpointer userdata) {
        RestEvents *self = userdata;
        g_autoptr(GPtrArray) listeners = all_listeners(self);
        g_autoptr(GHashTable) pieces = pieces_new();

        self->gather = 0;
        for (guint i = 0; i < listeners->len; i++)
                listener_feed(listeners->pdata[i], pieces);
        return G_SOURCE_REMOVE;
}

static void add_event(const char *type, const char *data, gpointer userdata) {
        RestEvents *self = userdata;

        event_log_add(self->log, type, data);
        if (self->gather == 0)
                self->gather = g_timeout_add(GATHER_MS, feed_all, self);
}

static void on_signal(const char *interface, const char *name, const char *object, GVariant *arguments,
                      gpointer userdata) {
        RestEvents *self = userdata;

        event_from_signal(self->contract, interface, name, object, arguments, add_event, self);
}

/* One that took nothing since the last time, though there was something, is dead or as good as that. */
static void listener_beat(Listener *self, GBytes *comment) {
        gsize pending = self->stream ? rest_stream_pending(self->stream) : 0;

        if (!self->stream)
                return;
        if (pending > 0 && self->written - pending == self->taken) {
                listener_end(self, TRUE);
                return;
        }
        self->taken = self->written - pending;
        if (pending == 0) {
                listener_write(self, comment);
                self->taken = self->written - g_bytes_get_size(comment);
        }
}

static gboolean beat(gpointer userdata) {
        RestEvents *self = userdata;
        g_autoptr(GPtrArray) listeners = all_listeners(self);
        g_autoptr(GBytes) comment = g_bytes_new_static(":\n\n", 3);

        for (guint i = 0; i < listeners->len; i++)
                listener_beat(listeners->pdata[i], comment);
        return G_SOURCE_CONTINUE;
}

RestEvents *rest_events_new(const Contract *contract, RestBus *bus, guint listeners_max) {
        RestEvents *self = g_new0(RestEvents, 1);

        self->contract = contract;
        self->bus = bus;
        self->log = event_log_new();
        self->listeners = g_ptr_array_new_with_free_func(listener_unref);
        self->listeners_max = listeners_max;
        self->heartbeat = g_timeout_add_seconds(HEARTBEAT_S, beat, self);
        rest_bus_listen(bus, on_signal, self);
        return self;
}

void rest_events_free(RestEvents *self) {
        g_autoptr(GPtrArray) listeners = all_listeners(self);

        for (guint i = 0; i < listeners->len; i++) {
                Listener *listener = listeners->pdata[i];

                listener->events = NULL;
                listener_end(listener, FALSE);
        }
        g_clear_handle_id(&self->gather, g_source_remove);
        g_clear_handle_id(&self->heartbeat, g_source_remove);
        g_ptr_array_unref(self->listeners);
        event_log_free(self->log);
        g_free(self);
}

static gboolean is_pattern(const char *word) {
        gsize good = strspn(word, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ".");

        return word[good] == '\0' || g_str_equal(word + good, "*");
}

/* ?types=Bans.*,Server.JailAdded, once or several times. FALSE with BAD_REQUEST. `ret` is NULL for all. */
static gboolean read_patterns(const RestRequest *request, char ***ret, GError **error) {
        const GPtrArray *given = g_hash_table_lookup(request->query, "types");
        g_autoptr(GPtrArray) patterns = g_ptr_array_new_with_free_func(g_free);

        for (guint i = 0; given && i < given->len; i++) {
                g_auto(GStrv) words = g_strsplit(given->pdata[i], ",", -1);

                for (gsize j = 0; words[j]; j++) {
                        if (!is_pattern(words[j]) || patterns->len == PATTERNS_MAX) {
                                g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST,
                                            "types has to be at most %d types of events such as \"Bans.Banned\" or "
                                            "\"Bans.*\", and \"%s\" is none or one too many",
                                            PATTERNS_MAX, words[j]);
                                return FALSE;
                        }
                        if (words[j][0] != '\0')
                                g_ptr_array_add(patterns, g_strdup(words[j]));
                }
        }
        *ret = NULL;
        if (patterns->len > 0) {
                g_ptr_array_add(patterns, NULL);
                *ret = (char **) g_ptr_array_free(g_steal_pointer(&patterns), FALSE);
        }
        return TRUE;
}

static void greet(Listener *self, const char *last_id) {
        const EventLog *log = self->events->log;
        gboolean lost = last_id && !event_log_resume(log, last_id, &self->next);
        g_autofree char *data = g_strdup_printf("{\"online\":%s,\"version\":\"%s\"}",
                                                rest_bus_online(self->events->bus) ? "true" : "false", BANGUI_VERSION);
        g_autoptr(GHashTable) pieces = pieces_new();
        char *hello;

        if (!last_id || lost)
                self->next = event_log_next(log);
        hello = event_log_format(log, self->next - 1, "Bridge.Hello", data);
        listener_write_text(self, g_strconcat("retry: 2000\n", hello, NULL));
        g_free(hello);
        if (lost)
                listener_reset(self);
        listener_feed(self, pieces);
}

void rest_events_listen(RestEvents *self, RestRequest *request) {
        const char *last_id = soup_message_headers_get_one(soup_server_message_get_request_headers(request->message),
                                                           "Last-Event-ID");
        g_autoptr(GError) error = NULL;
        g_auto(GStrv) patterns = NULL;
        Listener *listener;

        if (!read_patterns(request, &patterns, &error)) {
                rest_request_reply_error(request, error);
                return;
        }
        if (self->listeners->len >= self->listeners_max) {
                g_set_error(&error, REST_ERROR, REST_ERROR_OVERLOADED,
                            "%u listeners are served already, and event-listeners-max allows no more",
                            self->listeners->len);
                rest_request_reply_error(request, error);
                return;
        }
        listener = g_rc_box_new0(Listener);
        listener->events = self;
        listener->filter = patterns ? g_strjoinv(",", patterns) : g_strdup("");
        listener->patterns = g_steal_pointer(&patterns);
        listener->taken = G_MAXUINT64;
        g_ptr_array_add(self->listeners, listener);
        rest_request_header(request, "Cache-Control", "no-store");
        rest_request_header(request, "X-Accel-Buffering", "no");
        listener->stream = rest_stream_new(request, SOUP_STATUS_OK, "text/event-stream", listener_closed,
                                           g_rc_box_acquire(listener));
        rest_stream_set_endless(listener->stream);
        greet(listener, last_id);
}

guint rest_events_listeners(const RestEvents *self) {
        return self->listeners->len;
}
