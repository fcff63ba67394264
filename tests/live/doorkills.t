#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Services that are killed while others wait: each gets its answer or the default, in time.
use strict;
use warnings;
use lib 'tests/lib';
use Cwd 'abs_path';
use JSON::PP;
use KX;
use Test::More;

not_between();
need_root();
my $kx = abs_path("$build/kx");
my $doors = abs_path("$build/tests/live/doors");
plan skip_all => 'no lsm programs here' if run($kx, 'features', '--json')->{out} !~ /"name":"lsm.s"[^\n]*"available"/;
# Guests are slow; the whole hundred is for those who ask for it.
my $kills = $ENV{DOOR_KILLS} // ($ENV{KX_VM_KERNEL} ? 5 : 100);

sub kx { return run($kx, @_); }
my %running;
END {
	local $?;
	kill KILL => keys %running if %running;
	kx('unload', '--with-users', 'doorkills') if -e '/sys/fs/bpf/kx/doorkills';
}
sub began { my $r = shift; $running{$r->{pid}} = 1; return $r; }
sub ended { my $r = shift; my $f = finish($r, @_); delete $running{$r->{pid}}; return $f; }

is(kx('load', "$build/tests/ext/doorhook.bpf.o", '--as', 'doorkills')->{err}, '', 'an extension with a door is loaded');
my $path = write_file("$dir/kxdoor-y", 'x');

for my $way ('block', 'stop') {
	kx('set', "doorkills.stop=" . ($way eq 'stop' ? 'on' : 'off'));
	kx('set', 'doorkills.guard_default=-13', 'doorkills.guard_deadline_ms=2000');
	my $asker = began(start($doors, 'any', 6, 1000000000, $path));
	my ($served, $way_now) = (0, '');
	for my $i (1 .. $kills) {
		my $service = began(start($doors, 'serve', 'doorkills', 'guard', 1 + $i % 3));
		wait_for(sub { slurp($service->{out}) =~ /\n/ || slurp($service->{err}) }, 20) or last;
		$served++ if slurp($service->{out}) =~ /^(\w+)\n/;
		$way_now = $1 // '';
		run('true') for 1 .. rand 6;	# at any moment
		kill KILL => $service->{pid};
		ended($service);
	}
	is($served, $kills, "$way: served $kills times, by $way_now, and killed as often");
	# One that is not killed, for those that ask now: all go on.
	my $last = began(start($doors, 'serve', 'doorkills', 'guard', 2));
	wait_for(sub { slurp($last->{out}) =~ /\n/ }, 20);
	kill KILL => $asker->{pid};
	kill KILL => -$asker->{pid};
	ended($asker);
	my $new = run($doors, 'any', 6, 20, $path);
	is($new->{exit}, 0, "$way: all that ask now get answers") or diag($new->{err});
	my @waits = map { /^([\d.]+) (\d+)$/ ? [$1, $2] : () } split /\n/, $new->{out};
	is(scalar(@waits), 6, "$way: each of them");
	is((grep { $_->[1] } @waits) + 0, 0, "$way: of the service, not the default");
	kill TERM => $last->{pid};
	is(ended($last)->{exit}, 0, "$way: the last one ends by itself");
	ok(wait_for(sub { run('sh', '-c', "ps -eo stat,args | grep '^[TD].*doors any' | grep -v grep")->{out} eq '' }, 20),
	   "$way: nobody is stopped or blocked any more");
}

# In time: the ones that waited when it was killed, by their own clocks.
for my $way ('block', 'stop') {
	kx('set', "doorkills.stop=" . ($way eq 'stop' ? 'on' : 'off'));
	kx('set', 'doorkills.guard_deadline_ms=60000');
	my $service = began(start($doors, 'serve', 'doorkills', 'guard', 1, 'hang'));
	wait_for(sub { slurp($service->{out}) =~ /\n/ }, 20);
	my $asker = began(start($doors, 'any', 4, 1, $path));
	ok(wait_for(sub { run('pgrep', '-P', $asker->{pid})->{out} =~ tr/\n// == 4 }, 20), "$way: four ask one that hangs");
	run('true') for 1 .. 10;
	kill KILL => $service->{pid};
	ended($service);
	my $r = ended($asker, 50);
	is($r->{exit}, 0, "$way: all go on when it is killed, long before their deadline") or diag($r->{err});
	is(join(' ', map { (split)[1] } split /\n/, $r->{out}), '1 1 1 1', "$way: with the default");
}
is(kx('unload', 'doorkills')->{err}, '', 'it is unloaded');
unlike(kx('check')->{out} . kx('check')->{err}, qr/doorkills/, 'kx check has nothing to say of it');
done_testing();
