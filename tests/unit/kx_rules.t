#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kx-rules(5) has every word that kxfilter's language knows.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

my $page = slurp('docs/man/kx-rules.5');
$page =~ s/\\-/-/g;
$page =~ s/\\f.//g;

# The strings of a table of a source, as far as the end of its braces.
sub words {
	my ($source, $table) = @_;
	my ($rows) = slurp("tools/kxfilter/language/$source") =~ /\b\Q$table\E\[\w*\]? = \{\n?(.*?)^?\};/ms;
	($rows) = slurp("tools/kxfilter/language/$source") =~ /^\} \Q$table\E\[\] = \{\n(.*?)^\};/ms unless $rows;
	return [ ($rows // '') =~ /"([^"]+)"/g ];
}

# Some words are there for who knows them from elsewhere, some are numbers with a name of many.
my %unsaid = map { $_ => 1 } qw(icmpv6 usual);
my @tables = (['rule.c', 'clauses', 30], ['rule.c', 'statements', 6], ['actions.c', 'reject_words', 6],
	      ['flags.c', 'flag_words', 10], ['flags.c', 'options', 9], ['icmp.c', 'types', 20],
	      ['known.c', 'state_words', 5], ['known.c', 'fragment_words', 4], ['known.c', 'vlan_words', 2]);
for (@tables) {
	my ($source, $table, $least) = @$_;
	my $words = words($source, $table);
	cmp_ok(scalar(@$words), '>=', $least, "$table of $source are found");
	my @missing = grep { !$unsaid{$_} && $page !~ /(?<![\w-])\Q$_\E(?![\w-])/ } @$words;
	is("@missing", $table eq 'types' ? 'info-request info-reply address-mask-request address-mask-reply' : '',
	   "$table: all are in the manual");
}

# What can be in a set of the page is what can be in one.
my ($kinds) = slurp('tools/kxfilter/language/statement.c') =~ /const kinds\[\] = \{(.*?)\};/s;
my %named = (protocol => 'proto');
for ($kinds =~ /&kind_(\w+)/g) {
	my $kind = $named{$_} // $_;
	like($page, qr/can be: [^.]*\b$kind\b/, "sets of $kind");
}
done_testing();
