#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxfilter's kernel half against its reference: rule sets and packets by chance, equal verdicts.
# KX_FILTER_SETS=200 KX_FILTER_PACKETS=5000 compares some 2 million; KX_FILTER_SEED others.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

need_root();
my $guest = $ENV{KX_VM_KERNEL};
my $sets = $ENV{KX_FILTER_SETS} // ($guest ? 8 : 20);
my $packets = $ENV{KX_FILTER_PACKETS} // ($guest ? 400 : 2000);
my $seed = $ENV{KX_FILTER_SEED} // 1;

my $run = finish(start("$build/tests/live/kxfilter_verdicts", "$build/bpf/kxfilter.bpf.o", $sets,
		       $packets, $seed), 3600);
is($run->{exit}, 0, "what is read, which rule decides, and how: no difference, seed $seed")
    or diag($run->{out}, $run->{err});
note($run->{out});
my ($all, $xdp, $in, $out, $tagged) =
    $run->{out} =~ /^compared (\d+): XDP (\d+), in (\d+), out (\d+), tagged (\d+)$/m;
cmp_ok($all // 0, '>=', $sets * $packets, 'as many were compared as there were packets');
cmp_ok($_->[1] // 0, '>', 0, "some of them $_->[0]")
    for [ 'at XDP', $xdp ], [ 'at tc, coming in', $in ], [ 'going out', $out ],
    [ 'with a tag that is not among their bytes', $tagged ];
my ($by_rule, $dropped, $malformed) =
    $run->{out} =~ /^by a rule (\d+), dropped (\d+), malformed (\d+), differ 0$/m;
# A comparison in which one side hardly ever happens would prove little.
cmp_ok($by_rule // 0, '>', $all / 10, 'rules decided many');
cmp_ok($dropped // 0, '>', $all / 10, 'many were dropped');
cmp_ok($malformed // 0, '>', $all / 20, 'many were malformed');
cmp_ok($malformed // $all, '<', $all / 2, '... but most were not');
my %reply = $run->{out} =~ /\b(answered|limited|silent) (\d+)/g;
cmp_ok($reply{answered} // 0, '>', $all / 200, 'many were answered, byte for byte as the reference does it');
cmp_ok($reply{silent} // 0, '>', 0, 'others may have no answer');
cmp_ok($reply{limited} // 0, '>', 0, '... or there were too many') if !$guest;
my ($changes) = $run->{out} =~ /^live sets changed (\d+) times$/m;
cmp_ok($changes // 0, '>', $sets, 'live sets were changed in between') if !$guest;	# of a few sets none may be live
done_testing();
