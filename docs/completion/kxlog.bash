# SPDX-License-Identifier: GPL-2.0-only
# Completion of kxlog's command line, for bash.
_kxlog()
{
	local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}

	case $before in
	-l|--level)
		mapfile -t COMPREPLY < <(compgen -W "emerg alert crit err warning notice info
			debug" -- "$current")
		return ;;
	-t|--to)
		mapfile -t COMPREPLY < <(compgen -W "term: file: json: syslog: journal:
			nats:" -- "$current")
		compopt -o nospace
		return ;;
	--spool)
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		return ;;
	--when-full)
		mapfile -t COMPREPLY < <(compgen -W "drop-oldest drop-newest block" -- "$current")
		return ;;
	--sync)
		mapfile -t COMPREPLY < <(compgen -W "segment batch never" -- "$current")
		return ;;
	--spool-size|--metrics)
		return ;;
	esac
	if [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "-l --level --events --no-events --once -t --to
			--metrics --spool --spool-size --when-full --sync -h --help
			-V --version" -- "$current")
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "$(kx list --json 2>/dev/null |
		sed 's/.*"instance":"\([^"]*\)".*/\1/')" -- "$current")
}
complete -F _kxlog kxlog
