/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The explanation in one plain sentence. */

#include "services/explain/explain-private.h"

static char *time_text(gint64 at) {
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(at);

        return time ? g_date_time_format(time, "%Y-%m-%d %H:%M UTC") : g_strdup("the end of time");
}

/* "10 minutes": the largest unit of which it is a whole number. */
static char *duration_text(gint64 seconds) {
        static const struct {
                gint64 seconds;
                const char *name;
        } units[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" }, { 1, "second" } };
        guint i = 0;
        gint64 n;

        while (seconds % units[i].seconds != 0 || seconds < units[i].seconds) {
                if (i == G_N_ELEMENTS(units) - 1)
                        break;
                i++;
        }
        n = seconds / units[i].seconds;
        return g_strdup_printf("%" G_GINT64_FORMAT " %s%s", n, units[i].name, n == 1 ? "" : "s");
}

static char *times_text(guint64 n) {
        return n == 1 ? g_strdup("once") : g_strdup_printf("%" G_GUINT64_FORMAT " times", n);
}

static void add_why(GString *text, const ExplainJail *jail) {
        g_autofree char *name = NULL;
        g_autofree char *within = NULL;

        if (jail->banned_by >= 0) {
                name = caller_user_name((guint32) jail->banned_by);
                if (*name)
                        g_string_append_printf(text, ", because %s banned it by hand", name);
                else
                        g_string_append_printf(text, ", because uid %" G_GINT64_FORMAT " banned it by hand",
                                               jail->banned_by);
                if (jail->reason && *jail->reason)
                        g_string_append_printf(text, " (%s)", jail->reason);
        } else if (jail->from_list) {
                g_string_append(text, ", because a block list has it");
        } else if (jail->failures == 0) {
                g_string_append(text, ", by a command that did not come through BanGUI");
        } else {
                g_string_append_printf(text, ", because %u failure%s", jail->failures, jail->failures == 1 ? "" : "s");
                within = jail->findtime > 0 ? duration_text(jail->findtime) : NULL;
                if (within)
                        g_string_append_printf(text, " within %s", within);
                g_string_append(text, " matched");
        }
}

static void add_until(GString *text, gint64 ends_at) {
        g_autofree char *until = ends_at >= 0 ? time_text(ends_at) : NULL;

        if (until)
                g_string_append_printf(text, " until %s", until);
        else
                g_string_append(text, " for ever");
}

static guint add_bans(GString *text, const Explanation *self) {
        guint n = 0;

        for (guint i = 0; i < self->jails->len; i++) {
                const ExplainJail *jail = self->jails->pdata[i];

                if (!jail->banned)
                        continue;
                g_string_append_printf(text, "%s in %s", n == 0 ? " is banned" : ", and", jail->name);
                add_until(text, jail->ends_at);
                add_why(text, jail);
                n++;
        }
        return n;
}

static void add_covering(GString *text, const Explanation *self, gboolean banned) {
        g_autoptr(GVariant) ban = NULL;
        const char *network, *jail;
        gint64 ends_at;

        if (g_variant_n_children(self->covered_by) == 0)
                return;
        ban = g_variant_get_child_value(self->covered_by, 0);
        if (!g_variant_lookup(ban, "address", "&s", &network) || !g_variant_lookup(ban, "jail", "&s", &jail) ||
            !g_variant_lookup(ban, "ends_at", "x", &ends_at))
                return;
        g_string_append_printf(text,
                               banned ? "; %s, in which it lies, is banned in %s too"
                                      : " itself, but %s, in which it lies, is banned in %s",
                               network, jail);
        add_until(text, ends_at);
}

static void add_before(GString *text, const Explanation *self, gboolean banned) {
        g_autofree char *times = times_text(self->before);
        g_autofree char *at = NULL;

        if (self->before == 0)
                return;
        if (banned) {
                g_string_append_printf(text, "; banned %s before", times);
                return;
        }
        g_string_append_printf(text, "; it was banned %s", times);
        if (self->last_at > 0) {
                at = time_text(self->last_at);
                g_string_append_printf(text, ", the last time in %s at %s", self->last_jail, at);
        }
}

static void add_allowed(GString *text, const Explanation *self, gboolean banned) {
        g_autoptr(GVariant) row = NULL;
        const char *entry, *origin, *note = "";

        if (g_variant_n_children(self->allowed) == 0)
                return;
        row = g_variant_get_child_value(self->allowed, 0);
        if (!g_variant_lookup(row, "entry", "&s", &entry) || !g_variant_lookup(row, "origin", "&s", &origin))
                return;
        (void) g_variant_lookup(row, "note", "&s", &note);
        g_string_append(text, banned ? "; yet " : ", and will not be: ");
        g_string_append_printf(text, g_str_equal(origin, "bangui") ? "the allow list has %s" : "fail2ban ignores %s",
                               entry);
        if (*note)
                g_string_append_printf(text, " (%s)", note);
}

char *explain_verdict(const Explanation *self) {
        g_autoptr(GString) text = g_string_new(self->who);
        guint n = add_bans(text, self);
        gboolean covered = g_variant_n_children(self->covered_by) > 0;

        if (n == 0)
                g_string_append(text, " is not banned");
        add_covering(text, self, n > 0);
        add_allowed(text, self, n > 0 || covered);
        if (self->inside > 0)
                g_string_append_printf(text, "; %u address%s in it %s banned", self->inside,
                                       self->inside == 1 ? "" : "es", self->inside == 1 ? "is" : "are");
        add_before(text, self, n > 0);
        if (n == 0 && !covered && self->before == 0 && self->inside == 0)
                g_string_append(text, ", and no ban of it is known");
        g_string_append_c(text, '.');
        return g_string_free(g_steal_pointer(&text), FALSE);
}
