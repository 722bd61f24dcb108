/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The error table
 *
 * One row for each way in which an operation can end badly; the daemon, the command line and the bridge read
 * the same rows. A row is X(CODE, name on the bus, HTTP status, exit status of banguictl, when it is given).
 *
 * Exit status: 0 done, 1 internal, 2 wrong use or bad input, 3 not allowed, 4 not found, 5 conflict with the
 * present state, 6 refused because it would lock somebody out, 7 fail2ban is not there, 8 fail2ban answered
 * nonsense, 9 our database, 10 too slow, 11 the daemon is not there, 12 fail2ban refused, 13 a service
 * outside fails.
 */

#pragma once

#define BANGUI_ERROR_PREFIX "org.bangui.BanGUI1.Error."

/* Given in place of NotAuthorized when the caller would be let in after a question; a name of D-Bus itself. */
#define BANGUI_ERROR_INTERACTIVE "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"

#define BANGUI_EXIT_USAGE 2
#define BANGUI_EXIT_NOT_AUTHORIZED 3
#define BANGUI_EXIT_NOT_FOUND 4
#define BANGUI_EXIT_NO_DAEMON 11

#define BANGUI_ERROR_TABLE(X) \
        X(INVALID_ARGUMENT, "InvalidArgument", 400, 2, "an argument or option is not what it must be") \
        X(ADDRESS_INVALID, "AddressInvalid", 400, 2, "a text is no IP address and no network in CIDR form") \
        X(REGEX_INVALID, "RegexInvalid", 400, 2, "a regular expression does not compile or has no host group") \
        X(NOT_AUTHORIZED, "NotAuthorized", 403, 3, "polkit, or the want of it, says no") \
        X(INTERACTION_REQUIRED, "InteractionRequired", 403, 3, \
          "polkit would ask a question, and the caller did not allow that") \
        X(JAIL_NOT_FOUND, "JailNotFound", 404, 4, "no jail of that name") \
        X(FILTER_NOT_FOUND, "FilterNotFound", 404, 4, "no filter of that name") \
        X(ACTION_NOT_FOUND, "ActionNotFound", 404, 4, "no action of that name") \
        X(ADDRESS_NOT_FOUND, "AddressNotFound", 404, 4, "nothing is known of that address") \
        X(SOURCE_NOT_FOUND, "SourceNotFound", 404, 4, "no list source of that name") \
        X(FILE_NOT_FOUND, "FileNotFound", 404, 4, "no file of that name") \
        X(SETTING_NOT_FOUND, "SettingNotFound", 404, 4, "no setting of that name") \
        X(ALREADY_EXISTS, "AlreadyExists", 409, 5, "what was to be made is there") \
        X(ALREADY_ACTIVE, "AlreadyActive", 409, 5, "what was to be started runs") \
        X(BUSY, "Busy", 409, 5, "too much is waiting, or the same work runs already") \
        X(VERSION_CONFLICT, "VersionConflict", 409, 5, "somebody else changed it in between") \
        X(SETTING_PINNED, "SettingPinned", 409, 5, "the environment or the command line says what the setting is") \
        X(RESTART_NEEDED, "RestartNeeded", 409, 5, "the setting does not change while the daemon runs") \
        X(CANCELLED, "Cancelled", 409, 5, "the work was cancelled, or the daemon is stopping") \
        X(REFUSED_BY_FAIL2BAN, "RefusedByFail2ban", 409, 12, "fail2ban understood and said no") \
        X(WOULD_LOCK_OUT, "WouldLockOut", 409, 6, "the ban would hit the caller, this host or who is allowed") \
        X(TOO_LARGE, "TooLarge", 413, 2, "more than one call may carry") \
        X(FAIL2BAN_OFFLINE, "Fail2banOffline", 502, 7, "fail2ban does not answer on its socket") \
        X(FAIL2BAN_PROTOCOL, "Fail2banProtocol", 502, 8, "fail2ban answered something unexpected") \
        X(DATABASE_BUSY, "DatabaseBusy", 503, 9, "a database stayed locked") \
        X(DATABASE_PERMISSION_DENIED, "DatabasePermissionDenied", 503, 9, "a database may not be opened") \
        X(DATABASE_PATH_INVALID, "DatabasePathInvalid", 503, 9, "a database is not where it should be") \
        X(DATABASE_CORRUPTED, "DatabaseCorrupted", 503, 9, "a database is damaged or not a database") \
        X(DATABASE_UNAVAILABLE, "DatabaseUnavailable", 503, 9, "a database fails in another way") \
        X(OUTSIDE_OFF, "OutsideOff", 409, 5, "the settings forbid asking a service outside") \
        X(OUTSIDE_FAILED, "OutsideFailed", 502, 13, "a service outside does not answer, or answers nonsense") \
        X(TIMEOUT, "Timeout", 504, 10, "it took longer than it may") \
        X(INTERNAL, "Internal", 500, 1, "a fault of the daemon")
