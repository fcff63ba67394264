# SPDX-License-Identifier: GPL-2.0-only
# Completion of kxtrace's command line, for bash.
_kxtrace()
{
	local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}

	case $before in
	-p|--attach)
		mapfile -t COMPREPLY < <(compgen -W "$(ps -eo pid=)" -- "$current")
		return ;;
	-o|--output|--record|replay)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return ;;
	-e)
		mapfile -t COMPREPLY < <(compgen -W "trace= signal= status= quiet= abbrev= verbose= raw= read=
			write= decode-pids= %file %desc
			%process %net %signal %ipc %memory %creds %stat %lstat %fstat
			%statfs %fstatfs %clock %pure" -- "$current")
		return ;;
	-X|--const-print-style)
		mapfile -t COMPREPLY < <(compgen -W "raw abbrev verbose" -- "$current")
		return ;;
	esac
	if [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "-f --follow-forks -p --attach --all --hooks -e
			--trace --signal --quiet -z --successful-only -Z --failed-only --status
			--abbrev --verbose --raw --read --write -n --syscall-number -N --arg-names
			-x --strings-in-hex -X --const-print-style -Y --decode-pids --timestamps
			-o --output -A --output-append-mode -a --columns -s --string-limit
			-t --absolute-timestamps -r --relative-timestamps -T --syscall-times
			-v --no-abbrev -q -c --summary-only -w --summary-wall-clock
			--record --info --last --trigger --for --count --syscall-limit --size
			--fail-on-loss --seccomp-bpf -h --help -V --version" -- "$current")
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W replay -c -f -- "$current")
}
complete -o filenames -F _kxtrace kxtrace
