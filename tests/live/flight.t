#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# The flight recorder: silent until it is asked, then the last calls, and only these.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

plan skip_all => 'what is kept does not depend on the kernel' if $ENV{KX_VM_KERNEL};
need_root();

my $kxtrace = "$build/kxtrace";
# Says a number by each call, and goes on at each line of its input.
my $steps = compile('steps', <<'C');
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char c;
	long i, n, at = 0;
	for (;;) {
		n = 0;
		while (read(0, &c, 1) == 1 && c != '\n') n = n * 10 + c - '0';
		if (!n) return 0;
		for (i = 0; i < n; i++) syscall(SYS_getpgid, ++at);
		dprintf(1, "%ld\n", at);
	}
}
C

# kxtrace with $steps; { pid, gate }: what is written to the gate are its steps.
sub begin {
	my @options = @_;
	unlink "$dir/at", "$dir/out", "$dir/err";
	pipe my $in, my $gate or die;
	my $pid = fork() // die;
	if (!$pid) {
		open STDIN, '<&', $in;
		open STDOUT, '>', "$dir/at";
		open STDERR, '>', "$dir/err";
		close $gate;
		exec $kxtrace, '-e', 'trace=getpgid', '-o', "$dir/out", @options, $steps;
	}
	close $in;
	$gate->autoflush(1);
	return { pid => $pid, gate => $gate, at => 0 };
}

sub step {
	my ($run, $n) = @_;
	$run->{at} += $n;
	print { $run->{gate} } "$n\n";
	ok(wait_for(sub { slurp("$dir/at") =~ /^$run->{at}$/m }), "$run->{at} calls");
}

sub end {
	my $run = shift;
	close $run->{gate};
	waitpid $run->{pid}, 0;
	return $? >> 8;
}

sub numbers { return map { /^getpgid\((\d+)\)/ ? $1 : () } split /\n/, shift; }
sub dumps { return (split /^=== /m, slurp("$dir/out"), -1)[1 .. 99]; }

my $run = begin('-v', '--last', '10');
step($run, 1000);
is(slurp("$dir/out"), '', 'nothing is shown by itself');
kill USR1 => $run->{pid};
ok(wait_for(sub { numbers(slurp("$dir/out")) == 10 }), 'SIGUSR1: ten calls');
like(slurp("$dir/out"), qr{\A=== SIGUSR1: the last 10 calls, \d+\.\d{6} s ===\n}, 'under a title');
is("@{[numbers(slurp(qq($dir/out)))]}", "@{[991 .. 1000]}", 'the last ones');
step($run, 3);
kill USR1 => $run->{pid};
ok(wait_for(sub { numbers(slurp("$dir/out")) == 13 }), 'again: what came since');
step($run, 5000);
is(end($run), 0, 'the command goes on to its end');
is("@{[numbers(slurp(qq($dir/out)))]}", "@{[991 .. 1003]}", 'and no call is shown twice, or at the end');
my ($mib, $nr) = slurp("$dir/err") =~ /^kxtrace: the flight recorder took ([\d.]+) MiB at most; (\d+) dumps$/m;
is($nr, 2, '-v tells of two dumps');
cmp_ok($mib, '<', 1, 'and of little memory');

