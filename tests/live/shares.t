#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Shares: memory that kernel code and processes see, kept together by a sequence lock.
use strict;
use warnings;
use lib 'tests/lib';
use Cwd 'abs_path';
use IPC::Open2;
use JSON::PP;
use KX;
use Test::More;

not_between('6.12');
need_root();
my $kx = "$build/kx";
my $helper = abs_path("$build/tests/live/shares");
my $ext = "$build/tests/ext";
my $pins = '/sys/fs/bpf/kx/shr';
my $root_mode;
my $reads = $ENV{SHARE_READS} // ($ENV{KX_VM_KERNEL} ? 50_000 : 3_000_000);
my $cpus = () = slurp('/proc/cpuinfo') =~ /^processor\s*:/mg;

sub kx { return run($kx, @_); }
sub value { chomp(my $v = kx('get', "shr.$_[0]")->{out}); return $v; }
sub shown { chomp(my $v = kx('share', @_)->{out}); return $v; }
sub clean { kx('unload', $_) for grep { -e "/sys/fs/bpf/kx/$_" } 'shr', 'shr_second'; }

# A helper that goes on until it is told to stop.
my %running;
sub begin {
	my $pid = open2(my $out, my $in, $helper, @_);
	chomp(my $first = <$out>);
	return $running{$pid} = { pid => $pid, in => $in, out => $out, first => $first };
}
sub next_line { my $run = shift; print { $run->{in} } "\n"; $run->{in}->flush; my $l = readline $run->{out}; chomp $l; return $l; }
sub end {
	my $run = shift;
	print { $run->{in} } "\n" if $run->{in};
	close $run->{in};
	waitpid $run->{pid}, 0;
	delete $running{$run->{pid}};
}
END {
	local $?;
	chmod $root_mode, '/sys/fs/bpf' if defined $root_mode;
	kill KILL => keys %running if %running;
	clean() if defined $kx;
}

sub refused {
	my ($r, $status, $like, $name) = @_;
	is($r->{exit}, $status, "$name: status $status");
	like($r->{err}, $like, "$name: says why");
	is($r->{err} =~ tr/\n//, 1, "$name: in one line");
	is($r->{out}, '', "$name: no data");
}

clean();
is(kx('load', "$ext/shr.bpf.o")->{err}, '', 'an extension with shares is loaded');

#
# Shown and written
#
is(shown('shr.word'), '0', 'a number');
is(shown('shr.pair'), '{.seq={.count=0},.unused=0,.a=0,.b=0}', 'a structure');
is(kx('share', 'shr.word=0x1f')->{err}, '', 'is written');
is(shown('shr.word'), '31', 'and shown');
is(kx('share', 'shr.plain={.id=5,.kind=ODD,.name="a,b=c"}')->{err}, '', 'a structure by its members');
is(kx('share', 'shr.plain.limits[1].high=9')->{err}, '', 'and a part');
is(shown('shr.plain'), '{.id=5,.weight=0,.kind=KIND_ODD,.name="a,b=c",.limits={{.low=0,.high=0},{.low=0,.high=9}}}',
   'the others are as they were');
is(shown('shr.plain.limits[1]'), '{.low=0,.high=9}', 'a part is shown');
my $json = decode_json(kx('share', '--json', 'shr.plain')->{out});
is(join(' ', sort keys %$json), 'instance kmid name value', '--json: its members');
is_deeply($json->{value}, { id => 5, weight => 0, kind => 'KIND_ODD', name => 'a,b=c',
			    limits => [{ low => 0, high => 0 }, { low => 0, high => 9 }] }, '--json: the value');
is(join(' ', map { /^(\w+)=/ } split /\n/, kx('share', 'shr')->{out}), 'pair plain word', 'all of an instance');
like($_, qr/^pair +share /m, 'kx info has them') for kx('info', 'shr')->{out};
unlike(kx('get', 'shr')->{out}, qr/^pair/m, 'they are no parameters');

# Under the lock: its count is even again, and has moved.
is(kx('share', 'shr.pair.a=3')->{err}, '', 'under the lock');
is(shown('shr.pair'), '{.seq={.count=2},.unused=0,.a=3,.b=0}', 'which was taken and given back');
is(kx('share', 'shr.pair={.seq={.count=9},.a=1,.b=7}')->{err}, '', 'all of it, as it is shown');
is(shown('shr.pair'), '{.seq={.count=4},.unused=0,.a=1,.b=7}', 'leaves the lock alone');

refused(kx('share', @{ $_->[0] }), $_->[1], $_->[2], "kx share @{ $_->[0] }") for
	[['shr.pear'], 1, qr/^kx: shr: no share pear; it has: pair, plain, word$/],
	[['shr.pair.c'], 1, qr/^kx: shr: cannot show pair\.c: it has no member `c`$/],
	[['shr.pair.c=1'], 1, qr/^kx: shr: cannot set pair\.c: /],
	[['shr.pair.seq=1'], 1, qr/cannot set pair\.seq: it is the lock itself$/],
	[['shr.pair.seq.count=1'], 1, qr/it is the lock itself$/],
	[['shr.word=x'], 1, qr/^kx: shr: cannot set word: /],
	[['shr.plain.limits[0].low=256'], 1, qr/256 does not fit u?n?s?i?g?n?e?d? ?\w+, 0\.\.255 is allowed/],
	[['shr.plain.limits[2].low'], 1, qr/cannot show plain\.limits\[2\]\.low/],
	[['shr_none.word'], 1, qr/^kx: shr_none: is not loaded/],
	[['shr.'], 2, qr/a share is missing after the dot$/],
	[['shr=1'], 2, qr/write INSTANCE\.SHARE=VALUE$/],
	[['-f', 'shr'], 2, qr/--follow takes INSTANCE\.SHARE$/],
	[['-f', 'shr.word=1'], 2, qr/--follow does not go with a value$/],
	[['-n', '1', 'shr.word'], 2, qr/--count goes with --follow$/],
	[['-f', '-n', '0', 'shr.word'], 2, qr/^kx: share: --count: 0: not a number from 1 on$/],
	[['-f', '-i', 'x', 'shr.word'], 2, qr/^kx: share: --interval: x: not a number from 1 on$/];
is(shown('shr.pair'), '{.seq={.count=4},.unused=0,.a=1,.b=7}', 'what was refused has changed nothing');

# What changes, as it changes.
my $follow = start($kx, 'share', '-f', '-i', '5', '-n', '3', 'shr.word');
ok(wait_for(sub { slurp($follow->{out}) eq "31\n" }), '-f: what is there');
kx('share', 'shr.word=32');
ok(wait_for(sub { slurp($follow->{out}) eq "31\n32\n" }), '-f: what has come');
kx('share', 'shr.word=33');
is(finish($follow)->{out}, "31\n32\n33\n", '-f -n 3: ends');
$follow = start($kx, 'share', '-f', 'shr.word', '--json');
ok(wait_for(sub { slurp($follow->{out}) =~ /"value":33\}/ }), '-f --json');
kill INT => $follow->{pid};
is(finish($follow)->{exit}, 0, 'Ctrl-C ends it');

