/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs/calendar.h"

#define DAYS_A_WEEK 7

/* One day more than a week: today's time may be over. */
gint64 calendar_next(const Calendar *self, GTimeZone *zone, gint64 after) {
        g_autoptr(GDateTime) universal = g_date_time_new_from_unix_utc(after);
        g_autoptr(GDateTime) local = g_date_time_to_timezone(universal, zone);

        for (gint days = 0; days <= DAYS_A_WEEK; days++) {
                g_autoptr(GDateTime) day = g_date_time_add_days(local, days);
                g_autoptr(GDateTime) at =
                        g_date_time_new(zone, g_date_time_get_year(day), g_date_time_get_month(day),
                                        g_date_time_get_day_of_month(day), self->hour, self->minute, 0);

                if (self->weekday != 0 && g_date_time_get_day_of_week(day) != self->weekday)
                        continue;
                if (g_date_time_to_unix(at) > after)
                        return g_date_time_to_unix(at);
        }
        g_assert_not_reached();
}

char *calendar_text(const Calendar *self) {
        static const char *const days[] = { "daily",     "Mondays", "Tuesdays",  "Wednesdays",
                                            "Thursdays", "Fridays", "Saturdays", "Sundays" };

        return g_strdup_printf("%s %02u:%02u", days[self->weekday], self->hour, self->minute);
}