# By size: what fits, and not more memory than that.
$run = begin('-v', '--last', '2M');
step($run, 200_000);
kill USR1 => $run->{pid};
ok(wait_for(sub { (numbers(slurp("$dir/out")))[-1] // 0 == 200_000 }), 'by size');
end($run);
my @kept = numbers(slurp("$dir/out"));
is($kept[-1], 200_000, 'up to the last call');
is($kept[-1] - $kept[0] + 1, scalar(@kept), 'none is missing between');
cmp_ok(scalar(@kept), '>', 10_000, 'as many as fit');
cmp_ok(scalar(@kept), '<', 100_000, 'and not all');
($mib) = slurp("$dir/err") =~ /took ([\d.]+) MiB/;
cmp_ok($mib, '<=', 2.5, 'the memory that was asked for, and one piece');

# By time
$run = begin('-ttt', '--last', '200ms');
step($run, 1000);
select undef, undef, undef, 0.5;	# what is too old, then
step($run, 5);
kill USR1 => $run->{pid};
ok(wait_for(sub { numbers(slurp("$dir/out") =~ s/^\d+\.\d+ //mgr) >= 5 }), 'by time');
end($run);
is("@{[numbers(slurp(qq($dir/out)) =~ s/^\d+\.\d+ //mgr)]}", '1001 1002 1003 1004 1005', 'those of half a second ago are gone');

# Triggers
sub triggered {
	my ($trigger, @command) = @_;
	unlink "$dir/out";
	my $r = run($kxtrace, '-f', '-o', "$dir/out", '--last', '1000', '--trigger', $trigger, @command);
	return (dumps())[0] // '';
}
my @cat = ('sh', '-c', 'cat /no/such/file 2>/dev/null; true');
like(triggered('openat:ENOENT', '-e', 'trace=openat', @cat), qr{^openat:ENOENT: the last (?:.*\n)+\d+ +openat\(.* = -1 ENOENT .*\n\z}, 'CALL:ERROR');
like(triggered('%file:!0', '-e', 'trace=openat,access', @cat), qr{^%file:!0: (?:.*\n)+\d+ +\w+\(.* = -1 E.*\n\z}, '%CLASS:!0');
like(triggered('exit:1', @cat), qr{^exit:1: (?:.*\n)+\d+ +\+\+\+ exited with 1 \+\+\+\n\z}, 'exit:N');
is(triggered('exit:!0', 'true'), '', 'exit:!0 does not come for 0');
like(triggered('exit:!0', 'sh', '-c', 'kill -KILL $$'), qr{\+\+\+ killed by SIGKILL \+\+\+\n\z}, 'but for who is killed');
like(triggered('signal:SIGUSR2', 'sh', '-c', 'trap true USR2; kill -USR2 $$; true'), qr{^signal:SIGUSR2: (?:.*\n)+\d+ +--- SIGUSR2 .*\n\z}, 'signal:NAME');
like(triggered('latency>100ms', 'sleep', '0.3'), qr{\A\S+ (?:.*\n)+\d+ +clock_nanosleep\(.*\n\z}, 'latency>DURATION');
is(triggered('openat>1h', 'true'), '', 'CALL>DURATION, never reached');
like(triggered('nanosleep,wait4', 'sh', '-c', '/bin/true; true'), qr{^wait4: (?:.*\n)+\d+ +wait4\(.*\n\z}, 'any of a list');
for (['openat:ENOENTT', 8, 'ENOENTT'], ['opnat', 1, 'opnat'], ['read,latency>1x', 14, '1x'], ['signal:NO', 8, 'NO'],
     ['exit:x', 6, 'x'], ['read,', 6, 'nothing'], ['exit:256', 6, '256']) {
	my $r = run($kxtrace, '--last', '5', '--trigger', $_->[0], 'true');
	is($r->{exit}, 2, "$_->[0]: wrong usage");
	like($r->{err}, qr{^kxtrace: --trigger=\Q$_->[0]\E: character $_->[1]: $_->[2]: [^\n]+\n\z}, 'and where');
}
like(run($kxtrace, '--last', '5', '-e', 'trace=read', '--trigger', 'openat', 'true')->{err}, qr{can never come}, 'what is not traced triggers nothing');
like(run($kxtrace, '--trigger', 'openat', 'true')->{err}, qr{needs --last}, 'a trigger needs --last');
like(run($kxtrace, '--last', $_, 'true')->{err}, qr{^kxtrace: --last=\Q$_\E: not a number of calls}, "--last $_") for '0', 'x', '5q', '-1';

# To files
unlink glob "$dir/dump*";
my $r = run($kxtrace, '-f', '--last', '40', '--trigger', 'exit:!0', '--record', "$dir/dump", 'sh', '-c', '(exit 3); (exit 4); true');
is($r->{exit}, 0, 'dumps to files');
is("@{[map { s{.*/}{}r } sort glob qq($dir/dump*)]}", 'dump.1 dump.2', 'one for each');
like($r->{err}, qr{^kxtrace: $dir/dump.1: exit:!0: the last \d+ calls}m, 'it is said');
for (1, 2) {
	$r = run($kxtrace, 'replay', '-f', "$dir/dump.$_");
	is($r->{exit}, 0, "dump.$_ is whole");
	like($r->{out}, qr{\+\+\+ exited with ${\($_ + 2)} \+\+\+\n\z}, 'and ends with what was asked for');
	unlike($r->{out}, qr{lost}, 'what was not kept is not lost');
	like($r->{out}, qr{^\[pid +\d+\] }m, 'more than one task was traced');
}
like(run($kxtrace, 'replay', '--info', "$dir/dump.1")->{out}, qr{^kind +a dump of the flight recorder}m, '--info');

# A record through the flight recorder
run($kxtrace, '--record', "$dir/record", 'cat', '/no/such/file');
$r = run($kxtrace, 'replay', "$dir/record", '--last', '2', '--trigger', 'openat:ENOENT', '-e', 'trace=openat');
like($r->{out}, qr{^=== openat:ENOENT: the last \d calls?, [\d.]+ s ===\n(?:openat.*\n)?openat\(AT_FDCWD, "/no/such/file".* ENOENT}m, 'replay --last --trigger');
done_testing();
