/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of routes. */

#include "client/rest/api/own-routes.h"
#include "client/rest/api/route.h"
#include "client/rest/auth/auth-routes.h"

#define OPEN REST_SCOPE_NONE
#define READ REST_SCOPE_READ
#define BAN REST_SCOPE_BAN
#define ADMIN REST_SCOPE_ADMIN

#define CALL ROUTE_METHOD
#define PROPERTIES ROUTE_PROPERTIES
#define OBJECTS ROUTE_OBJECTS
#define OWN(handler, about) ROUTE_OWN, NULL, NULL, NULL, NULL, handler, about

#define JAIL "jail/{jail}"

/* clang-format off */
const Route routes[] = {
        { "GET", "/health", OPEN, OWN(own_get_health, "whether the bridge, the daemon and fail2ban are well") },
        { "GET", "/events", READ, OWN(own_get_events, "all signals as server-sent events; types: a list of them") },
        { "GET", "/openapi.json", OPEN, OWN(own_get_openapi, "this document") },

        { "GET", "/setup", OPEN, OWN(auth_get_setup, "done: whether a password is set; allowed: from here") },
        { "POST", "/setup", OPEN, OWN(auth_post_setup, "password: sets it once, and signs in") },
        { "POST", "/setup/strength", OPEN, OWN(auth_post_strength, "password: score 0 to 4, and what would help") },
        { "POST", "/auth/login", OPEN, OWN(auth_post_login, "password: makes a session, kept in a cookie") },
        { "POST", "/auth/logout", OPEN, OWN(auth_post_logout, "ends the session") },
        { "GET", "/auth/session", READ, OWN(auth_get_session, "who is signed in: kind, id, scope, expires_at") },
        { "POST", "/auth/password", ADMIN, OWN(auth_post_password, "current, password: ends other sessions too") },
        { "GET", "/auth/sessions", ADMIN, OWN(auth_list_sessions, "rows of sessions") },
        { "DELETE", "/auth/sessions", ADMIN, OWN(auth_end_sessions, "ends all sessions; others=true: but this one") },
        { "DELETE", "/auth/sessions/{id}", ADMIN, OWN(auth_end_session, "ends a session") },
        { "GET", "/auth/tokens", ADMIN, OWN(auth_list_tokens, "rows of tokens") },
        { "POST", "/auth/tokens", ADMIN, OWN(auth_post_token, "name, scope, days: makes a token, shown once") },
        { "DELETE", "/auth/tokens/{id}", ADMIN, OWN(auth_end_token, "ends a token") },

        { "GET", "/dashboard/status", READ, CALL, "Manager", "GetStatus" },
        { "GET", "/dashboard/overview", READ, CALL, "Stats", "Overview" },
        { "GET", "/dashboard/bans", READ, CALL, "History", "List", .fixed = "kind=ban" },
        { "GET", "/dashboard/bans/by-country", READ, CALL, "Stats", "ByCountry" },
        { "GET", "/dashboard/bans/by-jail", READ, CALL, "Stats", "ByJail" },
        { "GET", "/dashboard/bans/by-network", READ, CALL, "Stats", "ByNetwork" },
        { "GET", "/dashboard/bans/by-origin", READ, CALL, "Stats", "ByOrigin" },
        { "GET", "/dashboard/bans/top", READ, CALL, "Stats", "TopAddresses" },
        { "GET", "/dashboard/bans/unique", READ, CALL, "Stats", "Unique" },
        { "GET", "/dashboard/bans/trend", READ, CALL, "Stats", "Trend" },
        { "GET", "/dashboard/bans/hours", READ, CALL, "Stats", "HourOfWeek" },
        { "GET", "/dashboard/bans/compare", READ, CALL, "Stats", "Compare" },
        { "GET", "/dashboard/activity", READ, CALL, "Stats", "Activity" },

        { "GET", "/bans", READ, PROPERTIES, "Bans" },
        { "GET", "/bans/active", READ, CALL, "Bans", "List" },
        { "GET", "/bans/active/dump", READ, ROUTE_LINES, "Bans", "Dump" },
        { "POST", "/bans", BAN, CALL, "Bans", "Ban" },
        { "DELETE", "/bans", BAN, CALL, "Bans", "Unban" },
        { "DELETE", "/bans/all", ADMIN, CALL, "Bans", "UnbanAll" },
        { "GET", "/bans/{address}", READ, CALL, "Bans", "Lookup" },
        { "GET", "/bans/{address}/explain", READ, CALL, "Bans", "Explain" },

        { "GET", "/allow", READ, CALL, "AllowList", "List" },
        { "POST", "/allow", BAN, CALL, "AllowList", "Add" },
        { "PUT", "/allow/{entry}", BAN, CALL, "AllowList", "Change" },
        { "DELETE", "/allow/{entry}", BAN, CALL, "AllowList", "Remove" },
        { "GET", "/allow/count", READ, PROPERTIES, "AllowList" },
        { "GET", "/allow/check/{address}", READ, CALL, "AllowList", "Check" },

        { "GET", "/jails", READ, OBJECTS, "Jail" },
        { "GET", "/jails/{jail}", READ, PROPERTIES, "Jail", NULL, JAIL },
        { "PUT", "/jails/{jail}", ADMIN, CALL, "Jail", "Change", JAIL },
        { "PUT", "/jails/{jail}/idle", ADMIN, CALL, "Jail", "SetIdle", JAIL },
        { "POST", "/jails/{jail}/start", ADMIN, CALL, "Server", "StartJail" },
        { "POST", "/jails/{jail}/stop", ADMIN, CALL, "Server", "StopJail" },
        { "POST", "/jails/{jail}/reload", ADMIN, CALL, "Server", "Reload" },
        { "GET", "/jails/{jail}/logs", READ, CALL, "Jail", "CheckLogs", JAIL },
        { "GET", "/jails/{jail}/actions/{name}", READ, CALL, "Jail", "GetAction", JAIL },
        { "POST", "/jails/{jail}/log-paths", ADMIN, CALL, "Jail", "AddLogPath", JAIL },
        { "DELETE", "/jails/{jail}/log-paths", ADMIN, CALL, "Jail", "RemoveLogPath", JAIL },
        { "POST", "/jails/{jail}/ignore", ADMIN, CALL, "Jail", "AddIgnoreAddress", JAIL },
        { "DELETE", "/jails/{jail}/ignore", ADMIN, CALL, "Jail", "RemoveIgnoreAddress", JAIL },
        { "POST", "/jails/{jail}/failregex", ADMIN, CALL, "Jail", "AddFailregex", JAIL },
        { "DELETE", "/jails/{jail}/failregex", ADMIN, CALL, "Jail", "RemoveFailregex", JAIL },
        { "POST", "/jails/{jail}/ignoreregex", ADMIN, CALL, "Jail", "AddIgnoreregex", JAIL },
        { "DELETE", "/jails/{jail}/ignoreregex", ADMIN, CALL, "Jail", "RemoveIgnoreregex", JAIL },
        { "POST", "/jails/{jail}/journal-matches", ADMIN, CALL, "Jail", "AddJournalMatch", JAIL },
        { "DELETE", "/jails/{jail}/journal-matches", ADMIN, CALL, "Jail", "RemoveJournalMatch", JAIL },

        { "GET", "/history", READ, CALL, "History", "List" },
        { "GET", "/history/columns", READ, CALL, "History", "Columns" },
        { "GET", "/history/repeaters", READ, CALL, "History", "Repeaters" },
        { "GET", "/history/archive", READ, PROPERTIES, "History" },
        { "GET", "/history/export", READ, ROUTE_DOWNLOAD, "History", "Export", .defaults = "format=csv" },
        { "GET", "/history/backup", ADMIN, ROUTE_DOWNLOAD, "History", "Backup" },
        { "POST", "/history/import", ADMIN, ROUTE_UPLOAD, "History", "ImportLog" },
        { "POST", "/history/sync", ADMIN, CALL, "History", "Sync" },
        { "POST", "/history/purge", ADMIN, CALL, "History", "Purge" },
        { "POST", "/history/compact", ADMIN, CALL, "History", "Compact" },
        { "GET", "/history/{address}", READ, CALL, "History", "Address" },

        { "GET", "/geo", READ, PROPERTIES, "Geo" },
        { "GET", "/geo/stats", READ, CALL, "Geo", "Statistics" },
        { "GET", "/geo/lookup/{address}", READ, CALL, "Geo", "Lookup" },
        { "POST", "/geo/lookup", READ, CALL, "Geo", "LookupMany" },
        { "POST", "/geo/lookup-outside", ADMIN, CALL, "Geo", "LookupOutside" },
        { "POST", "/geo/re-resolve", ADMIN, CALL, "Geo", "Resolve" },
        { "POST", "/geo/reload", ADMIN, CALL, "Geo", "Reload" },

        { "GET", "/server", READ, PROPERTIES, "Server" },
        { "GET", "/server/daemon", READ, PROPERTIES, "Manager" },
        { "PUT", "/server", ADMIN, CALL, "Server", "Set" },
        { "POST", "/server/probe", ADMIN, CALL, "Server", "Probe" },
        { "POST", "/server/flush-logs", ADMIN, CALL, "Server", "FlushLogs" },
        { "POST", "/server/reload", ADMIN, CALL, "Server", "Reload" },
        { "POST", "/server/restart", ADMIN, CALL, "Server", "Restart" },
        { "POST", "/server/start", ADMIN, CALL, "Server", "Start" },
        { "GET", "/server/log", READ, CALL, "Server", "ReadLog" },
        { "GET", "/server/log/follow", READ, ROUTE_LINES, "Server", "FollowLog" },

        { "GET", "/jobs", READ, CALL, "Jobs", "List" },
        { "GET", "/jobs/{job}", READ, PROPERTIES, "Job", NULL, "job/{job}" },
        { "POST", "/jobs/{name}/run", ADMIN, CALL, "Jobs", "Run" },

        { "GET", "/operations", READ, OBJECTS, "Operation" },
        { "GET", "/operations/{operation}", READ, PROPERTIES, "Operation", NULL, "operation/{operation}" },
        { "DELETE", "/operations/{operation}", ADMIN, CALL, "Operation", "Cancel", "operation/{operation}" },

        { "GET", "/settings", READ, CALL, "Settings", "List" },
        { "PUT", "/settings", ADMIN, CALL, "Settings", "Set" },
        { "POST", "/settings/reset", ADMIN, CALL, "Settings", "Reset" },
        { "POST", "/settings/reload", ADMIN, CALL, "Settings", "Reload" },
        { "GET", "/settings/{key}", READ, CALL, "Settings", "Get" },

        { "GET", "/config/map-color-thresholds", READ, OWN(own_get_thresholds, "where a map changes its colours") },
        { "PUT", "/config/map-color-thresholds", ADMIN, OWN(own_put_thresholds, "low, medium, high: changes them") },

        { "GET", "/audit", READ, CALL, "Manager", "ListAudit" },
        { "POST", "/can-do", READ, CALL, "Manager", "CanDo" },
        {},
};
/* clang-format on */
