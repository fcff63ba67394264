#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Nothing is lost in silence: produced = delivered + dropped, exactly.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

not_between('6.12');
need_root();

my $flood = compile('flood', <<'C');
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char c;
	long i, n = atol(argv[1]);
	dprintf(1, "%d ready", getpid());
	read(0, &c, 1);
	for (i = 0; i < n; i++) syscall(SYS_getppid);
	return 0;
}
C

# The reader is stopped while the traced process fills the ring many times.
sub flooded {
	my @options = @_;
	my $calls = 1_000_000;
	pipe my $in, my $gate or die;
	my $out = "$dir/flood.out";
	unlink "$dir/ready";
	my $pid = fork() // die;
	if (!$pid) {
		open STDIN, '<&', $in;
		open STDOUT, '>', "$dir/ready";
		open STDERR, '>', "$dir/err";
		close $gate;
		exec "$build/kxtrace", '-o', $out, '--record', "$dir/record", '-e', 'trace=getppid', @options, $flood, $calls;
	}
	close $in;
	my $child;
	wait_for(sub { ($child) = slurp("$dir/ready") =~ /^(\d+) ready$/ });
	kill STOP => $pid;
	print $gate 'x';
	close $gate;
	# Ended, but not waited for: its parent is stopped.
	wait_for(sub { slurp("/proc/$child/stat") =~ /\) Z / }, 120);
	kill CONT => $pid;
	waitpid $pid, 0;
	my $status = $? >> 8;
	my ($seen, $shown, $dropped) = slurp("$dir/err") =~ /seen (\d+), shown (\d+), dropped (\d+)/;
	my $lines = () = slurp($out) =~ /^getppid/mg;
	my $marked = 0;
	$marked += $_ for slurp($out) =~ /^\.\.\. (\d+) calls? of $child lost \.\.\.$/mg;
	return ($status, $calls, $lines, $seen, $shown, $dropped, $marked);
}

my ($status, $calls, $lines, $seen, $shown, $dropped, $marked) = flooded();
is($status, 0, 'a loss alone is no failure');
cmp_ok($dropped, '>', 0, 'a stopped reader loses records');
is($shown + $dropped, $seen, 'shown + dropped = seen');
# Beside the calls: who the task is, as it is attached and begun by execve, and its end.
is($seen, $calls + 3, 'seen = the calls there were, and what the record holds beside them');
cmp_ok($shown - $lines, '<=', 3, 'shown = lines in the file');
# In their place, all calls that were lost; the end of the process tells of the last of them.
my $end = () = slurp("$dir/flood.out") =~ /^\+\+\+ exited/mg;
is($lines + $marked, $calls, 'shown + marked = the calls there were') if $end;
cmp_ok($marked, '<=', $dropped, 'markers tell of no more than was dropped') if !$end;
my ($lost, $known, $rest) = slurp("$dir/err") =~ /of (\d+) lost records, (\d+) are calls marked .* other (\d+) are/;
is("$lost $known", "$dropped $marked", 'the difference is told at the end');
is($rest, $dropped - $marked, 'exactly');
# The record of it: the same lines, the same markers, the same account.
my $again = run("$build/kxtrace", 'replay', "$dir/record", '-o', "$dir/again");
ok(slurp("$dir/again") eq slurp("$dir/flood.out"), 'a replay has the same markers');
like($again->{err}, qr{: seen $seen, recorded $shown, dropped $dropped$}m, 'and says the same');
is(run("$build/kxtrace", 'replay', '--fail-on-loss', "$dir/record", '-o', "$dir/again")->{exit}, 1, 'also --fail-on-loss');
($status) = flooded('--fail-on-loss');
is($status, 1, '--fail-on-loss: status 1');

my $r = run('sh', '-c', "echo | $build/kxtrace --fail-on-loss -v -o $dir/all -e trace=getppid $flood 300000");
is($r->{exit}, 0, '--fail-on-loss without loss: the command\'s status');
my $all = () = slurp("$dir/all") =~ /^getppid/mg;
is($all, 300000, 'a reader that runs loses nothing: 300000 lines');

# -c counts in the kernel: nothing can be lost.
$r = run('sh', '-c', "echo | $build/kxtrace -c -o $dir/sum $flood 1000000");
like(slurp("$dir/sum"), qr{ 1000000 +getppid$}m, '-c counts a million calls');

done_testing();