#
# The lock, with writers on two sides and readers beside them
#
my $busy = begin('busy', 2);
kx('share', 'shr.pair={.a=0,.b=0}');
is(kx('set', 'shr.hold=20', "shr.pid=$busy->{first}")->{err}, '', 'two threads call, and kernel code writes');
my @readers = map { start($helper, 'read', 'shr', $reads) } 1 .. 2;
my $writer = start($helper, 'write', 'shr', 200_000);
my ($torn, $retries, $changes) = (0, 0, 0);
for (@readers) {
	my $r = finish($_, 300);
	my @n = $r->{out} =~ /^reads $reads torn (\d+) retries (\d+) changes (\d+)$/ or diag($r->{err});
	$torn += $n[0] // 1e9;
	$retries += $n[1] // 0;
	$changes += $n[2] // 0;
}
is($torn, 0, 'in ' . 2 * $reads . ' reads there is no pair of two halves');
cmp_ok($changes, '>', 1, "while it was written ($changes changes seen, $retries reads again)");
my ($written, $was_in) = finish($writer, 300)->{out} =~ /^written (\d+) refused (\d+)$/;
is($written, 200_000, "a process writes, too (refused $was_in times)");
# On a machine that has much else to do they may not have met yet.
for (1 .. 20) {
	last if $cpus < 2 || value('refused') > 0;
	$written += finish(start($helper, 'write', 'shr', 200_000), 300)->{out} =~ /^written (\d+)/ ? $1 : 0;
}

# The same reader is wrong when it does not ask.
SKIP: {
	skip 'on one CPU nobody sees a writer at work', 1 if $cpus < 2;
	my $found = 0;
	wait_for(sub { $found = (run($helper, 'torn', 'shr', $reads)->{out} =~ / torn (\d+)/)[0] }, 60);
	cmp_ok($found, '>', 0, "without the lock, pairs are torn ($found of $reads)");
}
my $text = shown('shr.pair');
my ($a, $b) = $text =~ /\.a=(\d+),\.b=(\d+)/;
is($b, 7 * $a, 'kx share shows what belongs together');
is(kx('set', 'shr.pid=0')->{err}, '', 'nobody writes any more');
end($busy);
my ($total) = shown('shr.pair.a');
is($total, value('written') + $written, 'what both sides have written is there, all of it');
cmp_ok(value('refused'), '>', 0, 'kernel code was refused when another was in, and has counted that') if $cpus > 1;
like(shown('shr.pair.seq'), qr/^\{\.count=\d*[02468]\}$/, 'the lock is free');

