#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# -e inject= and -e fault=: strace is the oracle for what happens and how it is shown;
# then what must never happen: a call that hangs, or that is tampered with afterwards.
use strict;
use warnings;
use lib 'tests/lib';
use JSON::PP;
use KX;
use Test::More;

not_between('newest');
need_root();
plan skip_all => 'strace is not installed' if system('command -v strace >/dev/null') != 0;
my ($kxtrace, $program, $guest) = ("$build/kxtrace", "$build/tests/live/inject", $ENV{KX_VM_KERNEL});
$ENV{LC_ALL} = 'C';
# The helpers of this test, by what they inherit.
$ENV{KX_INJECT_TEST} = "of-$$";

sub settled {
	my @tasks = normalised(shift);
	for my $task (@tasks) {
		for (@$task) {
			s/^(set_tid_address\(.*\)|getppid\(\)|getpid\(\)) = \d{3,}/$1 = N/;
			s/\[\d{3,}\]/[N]/g;
			s/^(clone3?|v?fork)(\(.*\)) = \d{3,}/$1$2 = N/;
			s/ <[\d.]+>$//;
			s/\b(st_\w+|f_\w+)=[^,}]*/$1=S/g;
		}
		# When a child's end is told of is chance.
		@$task = grep { !/^--- SIGCHLD/ } @$task;
	}
	return \@tasks;
}

# What does not depend on the kernel is not asked again in guests, which are slow.
sub compare_here { compare(@_) if !$guest; }

# The same lines, the same output, the same end.
sub compare {
	my ($name, $options, @command) = @_;
	my @followed = ('-f', '-o', "$dir/trace", split ' ', $options);
	my (%result, %lines);
	for my $tracer ('strace', $kxtrace) {
		unlink "$dir/trace";
		$result{$tracer} = run($tracer, @followed, @command);
		$lines{$tracer} = settled(slurp("$dir/trace"));
	}
	my ($theirs, $ours) = @result{'strace', $kxtrace};
	is_deeply([ "ends with $ours->{status}", "prints $ours->{out}", $lines{$kxtrace} ],
		  [ "ends with $theirs->{status}", "prints $theirs->{out}", $lines{strace} ],
		  "$options: $name") or diag($ours->{err});
}

my @calls = ($program, 'calls', 7);
my $only = '-e trace=getppid';
compare('an error', "$only -e inject=getppid:error=EPERM", @calls);
compare_here('by number, twice a result', "$only -e inject=getppid:error=22 -e inject=getppid:retval=5", @calls);
compare_here('a value', "$only -e inject=getppid:retval=0x10", @calls);
compare_here('ENOSYS unless told', "$only -e fault=getppid", @calls);
compare_here('a signal', "$only -e inject=getppid:signal=USR1", @calls);
compare('both', "$only -e inject=getppid:signal=SIGUSR1:error=EPERM", @calls);
compare('a deadly one', "$only -e inject=getppid:signal=TERM:when=3", @calls);
compare_here('a deadly one, and an error', "$only -e inject=getppid:signal=SEGV:error=EIO", @calls);
compare_here('a delay', "$only -e inject=getppid:delay_enter=2ms", @calls);
compare('a delay behind', "$only -e inject=getppid:delay_exit=500", @calls);
compare_here('both, and an error', "$only -e inject=getppid:delay_enter=1:delay_exit=2ms:error=EIO:when=2+", @calls);
for my $when ($guest ? qw(2..5+2) : qw(1 2 3+ 2..4 2..5+ 2+2 1..5+2 3..6+3 7 8 1+)) {
	compare('these only', "$only -e fault=getppid:when=$when", @calls);
}
compare_here('not of calls that are not traced', '-e trace=write -e fault=getppid:error=EIO', @calls);
compare_here('no memory', '-e inject=mmap:error=ENOMEM:when=3+', @calls);
compare('the first execve is exempt', '-e trace=execve,getppid -e inject=execve:error=ENOENT', $program, 'tree');
compare('counts of each task', "$only,execve -e inject=getppid:error=EPERM:when=2+2", $program, 'tree');
compare_here('what is printed', '-e inject=write:error=ENOSPC -e trace=write', 'sh', '-c', 'echo a; echo b >&2; exit 3');
compare_here('a class, by its paths', '-e inject=%file:error=EACCES', 'cat', '/etc/hostname');
compare_here('everything', '-e inject=all:error=EPERM', 'cat', '/etc/hostname');
compare('everything, later', '-e inject=all:delay_enter=1', 'cat', '/etc/hostname') if !$guest;
compare_here('no directory', '-e trace=getdents64,openat -e inject=getdents64:error=EIO', 'ls', '/');
compare('no file', '-e trace=openat -e inject=openat:error=ENOENT:when=3', 'cat', '/etc/hostname');
compare_here('an empty one', '-e trace=read,openat -e inject=read:retval=0:when=2', 'cat', '/etc/hostname');
compare_here('no child', '-e trace=fork,vfork,clone,clone3 -e inject=fork,vfork,clone,clone3:error=EAGAIN', 'sh', '-c', '/bin/true; echo $?');

