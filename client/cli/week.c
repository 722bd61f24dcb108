/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/week.h"

#include <string.h>

#define DAYS 7
#define HOURS 24
#define COUNT_MAX (INT64_MAX / HOURS) /* so that the sum of a day fits */

typedef struct Week {
        int64_t bans[DAYS][HOURS];
        int64_t most;
} Week;

static void week_read(Week *self, const Value *rows) {
        *self = (Week) { 0 };
        for (size_t i = 0; i < value_count(rows); i++) {
                const Value *row = value_item(rows, i);
                int64_t day = value_int(row, "weekday", 0);
                int64_t hour = value_int(row, "hour", -1);
                int64_t bans = value_int(row, "bans", 0);

                if (day < 1 || day > DAYS || hour < 0 || hour >= HOURS || bans < 0)
                        continue;
                if (bans > COUNT_MAX)
                        bans = COUNT_MAX;
                self->bans[day - 1][hour] = bans;
                if (bans > self->most)
                        self->most = bans;
        }
}

/* From nothing to the most; what is there at all is seen. */
static char mark(const Week *self, int64_t bans) {
        static const char marks[] = ".:-=+*%#";
        size_t last = strlen(marks) - 1;

        return bans == 0 ? ' ' : marks[(size_t) ((double) bans / (double) self->most * (double) last)];
}

static void print_day(Cli *cli, const Week *week, size_t day) {
        static const char *const names[DAYS] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
        int64_t sum = 0;

        output_printf(&cli->output, "%s |", names[day]);
        for (size_t hour = 0; hour < HOURS; hour++) {
                char c = mark(week, week->bans[day][hour]);

                output_printf(&cli->output, "%c%c", c, c);
                sum += week->bans[day][hour];
        }
        output_printf(&cli->output, "|  %lld\n", (long long) sum);
}

void week_print(Cli *cli, const Value *rows) {
        Week week;

        week_read(&week, rows);
        output_add(&cli->output, "     0     3     6     9     12    15    18    21       BANS\n");
        for (size_t day = 0; day < DAYS; day++)
                print_day(cli, &week, day);
        if (week.most > 0)
                output_printf(&cli->output, "# = %lld ban%s in an hour, the most\n", (long long) week.most,
                              week.most == 1 ? "" : "s");
}
