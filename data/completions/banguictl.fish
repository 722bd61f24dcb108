# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for banguictl(1)

function __banguictl_jails
    banguictl jails --names --no-ask --timeout 2 2>/dev/null
end

function __banguictl_settings
    banguictl settings --names --no-ask --timeout 2 2>/dev/null
end

set -l commands status jails jail bans ban unban lookup server reload watch log settings audit can version help
set -l none "not __fish_seen_subcommand_from $commands"

complete -c banguictl -f
complete -c banguictl -n $none -a status -d 'Show what a person wants to see first'
complete -c banguictl -n $none -a jails -d 'List the running jails'
complete -c banguictl -n $none -a jail -d 'Show one jail in full, change it'
complete -c banguictl -n $none -a bans -d 'List who is banned now'
complete -c banguictl -n $none -a ban -d 'Ban addresses or networks'
complete -c banguictl -n $none -a unban -d 'Lift bans'
complete -c banguictl -n $none -a lookup -d 'Show where an address is banned and why'
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

complete -c banguictl -n '__fish_seen_subcommand_from jails' -l names -d 'Print the names alone'
complete -c banguictl -n '__fish_seen_subcommand_from jail reload' -a '(__banguictl_jails)' -d Jail
complete -c banguictl -n '__fish_seen_subcommand_from jail' \
    -a 'show set start stop reload restart idle add remove action'
complete -c banguictl -n '__fish_seen_subcommand_from jail' -l from-start -d 'Read the file from its start'
complete -c banguictl -n '__fish_seen_subcommand_from jail reload' -l restart -d 'Stop and start anew'
complete -c banguictl -n '__fish_seen_subcommand_from jail reload' -l unban -d 'Lift the bans'
complete -c banguictl -n '__fish_seen_subcommand_from bans ban unban watch log' -s j -l jail -x \
    -a '(__banguictl_jails)' -d 'In this jail'
complete -c banguictl -n '__fish_seen_subcommand_from jail ban unban server reload settings' -s r -l reason -x -d Why
complete -c banguictl -n '__fish_seen_subcommand_from bans' -s w -l within -x -d 'Only in this network'
complete -c banguictl -n '__fish_seen_subcommand_from bans' -l sort -x -a 'address banned-at ends-at failures jail'
complete -c banguictl -n '__fish_seen_subcommand_from bans' -l reverse -d 'The other way round'
complete -c banguictl -n '__fish_seen_subcommand_from bans audit' -s s -l search -x -d 'Only with this text'
complete -c banguictl -n '__fish_seen_subcommand_from bans audit' -s n -l limit -x -d 'At most so many rows'
complete -c banguictl -n '__fish_seen_subcommand_from bans audit unban' -s a -l all -d 'All of them'
complete -c banguictl -n '__fish_seen_subcommand_from ban' -s f -l force -d 'Also what would lock out you'
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
complete -c banguictl -n '__fish_seen_subcommand_from audit' -l since -x -d 'From when'
complete -c banguictl -n '__fish_seen_subcommand_from audit' -l until -x -d 'Until when'
complete -c banguictl -n '__fish_seen_subcommand_from can' \
    -a 'read read-sensitive ban unban control-jail control-server'
complete -c banguictl -n '__fish_seen_subcommand_from help' -a "$commands"
