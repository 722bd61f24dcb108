/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Country codes as numbers, and their names. */

#include "geo/countries.h"

#include <stdlib.h>

#include "geo/geo.h"

#define CODE(text) (guint16)((text)[0] << 8 | (text)[1])

typedef struct Country {
        char code[3];
        const char *name;
} Country;

static const Country countries[] = {
#define COUNTRY_ROW(code, name) { code, name },
        COUNTRY_TABLE(COUNTRY_ROW)
#undef COUNTRY_ROW
};

const char *geo_country_text(guint16 country, char buffer[3]) {
        buffer[0] = (char) (country >> 8);
        buffer[1] = (char) (country & 0xff);
        buffer[2] = '\0';
        return buffer;
}

gboolean geo_country_read(const char *text, guint16 *ret) {
        char code[2];

        if (!g_ascii_isalpha(text[0]) || !g_ascii_isalpha(text[1]) || text[2] != '\0')
                return FALSE;

        code[0] = g_ascii_toupper(text[0]);
        code[1] = g_ascii_toupper(text[1]);
        *ret = CODE(code);
        return TRUE;
}

static int compare(const void *key, const void *row) {
        guint16 country = *(const guint16 *) key, other = CODE(((const Country *) row)->code);

        return (country > other) - (country < other);
}

const char *geo_country_name(guint16 country) {
        const Country *found = bsearch(&country, countries, G_N_ELEMENTS(countries), sizeof(Country), compare);

        return found ? found->name : "";
}
