#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# The oracle: Debian's strace on real commands. Same calls, same decoded text.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

need_root();
plan skip_all => 'strace is not installed' if system('command -v strace >/dev/null') != 0;

# Lines that may differ for a reason, each with it; they are left out on both sides.
my @explained = (
	# When a signal comes between two calls is a matter of timing.
	[ qr{^--- SIGCHLD|^rt_sigreturn}, 'where SIGCHLD arrives' ],
	# Addresses, times and pids within the text of files.
	[ qr{^read\(\d, "[0-9a-f]+-[0-9a-f]+ r}, '/proc/self/maps holds addresses' ],
	[ qr{^getrandom\(}, 'entropy is asked for again when a temporary name is taken' ],
	[ qr{^poll\(.*, \d+\) = }, 'curl counts its time-out down' ],
);

# Apart from the traces, whose number would show in the size of a directory.
my $work = "$dir/work";
mkdir $work;
system("mkdir -p $work/tree/a/b && cp /etc/hosts $work/tree/a && cp /etc/passwd $work/tree/a/b && ln -s a $work/tree/link");
system("cd $work && git -c init.defaultBranch=main init -q repo && cd repo && cp /etc/hosts . && git add hosts && git -c user.name=t -c user.email=t\@t commit -q -m first");
write_file("$work/hello.c", "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }\n");

my @commands = (
	'true',
	'cat /etc/hostname',
	"ls -la $work/tree",
	"find $work/tree -type f",
	"grep -r localhost $work/tree",
	"tar cf $work/x.tar -C $work tree",
	"cp -a $work/tree $work/tree2; rm -rf $work/tree2",
	"stat /etc/passwd; df /; id; uname -a",
	"git -C $work/repo status",
	"git -C $work/repo log --oneline",
	"gcc -O0 -o $work/hello $work/hello.c",
	'/usr/bin/python3 -S -E -c "import os; print(os.listdir(\'/etc\')[:0])"',
	'bash --norc -c "for i in 1 2 3; do echo \$i | cat; done"',
	'sh -c "sleep 0.01; kill -TERM \$\$"',
	'curl -s -o /dev/null http://127.0.0.1:1/',
	'sort /etc/passwd',
	"cd $work && mkdir -p d/a && touch d/a/b && chmod 600 d/a/b && mv d/a/b d/c && rm -r d",
	'gzip -c /etc/passwd | gzip -dc',
	'dd if=/dev/zero of=/dev/null bs=512 count=20 status=none',
);

sub lcs_diff {
	my ($a, $b) = @_;
	write_file("$dir/a", join("\n", @$a) . "\n");
	write_file("$dir/b", join("\n", @$b) . "\n");
	return grep { /^[-+](?![-+])/ } split /\n/, `diff -U0 $dir/a $dir/b`;
}

# Which of several children a wait for any of them finds first is chance: those
# lines stay where they are, but in an order of their own.
sub waits_sorted {
	my @lines = @_;
	my @at = grep { $lines[$_] =~ /^wait4\(-1,/ } 0 .. $#lines;
	@lines[@at] = sort @lines[@at];
	return @lines;
}

# What differs: the number of tasks, and lines.
sub compare {
	my $command = shift;
	my ($ours, $theirs) = ("$dir/ours", "$dir/theirs");
	# Once before, so that caches and files are the same for both.
	system("cd $work; ($command) >/dev/null 2>&1");
	my $script = write_file("$dir/script", "$command\n");
	run('strace', '-f', '-o', $theirs, '/bin/sh', $script);
	run("$build/kxtrace", '-f', '-o', $ours, '/bin/sh', $script);
	my @theirs = normalised(slurp($theirs));
	my @ours = normalised(slurp($ours));
	my ($lines, @wrong) = (0);
	push @wrong, sprintf '%d tasks, not %d', scalar(@ours), scalar(@theirs) if @ours != @theirs;
	for my $i (0 .. $#theirs) {
		$lines += @{ $theirs[$i] };
		my @pair = map { [ waits_sorted(grep { my $line = $_; !grep { $line =~ $_->[0] } @explained } @{ $_ // [] }) ] }
		    $theirs[$i], $ours[$i];
		push @wrong, map { "task $i: $_" } lcs_diff(@pair);
	}
	return ($lines, @wrong);
}

# Who of two tasks runs first is chance; a wrong text is wrong every time.
my ($all, $unequal) = (0, 0);
for my $command (@commands) {
	my ($lines, @wrong);
	for my $try (1 .. 5) {
		($lines, @wrong) = compare($command);
		last unless @wrong;
		diag("$command, try $try:\n", join "\n", @wrong[0 .. ($#wrong > 9 ? 9 : $#wrong)]);
	}
	$all += $lines;
	$unequal += grep { /^task \d+: -/ } @wrong;
	ok(!@wrong, "$command: $lines lines, equal");
}

# -c: the same calls, the same errors.
sub counts {
	return map { /^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(\d*) *(\w+)$/ && $3 ne 'total' ? ("$3: $1 calls, " . ($2 || 0) . ' errors') : () }
	    split /\n/, slurp(shift);
}
run('strace', '-c', '-f', '-o', "$dir/theirs", 'ls', '/usr', '/nosuch');
run("$build/kxtrace", '-c', '-f', '-o', "$dir/ours", 'ls', '/usr', '/nosuch');
is(join("\n", sort(counts("$dir/ours"))), join("\n", sort(counts("$dir/theirs"))), '-c counts what strace counts');
diag(sprintf '%d of %d lines equal strace\'s (%.2f %%)', $all - $unequal, $all, 100 * ($all - $unequal) / $all);
done_testing();
