# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for banguictl(1)

function __banguictl_jails
    banguictl jails --names --no-ask --timeout 2 2>/dev/null
end

function __banguictl_settings
    banguictl settings --names --no-ask --timeout 2 2>/dev/null
end

function __banguictl_jobs
    banguictl jobs --names --no-ask --timeout 2 2>/dev/null
end

set -l commands status jails jail bans ban unban lookup explain allow history address stats archive export import-log geo jobs server reload watch log \
    settings audit can version help
set -l archive '__fish_seen_subcommand_from history stats export'
set -l none "not __fish_seen_subcommand_from $commands"

complete -c banguictl -f
complete -c banguictl -n $none -a status -d 'Show what a person wants to see first'
complete -c banguictl -n $none -a jails -d 'List the running jails'
complete -c banguictl -n $none -a jail -d 'Show one jail in full, change it'
complete -c banguictl -n $none -a bans -d 'List who is banned now'
complete -c banguictl -n $none -a ban -d 'Ban addresses or networks'
complete -c banguictl -n $none -a unban -d 'Lift bans'
complete -c banguictl -n $none -a lookup -d 'Show where an address is banned and why'
complete -c banguictl -n $none -a explain -d 'Say why an address is banned or not'
complete -c banguictl -n $none -a allow -d 'List who is never to be banned, and change it'
complete -c banguictl -n $none -a history -d 'List bans and unbans of the archive'
complete -c banguictl -n $none -a address -d 'Show all that the archive knows of an address'
complete -c banguictl -n $none -a stats -d 'Count the bans of the archive'
complete -c banguictl -n $none -a archive -d 'Show what the archive holds, and care for it'
complete -c banguictl -n $none -a export -d 'Write the bans of the archive'
complete -c banguictl -n $none -a import-log -d 'Take bans of old log files into the archive'
complete -c banguictl -n $none -a geo -d 'Show where addresses are'
complete -c banguictl -n $none -a jobs -d 'Show the work that runs by itself'
complete -c banguictl -n $none -a server -d 'Show fail2ban as a whole, change it'
complete -c banguictl -n $none -a reload -d 'Make fail2ban read its configuration'
complete -c banguictl -n $none -a watch -d 'Show bans and changes as they happen'
complete -c banguictl -n $none -a log -d 'Show the log of fail2ban'
complete -c banguictl -n $none -a settings -d 'Show the settings of the daemon, change them'
complete -c banguictl -n $none -a audit -d 'Show who changed what'
complete -c banguictl -n $none -a can -d 'Ask whether you may do something'
complete -c banguictl -n $none -a version -d 'Show the versions'
complete -c banguictl -n $none -a help -d 'Show help'

complete -c banguictl -l json -d 'Print JSON for programs'
complete -c banguictl -l color -x -a 'auto always never' -d 'Colours'
complete -c banguictl -l utc -d 'Show and read times in UTC'
complete -c banguictl -l bus -x -d 'The message bus of the daemon'
complete -c banguictl -s H -l host -x -a '(__fish_print_hostnames)' -d 'The daemon of another host'
complete -c banguictl -l timeout -x -d 'Wait so long for each answer'
complete -c banguictl -l no-ask -d 'Never ask for a password'
complete -c banguictl -s h -l help -d 'Show help'
complete -c banguictl -s V -l version -d 'Show the version'

complete -c banguictl -n '__fish_seen_subcommand_from jails jobs' -l names -d 'Print the names alone'
complete -c banguictl -n '__fish_seen_subcommand_from jail reload' -a '(__banguictl_jails)' -d Jail
complete -c banguictl -n '__fish_seen_subcommand_from jail' \
    -a 'show set start stop reload restart idle add remove action logs'
complete -c banguictl -n '__fish_seen_subcommand_from jail' -l from-start -d 'Read the file from its start'
complete -c banguictl -n '__fish_seen_subcommand_from jail reload' -l restart -d 'Stop and start anew'
complete -c banguictl -n '__fish_seen_subcommand_from jail reload' -l unban -d 'Lift the bans'
complete -c banguictl -n '__fish_seen_subcommand_from bans ban unban watch log allow history stats export' -s j -l jail -x \
    -a '(__banguictl_jails)' -d 'In this jail'
