#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxfilter: the help of each command, the manual and the completion say the same.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

plan skip_all => 'what programs say does not depend on the kernel' if $ENV{KX_VM_KERNEL};
my $filter = "$build/kxfilter";
my $page = slurp('docs/man/kxfilter.8') =~ s/\\-/-/gr =~ s/\\f.//gr;
my $completion = slurp('docs/completion/kxfilter.bash');
my $all = run($filter, 'help')->{out};
my @verbs = grep { $_ ne 'help' } $all =~ s/^examples:.*//msr =~ /^  ([a-z]+) /mg;
my %row = $completion =~ /^\t\[(\w+)\]="([^"]*)"$/mg;
my ($common) = $completion =~ /^_kxfilter_common="(.*)"$/m;
cmp_ok(scalar(split /\n/, $all), '<=', 45, 'the help fits a screen');
is("@{[sort keys %row]}", "@{[sort @verbs, 'help']}", 'the completion has the same commands');
for my $verb (@verbs) {
	my $text = run($filter, 'help', $verb)->{out};
	my @words = map { /^  (?:(-\w), |    )(--[\w-]+)/ ? grep { defined } $1, $2 : () } split /\n/, $text;
	is(run($filter, $verb, '--help')->{out}, $text, "$verb: --help says the same as kxfilter help");
	is(scalar(grep { length > 100 } split /\n/, $text), 0, "$verb: the help is not too wide");
	is("@{[sort @words]}", "@{[sort split ' ', qq($row{$verb} $common)]}", "$verb: the completion has its options");
	like($page, qr/^\.BI? $verb\b/m, "$verb: is in the manual");
	like($page, qr/^\.B kxfilter $verb\n/m, "$verb: with a synopsis");
	like($page, qr/^\.\w+ (.*\s)?\Q$_\E\b/m, "$verb: $_ too") for @words;
	my ($examples) = $text =~ /^examples:\n(.*)/ms;
	is(join('', grep { index($page, s/^  //r) < 0 } split /\n/, $examples), '', "$verb: and its examples");
}
done_testing;