# Without -f, only the task that kxtrace started.
my %out = map { $_ => run($_, '-o', "$dir/trace", '-e', 'inject=getppid:error=EPERM', $program, 'tree')->{out} } 'strace', $kxtrace;
is($out{$kxtrace}, $out{strace}, 'without -f only the first task is tampered with');

# Calls of 32-bit programs, by their own numbers.
my $narrow = "$dir/narrow";
write_file("$narrow.c", "#include <sys/syscall.h>\n#include <unistd.h>\n#include <stdio.h>\nint main(void) { for (int i = 0; i < 4; i++) { long r = syscall(SYS_getppid); printf(\"%d\\n\", r < 0 ? -1 : r == 7); } return 0; }\n");
chomp(my $multiarch = `gcc -print-multiarch`);
SKIP: {
	skip 'no 32-bit programs can be built here', 2
	    if $guest || system("gcc -w -m32 -static -idirafter /usr/include/$multiarch -o $narrow $narrow.c 2>/dev/null") != 0;
	compare('32 bit', "$only -e inject=getppid:retval=7:when=2+2", $narrow);
	compare('not for 32 bit', "$only -e inject=getppid\@64:retval=7", $narrow);
}

# -c
my %counts;
for my $tracer ('strace', $kxtrace) {
	run($tracer, '-c', '-f', '-o', "$dir/counts", '-e', 'inject=close:error=EIO:when=2+', 'cat', '/etc/hostname');
	$counts{$tracer} = join "\n", sort map { /^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(\d*) *(\w+)$/ && $3 ne 'total' ? "$3: $1 " . ($2 || 0) : () } split /\n/, slurp("$dir/counts");
}
is($counts{$kxtrace}, $counts{strace}, '-c counts what strace counts');

