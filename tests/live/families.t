#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Families of calls, with good and bad arguments: programs that make them, strace as oracle.
# What is younger than strace 6.1 it shows as syscall_0x1c1(...): there the program itself
# prints what is to be seen.
use strict;
use warnings;
use lib 'tests/lib';
use Cwd 'getcwd';
use File::Temp 'tempdir';
use KX;
use Test::More;

need_root();
plan skip_all => 'strace is not installed' if system('command -v strace >/dev/null') != 0;
plan skip_all => 'the text of calls does not depend on the kernel' if $ENV{KX_VM_KERNEL};

my $here = getcwd();
my $space = tempdir('kx-test-XXXXXX', TMPDIR => 1, CLEANUP => 1);

my @explained;
for (split /\n/, slurp('tests/live/differences.txt') =~ s/^# Between tasks.*?(?=^# )//msr) {
	next if /^#/ || !/\S/;
	my ($pattern, $reason) = /^(\S.*?)\t+(\S.*)$/ or die "differences.txt: $_";
	push @explained, { pattern => qr{$pattern}, reason => $reason, lines => 0 };
}

# The calls of the tables, and the commands of ioctl, for the programs to go through.
my (%rows, @commands);
for (map { slurp($_) } glob 'tools/calls/*.tbl') {
	$rows{$_}++ for /^ROW(?:_NOTE)?\((\w+),/mg;
}
write_file("$dir/calls.h", join '', map { "{ \"$_\", __NR_$_ },\n" } sort keys %rows);
for (map { slurp($_) } glob 'tools/kxtrace/ioctls/*.tbl') {
	push @commands, /\bIOC\((0x[0-9a-f]+),/g;
}
write_file("$dir/ioctls.h", join '', map { "$_,\n" } @commands);

my %seen;
sub program {
	my $name = shift;
	system('gcc', '-O1', '-w', '-pthread', "-I$here", "-DCALLS=\"$dir/calls.h\"", "-DIOCTLS=\"$dir/ioctls.h\"",
	       '-o', "$dir/$name", "tests/live/families/$name.c", '-lrt') == 0 or die "$name: cannot be compiled";
	return "$dir/$name";
}

# Addresses are the same in each run: all but those of the stack could be compared.
sub once {
	my ($program, @tracer) = @_;
	my $trace = "$dir/trace";
	system("rm -rf $space/work && mkdir -m 777 $space/work");
	my $result = run(@tracer, '-f', '-o', $trace, 'unshare', '-i', 'setarch', '-R', 'sh', '-c', "cd $space/work && exec $program");
	is($result->{exit}, 0, "$program: $tracer[0] ends") or diag($result->{err});
	return ($result, normalised_tasks(slurp($trace)));
}

# What is of the task or of its time is another in each run.
sub steady {
	return map { s/\bpid=\d{3,}/pid=N/g; s/^setsid\(\) = \K\d+/N/; s{N /\* [\d.]+ s \*/}{N}g; $_ } @_;
}

# The lines of strace, those that are equal, those explained, and what is wrong.
sub compare {
	my ($program, @options) = @_;
	my (undef, $theirs) = once($program, 'strace', @options);
	my (undef, $ours) = once($program, "$build/kxtrace", @options);
	my ($lines, $equal, $explained, @wrong) = (0, 0, 0);
	for my $task (sort keys %$theirs) {
		my ($a, $b) = ([ steady(@{ $theirs->{$task} }) ], [ steady(@{ $ours->{$task} // [] }) ]);
		push @wrong, "$task: " . @$b . ' lines, not ' . @$a if @$a != @$b;
		for my $i (0 .. $#$a) {
			my $line = $b->[$i] // '';
			$lines++;
			$seen{$1}++ if $line =~ /^(\w+)\(/;
			if ($a->[$i] eq $line) {
				$equal++;
			} elsif (my ($why) = grep { $line =~ $_->{pattern} || $a->[$i] =~ $_->{pattern} } @explained) {
				$why->{lines}++;
				$explained++;
			} else {
				push @wrong, "$task: - $a->[$i]\n$task: + $line";
			}
		}
	}
	return ($lines, $equal, $explained, @wrong);
}

my %sum = map { $_ => 0 } qw(lines equal explained unequal);
for my $file (sort glob 'tests/live/families/*.c') {
	my ($name) = $file =~ m{(\w+)\.c$};
	next if $name eq 'newer' || @ARGV && !grep { $_ eq $name } @ARGV;
	my $program = program($name);
	my @options = $name =~ /_verbose$/ ? '-v' : ();
	my ($lines, $equal, $explained, @wrong);
	# What depends on the time or on a task's number differs by chance; a wrong text does so every time.
	for my $try (1 .. 3) {
		($lines, $equal, $explained, @wrong) = compare($program, @options);
		last if !@wrong;
	}
	$sum{lines} += $lines;
	$sum{equal} += $equal;
	$sum{explained} += $explained;
	$sum{unequal} += @wrong;
	ok(!@wrong && $lines, "$name: $lines lines, $equal equal, $explained explained");
	my $shown = $ENV{SHOWN} // 10;
	diag(map { substr($_, 0, $ENV{WIDE} // 600) . "\n" } @wrong[0 .. ($#wrong < $shown ? $#wrong : $shown - 1)]) if @wrong;
}

# The younger ones: the program prints, for each call, what kxtrace is to show.
if (-e 'tests/live/families/newer.c' && (!@ARGV || grep { $_ eq 'newer' } @ARGV)) {
	my $program = program('newer');
	my ($result, $ours) = once($program, "$build/kxtrace");
	my @expected = grep { /\S/ } split /\n/, $result->{out};
	my %names = map { /^(\w+)\(/ ? ($1 => 1) : () } @expected;
	my @lines = grep { /^(\w+)\(/ && $names{$1} } map { @$_ } @{$ours}{sort keys %$ours};
	$seen{$_}++ for keys %names;
	s/0x[0-9a-f]{5,}/ADDR/g, s/\s+= / = / for @expected;
	is(join("\n", @lines), join("\n", @expected), scalar(@expected) . ' calls that are younger than strace');
	$sum{lines} += @expected;
	$sum{equal} += @expected;
}

my @missing = grep { !$seen{$_} } sort keys %rows;
diag(sprintf '%d lines, %d equal (%.2f %%), %d explained, %d not; %d of the %d calls made',
     @sum{qw(lines equal)}, 100 * $sum{equal} / ($sum{lines} || 1), @sum{qw(explained unequal)},
     scalar(keys %rows) - @missing, scalar keys %rows);
diag(map { "$_->{lines} explained: $_->{reason}\n" } grep { $_->{lines} } @explained) if $ENV{CLASSES};
cmp_ok(scalar @missing, '<=', 12, 'nearly every call of the tables is made') or diag("@missing") unless @ARGV;
done_testing();
