/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "client/cli/command.h"
#include "client/cli/filters.h"

#define OPTION_JAIL \
        { "jail", 'j', "NAME", "only in this jail" }
#define OPTION_REASON \
        { "reason", 'r', "TEXT", "why; kept with the ban and in the audit" }
#define OPTION_LIMIT \
        { "limit", 'n', "COUNT", "at most so many rows (default 100)" }
#define OPTIONS_END \
        { NULL }

const Option global_options[] = {
        { "json", 0, NULL, "print JSON for programs" },
        { "color", 0, "WHEN", "colours: auto (default), always or never" },
        { "utc", 0, NULL, "show and read times in UTC" },
        { "bus", 0, "ADDRESS", "the message bus of the daemon (also: BANGUI_BUS)" },
        { "host", 'H', "[USER@]HOST", "the daemon of another host, through ssh" },
        { "timeout", 0, "SECONDS", "wait so long for each answer (default 30)" },
        { "no-ask", 0, NULL, "never ask for a password" },
        { "help", 'h', NULL, "show help" },
        { "version", 'V', NULL, "show the version of this program" },
        OPTIONS_END,
};

static const Option no_options[] = { OPTIONS_END };

static const Option jails_options[] = {
        { "names", 0, NULL, "print the names alone, one a line" },
        OPTIONS_END,
};

static const Option jail_options[] = {
        { "restart", 0, NULL, "reload: stop the jail and start it anew" },
        { "unban", 0, NULL, "reload: lift its bans" },
        { "from-start", 0, NULL, "add log-path: read the file from its start" },
        OPTION_REASON,
        OPTIONS_END,
};

static const Option bans_options[] = {
        OPTION_JAIL,
        { "within", 'w', "NETWORK", "only addresses in this network (CIDR form)" },
        { "search", 's', "TEXT", "only addresses that hold this text" },
        { "sort", 0, "KEY", "by address, banned-at (default), ends-at, failures or jail" },
        { "reverse", 0, NULL, "the other way round" },
        OPTION_LIMIT,
        { "all", 'a', NULL, "all rows, however many" },
        OPTIONS_END,
};

static const Option ban_options[] = {
        { "jail", 'j', "NAME", "ban in this jail (again for more; default: all that run)" },
        { "force", 'f', NULL, "also what would lock out you or this host" },
        OPTION_REASON,
        OPTIONS_END,
};

static const Option unban_options[] = {
        { "jail", 'j', "NAME", "unban in this jail (again for more; default: all that run)" },
        { "all", 'a', NULL, "lift every ban in every jail" },
        OPTION_REASON,
        OPTIONS_END,
};

static const Option reload_options[] = {
        { "restart", 0, NULL, "stop the jails and start them anew" },
        { "unban", 0, NULL, "lift their bans" },
        OPTION_REASON,
        OPTIONS_END,
};

static const Option watch_options[] = {
        OPTION_JAIL,
        OPTIONS_END,
};

static const Option log_options[] = {
        { "lines", 'n', "COUNT", "so many lines, 1 to 5000 (default 100; 10 with --follow)" },
        { "follow", 'f', NULL, "go on with new lines as they come" },
        { "contains", 0, "TEXT", "only lines that hold this text" },
        { "level", 0, "LEVEL", "only lines of this level or more severe" },
        OPTION_JAIL,
        OPTIONS_END,
};

static const Option settings_options[] = {
        { "reset", 0, NULL, "take back what was set" },
        { "reload", 0, NULL, "read the settings file again" },
        { "names", 0, NULL, "print the keys alone" },
        { "reason", 'r', "TEXT", "why; kept in the audit" },
        OPTIONS_END,
};

static const Option audit_options[] = {
        { "method", 0, "NAME", "only this method, as in Bans.Ban" },
        { "uid", 0, "UID", "only what this user did" },
        { "since", 0, "TIME", "a date, a date and time, or how long ago (2h)" },
        { "until", 0, "TIME", "as --since" },
        { "search", 's', "TEXT", "only rows whose object or reason holds this text" },
        OPTION_LIMIT,
        { "all", 'a', NULL, "all rows, however many" },
        OPTIONS_END,
};

static const Option allow_options[] = {
        { "jail", 'j', "NAME", "add, change: only in this jail (again for more); list: what counts there" },
        { "all-jails", 0, NULL, "change: in all jails from now on" },
        { "note", 0, "TEXT", "add, change: what it is about" },
        { "for", 0, "DURATION", "add, change: so long, as 2h or 30d" },
        { "until", 0, "TIME", "add, change: until then; never" },
        { "keep-bans", 0, NULL, "add: do not lift the bans that it covers" },
        { "force", 'f', NULL, "add, change: also a very wide network, a jail that does not run, an unknown host" },
        { "search", 's', "TEXT", "list: entries that hold this text" },
        OPTION_REASON,
        OPTION_LIMIT,
        { "all", 'a', NULL, "list: all rows, however many" },
        OPTIONS_END,
};

