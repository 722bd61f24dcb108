/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/lib/clock.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "client/lib/memory.h"

#define QUARTER 900
#define HOUR 3600
#define DAY 86400
#define LAST_TIME INT64_C(253402300799)
#define ZONES "/usr/share/zoneinfo"

typedef struct Unit {
        const char *name;
        int64_t seconds;
} Unit;

static const Unit units[] = {
        { "s", 1 },     { "sec", 1 }, { "m", 60 },    { "min", 60 },   { "h", 3600 },
        { "hr", 3600 }, { "d", DAY }, { "day", DAY }, { "days", DAY }, { "w", 7 * DAY },
};

int64_t clock_now(void) {
        return (int64_t) time(NULL);
}

static inline void put_two(char *at, unsigned number) {
        at[0] = (char) ('0' + number / 10);
        at[1] = (char) ('0' + number % 10);
}

/* The date of a day since 1970: years begin in March here, so that the leap day is the last of them. */
static void put_date(char *at, int64_t day) {
        unsigned shifted = (unsigned) (day + 719468);
        unsigned era = shifted / 146097;
        unsigned in_era = shifted % 146097;
        unsigned year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
        unsigned in_year = in_era - (365 * year + year / 4 - year / 100);
        unsigned month = (5 * in_year + 2) / 153;

        year += era * 400 + (month >= 10);
        put_two(at, year / 100);
        put_two(at + 2, year % 100);
        put_two(at + 5, month < 10 ? month + 3 : month - 9);
        put_two(at + 8, in_year - (153 * month + 2) / 5 + 1);
        at[4] = at[7] = '-';
}

/* Fills the slot of a quarter. */
static void clock_learn(Clock *self, size_t slot, int64_t quarter) {
        time_t start = (time_t) (quarter * QUARTER);
        char *hour = self->quarters[slot].hour;
        int32_t offset = 0;
        struct tm broken;

        if (!self->utc && localtime_r(&start, &broken) != NULL)
                offset = (int32_t) broken.tm_gmtoff;
        self->quarters[slot].number = quarter + 1;
        self->quarters[slot].offset = offset;
        put_date(hour, (quarter * QUARTER + offset) / DAY);
        hour[10] = ' ';
        put_two(hour + 11, (unsigned) ((quarter * QUARTER + offset) % DAY / HOUR));
        hour[13] = ':';
}

void clock_add_time(Clock *self, Buffer *buffer, int64_t at) {
        int64_t quarter = at / QUARTER;
        size_t slot = (size_t) quarter % CLOCK_QUARTERS;
        unsigned in_hour;
        char *room;

        if (at < DAY || at > LAST_TIME - DAY) {
                buffer_add_char(buffer, '-');
                return;
        }
        if (self->quarters[slot].number != quarter + 1)
                clock_learn(self, slot, quarter);
        in_hour = (unsigned) ((at + self->quarters[slot].offset) % HOUR);
        room = buffer_room(buffer, 20);
        memcpy(room, self->quarters[slot].hour, CLOCK_HOUR_LENGTH);
        put_two(room + 14, in_hour / 60);
        room[16] = ':';
        put_two(room + 17, in_hour % 60);
        room[19] = 'Z';
        buffer->length += self->utc ? 20 : 19;
}

static void add_two(Buffer *buffer, int64_t large, char large_unit, int64_t small, char small_unit) {
        char *room;

        buffer_add_int(buffer, large);
        room = buffer_room(buffer, 5);
        room[0] = large_unit;
        room[1] = ' ';
        put_two(room + 2, (unsigned) small);
        room[4] = small_unit;
        buffer->length += 5;
}

void duration_add(Buffer *buffer, int64_t seconds) {
        if (seconds < 0)
                buffer_add(buffer, "permanent", 9);
        else if (seconds < 60) {
                buffer_add_int(buffer, seconds);
                buffer_add_char(buffer, 's');
        } else if (seconds < 3600)
                add_two(buffer, seconds / 60, 'm', seconds % 60, 's');
        else if (seconds < DAY)
                add_two(buffer, seconds / 3600, 'h', seconds / 60 % 60, 'm');
        else
                add_two(buffer, seconds / DAY, 'd', seconds / 3600 % 24, 'h');
}

