# SPDX-License-Identifier: GPL-2.0-only
# Completion of kxtrace's command line, for bash.
_kxtrace_policy()
{
	if [[ $COMP_CWORD -eq 2 ]]; then
		mapfile -t COMPREPLY < <(compgen -W "check apply confirm show test remove features" -- "$current")
	elif [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "--confirm --monitor --json" -- "$current")
	elif [[ ${COMP_WORDS[2]} == test && $COMP_CWORD != 3 ]]; then
		mapfile -t COMPREPLY < <(compgen -W "op= path= to= port= uid= comm= exe=" -- "$current")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
	fi
}

_kxtrace()
{
	local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}

	case $before in
	-p|--attach)
		mapfile -t COMPREPLY < <(compgen -W "$(ps -eo pid=)" -- "$current")
		return ;;
	-o|--output|--record|replay|-P|--trace-path)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return ;;
	--report)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return ;;
	--export)
		mapfile -t COMPREPLY < <(compgen -W "chrome: perfetto: folded: folded-count:" -- "$current")
		return ;;
	-e)
		mapfile -t COMPREPLY < <(compgen -W "trace= signal= status= quiet= abbrev= verbose= raw= read=
			write= decode-pids= decode-fds= trace-fds= inject= fault= %file %desc
			%process %net %signal %ipc %memory %creds %stat %lstat %fstat
			%statfs %fstatfs %clock %pure" -- "$current")
		return ;;
	-X|--const-print-style)
		mapfile -t COMPREPLY < <(compgen -W "raw abbrev verbose" -- "$current")
		return ;;
	-S|--summary-sort-by|-U|--summary-columns)
		mapfile -t COMPREPLY < <(compgen -W "time total-time min-time max-time avg-time
			calls errors name nothing" -- "$current")
		return ;;
	-u|--user)
		mapfile -t COMPREPLY < <(compgen -u -- "$current")
		return ;;
	-b|--detach-on)
		mapfile -t COMPREPLY < <(compgen -W "execve" -- "$current")
		return ;;
	-I|--interruptible)
		mapfile -t COMPREPLY < <(compgen -W "anywhere waiting never never_tstp" -- "$current")
		return ;;
	esac
	if ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[1]} == policy ]]; then
		_kxtrace_policy
		return
	fi
	if [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "-f --follow-forks -p --attach --all --hooks -e
			--trace --signal --quiet -z --successful-only -Z --failed-only --status
			--abbrev --verbose --raw --read --write -n --syscall-number -N --arg-names
			-x --strings-in-hex -X --const-print-style -Y --decode-pids --timestamps
			-o --output -A --output-append-mode -a --columns -s --string-limit
			-t --absolute-timestamps -r --relative-timestamps -T --syscall-times
			-i --instruction-pointer -k --stack-traces --stack-size --io-uring
			--json --export --report
			--record --info --last --trigger --for --count --syscall-limit --size
			--comm --uid --cgroup --path --fd --return --errno --latency --rate
			-v --no-abbrev -q -c --summary-only -C --summary -w --summary-wall-clock
			-S --summary-sort-by -U --summary-columns -O --summary-syscall-overhead
			--hist --top --output-separately -E --env -u --user --argv0
			-b --detach-on -D --daemonize -I --interruptible --kill-on-exit
			--inject --fault -y --decode-fds -P --trace-path --trace-fds --names
			-d --debug --tips --fail-on-loss --seccomp-bpf -h --help -V --version" -- "$current")
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "replay policy" -c -f -- "$current")
}
complete -o filenames -F _kxtrace kxtrace