# A delay is one, at least.
for my $how ('delay_enter=30ms', 'delay_exit=10ms', 'delay_exit=30ms:error=EPERM', 'delay_enter=20ms:delay_exit=10ms:retval=1') {
	my $least = 0;
	$least += $_ for $how =~ /=(\d+)ms/g;
	my ($us) = run($kxtrace, '-o', "$dir/trace", '-e', "inject=getppid:$how", $program, 'timed')->{out} =~ /^(\d+) us/;
	cmp_ok($us, '>=', $least * 1000, "$how: as long as that");
}
my $r = traced('-T', '-e', 'trace=getppid', '-e', 'inject=getppid:delay_enter=20ms', $program, 'calls', 1);
my ($spent) = ($r->{lines}[0] // '') =~ / <([\d.]+)>$/;
cmp_ok($spent, '>=', 0.02, '-T tells of it');

# Records, and other forms.
run($kxtrace, '--record', "$dir/rec", '-e', 'trace=getppid', '-e', 'inject=getppid:error=EPERM:when=2', $program, 'calls', 2);
my @replayed = grep { /getppid/ } split /\n/, run($kxtrace, 'replay', "$dir/rec")->{out};
is(scalar(@replayed), 2, 'a record has both calls');
like($replayed[1] // '', qr{= -1 EPERM \(Operation not permitted\) \(INJECTED\)$}, 'and what was done to them');
my @objects = map { decode_json($_) } grep { /getppid/ } split /\n/,
    run($kxtrace, '--json', '-o', '/dev/stdout', '-e', 'inject=getppid:error=EPERM:delay_enter=1:when=2', '-e', 'trace=getppid', $program, 'calls', 2)->{out};
is_deeply([ map { [ $_->{injected} ? 1 : 0, $_->{delayed} ? 1 : 0 ] } @objects ], [ [ 0, 0 ], [ 1, 1 ] ], '--json says it, too');

# Many tasks: none gets what was meant for another.
my $nr = $guest ? 50 : 2000;
$r = run($kxtrace, '-f', '-o', "$dir/trace", '-e', 'trace=getppid', '-e', 'inject=getppid:error=EIO:when=2', $program, 'forks', $nr);
is($r->{out}, "wrong value 0\n", "$nr processes, each with its second call injected");
my @injected = grep { /INJECTED/ } split /\n/, slurp("$dir/trace");
is(scalar(@injected), $nr, 'and marked');
is(scalar(grep { !/getppid\(\) += -1 EIO/ } @injected), 0, 'no other line is');

#
# Nothing hangs, and nothing goes on when the trace is over.
#
sub helpers {
	return grep { slurp("/proc/$_/comm") eq "kxtrace-inject\n" && slurp("/proc/$_/environ") =~ /\bKX_INJECT_TEST=of-$$\0/ }
	    map { m{(\d+)$} } glob('/proc/[0-9]*');
}
sub child_of {
	my ($pid, $name) = @_;
	my ($child) = grep { slurp("/proc/$_/stat") =~ /^\d+ \(\Q$name\E\) \S $pid / } map { m{(\d+)$} } glob('/proc/[0-9]*');
	return $child;
}
sub begun {
	my $started = start($kxtrace, '-o', "$dir/trace", @_, $program, 'forever');
	wait_for(sub { $started->{child} = child_of($started->{pid}, 'inject') });
	return $started;
}
sub says {
	my ($started, $text, $what) = @_;
	ok(wait_for(sub { slurp($started->{out}) =~ /$text/ }), $what);
}
my $eperm = "errno 1\n";
my $begun = begun('-e', 'inject=getppid:error=EPERM');
says($begun, "^$eperm\$", 'a program that goes on for ever');
kill KILL => $begun->{pid};
finish($begun);
says($begun, "^${eperm}errno 0\n\$", 'kxtrace is killed: its calls succeed again');
is(scalar(helpers()), 1, 'because there is somebody who lets them');
kill KILL => $begun->{child};
ok(wait_for(sub { !helpers() }), 'who goes when the program does');

$begun = begun('--for=300ms', '-e', 'inject=getppid:error=EPERM');
says($begun, "^${eperm}errno 0\n\$", '--for is over: its calls succeed again');
kill TERM => $begun->{pid};
is(finish($begun)->{signal}, 15, 'and its end is still kxtrace\'s');

$begun = begun('-e', 'inject=getppid:delay_enter=1000s');
kill TERM => $begun->{pid};
is(finish($begun)->{signal}, 15, 'SIGTERM for kxtrace while a call is delayed: both end');
$begun = begun('-e', 'inject=getppid:delay_enter=1000s');
kill TERM => $begun->{child};
is(finish($begun)->{signal}, 15, 'SIGTERM for the command: likewise');
$begun = begun('-e', 'inject=getppid:delay_enter=1000s');
kill KILL => $begun->{pid};
finish($begun);
says($begun, "^errno 0\n\$", 'kxtrace is killed: a delayed call goes on at once');
kill KILL => $begun->{child};
$r = run($kxtrace, '-f', '-o', "$dir/trace", '-e', 'inject=getppid:delay_enter=1000s', '-e', 'inject=getpgrp:delay_enter=10', $program, 'others');
is($r->{out}, "others value 1\n", 'a task that is delayed does not hold up others');
$r = run('sh', '-c', "$kxtrace -o /dev/stdout -e inject=getppid:delay_enter=1 $program calls 1000 | head -1 >/dev/null; echo over");
is($r->{out}, "over\n", 'nor does an output that is closed');
ok(wait_for(sub { !helpers() }), 'no helper is left');

# Rights.
is(run($kxtrace, '-o', "$dir/trace", '-u', 'nobody', '-e', 'inject=all:delay_enter=1', 'id', '-un')->{out}, "nobody\n", '-u');
SKIP: {
	skip 'setpriv is not installed', 2 if system('command -v setpriv >/dev/null') != 0;
	my $id = "$dir/id";
	system("chmod 755 $dir && cp /usr/bin/id $id && chmod 4755 $id");
	skip "$dir is mounted without setuid", 2 if `setpriv --reuid=65534 --clear-groups $id -u` ne "0\n";
	my @rights = ($kxtrace, '-f', '-o', "$dir/trace", '-e', 'trace=access', '-e', 'inject=access:error=EACCES');
	is(run(@rights, 'setpriv', '--reuid=65534', '--clear-groups', $id, '-u')->{out}, "0\n", 'a set-user-ID program has its rights');
	is(run('setpriv', '--inh-caps=-all,+bpf,+perfmon', '--bounding-set=-all,+bpf,+perfmon', @rights,
	       $program, 'calls', 1)->{out}, "calls called 0\n", 'kxtrace itself needs no more than it has');
}
$r = run($kxtrace, '-o', "$dir/outer", '-e', 'fault=getppid', $kxtrace, '-o', "$dir/inner", '-e', 'fault=getppid', 'true');
like($r->{err}, qr{^kxtrace: -e inject=: .* there can be only one\n\z}, 'one within another is refused');

#
# examples/getlogin: own code first, then the original call; or access control.
#
my $getlogin = "$dir/getlogin";
is(run('gcc', '-std=gnu11', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-Werror', '-o', $getlogin, 'examples/getlogin/main.c')->{exit}, 0, 'examples/getlogin builds without a warning');
$r = run($getlogin, 'id', '-u');
is($r->{out}, "0\n", 'the call goes on');
is($r->{err}, "getlogin: id of user 0 asks geteuid: goes on\n", 'own code ran first');
$r = run($getlogin, '--refuse', '1,0', 'id', '-u');
is($r->{out}, "4294967295\n", 'the call is refused: the number is that of a failure');
like($r->{err}, qr{^getlogin: id of user 0 asks geteuid: refused$}m, 'as own code says');
$r = run($getlogin, '--refuse', '1,65534', 'sh', '-c', '(id -u) & wait; exit 3');
is($r->{out}, "0\n", 'who is not in the list is let through, children as well');
is($r->{exit}, 3, 'the status is the command\'s');
is(run($getlogin, 'sh', '-c', 'kill -9 $$')->{exit}, 137, 'also of one that was killed');
is(run($getlogin, '/nosuch')->{exit}, 127, 'and of one that there is not');
my $file = "$dir/late";
run($getlogin, 'sh', '-c', "(sleep 0.2; id -u >$file) & exit 0");
is(slurp($file), "0\n", 'a child that outlives the command is still answered');

#
# What is refused, in one sentence, before anything runs.
#
sub refused {
	my ($reason, @arguments) = @_;
	my $r = run($kxtrace, @arguments);
	is($r->{exit}, 2, "@arguments is refused");
	like($r->{err}, qr{\Akxtrace: [^\n]*$reason[^\n]*\n\z}, 'with a reason') or diag($r->{err});
	is($r->{out}, '', 'and nothing runs');
}
if (!$guest) {
	my @echo = ('echo', 'it runs');
	refused('kxtrace policy', '-p', '1', '-e', 'inject=getppid:error=EPERM');
	refused('kxtrace policy', '--all', '-e', 'fault=getppid');
	refused('has happened', 'replay', '-e', 'fault=getppid', "$dir/rec");
	refused('-b execve', '-b', 'execve', '-e', 'fault=getppid', @echo);
	refused('-P', '-P', '/etc/hosts', '-e', 'fault=getppid', @echo);
	refused('-P', '--trace-fds=1', '-e', 'fault=getppid', @echo);
	refused('--hooks=calls', '--hooks=calls', '-e', 'fault=getppid', @echo);
	refused('no such system call; did you mean getpid', '-e', 'inject=getpidd:error=EPERM', @echo);
	refused($_->[0], '-e', "inject=getppid$_->[1]", @echo) for
	    [ 'nothing to do', '' ], [ 'nothing to do', ':' ], [ 'nothing to do', ':when=1' ],
	    [ 'EFOO: no such error', ':error=EFOO' ], [ '4096: no such error', ':error=4096' ],
	    [ 'no such error', ':error=' ], [ '= and a value', ':error' ],
	    [ 'one result only', ':error=EPERM:retval=2' ], [ 'one result only', ':retval=1:retval=2' ],
	    [ '1e3: not a number', ':retval=1e3' ], [ 'no such signal', ':signal=FOO' ],
	    [ 'one signal', ':signal=all' ], [ 'one signal only', ':signal=USR1:signal=USR2' ],
	    [ 'there twice', ':delay_enter=1:delay_enter=2' ], [ 'not a time', ':delay_enter=soon' ],
	    [ 'at most 10ms', ':delay_exit=11ms' ], [ 'FIRST', ':error=EPERM:when=0' ],
	    [ 'FIRST', ':error=EPERM:when=2..1' ], [ 'FIRST', ':error=EPERM:when=65536' ],
	    [ 'FIRST', ':error=EPERM:when=1..65535' ], [ 'FIRST', ':error=EPERM:when=2+0' ],
	    [ 'no other call', ':error=EPERM:syscall=getpid' ], [ 'not written to', ':poke_enter=@arg1=00' ],
	    [ 'not written to', ':poke_exit=@arg1=00' ], [ 'one of error=', ':error=EPERM:what=3' ];
	refused('fault= takes', '-e', 'fault=getppid:retval=3', @echo);
	refused('fault= takes', '--fault=getppid:signal=USR1', @echo);
	refused('@x64', '--inject=getppid@x64:error=EPERM', @echo);
	# What strace says of these is no syntax of its own: all of them fail there, too.
	for my $text ('', ':when=1', ':error=EFOO', ':error=4096', ':error=EPERM:retval=2', ':retval=1e3', ':error=EPERM:when=2..1', ':error=EPERM:what=3') {
		isnt(run('strace', '-e', "inject=getppid$text", @echo)->{exit}, 0, "strace refuses inject=getppid$text");
	}
}
done_testing();