static const Option stats_options[] = {
        OPTION_FILTERS,
        { "bucket", 0, "SIZE", "trend, activity: auto (default), hour, 6h, day, week, month, or seconds" },
        { "by", 0, "WHAT", "trend: a column for each of the most frequent jails (jail)" },
        { "timezone", 0, "ZONE", "trend, hours, activity: days and hours of this zone (default: as times are shown)" },
        { "limit", 'n', "COUNT", "network, top: at most so many rows, 1 to 500 (default 20; overview: 5 of each)" },
        OPTIONS_END,
};

static const Option history_options[] = {
        OPTION_FILTERS,
        { "kind", 0, "KIND", "only ban or unban" },
        { "min", 0, "COUNT", "repeaters: banned so often at least (default 2)" },
        OPTION_LIMIT,
        { "all", 'a', NULL, "all rows, however many" },
        OPTIONS_END,
};

static const Option address_options[] = {
        OPTION_LIMIT,
        { "all", 'a', NULL, "all rows, however many" },
        OPTIONS_END,
};

static const Option archive_options[] = {
        { "before", 0, "TIME", "purge: a date, a date and time, or how long ago (90d)" },
        OPTION_REASON,
        OPTIONS_END,
};

static const Option export_options[] = {
        OPTION_FILTERS,
        { "format", 0, "FORMAT", "csv (default) or jsonl (default with --json)" },
        { "lines", 0, NULL, "with the log lines that led to each ban" },
        OPTIONS_END,
};

static const Option import_log_options[] = {
        { "timezone", 0, "ZONE", "the zone of the log's times (default: this host's)" },
        { "dry-run", 0, NULL, "only tell what would be taken" },
        OPTIONS_END,
};

static const Option jobs_options[] = {
        { "names", 0, NULL, "list: print the names alone, one a line" },
        OPTIONS_END,
};

static const Option reason_options[] = {
        OPTION_REASON,
        OPTIONS_END,
};

