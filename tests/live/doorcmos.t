#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# CMOS memory by way of a door, and read directly: the same bytes. Virtual machines of qemu have it.
use strict;
use warnings;
use lib 'tests/lib';
use Cwd 'abs_path';
use KX;
use Test::More;

not_between('6.12');
need_root();
my $kx = abs_path("$build/kx");
my $ports = abs_path("$build/tests/live/doorports");
sub kx { return run($kx, @_); }
my %running;
END {
	local $?;
	kill KILL => keys %running if %running;
	kx('unload', '--with-users', 'doorcmos') if defined $kx && -e '/sys/fs/bpf/kx/doorcmos';
}
# The clock and its date move, and the flags of its alarm: bytes 0 to 13 and the century.
sub still {
	my @bytes = map { split ' ', s/^..: //r } split /\n/, shift;
	return join ' ', @bytes[14 .. 49], @bytes[51 .. 63];
}
my $shape = qr/\A(?:[0-9a-f]{2}: ( [0-9a-f]{2}){16}\n){4}\z/;

plan skip_all => 'a file cannot wait for a service here' if kx('features', '--json')->{out} !~ /"name":"door.block"[^\n]*"available"/;
is(kx('load', "$build/tests/ext/doorcmos.bpf.o", '--as', 'doorcmos')->{err}, '', 'the extension is loaded');
is(kx('cat', 'doorcmos.memory')->{out}, "no answer: -6\n", 'nobody serves: the default of the door');
my $direct = run($ports, '--direct');
my $service = start($kx, 'serve', 'doorcmos.port', '--', $ports);
$running{$service->{pid}} = 1;
ok(wait_for(sub { slurp($service->{err}) =~ /serving/ }, 30), 'it is served');
my $shown = kx('cat', 'doorcmos.memory')->{out};
SKIP: {
	if ($direct->{exit}) {
		like($shown, qr/\Ano answer: -\d+\n\z/, 'no chip, or no way to it: the file says so');
		skip "no chip to be read: $direct->{err}", 3;
	}
	like($shown, $shape, 'the file shows 64 bytes');
	is(still($shown), still($direct->{out}), 'the same as by the ports');
	my $device = run($ports, '--device');
	skip "no other way: $device->{err}", 1 if $device->{exit};
	is(still($shown), still($device->{out}), 'the same as by /dev/port');
}
kill INT => $service->{pid};
is(finish($service)->{exit}, 0, 'the service ends');
delete $running{$service->{pid}};
is(kx('unload', 'doorcmos')->{err}, '', 'it is unloaded');
done_testing();
