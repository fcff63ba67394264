#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# The transcripts in READMEs of examples: each command is run, and must print what stands there.
use strict;
use warnings;
use lib 'tests/lib';
use Cwd 'abs_path';
use KX;
use Test::More;

not_between('6.1');
need_root();
plan(skip_all => 'clang is not here') if system('command -v clang >/dev/null') != 0;

# Those whose READMEs say every line that is printed.
my @examples = qw(printk syscall config proc);

my $kx = abs_path("$build/kx");
my $root = abs_path('.');
$ENV{XDG_CACHE_HOME} = "$dir/cache";
$ENV{PATH} = abs_path($build) . ":$ENV{PATH}";

# [ command, what it prints ] of all blocks; what begins with "$" makes what the test has made.
sub transcript {
	my (@steps, $command);
	for my $block (slurp("$root/examples/$_[0]/README.md") =~ /^```\n(.*?)^```$/msg) {
		for (split /^/, $block) {
			if (/^# (.*)/) {
				push @steps, [ $1, '' ];
			} elsif (!/^\$ / && @steps) {
				$steps[-1][1] .= $_;
			}
		}
	}
	return @steps;
}

# Numbers that differ each time.
sub same_kmid { return $_[0] =~ s/(kmid"?[ :]+)\d+/$1 N/gr; }

sub unload { run($kx, 'unload', $_[0]) }

for my $name (@examples) {
	mkdir "$dir/$name";
	# Elsewhere the object that was made here: one for all kernels.
	my $r = $ENV{KX_VM_KERNEL} ? run('cp', "$build/examples/$name/$name.bpf.o", "$dir/$name") :
		run('env', '-C', "$dir/$name", $kx, 'build', "$root/examples/$name/$name.bpf.c");
	is($r->{exit}, 0, "$name builds") or diag($r->{err});
	if (-e "examples/$name/main.c") {
		my ($program) = slurp("examples/$name/Makefile") =~ /^(\w+): main\.c/m;
		$r = run('gcc', '-Wall', '-Wextra', '-Werror', '-Iinclude', '-o', "$dir/$name/$program", "examples/$name/main.c",
			 "$build/pic/libkx.a", '-lbpf', '-lelf', '-lz');
		is($r->{exit}, 0, "$name: $program compiles") or diag($r->{err});
	}
	unload($name);
	my @steps = transcript($name);
	cmp_ok(scalar(@steps), '>', 5, "$name has a transcript");
	for my $step (@steps) {
		my ($command, $expected) = @$step;
		$r = run('sh', '-c', "cd $dir/$name && { $command; } 2>&1");
		is(same_kmid($r->{out}), same_kmid($expected), "$name: $command");
	}
	unload($name);
}
done_testing();
