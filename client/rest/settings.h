/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Settings of the bridge
 *
 * One table of keys; a value comes from the last of default, file (/etc/bangui/bangui-rest.conf, group [rest]),
 * environment (BANGUI_REST_KEY) and command line (--key=VALUE) that says something. A bad value stops the start and
 * names key, value, source and what would be right.
 */

#pragma once

#include <glib.h>

typedef struct RestSettings {
        char **listen;          /* listen: "127.0.0.1:8470", "[::1]:8470", "unix:/run/bangui-rest/http.sock" */
        char *base_path;        /* base-path: "/" or "/bangui/" */
        char **hosts;           /* hosts: further names for the Host header; "*" = any */
        char **trusted_proxies; /* trusted-proxies: addresses and networks */
        char **cors_origins;    /* cors-origins: "https://panel.example" */
        char *tls_certificate;  /* tls-certificate, tls-key: PEM files; both or none */
        char *tls_key;
        char *store_folder;      /* store-folder: /var/lib/bangui-rest */
        char *web_folder;        /* web-folder: the built page */
        char *bus_address;       /* bus-address; empty: the system bus */
        char **grant;            /* grant: actions of polkit that the rule grants to the user bangui-rest */
        char *metrics;           /* metrics: "open", "token" (a token or session with scope read), "off" */
        gboolean setup_anywhere; /* setup-anywhere: set-up from other hosts too */
        gint64 session_days;     /* session-days: sliding life of a session */
        gint64 login_limit;      /* login-limit: failed logins in 60 s and address; 0 = no limit */
        gint64 request_limit;    /* request-limit: requests in 60 s and address of who is not signed in; 0 = none */
        gint64 request_limit_signed_in; /* the same for each session or token */
        gint64 connections_max;         /* connections-max: open connections */
        gint64 connections_per_address;
        gint64 body_max;       /* body-max: bytes of a JSON body */
        gint64 upload_max;     /* upload-max: bytes of an uploaded log file */
        gint64 header_timeout; /* header-timeout, body-timeout, idle-timeout: seconds */
        gint64 body_timeout;
        gint64 idle_timeout;
        gint64 event_listeners_max; /* event-listeners-max */
} RestSettings;

/* Reads all sources. `arguments` as main() has them; what is no setting stays in it. */
RestSettings *rest_settings_load(int *argc, char ***argv, GError **error);
void rest_settings_free(RestSettings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RestSettings, rest_settings_free)

/* The default file: every key as a comment with its help. To be freed. */
char *rest_settings_default_file(void);
