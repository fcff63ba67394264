# SPDX-License-Identifier: GPL-2.0-only
# What benches are to reach: told at the end, in one table; for several benches by who runs them.
package Bars;
use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(bar bars_told bars_of median least);
my @bars;

sub median { my @s = sort { $a <=> $b } @_; return $s[$#s / 2]; }
sub least { return (sort { $a <=> $b } @_)[0]; }

# The figure is to be "at most" or "at least" so much; @note: what to know beside it.
sub bar {
	my ($what, $figure, $unit, $way, $limit, $note) = @_;
	push @bars, [ $what, $figure, $unit, $way, $limit, $note // '' ];
}

sub bars_table {
	printf "\n  %-46s %-18s %12s\n", 'what', 'bar', 'measured';
	for (@_) {
		my ($what, $figure, $unit, $way, $limit, $note) = @$_;
		my $met = $way eq 'at most' ? $figure <= $limit : $figure >= $limit;
		printf "  %-46s %-18s %12s  %s%s\n", $what, "$way $limit $unit", sprintf($unit eq 'x' ? '%.2f %s' : '%.1f %s', $figure, $unit),
		    $met ? 'met' : 'MISSED', $note ne '' ? "; $note" : '';
	}
}

# Behind all others: shown, or left to who asked for them by KX_BARS.
sub bars_told {
	if (defined $ENV{KX_BARS}) {
		open my $to, '>>', $ENV{KX_BARS} or die "$ENV{KX_BARS}: $!\n";
		print $to join('|', @$_), "\n" for @bars;
		close $to or die "$ENV{KX_BARS}: $!\n";
	} else {
		bars_table(@bars);
	}
}

sub bars_of {
	my $path = shift;
	open my $from, '<', $path or return;
	bars_table(map { chomp; [ split /\|/, $_, -1 ] } <$from>);
}

1;
