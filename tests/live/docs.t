#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Options, --help, the manual and the completion say the same.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

my $help = run("$build/kxtrace", '--help')->{out};
my $manual = slurp('docs/man/kxtrace.1');
my $completion = slurp('docs/completion/kxtrace.bash');
$manual =~ s/\\-/-/g;

my (%letters, %names);
for (split /\n/, $help) {
	next unless /^  (-\w|    --)/;
	$letters{$1} = 1 if /^  -(\w)/;
	$names{$1} = 1 if /--([\w-]+)/;
}
cmp_ok(scalar(keys %letters), '>', 15, 'the help lists the options');
for my $letter (sort keys %letters) {
	like($manual, qr{-$letter\b}, "-$letter is in the manual");
	like($completion, qr{\s-$letter\b}, "-$letter is completed");
}
for my $name (sort keys %names) {
	like($completion, qr{--$name\b}, "--$name is completed");
	my $r = run("$build/kxtrace", "--$name");
	unlike($r->{err}, qr{no such option}, "--$name is understood");
}
# Backwards: what is completed is understood.
for my $option ($completion =~ /(?<=\s)(--?[\w-]+)(?=[\s"])/g) {
	next if $option =~ /^-[WF]$/;	# compgen's own
	my $r = run("$build/kxtrace", $option);
	unlike($r->{err}, qr{no such option}, "$option of the completion is understood");
}
my @lines = split /\n/, $help;
cmp_ok(scalar(@lines), '<=', 45, 'the help fits a screen');
is(scalar(grep { length > 100 } @lines), 0, 'and its width');
done_testing();
