#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxtrace as users type it: lines, options, exit statuses.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

plan skip_all => 'what programs say does not depend on the kernel' if $ENV{KX_VM_KERNEL};
need_root();

my $r = run("$build/kxtrace", 'cat', '/etc/hostname');
is($r->{exit}, 0, 'a command that succeeds: status 0');
is($r->{out}, slurp('/etc/hostname'), 'its own output is untouched');
like($r->{err}, qr{^execve\("[^"]*/cat", \["cat", "/etc/hostname"\], 0x[0-9a-f]+ /\* \d+ vars \*/\) = 0\n},
     'the first line is its execve');
like($r->{err}, qr{^openat\(AT_FDCWD, "/etc/hostname", O_RDONLY\) = \d+$}m, 'a path and flags by name');
like($r->{err}, qr{^close\(\d\) {32}= 0$}m, 'results are aligned at column 40');
like($r->{err}, qr{\nexit_group\(0\) {24,} = \?\n\+\+\+ exited with 0 \+\+\+\n\z}, 'the end');

$r = run("$build/kxtrace", 'sh', '-c', 'exit 42');
is($r->{exit}, 42, 'the exit status is passed on');
like($r->{err}, qr{\n\+\+\+ exited with 42 \+\+\+\n\z}, 'and shown');

$r = run("$build/kxtrace", 'sh', '-c', 'kill -TERM $$');
is($r->{signal}, 15, 'death by a signal is passed on');
like($r->{err}, qr{--- SIGTERM \{si_signo=SIGTERM, si_code=SI_USER, si_pid=\d+, si_uid=\d+\} ---\n\+\+\+ killed by SIGTERM \+\+\+\n},
     'the signal and the death are shown');

$r = traced('sh', '-c', 'kill -KILL $$');
is($r->{signal}, 9, 'SIGKILL is passed on');
is($r->{lines}[-1], '+++ killed by SIGKILL +++', 'SIGKILL has no line but the death');

$r = traced('-f', 'sh', '-c', '(exit 3); true');
my ($child) = map { /(?:clone|clone3|vfork|fork)\(.*= (\d+)$/ ? $1 : () } @{ $r->{lines} };
ok($child, 'the fork returns a pid');
is(scalar(grep { /^$child +\+\+\+ exited with 3 \+\+\+$/ } @{ $r->{lines} }), 1, '-f -o: the child\'s lines begin with its pid');
is(scalar(grep { /^\d+ +--- SIGCHLD \{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=$child, si_uid=0, si_status=3, si_utime=\d+(?: \/\* [\d.]+ s \*\/)?, si_stime=\d+(?: \/\* [\d.]+ s \*\/)?\} ---$/ }
	  @{ $r->{lines} }), 1, 'SIGCHLD, though the shell ignores it');
is($r->{err}, '', 'with -o and a command nothing else is said');

$r = run("$build/kxtrace", '-f', '-e', 'trace=execve', 'sh', '-c', '/bin/true & /bin/true & wait');
like($r->{err}, qr{^kxtrace: Process \d+ attached$}m, '-f on a terminal tells of new processes');
like($r->{err}, qr{^\[pid +\d+\] execve\("/bin/true"}m, 'and marks their lines');
$r = run("$build/kxtrace", '-q', '-f', '-e', 'trace=execve', 'sh', '-c', '/bin/true & wait');
unlike($r->{err}, qr{attached}, '-q keeps quiet about it');
$r = traced('-qq', 'true');
is(scalar(grep { /exited/ } @{ $r->{lines} }), 0, '-qq: no exit status');

$r = traced('sh', '-c', '/bin/true; /bin/true');
is(scalar(grep { /execve/ } @{ $r->{lines} }), 1, 'without -f children are not followed');

# Selection.
$r = traced('-e', 'trace=openat,close', 'cat', '/etc/hostname');
is(scalar(grep { !/^(openat|close|\+\+\+)/ } @{ $r->{lines} }), 0, '-e trace=a,b: nothing else');
cmp_ok(scalar(grep { /^openat/ } @{ $r->{lines} }), '>', 1, 'and these');
$r = traced('-e', 'trace=!openat,close', 'cat', '/etc/hostname');
is(scalar(grep { /^(openat|close)\(/ } @{ $r->{lines} }), 0, '-e trace=!a,b: all others');
$r = traced('-e', '%file', 'cat', '/etc/hostname');
is(scalar(grep { /^(read|close|mmap)\(/ } @{ $r->{lines} }), 0, '-e %file: no calls on descriptors');
$r = traced('-e', 'trace=/^open', 'cat', '/etc/hostname');
is(scalar(grep { !/^(open|\+\+\+)/ } @{ $r->{lines} }), 0, '-e trace=/regex');
$r = traced('-e', 'trace=?nosuchcall,close', 'cat', '/etc/hostname');
is($r->{exit}, 0, '?name: not an error when there is none');
$r = traced('-e', 'signal=!CHLD', '-f', 'sh', '-c', '(exit 3); true');
is(scalar(grep { /SIGCHLD \{/ } @{ $r->{lines} }), 0, '-e signal=!CHLD');
$r = traced('-Z', 'cat', '/nosuchfile');
is(scalar(grep { /^\w+\(.* = \d/ } @{ $r->{lines} }), 0, '-Z: only failed calls');
is($r->{exit}, 1, 'and the command\'s status still');
$r = traced('-z', 'cat', '/nosuchfile');
is(scalar(grep { / = -1 / } @{ $r->{lines} }), 0, '-z: only successful calls');

# Strings.
$r = traced('-s', '5', '-e', 'trace=write', 'echo', '0123456789');
like($r->{lines}[0], qr{^write\(1, "01234"\.\.\., 11\) += 11$}, '-s 5 cuts, and says so');
$r = traced('-e', 'trace=write', 'echo', '0123456789' x 10);
like($r->{lines}[0], qr{^write\(1, "01234567890123456789012345678901"\.\.\., 101\) = 101$}, 'the default is 32');
$r = traced('-s', '4000', '-e', 'trace=write', 'echo', 'x' x 3500);
like($r->{lines}[0], qr{^write\(1, "x{3500}\\n", 3501\) = 3501$}, '-s 4000 shows it whole');
my $path = '/tmp/' . 'a/' x 2000;
$r = traced('-e', 'trace=%file', 'cat', $path);
is(scalar(grep { index($_, "\"$path\"") >= 0 } @{ $r->{lines} }), 1, 'a path of 4005 bytes is shown whole');

# Times.
$r = traced('-t', 'true');
like($r->{lines}[0], qr{^\d\d:\d\d:\d\d execve\(}, '-t');
$r = traced('-tt', 'true');
like($r->{lines}[0], qr{^\d\d:\d\d:\d\d\.\d{6} execve\(}, '-tt');
my $before = time;
$r = traced('-ttt', 'true');
my ($at) = $r->{lines}[0] =~ /^(\d+)\.\d{6} execve\(/;
ok($at >= $before && $at <= time, '-ttt is the time since the epoch');
$r = traced('-r', 'true');
like($r->{lines}[0], qr{^     0\.000000 execve\(}, '-r starts at zero');
$r = traced('-T', '-e', 'trace=%clock,clock_nanosleep', 'sleep', '0.2');
my ($spent) = map { /^clock_nanosleep.*<([\d.]+)>$/ ? $1 : () } @{ $r->{lines} };
ok($spent >= 0.2 && $spent < 30, '-T: the time in the call');
my @stamps = map { /^([\d.]+) / ? $1 : () } @{ traced('-ttt', 'ls', '/')->{lines} };
is_deeply(\@stamps, [ sort { $a <=> $b } @stamps ], 'times of one task rise');

# -c
$r = traced('-c', 'cat', '/etc/hostname', '/nosuchfile');
is($r->{lines}[0], '% time     seconds  usecs/call     calls    errors syscall', '-c: the head of the table');
is($r->{lines}[1], '------ ----------- ----------- --------- --------- ----------------', 'its rule');
my ($opens) = grep { /openat$/ } @{ $r->{lines} };
my ($calls, $errors) = $opens =~ /(\d+) +(\d+) openat$/;
my $whole = traced('-e', 'trace=openat', 'cat', '/etc/hostname', '/nosuchfile');
is($calls, scalar(grep { /^openat/ } @{ $whole->{lines} }), 'as many calls as lines');
is($errors, scalar(grep { /^openat.* = -1/ } @{ $whole->{lines} }), 'as many errors');
like($r->{lines}[-1], qr{^100\.00 +[\d.]+ +\d+ +\d+ +\d+ total$}, 'the total');
$r = traced('-c', '-w', '-f', 'sh', '-c', 'sleep 0.3');
my ($wait) = map { /^ *[\d.]+ +([\d.]+) .* wait4$/ ? $1 : () } @{ $r->{lines} };
cmp_ok($wait, '>=', 0.2, '-c -w counts waiting');
$r = traced('-c', '-f', 'sh', '-c', 'sleep 0.3');
($wait) = map { /^ *[\d.]+ +([\d.]+) .* wait4$/ ? $1 : () } @{ $r->{lines} };
cmp_ok($wait, '<', 0.1, '-c does not: it counts the time on the CPU');

# 32-bit calls have other numbers: they must not be taken for 64-bit ones.
my $compat = compile('compat', <<'C');
#include <unistd.h>
int main(void) { long pid; asm volatile("int $0x80" : "=a"(pid) : "a"(20) : "memory"); return pid == getpid() ? 0 : 1; }
C
SKIP: {
	skip 'this kernel takes no 32-bit calls', 3 if system($compat) != 0;
	$r = traced($compat);
	cmp_ok(scalar(grep { /^getpid\(\) +=/ } @{ $r->{lines} }), '>=', 1, 'and has the name that its own table gives it');
	$r = traced('-e', 'trace=writev', $compat);
	is(scalar(grep { /\(/ } @{ $r->{lines} }), 0, 'and is not selected under the name that 64-bit calls have for it');
	$r = traced('-c', $compat);
	is(scalar(grep { /^System call usage summary for 32 bit mode:$/ } @{ $r->{lines} }), 1, '-c counts it apart');
}

$r = traced('-v', 'true');
my ($seen, $shown, $dropped) = $r->{err} =~ /^kxtrace: seen (\d+), shown (\d+), dropped (\d+)$/m;
is($seen, $shown + $dropped, '-v: seen = shown + dropped');
is($shown, scalar(@{ $r->{lines} }), 'shown = lines');

write_file("$dir/appended", "before\n");
run("$build/kxtrace", '-A', '-o', "$dir/appended", 'true');
like(slurp("$dir/appended"), qr{\Abefore\nexecve}, '-A appends');

# Output closed early: quiet, as strace.
$r = run('sh', '-c', "$build/kxtrace -o /dev/stdout seq 100000 2>$dir/epipe | head -1; echo done");
like($r->{out}, qr{^done$}m, 'a closed pipe ends it');
is(slurp("$dir/epipe"), '', 'without a word');
$r = run('bash', '-c', "$build/kxtrace -o /dev/stdout sh -c 'for i in 1 2 3 4 5 6 7 8 9; do /bin/true; done; exit 7' | head -1 >/dev/null; exit \${PIPESTATUS[0]}");
is($r->{exit}, 7, 'and the command goes on to its own end');

done_testing();
