#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Connections and translation of kxfilter's kernel half, alone: by test_run, beside a plain
# reference, under a flood, with a full table, and every byte of what is translated.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

need_root();
not_between('6.1');

my $guest = $ENV{KX_VM_KERNEL};
my $object = "$build/tests/ext/trk.bpf.o";
my @seed = (time);

# A helper's line of names and numbers.
sub told {
	my ($helper, @args) = @_;
	my $run = run("$build/tests/live/$helper", $object, @args);
	is($run->{exit}, 0, "$helper @args") or diag(substr($run->{err}, 0, 3000));
	my ($line) = $run->{out} =~ /^(.*)$/m;
	my %told = ($line // '') =~ /(\w+) (\d+)/g;
	$told{phases} = [ split ' ', $1 ] if $run->{out} =~ /^phases (.*)$/m;
	return \%told;
}

my $sequences = $guest ? 2000 : 100000;
my $told = told('track', $sequences, @seed);
is($told->{packets}, $sequences * 24, "$sequences sequences of packets, seed @seed");
is($told->{wrong}, 0, 'each is what the reference says');
cmp_ok($told->{$_}, '>', $sequences / 20, "$_: some were") for qw(untracked new established related invalid);
# SYN_RECEIVED, OPEN, CLOSING, LAST_ACK, TIME_WAIT, CLOSED, then the others' phases.
if (!$guest) {
	cmp_ok($told->{phases}[$_ - 1], '>', 0, "phase $_ was reached") for 2, 4 .. 8, 10, 11, 13, 15, 16;
}

$told = told('track', $sequences / 5, @seed, 'picks-up');
is($told->{wrong}, 0, 'the same where connections are picked up in the middle');
cmp_ok($told->{phases}[2], '>', 0, 'some were');

my $flood = $guest ? 300000 : 2000000;
$told = told('trkload', 'flood', $flood);
cmp_ok($told->{sent}, '>=', $flood, "a flood of $flood SYNs from invented sources");
is($told->{wrong}, 0, '1,000 connections beside it went on being established, half of them silent meanwhile');
is($told->{broken}, 0, 'connections that began beside it became established');
cmp_ok($told->{pushed_out}, '>', 0, 'what was not answered was pushed out, and counted') if !$guest;

$told = told('trkload', 'full');
cmp_ok($told->{refused}, '>', 0, 'a full table refuses, and counts');
is($told->{wrong}, 0, '... and goes on with those it has');
cmp_ok($told->{dropped}, '>', 0, '... what it refuses is dropped');
is($told->{later}, 0, '... and takes new ones when those have expired');
cmp_ok($told->{made}, '<=', $told->{places}, '... and never has more than it has places for');

$told = told('trkload', 'race', $guest ? 200000 : 1000000);
is($told->{twins}, 0, "$told->{cpus} CPUs enter the same connections: none is there twice");
is($told->{present} + $told->{pushed_out}, $told->{made}, '... all are there or counted');
is($told->{locked}, 0, '... nothing stays locked');

my $connections = $guest ? 1500 : 20000;
$told = told('trknat', $connections, @seed);
is($told->{connections}, $connections, "$connections translated connections, errors about them");
is($told->{wrong}, 0, 'each frame is what one with these addresses is, to the byte');
cmp_ok($told->{refused}, '<', $connections / 10, 'most found a port');
is($told->{refused}, $told->{no_port}, 'who found none was counted');

$told = told('trknat', 'ports');
is($told->{passed}, 4, 'four ports are for four connections');
is($told->{no_port}, 6, 'the others are counted');
$told = told('trknat', 'pieces');
is($told->{wrong}, 0, 'later fragments are what their first one was, alone they are invalid');

$object = "$build/bpf/kxfilter.bpf.o";
$told = told('trkrules');
is($told->{packets}, 28, 'a stateful policy with translation, in the whole filter, at XDP and at tc');
is($told->{wrong}, 0, 'each packet became what it should');
done_testing();
