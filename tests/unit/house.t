#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# The rules of the house: licences, width, who may include whom, the library's manners.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

my @files = grep { -f } split /\n/, `find Makefile README.md .ci bpf docs examples include src tests tools vmlinux -type f -not -path '*/corpus/*'`;
my @sources = grep { /\.(c|h|tbl)$/ } @files;
cmp_ok(scalar(@sources), '>', 100, 'the sources are found');

my (@bare, @wide, @left);
for my $file (@files) {
	my $text = slurp($file);
	push @bare, $file unless $file =~ /README/ || substr($text, 0, 200) =~ /SPDX-License-Identifier: GPL-2.0-only/;
	push @left, $file if $file ne 'tests/unit/house.t' && $text =~ /\b(?:TODO|FIXME|HACK)\b/;
	next unless $file =~ /\.(c|h|tbl)$/;
	for (split /\n/, $text) {
		1 while s/^([^\t]*)\t/$1 . ' ' x (8 - length($1) % 8)/e;
		push @wide, "$file: $_" if length > 100 && !/"/;	# texts stay whole
	}
}
is("@bare", '', 'every file names its licence');
is("@left", '', 'nothing is left for later in the text');
is(join("\n", @wide), '', 'no line is wider than 100 columns');

# Arrows: tools -> include, src -> include, bpf -> vmlinux; never back.
sub includes {
	my ($under, $what) = @_;
	return join ' ', grep { my $f = $_; $f =~ m{^$under/} && slurp($f) =~ /^#include\s+["<][^">]*$what/m } @sources;
}
is(includes('src', 'tools/'), '', 'the library includes no tool');
is(includes('bpf', 'src/'), '', 'kernel code includes no library');
is(includes('tools/kx', 'kxtrace'), '', 'a tool includes no other tool');
is(includes('tools/cli', 'kx(?:trace|log|filter)'), '', 'what they share includes none of them');
is(includes('include', 'src/'), '', 'public headers include nothing private');

my @rude = grep {
	my $text = slurp($_);
	$text =~ s{/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"}{}gs;
	$text =~ /\b(?:printf|puts|fputs|perror|exit|_exit|abort|getenv|signal|sigaction)\s*\(/;
} grep { m{^src/} } @sources;
is("@rude", '', 'the library never prints, exits, traps signals or reads the environment');

# Names in the kernel are at most 15 characters, so that it shows them whole.
my @long = grep { length > 15 } map { my $t = slurp($_); $t =~ /^int BPF_PROG\((\w+)/mg, $t =~ /^\} (\w+) SEC\("\.maps"\)/mg } grep { m{^bpf/|\.bpf\.c$} } @sources;
is("@long", '', 'programs and maps have names of at most 15 characters');
done_testing();