const Command commands[] = {
        { .name = "status",
          .usage = "",
          .summary = "Show what a person wants to see first",
          .details = "Ends with status 7 when fail2ban is offline.",
          .examples = "banguictl status\nbanguictl --json status",
          .options = no_options,
          .run = status_run },
        { .name = "jails",
          .usage = "",
          .summary = "List the running jails with their counters",
          .examples = "banguictl jails\nbanguictl jails --names",
          .options = jails_options,
          .run = jails_run },
        { .name = "jail",
          .usage = "NAME\n"
                   "NAME set KEY=VALUE...\n"
                   "NAME start|stop|reload|restart\n"
                   "NAME idle on|off\n"
                   "NAME add|remove log-path|ignore|failregex|ignoreregex|journal-match VALUE\n"
                   "NAME action ACTION\n"
                   "NAME logs",
          .summary = "Show one jail in full, change it, start or stop it",
          .details =
                  "Keys of set: bantime, findtime, maxretry, maxmatches, maxlines, usedns, ignoreself, prefregex,\n"
                  "datepattern, log-encoding, log-timezone, bantime-increment, bantime-maxtime, bantime-rndtime,\n"
                  "bantime-multipliers, bantime-overalljails. Times are seconds or as in 10m, 1h30m, 2d, permanent.\n"
                  "Changes last until fail2ban reloads the jail or restarts.",
          .examples = "banguictl jail sshd\n"
                      "banguictl jail sshd set bantime=1h maxretry=3\n"
                      "banguictl jail sshd add ignore 192.0.2.0/24\n"
                      "banguictl jail sshd idle on",
          .options = jail_options,
          .words_minimum = 1,
          .words_maximum = WORDS_ANY,
          .run = jail_run },
        { .name = "bans",
          .usage = "",
          .summary = "List who is banned now",
          .examples = "banguictl bans --jail sshd --sort ends-at\n"
                      "banguictl bans --within 203.0.113.0/24\n"
                      "banguictl bans --all --json",
          .options = bans_options,
          .run = bans_run },
        { .name = "ban",
          .usage = "ADDRESS...\n-",
          .summary = "Ban addresses or networks",
          .details = "With - the addresses are read from standard input, one a line; what follows a # is left out.",
          .examples = "banguictl ban 192.0.2.7 --jail sshd --reason 'port scan'\n"
                      "banguictl ban 2001:db8::/64\n"
                      "banguictl ban - < list.txt",
          .options = ban_options,
          .words_minimum = 1,
          .words_maximum = WORDS_ANY,
          .run = ban_run },
        { .name = "unban",
          .usage = "ADDRESS...\n-\n--all",
          .summary = "Lift bans",
          .details =
                  "A network lifts the ban of every address in it. With - the addresses are read from standard input.",
          .examples = "banguictl unban 192.0.2.7\nbanguictl unban 192.0.2.0/24 --jail sshd\nbanguictl unban --all",
          .options = unban_options,
          .words_maximum = WORDS_ANY,
          .run = unban_run },
        { .name = "lookup",
          .usage = "ADDRESS",
          .summary = "Show where an address is banned, since when, until when and why",
          .examples = "banguictl lookup 192.0.2.7",
          .options = no_options,
          .words_minimum = 1,
          .words_maximum = 1,
          .run = lookup_run },
        { .name = "explain",
          .usage = "ADDRESS",
          .summary = "Say why an address is banned, or not",
          .examples = "banguictl explain 192.0.2.7",
          .options = no_options,
          .words_minimum = 1,
          .words_maximum = 1,
          .run = explain_run },
        { .name = "allow",
          .usage = "\nadd|change|remove ENTRY\ncheck ADDRESS",
          .summary = "List who is never to be banned, and change it",
          .details =
                  "An entry is an address, a network in CIDR form or a host name. Adding one lifts the bans that it\n"
                  "covers. Entries of fail2ban's own configuration are listed too, and changed there.",
          .examples = "banguictl allow\n"
                      "banguictl allow add 192.0.2.7 --note 'the office'\n"
                      "banguictl allow add 198.51.100.0/24 --jail sshd --for 7d\n"
                      "banguictl allow check 192.0.2.7",
          .options = allow_options,
          .words_maximum = 2,
          .run = allow_run },
        { .name = "history",
          .usage = "\nrepeaters",
          .summary = "List bans and unbans of the archive, or who was banned again and again",
          .examples = "banguictl history --range 7d --country CN\n"
                      "banguictl history --address 203.0.113.0/24 --kind unban\n"
                      "banguictl history repeaters --range 30d --min 5",
          .options = history_options,
          .words_maximum = 1,
          .run = history_run },
        { .name = "address",
          .usage = "ADDRESS",
          .summary = "Show all that the archive knows of an address",
          .examples = "banguictl address 192.0.2.7",
          .options = address_options,
          .words_minimum = 1,
          .words_maximum = 1,
          .run = address_run },
        { .name = "stats",
          .usage = "[overview]\ncountry|jail|network|origin|top|unique\ntrend|hours|compare|activity",
          .summary = "Count the bans of the archive",
          .details = "Without --range or --since the last 24 hours are counted.",
          .examples = "banguictl stats\n"
                      "banguictl stats country --range 30d\n"
                      "banguictl stats trend --range 7d --jail sshd --bucket day\n"
                      "banguictl stats trend --range 30d --by jail",
          .options = stats_options,
          .words_maximum = 1,
          .run = stats_run },
        { .name = "archive",
          .usage = "\nsync|compact\npurge --before TIME\nbackup FILE",
          .summary = "Show what the archive holds, and care for it",
          .details = "purge removes the bans before a time; their daily totals stay. compact gives disk back.\n"
                     "backup writes the whole database of the daemon into a new file.",
          .examples =
                  "banguictl archive\nbanguictl archive purge --before 90d\nbanguictl archive backup bangui.sqlite3",
          .options = archive_options,
          .words_maximum = 2,
          .run = archive_run },
        { .name = "export",
          .usage = "[FILE]",
          .summary = "Write the bans of the archive as CSV or JSON lines",
          .details = "To standard output when no file is named.",
          .examples = "banguictl export bans.csv --range 365d\n"
                      "banguictl export --format jsonl --jail sshd | gzip > sshd.jsonl.gz",
          .options = export_options,
          .words_maximum = 1,
          .run = export_run },
        { .name = "import-log",
          .usage = "FILE...",
          .summary = "Take the bans of fail2ban's old log files into the archive",
          .details = "Plain files and those that logrotate packed (.gz). What is in the archive already stays one row.",
          .examples = "banguictl import-log /var/log/fail2ban.log*\nbanguictl import-log --timezone UTC old.log.gz",
          .options = import_log_options,
          .words_minimum = 1,
          .words_maximum = WORDS_ANY,
          .run = import_log_run },
        { .name = "geo",
          .usage = "\nlookup ADDRESS...\nask ADDRESS...\nreload\nresolve",
          .summary = "Show where addresses are, and the files that say so",
          .details = "ask sends addresses to the service outside that the settings name, when it is switched on.\n"
                     "reload reads the files now; resolve looks up all rows of the archive anew.",
          .examples = "banguictl geo\nbanguictl geo lookup 192.0.2.7 2001:db8::1",
          .options = reason_options,
          .words_maximum = WORDS_ANY,
          .run = geo_run },
        { .name = "jobs",
          .usage = "\nrun JOB",
          .summary = "Show the work that runs by itself, run it now",
          .examples = "banguictl jobs\nbanguictl jobs run history-sync",
          .options = jobs_options,
          .words_maximum = 2,
          .run = jobs_run },
        { .name = "server",
          .usage = "\nset KEY=VALUE...\nflush-logs|start|restart|probe",
          .summary = "Show fail2ban as a whole, change it, start it",
          .details = "Keys of set: log-level, log-target, syslog-socket, database-file, database-purge-age,\n"
                     "database-max-matches. Changes last until fail2ban restarts or reloads.",
          .examples =
                  "banguictl server\nbanguictl server set log-level=DEBUG\nbanguictl server set database-purge-age=7d",
          .options = reason_options,
          .words_maximum = WORDS_ANY,
          .run = server_run },
        { .name = "reload",
          .usage = "[JAIL]",
          .summary = "Make fail2ban read its configuration",
          .examples = "banguictl reload\nbanguictl reload sshd --unban",
          .options = reload_options,
          .words_maximum = 1,
          .run = reload_run },
        { .name = "watch",
          .usage = "",
          .summary = "Show bans and changes as they happen",
          .details = "Goes on when the daemon restarts. Ctrl-C ends it. With --json each event is one line.",
          .examples = "banguictl watch\nbanguictl watch --jail sshd --json",
          .options = watch_options,
          .run = watch_run },
        { .name = "log",
          .usage = "",
          .summary = "Show fail2ban's own log",
          .examples = "banguictl log -n 20\nbanguictl log -f --level WARNING\nbanguictl log --contains 192.0.2.7",
          .options = log_options,
          .run = log_run },
        { .name = "settings",
          .usage = "[KEY]\nKEY=VALUE...\n--reset KEY...\n--reload",
          .summary = "Show the settings of the daemon, change them",
          .details =
                  "What is set outlives a restart, and wins over the settings file. A key that the environment or the\n"
                  "command line of the daemon sets is pinned. --reload ends with status 2 when something in the file\n"
                  "is wrong.",
          .examples = "banguictl settings\nbanguictl settings log-level\nbanguictl settings log-level=info\n"
                      "banguictl settings --reset log-level",
          .options = settings_options,
          .words_maximum = WORDS_ANY,
          .run = settings_run },
        { .name = "audit",
          .usage = "",
          .summary = "Show who changed what",
          .examples = "banguictl audit\nbanguictl audit --since 2h --method Bans.Ban",
          .options = audit_options,
          .run = audit_run },
        { .name = "can",
          .usage = "ACTION [KEY=VALUE...]",
          .summary = "Ask whether you may do something",
          .details =
                  "Prints yes, no, or challenge (polkit would ask for a password); ends with status 0 for yes, else 3.",
          .examples = "banguictl can unban jail=sshd",
          .options = no_options,
          .words_minimum = 1,
          .words_maximum = WORDS_ANY,
          .run = can_run },
        { .name = "version",
          .usage = "",
          .summary = "Show the versions of this program, the daemon and fail2ban",
          .examples = "banguictl version",
          .options = no_options,
          .run = version_run },
        { .name = "help",
          .usage = "[COMMAND]",
          .summary = "Show help",
          .examples = "banguictl help ban",
          .options = no_options,
          .words_maximum = 1,
          .offline = true,
          .run = help_run },
};

