#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the live tests under each kernel of the table, or those named as arguments.
#
# There is one result for each kernel and each test file; one that fails is run again. From the environment:
#   KX_VM_TESTS    what prove is to run, from the project's root (tests/live)
#   KX_VM_TIMEOUT  seconds for all tests on one kernel (2400)
#   KX_SLOW=1      also the tests that a guest passes over for its time, or since another kernel changes nothing
#   KX_VM=skip     run nothing
#   CI=true        it is a failure, not a skip, if a kernel cannot be had
# The tests find the name of their kernel in KX_VM_KERNEL.

set -u

here=$(cd -- "$(dirname -- "$0")" && pwd -P) || exit 1
tests=${KX_VM_TESTS:-tests/prog tests/live}
timeout_s=${KX_VM_TIMEOUT:-2400}
number=0

# report ok|not WHAT: one result of ours.
report()
{
	local result=ok
	[[ $1 == not ]] && result='not ok'
	echo "$result $((++number)) - $2"
}

# To stderr, which prove passes on.
explain()
{
	sed 's/^/# /' "$@" >&2
}

begin_file()
{
	file=$1 verdict=none ok=0 skipped=0 failed=0 lines=()
}

# Takes in a line of a test file's output, which prove ends with its verdict.
read_line()
{
	case $1 in
	'ok '*'# '[Ss][Kk][Ii][Pp]*) ((++skipped)) ;;
	'ok '* | 'not ok'*'# '[Tt][Oo][Dd][Oo]*) ((++ok)) ;;
	'not ok'*) ((++failed)) && lines+=("$1") ;;
	ok | 'skipped: '*) verdict=$1 ;;
	'Failed '*' subtests'* | 'All '*' subtests passed'* | 'No subtests run'* | \
		'Dubious, test returned '*) verdict=bad && lines+=("$1") ;;
	1..* | '') ;;
	*) lines+=("$1") ;;
	esac
}

