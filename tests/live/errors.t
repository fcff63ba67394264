#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Bad input: one sentence that names the object and the remedy; nothing changed.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

not_between();
need_root();

# [ what, status, sentence, arguments ]
my @cases = (
	[ 'no command', 2, qr{a COMMAND, -p PID or --all is needed} ],
	[ 'no such command', 1, qr{nosuchcommand: no such command in PATH}, 'nosuchcommand' ],
	[ 'no such file', 1, qr{/nosuch/file: cannot be run: No such file}, '/nosuch/file' ],
	[ 'no such pid', 1, qr{-p 4194303: no such process}, '-p', 4194303 ],
	[ 'not a pid', 2, qr{-p abc: not a process number}, '-p', 'abc' ],
	[ 'a negative pid', 2, qr{-p -5: not a process number}, '-p', '-5' ],
	[ 'unknown call', 2, qr{-e trace=opennat: no such system call; did you mean openat\?}, '-e', 'trace=opennat', 'true' ],
	[ 'unknown class', 2, qr{-e trace=%nosuch: no such class}, '-e', '%nosuch', 'true' ],
	[ 'bad regular expression', 2, qr{-e trace=/\(: }, '-e', 'trace=/(', 'true' ],
	[ 'unknown signal', 2, qr{-e signal=NOSUCH: no such signal}, '-e', 'signal=NOSUCH', 'true' ],
	[ 'unknown qualifier', 2, qr{-e foo=bar: no such qualifier; trace=}, '-e', 'foo=bar', 'true' ],
	[ 'unknown option', 2, qr{-\@: no such option}, '-@', 'true' ],
	[ 'unknown long option', 2, qr{--nosuch: no such option}, '--nosuch', 'true' ],
	[ 'missing argument', 2, qr{-s: an argument is missing}, '-s' ],
	[ 'bad size', 2, qr{-s 1x: not a size}, '-s', '1x', 'true' ],
	[ 'an option of strace that is not there', 2, qr{--secontext: records carry no}, '--secontext', 'true' ],
	[ '-z with -Z', 2, qr{-z and -Z: nothing would be shown}, '-z', '-Z', 'true' ],
	[ '-w alone', 2, qr{-w: needs -c}, '-w', 'true' ],
	[ 'unwritable output', 1, qr{/nosuch/out: cannot be written: No such file}, '-o', '/nosuch/out', 'true' ],
	[ 'a directory as output', 1, qr{/tmp: cannot be written: Is a directory}, '-o', '/tmp', 'true' ],
);

for my $case (@cases) {
	my ($what, $status, $sentence, @arguments) = @$case;
	my $r = run("$build/kxtrace", @arguments);
	is($r->{signal} || $r->{exit}, $status, "$what: status $status");
	like($r->{err}, qr{\Akxtrace: $sentence[^\n]*\n\z}, "$what: one sentence");
}

# No file is made or emptied when the trace cannot begin.
write_file("$dir/precious", "data\n");
run("$build/kxtrace", '-o', "$dir/precious", 'nosuchcommand');
is(slurp("$dir/precious"), "data\n", 'a failed start leaves the output file alone');
run("$build/kxtrace", '-o', "$dir/none", '-p', 4194303);
ok(!-e "$dir/none", 'and makes none');

my $r = run("$build/kxtrace", '-p', $$, '-o', '/nosuch/out');
is($r->{exit}, 1, 'attach and unwritable output');

# A file that cannot be executed: the failing execve is shown.
write_file("$dir/noexec", "#!/nosuch/interpreter\n");
chmod 0755, "$dir/noexec";
$r = run("$build/kxtrace", "$dir/noexec");
is($r->{exit}, 1, 'a command that cannot be executed: status 1');
like($r->{err}, qr{execve\("\Q$dir\E/noexec", .*\) = -1 ENOENT \(No such file or directory\)}, 'its execve is shown');
like($r->{err}, qr{kxtrace: \Q$dir\E/noexec: cannot be run: No such file}, 'and said');

$r = run("$build/kxtrace", '-o', '/dev/full', 'true');
is($r->{exit}, 1, 'a full disk: status 1');
like($r->{err}, qr{\Akxtrace: /dev/full: cannot be written: No space left on device\n\z}, 'a full disk: one sentence');

# A kernel without BTF, as far as a process can make it one.
$r = run('unshare', '--mount', 'sh', '-c', "mount --bind /dev/null /sys/kernel/btf/vmlinux && exec $build/kxtrace true");
is($r->{exit}, 1, 'no BTF: status 1');
like($r->{err}, qr{\Akxtrace: [^\n]*BTF[^\n]*\n\z}, 'no BTF: one sentence');

# Without privileges.
SKIP: {
	skip 'setpriv is not here', 2 if system('command -v setpriv >/dev/null') != 0;
	my $copy = "$dir/kxtrace";
	system('cp', "$build/kxtrace", $copy);
	chmod 0755, $dir, $copy;
	$r = run('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', $copy, 'true');
	is($r->{exit}, 1, 'not root: status 1');
	like($r->{err}, qr{\Akxtrace: [^\n]*cap_bpf,cap_perfmon[^\n]*\n\z}, 'not root: one sentence that names the capabilities');
}

done_testing();
