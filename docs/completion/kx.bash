# SPDX-License-Identifier: GPL-2.0-only
# Completion of the kx command's line, for bash.
declare -A _kx_options=(
	[new]="-k --kind -f --force"
	[build]="-o --output -c --check"
	[load]="--as --held -j --json"
	[unload]="--with-users --unused -j --json"
	[upgrade]="--fresh -j --json"
	[rollback]="-j --json"
	[check]="-r --repair -j --json"
	[list]="-m --measure -j --json"
	[info]="-F --field -j --json"
	[query]="-q --quiet -j --json"
	[features]="-j --json"
	[get]="-j --json"
	[set]=""
	[help]=""
)
_kx_common="-v --verbose -h --help"
_kx_fields="name version description license hash needs provides params hooks maps"

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
	upgrade/0|rollback/0|unload/*|list/*)
		_kx_reply "$(_kx_instances)" "$2" ;;
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
		if [[ ${words[i]} == -* || $previous =~ ^(--as|-m|--measure|-F|--field|-k|--kind|-o|--output)$ ]]; then
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
	elif [[ $before =~ ^(--as|-m|--measure)$ ]]; then
		COMPREPLY=()
	elif [[ $word == -* ]]; then
		_kx_reply "${_kx_options[$verb]} $_kx_common" "$word"
	else
		_kx_argument "$verb" "$word" "${#arguments[@]}" "${arguments[0]-}" \
			"${arguments[1]-}"
	fi
}
complete -o filenames -F _kx kx
