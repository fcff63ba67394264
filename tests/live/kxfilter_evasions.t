#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Packets that get past other filters: each is decided by what it is, at XDP and at tc.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

need_root();
not_between('6.1');
my $helper = "$build/tests/live/kxfilter_packet";

sub ethernet {
	my ($type, $payload, @tags) = @_;
	my $macs = pack 'H12 H12', '020000000001', '020000000002';
	return $macs . join('', map { pack 'n2', @$_ } @tags) . pack('n', $type) . $payload;
}

sub tcp { my $port = shift; return pack 'n2 N2 C2 n3', 40000, $port, 1, 0, 0x50, 2, 1000, 0, 0; }
sub echo { return pack 'C2 n3', 128, 0, 0, 1, 1; }

# offset: flags and offset of a fragment; options: bytes, a multiple of 4.
sub ip4 {
	my ($protocol, $payload, %with) = @_;
	my $options = $with{options} // '';
	my $words = 5 + length($options) / 4;
	my $len = $with{len} // $words * 4 + length $payload;
	return pack('C2 n3 C2 n', $with{first} // (0x40 | $words), 0, $len, 1, $with{offset} // 0, 64,
		    $protocol, 0) . pack('C4 C4', @{ $with{from} // [ 192, 0, 2, 1 ] }, 192, 0, 2, 2) .
	    $options . $payload;
}

sub ip6 {
	my ($next, $payload, %with) = @_;
	my $from = $with{from} // pack('H32', '20010db8000000000000000000000001');
	return pack('N n C2', 6 << 28, $with{len} // length $payload, $next, 64) . $from .
	    pack('H32', '20010db8000000000000000000000002') . $payload;
}

# Headers in front of the last one; each is [ its own number, its bytes from the third on ].
sub chain {
	my ($last, $payload, @headers) = @_;
	my ($next, $bytes) = ($last, $payload);
	for my $header (reverse @headers) {
		my ($kind, $body) = @$header;
		my $len = $kind == 51 ? (2 + length $body) / 4 - 2 : (2 + length $body) / 8 - 1;
		$bytes = pack('C2', $next, $kind == 44 ? 0 : $len) . $body . $bytes;
		$next = $kind;
	}
	return ($next, $bytes);
}

my @hop = (0, "\x01\x04\0\0\0\0");
my @destination = (60, "\x01\x04\0\0\0\0");
my @routing = (43, "\0\0\0\0\0\0");
my @ah = (51, "\0\0" . "\0" x 8 . "\0" x 12);
sub fragment { my ($offset, $more) = @_; return [ 44, pack 'n N', $offset << 3 | $more, 1 ]; }

my $ssh = tcp(22);
my $web = tcp(80);
my @q = ([ 0x8100, 1 ]) x 5;
my @cases = (
	[ 'a connection to port 22', ethernet(0x0800, ip4(6, $ssh)), 'drop ssh' ],
	[ '... to another', ethernet(0x0800, ip4(6, $web)), 'pass default' ],
	[ '... by IPv6', ethernet(0x86dd, ip6(6, $ssh)), 'drop ssh' ],
	map({ [ "behind $_ VLAN tags", ethernet(0x0800, ip4(6, $ssh), @q[0 .. $_ - 1]), 'drop ssh' ] } 1 .. 4),
	[ 'behind five, which nobody reads', ethernet(0x0800, ip4(6, $web), @q), 'drop malformed' ],
	[ 'a tag of a provider', ethernet(0x86dd, ip6(6, $ssh), [ 0x88a8, 2 ], [ 0x8100, 3 ]), 'drop ssh' ],
	[ 'priority and other bits beside the id of a tag', ethernet(0x0800, ip4(6, $web), [ 0x8100, 0xf007 ]), 'drop vlan' ],
	[ 'the inner tag is not the outer one', ethernet(0x0800, ip4(6, $web), [ 0x8100, 8 ], [ 0x8100, 7 ]), 'pass default' ],
	[ 'options of IPv4 before the ports', ethernet(0x0800, ip4(6, $ssh, options => "\x01" x 40)), 'drop ssh' ],
	[ 'options that look like ports', ethernet(0x0800, ip4(6, $web, options => pack('C2 n', 0x88, 4, 22))), 'pass default' ],
	[ 'an option longer than the header', ethernet(0x0800, ip4(6, $web, options => pack('C2 n', 0x44, 40, 0))), 'drop malformed' ],
	[ 'an option without length', ethernet(0x0800, ip4(6, $web, options => pack('C2 n', 0x44, 0, 0))), 'drop malformed' ],
	[ 'a first fragment', ethernet(0x0800, ip4(6, $ssh, offset => 0x2000)), 'drop ssh' ],
	[ 'a later fragment that looks like it', ethernet(0x0800, ip4(6, $ssh, offset => 100)), 'pass default' ],
	[ '... by IPv6', ethernet(0x86dd, ip6(chain(6, $ssh, fragment(100, 0)))), 'pass default' ],
	[ 'a first fragment by IPv6', ethernet(0x86dd, ip6(chain(6, $ssh, fragment(0, 1)))), 'drop ssh' ],
	[ 'a fragment that is all of the packet', ethernet(0x86dd, ip6(chain(6, $ssh, fragment(0, 0)))), 'drop ssh' ],
	[ 'a fragment in a fragment', ethernet(0x86dd, ip6(chain(6, $web, fragment(0, 1), fragment(0, 1)))), 'drop malformed' ],
	[ 'a first fragment too short for its ports and flags', ethernet(0x0800, ip4(6, substr($ssh, 0, 8), offset => 0x2000)), 'drop malformed' ],
	[ 'a fragment written over the flags', ethernet(0x0800, ip4(6, $web, offset => 1)), 'drop malformed' ],
	[ 'a fragment beyond 65,535 bytes', ethernet(0x0800, ip4(17, $web, offset => 8190)), 'drop malformed' ],
	[ 'extension headers', ethernet(0x86dd, ip6(chain(6, $ssh, \@hop, \@destination, \@routing, \@destination))), 'drop ssh' ],
	[ 'eight of them', ethernet(0x86dd, ip6(chain(6, $ssh, (\@destination) x 8))), 'drop ssh' ],
	[ 'nine of them', ethernet(0x86dd, ip6(chain(6, $web, (\@destination) x 9))), 'drop malformed' ],
	[ 'hop-by-hop that is not first', ethernet(0x86dd, ip6(chain(6, $web, \@destination, \@hop))), 'drop malformed' ],
	[ 'an authentication header', ethernet(0x86dd, ip6(chain(6, $ssh, \@ah))), 'drop ssh' ],
	[ '... in IPv4', ethernet(0x0800, ip4(chain(6, $ssh, \@ah))), 'drop ssh' ],
	[ 'an extension header longer than the packet', ethernet(0x86dd, ip6(60, pack('C2 n3', 6, 20, 0, 0, 0) . $ssh)), 'drop malformed' ],
	[ 'an echo request by IPv6', ethernet(0x86dd, ip6(58, echo())), 'drop echo' ],
	[ '... behind an extension header', ethernet(0x86dd, ip6(chain(58, echo(), \@destination))), 'drop echo' ],
	[ 'a header of TCP cut short', ethernet(0x0800, ip4(6, substr($ssh, 0, 12))), 'drop malformed' ],
	[ 'a frame shorter than its packet', substr(ethernet(0x0800, ip4(6, $web)), 0, 50), 'drop malformed' ],
	[ 'ports in the padding behind a packet', ethernet(0x0800, ip4(6, $web, len => 20)), 'drop malformed' ],
	[ 'a packet longer than its frame', ethernet(0x0800, ip4(6, $web, len => 41)), 'drop malformed' ],
	[ 'a header length below 20', ethernet(0x0800, ip4(6, $web, first => 0x44)), 'drop malformed' ],
	[ 'IPv6 where IPv4 is announced', ethernet(0x0800, ip6(6, $web)), 'drop malformed' ],
	[ 'a data offset beyond the packet', ethernet(0x0800, ip4(6, pack('n2 N2 C2 n3', 1, 80, 1, 0, 0xf0, 2, 1, 0, 0))), 'drop malformed' ],
	[ 'a length of UDP beyond the packet', ethernet(0x0800, ip4(17, pack 'n4', 1, 80, 9, 0)), 'drop malformed' ],
	[ 'an address of the net', ethernet(0x0800, ip4(6, $web, from => [ 10, 9, 255, 255 ])), 'drop net' ],
	[ '... and the next one', ethernet(0x0800, ip4(6, $web, from => [ 10, 10, 0, 0 ])), 'pass default' ],
	[ '... of IPv4 within IPv6', ethernet(0x86dd, ip6(6, $web, from => pack('H32', '00000000000000000000ffff0a090001'))), 'drop net' ],
	[ 'the address that stands for none', ethernet(0x86dd, ip6(6, $web, from => pack('H32', '00000000000000000000fffe00000000'))), 'drop malformed' ],
	[ 'ARP from the net', ethernet(0x0806, pack('n2 C2 n', 1, 0x0800, 6, 4, 1) . pack('H12 C4 H12 C4', '020000000002', 10, 9, 0, 1, '0' x 12, 192, 0, 2, 2)), 'drop net' ],
	[ 'ARP cut short', ethernet(0x0806, pack('n2 C2 n', 1, 0x0800, 6, 4, 1) . "\0" x 19), 'drop malformed' ],
	[ 'encrypted', ethernet(0x0800, ip4(50, $ssh)), 'pass default' ],
	[ 'what is neither', ethernet(0x88cc, "\x02\x07\x04" . "\0" x 40), 'pass default' ],
);

write_file("$dir/packets", join '', map { my $c = $_; map { "$_ " . unpack('H*', $c->[1]) . "\n" } qw(xdp tc) } @cases);
my @lines = split /\n/, `$helper $build/bpf/kxfilter.bpf.o <$dir/packets 2>$dir/err`;
is($?, 0, 'the packets are looked at') or diag(slurp("$dir/err"));
for my $case (@cases) {
	my ($name, undef, $expected) = @$case;
	is(shift @lines, $expected, "$name, at XDP");
	is(shift @lines, $expected, "$name, at tc");
}
done_testing();
