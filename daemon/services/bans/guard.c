/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The guard against locking oneself out
 *
 * All sources are asked once, when the guard is made; a ban is then held against the list. A source that cannot be
 * read (no logind, another user's process, no such process any more) adds nothing: the guard helps an administrator
 * who slips, it is no border of trust, and `force` is always there.
 *
 * What is allowed may be thousands, held against thousands of bans: it stands in a set of its own.
 */

#include "services/bans/guard.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-login.h>

#include "core/address-set.h"
#include "core/error.h"

#define ANCESTORS_MAX 32

typedef struct Protected {
        Address address; /* or a network */
        const char *why; /* static; goes after "it would hit ADDRESS, " */
} Protected;

struct Guard {
        GArray *list;        /* Protected */
        AddressSet *allowed; /* tags are indices of `reasons` */
        GPtrArray
                *reasons; /* of char *; the same reason for several is there once when they come one after the other */
};

static const char why_loopback[] = "which is this host's loopback";
static const char why_own[] = "an address of this host";
static const char why_session[] = "from which you are logged in";
static const char why_ssh[] = "from which you are connected by SSH";
static const char why_named[] = "which your client named as its own";

static void guard_add(Guard *self, const Address *address, const char *why) {
        Protected entry = { .address = *address, .why = why };

        g_array_append_val(self->list, entry);
}

/* Text of a login or of SSH may be a host name, which is left alone, or have a zone: fe80::1%eth0. */
static void guard_add_text(Guard *self, const char *text, const char *why) {
        g_autofree char *bare = g_strndup(text, strcspn(text, "% "));
        Address address;

        if (address_try_parse(bare, &address) && address_is_single(&address))
                guard_add(self, &address, why);
}

static void add_loopback(Guard *self) {
        static const char *const networks[] = { "127.0.0.0/8", "0.0.0.0/8", "::1", "::" };

        for (guint i = 0; i < G_N_ELEMENTS(networks); i++) {
                Address address;

                if (address_try_parse(networks[i], &address))
                        guard_add(self, &address, why_loopback);
        }
}

static gboolean address_from_socket(const struct sockaddr *socket, Address *ret) {
        Address address = { 0 };

        if (socket && socket->sa_family == AF_INET) {
                address.version = 4;
                address.prefix = 32;
                memcpy(address.bytes, &((const struct sockaddr_in *) (gconstpointer) socket)->sin_addr, 4);
        } else if (socket && socket->sa_family == AF_INET6) {
                address.version = 6;
                address.prefix = 128;
                memcpy(address.bytes, &((const struct sockaddr_in6 *) (gconstpointer) socket)->sin6_addr, 16);
        } else {
                return FALSE;
        }

        *ret = address;
        return TRUE;
}

static void add_own(Guard *self) {
        struct ifaddrs *interfaces = NULL;

        if (getifaddrs(&interfaces) < 0)
                return;

        for (const struct ifaddrs *i = interfaces; i; i = i->ifa_next) {
                Address address;

                if (address_from_socket(i->ifa_addr, &address) && !address_is_loopback(&address))
                        guard_add(self, &address, why_own);
        }
        freeifaddrs(interfaces);
}

static void add_session(Guard *self, const char *session) {
        char *host = NULL;

        if (sd_session_get_remote_host(session, &host) >= 0 && host)
                guard_add_text(self, host, why_session);
        free(host);
}

/* A process outside of every session (tmux below user@.service, a job) belongs to a person all the same. */
static void add_sessions(Guard *self, const Caller *caller) {
        g_autofree char *own = caller_session(caller);
        char **sessions = NULL;

        if (own) {
                add_session(self, own);
                return;
        }

        if (sd_uid_get_sessions(caller->uid, 0, &sessions) <= 0)
                return;
        for (char **p = sessions; *p; p++) {
                add_session(self, *p);
                free(*p);
        }
        free(sessions);
}

static char *read_proc(gint32 pid, const char *file, gsize *ret_length) {
        g_autofree char *path = g_strdup_printf("/proc/%d/%s", pid, file);
        char *text = NULL;

        return g_file_get_contents(path, &text, ret_length, NULL) ? text : NULL;
}

/* Both variables begin with the client's address: "192.0.2.1 50000 198.51.100.1 22". */
static void add_environment(Guard *self, gint32 pid) {
        static const char *const names[] = { "SSH_CONNECTION=", "SSH_CLIENT=" };
        gsize length = 0;
        g_autofree char *text = read_proc(pid, "environ", &length);

        for (const char *p = text; p && p < text + length; p += strlen(p) + 1)
                for (guint i = 0; i < G_N_ELEMENTS(names); i++)
                        if (g_str_has_prefix(p, names[i]))
                                guard_add_text(self, p + strlen(names[i]), why_ssh);
}

/* 0: none, or not to be known. The name in the second field may hold anything, so count from its end. */
static gint32 parent_of(gint32 pid) {
        g_autofree char *text = read_proc(pid, "stat", NULL);
        const char *p = text ? strrchr(text, ')') : NULL;

        if (!p || p[1] != ' ' || p[2] == '\0' || p[3] != ' ')
                return 0;
        return (gint32) g_ascii_strtoll(p + 4, NULL, 10);
}

/* The variables are with the login shell even where sudo took them from what it runs. */
static void add_ancestors(Guard *self, gint32 pid) {
        for (guint i = 0; i < ANCESTORS_MAX && pid > 1; i++) {
                add_environment(self, pid);
                pid = parent_of(pid);
        }
}

static gboolean add_named(Guard *self, const char *const *protect, GError **error) {
        for (; protect && *protect; protect++) {
                Address address;

                if (!address_parse(*protect, &address, error))
                        return FALSE;
                guard_add(self, &address, why_named);
        }
        return TRUE;
}

Guard *guard_new_empty(void) {
        Guard *self = g_new0(Guard, 1);

        self->list = g_array_new(FALSE, FALSE, sizeof(Protected));
        self->allowed = address_set_new();
        self->reasons = g_ptr_array_new_with_free_func(g_free);
        return self;
}

void guard_add_allowed(Guard *self, const char *text, const char *why) {
        const char *last = self->reasons->len > 0 ? self->reasons->pdata[self->reasons->len - 1] : NULL;
        Address address;

        if (!address_try_parse(text, &address))
                return;
        if (g_strcmp0(last, why) != 0)
                g_ptr_array_add(self->reasons, g_strdup(why));
        address_set_add(self->allowed, &address, self->reasons->len - 1);
}

Guard *guard_new(const Caller *caller, const char *const *protect, GError **error) {
        g_autoptr(Guard) self = guard_new_empty();

        /* The order is that of the reasons that a person understands best. */
        if (!add_named(self, protect, error))
                return NULL;
        add_ancestors(self, caller->pid);
        add_sessions(self, caller);
        add_own(self);
        add_loopback(self);
        return g_steal_pointer(&self);
}

void guard_free(Guard *self) {
        g_ptr_array_unref(self->reasons);
        address_set_free(self->allowed);
        g_array_unref(self->list);
        g_free(self);
}

static gboolean fail(const Address *ban, const Address *hit, const char *why, GError **error) {
        char ban_text[ADDRESS_TEXT_MAX], text[ADDRESS_TEXT_MAX];

        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_WOULD_LOCK_OUT,
                    "%s is not banned: it would hit %s, %s; the option force bans it all the same",
                    address_format(ban, ban_text), address_format(hit, text), why);
        return FALSE;
}

gboolean guard_check(Guard *self, const Address *ban, GError **error) {
        Address hit;
        guint reason;

        for (guint i = 0; i < self->list->len; i++) {
                const Protected *entry = &g_array_index(self->list, Protected, i);

                if (address_contains(ban, &entry->address) || address_contains(&entry->address, ban))
                        return fail(ban, &entry->address, entry->why, error);
        }
        if (address_set_overlap(self->allowed, ban, &hit, &reason))
                return fail(ban, &hit, self->reasons->pdata[reason], error);
        return TRUE;
}
