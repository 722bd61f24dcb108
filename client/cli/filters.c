/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/filters.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static int take_word(Cli *cli, Value *options, const char *name, const char *const *words, size_t n_words) {
        const char *text = options_value(&cli->options, name);
        auto_value Value *known = value_new(VALUE_LIST);

        if (text == NULL)
                return 0;
        for (size_t i = 0; i < n_words; i++) {
                if (strcmp(text, words[i]) == 0) {
                        value_set_string(options, name, text);
                        return 0;
                }
                value_add(known, value_new_string(words[i]));
        }
        return cli_unknown(cli, name, text, known);
}

/* "64496" or "AS64496". */
static int take_network(Cli *cli, Value *options) {
        const char *text = options_value(&cli->options, "network");
        const char *digits = text != NULL && strncasecmp(text, "AS", 2) == 0 ? text + 2 : text;
        char *end = NULL;
        unsigned long long number;

        if (text == NULL)
                return 0;
        errno = 0;
        number = strtoull(digits, &end, 10);
        if (errno != 0 || *digits < '0' || *digits > '9' || *end != '\0' || number > UINT32_MAX)
                return cli_usage(cli, "--network %s: the number of an autonomous system is needed, as AS64496", text);
        value_set_int(options, "network", (int64_t) number);
        return 0;
}

int filters_take(Cli *cli, Value *options) {
        static const char *const ranges[] = { "24h", "7d", "30d", "365d", "all" };
        static const char *const origins[] = { "self", "manual", "blocklist" };
        int status = take_word(cli, options, "range", ranges, sizeof(ranges) / sizeof(*ranges));

        if (status == 0)
                status = cli_take_time(cli, options, "since", "since");
        if (status == 0)
                status = cli_take_time(cli, options, "until", "until");
        if (status == 0)
                status = take_word(cli, options, "origin", origins, sizeof(origins) / sizeof(*origins));
        if (status == 0)
                status = take_network(cli, options);
        cli_take_string(cli, options, "jail");
        cli_take_string(cli, options, "address");
        cli_take_string(cli, options, "country");
        return status;
}
