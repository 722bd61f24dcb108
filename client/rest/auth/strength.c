/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Each character that tells something new counts; one that repeats or goes on with its neighbours, or that lies in a
 * word that guessers try first, does not. What counts, times the bits of the kinds of characters there are, is what a
 * guesser has to go through.
 */

#include "client/rest/auth/strength.h"

#include <math.h>
#include <string.h>

#include "client/rest/auth/password.h"

#define RUN 4          /* characters from which on a sequence is one */
#define NAME_LENGTH 4  /* shorter names are in too many words */
#define GOOD_LENGTH 16 /* from which on one kind of characters is enough */
#define WORD_VALUE 1   /* what a known word counts: as much as one character */

/* From lists of leaked passwords: the commonest, and the words that the others are made of. */
static const char *const common[] = {
        "123456",   "password", "passwort", "qwerty",   "qwertz",   "letmein",  "welcome",  "willkommen", "monkey",
        "dragon",   "master",   "admin",    "root",     "login",    "abc123",   "111111",   "iloveyou",   "sunshine",
        "princess", "football", "baseball", "shadow",   "superman", "batman",   "trustno1", "hello",      "hallo",
        "secret",   "geheim",   "freedom",  "whatever", "passw0rd", "p@ssw0rd", "changeme", "default",    "server",
        "starwars", "charlie",  "michael",  "jordan",   "michelle", "daniel",   "jessica",  "schatz",     "sommer",
        "winter",   "summer",   "internet", "computer", "pokemon",  "cheese",   "test",     "guest",      "linux",
        "fail2ban", "firewall", "security", "hunter2",  "zaq12wsx", "1q2w3e4r", "1qaz2wsx", "asdf",
};

static const char *const rows[] = { "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm" };

typedef struct Look {
        char *text; /* in lower case */
        gsize length;
        guint8 *spent; /* for each byte: it tells nothing new */
        double value;  /* of words that were spent whole */
        guint advice;
} Look;

static void spend(Look *look, gsize from, gsize length, guint advice) {
        memset(look->spent + from, 1, length);
        look->advice |= advice;
}

static void spend_word(Look *look, const char *word, guint advice) {
        gsize length = strlen(word);

        for (const char *at = strstr(look->text, word); at; at = strstr(at + length, word)) {
                spend(look, (gsize) (at - look->text), length, advice);
                look->value += WORD_VALUE;
        }
}

static void spend_names(Look *look, const char *host) {
        g_autofree char *lower = g_ascii_strdown(host, -1);
        g_auto(GStrv) labels = g_strsplit(lower, ".", 4);

        spend_word(look, "bangui", STRENGTH_NAMES);
        for (char **label = labels; *label; label++)
                if (strlen(*label) >= NAME_LENGTH)
                        spend_word(look, *label, STRENGTH_NAMES);
}

static gboolean are_neighbours(char a, char b, int step) {
        return g_ascii_isalnum(a) && g_ascii_isalnum(b) && b - a == step;
}

/* Letters and digits that count up or down. */
static void spend_counting(Look *look, int step) {
        gsize start = 0;

        for (gsize i = 1; i <= look->length; i++) {
                if (i < look->length && are_neighbours(look->text[i - 1], look->text[i], step))
                        continue;
                if (i - start >= RUN)
                        spend(look, start + 1, i - start - 1, STRENGTH_SEQUENCE);
                start = i;
        }
}

/* Keys that lie side by side. */
static void spend_keys(Look *look, const char *row) {
        for (gsize i = 0; i + RUN <= look->length; i++) {
                char keys[RUN + 1];

                (void) g_strlcpy(keys, look->text + i, sizeof(keys));
                if (strstr(row, keys))
                        spend(look, i + 1, RUN - 1, STRENGTH_SEQUENCE);
        }
}

/* What stood `period` bytes before, three times as long as it or at least four bytes. */
static void spend_repeats(Look *look, gsize period) {
        gsize start = period;

        for (gsize i = period; i <= look->length; i++) {
                if (i < look->length && look->text[i] == look->text[i - period])
                        continue;
                if (i - start >= MAX(period, 3))
                        spend(look, start, i - start, STRENGTH_REPEATS);
                start = i + 1;
        }
}

/* How many characters a guesser has to try for each place. */
static int alphabet_of(const char *password, int *ret_kinds) {
        gboolean lower = FALSE, upper = FALSE, digit = FALSE, sign = FALSE, other = FALSE;

        for (const char *at = password; *at; at++) {
                lower |= g_ascii_islower(*at);
                upper |= g_ascii_isupper(*at);
                digit |= g_ascii_isdigit(*at);
                other |= (guchar) *at >= 0x80;
                sign |= g_ascii_isprint(*at) && !g_ascii_isalnum(*at);
        }
        *ret_kinds = lower + upper + digit + sign + other;
        return lower * 26 + upper * 26 + digit * 10 + sign * 33 + other * 40;
}

static int score_of(double bits) {
        static const double marks[] = { 25, 40, 55, 70 };
        int score = 0;

        while (score < (int) G_N_ELEMENTS(marks) && bits >= marks[score])
                score++;
        return score;
}

int strength_score(const char *password, const char *host, guint *ret_advice) {
        gsize length = strlen(password);
        g_autofree char *text = g_ascii_strdown(password, -1);
        g_autofree guint8 *spent = g_malloc0(length + 1);
        Look look = { .text = text, .length = length, .spent = spent };
        double value;
        int kinds, score;

        for (gsize i = 0; i < G_N_ELEMENTS(common); i++)
                spend_word(&look, common[i], STRENGTH_COMMON);
        spend_names(&look, host);
        spend_counting(&look, 1);
        spend_counting(&look, -1);
        for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
                spend_keys(&look, rows[i]);
        for (gsize period = 1; period <= length / 2 && period <= GOOD_LENGTH; period++)
                spend_repeats(&look, period);

        value = look.value;
        for (gsize i = 0; i < length; i++)
                value += !spent[i];
        score = score_of(value * log2(MAX(alphabet_of(password, &kinds), 2)));
        if (length < PASSWORD_LENGTH_MIN)
                score = 0;
        if (length < PASSWORD_LENGTH_MIN || (score < 4 && length < GOOD_LENGTH))
                look.advice |= STRENGTH_LONGER;
        if (score < 4 && kinds < 2 && length < GOOD_LENGTH)
                look.advice |= STRENGTH_VARIETY;
        explicit_bzero(text, length);
        *ret_advice = look.advice;
        return score;
}

const char **strength_codes(guint advice) {
        static const char *const codes[] = { "longer", "common", "repeats", "sequence", "variety", "names" };
        const char **list = g_new0(const char *, G_N_ELEMENTS(codes) + 1);
        gsize n = 0;

        for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
                if (advice & (1u << i))
                        list[n++] = codes[i];
        return list;
}