static const Unit *find_unit(const char *text, size_t length) {
        for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
                if (strlen(units[i].name) == length && strncasecmp(units[i].name, text, length) == 0)
                        return &units[i];
        return NULL;
}

/* One number and its unit. Returns what follows, or NULL. */
static const char *parse_part(const char *text, int64_t *total) {
        static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        size_t n_digits = strspn(text, "0123456789");
        size_t n_letters = strspn(text + n_digits, letters);
        const Unit *unit = find_unit(text + n_digits, n_letters);
        int64_t number;

        errno = 0;
        number = strtoll(text, NULL, 10);
        if (n_digits == 0 || unit == NULL || errno != 0 || __builtin_mul_overflow(number, unit->seconds, &number) ||
            __builtin_add_overflow(*total, number, total))
                return NULL;
        text += n_digits + n_letters;
        return text + strspn(text, " ");
}

static int parse_seconds(const char *text, int64_t *ret_seconds) {
        if (strcmp(text, "-1") == 0 || strcasecmp(text, "permanent") == 0) {
                *ret_seconds = DURATION_PERMANENT;
                return 0;
        }
        errno = 0;
        *ret_seconds = strtoll(text, NULL, 10);
        return errno == 0 && *text != '\0' && text[strspn(text, "0123456789")] == '\0' ? 0 : -EINVAL;
}

int duration_parse(const char *text, int64_t *ret_seconds) {
        int64_t total = 0;

        if (parse_seconds(text, ret_seconds) == 0)
                return 0;
        do
                text = parse_part(text, &total);
        while (text != NULL && *text != '\0');
        if (text == NULL)
                return -EINVAL;
        *ret_seconds = total;
        return 0;
}

static int parse_date(const Clock *self, const char *text, int64_t *ret_at) {
        static const char *const formats[] = { "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S" };

        for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
                struct tm broken = { .tm_isdst = -1 };
                const char *end = strptime(text, formats[i], &broken);
                bool zulu = end != NULL && strcmp(end, "Z") == 0;

                if (end == NULL || (*end != '\0' && !zulu))
                        continue;
                *ret_at = (int64_t) (self->utc || zulu ? timegm(&broken) : mktime(&broken));
                return 0;
        }
        return -EINVAL;
}

int clock_parse(const Clock *self, const char *text, int64_t now, int64_t *ret_at) {
        int64_t ago;

        if (*text == '@') {
                char *end = NULL;

                errno = 0;
                *ret_at = strtoll(text + 1, &end, 10);
                return errno == 0 && end != text + 1 && *end == '\0' ? 0 : -EINVAL;
        }
        if (parse_date(self, text, ret_at) == 0)
                return 0;
        if (duration_parse(text, &ago) < 0 || ago < 0)
                return -EINVAL;
        *ret_at = ago < now ? now - ago : 0;
        return 0;
}

/* What a file of a zone is called below the folder of all zones; NULL when it is not there. */
static const char *name_below_zones(const char *path) {
        static const char folder[] = "/zoneinfo/";
        const char *name = strstr(path, folder);

        return name != NULL ? name + sizeof(folder) - 1 : NULL;
}

/* What TZ names, when it is a zone that this host knows: it may also hold rules, or anything. */
static const char *named_zone(const char *text) {
        struct stat status;
        char path[PATH_MAX];

        text += *text == ':';
        if (*text == '/')
                return name_below_zones(text);
        if (*text == '\0' || strstr(text, "..") != NULL ||
            snprintf(path, sizeof(path), ZONES "/%s", text) >= (int) sizeof(path))
                return NULL;
        return stat(path, &status) == 0 && S_ISREG(status.st_mode) ? text : NULL;
}

static char *zone_offset(void) {
        time_t now = time(NULL);
        struct tm broken = { 0 };
        long minutes;

        (void) localtime_r(&now, &broken);
        minutes = labs(broken.tm_gmtoff) / 60;
        return memory_format("%c%02ld:%02ld", broken.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

char *clock_zone(const Clock *self) {
        const char *variable = getenv("TZ");
        char target[PATH_MAX] = "";
        const char *name;

        if (self->utc)
                return memory_text("UTC", 3);
        if (variable != NULL)
                name = named_zone(variable);
        else
                name = readlink("/etc/localtime", target, sizeof(target) - 1) > 0 ? name_below_zones(target) : NULL;
        return name != NULL ? memory_text(name, strlen(name)) : zone_offset();
}
