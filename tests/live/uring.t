#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# io_uring: what is done without system calls is shown as calls.
use strict;
use warnings;
use Cwd qw(getcwd abs_path);
use lib 'tests/lib';
use KX;
use Test::More;

need_root();
my $disabled = slurp('/proc/sys/kernel/io_uring_disabled');
plan skip_all => 'this kernel has no io_uring, or not for everybody' if $disabled =~ /[12]/;

my $tracer = abs_path("$build/kxtrace");
my $program = abs_path("$build/tests/live/uring_ops");
my $back = getcwd();

# In a directory of its own; what it says it did is what must be shown.
my $places = 0;
sub operations {
	my ($options, @arguments) = @_;
	my $place = "$dir/place." . ++$places;
	mkdir $place;
	chdir $place;
	my $r = run($tracer, '-q', '-a', '1', '-o', "$place/trace", @$options, $program, @arguments);
	chdir $back;
	my @shown = grep { s/^(\d+ +)?(?=io_uring: )// } split /\n/, slurp("$place/trace");
	# statx: what the kernel says of a file is not the program's.
	s/(STATX_SIZE, )\{.*stx_size=20, \.\.\.\}/$1\{*}/ for @shown;
	return ($r, [ sort split /\n/, $r->{out} ], [ sort @shown ]);
}

my ($r, $done, $shown) = operations([ '-e', 'trace=io_uring_enter' ]);
is($r->{exit}, 0, 'the program did all that it wanted') or diag($r->{err});
cmp_ok(scalar(@$done), '>', 30, 'many operations');
# The last one is ended by the kernel, if there is time.
$shown = [ grep { !/POLL_ADD_MULTI\) = -1 ECANCELED/ } @$shown ];
is_deeply($shown, $done, 'each is shown as what it does') or diag($r->{err});

($r, $done, $shown) = operations([ '--io-uring', '-f' ], 'polled');
SKIP: {
	skip 'rings that are polled by the kernel are not to be had', 1 if $r->{exit};
	is_deeply($shown, $done, 'submitted by a thread of the kernel: shown for its owner');
}

($r, $done, $shown) = operations([ '--io-uring', '-e', 'trace=openat' ]);
is_deeply($shown, [ grep { /^io_uring: openat\(/ } @$done ], 'selected by the call that does the same');
($r, $done, $shown) = operations([]);
is_deeply($shown, [], 'nobody asked: not shown');
($r, $done, $shown) = operations([ '--io-uring=off', '-e', 'trace=io_uring_enter' ]);
is_deeply($shown, [], '--io-uring=off');
$r = run($tracer, '--io-uring=maybe', 'true');
like($r->{err}, qr{^kxtrace: --io-uring=maybe: on or off\n\z}, 'neither on nor off');

done_testing();
