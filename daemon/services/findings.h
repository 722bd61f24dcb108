/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Parts and findings: what works, and what somebody should look at
 *
 * A part (fail2ban, fail2ban-database, store, authorization, ...) is "ok", "degraded", "failed" or "off", with
 * one sentence. A finding is one thing that weakens the protection. Both are set by whoever learns of them and
 * told through the sink (EVENT_HEALTH) when the whole changes. Thread-safe.
 */

#pragma once

#include "services/events.h"

typedef struct Findings Findings;

Findings *findings_new(const EventSink *sink);
void findings_free(Findings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Findings, findings_free)

/* "starting", "running", "stopping": the daemon's own life. The State shown is "degraded" while it is running and
 * a part is degraded or failed. */
void findings_set_life(Findings *self, const char *life);
void findings_set_part(Findings *self, const char *part, const char *state, const char *detail, gint64 now);

/* kind: stable name ("fail2ban-offline", "log-file", ...: Manager.Findings has all); object: jail or file, "" when
 * none; severity: "critical", "warning", "notice". Setting the same again keeps its since_at. */
void findings_set(Findings *self, const char *kind, const char *object, const char *severity, const char *message,
                  const char *advice, gint64 now);
void findings_clear(Findings *self, const char *kind, const char *object);

/* a{sv}: State s, Parts aa{sv} (name, state, detail, since_at), Findings aa{sv} (kind, object, severity, message,
 * advice, since_at), most severe first. */
GVariant *findings_health(Findings *self);
