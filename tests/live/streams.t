#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Logs and events: history, followers, levels, generations; every record is accounted for.
use strict;
use warnings;
use lib 'tests/lib';
use JSON::PP;
use KX;
use POSIX qw(WNOHANG);
use Test::More;

need_root();
my $kx = "$build/kx";
my ($first, $second) = map { "$build/tests/ext/$_.bpf.o" } qw(strm strm2);
my $registry = '/sys/fs/bpf/kx';
my $guest = $ENV{KX_VM_KERNEL};	# emulated
my %kind = (message => 0, texts => 1, debug => 2, event => 3, wide => 4);
my @loaded;

sub kx { return run($kx, @_); }
END { kx('unload', $_) for @loaded; }

sub load {
	my ($as, @more) = @_;
	push @loaded, $as;
	is(kx('load', $first, '--as', $as, @more)->{err}, '', "$as: load");
}

sub unload {
	my $as = shift;
	@loaded = grep { $_ ne $as } @loaded;
	return kx('unload', $as);
}

sub make_command {
	my ($as, $what, $n, $by, $from) = @_;
	return ($kx, 'call', "$as.make", 'n=' . $n, "kind=$kind{$what}", 'by=' . ($by // 0), 'from=' . ($from // 0));
}

sub make {
	my $r = run(make_command(@_));
	is($r->{exit}, 0, "make $_[2] of $_[1]") or diag($r->{err});
}

# "seen N, shown M, dropped K"
sub account {
	my ($err) = @_;
	return $err =~ /seen (\d+), shown (\d+), dropped (\d+)$/m;
}

sub lines { return split /\n/, shift; }

# A follower that is known to be listening: it has shown a message made for it.
my $follower = 0;
sub follow {
	my ($verb, $what, @options) = @_;
	my $run = start($kx, $verb, '-f', '--new', @options, $what);
	my ($as) = split /\./, $what;
	my $mark = 900000 + ++$follower;
	ok(wait_for(sub {
		run(make_command($as, $verb eq 'log' ? 'message' : 'event', 1, $mark));
		return slurp($run->{out}) =~ /$mark/;
	}), "follower $follower listens");
	return $run;
}

sub stop {
	my $run = shift;
	kill INT => $run->{pid};
	return finish($run, 120);
}

# What is there when one comes late; more than once, and for two.
load('strma');
make('strma', 'message', 10, 7);
for my $reader (1, 2) {
	my $r = kx('log', 'strma');
	is($r->{err}, '', "reader $reader: nothing is missing");
	is($r->{exit}, 0, "reader $reader: status");
	my @lines = lines($r->{out});
	is(scalar(@lines), 10, "reader $reader: all lines");
	is(scalar(grep { $lines[$_] =~ /^\[ *\d+\.\d{6}\] first nr $_ by 7$/ } 0 .. 9), 10, "reader $reader: as they were said, in order");
}

# Levels: in the kernel and for the reader.
make('strma', 'debug', 5, 8);
unlike(kx('log', 'strma')->{out}, qr/detail/, 'debug messages are not kept');
is(kx('set', 'strma.log_level=debug')->{err}, '', 'unless that is asked for');
make('strma', 'debug', 5, 9);
make('strma', 'texts', 2, 10);
is(scalar(() = kx('log', 'strma')->{out} =~ /detail nr \d by 9$/mg), 5, 'now they are');
my $warnings = kx('log', '-l', 'warn', 'strma')->{out};
is(scalar(lines($warnings)), 2, '-l warn: only those');
like($warnings, qr/\] kx nr 0 by 10\n.*\] kx nr 1 by 10\n\z/, 'texts are copied');
is(kx('log', '-l', '4', 'strma')->{out}, $warnings, '-l 4 is the same');
my @objects = map { decode_json($_) } lines(kx('log', '--json', 'strma')->{out});
is(scalar(@objects), 17, 'json: all');
is(join(' ', sort keys %{ $objects[0] }), 'boot_ns cpu generation instance kmid level lost nr record stream time', 'json: members');
is($objects[16]{record}{message}, 'kx nr 1 by 10', 'json: message');
is_deeply($objects[16]{record}{args}, [ 'kx', 1, 10 ], 'json: arguments');
like($objects[16]{record}{source}, qr/^strm\.bpf\.c:\d+$/, 'json: source');
is($objects[16]{level}, 'warning', 'json: level');
my $man = slurp('docs/man/kx-log.8');
is(scalar(grep { $man !~ /\b$_\b/ } keys %{ $objects[0] }), 0, 'the page has every member');

