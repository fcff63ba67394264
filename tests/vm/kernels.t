#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the live tests under every kernel of the table (or those named as arguments): one result per kernel and test file.
#
# From the environment:
#   KX_VM_TESTS    what prove shall run in the guest, from the project's root (default tests/live)
#   KX_VM_TIMEOUT  seconds for all tests on one kernel (default 1200)
#   KX_VM=skip     run nothing
#   CI=true        a kernel that cannot be fetched or booted is a failure, not a skip
# The tests find the name of their kernel in KX_VM_KERNEL.

set -u

here=$(cd -- "$(dirname -- "$0")" && pwd -P) || exit 1
tests=${KX_VM_TESTS:-tests/live}
timeout_s=${KX_VM_TIMEOUT:-1200}
number=0

# report ok|not WHAT: one line of our own result.
report()
{
	local verdict=ok
	[[ $1 == not ]] && verdict='not ok'
	echo "$verdict $((++number)) - $2"
}

explain()
{
	sed 's/^/# /' "$@"
}

begin_file()
{
	file=$1 verdict=none ok=0 skipped=0 failed=0 lines=()
}

# Takes in one line of the output of a test file, which prove closes with its verdict.
read_line()
{
	case $1 in
	'ok '*'# '[Ss][Kk][Ii][Pp]*) ((++skipped)) ;;
	'not ok'*'# '[Tt][Oo][Dd][Oo]* | 'ok '*) ((++ok)) ;;
	'not ok'*) ((++failed)) && lines+=("$1") ;;
	ok | 'skipped: '*) verdict=$1 ;;
	'Failed '*' subtests'* | 'Dubious, test returned '* | 'All '*' subtests passed'* | 'No subtests run'*)
		verdict=bad && lines+=("$1") ;;
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
	((all_ok += ok, all_skipped += skipped, all_failed += failed, ++files))
	case $verdict in
	ok) report ok "$what)" ;;
	'skipped: '*) report ok "$name: $file # SKIP ${verdict#skipped: }" && ((++all_skipped)) ;;
	bad) report not "$what)" && ((++bad_files)) ;;
	none) report not "$what, then no end)" && ((++bad_files)) ;;
	esac
	[[ $verdict == bad || $verdict == none ]] && ((${#lines[@]})) && printf '%s\n' "${lines[@]}" | explain
	file=''
}

# Follows the output of prove -v: the name of each file, its lines, the verdict; in the end the summary.
read_results()
{
	local line
	release='' file='' files=0 bad_files=0 all_ok=0 all_skipped=0 all_failed=0 summary=()
	while IFS= read -r line || [[ $line ]]; do
		if [[ ! $release ]]; then
			release=$line
		elif [[ $line =~ ^(.+)\ \.\.+\ ?$ && -f ${BASH_REMATCH[1]} ]]; then
			end_file
			begin_file "${BASH_REMATCH[1]}"
		elif [[ $line == 'Test Summary Report' || $line == 'All tests successful.' || $line == 'Files='* ]]; then
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

# What a user who cannot have the kernel need not care about, but a CI machine must not pass over.
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

# The formatter for terminals shows each line as it comes: if the guest breaks down, we learn how far it came. The errors
# of the tests are merged in, or they would appear among the lines of the file before.
run_kernel()
{
	# shellcheck disable=SC2016  # the shell in the guest expands this
	read_results < <(
		exec setpriv --pdeathsig TERM "$here/boot" "$name" --timeout "$timeout_s" --env "KX_VM_KERNEL=$name" -- \
			sh -c 'uname -r; exec prove --verbose --merge --formatter TAP::Formatter::Console "$1"' \
			prove "$tests" 2>"$errors"
	)
	wait $!
	status=$?
	if [[ ! $release ]]; then
		not_run
		return
	fi
	if [[ $status -eq 0 || $bad_files -gt 0 && $status -eq 1 ]] && ((files)); then
		report ok "$name: booted $release, ran $files test files"
	else
		report not "$name: booted $release, ran $files test files, then ended with status $status"
		explain "$errors"
	fi
	[[ $status -ne 0 ]] && ((${#summary[@]})) && printf '%s\n' "${summary[@]}" | explain
	totals+=("$name: uname -r $release: $all_ok ok, $all_skipped skipped, $all_failed failed")
}

if [[ ${KX_VM-} == skip ]]; then
	echo '1..0 # SKIP KX_VM=skip'
	exit
fi
cd "$here/../.." || exit 1
if [[ ! -e $tests ]]; then
	echo "Bail out! $tests: no such tests: set KX_VM_TESTS"
	exit 1
fi
if [[ $# -gt 0 ]]; then
	names=("$@")
else
	mapfile -t names < <(awk '!/^#/ { print $1 }' "$here/kernels")
fi
errors=$(mktemp "${TMPDIR:-/tmp}/kx-vm-errors.XXXXXX") || exit 1
trap 'rm -f "$errors"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

totals=()
for name in "${names[@]}"; do
	run_kernel
done
printf '# %s\n' "${totals[@]}"
echo "1..$number"
