#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Examples with a program of their own, built as a stranger does; their READMEs say what happens.
use strict;
use warnings;
use lib 'tests/lib';
use Cwd 'abs_path';
use KX;
use Test::More;

not_between('6.12');
need_root();
for my $tool (qw(clang pkg-config make)) {
	plan(skip_all => "$tool is not here") if system("command -v $tool >/dev/null") != 0;
}

# What make was told is not for the make below.
delete @ENV{grep { /^(?:MAKE\w*|CFLAGS|LDFLAGS)$/ } keys %ENV};
my $root = "$dir/root";
my @names = qw(zerocopy chardev feed);
my $device = abs_path("$build/tests/ext/shrdev.bpf.o");
is(run('make', 'install', "O=$build", "DESTDIR=$root", 'prefix=/usr')->{exit}, 0, 'make install');
@ENV{qw(PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR LD_LIBRARY_PATH XDG_CACHE_HOME)} =
    ("$root/usr/lib/pkgconfig", $root, "$root/usr/lib", "$dir/cache");
$ENV{PATH} = "$root/usr/sbin:$ENV{PATH}";

sub clean { run('kx', 'unload', '--with-users', $_) for grep { -e "/sys/fs/bpf/kx/$_" } @names, 'shrdev'; }
END { local $?; clean() if $> == 0; }
clean();

# Numbers differ from machine to machine; so do the flags of the linker.
sub alike {
	my $text = shift;
	$text =~ s{^(cc .*?) main\.c .*?-lkx.* -o (\w+)$}{$1 main.c -lkx -o $2}mg;
	$text =~ s{^cc .* main\.c}{cc main.c}mg;
	$text =~ s/\d+/N/g;
	$text =~ s/([^\n])\z/$1\n/;
	return $text;
}

# The commands of a README, and what it says they print.
sub transcript {
	my $text = slurp(shift);
	my @steps;
	for my $block ($text =~ /^```\n(.*?)^```$/msg) {
		while ($block =~ /^[\$#] (.*)\n((?:(?![\$#] ).*\n)*)/mg) {
			push @steps, [ $1, $2 ];
		}
	}
	return @steps;
}

my %exact;	# what was printed, by command
for my $name (@names) {
	my $here = "$dir/$name";
	run('cp', '-r', "examples/$name", $here);
	# Elsewhere the object that was made here: one for all kernels.
	run('cp', "$build/examples/$name/$name.bpf.o", $here) if $ENV{KX_VM_KERNEL};
	for (transcript("$here/README.md")) {
		my ($command, $expected) = @$_;
		my $r = run('sh', '-c', "cd $here && { $command; } 2>&1");
		next if $command eq 'make' && $ENV{KX_VM_KERNEL};
		is(alike($r->{out}), alike($expected), "$name: $command");
		$exact{"$name: $command"} = [ $r->{out}, $expected ];
	}
	ok(!-e "/sys/fs/bpf/kx/$name", "$name: nothing is left");
	is(run('make', '-q', '-C', $here)->{exit}, 0, "$name: make has nothing to do the second time");
}
# What the numbers are, where they are not the machine's.
is($exact{$_}[0], $exact{$_}[1], "$_: exactly") for grep { /ioctl|users|kx feed|listed/ } sort keys %exact;
my ($total, $sum) = $exact{'zerocopy: ./zerocopy'}[0] =~ /^calls: (\d+), by number: (\d+)$/m;
ok($total && $total == $sum, "zerocopy: $total calls, counted twice, at one moment");

#
# A device that leaves things out
#
my $chardev = "$dir/chardev/chardev";
is(run('kx', 'load', $device)->{err}, '', 'a device that has no more than reading');
is(run($chardev, '-d', 'shrdev', 'read')->{out}, "read only\n", 'is read, without an open');
for (['write', 'x'], ['ioctl', '1'], ['mmap']) {
	my $r = run($chardev, '-d', 'shrdev', @$_);
	is($r->{exit}, 1, "@$_: refused");
	is($r->{err}, "chardev: $_->[0]: Operation not supported\n", "@$_: not supported");
}
is(run($chardev, @$_)->{exit}, 2, "chardev @$_: wrong usage") for [], ['seek'], ['write'], ['read', 'x'];
my $r = run($chardev, 'read');
is($r->{exit}, 1, 'no device');
like($r->{err}, qr/^chardev: chardev: is not loaded/, 'and a sentence');

#
# The device's corners
#
run('kx', 'load', "$dir/chardev/chardev.bpf.o");
is(run($chardev, 'read')->{out}, '', 'empty at first');
$r = run($chardev, 'write', 'x' x 10000);
is($r->{exit}, 1, 'more than there is room for');
like($r->{err}, qr/no space left on device/i, 'is refused');
is(run($chardev, 'ioctl', '1')->{out}, "8064\n", 'whole pieces before it stay');
is(length(run($chardev, 'mmap')->{out}), 8064, 'and are seen in memory');
is(run($chardev, 'mmap')->{out}, run('kx', 'cat', 'chardev.contents')->{out}, 'the same as in the file');
$r = run($chardev, 'ioctl', '9');
like($r->{err}, qr/no command has the number 9/, 'an ioctl that there is not');
is(run('kx', 'call', 'chardev.3', 'value=5')->{exit}, 0, 'kx call knows the numbers, too');

#
# Kernel code looks things up in what it was fed
#
run('kx', 'load', "$dir/feed/feed.bpf.o");
run('kx', 'feed', 'feed.entries', "$dir/feed/list.txt");
my $name = "shr$$";
run('cp', '/bin/true', "$dir/$name");
write_file("$dir/more", "{\"name\":\"$name\",\"weight\":1000000}\n" . join '', map { "{\"name\":\"n$_\"}\n" } 1 .. 200);
like(run('kx', 'feed', 'feed.entries', "$dir/more")->{err}, qr/^fed 201: taken 98, refused 103$/, 'a full table refuses the rest');
run("$dir/$name") for 1 .. 3;
chomp(my $score = run('kx', 'get', 'feed.score')->{out});
is(int($score / 1000000), 3, 'three starts of a program in the list');
clean();
done_testing();
