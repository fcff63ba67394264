# SPDX-License-Identifier: GPL-2.0-only
# Completion of kxfilter's command line, for bash.
declare -A _kxfilter_options=(
	[check]="--hook -j --json"
	[test]="-o --out -p --pass -d --drop --hook -q --quiet -j --json"
	[apply]="-d --dev -c --confirm -m --monitor --hook -j --json"
	[confirm]="-j --json"
	[set]="-j --json"
	[add]="-t --timeout -f --file -j --json"
	[delete]="-e --exist -f --file -j --json"
	[flush]="-j --json"
	[forget]="-j --json"
	[save]="-d --dev -j --json"
	[restore]="-d --dev -m --missing -j --json"
	[show]="-j --json"
	[top]="-b --batch -d --delay -n --iterations -o --view -l --lines -j --json"
	[capture]="-w --write -r --rule --verdict -c --count --seconds -s --snap -j --json"
	[connections]="-j --json"
	[log]="-f --follow -j --json"
	[halfdrop]="-c --count --hook -j --json"
	[remove]="-j --json"
	[hook]="-j --json"
	[help]=""
)
_kxfilter_common="-v --verbose -h --help"

_kxfilter_reply()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

_kxfilter_devices()
{
	ip -o link 2>/dev/null | sed 's/^[0-9]*: \([^:@]*\).*/\1/'
}

# Of a device; all but "set" need live ones.
_kxfilter_sets()
{
	kxfilter set "$1" --json 2>/dev/null |
		sed -n "$([[ $2 == set ]] || echo '/"live":true/')s/.*\"set\":\"\([^\"]*\)\".*/\1/p"
}

_kxfilter()
{
	local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
	local at=1 verb
	COMPREPLY=()
	while [[ $at -lt $COMP_CWORD && ${COMP_WORDS[at]} == -* ]]; do
		((at++))
	done
	if ((at == COMP_CWORD)); then
		_kxfilter_reply "${!_kxfilter_options[*]} -v --verbose --version --help" "$current"
		return
	fi
	verb=${COMP_WORDS[at]}
	case $before in
	--hook)
		_kxfilter_reply "tc xdp xdp-generic" "$current"
		return ;;
	--dev)
		_kxfilter_reply "$(_kxfilter_devices)" "$current"
		return ;;
	--verdict)
		_kxfilter_reply "pass drop reject redirect" "$current"
		return ;;
	--view)
		_kxfilter_reply "rules sources ports" "$current"
		return ;;
	-w|--write|--file)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return ;;
	-c|--count|--confirm|-t|--timeout|--seconds|-s|--snap|-r|--rule|--delay|-n|--iterations|-l|--lines)
		return ;;
	esac
	if [[ $current == -* ]]; then
		_kxfilter_reply "${_kxfilter_options[$verb]} $_kxfilter_common" "$current"
	elif [[ $verb == check || $verb == test || $verb == apply || $verb == save ||
		$verb == restore || $verb == hook && $COMP_CWORD -gt $((at + 1)) ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
	elif [[ $verb == help ]]; then
		_kxfilter_reply "${!_kxfilter_options[*]}" "$current"
	elif [[ $verb =~ ^(connections|forget)$ && $((COMP_CWORD - at)) -ge 2 ]]; then
		_kxfilter_reply "from to port tcp udp proto icmp family state in out" "$current"
	elif [[ $verb =~ ^(set|add|delete|flush)$ && $((COMP_CWORD - at)) == 2 ]]; then
		_kxfilter_reply "$(_kxfilter_sets "$before" "$verb")" "$current"
	else
		_kxfilter_reply "$(_kxfilter_devices)" "$current"
	fi
}
complete -F _kxfilter kxfilter
