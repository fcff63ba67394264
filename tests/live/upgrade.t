#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Upgrades under a flat-out stream of numbered events: none missing, none doubled.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;
use JSON::PP;

not_between('6.12');
need_root();
my $kx = "$build/kx";
my $ext = "$build/tests/ext";
my $events = "$build/tests/live/events";
my ($hooks, $threads) = (4, 2);
my $rounds = $ENV{KX_ROUNDS} // ($ENV{KX_VM_KERNEL} ? 3 : 50);	# guests are emulated

sub kx { return run($kx, @_); }

# Features that the kernel has.
my %has = map { my $row = decode_json($_); $row->{name} => $row->{state} eq 'available' }
    split /\n/, kx('features', '--json')->{out};

# Loads an extension, makes events, upgrades to and fro, counts.
sub stream {
	my ($name, $how, $nr_hooks, @settings) = @_;
	my ($object, $next) = map { my $o = $name; $o .= $_; "$ext/$o.bpf.o" } '', 2;
	my $instance = $name =~ s/^tc//r;
	my $loaded = kx('load', $object, @settings);
	is($loaded->{err}, '', "$name: is loaded") or return;
	my $maker = start($events, $how);
	ok(wait_for(sub { slurp($maker->{out}) =~ /ready/ }), "$name: events are made");
	my $failed = '';
	for my $round (1 .. $rounds) {
		my $result = kx('upgrade', $instance, $round % 2 ? $next : $object);
		$failed ||= $result->{err};
		$result = kx('rollback', $instance) if $round % 5 == 0;
		$failed ||= $result->{err};
		$result = kx('rollback', $instance) if $round % 5 == 0;
		$failed ||= $result->{err};
	}
	is($failed, '', "$name: $rounds upgrades and " . 2 * int($rounds / 5) . ' rollbacks');
	kill TERM => $maker->{pid};
	my $made = finish($maker, 30);
	my @made = $made->{out} =~ /^(\d+)$/mg;
	is(scalar(@made), $threads, "$name: events have ended") or diag($made->{err});

	# The last ones may be on their way through the network.
	my ($seen, $by, $total);
	$total = $nr_hooks * eval { my $n = 0; $n += $_ for @made; $n };
	wait_for(sub {
		my $values = kx('get', $instance, '--json')->{out};
		for (map { decode_json($_) } split /\n/, $values) {
			$seen = $_->{value} if $_->{name} eq 'seen';
			$by = $_->{value} if $_->{name} eq 'by';
		}
		return $by->[0] + $by->[1] >= $total;
	}, 3);
	my ($missing, $doubled) = (0, 0);
	for my $hook (0 .. $nr_hooks - 1) {
		for my $thread (0 .. $threads - 1) {
			my $s = $seen->[$hook * $threads + $thread];
			$missing += $s->{missing} + $made[$thread] - $s->{next};
			$doubled += $s->{doubled};
		}
	}
	# Newer kernels (7.2) preempt programs, and skip one for other tasks meanwhile:
	# upgraded or not, and counted. Elsewhere nothing is missed, and nothing may be.
	my ($status) = map { decode_json($_) } split /\n/, kx('list', '--json', $instance)->{out};
	my $skipped = $status->{missed};
	is($doubled, 0, "$name: of $total events none was doubled");
	cmp_ok($missing, '<=', $skipped, "$name: none is missing but what the kernel skipped ($missing, $skipped)");
	is($by->[0] + $by->[1], $total - $missing, "$name: each was seen by exactly one generation");
	ok($by->[0] && $by->[1], "$name: both had their share: $by->[0], $by->[1]");
	is(kx('check')->{out}, '', "$name: nothing is left behind");
	is(kx('unload', $instance)->{err}, '', "$name: is unloaded");
}

stream('events', 'prctl', 3);

SKIP: {
	skip 'this kernel has no uprobes', 1 unless $has{uprobe};
	stream('probes', 'call', 1, "program=$events");
}

SKIP: {
	skip 'this kernel has no uprobes', 1 unless $has{uprobe};
	stream('sleepers', 'call', 1, "program=$events");

	# One that does not ask cannot be replaced without a gap.
	is(kx('load', "$ext/asleep.bpf.o", "program=$events")->{err}, '', 'a program that may sleep and does not ask');
	like(kx('upgrade', 'asleep', "$ext/asleep2.bpf.o")->{err}, qr/may sleep and does not ask for its turn.*KX_TURN/,
	     'its upgrade is refused');
	is(kx('unload', 'asleep')->{err}, '', 'it is unloaded');
}

# Packets in a network and a cgroup of their own.
my $unshared = start('unshare', '--net', 'sleep', '600');
wait_for(sub { readlink("/proc/$unshared->{pid}/ns/net") ne readlink('/proc/self/ns/net') });
END { kill KILL => $unshared->{pid} if $unshared }
my $cgroups = -e '/sys/fs/cgroup/cgroup.controllers' ? '/sys/fs/cgroup' :
    -e '/sys/fs/cgroup/unified/cgroup.procs' ? '/sys/fs/cgroup/unified' : '';
SKIP: {
	skip 'no cgroup2 is mounted', 1 if !$cgroups;
	my @there = ('nsenter', "--net=/proc/$unshared->{pid}/ns/net");
	system(@there, 'ip', 'link', 'set', 'lo', 'up');
	my ($outer, $outer_events) = ($kx, $events);
	# kx and the maker of events work in there.
	$kx = write_file("$dir/kx", "#!/bin/sh\nexec @there $outer \"\$\@\"\n");
	$events = write_file("$dir/events", "#!/bin/sh\nexec @there $outer_events \"\$\@\"\n");
	chmod 0755, $kx, $events;
	my $cgroup = "$cgroups/kx-test-upgrade";
	mkdir $cgroup;
	write_file("$cgroup/cgroup.procs", "$$\n");
	my $tc = $has{tcx};
	stream($tc ? 'tcpackets' : 'packets', 'udp', $tc ? 3 : 2, "cgroup=$cgroup");
	write_file("$cgroups/cgroup.procs", "$$\n");
	rmdir $cgroup;
	($kx, $events) = ($outer, $outer_events);
}

SKIP: {
	skip 'this kernel lets nobody attach programs to its functions', 1 unless $has{fentry} && $has{lsm};
	stream('functions', 'prctl', 4);
	stream('guards', 'prctl', 1);
}
done_testing();
