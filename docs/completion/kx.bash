# SPDX-License-Identifier: GPL-2.0-only
# Completion of the kx command's line, for bash.
declare -A _kx_options=(
	[new]="-k --kind -f --force"
	[build]="-o --output -c --check"
	[load]="--as --confirm --held -j --json"
	[unload]="--with-users --unused -j --json"
	[upgrade]="--confirm --fresh -j --json"
	[confirm]="-j --json"
	[rollback]="-j --json"
	[check]="-r --repair -j --json"
	[list]="-m --measure -j --json"
	[info]="-F --field -j --json"
	[query]="-q --quiet -j --json"
	[features]="-j --json"
	[log]="-f --follow -l --level -n --new -T --local-time -j --json"
	[events]="-f --follow -c --count -n --new -T --local-time -j --json"
	[get]="-j --json"
	[set]=""
	[call]="-j --json"
	[cat]="-j --json"
	[write]=""
	[syscalls]="-j --json"
	[syscall]="-j --json"
	[share]="-f --follow -i --interval -n --count -j --json"
	[feed]="-s --strict -r --raw -j --json"
	[serve]="--keep -n --count --run --calls --deadline --default -j --json"
	[help]=""
)
_kx_common="-v --verbose -h --help"
_kx_fields="name version description license hash needs provides params channels hooks maps"

# Instances that are loaded, with $1 after each name.
_kx_instances()
{
	kx list --json 2>/dev/null | sed -n "s/^{\"name\":\"\([^\"]*\)\".*/\1$1/p"
}

# Extensions of the search path.
_kx_extensions()
{
	local file dirs IFS=:

	dirs=${KX_PATH:-/etc/kx/extensions:/usr/lib/kx}
	for file in ${dirs//:/\/*.bpf.o:}/*.bpf.o; do
		[[ -e $file ]] && basename "$file" .bpf.o
	done
}

# Parameters of FILE|NAME|INSTANCE $1, between $2 and $3.
_kx_params()
{
	kx info -F params "$1" 2>/dev/null | sed "s/.*/$2&$3/"
}

# Channels of INSTANCE $1, of the kind $2: "command", "file", ...
_kx_channels()
{
	kx info -F channels "$1" 2>/dev/null | sed -n "s/^$2 /$1./p"
}

# INSTANCE.CHANNEL of the kind $1, for the word $2.
_kx_channel()
{
	if [[ $2 == *.* ]]; then
		_kx_reply "$(_kx_channels "${2%%.*}" "$1")" "$2"
	else
		compopt -o nospace
		_kx_reply "$(_kx_instances .)" "$2"
	fi
}

# The word at the cursor: bash itself splits it at "=" and ":".
_kx_word()
{
	local line=${COMP_LINE:0:COMP_POINT}

	printf '%s' "${line##*[[:space:]]}"
}

_kx_reply()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

# After the verb: $1 verb, $2 word, $3 how many arguments came before, $4 the
# first and $5 the second of them.
_kx_argument()
{
	case $1/$3 in
	load/0|info/0|query/0|upgrade/1)
		_kx_reply "$(_kx_extensions) $([[ $1 == info || $1 == query ]] &&
			_kx_instances)" "$2"
		mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$2") ;;
	load/*)
		compopt -o nospace
		_kx_reply "$(_kx_params "$4" '' =)" "$2" ;;
	upgrade/0|confirm/0|rollback/0|unload/*|list/*|log/*)
		_kx_reply "$(_kx_instances)" "$2" ;;
	events/*)
		_kx_channel stream "$2" ;;
	upgrade/*)
		compopt -o nospace
		_kx_reply "$(_kx_params "$5" '' =)" "$2" ;;
	get/0|set/*)
		compopt -o nospace
		if [[ $2 == *.* ]]; then
			_kx_reply "$(_kx_params "${2%%.*}" "${2%%.*}." \
				"$([[ $1 == set ]] && echo =)")" "$2"
		else
			_kx_reply "$(_kx_instances .)" "$2"
		fi ;;
	call/0)
		_kx_channel command "$2" ;;
	cat/0|write/0)
		_kx_channel file "$2" ;;
	syscalls/0|syscall/0)
		_kx_reply "$(kx syscalls 2>/dev/null | sed 's/^ *[0-9]* //; s/(.*//')" "$2" ;;
	share/0)
		_kx_channel share "$2" ;;
	feed/0)
		_kx_channel intake "$2" ;;
	serve/0)
		_kx_channel door "$2" ;;
	feed/1)
		mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
	build/*)
		mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
	help/0)
		_kx_reply "${!_kx_options[*]}" "$2" ;;
	esac
}

_kx()
{
	local word before=${COMP_WORDS[COMP_CWORD-1]} verb='' previous='' i
	local -a words arguments=()

	word=$(_kx_word)
	read -ra words <<< "${COMP_LINE:0:COMP_POINT}"
	[[ -n $word ]] && unset 'words[-1]'
	for ((i = 1; i < ${#words[@]}; i++)); do
		previous=${words[i-1]}
		if [[ ${words[i]} == -* || $previous =~ ^(--as|-m|--measure|-F|--field|-k|--kind|-o|--output|-i|--interval|-n|--count|--run|--calls|--deadline|--default)$ ]]; then
			continue
		elif [[ -z $verb ]]; then
			verb=${words[i]}
		else
			arguments+=("${words[i]}")
		fi
	done

	if [[ -z $verb ]]; then
		_kx_reply "${!_kx_options[*]} $_kx_common --version" "$word"
	elif [[ $before =~ ^(-F|--field)$ ]]; then
		_kx_reply "$_kx_fields" "$word"
	elif [[ $before =~ ^(-k|--kind)$ ]]; then
		_kx_reply "tracepoint xdp cgroup uprobe lsm" "$word"
	elif [[ $before =~ ^(-o|--output)$ ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	elif [[ $before =~ ^(--as|-m|--measure|-i|--interval|-n|--count|--run|--calls|--deadline|--default)$ ]]; then
		COMPREPLY=()
	elif [[ $word == -* ]]; then
		_kx_reply "${_kx_options[$verb]} $_kx_common" "$word"
	else
		_kx_argument "$verb" "$word" "${#arguments[@]}" "${arguments[0]-}" \
			"${arguments[1]-}"
	fi
}
complete -o filenames -F _kx kx
