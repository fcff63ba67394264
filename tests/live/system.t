#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# The whole system, filters in the kernel, hooks on single calls.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

not_between('6.1');
need_root();

# Makes calls when it is told to, as its own name.
my $caller = compile('kxcaller', <<'C');
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	int i, n = atoi(argv[2]);
	char c;
	prctl(PR_SET_NAME, argv[1]);
	if (argc > 3 && setuid(atoi(argv[3]))) return 1;
	dprintf(1, "%d ready", getpid());
	if (argc < 5 && read(0, &c, 1) != 1) return 1;
	for (i = 0; i < n; i++) {
		syscall(SYS_getppid);
		close(open("/nosuch/kxfile", O_RDONLY));
		close(open("/etc/hostname", O_RDONLY));
		write(777, "x", 1);
	}
	return 0;
}
C

# Starts it, and returns its pid and the pipe that lets it go.
sub start_caller {
	my @args = @_;
	pipe my $in, my $gate or die;
	my $ready = "$dir/ready." . join('.', @args);
	unlink $ready;
	my $pid = fork() // die;
	if (!$pid) {
		open STDIN, '<&', $in;
		open STDOUT, '>', $ready;
		close $gate;
		exec $caller, @args;
	}
	close $in;
	wait_for(sub { -e $ready && slurp($ready) =~ /ready/ });
	return ($pid, $gate);
}

# kxtrace --all around the work; its lines, and what it said.
sub system_wide {
	my ($options, @callers) = @_;
	my $out = "$dir/all.txt";
	my @waiting = map { [ start_caller(@$_) ] } @callers;
	unlink "$dir/all.err";
	my $pid = fork() // die;
	if (!$pid) {
		open STDERR, '>', "$dir/all.err";
		exec "$build/kxtrace", '--all', '-v', '-o', $out, @$options;
	}
	wait_for(sub { -e "$dir/all.err" && slurp("$dir/all.err") =~ /All processes are traced/ }, 60);
	for (@waiting) {
		print { $_->[1] } 'x';
		close $_->[1];
		waitpid $_->[0], 0;
	}
	kill INT => $pid;
	waitpid $pid, 0;
	my $said = slurp("$dir/all.err");
	my ($seen, $shown, $dropped) = $said =~ /seen (\d+), shown (\d+), dropped (\d+)/;
	return { lines => [ split /\n/, slurp($out) ], said => $said, pids => [ map { $_->[0] } @waiting ],
		 seen => $seen, shown => $shown, dropped => $dropped };
}

sub lines_of { my ($r, $pid, $pattern) = @_; return scalar grep { /^$pid(?:<[^>]*>)? +$pattern/ } @{ $r->{lines} }; }

