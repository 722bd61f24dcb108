# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for banguictl(1)

_banguictl_jails() {
        banguictl jails --names --no-ask --timeout 2 2>/dev/null
}

_banguictl_settings() {
        banguictl settings --names --no-ask --timeout 2 2>/dev/null
}

_banguictl_jobs() {
        banguictl jobs --names --no-ask --timeout 2 2>/dev/null
}

_banguictl_filters='--range --since --until --jail --address --country --network --origin'

# The options of a command; of "" those of all commands.
_banguictl_options() {
        case $1 in
        jails) printf '%s\n' --names ;;
        jail) printf '%s\n' --restart --unban --from-start --reason ;;
        bans) printf '%s\n' --jail --within --search --sort --reverse --limit --all ;;
        ban) printf '%s\n' --jail --force --reason ;;
        unban) printf '%s\n' --jail --all --reason ;;
        server) printf '%s\n' --reason ;;
        reload) printf '%s\n' --restart --unban --reason ;;
        watch) printf '%s\n' --jail ;;
        log) printf '%s\n' --lines --follow --contains --level --jail ;;
        settings) printf '%s\n' --reset --reload --names --reason ;;
        allow)
                printf '%s\n' --jail --all-jails --note --for --until --keep-bans --force --search --reason --limit --all
                ;;
        history) printf '%s\n' $_banguictl_filters --kind --min --limit --all ;;
        address) printf '%s\n' --limit --all ;;
        stats) printf '%s\n' $_banguictl_filters --bucket --by --timezone --limit ;;
        archive) printf '%s\n' --before --reason ;;
        export) printf '%s\n' $_banguictl_filters --format --lines ;;
        import-log) printf '%s\n' --timezone --dry-run ;;
        geo) printf '%s\n' --reason ;;
        jobs) printf '%s\n' --names ;;
        audit) printf '%s\n' --method --uid --since --until --search --limit --all ;;
        esac
        printf '%s\n' --json --color --utc --bus --host --timeout --no-ask --help --version
}

# One a line, as all that follow: what may stand as word NUMBER (1 is the first) behind COMMAND; the words before it follow.
_banguictl_words() {
        local command=$1 number=$2
        shift 2
        case $command:$number in
        jail:1 | reload:1) _banguictl_jails ;;
        jail:2) printf '%s\n' show set start stop reload restart idle add remove action logs ;;
        jail:3)
                case $2 in
                idle) printf '%s\n' on off ;;
                add | remove) printf '%s\n' log-path ignore failregex ignoreregex journal-match ;;
                set)
                        printf '%s\n' bantime= findtime= maxretry= maxmatches= maxlines= usedns= ignoreself= prefregex= \
                                datepattern= log-encoding= log-timezone= bantime-increment= bantime-maxtime= \
                                bantime-rndtime= bantime-multipliers= bantime-overalljails=
                        ;;
                esac
                ;;
        archive:1) printf '%s\n' show sync purge compact backup ;;
        archive:2) compgen -f -- "$current" ;;
        history:1) printf '%s\n' list repeaters ;;
        allow:1) printf '%s\n' add change remove check list ;;
        stats:1) printf '%s\n' overview country jail network origin top unique trend hours compare activity ;;
        geo:1) printf '%s\n' show lookup ask reload resolve ;;
        jobs:1) printf '%s\n' list run ;;
        jobs:2) _banguictl_jobs ;;
        export:*) compgen -f -- "$current" ;;
        import-log:*) compgen -f -- "$current" ;;
        server:1) printf '%s\n' show set flush-logs start restart probe ;;
        server:2)
                [[ $1 == set ]] && printf '%s\n' log-level= log-target= syslog-socket= database-file= \
                        database-purge-age= database-max-matches=
                ;;
        settings:*) _banguictl_settings ;;
        can:1)
                printf '%s\n' read read-sensitive ban unban allow control-jail control-server manage-settings look-up-outside
                ;;
        help:1) printf '%s\n' "${_banguictl_commands[@]}" ;;
        esac
}

_banguictl_commands=(status jails jail bans ban unban lookup explain allow history address stats archive export import-log geo jobs server reload watch log settings audit can version help)

# What may be the argument of the option before the cursor.
_banguictl_argument() {
        case $1 in
        --jail | -j) _banguictl_jails ;;
        --range) printf '%s\n' 24h 7d 30d 365d all ;;
        --origin) printf '%s\n' self manual blocklist ;;
        --kind) printf '%s\n' ban unban ;;
        --bucket) printf '%s\n' auto hour 6h day week month ;;
        --by) printf '%s\n' jail ;;
        --format) printf '%s\n' csv jsonl ;;
        --sort) printf '%s\n' address banned-at ends-at failures jail ;;
        --color) printf '%s\n' auto always never ;;
        --level) printf '%s\n' CRITICAL ERROR WARNING NOTICE INFO DEBUG ;;
        --bus | --host | --timeout | --within | --search | --reason | --limit | --lines | --contains | --method | --uid | \
                --since | --until | --address | --country | --network | --timezone | --before | --min | --note | --for | -H | -w | -s | -r | -n) ;;
        *) return 1 ;;
        esac
}

_banguictl() {
        local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
        local -a words=()
        local i candidates
        COMPREPLY=()

        if ! candidates=$(_banguictl_argument "$previous"); then
                for ((i = 1; i < COMP_CWORD; i++)); do
                        if _banguictl_argument "${COMP_WORDS[i]}" >/dev/null; then
                                ((i++))
                        elif [[ ${COMP_WORDS[i]} != -* ]]; then
                                words+=("${COMP_WORDS[i]}")
                        fi
                done
                if [[ $current == -* ]]; then
                        candidates=$(_banguictl_options "${words[0]-}")
                elif ((${#words[@]} == 0)); then
                        candidates=$(printf '%s\n' "${_banguictl_commands[@]}")
                else
                        candidates=$(_banguictl_words "${words[0]}" ${#words[@]} "${words[@]:1}")
                fi
        fi

        local candidate IFS=$'\n'
        for candidate in $candidates; do
                [[ $candidate == "$current"* ]] && COMPREPLY+=("$(printf '%q' "$candidate")")
        done
        [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
        return 0
}

complete -F _banguictl banguictl