# Events.
make('strma', 'event', 3, 4, 100);
is(join('|', map { s/^\[[^]]*\] //r } lines(kx('events', 'strma.made')->{out})),
   join('|', map { ".nr=$_,.by=4,.kind=STRM_EVENT" } 100 .. 102), 'events as text');
is_deeply([ map { decode_json($_)->{record} } lines(kx('events', '--json', 'strma.made')->{out}) ],
	  [ map { { nr => $_, by => 4, kind => 'STRM_EVENT' } } 100 .. 102 ], 'events as JSON');
is(scalar(lines(kx('events', '-c', '2', 'strma.made')->{out})), 2, '-c 2: two of them');

# Nobody reads: the last ones are there, and the others are counted.
my $many = $guest ? 20000 : 200000;
make('strma', 'message', $many, 11);
my $r = kx('log', 'strma');
my ($seen, $shown, $dropped) = account($r->{err});
my @nr = $r->{out} =~ /first nr (\d+) by 11$/mg;
is($seen, $many + 17, 'seen: all that were ever made');
is($seen, $shown + $dropped, 'and they add up');
my $marks = () = $r->{out} =~ /^-- \d+ records of strma\.log lost on CPU \d+ --$/mg;
is($shown, scalar(lines($r->{out})) - $marks, 'shown: what was printed');
is($nr[-1], $many - 1, 'the last one is there');
is(join(' ', @nr), join(' ', $many - @nr .. $many - 1), 'without a gap') if @nr;
cmp_ok(scalar(@nr), '>', 500, 'some hundreds are kept');

# Two followers, two producers: both see all that the other does.
sub followed {
	my ($what, $verb, $pattern, $stopped) = @_;
	load('strmb');
	my @followers = map { follow($verb, $verb eq 'log' ? 'strmb' : 'strmb.made') } 1, 2;
	kill STOP => $followers[1]{pid} if $stopped;
	my @makers = map { my $by = $_; start(make_command('strmb', $what, $many, $by)) } 1, 2, 3;
	is(finish($_, 300)->{exit}, 0, "$what: a producer") for @makers;
	kill CONT => $followers[1]{pid};
	for my $i (0, 1) {
		my $made = 3 * $many;
		my $r = stop($followers[$i]);
		my ($seen, $shown, $dropped) = account($r->{err});
		my @all = $r->{out} =~ /$pattern/mg;
		my (%next, %lost, $again, $count);
		while (my ($nr, $by) = splice @all, 0, 2) {
			$count++ if $by < 900000;
			$again++ if $by < 900000 && $nr < ($next{$by} // 0);
			$next{$by} = $nr + 1;
		}
		is($again // 0, 0, "$what, follower $i: none twice, all in order");
		is($seen, $shown + $dropped, "$what, follower $i: $seen = $shown + $dropped");
		my $marks = () = $r->{out} =~ /^-- \d+ records of strmb\.\w+ lost on CPU \d+ --$/mg;
		is(scalar(() = $r->{out} =~ /\n/g) - $marks, $shown, "$what, follower $i: shown is what was printed");
		my $extra = grep { $_ >= 900000 } keys %next;
		cmp_ok($seen - $made, '>=', $extra, "$what, follower $i: every record made was seen or dropped");
		cmp_ok($seen - $made, '<=', 1000, "$what, follower $i: and not many more than were made");
		my $told = 0;
		$told += $_ for $r->{out} =~ /^-- (\d+) records/mg;
		cmp_ok($told, '<=', $dropped, "$what, follower $i: what was told in between is part of the loss");
	}
	is(unload('strmb')->{err}, '', 'unload');
}
followed('message', 'log', qr/first nr (\d+) by (\d+)$/);
followed('texts', 'log', qr/nr (\d+) by (\d+)$/, 1);
followed('event', 'events', qr/\.nr=(\d+),\.by=(\d+),/, 1);

# Overtaken while it copies, a reader must notice: a torn record has unequal words.
load('strmw');
my $reader = start("$build/tests/live/overtaken", 'strmw', 'wide');
ok(wait_for(sub { slurp($reader->{out}) =~ /reading/ }), 'a reader');
my @wide = map { start(make_command('strmw', 'wide', $guest ? 100000 : 3000000, $_)) } 1 .. 3;
is(finish($_, 300)->{exit}, 0, 'a producer of large records') for @wide;
make('strmw', 'wide', 1, 255, '72057594037927935');	# all ones
$r = finish($reader, 120);
my %is = $r->{out} =~ /(\w+) (\d+)/g;
is($r->{exit}, 0, 'the reader has come to the end') or diag($r->{out});
is($is{torn}, 0, "none of $is{records} records is torn");
is($is{disorder}, 0, 'none is out of order');
is($is{produced}, 3 * ($guest ? 100000 : 3000000) + 1, 'produced: all that were made');
is($is{delivered} + $is{dropped}, $is{produced}, "$is{delivered} + $is{dropped}: they add up");
is($is{delivered}, $is{records} + 1, 'delivered: what was taken');
cmp_ok($is{told}, '<=', $is{dropped}, 'what was told in between is part of the loss');
cmp_ok($is{dropped}, '>', 0, 'the reader was overtaken');
is(unload('strmw')->{err}, '', 'unload');

# Interrupted while they write, by others that write to the same ring.
push @loaded, 'strmirq';
is(kx('load', "$build/tests/ext/strmirq.bpf.o")->{err}, '', 'an extension that writes from interrupts');
$reader = start("$build/tests/live/overtaken", 'strmirq', 'wide');
ok(wait_for(sub { slurp($reader->{out}) =~ /reading/ }), 'a reader');
is(kx('set', 'strmirq.on=1')->{err}, '', 'timers write');
my $made = 0;
ok(wait_for(sub {
	run($kx, 'call', 'strmirq.make', "n=$many", "from=$made", 'by=1')->{exit} == 0 or return;
	$made += $many;
	return kx('get', 'strmirq.nested')->{out} > ($guest ? 3 : 100);
}, 120), 'writers were interrupted while they wrote');
is(kx('set', 'strmirq.on=0')->{err}, '', 'timers are quiet');
is(run($kx, 'call', 'strmirq.make', 'n=1', 'by=255', 'from=72057594037927935')->{exit}, 0, 'the end');
$r = finish($reader, 120);
%is = $r->{out} =~ /(\w+) (\d+)/g;
is($is{torn}, 0, "none of $is{records} records is torn");
is($is{disorder}, 0, 'none is out of order');
is($is{delivered} + $is{dropped}, $is{produced}, "$is{delivered} + $is{dropped} = $is{produced}");
cmp_ok($is{produced}, '>', $made + 1, 'timers have written');
is(unload('strmirq')->{err}, '', 'unload');

# A new generation says it in other words; what the old one said stays readable.
make('strma', 'message', 2, 20);
make('strma', 'event', 2, 20, 40);
is(kx('upgrade', 'strma', $second)->{err}, '', 'upgrade, with another type of record');
make('strma', 'message', 2, 21);
make('strma', 'event', 2, 21, 50);
my $said = kx('log', 'strma')->{out};
like($said, qr/first nr 1 by 20\n.*second nr 0 by 21\n.*second nr 1 by 21\n\z/, 'both generations are shown');
my $events = kx('events', 'strma.made')->{out};
like($events, qr/\.nr=41,\.by=20,\.kind=STRM_EVENT\n/, 'an event of the old type');
like($events, qr/\.nr=51,\.by=21,\.half=25\n\z/, 'and one of the new');
is(kx('rollback', 'strma')->{err}, '', 'rollback');
make('strma', 'message', 1, 22);
like(kx('log', 'strma')->{out}, qr/first nr 0 by 22\n\z/, 'the old one again');

# What was said by code that is gone for good is shown as it is.
SKIP: {
	skip 'clang is not here', 4 if system('command -v clang >/dev/null') != 0 || $guest;
	load('strmg');
	make('strmg', 'message', 1, 7, 77);
	make('strmg', 'event', 1, 7, 77);
	for my $version ('3.0.0', '4.0.0') {
		my $header = qq(#define STRM_SECOND\n#include "$ENV{PWD}/tests/ext/strm.h"\n#undef STRM_VERSION\n#define STRM_VERSION "$version"\n);
		write_file("$dir/strmg.bpf.c", slurp('tests/ext/strm.bpf.c') =~ s/#include "strm.h"\n/$header/r);
		$r = run('env', "XDG_CACHE_HOME=$dir/cache", $kx, 'build', '-o', "$dir/strmg.o", "$dir/strmg.bpf.c");
		is("$r->{exit} $r->{err}", '0 ', "strm $version is built");
		is(kx('upgrade', 'strmg', "$dir/strmg.o")->{err}, '', "upgrade to $version");
	}
	like(kx('log', 'strmg')->{out}, qr/^\[ *[\d.]+\] \? 0x4d 0x7$/m, 'a message whose text is gone');
	like(kx('log', '--json', 'strmg')->{out}, qr/"generation":1,.*"source":null/, 'in JSON, too');
	like(kx('events', 'strmg.made')->{out}, qr/\] \? 0x4d 0x/, 'a record whose type is gone');
	is(unload('strmg')->{err}, '', 'unload');
}

# Later and gone.
my $all = start($kx, 'log', '-f');
ok(wait_for(sub { slurp($all->{out}) =~ /strma: first nr 0 by 22/ }), 'all logs, with names');
load('strmc');
make('strmc', 'message', 1, 30);
ok(wait_for(sub { slurp($all->{out}) =~ /strmc: first nr 0 by 30/ }), 'also of one that is loaded later');
my $one = follow('log', 'strmc');
is(unload('strmc')->{err}, '', 'who reads does not keep it from going');
$r = finish($one, 60);
is($r->{exit}, 0, 'then the follower ends');
like($r->{out}, qr/goodbye from generation 1\n\z/, 'and has its last words');
like($r->{err}, qr/^kx: strmc: is not loaded any more$/m, 'and says why');
ok(wait_for(sub { slurp($all->{out}) =~ /strmc: goodbye/ && slurp($all->{err}) =~ /strmc: is not loaded/ }), 'the other one goes on');
is(stop($all)->{exit}, 0, 'until it is ended');

# A reader that is killed leaves nothing behind.
my $killed = follow('log', 'strma');
kill KILL => $killed->{pid};
finish($killed);
make('strma', 'message', 1, 41);
like(kx('log', 'strma')->{out}, qr/first nr 0 by 41\n\z/, 'after a reader was killed');

# Held: no pins, the same messages.
my $held = start($kx, 'load', '--held', $first, '--as', 'strmheld');
ok(wait_for(sub { kx('query', '-q', 'strmheld')->{exit} == 0 }), 'a held instance');
make('strmheld', 'message', 2, 50);
like(kx('log', 'strmheld')->{out}, qr/first nr 0 by 50\n.*first nr 1 by 50\n\z/, 'its log');
my $at_end = follow('log', 'strmheld');
stop($held);
is(finish($at_end, 60)->{exit}, 0, 'who follows it ends with it');

# Let in by mode.
SKIP: {
	skip 'setpriv is not here', 4 if system('command -v setpriv >/dev/null') != 0;
	my @user = ('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups');
	chmod 0755, '/sys/fs/bpf';
	$r = run(@user, $kx, 'log', 'strma');
	is($r->{exit}, 1, 'another user');
	like($r->{err}, qr/\Akx: strma\.log: cannot be read: [^\n]*mode of its pin[^\n]*\n\z/, 'is told who decides');
	chmod 0644, "$registry/strma/current/maps/kx_log";
	$r = run(@user, $kx, 'log', 'strma');
	is($r->{err} =~ s/^kx: log: seen.*\n//r, '', 'and reads when let in');
	like($r->{out}, qr/first nr 0 by 41\n\z/, 'the same');
}

# Whoever may write to the memory can spoil it, but not the reader.
my ($id) = grep { defined } map { $_->{id} } grep { $_->{name} eq 'kx_log' && $_->{kind} eq 'map' } @{ decode_json(kx('info', '--json', 'strma')->{out})->{instance}{reachable} };
my $spoil = compile('spoil', <<'C');
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
/* spoil ID LEN SEED: the first ring gets bytes of chance; at odd seeds only what is behind its head. */
int main(int argc, char **argv)
{
	unsigned int len = atoi(argv[2]), seed = atoi(argv[3]), key = 0;
	unsigned char *bytes = malloc(len);
	union bpf_attr attr = { .map_id = atoi(argv[1]) };
	int fd = syscall(SYS_bpf, BPF_MAP_GET_FD_BY_ID, &attr, sizeof(attr));

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = (unsigned long)&key;
	attr.value = (unsigned long)bytes;
	if (syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr)))
		return 1;
	srand(seed);
	/* Few bytes in many places, or everything. */
	for (unsigned int i = seed % 2 ? 128 : 0; i < len; i++)
		if (seed % 4 < 2 || rand() % 64 == 0)
			bytes[i] = rand();
	return syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr)) != 0;
}
C
my $size = decode_json(`bpftool -j map show id $id`)->{bytes_value};
for my $seed (1 .. ($guest ? 8 : 100)) {
	is(system($spoil, $id, $size, $seed), 0, "spoilt, $seed");
	my $r = run('timeout', '60', $kx, 'log', 'strma');
	is($r->{exit}, 0, 'the reader ends by itself');
	make('strma', 'message', 3, 60);
}
is(unload('strma')->{err}, '', 'unload');

# Wrong input.
load('strmd');
for ([ 2, qr/log: loud: no such level; it takes emerg, .*/, 'log', '-l', 'loud', 'strmd' ],
     [ 2, qr/log: --new shows nothing without -f/, 'log', '-n', 'strmd' ],
     [ 1, qr/nobody: is not loaded; .*/, 'log', 'nobody' ],
     [ 2, qr/events: strmd: names no stream; .*/, 'events', 'strmd' ],
     [ 1, qr/strmd: no stream other; it has: log, made, wide/, 'events', 'strmd.other' ],
     [ 2, qr/events: 0: is no count; .*/, 'events', '-c', '0', 'strmd.made' ]) {
	my ($status, $sentence, @words) = @$_;
	my $r = kx(@words);
	is($r->{exit}, $status, "@words: status");
	like($r->{err}, qr/\Akx: $sentence\n\z/, "@words: sentence");
}
is(unload('strmd')->{err}, '', 'unload');
done_testing();