my $r = system_wide([], [ 'kxone', 50 ], [ 'kxtwo', 70 ]);
is(lines_of($r, $r->{pids}[0], qr{getppid\(\)}), 50, '--all: calls of a process that it did not start');
is(lines_of($r, $r->{pids}[1], qr{getppid\(\)}), 70, 'and of another');
is(lines_of($r, $r->{pids}[0], qr{open(?:at)?\(.*"/nosuch/kxfile".* = -1 ENOENT}), 50, 'with their paths and errors');
is(lines_of($r, $r->{pids}[0], qr{\+\+\+ exited with 0}), 1, 'and their end');
is($r->{seen}, $r->{shown} + $r->{dropped}, 'seen = shown + dropped');

$r = system_wide([ '--comm=kxone' ], [ 'kxone', 20 ], [ 'kxtwo', 20 ]);
is(lines_of($r, $r->{pids}[0], qr{getppid\(\)}), 20, '--comm: calls of tasks of that name');
is(lines_of($r, $r->{pids}[1], qr{}), 0, 'and of no other');
$r = system_wide([ '--uid=65534' ], [ 'kxone', 20, 65534 ], [ 'kxtwo', 20 ]);
is(lines_of($r, $r->{pids}[0], qr{getppid\(\)}), 20, '--uid: calls of that user');
is(lines_of($r, $r->{pids}[1], qr{}), 0, 'and of no other');
$r = system_wide([ '--comm=kxone', '-e', 'trace=getppid,openat' ], [ 'kxone', 20 ]);
is(lines_of($r, $r->{pids}[0], qr{getppid\(\)}), 20, 'few calls selected: hooks on these only');
like($r->{said}, $ENV{KX_VM_KERNEL} ? qr{hooks: } : qr{hooks: on the tracepoints of 2 selected calls}, 'and -v says so');

# Filters on calls of a command; one kernel's guest is enough, each run takes seconds there.
if (($ENV{KX_VM_KERNEL} // '') eq 'newest') {
	done_testing();
	exit 0;
}
sub filtered {
	my $r = traced(@_, $caller, 'kxone', 10, 0, 'now');
	$r->{calls} = [ grep { /^\w+\(/ } @{ $r->{lines} } ];
	return $r;
}
$r = filtered('--errno=ENOENT', '-e', 'trace=!execve,access');
is(scalar(grep { !/ENOENT/ } @{ $r->{calls} }), 0, '--errno: only calls that fail so');
is(scalar(grep { m{kxfile} } @{ $r->{calls} }), 10, 'all of them');
$r = filtered('--errno=EBADF', '-e', 'trace=write');
is(scalar(@{ $r->{calls} }), 10, '--errno with few calls selected');
$r = filtered('--path=/nosuch');
is(scalar(@{ $r->{calls} }), 10, '--path: only calls with paths that begin so');
is(scalar(grep { !m{"/nosuch/kxfile"} } @{ $r->{calls} }), 0, 'no others');
$r = filtered('--fd=777');
is(scalar(@{ $r->{calls} }), 10, '--fd: only calls on that descriptor');
$r = filtered('--return=-9', '-e', 'trace=write,close');
is(scalar(@{ $r->{calls} }), 20, '--return: only calls that return that');
$r = filtered('--latency=1h');
is(scalar(@{ $r->{calls} }), 0, '--latency: none takes that long');
$r = filtered('--latency=0..1h', '-e', 'trace=getppid');
is(scalar(@{ $r->{calls} }), 10, 'all take less');
$r = filtered('--rate=5', '-e', 'trace=getppid,write,open,openat');
like($r->{err}, qr{(\d+) calls are not shown: they were over the rate}, '--rate: what is over it is counted');
my ($over) = $r->{err} =~ /(\d+) calls are not shown/;
my $all = filtered('-e', 'trace=getppid,write,open,openat');
is(scalar(@{ $r->{calls} }) + $over, scalar(@{ $all->{calls} }), 'exactly');

for my $hooks (qw(calls pair)) {
	my $r = filtered("--hooks=$hooks", '-e', 'trace=getppid,execve');
	is(scalar(grep { /^getppid\(\)/ } @{ $r->{calls} }), 10, "--hooks=$hooks: every call");
	is(scalar(grep { /^execve\(.* = 0$/ } @{ $r->{calls} }), 1, 'and the execve');
}

my %bad = (
	'--comm=0123456789abcdef' => qr{at most 15 characters},
	'--uid=nosuchuser' => qr{no such user},
	'--cgroup=/nosuch' => qr{No such file or directory},
	'--errno=ENOPE' => qr{no such error},
	'--return=x' => qr{a number, or a range},
	'--return=9..1' => qr{a number, or a range},
	'--latency=soon' => qr{a time such as 10ms},
	'--rate=0' => qr{calls per second},
	'--fd=-1' => qr{not the number of a descriptor},
	'--hooks=some' => qr{one of auto, calls, pair},
	'--all' => qr{take away the COMMAND},
);
for my $option ($ENV{KX_VM_KERNEL} ? () : sort keys %bad) {
	my $r = run("$build/kxtrace", $option, 'true');
	is($r->{exit}, 2, "$option: refused");
	like($r->{err}, $bad{$option}, 'with the reason');
}
done_testing();
