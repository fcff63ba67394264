#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Texts of log messages: made by the real compiler, filled in as the kernel does it; wrong ones are refused.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;
use JSON::PP;

need_root();
my $kx = "$build/kx";
my $object = "$build/tests/ext/fmt.bpf.o";
my $name = 'fmt-texts';

sub kx { return run($kx, @_); }
sub clean { kx('unload', $name) if -e "/sys/fs/bpf/kx/$name"; }
END { clean() if $> == 0 && defined $kx; }
clean();

# The messages: [ level, generation, text ].
sub messages {
	my $r = run("$build/tests/live/format", shift, $name);
	is($r->{exit}, 0, 'the log is read') or diag($r->{err});
	return map { [ /^(-?\d+) (\d+)\t(.*)$/ ] } split /\n/, $r->{out};
}

is(kx('load', $object, '--as', $name, 'log_level=KX_LEVEL_DEBUG')->{err}, '', 'is loaded');
my @said = messages('text');
my ($row) = grep { $_->{name} eq 'by_kernel' } map { decode_json($_) } split /\n/, kx('get', '--json', $name)->{out};
my @by_kernel = @{ $row->{value} };
is(scalar(@by_kernel), 12, 'the kernel has made texts of some');
like($by_kernel[6], qr/^kfree\+0x4\/0x[0-9a-f]+$/, 'and knows its symbols');
is($said[$_][2], $by_kernel[$_], "message $_ is what the kernel makes of it") for 0 .. $#by_kernel;

# The others, in their order.
my @expected = (
	(map { [ $_, "level $_" ] } 0 .. 5, 7),
	map { [ 6, $_ ] }
	'ended by itself',
	"t\\tx\\x01 \xc3\xbc",
	"a\\nb\\t\\x1b[1m \"\\ \\xff \xc3\xbc",
	'2001:db8::1 02:00:00:00:00:fe 02-00-00-00-00-fe 0200000000fe',
	'(null) (fault) (null) (fault)',
	'ff ffff ffffffff 10 0xff',
	'some|so    | 192.0.0.254',
	'12345678',
	'',
);
my @rest = @said[@by_kernel .. $#said];
is(scalar(@rest), scalar(@expected), 'there are no more and no less');
for my $i (0 .. $#expected) {
	is($rest[$i][2] // 'none', $expected[$i][1], "message $i of the others");
	is($rest[$i][0], $expected[$i][0], 'and its level');
}
is(join(' ', grep { $_->[1] != 1 } @said), '', 'all are of generation 1');

# JSON: the same messages, without the escapes; arguments and source besides.
my @json = map { decode_json($_->[2]) } messages('json');
is(scalar(@json), scalar(@said), 'as many as JSON');
my $source = slurp('tests/ext/fmt.bpf.c');
my @lines = split /\n/, $source;
for my $i (0 .. $#said) {
	my $message = $json[$i]{message};
	$message =~ s/\x{ff}/\\xff/g;
	$message =~ s/([\x01\x1b])/sprintf '\\x%02x', ord $1/ge;
	$message =~ s/\n/\\n/g;
	$message =~ s/\t/\\t/g;
	utf8::encode($message);
	is($message, $said[$i][2], "message $i is the same as JSON");
	my ($line) = $json[$i]{source} =~ /^fmt\.bpf\.c:(\d+)$/;
	like($lines[($line // 1) - 1], qr/^\t(?:kx_\w+|SAME|BOTH)\(|^\t\t\(u8 \*\)/, 'its line is one of a message');
}
is_deeply($json[0]{args}, [-42, -42, 4294967254, 4294967254, 4294967254], 'arguments: numbers');
is_deeply($json[4]{args}, ['some text', 'another'], 'strings');
is_deeply($json[9]{args}, ['192.0.0.254', '192.000.000.254'], 'addresses');
is_deeply($json[23]{args}, [undef, undef, undef, undef], 'null for what was not there');
is(kx('unload', $name)->{err}, '', 'is unloaded');

# Without log_level: not what is less urgent than information.
is(kx('load', $object, '--as', $name)->{err}, '', 'is loaded with what is usual');
is(join(' ', grep { $_->[0] == 7 } messages('text')), '', 'debugging is not said');
kx('unload', $name);

# Texts that are wrong: kx build, and kx load of an object that was changed.
sub source {
	my ($code) = @_;
	return write_file("$dir/fmt-wrong.bpf.c", "#include <vmlinux.h>\n#include <kx/log.bpf.h>\n" .
			  "KX_EXTENSION(\"fmt-wrong\", \"1.0\", \"x\");\nKX_LICENSE(\"GPL\");\n" .
			  "KX_INIT(life)\n{\n$code\n\treturn 0;\n}\n");
}

SKIP: {
	skip 'what a compiler makes does not depend on the kernel', 9 if $ENV{KX_VM_KERNEL};
	skip 'clang is not here', 9 if system('command -v clang >/dev/null 2>&1') != 0;
	$ENV{XDG_CACHE_HOME} = "$dir/cache";
	my @out = ('-o', "$dir/fmt-wrong.bpf.o");
	my $r = kx('build', @out, source("\tkx_info(\"pid %s of %d\", 1, 2);"));
	is($r->{exit}, 1, 'kx build refuses a text that is wrong');
	like($r->{err}, qr/fmt-wrong\.bpf\.c:7: kx_info\("pid %s of %d"\): %s takes a string, argument 1 is an integer$/m, 'says where and why');
	like($r->{err}, qr/\[-Wformat\]/, 'and the compiler had warned');
	ok(!-e "$dir/fmt-wrong.bpf.o", 'there is no object');
	$r = kx('build', @out, source("\tkx_warn(\"%d%d%d%d%d%d%d%d%d\", 1, 2, 3, 4, 5, 6, 7, 8, 9);"));
	is($r->{exit}, 1, 'so many arguments do not compile');
	like($r->{err}, qr/fmt-wrong\.bpf\.c:7:.*a message has at most 8 arguments/, 'says why');
	is(($r->{err} =~ s/\berror:/error:/g), 1, 'in one error');
	$r = kx('build', @out, source("\tkx_warn(\"%d%d%d%d%d%d%d%d\", 1, 2, 3, 4, 5, 6, 7, 8);"));
	is("$r->{exit}$r->{err}", "0", 'eight do, without a warning') or diag($r->{err});
	ok(-e "$dir/fmt-wrong.bpf.o", 'there is an object');
}

my $bytes = slurp($object);
is(($bytes =~ s/level %d\0fmt\.bpf\.c/level %s\0fmt.bpf.c/), 1, 'an object is changed');
my $changed = write_file("$dir/changed.bpf.o", $bytes);
for my $verb ('load', 'info') {
	my $r = kx($verb, $changed);
	is($r->{exit}, 1, "kx $verb refuses it");
	is($r->{err}, "kx: $changed: fmt.bpf.c:56: kx_emerg(\"level %s\"): %s takes a string, argument 1 is an integer\n", 'says where and why');
}
done_testing();
