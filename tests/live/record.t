#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Records in files: what is replayed is what was shown, and damage is told, not hidden.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Compress::Zlib ();
use Test::More;

plan skip_all => 'what is in a file does not depend on the kernel' if $ENV{KX_VM_KERNEL};
need_root();

my $kxtrace = "$build/kxtrace";
sub replay { return run($kxtrace, 'replay', @_); }

# Both at once: the same calls as text and as records.
my @busy = ('sh', '-c', 'ls / >/dev/null; cat /no/such/file; (exit 3); kill -CHLD $$; exit 7');
for my $options ([], ['-tt', '-T'], ['-f'], ['-f', '-ttt', '-v'], ['-f', '-r', '-s', '5'], ['-f', '-Z']) {
	my $r = run($kxtrace, @$options, '-o', "$dir/text", '--record', "$dir/record", @busy);
	is($r->{exit}, 7, "@$options: the command's status");
	my $lines = slurp("$dir/text");
	cmp_ok(length $lines, '>', 500, "@$options: text beside the record");
	$r = replay("$dir/record", @$options, '-o', "$dir/again");
	is($r->{exit}, 0, "@$options: the replay succeeds");
	is(slurp("$dir/again"), $lines, "@$options: and shows the same, byte for byte");
}
my $r = run($kxtrace, '-f', '--record', "$dir/record", @busy);
unlike($r->{err}, qr{execve|kxtrace}, 'with --record alone nothing is shown');
$r = replay("$dir/record");
my ($first) = split /\n/, $r->{out};
like($first, qr{^execve\("[^"]*/sh"}, 'on stdout: no number before the lines of one task');
like($r->{out}, qr{^\[pid +\d+\] execve\("[^"]*/cat", }m, 'but when there are more');
is($r->{err}, '', 'and nothing on stderr');
is(run('sh', '-c', "cat $dir/record | $kxtrace replay -")->{out}, $r->{out}, '- is stdin');

# Filters and limits work on what is there.
$r = replay("$dir/record", '-e', 'trace=openat', '-o', "$dir/opens");
is(scalar(grep { !/^\d+ +(openat\(|\+\+\+|---)/ } split /\n/, slurp("$dir/opens")), 0, 'replay -e trace=');
$r = replay("$dir/record", '-Z', '-qq', '-e', 'signal=none');
is(scalar(grep { !/ = -1 E| = \? E/ } split /\n/, $r->{out}), 0, 'replay -Z');
$r = replay("$dir/record", '--count', '10', '-qq', '-e', 'signal=none');
is(scalar(() = $r->{out} =~ /\n/g), 10, 'replay --count');
$r = replay('-qq', "$dir/record", '-s', '3', '-e', 'execve');
like($r->{out}, qr{\["sh", "-c", "ls "\.\.\.\]}, 'replay -s, with options on both sides of the file');

# The oracle.
SKIP: {
	skip 'strace is not installed', 1 if system('command -v strace >/dev/null') != 0;
	run('strace', '-f', '-o', "$dir/strace", 'cat', '/etc/hostname');
	run($kxtrace, '-f', '--record', "$dir/cat", 'cat', '/etc/hostname');
	replay("$dir/cat", '-o', "$dir/cat.txt");
	my @names = map { [ map { map { /^(\w+)\(/ ? $1 : () } @$_ } normalised(slurp($_)) ] } "$dir/strace", "$dir/cat.txt";
	is("@{$names[1]}", "@{$names[0]}", 'the calls that strace shows');
}

# --info
$r = replay('--info', "$dir/record");
is($r->{exit}, 0, '--info');
like($r->{out}, qr{^machine +x86_64$}m, 'the machine') if `uname -m` =~ /x86_64/;
my ($release) = `uname -r` =~ /(\S+)/;
like($r->{out}, qr{^kernel +\Q$release\E$}m, 'the kernel');
like($r->{out}, qr{^command +sh -c ls / }m, 'the command');
my ($seen, $delivered, $dropped) = map { $r->{out} =~ /^$_ +(\d+)$/m } qw(seen delivered dropped);
is($seen, $delivered + $dropped, 'the totals');
like($r->{out}, qr{^records +$delivered in }m, 'as many records as delivered');

# Limits, live: the command goes on to its end.
sub limited { return run($kxtrace, '-o', "$dir/limited", @_, 'sh', '-c', 'sleep 0.5; echo done; exit 5'); }
for (['--count', 4], ['--syscall-limit', 4]) {
	$r = limited(@$_);
	is($r->{exit}, 5, "@$_: the command's status");
	is($r->{out}, "done\n", "@$_: it went on");
	is(scalar(() = slurp("$dir/limited") =~ /\n/g), 4, "@$_: four lines");
}
$r = limited('--size', '1k');
is("$r->{exit} $r->{out}", "5 done\n", '--size: the command goes on');
cmp_ok(-s "$dir/limited", '>=', 1024, '--size: as much as asked for');
cmp_ok(-s "$dir/limited", '<', 2048, 'and then no more');
$r = limited('--for', '200ms', '-f', '-v');
is("$r->{exit} $r->{out}", "5 done\n", '--for: the command goes on');
unlike(slurp("$dir/limited"), qr{exited with 5}, 'and its end is not seen');
($seen, my $shown, $dropped) = $r->{err} =~ /seen (\d+), shown (\d+), dropped (\d+)/;
is($seen, $shown + $dropped, 'seen = shown + dropped');
$r = limited('-v', '--count', '4');
($seen, $shown, $dropped) = $r->{err} =~ /seen (\d+), shown (\d+), dropped (\d+)/;
my ($beyond) = $r->{err} =~ /^kxtrace: (\d+) more came when it was over/m;
is($seen, $shown + $dropped + ($beyond // 0), 'with --count: and what came after it');
my $waiting = start($kxtrace, '--count', '1', '-o', "$dir/limited", 'sleep', '1000');
wait_for(sub { slurp("$dir/limited") =~ /\n/ });
kill TERM => $waiting->{pid};
is(finish($waiting)->{signal}, 15, 'a signal ends the command also when the trace is over');

# Usage
for ([['replay'], 'takes one FILE'], [['replay', 'a', 'b'], 'takes one FILE'],
     [['replay', '-p', '1', 'a'], '-p: is for a live trace'], [['--info', 'true'], '--info: is for a file'],
     [['-c', '--record', 'x', 'true'], '-c: counts in the kernel'], [['--count', '0', 'true'], 'not a number of calls'],
     [['--size', '1x', 'true'], 'not a size'], [['--for', '-1', 'true'], 'not a duration']) {
	$r = run($kxtrace, @{ $_->[0] });
	is($r->{exit}, 2, "@{$_->[0]}: wrong usage");
	like($r->{err}, qr{^kxtrace: .*\Q$_->[1]\E.*\n\z}, 'in one sentence');
}
$r = run($kxtrace, '--record', "$dir/no/such/dir/x", 'sh', '-c', "echo ran >$dir/ran");
is($r->{exit}, 1, 'a record that cannot be made: status 1');
is($r->{err}, "kxtrace: $dir/no/such/dir/x: cannot be written: No such file or directory\n", 'one sentence');
ok(!-e "$dir/ran", 'and the command was not started');

# A recorder that is killed leaves what it had.
my $killed = start($kxtrace, '--record', "$dir/killed", 'sh', '-c', 'ls / >/dev/null; sleep 1000');
wait_for(sub { (-s "$dir/killed" // 0) > 0 && replay("$dir/killed")->{out} =~ /wait4|vfork|clone/ });
my ($child) = slurp("/proc/$killed->{pid}/task/$killed->{pid}/children") =~ /(\d+)/;
kill KILL => $killed->{pid};
finish($killed);
kill KILL => map { $_, slurp("/proc/$_/task/$_/children") =~ /(\d+)/g } grep { $_ } $child;
$r = replay("$dir/killed");
is($r->{exit}, 1, 'a record without its end: status 1');
like($r->{out}, qr{^execve\("[^"]*/sh".*\n(?:.*\n)+}, 'its calls are shown');
like($r->{err}, qr{^kxtrace: $dir/killed: ends without totals: the recorder was killed; [^\n]*\n\z}, 'and that is said');

# A full disk: one sentence, and what was written can be read.
$r = run($kxtrace, '--record', '/dev/full', 'sh', '-c', 'exit 3');
is($r->{exit}, 1, '/dev/full: status 1');
is($r->{err}, "kxtrace: /dev/full: cannot be written: No space left on device\n", 'one sentence');
mkdir "$dir/small";
my $flood = compile('flood', <<'C');
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char text[32];
	for (long i = 0; i < 60000; i++) syscall(SYS_getcwd, text + i % 16, i);
	syscall(SYS_nanosleep, (long[2]){ 1, 500000000 }, 0);
	for (long i = 0; i < 2000000; i++) syscall(SYS_getcwd, text + i % 16, i * 2654435761u);
	return 0;
}
C
$r = run('unshare', '-m', 'sh', '-c',
	 "mount -t tmpfs -o size=2m none $dir/small && $kxtrace --record $dir/small/r $flood; echo \$?; cp $dir/small/r $dir/full");
like($r->{out}, qr{^1$}m, 'a file system that fills up: status 1');
is($r->{err}, "kxtrace: $dir/small/r: cannot be written: No space left on device\n", 'one sentence');
$r = replay("$dir/full", '-o', "$dir/full.txt");
cmp_ok(scalar(() = slurp("$dir/full.txt") =~ /^getcwd/mg), '>=', 60000, 'what was written before is shown');
like($r->{err}, qr{ends without totals}, 'and that it is not whole');

# Damage: the offset, and what comes before it.
run($kxtrace, '-o', "$dir/text", '--record', "$dir/two", 'sh', '-c', 'echo 1; sleep 0.3; echo 2; sleep 0.3');
my $whole = slurp("$dir/two");
my $head_len = unpack 'L', substr $whole, 16, 4;
my @frames;
for (my $at = $head_len; $at < length $whole; $at += 24 + unpack 'x8L', substr $whole, $at, 12) { push @frames, $at; }
cmp_ok(scalar(@frames), '>=', 3, 'frames, because nothing is held back when there is nothing to do');
my $last = $frames[-2];	# of records; then the totals
sub put { my ($text, $at, $bytes) = @_; substr($text, $at, length $bytes) = $bytes; return $text; }
sub sealed {
	my ($text, $at) = @_;
	my $stored = unpack 'x8L', substr $text, $at, 12;
	my $bare = put(substr($text, $at, 24 + $stored), 20, "\0\0\0\0");
	return put($text, $at + 20, pack 'L', Compress::Zlib::crc32($bare));
}
my $lines = slurp("$dir/text");
my $packing = unpack 'C', substr $whole, $last + 5, 1;
for my $case (
	['within a frame', substr($whole, 0, $last + 30), qr{offset $last: the file ends within a frame of \d+ records}, 1],
	['within the head of a frame', substr($whole, 0, $last + 10), qr{offset $last: the file ends within a frame, }, 1],
	['before the totals', substr($whole, 0, $frames[-1]), qr{ends without totals: the recorder was killed}, 1],
	['a byte of a frame', put($whole, $last + 40, chr(ord(substr $whole, $last + 40, 1) ^ 1)), qr{offset $last: the checksum of a frame of \d+ records is wrong}, 1],
	['where a frame begins', put($whole, $last, 'x'), qr{offset $last: here a frame should begin}, 1],
	['the size of a frame', put($whole, $last + 12, pack 'L', 1 << 31), qr{offset $last: a frame cannot have 2147483648 bytes}, 1],
	['a packing of the future', sealed(put($whole, $last + 5, chr 9), $last), qr{offset $last: a frame is packed in a way}, 1],
	['a kind of the future', sealed(put($whole, $last + 4, chr 9), $last), qr{offset $last: a frame of a kind}, 1],
	['more behind it', "$whole!", qr{offset ${\length $whole}: there is more behind the end}, 1],
	['within the head', substr($whole, 0, 70), qr{ends within its head, at offset 70}, 0],
	['a byte of the head', put($whole, 60, 'x'), qr{is damaged within its first $head_len bytes, the head}, 0],
	['a head too long', put($whole, 16, pack 'L', 1 << 30), qr{is damaged at offset 16: a head cannot have}, 0],
	['another byte order', put($whole, 8, pack 'N', 0x04030201 == unpack('L', pack 'N', 0x01020304) ? 0x01020304 : 0x04030201), qr{other byte order}, 0],
	['no byte order', put($whole, 8, 'abcd'), qr{is damaged at offset 8}, 0],
	['the future', put($whole, 12, pack 'L', 99), qr{has format 99, this kxtrace reads 1}, 0],
	['text', "execve(...)\n" x 20, qr{is no record of kxtrace: it does not begin like one}, 0],
	['a few bytes', 'abc', qr{is no record of kxtrace: 3 bytes are too few}, 0],
	['nothing', '', qr{is empty: the recorder was killed before}, 0],
) {
	my ($name, $bytes, $sentence, $shown) = @$case;
	my $file = write_file("$dir/damaged", $bytes);
	$r = replay($file);
	is($r->{exit}, 1, "$name: status 1");
	like($r->{err}, qr{^kxtrace: $file: [^\n]*$sentence[^\n]*\n\z}, "$name: one sentence");
	is($r->{out} ne '' && index($lines, $r->{out}) == 0 ? 1 : 0, $shown, "$name: " . ($shown ? 'what comes before is shown' : 'nothing is shown'));
}
$r = replay("$dir/nothing/there");
is($r->{err}, "kxtrace: $dir/nothing/there: cannot be read: No such file or directory\n", 'a file that is not there');
done_testing();