end_file()
{
	[[ $file ]] || return
	local what="$name: $file ($ok ok"
	((skipped)) && what+=", $skipped skipped"
	((failed)) && what+=", $failed failed"
	((++files))
	if [[ $verdict != ok && $verdict != skipped:* && $try -eq 1 ]]; then
		again+=("$file")
		explain <<<"$what), is run again"
		((${#lines[@]})) && printf '%s\n' "${lines[@]}" | explain
		file=''
		return
	fi
	((all_ok += ok, all_skipped += skipped, all_failed += failed))
	case $verdict in
	ok) report ok "$what)" ;;
	'skipped: '*)
		report ok "$name: $file # SKIP ${verdict#skipped: }"
		((++all_skipped))
		;;
	*)
		[[ $verdict == none ]] && what+=', then no end'
		report not "$what)"
		((++bad_files))
		((${#lines[@]})) && printf '%s\n' "${lines[@]}" | explain
		;;
	esac
	file=''
}

# Follows the output of the guest: uname -r, then for each test file its name, its
# lines and the verdict, then a summary.
read_results()
{
	local line
	release='' file='' files=0 bad_files=0 summary=() again=()
	while IFS= read -r line || [[ $line ]]; do
		if [[ ! $release ]]; then
			release=$line
		elif [[ $line =~ ^(.+)\ \.\.+\ ?$ && -f ${BASH_REMATCH[1]} ]]; then
			end_file
			begin_file "${BASH_REMATCH[1]}"
		elif [[ $line == 'Test Summary Report' || $line == Files=* ||
			$line == 'All tests successful.' ]]; then
			end_file
			summary+=("$line")
		elif [[ $file ]]; then
			read_line "$line"
		else
			summary+=("$line")
		fi
	done
	end_file
}

# A user may lack a kernel, but a CI machine must not pass over it.
not_run()
{
	local reason
	reason=$(grep -v -e ': downloading ' -e '^boot: |' "$errors" | tail -n 1)
	if [[ ${CI-} == true || $status != 12[56] ]]; then
		report not "$name: cannot be fetched or booted"
		explain "$errors"
	else
		report ok "$name: not run # SKIP ${reason:-boot ended with status $status}"
	fi
	totals+=("$name: not run")
}

# With the formatter for terminals prove shows each line as it comes, so that it is
# known how far a guest came that broke down. The errors of the tests are merged
# into their output, or they would appear among the lines of the file before.
run_guest()
{
	local tests=$1
	# shellcheck disable=SC2016  # the shell in the guest expands this
	local script='uname -r; exec prove -v --merge --formatter TAP::Formatter::Console "$@"'
	local status try
	for try in 1 2 3; do
		# shellcheck disable=SC2086  # several tests may be named
		setpriv --pdeathsig TERM nice -n 19 "$here/boot" "$name" \
			--timeout "$timeout_s" --env "KX_VM_KERNEL=$name" \
			${KX_SLOW:+--env "KX_SLOW=$KX_SLOW"} \
			-- sh -c "$script" prove $tests \
			>"$scratch/$name.output" 2>"$scratch/$name.errors"
		status=$?
		# 126: the guest broke down, which is qemu's fault (see kernels).
		[[ $status -eq 126 && $try -lt 3 ]] || break
		mv "$scratch/$name.errors" "$scratch/$name.broken.$try"
	done
	return "$status"
}

# Three emulated machines on a few CPUs: what failed among them is run once more,
# alone. A second failure counts; a first one is told, here and in the totals.
run_again()
{
	local late=${#again[@]} before=$files
	((late)) || return
	try=2
	run_guest "${again[*]}"
	status=$?
	read_results <"$scratch/$name.output"
	((files += before - late))
	repeated=", $late test files run twice"
}

# The guests run side by side; their results are read in the order of the table.
read_guest()
{
	local broken try=1 repeated=''
	all_ok=0 all_skipped=0 all_failed=0
	wait "${guests[$name]}"
	status=$?
	errors=$scratch/$name.errors
	for broken in "$scratch/$name.broken".*; do
		[[ -e $broken ]] || continue
		echo "# $name: the guest broke down and was booted again"
		grep -m 3 -e Oops -e RIP -e 'Kernel panic' "$broken" | explain
	done
	read_results <"$scratch/$name.output"
	run_again
	if [[ ! $release ]]; then
		not_run
		return
	fi

	local what="$name: booted $release, ran $files test files"
	if [[ $files -gt 0 && ($status -eq 0 || $status -eq 1 && $bad_files -gt 0) ]]; then
		report ok "$what"
	else
		report not "$what, then ended with status $status"
		explain "$errors"
	fi
	[[ $status -ne 0 && ${#summary[@]} -gt 0 ]] &&
		printf '%s\n' "${summary[@]}" | explain
	totals+=("$name: uname -r $release: $all_ok ok, $all_skipped skipped, $all_failed failed$repeated")
}

if [[ ${KX_VM-} == skip ]]; then
	echo '1..0 # SKIP KX_VM=skip'
	exit
fi
cd "$here/../.." || exit 1
for test in $tests; do
	[[ -e $test ]] && continue
	echo "Bail out! $test: no such tests: set KX_VM_TESTS"
	exit 1
done
scratch=$(mktemp -d "${TMPDIR:-/tmp}/kx-vm-results.XXXXXX") || exit 1
trap 'kill "${guests[@]}" 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [[ $# -eq 0 ]]; then
	mapfile -t table < <(awk '!/^#/ { print $1 }' "$here/kernels")
	set -- "${table[@]}"
fi
totals=()
declare -A guests=()
for name; do
	run_guest "$tests" &
	guests[$name]=$!
done
echo "# booting $*: the tests take some minutes"
for name; do
	read_guest
done
printf '%s\n' "${totals[@]}" | explain
echo "1..$number"
