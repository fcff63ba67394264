# SPDX-License-Identifier: GPL-2.0-only
# A strict reader of pcapng, for tests: what it does not expect, it dies of.
package Pcapng;
use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(pcapng_read);

# Options of a block, by number; each ends at a multiple of 4.
sub options {
	my ($bytes) = @_;
	my (%of, $ended);
	while (length $bytes) {
		die 'options behind their end' if $ended;
		my ($which, $len) = unpack 'v2', $bytes;
		my $padded = ($len + 3) & ~3;
		die 'an option is cut' if 4 + $padded > length $bytes;
		die 'padding is not 0' if substr($bytes, 4 + $len, $padded - $len) =~ /[^\0]/;
		die "option $which comes twice" if exists $of{$which} && $which != 1;
		$of{$which} = substr $bytes, 4, $len;
		substr $bytes, 0, 4 + $padded, '';
		$ended = !$which;
	}
	die 'options have no end' unless $ended;
	return \%of;
}

# { section => options, interfaces => [...], packets => [...], statistics => [...] }
sub pcapng_read {
	my ($bytes) = @_;
	my %file = (interfaces => [], packets => [], statistics => []);
	while (length $bytes) {
		my ($type, $len) = unpack 'V2', $bytes;
		die sprintf 'block %#x of %d bytes is cut', $type, $len if $len < 12 || $len % 4 || $len > length $bytes;
		die 'the lengths differ' if unpack('V', substr $bytes, $len - 4, 4) != $len;
		my $body = substr $bytes, 8, $len - 12;
		substr $bytes, 0, $len, '';
		die 'no section begins' if !$file{section} && $type != 0x0a0d0d0a;
		if ($type == 0x0a0d0d0a) {
			my ($magic, $major, $minor) = unpack 'V v2', $body;
			die 'not of this machine, or version' if $magic != 0x1a2b3c4d || $major != 1 || $minor;
			$file{section} = options(substr $body, 16);
		} elsif ($type == 1) {
			my ($link, undef, $snap) = unpack 'v2 V', $body;
			push @{ $file{interfaces} }, { link => $link, snap => $snap, options => options(substr $body, 8) };
		} elsif ($type == 6) {
			my ($interface, $high, $low, $captured, $whole) = unpack 'V5', $body;
			my $padded = ($captured + 3) & ~3;
			die 'a packet of no interface' if $interface >= @{ $file{interfaces} };
			die 'a packet is longer than it was' if $captured > $whole;
			push @{ $file{packets} }, { interface => $interface, time_ns => $high * 2**32 + $low,
				len => $whole, bytes => substr($body, 20, $captured), options => options(substr $body, 20 + $padded) };
		} elsif ($type == 5) {
			my ($interface, $high, $low) = unpack 'V3', $body;
			push @{ $file{statistics} }, { interface => $interface, time_ns => $high * 2**32 + $low, options => options(substr $body, 12) };
		} else {
			die sprintf 'block of type %#x', $type;
		}
	}
	return \%file;
}

1;
