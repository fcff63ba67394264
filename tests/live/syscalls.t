#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# The table of system calls against the kernel's own, and calls made with it.
use strict;
use warnings;
use lib 'tests/lib';
use JSON::PP;
use KX;
use Test::More;

plan skip_all => 'the table does not depend on the kernel' if $ENV{KX_VM_KERNEL};
need_root();
my $kx = "$build/kx";

sub kx { return run($kx, @_); }

#
# The table
#
my %call = map { my $row = decode_json($_); $row->{name} => $row } split /\n/, kx('syscalls', '--json')->{out};
cmp_ok(scalar(keys %call), '>', 300, 'there are many');
is(scalar(grep { $_->{type} eq '?' } map { @{ $_->{args} } } values %call), 0, 'each argument has a type');
is(scalar(split /\n/, kx('syscalls')->{out}), scalar(keys %call), 'as many lines');
like(kx('syscalls', 'openat')->{out}, qr/^ *\d+ openat\(int dfd, const char \*filename, int flags, mode_t mode\)$/m, 'a line');
is_deeply($call{getppid}{args}, [], 'one without arguments');
is(kx('syscalls', 'get*id')->{out}, join('', grep { /^ *\d+ get\w*id\(/ } map { "$_\n" } split /\n/, kx('syscalls')->{out}), 'a pattern');
is(kx('syscalls', $call{mmap}{number})->{out}, kx('syscalls', 'mmap')->{out} =~ s/^(?!.* mmap\().*\n//mgr, 'a number');
is(kx('syscalls', 'nosuchcall')->{err}, "kx: nosuchcall: no system call matches it\n", 'nothing that matches');

# The numbers: as the system's header has them.
my %number = map { /^#define __NR_(\w+) (\d+)$/ ? ($1 => $2) : () } split /\n/, qx(echo '#include <asm/unistd.h>' | gcc -E -dM -);
is(join(' ', grep { defined $number{$_} && $number{$_} != $call{$_}{number} } sort keys %call), '', 'numbers');

# The arguments: as many as the kernel says, pointers where it has them.
my $events = '/sys/kernel/tracing/events/syscalls';
SKIP: {
	skip 'this kernel does not describe its calls in tracefs', 3 unless -d "$events/sys_enter_close";
	my ($same, @count, @kind);
	for my $name (sort keys %call) {
		my $format = slurp("$events/sys_enter_$name/format") or next;
		my @types = map { /^\tfield:(.*?) ?\w+;/ ? $1 : () } grep { !/\b(?:common_\w+|__syscall_nr);/ } split /\n/, $format;
		my @ours = map { $_->{type} } @{ $call{$name}{args} };
		push @count, $name if @types != @ours;
		for (0 .. (@types < @ours ? $#types : $#ours)) {
			# Addresses may be numbers, and cap_user_data_t is a pointer by another name.
			push @kind, "$name($_)" if $types[$_] =~ /\*/ && $ours[$_] !~ /\*|_t$|^unsigned long$/;
			push @kind, "$name($_)" if $types[$_] =~ /^(int|unsigned int|umode_t|pid_t)$/ && $ours[$_] =~ /\*/;
		}
		$same++;
	}
	cmp_ok($same, '>', 250, 'the kernel describes most of them');
	is("@count", '', 'as many arguments');
	is("@kind", '', 'numbers and pointers');
}

#
# Calls
#
sub made {
	my ($expected, $status, @words) = @_;
	my $r = kx('syscall', @words);
	is("$r->{exit} $r->{err}", "$status ", "kx syscall @words");
	ref $expected ? like($r->{out}, $expected, 'its answer') : is($r->{out}, $expected, 'its answer');
}
made("= $$\n", 0, 'getppid');
made("= $$\n", 0, $call{getppid}{number});
made("= -1 EBADF (Bad file descriptor)\n", 1, 'close', -1);
made("= -1 EBADF (Bad file descriptor)\n", 1, 'close', 4095);
made("= -1 ENOENT (No such file or directory)\n", 1, 'openat', -100, "$dir/none", 0);
made(qr/^= \d+\n\z/, 0, 'openat', -100, '/dev/null', '0x2');
made("= 0\n", 0, 'mkdirat', -100, "$dir/made", 0700);
ok(-d "$dir/made", 'it was made');
made("= 0\n", 0, 'mkdirat', -100, "=$dir/\@5", 0700);
ok(-d "$dir/\@5", 'text that looks like something else');
symlink "a\"b\\c\nd", "$dir/link";
made("= 7\nbuf = \"a\\\"b\\\\c\\012d\"\n", 0, 'readlinkat', -100, "$dir/link", '@64', 64);
is_deeply(decode_json(kx('syscall', '--json', 'readlinkat', -100, "$dir/link", '@9', 9)->{out}),
	  { number => $call{readlinkat}{number}, name => 'readlinkat', result => 7, errno => '',
	    buffers => { buf => [ 97, 34, 98, 92, 99, 10, 100, 0, 0 ] } }, '--json');
is_deeply(decode_json(kx('syscall', '--json', 'close', -1)->{out}),
	  { number => $call{close}{number}, name => 'close', result => -1, errno => 'EBADF', buffers => {} }, '--json of a failure');
made("= -1 ENOSYS (Function not implemented)\n", 1, 9999);

# What is wrong is not called.
for (['nosuchcall', qr/nosuchcall: no such call; kx syscalls lists them/], ['opnat', qr/opnat: no such call; did you mean openat\?|did you mean openat/],
     ['close', 1, 2, qr/2: close takes 1 arguments at most/], ['getppid', 0, qr/0: getppid takes 0 arguments at most/],
     ['read', 0, '@x', qr/\@x: write \@BYTES/], ['read', 0, '@0', qr/write \@BYTES/], ['vfork', qr/vfork: needs a program that is made for it/]) {
	my $sentence = pop @$_;
	my $r = kx('syscall', @$_);
	is("$r->{exit} $r->{out}", '2 ', "kx syscall @$_ is refused");
	like($r->{err}, qr/\Akx: syscall: [^\n]*$sentence[^\n]*\n\z/, 'in one sentence');
}
done_testing();