const size_t n_commands = sizeof(commands) / sizeof(*commands);

const Command *command_find(const char *name) {
        for (size_t i = 0; i < n_commands; i++)
                if (strcmp(commands[i].name, name) == 0)
                        return &commands[i];
        return NULL;
}

Value *command_names(void) {
        Value *names = value_new(VALUE_LIST);

        for (size_t i = 0; i < n_commands; i++)
                value_add(names, value_new_string(commands[i].name));
        return names;
}

int subcommand_run(Cli *cli, size_t index, const Subcommand *table, size_t n_table) {
        auto_value Value *known = value_new(VALUE_LIST);
        const char *word = cli_word(cli, index);
        size_t following = cli_n_words(cli) - index - 1;

        for (size_t i = 0; i < n_table; i++) {
                value_add(known, value_new_string(table[i].name));
                if (strcmp(table[i].name, word) != 0)
                        continue;
                if (following < table[i].words_minimum)
                        return cli_usage(cli, "%s %s: a word is missing", cli->command->name, word);
                if (following > table[i].words_maximum)
                        return cli_usage(cli, "%s %s: one word too many: %s", cli->command->name, word,
                                         cli_word(cli, index + table[i].words_maximum + 1));
                return table[i].run(cli);
        }
        return cli_unknown(cli, "subcommand", word, known);
}
