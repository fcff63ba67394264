#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# From the kernel into a cluster of three NATS servers: kxlog is killed on the way, and so is a server.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use NATS;
use Test::More;

plan skip_all => 'what it does does not depend on the kernel' if $ENV{KX_VM_KERNEL};
need_root();
need_nats();
my $kx = "$build/kx";
my $cluster = NATS->new('fleet', 3);
$cluster->start;
$cluster->ready or die "the cluster does not get ready\n";
my $loaded = run($kx, 'load', "$build/tests/ext/spl.bpf.o", '--as', 'snkspl');
is($loaded->{exit}, 0, 'an instance that talks') or diag($loaded->{err});
my @kxlog = ("$build/kxlog", '--spool', "$dir/spool", '--to', "nats:" . $cluster->servers . ',stream=FLEET,subject=fleet,replicas=3', 'snkspl');
my $log = start(@kxlog);
for my $round (0 .. 19) {
	run($kx, 'call', 'snkspl.messages', 'from=' . $round * 100, 'n=100', 'by=0');
	if ($round == 5 || $round == 12) {
		kill KILL => $log->{pid};
		finish($log);
		$log = start(@kxlog);
	}
	$cluster->killed(0) if $round == 8;
	$cluster->start(0) if $round == 15;
}
my @ids;
wait_for(sub {
	my $read = run("$build/tests/live/nats_read", $cluster->url, 'FLEET');
	@ids = split /\n/, $read->{out} if $read->{exit} == 0;
	return @ids >= 2000;
}, 90);
kill TERM => $log->{pid};
my $end = finish($log);
is($end->{exit}, 0, 'kxlog ends well') or diag($end->{err});
my %seen;
$seen{$_}++ for @ids;
is(scalar(keys %seen), 2000, 'every record of the kernel is in the stream') or diag($end->{err});
is(scalar(@ids), 2000, '... once');
run($kx, 'unload', 'snkspl');
$cluster->killed;
done_testing();
