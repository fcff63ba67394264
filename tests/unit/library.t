#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# libkx for others: one set of functions everywhere, all documented, headers that stand alone.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

my $header = slurp('include/kx/kx.h');
my ($version) = slurp('Makefile') =~ /^VERSION\s*:= (\S+)$/m;
my ($major) = $version =~ /^(\d+)\./;

#
# The functions: kx.h = libkx.map = what either library shows
#
(my $code = $header) =~ s{/\*.*?\*/|^#.*?$}{}gsm;
my (@functions, %params, %returns);
while ($code =~ /^(?!typedef\b)((?:\w+[ ]+)+\**)(kx_\w+)\(([^;]*)\);/gm) {
	my ($type, $name, $list) = ($1, $2, $3);
	push @functions, $name;
	$returns{$name} = $type !~ /^void $/;
	$params{$name} = [ map { /(\w+)\s*$/ } grep { !/^\s*void\s*$/ } split /,/, $list ];
}
cmp_ok(scalar(@functions), '>', 40, 'the functions of kx.h are found');
my %mentioned = map { $_ => 1 } $code =~ /\b(kx_\w+)\s*\(/g;
is(join(' ', sort keys %mentioned), join(' ', sort @functions), 'all of them');

sub same {
	my ($found, $what) = @_;
	is(join("\n", sort @$found), join("\n", sort @functions), "$what has the functions of kx.h, exactly");
}

sub symbols { return map { /^\S* *[A-Z] (\w+)/ ? $1 : () } split /\n/, run(@_)->{out}; }

(my $map = slurp('src/libkx.map')) =~ s{/\*.*?\*/}{}gs;
my @nodes = $map =~ /^(KX_[\d.]+) \{/gm;
same([ $map =~ /^\t(kx_\w+);$/gm ], 'libkx.map');
is(join(' ', $map =~ /^\t([^;\s]+);$/gm), join(' ', ($map =~ /^\t(kx_\w+);$/gm), '*'), 'and nothing else');
my @shared = grep { !/^KX_\d/ } symbols('nm', '-D', '--defined-only', '--without-symbol-versions', "$build/libkx.so");
same(\@shared, 'libkx.so');
same([ symbols('nm', '-g', '--defined-only', "$build/pic/libkx.a") ], 'libkx.a that is installed');

my $dynamic = run('readelf', '-dW', "$build/libkx.so")->{out};
like($dynamic, qr/\(SONAME\).*\[libkx\.so\.$major\]$/m, 'the soname has the major version');
like($dynamic, qr/\(NEEDED\).*\[libbpf\.so\.\d+\]$/m, 'libbpf is linked dynamically');
is(readlink("$build/libkx.so"), "libkx.so.$major", 'libkx.so is a link');
is(readlink("$build/libkx.so.$major"), "libkx.so.$version", 'so is its soname');
my ($said) = $header =~ /^#define KX_VERSION\s+"([^"]*)"/m;
is($said, $version, 'kx.h has the version of the Makefile');

#
# The documentation
#
for my $name (@functions) {
	my ($doc) = $header =~ m{(/\*\*\n(?: \*[^\n]*\n)+)(?!typedef)[a-z][\w ]*[ *]\Q$name\E\(};
	my ($title) = ($doc // '') =~ m{\A/\*\*\n \* (\w+)\(\) - \S};
	is($title, $name, "$name: a block of its own") or next;
	is(join(' ', $doc =~ /^ \* \@(\w+):\s+\S/mg), join(' ', @{ $params{$name} }), "$name: its parameters");
	my @sections = map { "$_:" } $doc =~ /^ \* (Return|Context|Since): \S/mg;
	is("@sections", ($returns{$name} ? 'Return: ' : '') . 'Context: Since:', "$name: its sections");
	my ($since) = $doc =~ /^ \* Since: (\S+)$/m;
	my ($node) = $map =~ /^KX_([\d.]+) \{[^}]*\b\Q$name\E;/m;
	is($since, $node, "$name: is younger in neither");
}

#
# The headers, each alone
#
my @strict = qw(-Wall -Wextra -pedantic -Werror -Iinclude -fsyntax-only -x);
my %compiler = (c11 => ['gcc', @strict, 'c', '-std=c11'], c17 => ['gcc', @strict, 'c', '-std=c17'],
		'c++17' => ['g++', @strict, 'c++', '-std=c++17']);
my $cxx = system('command -v g++ >/dev/null 2>&1') == 0;

sub compiles {
	my ($how, $text, $what) = @_;
	my $r = run(@$how, write_file("$dir/alone.c", $text));
	is($r->{signal} || $r->{exit}, 0, $what) or diag($r->{err});
}

# What both sides read: a change here is another KX_ABI.
my %layout = (
	kx_life => [16, kmid => 0, generation => 8, reason => 12],
	kx_entry => [400, magic => 0, abi => 4, active => 8, state => 12, seen => 16, flags => 32, uid => 36,
		     pid => 40, meta_id => 44, loaded_ns => 48, name => 56, command => 120, until_ns => 376, new_slot => 384,
		     back_slot => 388, not_confirmed => 392, pad => 396],
	kx_meta => [72, magic => 0, abi => 4, generation => 8, slot => 12, uid => 16, pid => 20, loaded_ns => 24,
		    hash => 32, text_len => 64, btf_len => 68],
);
my $asserts = '';
for my $struct (sort keys %layout) {
	my ($size, %at) = @{ $layout{$struct} };
	my ($body) = slurp('include/kx/abi.h') =~ /^struct $struct \{\n(.*?)^\};/ms;
	is(join(' ', sort(($body // '') =~ /\b(\w+)(?:\[\w+\])?;/g)), join(' ', sort keys %at), "$struct: the members that are compared");
	$asserts .= "SAME(sizeof(struct $struct) == $size);\n";
	$asserts .= "SAME(__builtin_offsetof(struct $struct, $_) == $at{$_});\n" for sort keys %at;
}
my $same = "#ifdef __cplusplus\n#define SAME(x) static_assert(x, #x)\n#else\n" .
	"#define SAME(x) _Static_assert(x, #x)\n#endif\n";

for my $dialect (sort keys %compiler) {
	SKIP: {
		skip "$dialect: g++ is not here", 4 if $dialect =~ /\+/ && !$cxx;
		compiles($compiler{$dialect}, "#include <kx/$_>\n", "$_ compiles alone as $dialect") for qw(kx.h abi.h);
		compiles($compiler{$dialect}, "#include <kx/abi.h>\n#include <kx/kx.h>\n", "both as $dialect");
		compiles($compiler{$dialect}, "#include <kx/abi.h>\n$same$asserts", "the same layout as $dialect");
	}
}
is(join(' ', sort map { s{.*/}{}r } glob('include/kx/*.h')), 'abi.h await.bpf.h command.bpf.h door.bpf.h file.bpf.h intake.bpf.h kx.bpf.h kx.h log.bpf.h metrics.bpf.h own.bpf.h seq.h share.bpf.h sleep.bpf.h stream.bpf.h', 'no other header is public');

SKIP: {
	skip 'clang is not here', 3 if system('command -v clang >/dev/null 2>&1') != 0;
	(my $arch = `uname -m`) =~ s/x86_64\n/x86/;
	$arch =~ s/aarch64\n/arm64/;
	chomp(my $multiarch = `gcc -print-multiarch`);
	my @types = -e "$build/vmlinux/vmlinux_btf.h" ? "-I$build/vmlinux" : '-DKX_MINIMAL';
	my @bpf = (qw(clang -target bpf -O2 -g -Wall -Wextra -Werror), "-D__TARGET_ARCH_$arch", '-Ivmlinux', @types,
		   '-Iinclude', '-idirafter', "/usr/include/$multiarch", '-c', '-o', "$dir/alone.o");
	compiles(\@bpf, "#include <vmlinux.h>\n#include <kx/kx.bpf.h>\n", 'kx.bpf.h compiles alone after vmlinux.h');
	compiles(\@bpf, "#include <vmlinux.h>\n#include <kx/sleep.bpf.h>\n", 'sleep.bpf.h does so as well');
	compiles(\@bpf, "#include <vmlinux.h>\n#include <kx/kx.bpf.h>\n$same$asserts", 'the same layout as kernel code');
}
done_testing();