complete -c banguictl -n '__fish_seen_subcommand_from jail ban unban server reload settings allow geo archive' -s r -l reason -x -d Why
complete -c banguictl -n '__fish_seen_subcommand_from bans' -s w -l within -x -d 'Only in this network'
complete -c banguictl -n '__fish_seen_subcommand_from bans' -l sort -x -a 'address banned-at ends-at failures jail'
complete -c banguictl -n '__fish_seen_subcommand_from bans' -l reverse -d 'The other way round'
complete -c banguictl -n '__fish_seen_subcommand_from bans audit allow' -s s -l search -x -d 'Only with this text'
complete -c banguictl -n '__fish_seen_subcommand_from bans audit allow history address stats' -s n -l limit -x -d 'At most so many rows'
complete -c banguictl -n '__fish_seen_subcommand_from bans audit unban allow history address' -s a -l all -d 'All of them'
complete -c banguictl -n '__fish_seen_subcommand_from ban allow' -s f -l force -d 'Also what would lock out you'
complete -c banguictl -n '__fish_seen_subcommand_from server' -a 'show set flush-logs start restart probe'
complete -c banguictl -n '__fish_seen_subcommand_from log' -s n -l lines -x -d 'So many lines'
complete -c banguictl -n '__fish_seen_subcommand_from log' -s f -l follow -d 'Go on with new lines'
complete -c banguictl -n '__fish_seen_subcommand_from log' -l contains -x -d 'Only lines with this text'
complete -c banguictl -n '__fish_seen_subcommand_from log' -l level -x -a 'CRITICAL ERROR WARNING NOTICE INFO DEBUG'
complete -c banguictl -n '__fish_seen_subcommand_from settings' -a '(__banguictl_settings)' -d Key
complete -c banguictl -n '__fish_seen_subcommand_from settings' -l reset -d 'Take back what was set'
complete -c banguictl -n '__fish_seen_subcommand_from settings' -l reload -d 'Read the settings file again'
complete -c banguictl -n '__fish_seen_subcommand_from settings' -l names -d 'Print the keys alone'
complete -c banguictl -n '__fish_seen_subcommand_from audit' -l method -x -d 'Only this method'
complete -c banguictl -n '__fish_seen_subcommand_from audit' -l uid -x -d 'Only this user'
complete -c banguictl -n '__fish_seen_subcommand_from audit history stats export' -l since -x -d 'From when'
complete -c banguictl -n '__fish_seen_subcommand_from audit history stats export allow' -l until -x -d 'Until when'
complete -c banguictl -n $archive -l range -x -a '24h 7d 30d 365d all' -d 'Of this length up to now'
complete -c banguictl -n $archive -l address -x -d 'Only this address or network'
complete -c banguictl -n $archive -l country -x -d 'Only from this country'
complete -c banguictl -n $archive -l network -x -d 'Only from this network'
complete -c banguictl -n $archive -l origin -x -a 'self manual blocklist' -d 'Only of this origin'
complete -c banguictl -n '__fish_seen_subcommand_from history' -l kind -x -a 'ban unban' -d 'Only these'
complete -c banguictl -n '__fish_seen_subcommand_from history' -l min -x -d 'At least so often'
complete -c banguictl -n '__fish_seen_subcommand_from history' -a 'list repeaters'
complete -c banguictl -n '__fish_seen_subcommand_from stats' \
    -a 'overview country jail network origin top unique trend hours compare activity'
complete -c banguictl -n '__fish_seen_subcommand_from stats' -l bucket -x -a 'auto hour 6h day week month' -d 'Of a bar'
complete -c banguictl -n '__fish_seen_subcommand_from stats' -l by -x -a jail -d 'A column for each'
complete -c banguictl -n '__fish_seen_subcommand_from stats import-log' -l timezone -x -d 'Time zone'
complete -c banguictl -n '__fish_seen_subcommand_from export' -l format -x -a 'csv jsonl' -d Form
complete -c banguictl -n '__fish_seen_subcommand_from export' -l lines -d 'With log lines'
complete -c banguictl -n '__fish_seen_subcommand_from export import-log archive' -F
complete -c banguictl -n '__fish_seen_subcommand_from import-log' -l dry-run -d 'Only tell'
complete -c banguictl -n '__fish_seen_subcommand_from geo' -a 'show lookup ask reload resolve'
complete -c banguictl -n '__fish_seen_subcommand_from archive' -a 'show sync purge compact backup'
complete -c banguictl -n '__fish_seen_subcommand_from archive' -l before -x -d 'Purge up to then'
complete -c banguictl -n '__fish_seen_subcommand_from jobs' -a 'list run'
complete -c banguictl -n '__fish_seen_subcommand_from jobs' -a '(__banguictl_jobs)' -d Job
complete -c banguictl -n '__fish_seen_subcommand_from allow' -a 'add change remove check list'
complete -c banguictl -n '__fish_seen_subcommand_from allow' -l all-jails -d 'In all jails from now on'
complete -c banguictl -n '__fish_seen_subcommand_from allow' -l note -x -d 'What it is about'
complete -c banguictl -n '__fish_seen_subcommand_from allow' -l for -x -d 'So long'
complete -c banguictl -n '__fish_seen_subcommand_from allow' -l keep-bans -d 'Do not lift bans'
complete -c banguictl -n '__fish_seen_subcommand_from can' \
    -a 'read read-sensitive ban unban allow control-jail control-server manage-settings look-up-outside'
complete -c banguictl -n '__fish_seen_subcommand_from help' -a "$commands"
