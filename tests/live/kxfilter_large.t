#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# A set of a million ranges close together, in kxfilter's kernel half, beside the set itself.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

need_root();
plan skip_all => 'what it shows does not depend on the kernel; KX_SLOW asks for it' if $ENV{KX_VM_KERNEL} && !$ENV{KX_SLOW};
my $packets = $ENV{KX_VM_KERNEL} ? 3000 : 65600;
my $run = finish(start("$build/tests/live/kxfilter_large", "$build/bpf/kxfilter.bpf.o", $packets), 300);
is($run->{exit}, 0, 'it is in the kernel') or diag($run->{err});
is($run->{out}, 'looked at ' . (3 * $packets + 5) . ", wrong 0\n", 'each address is in the set or not, as it should be');
done_testing();
