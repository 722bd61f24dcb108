/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One question for each jail, and not longer than a caller waits for all of them. */

#include "core/error.h"
#include "fail2ban/regex.h"
#include "services/explain/explain-private.h"

#define JAIL_S 5 /* for one jail */
#define ALL_S 12 /* for all */

static void no_rules(ExplainJail *jail, const char *why) {
        guint n = g_strv_length(jail->lines);

        jail->problem = g_strdup(why);
        for (guint i = 0; i < n; i++)
                jail->rules[i] = -1;
}

static void ask(const char *program, ExplainJail *jail, guint timeout_s) {
        g_autoptr(GError) error = NULL;
        Fail2banRules rules = {
                .prefregex = "",
                .failregex = (const char *const *) jail->failregex,
                .datepattern = "",
                .timezone = "",
                .maxlines = 1,
        };

        (void) g_variant_lookup(jail->settings, "Prefregex", "&s", &rules.prefregex);
        (void) g_variant_lookup(jail->settings, "DatePattern", "&s", &rules.datepattern);
        (void) g_variant_lookup(jail->settings, "LogTimezone", "&s", &rules.timezone);
        (void) g_variant_lookup(jail->settings, "MaxLines", "u", &rules.maxlines);
        if (!fail2ban_regex_match(program, &rules, (const char *const *) jail->lines, g_strv_length(jail->lines),
                                  timeout_s, jail->rules, &error))
                no_rules(jail, error->message);
}

void explain_rules(Explanation *self) {
        const char *program = settings_text(self->explain->parts.settings, SETTING_FAIL2BAN_REGEX);
        gint64 deadline = g_get_monotonic_time() + ALL_S * G_USEC_PER_SEC;

        for (guint i = 0; i < self->jails->len; i++) {
                ExplainJail *jail = self->jails->pdata[i];
                gint64 left_s = (deadline - g_get_monotonic_time()) / G_USEC_PER_SEC;

                if (!jail->lines[0])
                        continue;
                if (!jail->running)
                        no_rules(jail, "the jail does not run, so its expressions are not known");
                else if (left_s < 1)
                        no_rules(jail, "fail2ban-regex was not asked any more: other jails took all the time there is");
                else
                        ask(program, jail, (guint) MIN(left_s, JAIL_S));
        }
}