#
# No system call to read
#
my @calls;
for my $nr (1, 1_000_000) {
	my $log = "$dir/calls.$nr";
	my $r = run('strace', '-f', '-o', $log, $helper, 'word', 'shr', $nr);
	is($r->{exit}, 0, "$nr reads under strace");
	push @calls, scalar(grep { !/^\d+ +(?:brk|munmap)\(/ } split /\n/, slurp($log));
}
is($calls[1], $calls[0], "1000000 reads make as many system calls as one: $calls[0], all of them before and after");

#
# Lives: an upgrade leaves the memory, an unload too
#
my $keep = begin('keep', 'shr');
is($keep->{first}, "$total mapped", 'a process has it mapped');
is(kx('upgrade', 'shr', "$ext/shr2.bpf.o")->{err}, '', 'an upgrade');
is(kx('share', 'shr.pair.a=77')->{err}, '', 'what is written afterwards');
is(next_line($keep), '77 mapped', 'is seen in the mapping from before');
is(kx('rollback', 'shr')->{err}, '', 'a rollback');
is(kx('share', 'shr.pair.a=78')->{err}, '', 'and then');
is(next_line($keep), '78 mapped', 'it is, too');
$follow = start($kx, 'share', '-f', '-i', '5', 'shr.pair.a');
ok(wait_for(sub { slurp($follow->{out}) eq "78\n" }), 'somebody follows it');
is(kx('unload', 'shr')->{err}, '', 'unload');
is(next_line($keep), '78 No such device', 'the memory is there, and it is told that the instance is not');
my $ended = finish($follow);
is($ended->{exit}, 1, 'who follows it ends');
like($ended->{err}, qr/^kx: shr: is not loaded any more$/, 'and says why');
end($keep);

# Another layout starts anew, only when it is asked for.
my $other = "$build/tests/ext/shrother.bpf.o";
kx('load', "$ext/shr.bpf.o");
kx('share', 'shr.word=5');
refused(kx('upgrade', 'shr', $other), 1, qr/the layout of (?:\.data\.share\.word|numbers_ring) differs: .*--fresh/, 'a share of another type');
$keep = start($kx, 'share', '-f', '-i', '5', 'shr.word');
ok(wait_for(sub { slurp($keep->{out}) eq "5\n" }), 'somebody follows it');
is(kx('upgrade', '--fresh', 'shr', $other)->{err}, '', '--fresh');
ok(wait_for(sub { slurp($keep->{out}) eq "5\n{.low=0,.high=0}\n" }), 'who follows it sees the new one') or diag(slurp($keep->{err}));
kill TERM => $keep->{pid};
finish($keep);
clean();

#
# A lock that nobody will give back
#
kx('load', "$ext/shr.bpf.o");
my $pair = run($helper, 'lock', 'shr');
is($pair->{signal}, 9, 'a writer is killed in the middle');
refused(kx('share', 'shr.pair'), 1, qr/^kx: shr\.pair: its lock stays taken/, 'a reader ends with a sentence');
refused(kx('share', 'shr.pair.a=1'), 1, qr/^kx: shr\.pair: its lock stays taken/, 'and so does a writer');
is(shown('shr.word'), '0', 'other shares are well');
clean();

#
# Who may only read
#
SKIP: {
	skip 'setpriv is not here', 1 if system('command -v setpriv >/dev/null') != 0;
	my @user = ('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups');
	chmod 0755, $dir;
	$root_mode = (stat '/sys/fs/bpf')[2] & 07777;
	chmod $root_mode | 0111, '/sys/fs/bpf';
	system('cp', $kx, $helper, $dir);
	kx('load', "$ext/shr.bpf.o");
	kx('share', 'shr.pair={.a=6,.b=42}');
	refused(run(@user, "$dir/kx", 'share', 'shr.pair'), 1, qr/cannot map share pair: permission denied; the mode of its pin decides/i,
		'without the right');
	chmod 0644, "$pins/1/maps/_data_share_pair";
	my $r = run(@user, "$dir/kx", 'share', 'shr.pair.b');
	is($r->{out}, "42\n", 'who may read sees a copy') or diag($r->{err});
	refused(run(@user, "$dir/kx", 'share', 'shr.pair.b=1'), 1, qr/cannot map share pair for writing: permission denied/i, 'and cannot write');
	# Copies need a moment without a writer; where there is none, that is said.
	for my $pause (20_000, 0) {
		$busy = begin('busy', 1, $pause || ());
		kx('set', 'shr.hold=20', "shr.pid=$busy->{first}");
		my ($right, $wrong, $told, $other) = (0, 0, 0, '');
		for (1 .. 10) {
			my $r = run(@user, "$dir/kx", 'share', 'shr.pair');
			my ($a, $b) = $r->{out} =~ /\.a=(\d+),\.b=(\d+)/;
			defined $b ? $b == 7 * $a ? $right++ : $wrong++ :
			    $r->{err} =~ /^kx: shr\.pair: is written to all the time, too fast for a copy; / ? $told++ : ($other .= $r->{err});
		}
		is($wrong, 0, 'copies have what belongs together');
		is($other, '', "or it is told: $right copies, $told times too fast");
		cmp_ok($right, '>', 0, 'there are some') if $pause;
		end($busy);
	}
	clean();
}

#
# Of a held instance
#
my $held = start($kx, 'load', '--held', '--as', 'shr_second', "$ext/shr.bpf.o");
ok(wait_for(sub { slurp($held->{out}) =~ /held/ }), 'a held instance');
is(kx('share', 'shr_second.word=4')->{err}, '', 'its share is written');
is(shown('shr_second.word'), '4', 'and shown');
kill TERM => $held->{pid};
finish($held);
done_testing();
