#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# A policy that another build of kxtrace has applied: replaced without a gap, or told of.
use strict;
use warnings;
use lib 'tests/lib';
use Cwd 'abs_path';
use JSON::PP;
use KX;
use Policy;
use Test::More;

need_root();
plan skip_all => 'how builds are told apart does not depend on the kernel' if $ENV{KX_VM_KERNEL};
need_policies();

# Other builds: a word of the kernel half is another one; the version of its tables is.
my $bytes = slurp($kxtrace);
sub other_build {
	my ($name, $from, $to) = @_;
	my $other = $bytes;
	my $nr = $other =~ s/\Q$from\E/$to/g;
	ok($nr, "a build with $name");
	my $file = write_file("$dir/kxtrace-$name", $other);
	chmod 0755, $file;
	return $file;
}
my $code = other_build('other-code', 'refuses, limits and reports what', 'REFUSES, limits and reports what');
my ($version) = slurp('bpf/kxpolicy.h') =~ /KXP_VERSION\s+"([\d.]+)"/;
my $tables = other_build('other-tables', $version, $version =~ s/.$/9/r);

my $work = abs_path($dir);
write_file("$work/$_", "text\n") for qw(kept asked);
my $refuse = write_file("$dir/refuse.policy", "error EACCES read path $work/kept\nask person read path $work/asked\n");
sub matched { my $line = shift; my ($rule) = map { decode_json($_) } grep { /"line":$line,/ } split /\n/, policy('show', '--json')->{out}; return $rule->{matched}; }

# Reads all the time: a moment without a policy would be found.
sub reads_meanwhile {
	my $acts = shift;
	my $reader = start($^X, '-e', '$SIG{TERM} = sub { print +($in // "") . " of $nr\n"; exit }; $| = 1; $ARGV[0] and print "begun\n"; while (1) { $nr++; $in++ if open my $f, "<", $ARGV[0]; }', "$work/kept");
	wait_for(sub { slurp($reader->{out}) =~ /begun/ });
	my $result = $acts->();
	kill TERM => $reader->{pid};
	like(finish($reader)->{out}, qr/^ of [1-9]\d+$/m, 'at no moment there was none');
	return $result;
}

is(run($code, 'policy', 'apply', $refuse)->{err}, '', 'another build applies a policy');
is(run($denied, 'read', "$work/kept")->{out}, "EACCES\n", 'which acts');
like(policy('show')->{out}, qr/: 2 rules/, 'show reads tables that are the same');
my $before = matched(1);
my $service = write_file("$dir/service", "#!/bin/sh\nread question\nsleep 300\n");
chmod 0755, $service;
my $serve = start("$build/kx", 'serve', 'kxpolicy.ask', '--', $service);
wait_for(sub { slurp($serve->{err}) =~ /serving/ }) or diag(slurp($serve->{err}));
my $caller = start($denied, 'read', "$work/asked");
ok(wait_for(sub { matched(2) }), 'a caller waits');
my $replaced = reads_meanwhile(sub { policy('apply', $refuse) });
is($replaced->{err}, "kxtrace: policy: a service of kxpolicy.ask has to be started again: it served the kernel half of another build\n", 'this build applies one');
is($replaced->{out}, "$refuse: 2 rules act\n", 'and says what it always says');
is(policies_loaded(), 'kxpolicy', 'there is one kernel half');
is(finish($caller)->{out}, "EACCES\n", 'who waited for an answer got one');
kill INT => $serve->{pid};
finish($serve);
cmp_ok(matched(1), '>=', $before + 1, 'the counters go on');
is(run($denied, 'read', "$work/kept")->{out}, "EACCES\n", 'it acts');

is(run($tables, 'policy', 'apply', $refuse)->{exit}, 0, 'one with other tables applies a policy');
my $sentence = 'kxtrace: policy: the policy that acts is that of another build of kxtrace, ';
for my $verb (['show'], ['confirm']) {
	my $r = policy(@$verb);
	is($r->{exit}, 1, "@$verb: exit status 1");
	like($r->{err}, qr/^\Q$sentence\Eand has other tables: [^\n]+\n\z/, "@$verb: one sentence");
}
like(policy('apply', '--confirm', 60, $refuse)->{err}, qr/^\Q$sentence\Eto which nothing can be rolled back: [^\n]+\n\z/, 'nothing can be rolled back to it');
is(run($denied, 'read', "$work/kept")->{out}, "EACCES\n", 'it still acts');
like(policy('test', $refuse, 'op=read', "path=$work/kept")->{out}, qr/^error: line 1/, 'test has tables of its own');
is(reads_meanwhile(sub { policy('apply', $refuse) })->{exit}, 0, 'this build applies one');
like(policy('show')->{out}, qr/: 2 rules/, 'which show shows');

# One that was killed while both acted.
is(run("$build/kx", 'load', "$build/bpf/kxpolicy_fmod.bpf.o", '--as', 'kxpolicy-meanwhile')->{err}, '', 'a half that was left');
is(policy('remove')->{out}, "removed\n", 'remove');
is(policies_loaded(), '', 'removes both');
is(run($denied, 'read', "$work/kept")->{out}, "done\n", 'and nothing acts');
done_testing();
