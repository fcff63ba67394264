#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Counting instead of showing: -c and its columns against strace's, --hist, --top.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

plan skip_all => 'what is counted does not depend on the kernel' if $ENV{KX_VM_KERNEL};
need_root();
# How a table looks does not depend on the kernel, and guests are slow.
my $guest = $ENV{KX_VM_KERNEL};
my $strace = system('command -v strace >/dev/null') == 0;

sub counted { return slurp_table($_[0], run(@_[1 .. $#_])); }

# The table that a run wrote to a file: its lines, and [calls, errors] by name.
sub slurp_table {
	my ($file, $r) = @_;
	my @lines = split /\n/, slurp($file);
	my %calls;
	for (@lines) {
		$calls{$4} = [ $2, $3 || 0 ] if /^ *[\d.]+ +([\d.]+) +\d+ +(\d+) +(\d*) *(\S.*)$/;
	}
	return { %$r, lines => \@lines, calls => \%calls };
}

sub kx { return counted("$dir/kx", "$build/kxtrace", '-o', "$dir/kx", @_); }
sub oracle { return counted("$dir/strace", 'strace', '-o', "$dir/strace", @_); }

# Which calls, how many, how many of them failed: as strace counts them.
mkdir "$dir/tree";
write_file("$dir/tree/$_", 'x') for 1 .. 20;
my @work = ([ 'cat', '/etc/hostname', '/nosuchfile' ], [ 'ls', '-l', "$dir/tree" ],
	    [ 'find', "$dir/tree", '-type', 'f' ]);
SKIP: {
	skip 'strace is not installed', 18 unless $strace;
	is_deeply(kx('-c', @$_)->{calls}, oracle('-c', @$_)->{calls}, "-c @$_[0]: strace's numbers") for @work;
	is_deeply(kx('-c', '-Z', @{ $work[0] })->{calls}, oracle('-c', '-Z', @{ $work[0] })->{calls},
		  '-c -Z: all calls are counted, as strace does');
	is_deeply(kx('-C', '-e', 'trace=openat,read', @{ $work[0] })->{calls},
		  oracle('-C', '-e', 'trace=openat,read', @{ $work[0] })->{calls}, '-C');
	last if $guest;
	# The head, the rule, and the order where it does not hang on the time.
	for ('time,total-time,min-time,max-time,avg-time,calls,errors,name', 'name,calls,longest',
	     'count,syscall,error', 'shortest', 'errors,time-avg,time-total') {
		my $ours = kx('-c', '-U', $_, 'true');
		my $theirs = oracle('-c', '-U', $_, 'true');
		is("$ours->{lines}[0]\n$ours->{lines}[1]\n$ours->{lines}[-2]",
		   "$theirs->{lines}[0]\n$theirs->{lines}[1]\n$theirs->{lines}[-2]", "-U $_: head and rules");
	}
	for my $key (qw(calls count errors error name syscall syscall-name nothing)) {
		my @options = ('-c', '-U', 'name,calls,errors', '-S', $key, 'cat', '/nosuchfile');
		is_deeply(kx(@options)->{lines}, oracle(@options)->{lines}, "-S $key: strace's table, line by line");
	}
}

# The times: each column is sorted by what it shows.
my $napper = compile('napper', <<'C');
#include <time.h>
#include <unistd.h>
int main(void)
{
	struct timespec ms = { 0, 1000000 }, longer = { 0, 60000000 };
	for (int i = 0; i < 20; i++) nanosleep(&ms, 0);
	for (int i = 0; i < 3; i++) nanosleep(&longer, 0);
	for (int i = 0; i < 1000; i++) getppid();
	close(-1);
	return 0;
}
C
my %column = ('time' => 1, 'time-percent' => 1, 'time-total' => 1, 'total-time' => 1, 'min-time' => 2,
	      'shortest' => 2, 'time-min' => 2, 'max-time' => 3, 'longest' => 3, 'time-max' => 3,
	      'avg-time' => 4, 'time-avg' => 4);
my $all = 'time,total-time,min-time,max-time,avg-time,calls,errors,name';
for my $key ($guest ? 'max-time' : sort keys %column) {
	my @lines = @{ kx('-c', '-w', '-U', $all, '-S', $key, $napper)->{lines} };
	my @values = map { (split)[$column{$key}] } @lines[2 .. $#lines - 2];
	is_deeply(\@values, [ sort { $b <=> $a } @values ], "-S $key: from large to small");
}
my $r = kx('-c', '-w', '-U', $all, $napper);
my ($nap) = map { [ split ] } grep { /nanosleep$/ } @{ $r->{lines} };
my ($total) = map { [ split ] } grep { /total$/ } @{ $r->{lines} };
is($nap->[5], 23, '-w: 23 naps');
cmp_ok($nap->[2], '>=', 0.001, 'the shortest is at least as long as it was meant to be');
cmp_ok($nap->[2], '<', 0.06, 'and is one of the short ones');
cmp_ok($nap->[3], '>=', 0.06, 'the longest is one of the long ones');
cmp_ok($nap->[4], '>=', 8695, 'the average lies between');
cmp_ok($nap->[1], '>=', 0.2, 'their sum is what was slept');
cmp_ok($total->[2], '<=', (sort { $a <=> $b } map { (split)[2] } @{ $r->{lines} }[2 .. $#{ $r->{lines} } - 2])[0],
       'total: the shortest of all');
is($total->[3], (sort { $b <=> $a } map { (split)[3] } @{ $r->{lines} }[2 .. $#{ $r->{lines} } - 2])[0],
   'total: the longest of all');
is($r->{calls}{getppid}, undef, 'with other columns the pattern of this test does not match');
is(kx('-c', $napper)->{calls}{getppid}[0], 1000, 'a thousand calls are a thousand');

# -O is taken from each call, never more than there is.
$r = kx('-c', '-w', '-O', '10s', $napper);
is(scalar(grep { (split)[1] =~ /[1-9]/ } @{ $r->{lines} }[2 .. $#{ $r->{lines} }]), 0, '-O 10s: nothing is left');
$r = kx('-c', '-w', '-O', '50ms', '-U', $all, $napper);
($nap) = map { [ split ] } grep { /nanosleep$/ } @{ $r->{lines} };
ok($nap->[2] == 0 && $nap->[3] >= 0.01 && $nap->[1] >= 0.03, '-O 50ms: the short naps are gone, of the long ones a part is left');
is(kx('-c', '-O', '20', 'true')->{exit}, 0, '-O 20: a number alone');

# -C: the lines, then the same table.
$r = kx('-C', 'cat', '/etc/hostname');
my ($head) = grep { $r->{lines}[$_] =~ /^% time/ } 0 .. $#{ $r->{lines} };
my %shown;
$shown{$_}++ for map { /^(\w+)\(.* = (?!\?)/ ? $1 : () } @{ $r->{lines} }[0 .. $head - 1];
is_deeply({ map { $_ => $r->{calls}{$_}[0] } grep { $_ ne 'total' } keys %{ $r->{calls} } }, \%shown, '-C: as many calls as lines');
is($r->{lines}[$head - 1], '+++ exited with 0 +++', 'the table comes after the last line');
($nap) = map { /^ *[\d.]+ +([\d.]+) .*nanosleep$/ ? $1 : () } @{ kx('-C', $napper)->{lines} };
cmp_ok($nap, '<', 0.1, '-C: time on the CPU');
($nap) = map { /^ *[\d.]+ +([\d.]+) .*nanosleep$/ ? $1 : () } @{ kx('-C', '-w', $napper)->{lines} };
cmp_ok($nap, '>=', 0.2, '-C -w: time in all');

# What does not go together, and what is not there.
for ([ [ '-c', '-C' ], qr/^kxtrace: -c and -C: / ], [ [ '-w' ], qr/^kxtrace: -w: needs -c or -C/ ],
     [ [ '-U', 'name' ], qr/^kxtrace: -U: needs -c or -C/ ], [ [ '-c', '-U', 'calls,count' ], qr/^kxtrace: -U count: .*twice/ ],
     [ [ '-c', '-U', 'nothing' ], qr/^kxtrace: -U nothing: not a column/ ], [ [ '-c', '-U', '' ], qr/^kxtrace: -U : not a column/ ],
     [ [ '-c', '-S', 'size' ], qr/^kxtrace: -S size: not a column/ ], [ [ '-c', '-O', 'much' ], qr/^kxtrace: -O much: not a time/ ],
     [ [ '--hist=%nosuch' ], qr/no such class/ ], [ [ '--top=0' ], qr/^kxtrace: --top=0: / ],
     [ [ '--top', '-c' ], qr/^kxtrace: --top: shows a running trace/ ]) {
	last if $guest;
	my ($options, $says) = @$_;
	my $r = run("$build/kxtrace", @$options, 'true');
	ok($r->{exit} == 2 && $r->{err} =~ $says && $r->{err} =~ /\A.*\n\z/, "@$options: one sentence, status 2") or diag($r->{err});
}
like(run("$build/kxtrace", '-S', 'name', '-e', 'trace=none', 'true')->{err}, qr/^kxtrace: -S: has no effect/, '-S alone is said, not refused, as in strace');

# --hist: each call is in one bar, and the figures are those of the bars.
sub hists {
	my %hists;
	my $of;
	for (split /\n/, $_[0]) {
		if (/^(\S.*?): (\d+) calls, (\d+) errors, (.*) in all$/) {
			$hists{$1} = $of = { calls => $2, errors => $3, total => $4, bars => [], order => scalar keys %hists };
		} elsif (/^  min/) {
			while (/(min|avg|p50|p90|p99|max) ([\d.]+) (ns|us|ms|s)/g) {
				$of->{$1} = $2 * { ns => 1e-9, us => 1e-6, ms => 1e-3, s => 1 }->{$3};
			}
		} elsif (/^ +(\S+ \S+) +\.\. (\S+ \S+) +(\d+) \|(@*) *\|$/) {
			push @{ $of->{bars} }, [ $1, $2, $3, length $4 ];
		}
	}
	return \%hists;
}
sub sum { my $sum = 0; $sum += $_ for @_; return $sum; }

$r = run("$build/kxtrace", '--hist', '-o', "$dir/hist", $napper);
my $hists = hists(slurp("$dir/hist"));
$nap = $hists->{clock_nanosleep} // $hists->{nanosleep};
is($nap->{calls}, 23, '--hist: 23 naps');
is($hists->{getppid}{calls}, 1000, 'a thousand calls');
is($hists->{close}{errors}, 1, 'the one error');
is(scalar(grep { $hists->{$_}{calls} != sum(map { $_->[2] } @{ $hists->{$_}{bars} }) } keys %$hists), 0, 'every call is in a bar');
is(scalar(grep { my $h = $hists->{$_}; !($h->{min} <= $h->{p50} && $h->{p50} <= $h->{p90} && $h->{p90} <= $h->{p99} && $h->{p99} <= $h->{max}) } keys %$hists), 0, 'min <= p50 <= p90 <= p99 <= max');
ok($nap->{min} >= 0.001 && $nap->{p50} < 0.06 && $nap->{p90} >= 0.06 * 0.8 && $nap->{max} >= 0.06, 'the naps lie where they should');
is($nap->{order}, 0, 'what took longest comes first');
is(scalar(grep { ($_->[3] == 40) != ($_->[2] == (sort { $b <=> $a } map { $_->[2] } @{ $nap->{bars} })[0]) } @{ $nap->{bars} }), 0, 'the longest bar is that of most calls');
like(slurp("$dir/hist"), qr/\A[^(]*\z/, 'and no lines of calls');
run("$build/kxtrace", '--hist=getppid,close', '-o', "$dir/hist", $napper);
is(join(' ', sort keys %{ hists(slurp("$dir/hist")) }), 'close getppid', '--hist=SET: these alone');
run("$build/kxtrace", '-c', '--hist=getppid', '-o', "$dir/hist", $napper);
my $text = slurp("$dir/hist");
ok($text =~ /^ *[\d.]+ +[\d.]+ +\d+ +1000 +getppid$/m && $text =~ / close$/m && hists($text)->{getppid}{calls} == 1000, '-c --hist=SET: both');
run("$build/kxtrace", '-C', '--hist=getppid', '-e', 'trace=getppid', '-o', "$dir/hist", $napper);
$text = slurp("$dir/hist");
is(scalar(() = $text =~ /^getppid\(\)/mg), hists($text)->{getppid}{calls}, '-C --hist: lines as well');
run("$build/kxtrace", '-f', '--hist=execve', '-o', "$dir/hist", 'sh', '-c', 'for i in 1 2 3 4 5 6; do /bin/true; done');
is(hists(slurp("$dir/hist"))->{execve}{calls}, 7, '-f --hist: of all tasks');

# --top without a terminal: a block each time, whose calls add up to all.
my $busy = compile('busy', <<'C');
#include <unistd.h>
int main(void) { write(1, "ready", 5); for (;;) { for (int i = 0; i < 50; i++) getppid(); close(-1); usleep(1000); } }
C
my $running = start($busy);
wait_for(sub { slurp($running->{out}) eq 'ready' });
my $top = start("$build/kxtrace", '--top=0.2', '-o', "$dir/top", '-p', $running->{pid});
ok(wait_for(sub { 4 <= (() = slurp("$dir/top") =~ /^\d\d:\d\d:\d\d /mg) }), '--top: a block each time');
kill INT => $top->{pid};
$r = finish($top);
is($r->{signal} || $r->{exit}, 0, 'Ctrl-C ends it');
my @blocks = split /\n\n/, slurp("$dir/top");
like($blocks[1], qr{\A\d\d:\d\d:\d\d  (\d+) calls/s, (\d+) errors/s in [\d.]+ s; by time\n +calls/s +errors/s +average +maximum +% time +call\n}, 'what a block begins with');
my %rate = map { my @f = /^ *(\d+) +(\d+) +\S+ \S+ +\S+ \S+ +([\d.]+)  (\S+)$/; @f ? ($f[3] => [ @f ]) : () } split /\n/, $blocks[1];
cmp_ok($rate{getppid}[0], '>', 20 * $rate{close}[0], 'the busiest call is');
is($rate{close}[0], $rate{close}[1], 'close only fails');
cmp_ok($rate{clock_nanosleep}[2], '>', 50, 'the time is in the naps');
my ($average, $longest) = $blocks[1] =~ /^ *\d+ +\d+ +(\S+ \S+) +(\S+ \S+) +\S+  clock_nanosleep$/m;
like($longest // '', qr/^[\d.]+ (ms|s|us)$/, 'with its average and its longest');
like(run("$build/kxtrace", '--top', 'true')->{err}, qr/^ +\d+ +0 +\S+ \w+ +\S+ \w+ +[\d.]+  mmap$/m, 'a short command: one block at its end');

# On a terminal.
SKIP: {
	skip 'tmux is not installed', 16 if system('command -v tmux >/dev/null') != 0;
	skip 'a guest has no terminals to speak of', 16 if $ENV{KX_VM_KERNEL};
	skip 'built without ncurses', 16 if system("ldd $build/kxtrace | grep -q ncurses") != 0;
	my ($socket, $sessions) = ('', 0);
	my $screen = sub { return scalar `tmux -S $socket capture-pane -p`; };
	my $key = sub { system('tmux', '-S', $socket, 'send-keys', @_); };
	my $session = sub {
		my $command = shift;
		unlink "$dir/after", "$dir/pid";
		# Each its own server: the last one may still be going away.
		$socket = "$dir/tmux" . $sessions++;
		system('tmux', '-S', $socket, '-f', '/dev/null', 'new-session', '-d', '-x', '90', '-y', '24',
		       "stty -a >$dir/before; sh -c 'echo \$\$ >$dir/pid; exec $command'; echo status \$?; stty -a >$dir/after; sleep 100");
	};
	my $end = sub { system("tmux -S $socket kill-server 2>/dev/null"); };

	$session->("$build/kxtrace --top=0.2 -f -p $running->{pid}");
	ok(wait_for(sub { $screen->() =~ /\A\d\d:\d\d:\d\d .*by time\n +calls\/s .*  call\n(.*\n)*.*  getppid\n/ }), 'a screen of calls');
	my ($first) = $screen->() =~ /\A(\S+ .*s;)/;
	ok(wait_for(sub { my ($now) = $screen->() =~ /\A(\S+ .*s;)/; $now && $now ne $first }), 'that is renewed');
	$key->('p');
	ok(wait_for(sub { $screen->() =~ /  process\n +\d.*  $running->{pid} busy\n/ }), 'p: by process');
	$key->('p');
	$key->('s');
	ok(wait_for(sub { $screen->() =~ /\A.*by calls\n.*\n.*  getppid\n/ }), 's: by another column');
	$key->('e');
	ok(wait_for(sub { my $s = $screen->(); $s =~ /errors only/ && $s =~ /  close\n/ && $s !~ /getppid/ }), 'e: only errors');
	$key->('e');
	$key->('h');
	ok(wait_for(sub { $screen->() =~ /^q +quit$/m }), 'h: the keys');
	$key->('h');
	$key->('Space');
	ok(wait_for(sub { $screen->() =~ /paused/ }), 'space: it stands still');
	my $still = $screen->();
	is($screen->(), $still, 'and so does the screen');
	$key->('Space');
	system('tmux', '-S', $socket, 'resize-window', '-x', '40', '-y', '4');
	ok(wait_for(sub { my @l = split /\n/, $screen->(); @l == 4 && $l[0] =~ /^\d\d:/ && $l[1] =~ /calls\/s/ && !grep { length > 40 } @l }), 'a smaller terminal: what fits');
	system('tmux', '-S', $socket, 'resize-window', '-x', '90', '-y', '24');
	ok(wait_for(sub { $screen->() =~ /  close\n/ }), 'a larger one: all again');
	$key->('q');
	ok(wait_for(sub { -s "$dir/after" }), 'q: quits');
	like($screen->(), qr/^status 0$/m, 'with status 0');
	is(slurp("$dir/after"), slurp("$dir/before"), 'the terminal is as it was');
	$end->();

	for my $signal ('TERM', 'INT') {
		$session->("$build/kxtrace --top=0.2 -p $running->{pid}");
		wait_for(sub { $screen->() =~ /  getppid\n/ });
		chomp(my $pid = slurp("$dir/pid"));
		kill $signal => $pid;
		ok(wait_for(sub { -s "$dir/after" }) && slurp("$dir/after") eq slurp("$dir/before"), "SIG$signal: the terminal is as it was");
		$end->();
	}
	$session->("$build/kxtrace --top=0.2 $napper");
	ok(wait_for(sub { -s "$dir/after" }) && slurp("$dir/after") eq slurp("$dir/before"), 'a command that ends: as well');
	$end->();
}
kill KILL => $running->{pid};
finish($running);

done_testing();
